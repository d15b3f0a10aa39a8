import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import ConvergenceWarning, DataError, DataWarning, ParameterError
from minixai.linear import Lasso, LinearRegression
from minixai.protocols import Additive, InputDifferentiable, Layered, ParameterDifferentiable
from tests.conftest import COMPILED
from tests.reference import lasso as reference

KINDS = ("random", "correlated", "wide", "constant", "copies")


def table(kind, seed, n=14, d=5):
    draws = np.random.default_rng(seed)
    d = 2 * n if kind == "wide" else d
    X = draws.normal(size=(n, d)) * draws.uniform(0.5, 2.0, d) + draws.normal(size=d)
    if kind == "correlated":
        X += 3 * draws.normal(size=(n, 1))
    if kind == "constant":
        X[:, 1] = 0.1
    if kind == "copies":
        X[:, 2] = X[:, 0]
    return X, X[:, 0] - 2 * X[:, min(3, d - 1)] + 0.3 * draws.normal(size=n) + 1


def strongest(X, y):
    return np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(y)


cases = {
    "kind": st.sampled_from(KINDS),
    "seed": st.integers(0, 999),
    "share": st.sampled_from([0.5, 0.1, 0.01]),
    "l1_ratio": st.sampled_from([1.0, 0.5, 0.1]),
}


@given(**cases, weighted=st.booleans())
def test_optimality_conditions_hold(kind, seed, share, l1_ratio, weighted):
    X, y = table(kind, seed)
    weights = np.random.default_rng(seed).uniform(0.2, 3, len(y)) if weighted else np.ones(len(y))
    alpha = share * strongest(X, y)
    model = Lasso(alpha, l1_ratio=l1_ratio).fit(X, y, weights if weighted else None)
    held = model.coef_, model.intercept_, alpha, l1_ratio, weights
    assert reference.kkt_residual(X, y, *held) <= 1e-6
    assert 0.0 <= model.dual_gap_ <= 1e-8 * y.var() * 10
    if kind == "constant":
        assert model.coef_[1] == 0.0


@given(
    kind=st.sampled_from(["random", "correlated", "constant"]),
    seed=st.integers(0, 99),
    share=st.sampled_from([0.5, 0.1]),
    l1_ratio=st.sampled_from([1.0, 0.5]),
    centred=st.booleans(),
)
def test_equals_the_naive_twin(kind, seed, share, l1_ratio, centred):
    X, y = table(kind, seed, n=8, d=4)
    X, y = X - X.mean(axis=0), y - y.mean() + 2  # so that the twin's loops come to an end
    weights = np.random.default_rng(seed).uniform(0.2, 3, len(y))
    alpha = share * strongest(X, y)
    w, b = reference.elastic_net(X, y, alpha, l1_ratio, weights, centred)
    model = Lasso(alpha, l1_ratio=l1_ratio, fit_intercept=centred, tol=1e-14).fit(X, y, weights)
    scale = np.abs(w).max() + 1e-3
    np.testing.assert_allclose(model.coef_, w, atol=1e-6 * scale)
    np.testing.assert_allclose(model.intercept_, b, atol=1e-6 * scale)
    assert np.array_equal(model.coef_ != 0, w != 0)


@given(seed=st.integers(0, 99), share=st.floats(0.01, 0.99), l1_ratio=st.floats(0.05, 1.0))
def test_orthonormal_columns_are_soft_thresholded(seed, share, l1_ratio):
    draws = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(np.column_stack([np.ones(20), draws.normal(size=(20, 6))]))
    X, y = Q[:, 1:] * np.sqrt(20), draws.normal(size=20)
    pull = X.T @ y / 20
    alpha = share * np.abs(pull).max()
    expected = np.sign(pull) * np.maximum(np.abs(pull) - alpha * l1_ratio, 0)
    model = Lasso(alpha, l1_ratio=l1_ratio).fit(X, y)
    np.testing.assert_allclose(model.coef_, expected / (1 + alpha * (1 - l1_ratio)), atol=1e-10)
    assert model.intercept_ == pytest.approx(y.mean(), abs=1e-10)


