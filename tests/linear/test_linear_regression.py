import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import ConvergenceWarning, DataError, DataWarning, ParameterError
from minixai.linear import LinearRegression
from tests.reference import linear_regression as reference

SOLVERS = ("closed_form", "gradient_descent", "sgd")
EXACT = SOLVERS[:2]


def table(n=30, d=3, seed=0, noise=0.5):
    draws = np.random.default_rng(seed)
    X = draws.normal(size=(n, d)) + draws.normal(size=d)
    return X, X @ draws.normal(size=d) + 2.0 + noise * draws.normal(size=n)


def conditioned(n, d, condition, seed):
    """Columns of mean 0 and deviation 1 whose condition is about the one asked for."""
    draws = np.random.default_rng(seed)
    left, _ = np.linalg.qr(draws.normal(size=(n, d)))
    right, _ = np.linalg.qr(draws.normal(size=(d, d)))
    X = left * np.logspace(0, -math.log10(condition), d) @ right.T
    X -= X.mean(axis=0)
    X /= X.std(axis=0)
    values = np.linalg.svd(X, compute_uv=False)
    return X, values[0] / values[-1]


def off(model, other):
    """Largest difference of the coefficients relative to their scale."""
    return np.abs(model.coef_ - other.coef_).max() / np.abs(other.coef_).max()


@given(n=st.integers(8, 20), d=st.integers(1, 4), seed=st.integers(0, 99), weighted=st.booleans())
def test_equals_the_normal_equations(n, d, seed, weighted):
    X, y = table(n, d, seed)
    w = np.random.default_rng(seed).uniform(0.5, 2.0, n) if weighted else np.ones(n)
    expected = reference.normal_equations(X, y, w)
    for solver, near in (("closed_form", 1e-8), ("gradient_descent", 1e-6)):
        model = LinearRegression(solver=solver).fit(X, y, w if weighted else None)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(model.coef_, expected[1:], atol=near * scale)
        np.testing.assert_allclose(model.intercept_, expected[0], atol=10 * near * scale)


def test_plain_descent_by_loops_comes_to_the_same_place():
    X, y = table(12, 2, 1)
    X = X - X.mean(axis=0)
    w, b = reference.plain_descent(X, y, 0.3, 400)
    model = LinearRegression(solver="gradient_descent").fit(X, y)
    np.testing.assert_allclose(model.coef_, w, rtol=1e-6)
    np.testing.assert_allclose(model.intercept_, b, rtol=1e-6)


@given(d=st.integers(1, 4), seed=st.integers(0, 99))
def test_residuals_of_the_closed_form_are_orthogonal_to_the_columns(d, seed):
    X, y = table(15, d, seed)
    rest = y - LinearRegression().fit(X, y).predict(X)
    assert abs(rest.sum()) < 1e-10 * np.abs(y).sum()
    assert np.abs(X.T @ rest).max() < 1e-10 * np.abs(X).sum()
    raw = LinearRegression(fit_intercept=False).fit(X, y)
    assert raw.intercept_ == 0.0
    assert np.abs(X.T @ (y - raw.predict(X))).max() < 1e-10 * np.abs(X).sum()


