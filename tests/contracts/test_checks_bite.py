"""Every check of every contract is shown a deliberately broken double and must see it."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from minixai.linear import LinearRegression
from minixai.protocols import Layer
from tests.contracts import (
    estimator_contract,
    explainer_contract,
    file_contract,
    model_contract,
    registry,
)


def double(thing, **methods):
    """A copy of ``thing`` whose class has some methods replaced."""
    other = copy.copy(thing)
    broken = type(
        type(thing).__name__, (type(thing),), {**methods, "__module__": type(thing).__module__}
    )
    object.__setattr__(other, "__class__", broken)
    return other


def with_predict(change):
    """A replacement of ``predict`` that changes what the true one gives."""

    def methods(model):
        return {"predict": lambda self, X: change(type(model).predict(self, X), X)}

    return methods


def with_raw(change):
    def methods(model):
        true = type(model).decision_function
        return {"decision_function": lambda self, X: change(true(self, X), X)}

    return methods


def writes_into_x(model):
    def predict(self, X):
        answer = type(model).predict(self, X)
        X[0, 0] += 1
        return answer

    return {"predict": predict}


def scaled(name):
    """A method whose array answer is 1 % too large."""

    def methods(model):
        true = getattr(type(model), name)
        return {name: lambda self, *args, **kwargs: true(self, *args, **kwargs) * 1.01}

    return methods


def shared_parameters(model):
    held = model.parameters()
    return {"parameters": lambda self: held}


def wrong_loss_gradient(model):
    def loss_gradient(self, X, y):
        loss, gradient = type(model).loss_gradient(self, X, y)
        return loss, {key: 1.01 * array for key, array in gradient.items()}

    return {"loss_gradient": loss_gradient}


def transposed_layers(model):
    flipped = tuple(Layer(each.weight.T, each.bias, each.activation) for each in model.layers)
    return {"layers": property(lambda self: flipped)}


def stale_replacer(model):
    def column_replacer(self, X, method):
        answer = getattr(self, method)(X)
        return lambda columns, values: answer

    return {"column_replacer": column_replacer}


def lost_term(model):
    def terms(self, X):
        found = type(model).terms(self, X)
        values = found.values.copy()
        values[:, 0] = 0
        return copy.copy(found).__class__(**{**vars(found), "values": values})

    return {"terms": terms}


def lost_tree(model):
    def tree_arrays(self):
        trees = type(model).tree_arrays(self)
        return replace(trees, value=trees.value * (np.arange(trees.n_nodes) > 5)[:, None])

    return {"tree_arrays": tree_arrays}


BROKEN_MODELS = {
    "check_prediction_shapes": ("MLPClassifier", scaled("predict_proba")),
    "check_a_row_does_not_depend_on_its_neighbours": (
        "MLPClassifier",
        with_raw(lambda answer, X: answer - X.mean()),
    ),
    "check_prediction_changes_nothing": ("LinearRegression", writes_into_x),
    "check_input_gradient": ("MLPRegressor", scaled("input_gradient")),
    "check_parameters_are_copies": ("MLPRegressor", shared_parameters),
    "check_loss_gradient": ("MLPClassifier of three", wrong_loss_gradient),
    "check_layers": ("MLPClassifier", transposed_layers),
    "check_column_replacer": ("MLPRegressor", stale_replacer),
    "check_terms": ("LinearRegression", lost_term),
    "check_tree_arrays": ("GradientBoostingRegressor", lost_tree),
}


def all_checks():
    return [check for checks in model_contract.CHECKS.values() for check in checks]


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.__name__)
def test_model_checks_bite(check):
    name, methods = BROKEN_MODELS[check.__name__]
    model, X, y = registry.fitted(name)
    check(model, X.copy(), y)
    broken = double(model, **methods(model))
    with pytest.raises((AssertionError, ValueError)):
        check(broken, X.copy(), y)


class Meddling(LinearRegression):
    """Stores more than its arguments."""

    def __init__(self, solver="closed_form"):
        super().__init__(solver=solver)


class Credulous(LinearRegression):
    """Takes any parameter."""

    def set_params(self, **params):
        return self


class Unchecked(LinearRegression):
    """Answers before fit, at any width."""

    def predict(self, X):
        return np.zeros(len(X))


class Wandering(LinearRegression):
    """Draws from a state that moves from fit to fit."""

    draws = np.random.default_rng(0)

    def predict(self, X):
        return super().predict(X) + self.draws.normal()


class Blind(LinearRegression):
    """Learns from whatever it is given."""

    def fit(self, X, y):
        X = np.nan_to_num(np.atleast_2d(np.asarray(X, dtype=object)).astype(str).view("U1") == "1")
        self.n_features_in_ = X.shape[1]
        return self


class Unsettled(LinearRegression):
    """Learns what it can before it fails."""

    def fit(self, X, y, sample_weight=None):
        try:
            return super().fit(X, y, sample_weight)
        except ValueError:
            self.coef_ = self.coef_ + 1.0
            raise


BROKEN_ESTIMATORS = {
    "check_parameters_are_stored_unchanged": Meddling,
    "check_unknown_parameters_are_refused": Credulous,
    "check_fit_returns_self_and_learns_widths": Unchecked,
    "check_the_same_fit_twice_gives_the_same_bits": Wandering,
    "check_bad_input_is_named": Blind,
    "check_text_is_named": Blind,
    "check_a_refit_that_fails_changes_nothing": Unsettled,
}


@pytest.mark.parametrize("check", estimator_contract.CHECKS, ids=lambda check: check.__name__)
def test_estimator_checks_bite(check):
    X = registry.rows()
    y = registry.numbers(X)
    check(LinearRegression, X, y)
    with pytest.raises((AssertionError, ValueError, TypeError, pytest.fail.Exception)):
        check(BROKEN_ESTIMATORS[check.__name__], X, y)


def forgetful(self):
    """A state that is another one each time it is asked for."""
    meta, arrays = type(self).__mro__[1]._to_state(self)
    drawn = np.random.default_rng().normal(size=len(arrays["mean"]))
    return meta, {**arrays, "mean": arrays["mean"] + drawn}


@pytest.mark.parametrize("check", file_contract.CHECKS, ids=lambda check: check.__name__)
def test_file_checks_bite(check, tmp_path, monkeypatch):
    model, X, _ = registry.fitted("MLPRegressor")
    thing = registry.Gradient(model).explain(X).importance()
    check(thing, tmp_path / "file")
    if check is file_contract.check_damage_is_noticed:
        monkeypatch.setattr("minixai.load", lambda path: thing)
    else:
        thing = double(thing, _to_state=forgetful)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(thing, tmp_path / "file")


def wobbling(explainer):
    draws = np.random.default_rng(0)
    true = type(explainer).explain

    def explain(self, X):
        found = true(self, X)
        values = found.values + draws.normal()
        return type(found)(**{**vars(found), "values": values})

    return {"explain": explain, "with_options": lambda self, **changes: self}


def averaged(explainer):
    true = type(explainer).explain

    def explain(self, X):
        found = true(self, X)
        values = found.values + np.mean(X)
        return type(found)(**{**vars(found), "values": values})

    return {"explain": explain}


def of_rows(explainer):
    """Names the columns after rows when there are as many."""
    true = type(explainer).explain

    def explain(self, X):
        found = true(self, X)
        names = found.feature_names
        if X.shape[0] == X.shape[1]:
            names = tuple(f"row {i}" for i in range(len(X)))
        return type(found)(**{**vars(found), "feature_names": names})

    return {"explain": explain}


class NegativeImportance:
    """An explanation whose importance keeps its sign."""

    def __init__(self, found):
        self.found = found

    def importance(self):
        true = self.found.importance()
        return type(true)(**{**vars(true), "mean": -true.mean})

    def __getattr__(self, name):
        return getattr(self.found, name)


def negative(explainer):
    true = type(explainer).explain
    return {"explain": lambda self, X: NegativeImportance(true(self, X))}


BROKEN_EXPLAINERS = {
    "check_shapes_and_names": of_rows,
    "check_rows_do_not_depend_on_neighbours": averaged,
    "check_the_same_call_twice": wobbling,
    "check_options": wobbling,
    "check_importance_and_slices": negative,
}


@pytest.mark.parametrize("check", explainer_contract.CHECKS, ids=lambda check: check.__name__)
def test_explainer_checks_bite(check):
    model, X, _ = registry.fitted("MLPRegressor")
    explainer = registry.Gradient(model)
    check(explainer, model, X)
    methods = BROKEN_EXPLAINERS[check.__name__]
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(double(explainer, **methods(explainer)), model, X)


def test_every_check_has_a_broken_double():
    assert {check.__name__ for check in all_checks()} == set(BROKEN_MODELS)
    assert {c.__name__ for c in estimator_contract.CHECKS} == set(BROKEN_ESTIMATORS)
    assert {c.__name__ for c in explainer_contract.CHECKS} == set(BROKEN_EXPLAINERS)
