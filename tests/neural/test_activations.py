"""Activations: the formulas, their slopes, the kernels, the kink."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.neural.activations import ACTIVATIONS, activate, add_rows, multiply_by_slope
from tests.reference.mlp import FUNCTIONS, SLOPES

HIDDEN = [name for name in ACTIVATIONS if name != "identity"]


@pytest.mark.parametrize("name", HIDDEN)
@given(values=st.lists(st.floats(-30, 30), min_size=1, max_size=6))
def test_functions_and_slopes_are_those_of_the_formulas(name, values):
    z = np.array(values)
    found = ACTIVATIONS[name].function(z), ACTIVATIONS[name].slope(z)
    expected = [FUNCTIONS[name](v) for v in values], [SLOPES[name](v) for v in values]
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_kernels_agree_with_the_functions(name, dtype):
    rng = np.random.default_rng(0)
    product, bias = rng.normal(size=(4, 3)).astype(dtype), rng.normal(size=3).astype(dtype)
    value, slope, delta = product.copy(), np.empty_like(product), np.ones_like(product)
    activate(ACTIVATIONS[name].code, bias, value, slope)
    multiply_by_slope(ACTIVATIONS[name].code, value, slope, delta)
    z = (product + bias).astype(np.float64)
    tolerance = 1e-13 if dtype == np.float64 else 1e-6
    np.testing.assert_allclose(value, ACTIVATIONS[name].function(z), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(delta, ACTIVATIONS[name].slope(z), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", HIDDEN)
def test_the_far_ends_are_finite(name):
    far = np.array([[-1e3, -50.0, 50.0, 1e3]])
    value, slope, delta = far.copy(), np.empty_like(far), np.ones_like(far)
    activate(ACTIVATIONS[name].code, np.zeros(4), value, slope)
    multiply_by_slope(ACTIVATIONS[name].code, value, slope, delta)
    np.testing.assert_allclose(value, ACTIVATIONS[name].function(far), rtol=1e-14, atol=1e-300)
    assert np.isfinite(delta).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_nan_and_infinity_are_not_swallowed(name):
    wrong = np.array([[np.nan, np.inf]])
    activate(ACTIVATIONS[name].code, np.zeros(2), wrong, np.empty_like(wrong))
    assert np.isnan(wrong[0, 0])
    assert wrong[0, 1] == (1.0 if name in ("tanh", "sigmoid") else np.inf)


def test_the_slope_of_relu_at_its_kink_is_zero():
    assert ACTIVATIONS["relu"].slope(np.array([0.0]))[0] == 0
    delta = np.ones((1, 1))
    multiply_by_slope(ACTIVATIONS["relu"].code, np.zeros((1, 1)), np.zeros((1, 1)), delta)
    assert delta[0, 0] == 0


def test_rows_are_added():
    delta, total = np.arange(6.0).reshape(3, 2), np.full(2, 9.0)
    add_rows(delta, total)
    assert total.tolist() == [6.0, 9.0]
