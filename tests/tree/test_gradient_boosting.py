"""Boosted classifiers and regressors: axioms, options, stages, importances, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minixai.errors import DataError, ParameterError
from minixai.tree import GradientBoostingClassifier, GradientBoostingRegressor
from tests.conftest import COMPILED

N = 400 if COMPILED else 80
small = {"n_estimators": 10 if COMPILED else 3, "min_samples_leaf": 5, "max_leaf_nodes": 8}


def drawn(seed, n=N, d=4, missing=0.0):
    draws = np.random.default_rng(seed)
    X = draws.normal(size=(n, d))
    y = X[:, 0] - X[:, 1] * X[:, 2] + 0.3 * draws.normal(size=n)
    X[draws.random((n, d)) < missing] = np.nan
    return X, y


def problem(task, seed, **more):
    X, y = drawn(seed, **more)
    if task == "binary":
        return GradientBoostingClassifier, {}, X, np.where(y > 0, "yes", "no")
    if task == "three":
        return GradientBoostingClassifier, {}, X, np.digitize(y, [-0.7, 0.7])
    if task == "poisson":
        return GradientBoostingRegressor, {"loss": "poisson"}, X, np.floor(np.exp(y / 2))
    return GradientBoostingRegressor, {}, X, y


TASKS = ("binary", "three", "poisson", "number")


def raw_score(model, X):
    return model.trees_.predict(X)


@pytest.mark.parametrize("task", TASKS)
@given(seed=st.integers(0, 2**32), l2=st.sampled_from([0.0, 1.0]))
@settings(max_examples=5)
def test_training_loss_never_rises(task, seed, l2):
    make, given_loss, X, y = problem(task, seed, missing=0.1)
    model = make(learning_rate=0.05, l2_regularization=l2, **given_loss, **small).fit(X, y)
    assert len(model.train_score_) == model.n_iter_ + 1
    assert (np.diff(model.train_score_) > 0).all()


@pytest.mark.parametrize("growth", ["leaf_wise", "depth_wise"])
@given(seed=st.integers(0, 2**32), sign=st.sampled_from([-1, 1]))
@settings(max_examples=8)
def test_prediction_is_monotone_everywhere(growth, seed, sign):
    X, y = drawn(seed, missing=0.05)
    signs = [sign, 0, -sign, 0]
    model = GradientBoostingRegressor(
        monotonic_cst=signs, growth=growth, learning_rate=0.5, **small
    ).fit(X, np.where(np.isnan(X[:, 0]), 1.0, np.sin(3 * X[:, 0])) + y)
    draws = np.random.default_rng(seed)
    for j in (0, 2):
        rows = np.repeat(draws.normal(size=(1, 20, 4)), 40, axis=0)
        rows[:, :, j] = np.linspace(-4, 4, 40)[:, None]
        rows[:, ::5, 1] = np.nan
        steps = np.diff(model.predict(rows.reshape(-1, 4)).reshape(40, 20), axis=0)
        assert (signs[j] * steps >= 0).all()


def test_constraints_by_name_are_those_by_place():
    pandas = pytest.importorskip("pandas")
    X, y = drawn(0)
    frame = pandas.DataFrame(X, columns=list("abcd"))
    named = GradientBoostingRegressor(monotonic_cst={"c": -1, "a": 1}, **small).fit(frame, y)
    placed = GradientBoostingRegressor(monotonic_cst=[1, 0, -1, 0], **small).fit(X, y)
    assert np.array_equal(named.predict(frame), placed.predict(X))
    free = GradientBoostingRegressor(**small).fit(X, y)
    assert not np.array_equal(free.predict(X), placed.predict(X))


@pytest.mark.parametrize("task", TASKS)
def test_weight_of_two_is_a_row_twice(task):
    make, given_loss, X, y = problem(task, 1, missing=0.05)
    weights = np.random.default_rng(2).integers(0, 4, len(y))
    model = {**given_loss, **small, "min_samples_leaf": 1, "min_child_weight": 3.0}
    weighted = make(**model).fit(X, y, sample_weight=weights)
    repeated = make(**model).fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    np.testing.assert_allclose(raw_score(weighted, X), raw_score(repeated, X), rtol=1e-7, atol=1e-9)
    assert weighted.trees_.cover[0] == weights.sum()


@pytest.mark.parametrize("task", TASKS)
def test_threads_change_no_bit(task, monkeypatch):
    monkeypatch.setattr("minixai.tree.gradient_tree._FORK", 100)
    make, given_loss, X, y = problem(task, 3)
    one, two = (make(n_jobs=n, max_features=0.6, **given_loss, **small).fit(X, y) for n in (1, 2))
    assert one.trees_.fingerprint() == two.trees_.fingerprint()


@pytest.mark.parametrize("task", TASKS)
def test_stages_end_with_the_prediction(task):
    make, given_loss, X, y = problem(task, 4, missing=0.1)
    model = make(**given_loss, **small).fit(X, y)
    names = ["predict"]
    if task in ("binary", "three"):
        names += ["predict_proba", "decision_function"]
    for name in names:
        stages = list(getattr(model, f"staged_{name}")(X))
        assert len(stages) == model.n_iter_
        last = getattr(model, name)(X)
        assert np.array_equal(stages[-1], last)
        assert stages[0].shape == last.shape
    first = make(**given_loss, **{**small, "n_estimators": 1}).fit(X, y)
    assert np.array_equal(next(model.staged_predict(X)), first.predict(X))


def test_draws_of_rows_and_columns_follow_the_seed():
    X, y = drawn(5)
    drawing = {"subsample": 0.5, "max_features": 0.5, **small}
    prints = [
        GradientBoostingRegressor(random_state=seed, **drawing).fit(X, y).trees_.fingerprint()
        for seed in (0, None, 1)
    ]
    assert prints[0] == prints[1] != prints[2]
    half = GradientBoostingRegressor(**drawing).fit(X, y)
    assert (half.trees_.cover[half.trees_.roots] == N // 2).all()


@pytest.mark.parametrize("task", TASKS)
def test_early_stopping_keeps_the_rounds_up_to_the_best(task):
    make, given_loss, X, y = problem(task, 6)
    stopping = {**small, "n_estimators": 60 if COMPILED else 8, "learning_rate": 0.6}
    model = make(early_stopping=True, n_iter_no_change=4, **given_loss, **stopping).fit(X, y)
    assert model.n_iter_ == max(1, int(np.argmax(model.validation_score_)))
    assert len(model.validation_score_) == len(model.train_score_)
    assert len(model.validation_score_) <= stopping["n_estimators"] + 1
    if COMPILED:
        assert len(model.validation_score_) < stopping["n_estimators"], "it stopped"
    assert model.trees_.n_trees == model.n_iter_ * model.trees_.n_outputs
    everything = make(early_stopping="auto", **given_loss, **small).fit(X, y)
    assert everything.validation_score_ is None


def test_missing_values_go_the_way_that_was_learned():
    draws = np.random.default_rng(7)
    X = draws.normal(size=(N, 2))
    absent = draws.random(N) < 0.4
    X[absent, 0] = np.nan
    y = np.where(absent, 3.0, 0.0)
    model = GradientBoostingRegressor(learning_rate=1.0, **small).fit(X, y)
    np.testing.assert_allclose(model.predict(X), y, atol=1e-6)
    assert model.importance().mean[1] == 0


def test_importances_count_the_splits():
    pandas = pytest.importorskip("pandas")
    X, y = drawn(8)
    frame = pandas.DataFrame(X, columns=list("abcd"))
    model = GradientBoostingRegressor(**small).fit(frame, y)
    trees = model.trees_
    inner = ~trees.is_leaf
    expected = {
        "split_count": np.bincount(trees.feature[inner], minlength=4),
        "cover": np.bincount(trees.feature[inner], trees.cover[inner], 4),
    }
    for kind, total in expected.items():
        found = model.importance(kind)
        np.testing.assert_allclose(found.mean * model.n_iter_, total)
        assert found.feature_names == tuple("abcd")
        assert (found.std >= 0).all()
    gains = model.importance()
    assert set(np.argsort(gains.mean)[-3:]) == {0, 1, 2}
    np.testing.assert_allclose(model.feature_importances_, gains.mean / gains.mean.sum())
    grouped = model.importance(groups={"both": ["a", "d"]})
    assert grouped.feature_names == ("both", "b", "c")
    assert grouped.mean[0] == pytest.approx(gains.mean[0] + gains.mean[3])
    with pytest.raises(ParameterError, match="split_count"):
        model.importance("splits")


def test_class_weights_are_weights_of_rows():
    X, y = drawn(9)
    labels = (y > 1).astype(int)
    by_class = GradientBoostingClassifier(class_weight={0: 1.0, 1: 3.0}, **small).fit(X, labels)
    by_row = GradientBoostingClassifier(**small).fit(X, labels, np.where(labels == 1, 3.0, 1.0))
    assert np.array_equal(by_class.decision_function(X), by_row.decision_function(X))
    balanced = GradientBoostingClassifier(class_weight="balanced", **small).fit(X, labels)
    assert balanced.trees_.base_value[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("case", ["constant target", "few rows", "no column to split", "one row"])
def test_what_cannot_be_split_is_a_constant(case):
    X, y = drawn(10, n=30)
    X, y = {
        "constant target": (X, np.full(30, 0.1)),
        "few rows": (X[:39], y[:39]),
        "no column to split": (np.column_stack([np.full(30, np.nan), np.ones(30)]), y),
        "one row": (X[:1], y[:1]),
    }[case]
    model = GradientBoostingRegressor(n_estimators=3).fit(X, y)
    assert model.trees_.n_nodes == 3
    np.testing.assert_allclose(model.predict(X), np.mean(y), rtol=1e-12, atol=1e-12)
    assert not model.feature_importances_.any()


def test_column_without_a_value_is_never_asked():
    X, y = drawn(11)
    X[:, 3] = np.nan
    model = GradientBoostingRegressor(**small).fit(X, y)
    assert 3 not in model.trees_.feature
    X[:, 3] = 1.0
    assert np.isfinite(model.predict(X)).all()


def test_poisson_predicts_counts_of_the_right_mean():
    make, given_loss, X, y = problem("poisson", 12)
    model = make(**given_loss, **small).fit(X, y)
    assert model.trees_.link == "log"
    assert (model.predict(X) > 0).all()
    np.testing.assert_allclose(np.exp(model.trees_.base_value[0]), y.mean())


BAD = [
    ({"n_estimators": 0}, "n_estimators"),
    ({"learning_rate": 0.0}, "learning_rate"),
    ({"max_leaf_nodes": 1}, "max_leaf_nodes"),
    ({"max_depth": 0}, "max_depth"),
    ({"growth": "leafwise"}, "leaf_wise"),
    ({"min_samples_leaf": 0}, "min_samples_leaf"),
    ({"min_child_weight": -1.0}, "min_child_weight"),
    ({"l2_regularization": -1.0}, "l2_regularization"),
    ({"max_bins": 256}, "max_bins"),
    ({"max_features": 0.0}, "max_features"),
    ({"subsample": 1.5}, "subsample"),
    ({"early_stopping": "yes"}, "early_stopping"),
    ({"validation_fraction": 1.0}, "validation_fraction"),
    ({"n_iter_no_change": 0}, "n_iter_no_change"),
    ({"tol": -1.0}, "tol"),
    ({"random_state": -1}, "random_state"),
    ({"n_jobs": 0}, "n_jobs"),
    ({"loss": "squared_eror"}, "Did you mean 'squared_error'"),
    ({"monotonic_cst": [1, 0]}, "each of 4 columns"),
    ({"monotonic_cst": [1, 0, 2, 0]}, "-1, 0 or 1, got 2"),
    ({"monotonic_cst": {"a": 1}}, "X has no names"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD, ids=lambda each: str(each)[:40])
def test_bad_arguments_are_named(arguments, said):
    X, y = drawn(13, n=40)
    with pytest.raises(ParameterError, match=said):
        GradientBoostingRegressor(**arguments).fit(X, y)


def test_bad_data_are_named():
    pandas = pytest.importorskip("pandas")
    X, y = drawn(14, n=40)
    with pytest.raises(DataError, match="not negative and not all 0, got -"):
        GradientBoostingRegressor(loss="poisson").fit(X, y)
    with pytest.raises(DataError, match="one class"):
        GradientBoostingClassifier().fit(X, np.ones(40))
    with pytest.raises(DataError, match="leaves nothing to watch"):
        GradientBoostingRegressor(early_stopping=True).fit(X[:3], y[:3])
    with pytest.raises(DataError, match="has no weight"):
        GradientBoostingClassifier(class_weight={0: 0.0, 1: 1.0}).fit(X, (y > 0).astype(int))
    with pytest.raises(ParameterError, match="two classes, and y has 3"):
        GradientBoostingClassifier(monotonic_cst=[1, 0, 0, 0]).fit(X, np.arange(40) % 3)
    frame = pandas.DataFrame(X, columns=["age", "b", "c", "d"])
    with pytest.raises(ParameterError, match="Did you mean 'age'"):
        GradientBoostingRegressor(monotonic_cst={"aeg": 1}).fit(frame, y)
