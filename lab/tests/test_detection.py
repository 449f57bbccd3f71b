# SPDX-License-Identifier: Apache-2.0
"""Priors, decoding and suppression by hand-made cases; the real weights on a photograph."""
import numpy as np
import PIL.Image
import pytest

from lab import checkpoints, detection, networks

PASTED_AT = (30, 20)  # x, y in px


def row(x1, y1, x2, y2, score):
    return [x1, y1, x2, y2, score] + [0.0] * 10


@pytest.mark.parametrize("height, width, count", [(640, 640, 16_800), (1080, 1920, 85_200), (1, 1, 6)])
def test_priors_are_counted_from_ceil_sized_maps(height, width, count):
    assert detection.priors(height, width).shape == (count, 4)


def test_priors_run_over_level_row_column_size():
    found = detection.priors(20, 17) * (17, 20, 17, 20)
    expected = [(4, 4, 16), (4, 4, 32), (12, 4, 16), (12, 4, 32), (20, 4, 16), (20, 4, 32), (4, 12, 16)]
    assert np.allclose(found[:7], [(x, y, size, size) for x, y, size in expected])
    assert np.allclose(found[18], (8, 8, 64, 64))  # 3 x 3 cells of 8 px come first.
    assert np.allclose(found[-1], (16, 16, 512, 512))


def test_a_box_is_decoded_around_its_prior():
    loc, conf, landms = np.zeros((6, 4)), np.tile((0.25, 0.75), (6, 1)), np.zeros((6, 10))
    loc[0] = (2.5, -1.25, 5 * np.log(2), 0)  # 4 px right, 2 px up, twice as wide.
    landms[0, :4] = (10, 0, 0, -10)
    first = detection.decode(loc, conf, landms, 8, 8)[0]
    assert np.allclose(first[:5], (8 - 16, 2 - 8, 8 + 16, 2 + 8, 0.75))  # Not clipped to the picture.
    assert np.allclose(first[5:11], (4 + 16, 4, 4, 4 - 16, 4, 4))


def test_overlap_counts_both_rims_of_a_box():
    assert detection.overlap(np.array((0, 0, 9, 9.0)), np.array([(5, 0, 14, 9.0)]))[0] == pytest.approx(50 / 150)
    assert detection.overlap(np.array((0, 0, 9, 9.0)), np.array([(9, 9, 18, 18.0)]))[0] == pytest.approx(1 / 199)
    assert detection.overlap(np.array((0, 0, 9, 9.0)), np.array([(10, 0, 19, 9.0)]))[0] == 0


def test_the_weaker_of_two_overlapping_boxes_goes():
    rows = np.array([row(1, 1, 10, 10, 0.8), row(0, 0, 9, 9, 0.9), row(50, 50, 59, 59, 0.6), row(0, 0, 9, 9, 0.5)])
    assert detection.suppress(rows, 0.5)[:, 4].tolist() == [0.9, 0.6]  # A score equal to the limit is not above it.


def test_a_box_that_was_dropped_drops_no_other():
    rows = np.array([row(0, 0, 9, 9, 0.9), row(4, 0, 13, 9, 0.8), row(8, 0, 17, 9, 0.7)])  # Neighbours overlap by 3/7.
    assert detection.suppress(rows, 0.5)[:, 4].tolist() == [0.9, 0.7]


def test_an_overlap_of_exactly_the_limit_stays():
    rows = np.array([row(0, 0, 6, 0, 0.9), row(3, 0, 9, 0, 0.8)])  # 4 of 10 px.
    assert len(detection.suppress(rows, 0.5)) == 2


def test_equal_scores_keep_the_order_of_the_priors():
    rows = np.array([row(0, 0, 9, 9, 0.9), row(100, 0, 109, 9, 0.9), row(200, 0, 209, 9, 0.9)])
    assert detection.suppress(rows, 0.5)[:, 0].tolist() == [0, 100, 200]


def test_no_face_is_an_empty_table():
    assert detection.suppress(np.array([row(0, 0, 9, 9, 0.1)]), 0.5).shape == (0, 15)


@pytest.mark.parametrize("face_px", [40, 100, 180])
def test_the_real_weights_find_the_face_of_the_photograph(real_retinaface, astronaut, face_px):
    network = checkpoints.load(networks.make("retinaface"), real_retinaface)
    frame, share = paste(astronaut, face_px)
    outputs = network(detection.to_input(frame))
    found = detection.faces(outputs, *frame.shape[:2], min_score=0.9)
    assert len(found) == 1
    found_px = (found[0][5:].reshape(5, 2) - PASTED_AT) / share
    tolerance_px = 6  # Of the photograph; 2 px of the smallest picture.
    for point, marked in zip((0, 1, 3, 4), ((204, 101), (247, 103), (204, 140), (244, 141))):  # Pupils, mouth corners; by hand.
        assert np.abs(found_px[point] - marked).max() < tolerance_px


def paste(photograph, face_px):
    """A grey picture with the photograph in it, scaled so that its face (some 90 px wide) has this width.

    Returns  picture of odd size, scale
    """
    share = face_px / 90
    side = round(512 * share)
    small = PIL.Image.fromarray(np.ascontiguousarray(photograph)).resize((side, side), PIL.Image.Resampling.LANCZOS)
    frame = np.full((side + 41, side + 95, 3), 127, dtype=np.uint8)
    x, y = PASTED_AT
    frame[y:y + side, x:x + side] = np.asarray(small)
    return frame, share
