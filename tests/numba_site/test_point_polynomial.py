"""The steps for one row: machine code against the formulas in plain loops."""

import numpy as np
import pytest

from minixai._numba import kernel
from minixai._numba.point_polynomial import POINTS, join, part


@pytest.fixture
def given():
    """Three vectors of points, of which the steps take two."""
    rng = np.random.default_rng(0)
    names = ("p", "w", "g", "left", "right", "x", "y", "up")
    held = {name: rng.normal(size=(3, POINTS)) for name in names}
    held |= {"t": rng.random((3, POINTS)), "v": rng.random((3, POINTS))}
    return held | {"total": rng.normal(size=POINTS)}


@pytest.mark.parametrize("z", [1.0, 0.3, 1e-9])
def test_part_splits_products(way, given, z):
    def body(p, t, v, z, w, g, left, right):
        part(p, t, v, z, 0.4, -0.6, w, g, left, right, 2)

    before = given["w"].copy()
    names = ("w", "g", "left", "right")
    kernel(body)(given["p"], given["t"], given["v"], z, *(given[name] for name in names))
    for q in range(2 * POINTS):
        p, t, v = (given[name].flat[q] for name in ("p", "t", "v"))
        f = t + (1.0 - t) * z
        w = 0.4 - 0.6 * t / f
        expected = (w, -0.6 * v * z * p / f**2, p * w, p - p * w)
        found = [given[name].flat[q] for name in names]
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-13)
    assert np.array_equal(given["w"][2], before[2])


def test_join_sums_up_and_gains(way, given):
    def body(x, y, w, g, up, total):
        join(x, y, w, g, up, total, 2)

    total, before = given["total"].copy(), given["up"].copy()
    kernel(body)(*(given[name] for name in ("x", "y", "w", "g", "up", "total")))
    gap = given["x"] - given["y"]
    up = given["y"] + given["w"] * gap
    np.testing.assert_allclose(given["up"][:2], up[:2], rtol=1e-14, atol=1e-15)
    gained = total + (given["g"] * gap)[:2].sum(axis=0)
    np.testing.assert_allclose(given["total"], gained, rtol=1e-14, atol=1e-15)
    assert np.array_equal(given["up"][2], before[2])
