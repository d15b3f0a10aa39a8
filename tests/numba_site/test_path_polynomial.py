"""The steps of path polynomials: machine code against the formulas in plain loops."""

import numpy as np
import pytest

from minixai._numba import kernel
from minixai._numba.path_polynomial import (
    LANES,
    add_pair,
    descend,
    flip,
    fold,
    gain,
    merge,
    split,
)


@pytest.fixture
def given():
    """Three groups of rows with five points, of which steps take two and four."""
    rng = np.random.default_rng(0)
    held = {name: rng.normal(size=(3, 5, LANES)) for name in ("p", "x", "y", "e", "out")}
    held |= {name: rng.normal(size=(3, LANES)) for name in ("s", "total", "rest", "column")}
    held |= {name: rng.normal(size=5) for name in ("beta", "gamma", "c")}
    held["a"] = (rng.random((3, LANES)) < 0.7).astype(float)
    held["o"] = held["a"] * (rng.random((3, LANES)) < 0.5)
    held["column"][0, 3] = np.nan
    return held


def rows():
    return ((c, lane) for c in range(2) for lane in range(LANES))


def untouched(array, before):
    """What lies past two groups, or past four points, is left alone."""
    assert np.array_equal(array[2:], before[2:])
    if array.ndim == 3:
        assert np.array_equal(array[:, 4:], before[:, 4:])


@pytest.mark.parametrize("nan_left", [True, False])
def test_split_says_who_goes_left(way, given, nan_left):
    def body(x, a, threshold, share, nan_left, o, s):
        split(x, a, threshold, share, nan_left, o, s, 2)

    o, s, before = given["o"], given["s"], given["s"].copy()
    kernel(body)(given["column"], given["a"], 0.25, 0.3, nan_left, o, s)
    for c, i in rows():
        x = given["column"][c, i]
        left = (nan_left if np.isnan(x) else x <= 0.25) * given["a"][c, i]
        assert o[c, i] == left
        assert s[c, i] == pytest.approx(left - 0.3 * given["a"][c, i], abs=1e-16)
    untouched(s, before)


def test_flip_gives_the_other_rows(way, given):
    def body(a, o):
        flip(a, o, 2)

    before = given["o"].copy()
    kernel(body)(given["a"], given["o"])
    for c, i in rows():
        assert given["o"][c, i] == given["a"][c, i] - before[c, i]
    untouched(given["o"], before)


def test_descend_multiplies_by_the_part_of_a_child(way, given):
    def body(p, s, beta, out):
        descend(p, s, 0.3, beta, out, 2, 4)

    before = given["out"].copy()
    kernel(body)(given["p"], given["s"], given["beta"], given["out"])
    for c, i in rows():
        for q in range(4):
            part = 0.3 + given["beta"][q] * given["s"][c, i]
            assert given["out"][c, q, i] == pytest.approx(given["p"][c, q, i] * part, rel=1e-14)
    untouched(given["out"], before)


@pytest.mark.parametrize("leaves", [(False, False), (True, False), (False, True), (True, True)])
def test_merge_sums_up_and_gains(way, given, leaves):
    def body(x, y, p, s, beta, gamma, out, total):
        merge(x, y, p, s, 0.3, beta, gamma, out, total, 2, 4)

    x, y = (2.5 if leaf else given[name] for name, leaf in zip("xy", leaves, strict=True))
    before, sums = given["out"].copy(), given["total"].copy()
    kernel(body)(
        x, y, given["p"], given["s"], given["beta"], given["gamma"], given["out"], given["total"]
    )
    x, y = (np.broadcast_to(each, given["p"].shape) for each in (x, y))
    for c, i in rows():
        gained = 0.0
        for q in range(4):
            gap = x[c, q, i] - y[c, q, i]
            part = 0.3 + given["beta"][q] * given["s"][c, i]
            assert given["out"][c, q, i] == pytest.approx(y[c, q, i] + part * gap, abs=1e-14)
            gained += given["gamma"][q] * given["p"][c, q, i] * gap
        expected = sums[c, i] + given["s"][c, i] * gained
        assert given["total"][c, i] == pytest.approx(expected, abs=1e-13)
    untouched(given["out"], before)
    untouched(given["total"], sums)


def test_pairs_take_numbers_by_row(way, given):
    def body(x, y, p, gamma, e, c, o, rest, s, total):
        gain(x, y, p, gamma, e, 2, 4)
        fold(e, gamma, rest, 2, 4)
        add_pair(e, c, o, rest, s, total, 2, 4)

    sums, before = given["total"].copy(), given["e"].copy()
    names = ("x", "y", "p", "gamma", "e", "c", "o", "rest", "s", "total")
    kernel(body)(*(given[name] for name in names))
    for c, i in rows():
        e = [
            given["gamma"][q] * given["p"][c, q, i] * (given["x"][c, q, i] - given["y"][c, q, i])
            for q in range(4)
        ]
        assert given["e"][c, :4, i] == pytest.approx(e, abs=1e-14)
        folded = sum(g * each for g, each in zip(given["gamma"], e, strict=False))
        chosen = sum(n * each for n, each in zip(given["c"], e, strict=False))
        gained = chosen if given["o"][c, i] else folded
        expected = sums[c, i] + given["s"][c, i] * gained
        assert given["total"][c, i] == pytest.approx(expected, abs=1e-13)
    untouched(given["e"], before)
    untouched(given["total"], sums)
