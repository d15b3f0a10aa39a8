"""scikit-learn's checks on the options that the registry's defaults do not reach."""

import pytest

from minixai.linear import LinearRegression

checks = pytest.importorskip("sklearn.utils.estimator_checks")


@pytest.mark.filterwarnings("ignore:.*does not inherit from.*BaseEstimator:UserWarning")
@pytest.mark.filterwarnings("ignore:::sklearn")
@pytest.mark.parametrize("solver", ["closed_form", "gradient_descent"])
def test_check_estimator_without_an_intercept(solver):
    model = LinearRegression(solver=solver, fit_intercept=False)
    results = checks.check_estimator(model, on_fail=None, on_skip=None)
    failed = [r["check_name"] for r in results if r["status"] not in ("passed", "skipped")]
    assert not failed
    assert sum(r["status"] == "passed" for r in results) >= 40


def test_equals_scikit_learn():
    import numpy as np
    from sklearn.linear_model import LinearRegression as Theirs

    draws = np.random.default_rng(0)
    X, w = draws.normal(size=(50, 4)) + 3, draws.uniform(0.1, 2, 50)
    y = X @ [1.0, -2.0, 0.0, 5.0] + draws.normal(size=50)
    for intercept in (True, False):
        ours = LinearRegression(fit_intercept=intercept).fit(X, y, w)
        theirs = Theirs(fit_intercept=intercept).fit(X, y, w)
        np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-10, atol=1e-12)
