"""The exponential functions of kernels: against the C library, at the ends, and in company."""

import math

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from minixai._numba import exp, expm1, kernel, log1p, scaled_erfc
from tests.reference.elementary import scaled_erfc as naive_scaled_erfc

PLACES = 8 * np.finfo(float).eps  # the 4 promised here, and what the C library may be off


def evaluate_body(code, x, out):
    for i in range(x.size):
        v = x[i]
        if code == 0:
            out[i] = exp(v)
        elif code == 1:
            out[i] = expm1(v)
        elif code == 2:
            out[i] = log1p(v)
        else:
            out[i] = scaled_erfc(v)


FUNCTIONS = {
    "exp": (0, math.exp, st.floats(-708, 709)),
    "expm1": (1, math.expm1, st.floats(-708, 709) | st.floats(-1, 1)),
    "log1p": (2, math.log1p, st.floats(0, 1)),
    "scaled_erfc": (3, naive_scaled_erfc, st.floats(0, 25) | st.floats(0, 1)),
}


@pytest.fixture(scope="module")
def evaluate(way):
    compiled_or_plain = kernel(evaluate_body)

    def run(code, x):
        out = np.full(len(x), 99.0)
        compiled_or_plain(code, np.asarray(x), out)
        return out

    return run


@pytest.mark.parametrize("name", FUNCTIONS)
@hypothesis.given(st.data())
def test_equals_the_c_library(evaluate, name, data):
    code, expected, numbers = FUNCTIONS[name]
    x = data.draw(st.lists(numbers, min_size=1, max_size=20))
    want = np.array([expected(v) for v in x])
    bound = PLACES if name != "scaled_erfc" else 200 * PLACES  # the naive one squares y twice
    np.testing.assert_allclose(evaluate(code, x), want, rtol=bound, atol=5e-324)


def test_the_ends(evaluate):
    numbers = [-np.inf, -1e300, -709.0, 0.0, 710.0, 1e300, np.inf, np.nan]
    inf, nan = np.inf, np.nan
    np.testing.assert_array_equal(evaluate(0, numbers), [0, 0, 0, 1, inf, inf, inf, nan])
    np.testing.assert_array_equal(evaluate(1, numbers), [-1, -1, -1, 0, inf, inf, inf, nan])


def test_far_tails_neither_vanish_nor_overflow(evaluate):
    y = np.array([1e3, 1e100, 1e150])
    np.testing.assert_allclose(evaluate(3, y), 1 / (y * math.sqrt(math.pi)), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("code", range(4))
def test_a_value_does_not_depend_on_its_neighbours(evaluate, code, dtype):
    x = np.random.default_rng(code).random(37).astype(dtype)
    together = evaluate(code, x)
    alone = np.concatenate([evaluate(code, x[i : i + 1]) for i in range(len(x))])
    assert together.tobytes() == alone.tobytes()
