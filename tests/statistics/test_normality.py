"""Shapiro and Wilk's test."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minixai.statistics import regression_analysis
from minixai.statistics.normality import shapiro_wilk
from tests.reference import statistic as reference


@st.composite
def samples(draw):
    """Numbers with and without ties, also far from 0."""
    n = draw(st.integers(3, 60))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    kind = draw(st.sampled_from(["normal", "exponential", "ties", "far"]))
    if kind == "ties":
        return rng.integers(0, 4, n) * 1.0
    return (
        rng.exponential(size=n)
        if kind == "exponential"
        else rng.normal(size=n) + 1e4 * (kind == "far")
    )


@given(x=samples())
def test_w_equals_the_naive_twin(x):
    assume(np.ptp(x) > 0)
    x = x - x.mean()
    np.testing.assert_allclose(shapiro_wilk(x)[0], reference.shapiro_wilk(x.tolist()), rtol=1e-10)


@pytest.mark.peers
@given(x=samples())
def test_equals_scipy(x):
    """To the digits of its own quantiles and tails, which are good to about 1e-9."""
    stats = pytest.importorskip("scipy.stats")
    assume(np.ptp(x) > 0)
    w, p_value = shapiro_wilk(x)
    other = stats.shapiro(x)
    np.testing.assert_allclose(w, other.statistic, rtol=0, atol=1e-8)
    np.testing.assert_allclose(p_value, other.pvalue, rtol=1e-5, atol=1e-7)


@given(x=samples(), unit=st.sampled_from([1e-100, -1.0, 1e100]))
def test_units_and_signs_do_not_matter(x, unit):
    assume(np.ptp(x) > 0)
    np.testing.assert_allclose(shapiro_wilk(x * unit), shapiro_wilk(x), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("n", [4, 8, 11, 12, 40])
def test_normal_samples_are_refused_as_often_as_said(n):
    draws = np.random.default_rng(0).normal(size=(600, n))
    p_values = np.array([shapiro_wilk(row)[1] for row in draws])
    assert abs((p_values < 0.1).mean() - 0.1) < 0.035
    assert abs((p_values < 0.5).mean() - 0.5) < 0.06


def test_extremes_have_their_values():
    assert shapiro_wilk(np.array([0.0, 1.0, 2.0]))[1] == pytest.approx(1.0)
    assert shapiro_wilk(np.array([0.0, 0.0, 1.0])) == pytest.approx((0.75, 0.0), abs=1e-7)
    lone = np.zeros(11)
    lone[3] = 1.0
    assert shapiro_wilk(lone)[1] < 1e-6


def test_more_rows_than_it_was_fitted_to_get_a_note():
    pytest.importorskip("scipy")
    x = np.random.default_rng(0).normal(size=(5001, 2))
    assert "5000 rows" in regression_analysis(x[:, 0], x[:, 1]).tests["Shapiro-Wilk"].note
    assert regression_analysis(x[:99, 0], x[:99, 1]).tests["Shapiro-Wilk"].note == ""
