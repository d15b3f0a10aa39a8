"""A fit that fails leaves the model as it was; warm starts keep to what was learned."""

import numpy as np
import pytest

from minixai.errors import DataError, ParameterError
from minixai.neural import MLPClassifier, MLPRegressor

SMALL = {"hidden_layer_sizes": (4,), "n_epochs": 2}


def rows(d=3):
    return np.random.default_rng(0).normal(size=(24, d))


def unchanged(model, before, X, answer):
    assert vars(model).keys() == before.keys()
    assert all(vars(model)[name] is value for name, value in before.items())
    assert np.array_equal(model.predict(X), answer)


def test_a_refit_on_values_too_large_changes_nothing():
    X = rows()
    model = MLPRegressor(**SMALL).fit(X, X[:, 0])
    before, answer = dict(vars(model)), model.predict(X)
    with pytest.raises(DataError, match="scale it first"):
        model.fit(1e100 * rows(500), X[:, 0])
    unchanged(model, before, X, answer)


def test_a_refit_that_diverges_changes_nothing_learned():
    X = rows()
    model = MLPRegressor(**SMALL).fit(X, X[:, 0])
    answer = model.predict(X)
    model.set_params(optimizer="sgd", learning_rate=1e9, n_epochs=60)
    before = dict(vars(model))
    with pytest.raises(ParameterError, match="diverged"):
        model.fit(rows(5), X[:, 0])
    unchanged(model, before, X, answer)


def test_a_refit_on_fewer_classes_that_fails_keeps_the_classes():
    X = rows()
    model = MLPClassifier(**SMALL).fit(X, np.arange(24) % 3)
    before, answer = dict(vars(model)), model.predict(X)
    with pytest.raises(DataError, match="scale it first"):
        model.fit(1e100 * X, np.arange(24) % 2)
    unchanged(model, before, X, answer)


def test_a_first_fit_that_fails_leaves_no_half_model():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(1e100 * rows(), columns=["a", "b", "c"])
    model = MLPClassifier(**SMALL)
    with pytest.raises(DataError, match="scale it first"):
        model.fit(frame, np.arange(24) % 2)
    assert not [name for name in vars(model) if name.endswith("_")]


def test_a_warning_made_an_error_changes_nothing_either():
    X = rows()
    model = MLPRegressor(**SMALL).fit(X, X[:, 0])
    answer = model.predict(X)
    model.set_params(learning_rate=100.0)
    before = dict(vars(model))
    with pytest.raises(UserWarning, match="worse than"):  # pytest makes warnings errors
        model.fit(X[:, :2], X[:, 0])
    unchanged(model, before, X, answer)


@pytest.mark.parametrize("others", [["c", "d"], ["a", "c"], ["a", "b", "c"]])
def test_warm_start_refuses_other_labels(others):
    X = rows()
    model = MLPClassifier(**SMALL, warm_start=True).fit(X, np.resize(["a", "b"], 24))
    before, answer = dict(vars(model)), model.predict(X)
    with pytest.raises(ParameterError, match=r"has weights for the classes \['a', 'b'\], and y"):
        model.fit(X, np.resize(others, 24))
    unchanged(model, before, X, answer)
    model.fit(X, np.resize(["b", "a"], 24))