@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 99), above=st.floats(1.001, 100))
def test_a_strong_penalty_leaves_nothing_and_a_little_less_something(kind, seed, above):
    X, y = table(kind, seed)
    alpha = strongest(X, y)
    none = Lasso(above * alpha).fit(X, y)
    assert not none.coef_.any()
    assert none.intercept_ == pytest.approx(y.mean())
    assert none.dual_gap_ == 0.0
    assert Lasso(0.999 * alpha).fit(X, y).coef_.any()


@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 99), l1_ratio=st.sampled_from([1.0, 0.3]))
def test_the_gap_bounds_the_excess(kind, seed, l1_ratio):
    X, y = table(kind, seed)
    alpha, ones = 0.05 * strongest(X, y), np.ones(len(y))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        early = Lasso(alpha, l1_ratio=l1_ratio, max_iter=1).fit(X, y)
    best = Lasso(alpha, l1_ratio=l1_ratio, tol=1e-12).fit(X, y)
    values = [
        reference.objective(X, y, each.coef_, each.intercept_, alpha, l1_ratio, ones)
        for each in (early, best)
    ]
    assert values[0] - values[1] <= early.dual_gap_ + 1e-12
    assert values[1] <= values[0] + 1e-12


@given(seed=st.integers(0, 50), l1_ratio=st.sampled_from([1.0, 0.5]))
def test_a_weight_of_two_is_a_row_twice_and_of_none_no_row(seed, l1_ratio):
    X, y = table("random", seed)
    counts = np.random.default_rng(seed).integers(0, 3, len(y))
    counts[:3] = 1
    weighed = Lasso(0.05, l1_ratio=l1_ratio, tol=1e-13).fit(X, y, counts)
    repeated = Lasso(0.05, l1_ratio=l1_ratio, tol=1e-13).fit(
        np.repeat(X, counts, axis=0), np.repeat(y, counts)
    )
    np.testing.assert_allclose(weighed.coef_, repeated.coef_, atol=1e-8)
    np.testing.assert_allclose(weighed.intercept_, repeated.intercept_, atol=1e-8)


def test_no_penalty_is_least_squares_and_says_what_it_leaves_open():
    X, y = table("random", 0)
    plain = LinearRegression().fit(X, y)
    for ratio in (1.0, 0.0):
        model = Lasso(0.0, l1_ratio=ratio).fit(X, y)
        np.testing.assert_allclose(model.coef_, plain.coef_, rtol=1e-9)
        assert (model.dual_gap_, model.n_iter_) == (0.0, 1)
    X, y = table("wide", 0)
    with pytest.warns(DataWarning, match="14 rows leave the coefficients of 28 columns open"):
        Lasso(0.0).fit(X, y)


def test_ridge_solves_its_normal_equations():
    X, y = table("correlated", 3)
    model = Lasso(0.7, l1_ratio=0.0).fit(X, y)
    Z = X - X.mean(axis=0)
    expected = np.linalg.solve(Z.T @ Z / len(y) + 0.7 * np.eye(5), Z.T @ (y - y.mean()) / len(y))
    np.testing.assert_allclose(model.coef_, expected, rtol=1e-5)


@pytest.mark.parametrize("exponent", [-140, 100, 140, 160, 300])
def test_extreme_units_are_no_quiet_zeros(exponent):
    X, y = table("random", 1)
    plain = Lasso(0.1).fit(X, y)
    unit = 10.0**exponent
    if abs(exponent) < 150:  # the same problem in other units of column and target
        both = Lasso(0.1 * unit * unit).fit(X * unit, y * unit)
        np.testing.assert_allclose(both.coef_, plain.coef_, rtol=1e-9)
    if exponent > 0:  # the penalty of columns so large is nothing
        free = LinearRegression().fit(X, y)
        model = Lasso(0.1).fit(X * unit, y)
        np.testing.assert_allclose(model.coef_ * unit, free.coef_, rtol=1e-8)


def test_coefficients_that_no_float_holds_are_an_error():
    X, y = table("random", 1)
    with pytest.raises(DataError, match="outside the range of floats"):
        Lasso(0.0).fit(X * 1e-200, y * 1e200)


def test_a_constant_target_and_a_single_column():
    X, _ = table("random", 2)
    model = Lasso(0.1).fit(X, np.full(len(X), 3.0))
    assert (model.intercept_, model.dual_gap_) == (3.0, 0.0)
    assert not model.coef_.any()
    one = Lasso(0.0 + 1e-3).fit(X[:, :1], 2 * X[:, 0])
    assert one.coef_[0] == pytest.approx(2 - 1e-3 / X[:, 0].var())


