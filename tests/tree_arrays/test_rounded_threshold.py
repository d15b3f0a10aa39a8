"""One threshold in float64 says what rounding and comparing in float32 says."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minixai.tree_arrays.rounded_threshold import threshold_of_float32

LARGEST = float(np.finfo(np.float32).max)
SINGLE = st.floats(width=32, allow_nan=False)
THRESHOLD = st.one_of(SINGLE, st.floats(allow_nan=False), st.floats(-1e-44, 1e-44))


def around(threshold):
    """Values next to a threshold, to its float32 neighbours and to the middles between them."""
    with np.errstate(over="ignore", invalid="ignore"):
        near = [np.float32(threshold)]
        near += [np.nextafter(near[0], np.float32(s * np.inf)) for s in (-1, 1)]
        wide = np.clip(np.array(near, dtype=np.float64), -(2.0**128), 2.0**128)
    found = [threshold, *wide, *(wide[:1] / 2 + wide[1:] / 2), 0.0, -0.0, 2.0**128 - 2.0**103]
    moved = [np.nextafter(found, s * np.inf) for s in (-1, 1)]
    values = np.concatenate([found, *moved, np.negative(found)])
    return values[np.isfinite(values)]


@example(0.0)
@example(-0.0)
@example(1e-45)
@example(-1e-45)
@example(LARGEST)
@example(-LARGEST)
@example(1e300)
@example(-1e300)
@example(np.inf)
@example(-np.inf)
@given(THRESHOLD)
def test_rounded_values_go_the_same_way(threshold):
    X = around(threshold)
    with np.errstate(over="ignore"):
        rounded = X.astype(np.float32)
    lax = threshold_of_float32(threshold)
    assert np.array_equal(lax >= X, rounded <= np.float64(threshold))
    strict = threshold_of_float32(threshold, strict=True)
    assert np.array_equal(strict >= X, rounded < np.float64(threshold))


@given(hnp.arrays(np.float32, 5, elements=SINGLE), st.floats(allow_nan=False, allow_infinity=False))
def test_any_value_goes_the_same_way(thresholds, x):
    with np.errstate(over="ignore"):
        rounded = np.float32(x)
    assert np.array_equal(x <= threshold_of_float32(thresholds), rounded <= thresholds)
    assert np.array_equal(x <= threshold_of_float32(thresholds, strict=True), rounded < thresholds)


def test_ties_between_neighbours_go_to_the_even_one():
    one, next_up = np.float32(1.0), np.nextafter(np.float32(1.0), np.float32(2.0))
    middle = (float(one) + float(next_up)) / 2
    assert threshold_of_float32(1.0) == middle  # 1 is even: the tie is its own
    assert threshold_of_float32(next_up) < (2 * float(next_up) - middle)
    assert threshold_of_float32(next_up, strict=True) == middle
    assert np.isnan(threshold_of_float32(np.nan))
