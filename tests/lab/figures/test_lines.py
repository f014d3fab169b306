"""Lines through numbers: corners that are kept, level lines, outlines of regions."""

import numpy as np

from chainrule.lab.figures.lines import corners, region_outlines


def test_a_line_stays_near_the_points_left_out():
    x = np.linspace(0, 1, 200)
    for y in (np.sin(6 * x), np.exp(-20 * x), x, np.zeros_like(x)):
        kept = corners(x, y, 0.002)
        assert (kept[0], kept[-1]) == (0, 199)
        assert len(kept) < 60
        np.testing.assert_allclose(np.interp(x, x[kept], y[kept]), y, atol=0.05)
    angle = np.linspace(0, 2 * np.pi, 100)  # a closed line
    assert 10 < len(corners(np.cos(angle), np.sin(angle), 0.01)) < 100


def test_regions_are_outlined_where_they_are():
    side = np.linspace(0, 1, 11)
    x1, x2 = np.meshgrid(side, side)
    (outline,) = region_outlines(side, x1 - 0.45 + 0 * x2, 0.0)
    assert outline.min(axis=0).tolist() == [0.45, 0.0]
    assert outline.max(axis=0).tolist() == [1.0, 1.0]
    assert region_outlines(side, x1, 2.0) == []
