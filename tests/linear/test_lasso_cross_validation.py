import numpy as np
import pytest

from minixai.data.validation_folds import random_folds
from minixai.errors import DataError, ParameterError
from minixai.linear import Lasso, LassoCV, lasso_path
from minixai.metrics import mean_squared_error
from tests.linear.test_lasso import table


def longer():
    X, y = table("correlated", 3, n=40, d=6)
    return X, y + np.random.default_rng(0).normal(size=40)


def test_errors_are_those_of_paths_on_the_rows_held_out():
    X, y = longer()
    folds = random_folds(40, 4, 1)
    model = LassoCV(n_alphas=6, splits=folds).fit(X, y)
    assert model.mse_path_.shape == (6, 4)
    for k, (train, test) in enumerate(folds):
        path = lasso_path(X[train], y[train], alphas=model.alphas_)
        for i in range(6):
            told = X[test] @ path.coefs[:, i] + path.intercepts[i]
            expected = mean_squared_error(y[test], told)
            assert model.mse_path_[i, k] == pytest.approx(expected, rel=1e-9)
    best = int(np.argmin(model.mse_path_.mean(axis=1)))
    assert model.alpha_ == model.alphas_[best]
    again = Lasso(model.alpha_).fit(X, y)
    assert np.array_equal(model.coef_, again.coef_)
    assert model.dual_gap_ == again.dual_gap_


def test_one_standard_error_takes_the_strongest_penalty_within_it():
    X, y = longer()
    least = LassoCV(n_alphas=20).fit(X, y)
    strong = LassoCV(n_alphas=20, one_standard_error=True).fit(X, y)
    mean = least.mse_path_.mean(axis=1)
    limit = mean.min() + least.mse_path_[mean.argmin()].std(ddof=1) / np.sqrt(5)
    assert strong.alpha_ == least.alphas_[np.flatnonzero(mean <= limit)[0]]
    assert strong.alpha_ > least.alpha_


def test_several_shares_of_the_l1_penalty_are_tried():
    X, y = longer()
    model = LassoCV(n_alphas=5, l1_ratio=[0.2, 1.0]).fit(X, y)
    assert model.alphas_.shape == (2, 5)
    assert model.mse_path_.shape == (2, 5, 5)
    singles = [LassoCV(n_alphas=5, l1_ratio=ratio).fit(X, y) for ratio in (0.2, 1.0)]
    best = int(np.argmin([each.mse_path_.mean(axis=1).min() for each in singles]))
    assert model.l1_ratio_ == (0.2, 1.0)[best]
    assert np.array_equal(model.coef_, singles[best].coef_)


def test_threads_change_no_bit():
    X, y = longer()
    one, two = (LassoCV(n_alphas=8, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2))
    assert np.array_equal(one.coef_, two.coef_)
    assert np.array_equal(one.mse_path_, two.mse_path_)


def test_weights_are_rows_repeated_where_the_folds_are_the_same():
    X, y = longer()
    counts = np.random.default_rng(1).integers(1, 4, 40)
    owner = np.repeat(np.arange(40), counts)
    folds = random_folds(40, 4, 0)
    repeated = [tuple(np.flatnonzero(np.isin(owner, side)) for side in fold) for fold in folds]
    options = {"alphas": [1.0, 0.3, 0.1, 0.03]}
    weighed = LassoCV(splits=folds, **options).fit(X, y, counts)
    plain = LassoCV(splits=repeated, **options).fit(X[owner], y[owner])
    np.testing.assert_allclose(weighed.mse_path_, plain.mse_path_, rtol=1e-7)
    assert weighed.alpha_ == plain.alpha_
    np.testing.assert_allclose(weighed.coef_, plain.coef_, atol=1e-8)


def test_bad_arguments_are_refused():
    X, y = longer()
    for options, words in (
        ({"l1_ratio": []}, "empty"),
        ({"l1_ratio": [0.5, 1.5]}, "`l1_ratio`"),
        ({"alphas": [0.0]}, "above 0"),
        ({"l1_ratio": 0.0}, "`alphas` must be given"),
        ({"n_jobs": 0}, "`n_jobs`"),
    ):
        with pytest.raises(ParameterError, match=words):
            LassoCV(**options).fit(X, y)
    with pytest.raises(DataError, match="41"):
        LassoCV(splits=41).fit(X, y)


@pytest.mark.peers
def test_equals_scikit_learn():
    peer = pytest.importorskip("sklearn.linear_model")
    X, y = longer()
    folds = random_folds(40, 5, 2)
    ours = LassoCV(n_alphas=15, splits=folds).fit(X, y)
    theirs = peer.LassoCV(alphas=15, cv=folds, tol=1e-12, max_iter=100_000).fit(X, y)
    np.testing.assert_allclose(ours.alphas_, theirs.alphas_, rtol=1e-9)
    np.testing.assert_allclose(ours.mse_path_, theirs.mse_path_, rtol=1e-5)
    assert ours.alpha_ == pytest.approx(theirs.alpha_)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-5)


def test_a_fold_without_weight_judges_nothing():
    draws = np.random.default_rng(0)
    X = draws.normal(size=(60, 3))
    y = X[:, 0] + draws.normal(size=60)
    folds = [(np.delete(np.arange(60), np.arange(k, k + 12)), np.arange(k, k + 12))
             for k in range(0, 60, 12)]  # fmt: skip
    weight = np.r_[np.zeros(12), np.ones(48)]
    model = LassoCV(splits=folds, n_alphas=10, one_standard_error=True).fit(X, y, weight)
    assert np.isnan(model.mse_path_[:, 0]).all()
    assert np.isfinite(model.mse_path_[:, 1:]).all()
    rest = [(train[train >= 12] - 12, test - 12) for train, test in folds[1:]]
    alone = LassoCV(splits=rest, alphas=model.alphas_, one_standard_error=True).fit(X[12:], y[12:])
    assert model.alpha_ == alone.alpha_
