"""LogisticRegression beside scikit-learn's, and its inference beside statsmodels'."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError
from minixai.linear import LogisticRegression
from tests.linear.test_logistic_regression import table

pytestmark = pytest.mark.peers


def theirs(X, y, weights=None, **options):
    linear_model = pytest.importorskip("sklearn.linear_model")
    model = linear_model.LogisticRegression(**options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lbfgs stops where rounding ends its line search
        return model.fit(X, y, weights)


@given(
    kind=st.sampled_from(["random", "correlated", "wide", "constant"]),
    n_classes=st.integers(2, 3),
    C=st.sampled_from([0.1, 1.0, 10.0]),
    fit_intercept=st.booleans(),
    class_weight=st.sampled_from([None, "balanced"]),
    seed=st.integers(0, 99),
)
def test_squared_penalty(kind, n_classes, C, fit_intercept, class_weight, seed):
    X, y = table(kind, n_classes, seed)
    weights = np.random.default_rng(seed).uniform(0.2, 2.0, len(X))
    options = {"C": C, "fit_intercept": fit_intercept, "class_weight": class_weight}
    peer = theirs(X, y, weights, solver="newton-cholesky", tol=1e-12, **options)
    model = LogisticRegression(**options).fit(X, y, weights)
    np.testing.assert_allclose(model.coef_, peer.coef_, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(X), atol=1e-6)
    centre = peer.intercept_.mean() if n_classes > 2 else 0.0
    np.testing.assert_allclose(model.intercept_, peer.intercept_ - centre, atol=1e-6)


@given(
    kind=st.sampled_from(["random", "correlated", "constant"]),
    C=st.sampled_from(
        [1.0, 10.0]
    ),  # where nothing is in use, saga stops before its constant is there
    l1_ratio=st.sampled_from([0.5, 1.0]),
    n_classes=st.integers(2, 3),
    seed=st.integers(0, 99),
)
def test_absolute_and_mixed_penalties(kind, C, l1_ratio, n_classes, seed):
    X, y = table(kind, n_classes, seed)
    X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 1e-9, X.std(axis=0), 1.0)
    options = {"C": C, "l1_ratio": l1_ratio}
    peer = theirs(X, y, solver="saga", tol=1e-10, max_iter=100_000, random_state=0, **options)
    model = LogisticRegression(**options).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(X), atol=1e-6)
    if n_classes == 2 or l1_ratio < 1.0:  # else several coefficients may be best
        np.testing.assert_allclose(model.coef_, peer.coef_, atol=1e-6)


@given(seed=st.integers(0, 99), fit_intercept=st.booleans(), scaled=st.booleans())
def test_inference_equals_statsmodels(seed, fit_intercept, scaled):
    api = pytest.importorskip("statsmodels.api")
    X, y = table("random", 2, seed, n=60, d=3)
    X = X * ([1e-3, 1.0, 1e3] if scaled else 1.0)
    model = LogisticRegression(C=math.inf, fit_intercept=fit_intercept).fit(X, y)
    found = model.inference(0.9)
    design = api.add_constant(X, has_constant="add") if fit_intercept else X
    peer = api.Logit(y, design).fit(disp=0, tol=1e-13, maxiter=100)
    np.testing.assert_allclose(found.coef, peer.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found.std_errors, peer.bse, rtol=1e-6)
    np.testing.assert_allclose(found.z_values, peer.tvalues, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found.p_values, peer.pvalues, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found.intervals, peer.conf_int(0.1), rtol=1e-6, atol=1e-8)
    assert found.log_likelihood == pytest.approx(peer.llf, rel=1e-9)
    assert found.aic == pytest.approx(peer.aic, rel=1e-9)
    assert found.bic == pytest.approx(peer.bic, rel=1e-9)
    if fit_intercept:
        assert found.null_log_likelihood == pytest.approx(peer.llnull, rel=1e-9)
        assert found.pseudo_r2 == pytest.approx(peer.prsquared, rel=1e-7)
        assert found.ratio == pytest.approx(peer.llr, rel=1e-7)
        assert found.ratio_p_value == pytest.approx(peer.llr_pvalue, rel=1e-6)


@given(seed=st.integers(0, 50), n_classes=st.integers(3, 4))
def test_inference_of_several_classes_equals_statsmodels(seed, n_classes):
    api = pytest.importorskip("statsmodels.api")
    X, y = table("random", n_classes, seed, n=90, d=2)
    found = LogisticRegression(C=math.inf).fit(X, np.array(list("abcd"))[y]).inference()
    peer = api.MNLogit(y, api.add_constant(X)).fit(disp=0, method="newton", tol=1e-13, maxiter=100)
    np.testing.assert_allclose(found.coef, peer.params.T.ravel(), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found.std_errors, peer.bse.T.ravel(), rtol=1e-6)
    assert found.ratio == pytest.approx(peer.llr, rel=1e-7)
    assert found.ratio_p_value == pytest.approx(peer.llr_pvalue, rel=1e-6)
    assert found.reference == "a"
    assert found.classes[:3] == ("b",) * 3
    assert found.to_rows()[3]["class"] == "c"


def test_weights_count_rows_in_inference():
    pytest.importorskip("scipy")
    X, y = table("random", 2, 0, n=60, d=2)
    weight = np.random.default_rng(0).integers(0, 3, 60)
    a = LogisticRegression(C=math.inf).fit(X, y, weight).inference()
    twice = np.repeat(X, weight, axis=0), np.repeat(y, weight)
    b = LogisticRegression(C=math.inf).fit(*twice).inference()
    np.testing.assert_allclose(a.std_errors, b.std_errors, rtol=1e-8)
    assert a.bic == pytest.approx(b.bic)
    assert "odds against 0, n = " in str(a)
    assert a.odds_ratios[1] == pytest.approx(math.exp(a.coef[1]))


@pytest.mark.parametrize(
    ("options", "change", "words"),
    [
        ({}, lambda X: X, r"A penalty \(C = 1\) biases"),
        ({"C": math.inf, "class_weight": "balanced"}, lambda X: X, "Class weights make"),
        ({"C": math.inf}, lambda X: X * [0, 1, 1], r"\['x0'\] do not: drop"),
        ({"C": math.inf}, lambda X: X @ [[1, 0, 1], [0, 1, 1], [0, 0, 0]], "combinations of one"),
    ],
)
def test_what_has_no_standard_errors_is_said(options, change, words):
    X, y = table("random", 2, 1, d=3)
    model = LogisticRegression(**options).fit(change(X), y)
    with pytest.raises(DataError, match=words):
        model.inference()
    copy = model.with_parameters(model.parameters())
    if not options.get("class_weight") and options:
        with pytest.raises(DataError, match="Inference needs the data"):
            copy.inference()
