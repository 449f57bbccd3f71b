# SPDX-License-Identifier: Apache-2.0
"""The line fit and the picture of bench_scaling.py."""
import pathlib
import sys
import xml.etree.ElementTree

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import bench_scaling_plot as plot  # noqa: E402


def test_a_straight_line_is_found_without_departure():
    assert plot.fit_line([1, 2, 4], [5, 7, 11]) == pytest.approx((3, 2, 0))


def test_the_departure_is_a_share_of_the_measured_value():
    assert plot.fit_line([-1, 0, 1], [10, 13, 10]) == pytest.approx((11, 0, 2 / 13))


def test_one_x_has_no_line():
    with pytest.raises(ValueError):
        plot.fit_line([2, 2], [1, 3])


@pytest.mark.parametrize("highest, expected", [(8.3, [0, 2, 4, 6, 8, 10]), (600, [0, 200, 400, 600]), (0.05, [0, 0.01, 0.02, 0.03, 0.04, 0.05])])
def test_ticks_are_round_and_reach_the_highest_value(highest, expected):
    assert plot.ticks(highest) == pytest.approx(expected)


def test_the_picture_is_xml_with_all_points_inside_its_panel():
    content = plot.panel("a < b & c", "x", "y", [1, 5], [("one", [2.0, 10.0], (0, 2)), ("two", [1.0, 3.0], None)])
    root = xml.etree.ElementTree.fromstring(plot.figure([content, content, content], "caption"))
    circles = [part for part in root.iter() if part.tag.endswith("circle")]
    assert len(circles) == 3 * (4 + 2)  # points and the two of the legend
    assert all(plot.LEFT <= float(one.get("cx")) <= plot.WIDTH and plot.TOP <= float(one.get("cy")) <= plot.HEIGHT for one in circles)
