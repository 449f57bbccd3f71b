# SPDX-License-Identifier: Apache-2.0
"""The pure parts of the re-created reference flow, against numbers and formulas of its specification, and the ratios."""
import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools" / "bench_reference"))
import geometry  # noqa: E402
import ratios  # noqa: E402

WIDTH, HEIGHT = 40, 30


def face(glabella, chin):
    """98 points, of which only those of the midline mean something."""
    points = np.zeros((98, 2))
    points[38], points[50], points[16] = np.subtract(glabella, (4, 0)), np.add(glabella, (4, 0)), chin
    return points


def filled(glabella, direction):
    reflection = geometry.Reflection(WIDTH, HEIGHT)
    reflection.fill(np.array(glabella, float), np.array(direction, float))
    return reflection


@pytest.mark.parametrize("count, ninths", [(1, [9]), (2, [3, 6]), (3, [2, 3, 4])])
def test_the_newest_points_weigh_most(count, ninths):
    assert geometry.smoothing_weights(count) * 9 == pytest.approx(ninths)


def test_smoothed_points_are_rounded_half_to_even():
    smoothed = geometry.smooth([np.full((98, 2), 2.5)])
    assert smoothed.dtype == np.int32 and smoothed[0, 0] == 2
    assert geometry.smooth([np.full((98, 2), value) for value in (0.0, 9.0, 18.0)])[5, 1] == 11


def test_the_midline_runs_from_between_the_brows_to_the_chin():
    glabella, direction = geometry.midline(face((20, 5), (23, 9)))
    assert glabella == pytest.approx((20, 5))
    assert direction == pytest.approx((0.6, 0.8))


def test_coinciding_points_give_no_midline_and_no_yaw():
    points = np.full((98, 2), 7.0)
    assert geometry.midline(points) is None and geometry.yaw_deg(points) is None


def test_positive_distance_is_image_left():
    reflection = filled((20, 5), (0, 1))
    assert reflection.distance[10, 3] == 17 and reflection.distance[10, 30] == -10


def test_an_upright_midline_reflects_columns():
    reflection = filled((20, 5), (0, 1))
    assert np.array_equal(reflection.map_x[7], 40 - np.arange(WIDTH))
    assert np.array_equal(reflection.map_y[:, 7], np.arange(HEIGHT))


def test_maps_follow_the_formula_of_every_pixel():
    glabella, direction = np.array([18.3, 6.1]), np.array([np.sin(0.3), np.cos(0.3)])
    reflection, normal = filled(glabella, direction), np.array([-direction[1], direction[0]])
    for x, y in ((0, 0), (39, 0), (17, 22), (5, 29)):
        distance = (np.array([x, y]) - glabella) @ normal
        expected = np.array([x, y]) - 2 * distance * normal
        assert (reflection.map_x[y, x], reflection.map_y[y, x]) == pytest.approx(expected, abs=1e-4)
        assert reflection.distance[y, x] == pytest.approx(distance, abs=1e-4)


def test_the_band_keeps_the_original_as_the_specification_lists_it():
    assert geometry.Reflection(WIDTH, HEIGHT).shares == pytest.approx([1.0, 0.8, 0.6, 0.6, 0.8, 1.0])


def test_the_band_lies_around_the_midline_and_inside_the_frame():
    reflection = geometry.Reflection(WIDTH, HEIGHT)
    assert reflection.band_columns(np.array([20.0, 5.0]), np.array([0.0, 1.0]))[3].tolist() == [17, 18, 19, 20, 21, 22]
    assert reflection.band_columns(np.array([-9.0, 5.0]), np.array([0.0, 1.0]))[3].tolist() == [0, 1, 2, 3, 4, 5]
    assert reflection.band_columns(np.array([99.0, 5.0]), np.array([0.0, 1.0])).max() == WIDTH - 2
    assert reflection.band_columns(np.array([20.0, 5.0]), np.array([1.0, 0.0])) is None


def test_blending_mixes_only_the_band():
    reflection = geometry.Reflection(WIDTH, HEIGHT)
    output, frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8), np.full((HEIGHT, WIDTH, 3), 101, np.uint8)
    reflection.blend(output, frame, reflection.band_columns(np.array([20.0, 5.0]), np.array([0.0, 1.0])))
    assert output[9, 16:24, 1].tolist() == [0, 101, 80, 60, 60, 80, 101, 0]


def test_the_crop_of_star_takes_the_shorter_side_and_comes_back():
    matrix, centre, scale = geometry.star_matrix((100.9, 50.9, 300.2, 270.9))
    assert centre == (200, 160) and scale == pytest.approx(256 / 210)
    assert matrix @ np.array([200, 160, 1]) == pytest.approx([127.5, 127.5], abs=1e-3)
    assert geometry.points_from_star(np.array([[0.0, 1.0]]), centre, scale)[0] == pytest.approx([200, 160 + 127.5 / scale])


@pytest.mark.parametrize("size, count", [((640, 640), 16800), ((1920, 1080), 85200)])
def test_priors_are_as_many_as_the_specification_counts(size, count):
    assert len(geometry.priors(*size)) == count


def test_the_best_face_is_decoded_from_its_prior():
    scores = np.zeros(16800)
    loc = np.zeros((16800, 4))
    assert geometry.best_face(loc, scores, 640, 640) is None
    scores[1] = 0.95  # the second prior of the first cell: 32 px around (4, 4)
    loc[1] = (1, 0, np.log(2) / 0.2, 0)
    assert geometry.best_face(loc, scores, 640, 640) == pytest.approx([4 + 3.2 - 32, -12, 4 + 3.2 + 32, 20])


def test_a_spread_is_that_of_the_ratios_of_each_pair():
    assert ratios.ratios_of([6, 10, 9], [2, 2, 2]) == {"min": 3, "median": 4.5, "max": 5, "pairs": 3}


def test_two_pairs_are_too_few_and_unequal_series_are_refused():
    with pytest.raises(ValueError, match="2 pairs"):
        ratios.ratios_of([1, 2], [1, 2])
    with pytest.raises(ValueError):
        ratios.ratios_of([1, 2, 3], [1, 2, 3, 4])


def run_json(frames, star, mtl):
    return {"frames": {"decoded": frames}, "stages": [
        {"category": "model_inference", "operation": "star", "items": star},
        {"category": "model_inference", "operation": "mtl", "items": mtl},
        {"category": "postprocessing", "operation": "star", "items": 999}]}


def test_full_work_is_star_on_each_frame_and_mtl_on_both_halves():
    ratios.require_full_work("ours", ratios.work_of(run_json(24, 24, 48)), 24)


@pytest.mark.parametrize("frames, star, mtl, named", [(24, 23, 48, "star"), (24, 24, 24, "mtl"), (23, 23, 46, "frames")])
def test_skipped_work_is_refused_by_name(frames, star, mtl, named):
    with pytest.raises(ratios.NotComparable, match=f"ours: {named}: expected"):
        ratios.require_full_work("ours", ratios.work_of(run_json(frames, star, mtl)), 24)
