"""QuantileScaler against its definition and scikit-learn's QuantileTransformer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import QuantileScaler
from minixai.errors import ParameterError


def draws(seed, digits, n=40):
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(2.0, 3.0, n), rng.lognormal(0.0, 1.0, n), np.full(n, 4.0)])
    X = X.round(digits)
    X[1:][rng.random((n - 1, 3)) < 0.2] = np.nan
    return X


@given(
    st.integers(0, 10_000),
    st.integers(0, 3),
    st.sampled_from([2, 7, 40, 1000]),
    st.sampled_from(["uniform", "normal"]),
    st.integers(2, 40),
)
def test_equals_scikit_learns(seed, digits, n_quantiles, distribution, n):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    X, later = draws(seed, digits, n), draws(seed + 1, digits)
    ours = QuantileScaler(n_quantiles, distribution).fit(X)
    theirs = preprocessing.QuantileTransformer(
        n_quantiles=min(n_quantiles, n), output_distribution=distribution, subsample=None
    ).fit(X)
    np.testing.assert_array_equal(ours.quantiles_, theirs.quantiles_)
    for rows in (X, later):
        made = ours.transform(rows)
        np.testing.assert_allclose(made, theirs.transform(rows), rtol=0, atol=1e-12)
        np.testing.assert_allclose(
            ours.inverse_transform(made), theirs.inverse_transform(made), rtol=1e-12, atol=1e-12
        )


def test_ties_get_the_middle_of_their_ranks():
    made = QuantileScaler().fit([[1.0], [2.0], [2.0], [2.0], [8.0]])
    found = made.transform([[2.0], [1.5], [0.0], [5.0], [99.0]]).ravel()
    np.testing.assert_allclose(found, [0.5, 0.125, 0.0, 0.875, 1.0], atol=1e-15)


def test_normal_scores_of_many_values_are_normal():
    rng = np.random.default_rng(0)
    z = QuantileScaler(output_distribution="normal").fit_transform(rng.exponential(size=(5000, 1)))
    inside = z[np.abs(z) < 5.0]
    assert abs(inside.mean()) < 0.01
    assert abs(inside.std() - 1.0) < 0.01
    assert np.abs(z).max() == pytest.approx(5.199337582605575)


def test_small_units_change_nothing():
    """scikit-learn takes all within 1e-7 of the ends for the ends."""
    X = np.random.default_rng(1).normal(size=(50, 1))
    usual = QuantileScaler(output_distribution="normal").fit_transform(X)
    small = QuantileScaler(output_distribution="normal").fit_transform(X * 2.0**-40)
    np.testing.assert_array_equal(small, usual)


def test_wide_columns_do_not_overflow():
    X = np.array([[-1.7e308], [-1.0], [1.0], [1.7e308]])
    made = QuantileScaler().fit(X)
    np.testing.assert_allclose(made.transform([[0.85e308]]), [[2 / 3 + 1 / 6]], rtol=1e-12)
    np.testing.assert_allclose(made.inverse_transform([[0.0], [1.0]]).ravel(), [-1.7e308, 1.7e308])


def test_options_are_checked():
    with pytest.raises(
        ParameterError, match=r"`n_quantiles` must be an integer in \[2, inf\), got 1"
    ):
        QuantileScaler(1).fit([[1.0]])
    with pytest.raises(ParameterError, match="Did you mean 'normal'"):
        QuantileScaler(output_distribution="norml").fit([[1.0]])
