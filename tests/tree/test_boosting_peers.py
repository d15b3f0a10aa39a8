"""Boosting beside scikit-learn's and LightGBM's: the same first tree, the same accuracy."""

import numpy as np
import pytest

from minixai.metrics import roc_auc
from minixai.tree import GradientBoostingClassifier, GradientBoostingRegressor
from tests.conftest import COMPILED

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(not COMPILED, reason="thousands of rows: run compiled only"),
]


def drawn(seed, n=4000):
    draws = np.random.default_rng(seed)
    X = draws.integers(0, 60, (n, 6)) / 10.0
    X[draws.random((n, 6)) < 0.05] = np.nan
    known = np.nan_to_num(X, nan=4.0)
    score = known[:, 0] - known[:, 1] * known[:, 2] / 5 + np.sin(known[:, 3])
    return X, score + draws.normal(size=n)


def test_first_tree_is_that_of_scikit_learn():
    ensemble = pytest.importorskip("sklearn.ensemble")
    X, y = drawn(0)
    for k in range(3):  # three draws of rows
        rows = slice(1000 * k, 1000 * k + 2000)
        ours = GradientBoostingRegressor(n_estimators=1).fit(X[rows], y[rows])
        theirs = ensemble.HistGradientBoostingRegressor(max_iter=1, early_stopping=False)
        theirs.fit(X[rows], y[rows])
        np.testing.assert_allclose(ours.predict(X[rows]), theirs.predict(X[rows]), rtol=1e-6)


def test_first_tree_is_that_of_lightgbm():
    lightgbm = pytest.importorskip("lightgbm")
    X, y = drawn(1)
    options = {"objective": "regression", "num_leaves": 31, "learning_rate": 0.1,
               "min_data_in_leaf": 20, "max_bin": 255, "min_data_in_bin": 1,
               "num_threads": 1, "verbose": -1}  # fmt: skip
    theirs = lightgbm.train(options, lightgbm.Dataset(X, y, params=options), 1)
    ours = GradientBoostingRegressor(n_estimators=1).fit(X, y)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)


@pytest.mark.parametrize("signs", [None, [1, 0, -1, 0, 0, 0]])
def test_accuracy_is_that_of_both(signs):
    ensemble = pytest.importorskip("sklearn.ensemble")
    lightgbm = pytest.importorskip("lightgbm")
    (X, y), (X_test, y_test) = drawn(2, 8000), drawn(3, 8000)
    labels, truth = (y > 0).astype(int), (y_test > 0).astype(int)
    ours = GradientBoostingClassifier(monotonic_cst=signs).fit(X, labels)
    found = roc_auc(truth, ours.decision_function(X_test))
    theirs = ensemble.HistGradientBoostingClassifier(monotonic_cst=signs, early_stopping=False)
    theirs.fit(X, labels)
    assert abs(found - roc_auc(truth, theirs.decision_function(X_test))) < 0.002
    options = {"objective": "binary", "num_leaves": 31, "verbose": -1, "num_threads": 1}
    if signs is not None:
        options["monotone_constraints"] = signs
    other = lightgbm.train(options, lightgbm.Dataset(X, labels, params=options), 100)
    assert found > roc_auc(truth, other.predict(X_test)) - 0.002


def test_poisson_and_three_classes_are_those_of_scikit_learn():
    ensemble = pytest.importorskip("sklearn.ensemble")
    X, y = drawn(4, 2000)
    counts = np.floor(np.exp(np.clip(y, -2, 2)))
    ours = GradientBoostingRegressor(loss="poisson", n_estimators=2).fit(X, counts)
    theirs = ensemble.HistGradientBoostingRegressor(
        loss="poisson", max_iter=2, early_stopping=False
    ).fit(X, counts)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)
    labels = np.digitize(y, [-2.0, 1.0])
    first = GradientBoostingClassifier(n_estimators=2).fit(X, labels)
    second = ensemble.HistGradientBoostingClassifier(max_iter=2, early_stopping=False)
    second.fit(X, labels)
    np.testing.assert_allclose(first.predict_proba(X), second.predict_proba(X), rtol=1e-5)
