"""LightGBM's boosters as arrays give what LightGBM gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai._estimator import NotFittedError
from minixai.errors import DataError, ParameterError
from minixai.tree_arrays import as_tree_arrays
from tests.tree_arrays.drawn_tables import CATEGORICAL, leaf_numbers, tables

pytestmark = pytest.mark.peers
lightgbm = pytest.importorskip("lightgbm")

TIGHT = {"rtol": 1e-12, "atol": 1e-12}
OPTIONS = {
    "n_estimators": 3,
    "min_child_samples": 3,
    "min_data_per_group": 3,
    "cat_smooth": 1.0,
    "verbose": -1,
    "n_jobs": 1,
    "random_state": 0,
}
KINDS = {
    "gbdt": {},
    "dart": {"boosting_type": "dart", "drop_rate": 0.5, "skip_drop": 0.0},
    "rf": {"boosting_type": "rf", "bagging_freq": 1, "bagging_fraction": 0.6},
    "no missing": {"use_missing": False},
}
OBJECTIVES = {
    "regression": "identity",
    "huber": "identity",
    "poisson": "log",
    "gamma": "log",
    "tweedie": "log",
    "cross_entropy": "logit",
    "binary": "logit",
    "multiclass": "softmax",
    "multiclassova": "logit",
}


def fitted(table, objective, categorical, **options):
    """Return a Booster; dart and forests drop and draw by its own seed."""
    n_classes = {"binary": 2, "multiclass": 3, "multiclassova": 3}.get(objective)
    y = np.exp(table.y) if OBJECTIVES[objective] == "log" else table.y
    y = 1 / (1 + np.exp(-table.y)) if objective == "cross_entropy" else y
    kind = lightgbm.LGBMRegressor if n_classes is None else lightgbm.LGBMClassifier
    model = kind(objective=objective, **OPTIONS, **options)
    columns = {"categorical_feature": [CATEGORICAL]} if categorical else {}
    target = y if n_classes is None else table.classes(n_classes)
    return model.fit(table.X, target, sample_weight=table.weight, **columns)


def read_or_why(model):
    """Return the arrays and no reason, or no arrays and why not."""
    try:
        return as_tree_arrays(model), ""
    except ParameterError as error:
        return None, str(error)


def assert_same(model, rows, trees):
    expected = model.predict(rows, raw_score=True)
    if model.boosting_type == "rf":  # its predict takes the mean, its raw score forgets to
        expected = expected / trees.n_trees
    np.testing.assert_allclose(trees.predict(rows), expected, **TIGHT)
    inner = np.bincount(np.repeat(range(trees.n_trees), sizes(trees)), ~trees.is_leaf)
    leaves = model.predict(rows, pred_leaf=True).reshape(len(rows), -1)
    assert np.array_equal(leaf_numbers(trees, rows) - inner, leaves)


def sizes(trees):
    return np.diff([*trees.roots, trees.n_nodes])


@pytest.mark.parametrize("kind", KINDS)
@given(tables(), st.booleans())
def test_kinds_of_boosting(kind, table, categorical):
    model = fitted(table, "regression", categorical, **KINDS[kind])
    trees = as_tree_arrays(model)
    assert_same(model, table.rows_for(trees, missing=True), trees)


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(tables(), st.booleans())
def test_objectives(objective, table, categorical):
    model = fitted(table, objective, categorical)
    trees = as_tree_arrays(model)
    rows = table.rows_for(trees, missing=True)
    assert_same(model, rows, trees)
    assert trees.link == OBJECTIVES[objective]
    assert np.array_equal(as_tree_arrays(model.booster_).predict(rows), trees.predict(rows))
    names = {"binary": ("1",), "multiclass": ("0", "1", "2"), "multiclassova": ("0", "1", "2")}
    assert trees.output_names == names.get(objective)


@given(tables())
def test_covers_are_those_of_its_own_contributions(table):
    model = fitted(table, "regression", categorical=False)
    trees = as_tree_arrays(model)
    base = trees.base_value[0]
    for root, end in zip(trees.roots, np.cumsum(sizes(trees)), strict=True):
        leaves = trees.is_leaf[root:end]
        weight = trees.cover[root:end][leaves]
        assert weight.sum() == trees.cover[root] == len(table.y)
        base += weight @ trees.value[root:end, 0][leaves] / weight.sum()
    expected = model.predict(table.X[:1], pred_contrib=True)[0, -1]
    assert base == pytest.approx(expected, rel=1e-9)


@given(tables(gaps=False), st.booleans())
def test_zeros_that_are_missing_are_read_exactly_or_refused(table, positive):
    X = np.abs(table.X) if positive else table.X
    X[table.rng.random(X.shape) < 0.3] = 0.0
    model = fitted(table._replace(X=X), "regression", False, zero_as_missing=True)
    trees, why = read_or_why(model)
    if trees is None:
        assert "fit it with zero_as_missing=False" in why
        return
    rows = table.rows_for(trees, missing=True)
    tiny = [0.0, -0.0, 1e-35, -1e-35, 1e-36, -1e-36, np.float32(1e-35), -np.float32(1e-35)]
    rows[table.rng.random(rows.shape) < 0.4] = 0.0
    rows[:8, 0] = tiny
    assert_same(model, rows, trees)


@pytest.mark.parametrize("default_left", [False, True])
@pytest.mark.parametrize("missing", ["none", "zero", "nan"])
@pytest.mark.parametrize("threshold", [-1.0, -1e-36, 0.0, 1.0000000180025095e-35, 2e-35, 3.0])
def test_every_question_near_zero(threshold, missing, default_left):
    X, y = np.repeat([-2.0, 2.0], 10)[:, None], np.repeat([0.0, 1.0], 10)
    options = {"verbose": -1, "min_data_in_leaf": 1, "num_threads": 1}
    text = lightgbm.train(options, lightgbm.Dataset(X, y), 1).model_to_string()
    asked = 2 * default_left + 4 * ("none", "zero", "nan").index(missing)
    lines = {"threshold": repr(threshold), "decision_type": str(asked)}
    rewritten = [
        f"{line.partition('=')[0]}={lines[line.partition('=')[0]]}"
        if line.partition("=")[0] in lines
        else line
        for line in text.splitlines()
        if not line.startswith("tree_sizes=")
    ]
    booster = lightgbm.Booster(model_str="\n".join(rewritten))
    tiny = float(np.float32(1e-35))
    rows = [-5.0, -1.0, -2e-35, -tiny, -1e-36, -0.0, 0.0, 1e-36, tiny, 2e-35, 3.0, 5.0, np.nan]
    rows += [np.nextafter(-tiny, -1), np.nextafter(tiny, 1), np.nextafter(threshold, 9)]
    rows = np.array(rows)[:, None]
    trees, why = read_or_why(booster)
    if trees is None:
        assert missing == "zero"
        assert default_left != (threshold >= 0)
        assert abs(threshold) > tiny
        assert "zero_as_missing=False" in why
        return
    np.testing.assert_allclose(trees.predict(rows), booster.predict(rows), **TIGHT)


def test_the_best_iteration_is_where_reading_ends():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 3)), rng.integers(0, 3, 300)
    options = {"objective": "multiclass", "num_class": 3, "verbose": -1, "num_threads": 1}
    data, held_out = lightgbm.Dataset(X[:200], y[:200]), lightgbm.Dataset(X[200:], y[200:])
    stop = lightgbm.early_stopping(2, verbose=False)
    more = {"valid_sets": [held_out], "callbacks": [stop], "keep_training_booster": True}
    booster = lightgbm.train(options, data, 50, **more)
    trees = as_tree_arrays(booster)
    assert trees.n_trees == 3 * booster.best_iteration < booster.num_trees()
    np.testing.assert_allclose(trees.predict(X), booster.predict(X, raw_score=True), **TIGHT)


def test_trees_without_a_split():
    X, y = np.arange(30.0)[:, None], np.full(30, 2.5)
    model = lightgbm.LGBMRegressor(**OPTIONS).fit(X, y)
    trees = as_tree_arrays(model)
    assert trees.is_leaf.all()
    assert_same(model, X, trees)


def test_an_objective_of_ones_own_gives_the_bare_score():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 2)), rng.normal(size=100)
    options = {"objective": lambda p, data: (p - data.label, np.ones_like(p)), "verbose": -1}
    booster = lightgbm.train(options, lightgbm.Dataset(X, y), 3)
    trees = as_tree_arrays(booster)
    assert trees.link == "identity"
    assert trees.feature_names is None
    np.testing.assert_allclose(trees.predict(X), booster.predict(X), **TIGHT)


def frame_of_categories():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    codes, words = rng.choice([3, 10, 400], 300), rng.choice(["u", "v", "w"], 300)
    frame = pandas.DataFrame({"a": rng.normal(size=300)})
    frame["code"], frame["word"] = pandas.Categorical(codes), pandas.Categorical(words)
    y = frame.a + (codes == 10) + 2 * (words == "v")
    return frame, y, np.column_stack([frame.a, codes, frame.word.cat.codes])


def test_categories_of_a_frame_are_found_again():
    frame, y, rows = frame_of_categories()
    model = lightgbm.LGBMRegressor(**OPTIONS).fit(frame, y)
    trees = as_tree_arrays(model)
    assert trees.feature_names == ("a", "code", "word")
    assert trees.categories is not None
    np.testing.assert_allclose(trees.predict(rows), model.predict(frame), **TIGHT)
    rows[0, 1], rows[1, 2], rows[2, 1] = 5.0, -1.0, np.nan
    frame["code"] = frame.code.where(np.arange(300) > 2).astype(object).where(lambda c: c != 5)
    frame["code"] = frame.code.astype("category").cat.set_categories([3, 10, 400])
    frame.loc[1, "word"] = None
    np.testing.assert_allclose(trees.predict(rows[2:]), model.predict(frame[2:]), **TIGHT)


def test_categories_that_no_matrix_can_hold_are_refused():
    pandas = pytest.importorskip("pandas")
    frame, y, _ = frame_of_categories()
    ordered = frame.assign(rank=pandas.Categorical(np.arange(300) % 4, ordered=True))
    with pytest.raises(ParameterError, match="3 columns of categories, and takes 2 of them"):
        as_tree_arrays(lightgbm.LGBMRegressor(**OPTIONS).fit(ordered, y))
    halves = frame.assign(code=pandas.Categorical(np.arange(300) % 4 / 2))
    with pytest.raises(ParameterError, match="Categories must be words or whole numbers"):
        as_tree_arrays(lightgbm.LGBMRegressor(**OPTIONS).fit(halves, y))


def test_what_cannot_be_read_says_what_to_do():
    X, y = np.arange(40.0)[:, None], np.arange(40.0) ** 2
    with pytest.raises(ParameterError, match="linear_tree=False"):
        as_tree_arrays(lightgbm.LGBMRegressor(**OPTIONS, linear_tree=True).fit(X, y))
    with pytest.raises(NotFittedError, match="This LGBMRegressor is not fitted yet"):
        as_tree_arrays(lightgbm.LGBMRegressor())
    data = lightgbm.Dataset(X, y, params={"verbose": -1})
    with pytest.raises(DataError, match="This Booster has no trees"):
        as_tree_arrays(lightgbm.Booster({"verbose": -1}, train_set=data))
