import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError
from minixai.statistics import correlation_matrix, variance_inflation_factors
from tests.reference import statistic as reference


def table(n, d, seed):
    draws = np.random.default_rng(seed)
    return draws.normal(size=(n, d)) @ (np.eye(d) + 0.4 * draws.normal(size=(d, d)))


@given(n=st.integers(6, 15), d=st.integers(1, 4), seed=st.integers(0, 99))
def test_equal_the_naive_twins(n, d, seed):
    X = table(n, d, seed)
    np.testing.assert_allclose(
        correlation_matrix(X), reference.correlation_matrix(X), rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(
        variance_inflation_factors(X), reference.variance_inflation_factors(X), rtol=1e-6
    )


@given(seed=st.integers(0, 99), power=st.sampled_from([-150, -3, 5, 150]))
def test_units_and_shifts_do_not_matter(seed, power):
    X = table(12, 3, seed)
    moved = X * np.array([10.0**power, 1.0, -2.0]) + np.array([0.0, 1e6, 3.0])
    sign = np.sign(np.outer([1, 1, -1], [1, 1, -1]))
    np.testing.assert_allclose(
        correlation_matrix(moved), sign * correlation_matrix(X), rtol=1e-6, atol=1e-8
    )
    np.testing.assert_allclose(
        variance_inflation_factors(moved), variance_inflation_factors(X), rtol=1e-6
    )


def test_symmetric_with_ones_and_within_bounds():
    X = table(9, 4, 0)
    found = correlation_matrix(np.column_stack([X, 3 * X[:, 0] + 1]))
    assert np.array_equal(found, found.T)
    assert np.array_equal(np.diag(found), np.ones(5))
    assert np.abs(found).max() == 1.0
    assert found[0, 4] == pytest.approx(1.0, abs=1e-12)


def test_a_constant_column_has_no_correlation():
    X = np.column_stack([table(7, 2, 0), np.full(7, 0.1)])
    found = correlation_matrix(X)
    assert np.isnan(found[2]).all()
    assert np.isnan(found[:, 2]).all()
    assert np.isfinite(found[:2, :2]).all()
    factors = variance_inflation_factors(X)
    assert np.isnan(factors[2])
    assert np.isfinite(factors[:2]).all()
    assert np.isnan(variance_inflation_factors(np.ones((3, 2)))).all()


def test_dependent_columns_have_infinite_factors_and_the_others_keep_theirs():
    X = table(20, 4, 1)
    X[:, 2] = X[:, 0] - 2 * X[:, 1]
    found = variance_inflation_factors(X)
    assert np.isinf(found[:3]).all()
    np.testing.assert_allclose(found[3], variance_inflation_factors(X[:, [0, 1, 3]])[2], rtol=1e-9)
    assert np.isinf(variance_inflation_factors(table(3, 5, 0))).all()


def test_one_row_is_refused():
    with pytest.raises(DataError, match="at least 2 rows"):
        correlation_matrix([[1.0, 2.0]])


@pytest.mark.peers
def test_equal_the_peers():
    outliers = pytest.importorskip("statsmodels.stats.outliers_influence")
    X = table(40, 5, 3)
    design = np.column_stack([np.ones(40), X])
    theirs = [outliers.variance_inflation_factor(design, j) for j in range(1, 6)]
    np.testing.assert_allclose(variance_inflation_factors(X), theirs, rtol=1e-10)
    np.testing.assert_allclose(correlation_matrix(X), np.corrcoef(X.T), rtol=1e-12)