def test_an_early_stop_tells_the_gap():
    X, y = table("correlated", 5, n=30, d=20)
    with pytest.warns(ConvergenceWarning, match="Lasso stopped after 1 sweeps with a duality gap"):
        model = Lasso(0.001, max_iter=1).fit(X, y)
    assert model.n_iter_ == 1
    assert model.dual_gap_ > 1e-8 * y.var()


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.1])
def test_columns_beyond_the_products_kept_are_moved_along_the_residual(l1_ratio, monkeypatch):
    X, y = table("wide", 7, n=30)
    alpha = 0.05 * strongest(X, y)
    kept = Lasso(alpha, l1_ratio=l1_ratio).fit(X, y)
    monkeypatch.setattr("minixai.linear.coordinate_descent._MOST", 3)
    moved = Lasso(alpha, l1_ratio=l1_ratio, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(moved.coef_, kept.coef_, atol=1e-5 * np.abs(kept.coef_).max())
    assert moved.n_iter_ > kept.n_iter_


@pytest.mark.skipif(not COMPILED, reason="hundreds of columns: run compiled only")
@pytest.mark.parametrize(("shape", "share"), [((60, 600), 0.02), ((400, 300), 1e-3)])
def test_larger_tables_are_optimal_too(shape, share):
    draws = np.random.default_rng(0)
    X = draws.normal(size=shape) + draws.normal(size=(shape[0], 1))
    y = X[:, :20] @ draws.normal(size=20) + draws.normal(size=shape[0])
    alpha = share * strongest(X, y)
    model = Lasso(alpha, tol=1e-12).fit(X, y)
    held = model.coef_, model.intercept_, alpha, 1.0, np.ones(len(y))
    assert reference.kkt_residual(X, y, *held) <= 1e-6


def test_orders_and_types_of_the_memory_do_not_matter():
    X, y = table("random", 4)
    first = Lasso(0.05).fit(X, y)
    before = X.copy()
    for same in (np.asfortranarray(X), np.repeat(X, 2, axis=0)[::2], X[:, ::-1][:, ::-1]):
        assert np.array_equal(Lasso(0.05).fit(same, y).coef_, first.coef_)
    assert np.array_equal(X, before)
    single = Lasso(0.05).fit(X.astype(np.float32), y)
    np.testing.assert_allclose(single.coef_, first.coef_, atol=1e-5)


def test_it_promises_what_holds():
    X, y = table("random", 0)
    model = Lasso(0.1).fit(X, y)
    assert isinstance(model, (Additive, InputDifferentiable, Layered))
    assert not isinstance(model, ParameterDifferentiable)
    assert np.isnan(model.with_parameters(model.parameters()).dual_gap_)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alpha": -1}, r"`alpha` must be a number in \[0.0, inf\), got -1"),
        ({"alpha": float("nan")}, "`alpha`"),
        ({"l1_ratio": 1.5}, r"`l1_ratio` must be a number in \[0.0, 1.0\], got 1.5"),
        ({"l1_ratio": -0.1}, "`l1_ratio`"),
        ({"max_iter": 0}, "`max_iter` must be an integer"),
        ({"tol": -1e-3}, "`tol`"),
    ],
)
def test_arguments_outside_their_range_are_refused(options, words):
    X, y = table("random", 0)
    with pytest.raises(ParameterError, match=words):
        Lasso(**options).fit(X, y)


@pytest.mark.peers
@given(**cases, centred=st.booleans())
def test_equals_scikit_learn(kind, seed, share, l1_ratio, centred):
    peer = pytest.importorskip("sklearn.linear_model")
    X, y = table(kind, seed)
    weights = np.random.default_rng(seed).uniform(0.2, 3, len(y))
    alpha = share * strongest(X, y)
    ours = Lasso(alpha, l1_ratio=l1_ratio, fit_intercept=centred, tol=1e-13).fit(X, y, weights)
    theirs = peer.ElasticNet(
        alpha=alpha, l1_ratio=l1_ratio, fit_intercept=centred, tol=1e-13, max_iter=200_000
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(X, y, weights)
    if kind == "copies":  # their coefficients may be shared out in more than one way
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-5)
        return
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-5)
