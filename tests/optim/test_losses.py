"""Losses: the formulas one number at a time, central differences, the kernel, the ends."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minixai.errors import ParameterError
from minixai.optim.losses import LOSSES, Loss, logistic, make_loss, mean_loss_gradient, softmax
from tests.reference import loss as naive

DELTA = 0.7
OUTPUTS = {
    "half_squared_error": 2,
    "binary_cross_entropy": 1,
    "categorical_cross_entropy": 3,
    "huber": 2,
}


def draw(name, seed, n_rows=5, scale=2.0):
    rng = np.random.default_rng(seed)
    raw = rng.normal(scale=scale, size=(n_rows, OUTPUTS[name]))
    if name == "binary_cross_entropy":
        return raw, rng.integers(2, size=(n_rows, 1)).astype(float)
    if name == "categorical_cross_entropy":
        return raw, rng.integers(3, size=(n_rows, 1)).astype(float)
    return raw, rng.normal(size=raw.shape)


def one_by_one(name, raw, targets):
    extra = (DELTA,) if name == "huber" else ()
    return [getattr(naive, name)(z, y, *extra) for z, y in zip(raw, targets, strict=True)]


@pytest.mark.parametrize("name", LOSSES)
@given(seed=st.integers(0, 10**6))
def test_values_are_those_of_the_formulas(name, seed):
    raw, targets = draw(name, seed)
    values = Loss(name, DELTA).values(raw, targets)
    np.testing.assert_allclose(values, one_by_one(name, raw, targets), rtol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
@given(seed=st.integers(0, 10**6))
def test_gradient_against_central_differences(name, seed):
    raw, targets = draw(name, seed)
    if name == "huber":
        assume(np.abs(np.abs(raw - targets) - DELTA).min() > 3e-3)
    loss, h = Loss(name, DELTA), 1e-3
    found = loss.gradient(raw, targets)
    for j in range(raw.shape[1]):
        shift = h * (np.arange(raw.shape[1]) == j)
        near = loss.values(raw + shift, targets) - loss.values(raw - shift, targets)
        far = loss.values(raw + 2 * shift, targets) - loss.values(raw - 2 * shift, targets)
        slope = (8 * near - far) / (12 * h)
        np.testing.assert_allclose(found[:, j], slope, rtol=1e-6, atol=1e-8 * np.abs(found).max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LOSSES)
def test_kernel_gives_the_same_mean_and_slopes(name, dtype):
    raw, targets = (part.astype(dtype) for part in draw(name, 3))
    loss, gradient = Loss(name, DELTA), np.empty_like(raw)
    mean = mean_loss_gradient(loss.code, DELTA, raw, targets, gradient)
    tolerance = 1e-13 if dtype == np.float64 else 2e-6
    assert mean == pytest.approx(np.mean(loss.values(raw, targets)), rel=tolerance)
    expected = loss.gradient(raw, targets) / len(raw)
    np.testing.assert_allclose(gradient, expected, rtol=tolerance, atol=tolerance)


def test_huber_meets_its_two_halves_at_the_kink():
    loss = Loss("huber", DELTA)
    for side in (-1.0, 1.0):
        raw = np.array([[side * DELTA]])
        assert loss.values(raw, np.zeros((1, 1)))[0] == pytest.approx(DELTA**2 / 2)
        assert loss.gradient(raw, np.zeros((1, 1)))[0, 0] == side * DELTA


@pytest.mark.parametrize("size", [40.0, 1e3, 1e100])
def test_cross_entropies_neither_overflow_nor_lose_the_small_end(size):
    far = np.array([[size], [-size]])
    wrong = np.array([[0.0], [1.0]])
    binary = Loss("binary_cross_entropy")
    np.testing.assert_allclose(binary.values(far, wrong), size)
    np.testing.assert_array_equal(binary.gradient(far, wrong), [[1.0], [-1.0]])
    right = binary.values(far, 1 - wrong)
    np.testing.assert_allclose(right, np.exp(-size) if size < 700 else 0.0)
    several = np.array([[size, 0.0, -size]])
    categorical = Loss("categorical_cross_entropy")
    np.testing.assert_allclose(categorical.values(several, np.array([[2.0]])), 2 * size)
    np.testing.assert_allclose(
        categorical.gradient(several, np.array([[2.0]])), [[1, 0, -1]], atol=1e-15
    )
    kernel_slope = np.empty_like(several)
    mean = mean_loss_gradient(categorical.code, 1.0, several, np.array([[2.0]]), kernel_slope)
    assert mean == pytest.approx(2 * size)
    np.testing.assert_allclose(kernel_slope, [[1, 0, -1]], atol=1e-15)


def test_probabilities():
    z = np.array([-1000.0, -1.0, 0.0, 2.0, 1000.0])
    np.testing.assert_allclose(logistic(z) + logistic(-z), 1.0)
    np.testing.assert_allclose(logistic(z)[1:4], 1 / (1 + np.exp(-z[1:4])))
    shares = softmax(np.array([[1e4, 0.0], [0.0, np.log(3.0)]]))
    np.testing.assert_allclose(shares, [[1.0, 0.0], [0.25, 0.75]])


@pytest.mark.parametrize("name", LOSSES)
def test_nan_stays_nan(name):
    raw, targets = draw(name, 0)
    raw[2, 0] = np.nan
    loss, gradient = Loss(name, DELTA), np.zeros_like(raw)
    assert np.isnan(mean_loss_gradient(loss.code, DELTA, raw, targets, gradient))
    assert np.isnan(gradient[2, 0])


def test_an_unknown_loss_is_refused_with_the_nearest_name():
    with pytest.raises(ParameterError, match="Did you mean 'huber'"):
        make_loss("hubert")
