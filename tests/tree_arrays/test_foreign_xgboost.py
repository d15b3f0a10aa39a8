"""XGBoost's boosters as arrays give what XGBoost gives, which sums in float32."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai._estimator import NotFittedError
from minixai.errors import DataError, ParameterError
from minixai.tree_arrays import as_tree_arrays
from tests.tree_arrays.drawn_tables import CATEGORICAL, leaf_numbers, tables

pytestmark = pytest.mark.peers
xgboost = pytest.importorskip("xgboost")

SINGLE = {"rtol": 1e-5, "atol": 1e-5}
OPTIONS = {"n_estimators": 3, "max_depth": 4, "n_jobs": 1, "random_state": 0}
KINDS = {
    "gbtree": {},
    "exact": {"tree_method": "exact", "gamma": 0.3},
    "dart": {"booster": "dart", "rate_drop": 0.5},
    "forest": {"num_parallel_tree": 3, "subsample": 0.7},
}
OBJECTIVES = {
    "reg:squarederror": "identity",
    "reg:absoluteerror": "identity",
    "reg:pseudohubererror": "identity",
    "reg:squaredlogerror": "identity",
    "count:poisson": "log",
    "reg:gamma": "log",
    "reg:tweedie": "log",
    "survival:cox": "log",
    "reg:logistic": "logit",
    "binary:logistic": "logit",
    "binary:logitraw": "logit",
    "binary:hinge": "identity",
}


def fitted(table, objective="reg:squarederror", categorical=False, **options):
    kinds = ["q"] * 4
    if categorical and options.get("tree_method") != "exact":
        kinds[CATEGORICAL] = "c"
        options |= {"enable_categorical": True, "max_cat_to_onehot": 2}
    y = np.exp(table.y / 3) if OBJECTIVES[objective] == "log" else np.abs(table.y)
    if OBJECTIVES[objective] == "logit" or objective == "binary:hinge":
        y = table.classes(2)
    model = xgboost.XGBRegressor(objective=objective, feature_types=kinds, **{**OPTIONS, **options})
    return model.fit(table.X, y, sample_weight=table.weight)


def assert_same(model, rows, trees):
    expected = model.predict(rows, output_margin=True)
    np.testing.assert_allclose(trees.predict(rows), expected, **SINGLE)
    found = leaf_numbers(trees, rows)
    assert np.array_equal(found, np.reshape(model.apply(rows), found.shape))


@pytest.mark.parametrize("kind", KINDS)
@given(tables(), st.booleans())
def test_kinds_of_boosting(kind, table, categorical):
    model = fitted(table, categorical=categorical, **KINDS[kind])
    trees = as_tree_arrays(model)
    rows = table.rows_for(trees, missing=True)
    if kind != "exact":  # pruned nodes leave gaps in its numbers
        assert_same(model, rows, trees)
    expected = model.predict(rows)
    np.testing.assert_allclose(trees.predict(rows), expected, **SINGLE)


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(tables(), st.booleans(), st.sampled_from([None, 0.3, 0.7]))
def test_objectives(objective, table, categorical, base_score):
    model = fitted(table, objective, categorical, base_score=base_score)
    trees = as_tree_arrays(model)
    rows = table.rows_for(trees, missing=True)
    assert_same(model, rows, trees)
    assert trees.link == OBJECTIVES[objective]
    assert np.array_equal(as_tree_arrays(model.get_booster()).predict(rows), trees.predict(rows))


@pytest.mark.parametrize("kind", ["XGBClassifier", "XGBRFClassifier"])
@given(tables(), st.sampled_from([2, 3]), st.sampled_from([None, 0.3]))
def test_classifiers(kind, table, n_classes, base_score):
    model = getattr(xgboost, kind)(**OPTIONS, base_score=base_score)
    model.fit(table.X, table.classes(n_classes), sample_weight=table.weight)
    trees = as_tree_arrays(model)
    assert_same(model, table.rows_for(trees, missing=True), trees)
    assert trees.output_names == (("1",) if n_classes == 2 else ("0", "1", "2"))
    assert trees.link == ("logit" if n_classes == 2 else "softmax")


@given(tables())
def test_two_targets(table):
    y = np.column_stack([table.y, table.y**2])
    model = xgboost.XGBRegressor(**OPTIONS).fit(table.X, y)
    trees = as_tree_arrays(model)
    assert_same(model, table.rows_for(trees, missing=True), trees)


@given(tables())
def test_covers_are_those_of_its_own_contributions(table):
    model = fitted(table, "binary:logistic")
    trees = as_tree_arrays(model)
    base = trees.base_value[0]
    for root, end in zip(trees.roots, [*trees.roots[1:], trees.n_nodes], strict=True):
        leaves = trees.is_leaf[root:end]
        weight = trees.cover[root:end][leaves]
        assert weight.sum() == pytest.approx(trees.cover[root], rel=1e-5)
        base += weight @ trees.value[root:end, 0][leaves] / weight.sum()
    data = xgboost.DMatrix(table.X[:1], feature_types=["q"] * 4)
    expected = model.get_booster().predict(data, pred_contribs=True)[0, -1]
    assert base == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("booster", ["gbtree", "dart"])
def test_the_best_iteration_is_where_an_estimators_predict_ends(booster):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = X[:, 0] + rng.normal(size=300)
    model = xgboost.XGBRegressor(
        **{**OPTIONS, "n_estimators": 60}, booster=booster, early_stopping_rounds=3
    )
    model.fit(X[:200], y[:200], eval_set=[(X[200:], y[200:])], verbose=False)
    trees = as_tree_arrays(model)
    assert trees.n_trees == model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    assert_same(model, X, trees)
    whole = as_tree_arrays(model.get_booster())
    assert whole.n_trees == model.get_booster().num_boosted_rounds()
    expected = model.get_booster().predict(xgboost.DMatrix(X))
    np.testing.assert_allclose(whole.predict(X), expected, **SINGLE)


def test_pruned_nodes_are_left_out():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 3)), rng.normal(size=300)
    model = xgboost.XGBRegressor(**OPTIONS, gamma=5.0, tree_method="exact").fit(X, y)
    saved = json.loads(bytes(model.get_booster().save_raw("json")))
    tree = saved["learner"]["gradient_booster"]["model"]["trees"][0]["tree_param"]
    trees = as_tree_arrays(model)
    assert int(tree["num_deleted"]) > 0
    assert trees.roots[1] == int(tree["num_nodes"]) - int(tree["num_deleted"])
    np.testing.assert_allclose(trees.predict(X), model.predict(X), **SINGLE)


@pytest.mark.parametrize("label", [0, 1])
def test_a_target_of_one_class_has_a_base_that_is_finite(label):
    X, y = np.arange(20.0)[:, None], np.full(20, label)
    model = xgboost.XGBRegressor(objective="binary:logistic", **OPTIONS).fit(X, y)
    expected = model.predict(X, output_margin=True)
    np.testing.assert_allclose(as_tree_arrays(model).predict(X), expected, **SINGLE)


def test_an_objective_of_ones_own_gives_the_bare_score():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 2)), rng.normal(size=100)
    own = xgboost.XGBRegressor(objective=lambda t, p: (p - t, np.ones_like(p)), **OPTIONS)
    trees = as_tree_arrays(own.fit(X, y))
    assert trees.link == "identity"
    assert_same(own, X, trees)


def test_categories_of_a_frame_are_found_again():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    codes, words = rng.choice([3, 10, 400], 300), rng.choice(["u", "v", "w"], 300)
    frame = pandas.DataFrame({"a": rng.normal(size=300)})
    frame["code"], frame["word"] = pandas.Categorical(codes), pandas.Categorical(words)
    y = frame.a + (codes == 10) + 2 * (words == "v")
    model = xgboost.XGBRegressor(**OPTIONS, enable_categorical=True).fit(frame, y)
    trees = as_tree_arrays(model)
    assert trees.feature_names == ("a", "code", "word")
    rows = np.column_stack([frame.a, codes, frame.word.cat.codes])
    np.testing.assert_allclose(trees.predict(rows), model.predict(frame), **SINGLE)


def test_nodes_that_new_rows_do_not_reach_have_a_cover():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 2)), rng.normal(size=100)
    grown = xgboost.train({"max_depth": 4}, xgboost.DMatrix(X, y), 2)
    options = {"process_type": "update", "updater": "refresh", "nthread": 1, "verbosity": 0}
    few = xgboost.train(options, xgboost.DMatrix(X[:5], y[:5]), 2, xgb_model=grown)
    trees = as_tree_arrays(few)
    assert trees.cover.min() < 1e-10
    np.testing.assert_allclose(trees.predict(X), few.predict(xgboost.DMatrix(X)), **SINGLE)


def test_what_cannot_be_read_says_what_to_do():
    X, y = np.arange(40.0)[:, None], np.arange(40.0) ** 2
    with pytest.raises(ParameterError, match="is linear"):
        as_tree_arrays(xgboost.XGBRegressor(booster="gblinear", n_estimators=2, n_jobs=1).fit(X, y))
    with pytest.raises(ParameterError, match="multi_strategy='one_output_per_tree'"):
        as_tree_arrays(
            xgboost.XGBRegressor(**OPTIONS, multi_strategy="multi_output_tree").fit(
                X, np.column_stack([y, y])
            )
        )
    with pytest.raises(ParameterError, match=r"has missing=0\.0: replace that number by NaN"):
        as_tree_arrays(xgboost.XGBRegressor(**OPTIONS, missing=0.0).fit(X, y))
    with pytest.raises(NotFittedError, match="This XGBRegressor is not fitted yet"):
        as_tree_arrays(xgboost.XGBRegressor())
    with pytest.raises(NotFittedError, match="This Booster has nothing to read"):
        as_tree_arrays(xgboost.Booster())
    with pytest.raises(DataError, match="This Booster has no trees"):
        as_tree_arrays(xgboost.train({}, xgboost.DMatrix(X, y), 0))
    none = xgboost.XGBRegressor(objective="count:poisson", **OPTIONS).fit(X, 0 * y)
    with pytest.raises(DataError, match="`base_value` must be finite"):
        as_tree_arrays(none)
