"""What a model promises by its capabilities: each check raises AssertionError where it is broken.

A check takes a fitted model with the rows and targets it was fitted on.
"""

import copy

import numpy as np

from minixai import protocols
from minixai.compression import QuantizedNetwork
from minixai.neural.fitted_network import FittedNetwork
from tests.conftest import COMPILED

__all__ = ["CHECKS"]

OUR_KERNELS = (FittedNetwork, QuantizedNetwork)
"""Models whose rows go through our kernels alone, which promise bits; others go through BLAS."""


def slope(function, x, step=1e-3):
    """4th-order central differences of a vector-valued function along each entry of ``x``."""
    columns = []
    for k in range(x.size):
        shift = np.zeros(x.size)
        shift[k] = step
        shift = shift.reshape(x.shape)
        near = function(x + shift) - function(x - shift)
        far = function(x + 2 * shift) - function(x - 2 * shift)
        columns.append((8 * near - far) / (12 * step))
    return np.stack(columns, axis=-1)


def raw_score(model, X):
    """The raw score: what `input_gradient` differentiates."""
    methods = ("decision_function", "predict_proba", "predict")
    return next(getattr(model, name) for name in methods if hasattr(model, name))(X)


def check_prediction_shapes(model, X, y):
    predicted = model.predict(X)
    assert predicted.shape == (len(X),)
    if hasattr(model, "classes_"):
        k = len(model.classes_)
        assert set(predicted) <= set(model.classes_)
        if hasattr(model, "decision_function"):  # trees that average shares have none
            scores = model.decision_function(X)
            assert scores.shape == ((len(X),) if k == 2 else (len(X), k))
            best = (scores > 0).astype(int) if k == 2 else scores.argmax(axis=1)
            assert np.array_equal(model.classes_[best], predicted)
        if hasattr(model, "predict_proba"):
            shares = model.predict_proba(X)
            assert shares.shape == (len(X), k)
            np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
            assert (model.classes_[shares.argmax(axis=1)] == predicted).mean() > 0.99


def check_a_row_does_not_depend_on_its_neighbours(model, X, y):
    together = raw_score(model, X)
    alone = np.concatenate([raw_score(model, X[i : i + 1]) for i in range(len(X))])
    if isinstance(model, OUR_KERNELS) and COMPILED:
        assert np.array_equal(alone, together), "to the bit"
    tolerance = 1e-10 if together.dtype == np.float64 else 1e-4
    np.testing.assert_allclose(alone, together, rtol=tolerance, atol=tolerance)


def check_prediction_changes_nothing(model, X, y):
    before = copy.deepcopy(model.__dict__)
    given = X.copy()
    first = model.predict(X)
    assert np.array_equal(first, model.predict(X)), "the same call twice gives the same bits"
    assert np.array_equal(given, X), "the rows given stay as they are"
    assert set(before) == set(model.__dict__), "predicting learns nothing"


def check_input_gradient(model, X, y):
    X = X[:4].astype(np.float64)
    found = np.asarray(model.input_gradient(X), np.float64)
    for i, row in enumerate(X):
        expected = slope(lambda x: raw_score(model, x[None])[0], row)
        expected = np.moveaxis(np.atleast_2d(expected), 0, -1).reshape(found[i].shape)
        scale = np.abs(expected).max() + 1e-300
        np.testing.assert_allclose(found[i], expected, rtol=1e-6, atol=1e-8 * scale)


def check_parameters_are_copies(model, X, y):
    held = model.parameters()
    assert held, "there are parameters"
    assert all(key.split(".")[0] == "layers" for key in held)
    for array in held.values():
        array += 1
    fresh = model.parameters()
    assert all(not np.array_equal(held[key], fresh[key]) for key in held)
    moved = model.with_parameters(held)
    assert moved is not model
    for key, array in moved.parameters().items():
        assert np.array_equal(array, held[key])
    assert all(np.array_equal(array, fresh[key]) for key, array in model.parameters().items())
    again = model.with_parameters(fresh)
    assert np.array_equal(again.predict(X), model.predict(X))


