"""scikit-learn's trees as arrays give what scikit-learn gives; what is no tree is refused."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai._estimator import NotFittedError
from minixai.errors import DataError, ParameterError
from minixai.linear import LinearRegression
from minixai.tree_arrays import TreeArrays, as_tree_arrays
from minixai.tree_arrays.joining import Tree, join_trees
from tests.tree_arrays.drawn_tables import CATEGORICAL, leaf_numbers, tables

TIGHT = {"rtol": 1e-12, "atol": 1e-12}


def stump(**changes):
    held = {
        "feature": np.array([1, -2, -2]),
        "threshold": np.array([0.5, np.nan, 7.0]),
        "left": np.array([1, -1, -1]),
        "right": np.array([2, -1, -1]),
        "value": np.array([9.0, -1.0, 2.0]),
        "cover": np.array([4.0, 3.0, 1.0]),
    }
    return Tree(**(held | changes))


def test_arrays_and_what_has_them_are_taken_as_they_are():
    trees = join_trees([stump()], 2)
    model = LinearRegression()
    model.tree_arrays = lambda: trees
    assert as_tree_arrays(trees) is trees
    assert as_tree_arrays(model) is trees


@pytest.mark.parametrize("model", [3, None, LinearRegression(), np.mean])
def test_what_is_no_model_of_trees_is_refused(model):
    with pytest.raises(ParameterError, match=r"must be trees that can be read, got .*XGBoost"):
        as_tree_arrays(model)


def test_a_class_is_no_model():
    with pytest.raises(ParameterError, match="got the class LinearRegression: make one"):
        as_tree_arrays(LinearRegression)


def test_trees_are_joined_in_order():
    coded = stump(codes={0: np.array([0, 3])}, missing_left=np.array([True, False, False]))
    plain = stump(missing_left=np.array([False, False, False]), output=1)
    trees = join_trees([coded._replace(output=0), plain], 2, n_outputs=2, base_value=[1.0, 2.0])
    assert np.array_equal(trees.roots, [0, 3])
    assert np.array_equal(trees.children_right, [2, -1, -1, 5, -1, -1])
    assert np.array_equal(trees.predict([[0, 3], [0, 1], [0, 0.5]]), [[0, 4], [3, 4], [0, 1]])
    assert np.array_equal(trees.predict([[0, np.nan]]), [[0, 4]])


def test_a_node_without_rows_has_a_cover_that_no_mean_sees():
    empty = stump(cover=np.array([4.0, 4.0, 0.0]))
    assert np.array_equal(join_trees([empty], 2).cover, [4.0, 4.0, 2.0**-50])
    nothing = stump(cover=np.zeros(3))
    assert np.array_equal(join_trees([nothing, stump()], 2).cover, [1.0, 0.5, 0.5, 4.0, 3.0, 1.0])
    with pytest.raises(DataError, match="Node 2 has cover -1"):
        join_trees([stump(cover=np.array([4.0, 5.0, -1.0]))], 2)


def forests(names, **options):
    ensemble = pytest.importorskip("sklearn.ensemble")
    tree = pytest.importorskip("sklearn.tree")
    for name in names:
        if hasattr(tree, name):
            yield getattr(tree, name)(max_depth=4, random_state=0, **options)
        else:
            yield getattr(ensemble, name)(3, max_depth=4, random_state=0, **options)


REGRESSORS = [f"{a}Regressor" for a in ("DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees")]
CLASSIFIERS = [name.replace("Regressor", "Classifier") for name in REGRESSORS]


@pytest.mark.parametrize("name", REGRESSORS)
@given(tables(), st.booleans())
def test_regression_forests(name, table, two):
    (model,) = forests([name])
    y = np.column_stack([table.y, table.y**2]) if two else table.y
    model.fit(table.X, y, sample_weight=table.weight)
    trees = as_tree_arrays(model)
    rows = table.rows_for(trees, missing=True)
    np.testing.assert_allclose(trees.predict(rows), model.predict(rows), **TIGHT)
    leaves = leaf_numbers(trees, rows)
    assert np.array_equal(leaves if leaves.shape[1] > 1 else leaves[:, 0], model.apply(rows))
    members = getattr(model, "estimators_", [model])
    weights = np.concatenate([each.tree_.weighted_n_node_samples for each in members])
    assert np.array_equal(trees.cover, weights)


@pytest.mark.parametrize("name", CLASSIFIERS)
@given(tables(), st.sampled_from([1, 2, 3]), st.sampled_from([None, "balanced"]))
def test_classification_forests(name, table, n_classes, class_weight):
    (model,) = forests([name], class_weight=class_weight)
    labels = np.array(["no", "yes", "perhaps"])[table.classes(n_classes)]
    model.fit(table.X, labels, sample_weight=table.weight)
    trees = as_tree_arrays(model)
    rows = table.rows_for(trees, missing=True)
    expected = model.predict_proba(rows)
    found = trees.predict(rows).reshape(len(rows), -1)
    np.testing.assert_allclose(found, expected[:, 1:] if n_classes == 2 else expected, **TIGHT)
    assert trees.output_names == tuple(model.classes_[n_classes == 2 :])
    assert trees.link == "identity"


@pytest.mark.parametrize("init", [None, "zero"])
@given(tables(gaps=False))
def test_gradient_boosting(init, table):
    ensemble = pytest.importorskip("sklearn.ensemble")
    options = {"n_estimators": 4, "init": init, "learning_rate": 0.3, "random_state": 0}
    model = ensemble.GradientBoostingRegressor(**options).fit(table.X, table.y, table.weight)
    trees = as_tree_arrays(model)
    rows = table.rows_for(trees, missing=False)
    np.testing.assert_allclose(trees.predict(rows), model.predict(rows), **TIGHT)
    assert np.array_equal(leaf_numbers(trees, rows), model.apply(rows))
    assert not trees.allows_nan
    with pytest.raises(ValueError, match="NaN"):
        model.predict(rows * np.nan)
    for n_classes, loss, link in (
        (2, "log_loss", "logit"),
        (3, "log_loss", "softmax"),
        (2, "exponential", "identity"),
    ):
        model = ensemble.GradientBoostingClassifier(loss=loss, **options)
        model.fit(table.X, table.classes(n_classes), table.weight)
        trees = as_tree_arrays(model)
        np.testing.assert_allclose(trees.predict(rows), model.decision_function(rows), **TIGHT)
        assert trees.link == link
        assert trees.output_names == (("1",) if n_classes == 2 else ("0", "1", "2"))


def test_gradient_boosting_from_something_else():
    ensemble = pytest.importorskip("sklearn.ensemble")
    dummy, linear = (
        pytest.importorskip("sklearn.dummy"),
        pytest.importorskip("sklearn.linear_model"),
    )
    X, y = np.arange(20.0)[:, None], np.arange(20) % 3
    constant = dummy.DummyRegressor(strategy="quantile", quantile=0.3)
    model = ensemble.GradientBoostingRegressor(init=constant, n_estimators=2).fit(X, y)
    np.testing.assert_allclose(as_tree_arrays(model).predict(X), model.predict(X), **TIGHT)
    for init in (linear.LinearRegression(), dummy.DummyClassifier(strategy="stratified")):
        kind = "Regressor" if init.__class__.__name__ == "LinearRegression" else "Classifier"
        model = getattr(ensemble, f"GradientBoosting{kind}")(init=init, n_estimators=2).fit(X, y)
        with pytest.raises(ParameterError, match="starts from `init="):
            as_tree_arrays(model)


@pytest.fixture(scope="module")
def one_thread():
    """Histogram boosting on rows so few spends its time waiting for its threads."""
    with pytest.importorskip("threadpoolctl").threadpool_limits(1):
        yield


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("categorical", [None, [CATEGORICAL]])
@given(tables())
def test_histogram_boosting(categorical, table):
    ensemble = pytest.importorskip("sklearn.ensemble")
    options = {
        "max_iter": 3,
        "min_samples_leaf": 3,
        "learning_rate": 0.5,
        "categorical_features": categorical,
    }
    for loss, y in (("squared_error", table.y), ("poisson", np.exp(table.y))):
        model = ensemble.HistGradientBoostingRegressor(loss=loss, **options)
        model.fit(table.X, y, table.weight)
        trees = as_tree_arrays(model)
        rows = table.rows_for(trees, missing=True)
        expected = model.predict(rows)
        np.testing.assert_allclose(
            np.exp(trees.predict(rows)) if trees.link == "log" else trees.predict(rows),
            expected,
            **TIGHT,
        )
    for n_classes, link in ((2, "logit"), (3, "softmax")):
        model = ensemble.HistGradientBoostingClassifier(**options)
        model.fit(table.X, table.classes(n_classes), table.weight)
        trees = as_tree_arrays(model)
        rows = table.rows_for(trees, missing=True)
        np.testing.assert_allclose(trees.predict(rows), model.decision_function(rows), **TIGHT)
        assert trees.link == link
    assert np.array_equal(trees.cover[trees.roots], np.full(trees.n_trees, len(table.y)))


@pytest.mark.usefixtures("one_thread")
def test_categories_of_a_frame_are_found_again():
    ensemble, pandas = pytest.importorskip("sklearn.ensemble"), pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    codes, words = rng.choice([3, 10, 400], 200), rng.choice(["u", "v", "w"], 200)
    frame = pandas.DataFrame({"a": rng.normal(size=200)})
    frame["code"], frame["word"] = pandas.Categorical(codes), pandas.Categorical(words)
    y = frame.a + (codes == 10) + 2 * (words == "v")
    model = ensemble.HistGradientBoostingRegressor(max_iter=5).fit(frame, y)
    trees = as_tree_arrays(model)
    assert trees.feature_names == ("a", "code", "word")
    rows = np.column_stack([frame.a, codes, frame.word.cat.codes])
    np.testing.assert_allclose(trees.predict(rows), model.predict(frame), **TIGHT)
    frame["code"] = pandas.Categorical(codes / 2)
    model.fit(frame, y)
    with pytest.raises(ParameterError, match="column 'code' of this HistGradientBoosting"):
        as_tree_arrays(model)


def test_a_subclass_is_read_as_what_it_is_derived_from():
    ensemble = pytest.importorskip("sklearn.ensemble")

    class Mine(ensemble.RandomForestRegressor):
        pass

    X, y = np.arange(20.0)[:, None], np.arange(20.0)
    model = Mine(2).fit(X, y)
    np.testing.assert_allclose(as_tree_arrays(model).predict(X), model.predict(X), **TIGHT)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("AdaBoostRegressor", "weighted median"),
        ("AdaBoostClassifier", "weighted by tree"),
        ("BaggingRegressor", "RandomForestRegressor"),
        ("IsolationForest", "score_samples"),
        ("RandomTreesEmbedding", "answers with leaves"),
    ],
)
def test_other_ensembles_are_refused_with_what_to_do(name, why):
    ensemble = pytest.importorskip("sklearn.ensemble")
    model = getattr(ensemble, name)(n_estimators=2)
    model.fit(np.arange(20.0)[:, None], np.arange(20) % 2)
    with pytest.raises(ParameterError, match=rf"got {name}: .*{why}"):
        as_tree_arrays(model)


def test_models_around_trees_and_unfitted_ones_are_refused():
    ensemble, tree = pytest.importorskip("sklearn.ensemble"), pytest.importorskip("sklearn.tree")
    pipeline = pytest.importorskip("sklearn.pipeline")
    for name in ("RandomForestRegressor", "GradientBoostingClassifier"):
        with pytest.raises(NotFittedError, match=f"This {name} is not fitted yet"):
            as_tree_arrays(getattr(ensemble, name)())
    with pytest.raises(NotFittedError):
        as_tree_arrays(ensemble.HistGradientBoostingRegressor())
    with pytest.raises(NotFittedError):
        as_tree_arrays(tree.DecisionTreeRegressor())
    with pytest.raises(ParameterError, match=r"got Pipeline: read its last step, `model\[-1\]`"):
        as_tree_arrays(pipeline.make_pipeline(tree.DecisionTreeRegressor()))
    model = tree.DecisionTreeClassifier().fit(np.arange(4.0)[:, None], np.eye(4, dtype=int))
    with pytest.raises(ParameterError, match="has 4 targets of classes"):
        as_tree_arrays(model)


@pytest.mark.usefixtures("one_thread")
def test_names_come_along_and_reading_warns_of_nothing():
    ensemble, pandas = pytest.importorskip("sklearn.ensemble"), pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": np.arange(9.0), "b": np.arange(9.0) % 2})
    for name in ("RandomForest", "GradientBoosting", "HistGradientBoosting"):
        model = getattr(ensemble, f"{name}Classifier")().fit(frame, frame.a > 4)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            trees = as_tree_arrays(model)
        assert isinstance(trees, TreeArrays)
        assert trees.feature_names == ("a", "b")
        assert trees.output_names == ("True",)
