"""Gradients of every loss x activation x depth, by loops and by central differences."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minixai.neural import MLPClassifier, MLPRegressor
from minixai.neural.network import Network
from tests.contracts.model_contract import slope
from tests.reference import loss as naive_loss
from tests.reference import mlp as naive

ACTIVATIONS = ["relu", "tanh", "sigmoid", "gelu"]
HIDDEN = [(), (4,), (3, 2), (3, 2, 2)]
LOSSES = {
    "half_squared_error": (MLPRegressor, {}, 2),
    "huber": (MLPRegressor, {"loss": "huber", "huber_delta": 0.8}, 2),
    "binary_cross_entropy": (MLPClassifier, {}, 1),
    "categorical_cross_entropy": (MLPClassifier, {}, 3),
}
CASES = [(loss, activation) for loss in LOSSES for activation in ACTIVATIONS]
MARGIN = 0.02
"""How far from a kink a draw must stay: the differences move a sum by less."""


def draw(loss, activation, hidden, seed, l2=0.1, d=3, n_rows=4):
    """A model with drawn weights, never fitted, and rows with targets."""
    kind, options, n_outputs = LOSSES[loss]
    rng = np.random.default_rng(seed)
    widths = (d, *hidden, n_outputs)
    parameters = {}
    for i, (n_in, n_out) in enumerate(pairwise(widths)):
        parameters[f"layers.{i}.weight"] = rng.normal(size=(n_in, n_out))
        parameters[f"layers.{i}.bias"] = rng.normal(size=n_out)
    model = kind(hidden, activation=activation, l2=l2, **options).with_parameters(parameters)
    X = rng.normal(size=(n_rows, d))
    if kind is MLPClassifier:
        return model, X, rng.integers(max(2, n_outputs), size=n_rows)
    return model, X, rng.normal(size=(n_rows, n_outputs))


def as_lists(model):
    return [(layer.weight.tolist(), layer.bias.tolist()) for layer in model.layers]


def away_from_kinks(model, X, y):
    """Whether no relu and no Huber residual is near the place where its slope jumps."""
    for row, target in zip(X, y, strict=True):
        *hidden, raw = naive.sums_of_row(as_lists(model), model.activation, row)
        if model.activation == "relu" and min((abs(z) for zs in hidden for z in zs), default=1) < (
            MARGIN
        ):
            return False
        if getattr(model, "loss", "") == "huber" and (
            np.abs(np.abs(np.array(raw) - target) - model.huber_delta).min() < MARGIN
        ):
            return False
    return True


@pytest.mark.parametrize(("loss", "activation"), CASES)
@settings(max_examples=8)
@given(seed=st.integers(0, 10**6), hidden=st.sampled_from(HIDDEN), l2=st.sampled_from([0.0, 0.3]))
def test_parameter_gradient_against_central_differences(loss, activation, seed, hidden, l2):
    model, X, y = draw(loss, activation, hidden, seed, l2)
    assume(away_from_kinks(model, X, y))
    held = model.parameters()
    _, gradient = model.loss_gradient(X, y)
    largest = max(np.abs(array).max() for array in gradient.values())
    for name, array in held.items():

        def loss_at(value, name=name):
            moved = model.with_parameters({**held, name: value})
            return np.array(moved.loss_gradient(X, y)[0])

        expected = slope(loss_at, array).reshape(array.shape)
        np.testing.assert_allclose(
            gradient[name], expected, rtol=1e-6, atol=1e-8 * largest, err_msg=name
        )


@pytest.mark.parametrize(("loss", "activation"), CASES)
@settings(max_examples=8)
@given(seed=st.integers(0, 10**6), hidden=st.sampled_from(HIDDEN))
def test_input_gradient_against_central_differences(loss, activation, seed, hidden):
    model, X, y = draw(loss, activation, hidden, seed)
    assume(away_from_kinks(model, X, y))
    found = model.input_gradient(X).reshape(len(X), X.shape[1], -1)
    for i, row in enumerate(X):
        expected = slope(lambda x: model.forward_trace(x[None])[-1][0], row).T
        scale = np.abs(expected).max()
        np.testing.assert_allclose(found[i], expected, rtol=1e-6, atol=1e-8 * scale)


@pytest.mark.parametrize(("loss", "activation"), CASES)
@settings(max_examples=8)
@given(seed=st.integers(0, 10**6), hidden=st.sampled_from(HIDDEN))
def test_everything_against_the_loops(loss, activation, seed, hidden):
    model, X, y = draw(loss, activation, hidden, seed)
    layers = as_lists(model)
    raws = [naive.raw(layers, activation, row) for row in X]
    np.testing.assert_allclose(model.forward_trace(X)[-1], raws, rtol=1e-10, atol=1e-12)
    kernel = model._raw(X)
    np.testing.assert_allclose(kernel, raws, rtol=1e-10, atol=1e-12)
    extra = (0.8,) if loss == "huber" else ()
    values = [
        getattr(naive_loss, loss)(raw, np.atleast_1d(target), *extra)
        for raw, target in zip(raws, y, strict=True)
    ]
    penalty = 0.05 * sum((layer.weight**2).sum() for layer in model.layers)
    assert model.loss_gradient(X, y)[0] == pytest.approx(np.mean(values) + penalty, rel=1e-9)
    gradient = model.input_gradient(X).reshape(len(X), X.shape[1], -1)
    for k in range(gradient.shape[2]):
        expected = [naive.input_slope(layers, activation, row, k) for row in X]
        np.testing.assert_allclose(gradient[:, :, k], expected, rtol=1e-10, atol=1e-12)
        one = model.input_gradient(X, output=k)
        assert np.array_equal(one, gradient[:, :, k])


@pytest.mark.parametrize(("loss", "activation"), CASES)
def test_float32_gives_the_same_in_its_own_precision(loss, activation):
    model, X, y = draw(loss, activation, (3, 2), seed=5)
    small = model.with_parameters(
        {name: array.astype(np.float32) for name, array in model.parameters().items()}
    )
    value, gradient = model.loss_gradient(X, y)
    value_32, gradient_32 = small.loss_gradient(X.astype(np.float32), y)
    assert value_32 == pytest.approx(value, rel=1e-5)
    for name, array in gradient_32.items():
        assert array.dtype == np.float32
        np.testing.assert_allclose(array, gradient[name], rtol=1e-4, atol=1e-5)
    slopes = small.input_gradient(X.astype(np.float32))
    assert slopes.dtype == np.float32
    np.testing.assert_allclose(slopes, model.input_gradient(X), rtol=1e-4, atol=1e-5)


def test_a_relu_at_its_kink_has_the_slope_from_the_left():
    model = MLPRegressor((1,)).with_parameters(
        {
            "layers.0.weight": np.array([[2.0]]),
            "layers.0.bias": np.array([-2.0]),
            "layers.1.weight": np.array([[3.0]]),
            "layers.1.bias": np.array([0.5]),
        }
    )
    gradient = model.input_gradient([[0.5], [1.0], [1.5]])
    assert gradient[:, 0].tolist() == [0.0, 0.0, 6.0]
    assert model.loss_gradient([[1.0]], [0.0])[1]["layers.0.weight"][0, 0] == 0.0


def test_backward_carries_a_slope_to_every_layer():
    model, X, _ = draw("categorical_cross_entropy", "tanh", (3, 2), seed=2)
    delta = np.random.default_rng(0).normal(size=(len(X), 3))
    slopes = model.backward(X, delta)
    expected = np.einsum("ndk,nk->nd", model.input_gradient(X), delta)
    np.testing.assert_allclose(slopes[0], expected, rtol=1e-12)
    assert [part.shape[1] for part in slopes] == [3, 3, 2, 3]
    assert slopes[-1] is delta


def test_first_weights_keep_the_size_of_signals_and_do_not_depend_on_the_type():
    network = Network((200, 200, 200, 1), "relu")
    flat = network.first_weights(0, np.float64)
    assert np.array_equal(flat.astype(np.float32), network.first_weights(0, np.float32))
    assert np.array_equal(flat, network.first_weights(None, np.float64))
    assert not np.array_equal(flat, network.first_weights(1, np.float64))
    first = network.layers(flat)[0]
    assert first.weight.std() == pytest.approx(np.sqrt(2 / 200), rel=0.02)
    assert (first.bias == 0).all()