def check_loss_gradient(model, X, y):
    draws = np.random.default_rng(2)  # away from the optimum, where every slope is 0
    held = {
        key: array + 0.1 * draws.normal(size=array.shape)
        for key, array in model.parameters().items()
    }
    model = model.with_parameters(held)
    loss, gradient = model.loss_gradient(X, y)
    assert np.isfinite(loss)
    assert set(gradient) == set(held)
    largest = max(np.abs(array).max() for array in gradient.values())
    rng = np.random.default_rng(0)
    for key, array in held.items():
        assert gradient[key].shape == array.shape
        for index in rng.integers(array.size, size=3):
            at = np.unravel_index(index, array.shape)

            def along(value, key=key, array=array, at=at):
                changed = array.copy()
                changed[at] = value[0]
                return np.array(
                    model.with_parameters({**held, key: changed}).loss_gradient(X, y)[0]
                )

            expected = slope(along, np.array([array[at]]))[0]
            np.testing.assert_allclose(
                gradient[key][at], expected, rtol=1e-6, atol=1e-8 * largest, err_msg=key
            )


def check_layers(model, X, y):
    activations = model.forward_trace(X)
    assert len(activations) == len(model.layers) + 1
    assert np.array_equal(activations[0], X)
    for layer, before, after in zip(model.layers, activations[:-1], activations[1:], strict=True):
        assert layer.weight.shape == (before.shape[1], after.shape[1])
        assert layer.bias.shape == (after.shape[1],)
    last = activations[-1]
    raw = raw_score(model, X)
    np.testing.assert_allclose(last.reshape(raw.shape), raw, rtol=1e-9, atol=1e-9)


def check_column_replacer(model, X, y):
    rng = np.random.default_rng(1)
    for method in ("predict", "predict_proba", "decision_function"):
        if not hasattr(model, method):
            continue
        outlying = X.copy()
        outlying[3, 0] = 1e12  # nothing of a value may stay when it is replaced
        replace = model.column_replacer(outlying, method)
        for columns in ([0], [2, 0], [0, 1, 2]):
            values = rng.normal(size=(len(X), len(columns)))
            changed = outlying.copy()
            changed[:, columns] = values
            found, expected = replace(columns, values), getattr(model, method)(changed)
            if expected.dtype.kind == "f":
                np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)
            else:
                assert np.array_equal(found, expected)
        np.testing.assert_array_equal(
            replace([0], X[:, [0]]).shape, getattr(model, method)(X).shape
        )


def check_terms(model, X, y):
    terms = model.terms(X)
    total = terms.values.sum(axis=1) + terms.base_values
    np.testing.assert_allclose(total, raw_score(model, X), rtol=1e-9, atol=1e-9)
    assert np.abs(terms.completeness_gap).max() < 1e-9


def check_tree_arrays(model, X, y):
    trees = model.tree_arrays()
    assert trees.n_features == X.shape[1]
    raw = trees.predict(X)
    if hasattr(model, "decision_function"):
        expected = model.decision_function(X)
    elif hasattr(model, "classes_"):
        expected = model.predict_proba(X)
        expected = expected[:, 1] if expected.shape[1] == 2 else expected
    else:
        expected = model.predict(X) if trees.link == "identity" else raw
    np.testing.assert_allclose(raw, expected, rtol=1e-10, atol=1e-10)
    inner = np.flatnonzero(~trees.is_leaf)
    below = trees.cover[trees.children_left[inner]] + trees.cover[trees.children_right[inner]]
    np.testing.assert_allclose(trees.cover[inner], below, rtol=1e-12)


CHECKS = {
    protocols.Predictor: [
        check_prediction_shapes,
        check_a_row_does_not_depend_on_its_neighbours,
        check_prediction_changes_nothing,
    ],
    protocols.InputDifferentiable: [check_input_gradient],
    protocols.ParameterDifferentiable: [check_parameters_are_copies, check_loss_gradient],
    protocols.Layered: [check_layers],
    protocols.ColumnReplacer: [check_column_replacer],
    protocols.Additive: [check_terms],
    protocols.TreeEnsemble: [check_tree_arrays],
}
"""By capability; a model is checked for every capability it has."""