@given(seed=st.integers(0, 99), solver=st.sampled_from(EXACT))
def test_units_move_the_coefficients_and_nothing_else(seed, solver):
    X, y = table(20, 3, seed)
    unit, shift = np.array([1e3, 1.0, 1e-4]), np.array([0.0, 50.0, 1.0])
    first = LinearRegression(solver=solver, tol=1e-12).fit(X, y)
    moved = LinearRegression(solver=solver, tol=1e-12).fit(X * unit + shift, 3 * y - 1)
    np.testing.assert_allclose(moved.coef_ * unit, 3 * first.coef_, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(
        moved.predict(X * unit + shift), 3 * first.predict(X) - 1, rtol=1e-7, atol=1e-7
    )


@given(seed=st.integers(0, 50))
def test_condition_of_a_million_from_scales_is_met(seed):
    X, y = table(40, 6, seed)
    X = X * np.logspace(0, 6, 6)
    y = X @ np.ones(6) + y
    model = LinearRegression(solver="gradient_descent").fit(X, y)
    assert off(model, LinearRegression().fit(X, y)) < 1e-6


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("scales", [1.0, np.logspace(0, 6, 5)])
def test_condition_of_a_thousand_after_standardising_is_met(seed, scales):
    X, condition = conditioned(60, 5, 1e3, seed)
    assert 300 < condition < 3000
    X = X * scales
    draws = np.random.default_rng(seed)
    y = X @ draws.normal(size=5) + 0.1 * draws.normal(size=60)
    model = LinearRegression(solver="gradient_descent").fit(X, y)
    assert off(model, LinearRegression().fit(X, y)) < 1e-6


def test_beyond_that_a_warning_tells_the_true_gap():
    X, condition = conditioned(60, 5, 1e6, 0)
    assert condition > 1e5
    y = X @ np.ones(5) + np.random.default_rng(0).normal(size=60)
    with pytest.warns(ConvergenceWarning, match="largest coefficient off by") as caught:
        model = LinearRegression(solver="gradient_descent", n_epochs=2000).fit(X, y)
    told = float(str(caught[0].message).split("off by ")[1].split()[0])
    assert told == pytest.approx(off(model, LinearRegression().fit(X, y)), rel=0.05)
    assert "n_epochs" in str(caught[0].message)


def test_the_step_may_be_given_and_must_stay_below_two_over_l():
    X, y = table(20, 3, 2)
    exact = LinearRegression().fit(X, y)
    model = LinearRegression(solver="gradient_descent", learning_rate=0.01).fit(X, y)
    assert off(model, exact) < 1e-6
    with pytest.raises(ParameterError, match=r"must be below [\d.]+ \(2 / L\)") as caught:
        LinearRegression(solver="gradient_descent", learning_rate=100.0).fit(X, y)
    limit = float(str(caught.value).split("below ")[1].split()[0])
    near = LinearRegression(solver="gradient_descent", learning_rate=0.99 * limit).fit(X, y)
    assert off(near, exact) < 1e-6


def test_the_loss_curve_starts_at_the_mean_and_ends_at_the_minimum():
    X, y = table(40, 3, 3)
    least = reference.cost(X, y, *_split(reference.normal_equations(X, y, np.ones(40))))
    for solver in SOLVERS:
        model = LinearRegression(solver=solver).fit(X, y)
        curve = model.loss_curve_
        assert curve[0] == pytest.approx(np.var(y) / 2, rel=1e-12)
        assert curve[-1] == pytest.approx(least, rel=1e-3)
        assert curve[-1] == pytest.approx(reference.cost(X, y, model.coef_, model.intercept_))
        assert model.n_iter_ == max(1, len(curve) - 1)


def _split(beta):
    return beta[1:], beta[0]


def test_sgd_is_the_naive_twin_and_repeats_to_the_bit():
    X, y = table(11, 2, 4)
    options = {"solver": "sgd", "batch_size": 4, "n_epochs": 5, "tol": 0.0, "learning_rate": 0.1}
    weight = np.arange(1.0, 12.0)
    with pytest.warns(ConvergenceWarning, match="J above its minimum by"):
        model = LinearRegression(random_state=3, **options).fit(X, y, weight)
    with pytest.warns(ConvergenceWarning):
        again = LinearRegression(random_state=3, **options).fit(X, y, weight)
    assert np.array_equal(model.coef_, again.coef_)
    share = weight / weight.sum()
    middle, centre = share @ X, share @ y
    scale = np.sqrt(share @ (X - middle) ** 2)
    orders = [np.random.default_rng([3, epoch]).permutation(11) for epoch in range(5)]
    w = reference.averaged_batches(
        (X - middle) / scale, y - centre, weight / weight.mean(), orders, 4, 0.1
    )
    np.testing.assert_allclose(model.coef_, w / scale, rtol=1e-10)


def test_sgd_comes_near_and_says_when_it_does_not():
    X, y = table(200, 4, 5)
    exact = LinearRegression().fit(X, y)
    for size in (1, 16, 500):
        model = LinearRegression(solver="sgd", batch_size=size).fit(X, y)
        assert model.loss_curve_[-1] <= exact.loss_curve_[-1] * 1.0011
    still = LinearRegression(solver="sgd").fit(X, X @ np.ones(4))
    assert still.score(X, X @ np.ones(4)) > 1 - 1e-5
    with pytest.warns(ConvergenceWarning, match="J above its minimum by"):
        LinearRegression(solver="sgd", n_epochs=1, learning_rate=1e-4).fit(X, y)
    for rate in (3.0, 10.0, 1e4):
        for n_epochs in (5, 200):
            model = LinearRegression(solver="sgd", learning_rate=rate, n_epochs=n_epochs)
            with pytest.raises(ParameterError, match="too large for these data, descent ran away"):
                model.fit(X, y)


@given(seed=st.integers(0, 30), solver=st.sampled_from(EXACT))
def test_a_weight_of_two_is_a_row_twice_and_of_zero_no_row(seed, solver):
    X, y = table(15, 3, seed)
    weight = np.random.default_rng(seed).integers(0, 3, 15) + (np.arange(15) < 6)
    a = LinearRegression(solver=solver, tol=1e-12).fit(X, y, weight)
    b = LinearRegression(solver=solver, tol=1e-12).fit(
        np.repeat(X, weight, axis=0), np.repeat(y, weight)
    )
    np.testing.assert_allclose(a.coef_, b.coef_, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(a.intercept_, b.intercept_, rtol=1e-8, atol=1e-10)


def test_expectation_of_sgd_weights():
    """A weight of two is a row twice in expectation: with small steps the means agree."""
    X, y = table(20, 2, 6)
    weight = np.where(np.arange(20) < 5, 3, 1)
    options = {"solver": "sgd", "batch_size": 5, "tol": 1e-6, "learning_rate": 0.02}
    weighed, repeated = [], []
    for seed in range(4):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = LinearRegression(random_state=seed, **options)
            weighed.append(model.fit(X, y, weight).coef_)
            twice = np.repeat(X, weight, axis=0), np.repeat(y, weight)
            repeated.append(LinearRegression(random_state=seed, **options).fit(*twice).coef_)
    exact = LinearRegression().fit(X, y, weight).coef_
    plain = LinearRegression().fit(X, y).coef_
    assert np.abs(exact - plain).max() > 0.02
    np.testing.assert_allclose(np.mean(weighed, axis=0), exact, atol=2e-3)
    np.testing.assert_allclose(np.mean(repeated, axis=0), exact, atol=2e-3)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("power", [150, -150, 200])
def test_far_units_are_right_or_refused(solver, power):
    X, y = table(25, 3, 7)
    near, unit = LinearRegression(solver=solver).fit(X, y), 10.0**power
    wide = LinearRegression(solver=solver).fit(unit * X, y)
    np.testing.assert_allclose(wide.coef_ * unit, near.coef_, rtol=1e-6)
    np.testing.assert_allclose(wide.predict(unit * X), near.predict(X), rtol=1e-6)
    high = LinearRegression(solver=solver).fit(X, unit * y)
    np.testing.assert_allclose(high.coef_ / unit, near.coef_, rtol=1e-6)
    if abs(power) > 160:
        with pytest.raises(DataError, match="'x0' is outside the range of floats: rescale"):
            LinearRegression(solver=solver).fit(unit * X, y / unit)


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_constant_column_gets_zero_and_a_constant_target_its_value(solver):
    X, y = table(20, 2, 8)
    X = np.column_stack([X, np.full(20, 0.1)])
    model = LinearRegression(solver=solver).fit(X, y)
    assert model.coef_[2] == 0.0
    flat = LinearRegression(solver=solver).fit(X, np.full(20, 0.1))
    assert np.array_equal(flat.coef_, np.zeros(3))
    assert flat.intercept_ == 0.1
    still = LinearRegression(solver=solver).fit(np.ones((5, 1)), [1.0, 2.0, 3.0, 4.0, 5.0])
    assert still.coef_.tolist() == [0.0]
    assert still.intercept_ == 3.0
    raw = LinearRegression(solver=solver, fit_intercept=False).fit(X, np.zeros(20))
    assert np.array_equal(raw.coef_, np.zeros(3))


@pytest.mark.parametrize("solver", EXACT)
def test_dependent_columns_share_and_more_columns_than_rows_fit_exactly(solver):
    X, y = table(20, 1, 9)
    twice = LinearRegression(solver=solver).fit(np.column_stack([X, 2 * X]), y)
    once = LinearRegression(solver=solver).fit(X, y)
    np.testing.assert_allclose(twice.coef_ * [2, 4], once.coef_[0] * np.ones(2), rtol=1e-6)
    wide, target = table(4, 7, 9)
    with pytest.warns(DataWarning, match="4 rows leave the coefficients of 7 columns open"):
        model = LinearRegression(solver=solver).fit(wide, target)
    np.testing.assert_allclose(model.predict(wide), target, rtol=1e-5)


def test_one_column_and_two_rows():
    model = LinearRegression().fit([[1.0], [3.0]], [5.0, 9.0])
    np.testing.assert_allclose(model.coef_, [2.0], rtol=1e-14)
    np.testing.assert_allclose(model.intercept_, 3.0, rtol=1e-14)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"solver": "closed"}, "Did you mean 'closed_form'"),
        ({"learning_rate": 0.0}, "`learning_rate`"),
        ({"n_epochs": 0}, "`n_epochs`"),
        ({"tol": -1.0}, "`tol`"),
        ({"batch_size": 2.5}, "`batch_size` must be an integer"),
        ({"random_state": "x"}, "`random_state`"),
    ],
)
def test_wrong_arguments_are_named(changes, words):
    X, y = table()
    with pytest.raises(ParameterError, match=words):
        LinearRegression(**changes).fit(X, y)


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        ([[1.0]], [1.0], "at least 2 rows"),
        ([[1.0], [np.nan]], [1.0, 2.0], "NaN in column 0, row 1"),
        ([[1.0], [2.0]], [1.0, np.inf], "infinity in row 1"),
        ([["a"], ["b"]], [1.0, 2.0], "Column 0 holds text"),
        ([[1.0], [2.0]], [1.0, 2.0, 3.0], "2 rows, `y` has 3"),
    ],
)
def test_bad_data_are_named(X, y, words):
    with pytest.raises(DataError, match=words) as caught:
        LinearRegression().fit(X, y)
    assert "\n" not in str(caught.value)


def test_a_failed_fit_is_no_fit():
    model = LinearRegression()
    with pytest.raises(DataError):
        model.fit([[1e200], [-1e200]], [1e-200, 2e-200])
    with pytest.raises(ValueError, match="not fitted"):
        model.predict([[1.0]])


def test_a_linear_regression_survives_a_refit_that_fails():
    X = np.random.default_rng(0).normal(size=(30, 3))
    model = LinearRegression().fit(X, X[:, 0])
    before = model.predict(X)
    with pytest.raises(DataError):
        model.fit(np.hstack([X, X]), np.full(30, np.nan))
    with pytest.raises(DataError, match="range of floats"):
        model.fit(np.hstack([X, X[:, :2] ** 2]) * 1e-200, X[:, 1] * 1e200)
    np.testing.assert_array_equal(model.predict(X), before)
