"""TreeShap of foreign models equals what those libraries say of their own."""

import numpy as np
import pytest

from minixai.explain import TreeShap


def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 5)).astype(np.float32).astype(np.float64)
    X[rng.random(X.shape) < 0.05] = np.nan
    y = np.nan_to_num(X[:, 0] * X[:, 1] + np.sin(2.0 * X[:, 2]))
    return X, y


def equal_contributions(found, theirs):
    values, base = theirs[:, :-1], theirs[:, -1]
    scale = np.abs(values).max()
    np.testing.assert_allclose(found.values, values, rtol=1e-5, atol=1e-5 * scale)
    np.testing.assert_allclose(found.base_values, base, rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.peers
def test_lightgbm_contributes_the_same():
    lightgbm = pytest.importorskip("lightgbm")
    X, y = table()
    parameters = {"objective": "regression", "verbosity": -1, "num_threads": 1, "seed": 0}
    model = lightgbm.train(parameters, lightgbm.Dataset(X, y), num_boost_round=20)
    equal_contributions(TreeShap(model).explain(X), model.predict(X, pred_contrib=True))


@pytest.mark.peers
def test_xgboost_contributes_the_same():
    xgboost = pytest.importorskip("xgboost")
    X, y = table()
    parameters = {"max_depth": 4, "nthread": 1, "seed": 0}
    model = xgboost.train(parameters, xgboost.DMatrix(X, y), num_boost_round=20)
    theirs = model.predict(xgboost.DMatrix(X), pred_contribs=True)
    equal_contributions(TreeShap(model).explain(X), theirs)
