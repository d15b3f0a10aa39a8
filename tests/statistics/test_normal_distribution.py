"""Quantiles and probabilities of the standard normal distribution."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.statistics.normal_distribution import normal_probability, normal_quantile


def test_quantiles_equal_scipys_to_the_last_digits():
    special = pytest.importorskip("scipy.special")
    p = np.concatenate(
        [
            np.linspace(0.0, 1.0, 20_001)[1:-1],
            10.0 ** -np.arange(1, 300),
            1.0 - 10.0 ** -np.arange(1, 16),
        ]
    )
    np.testing.assert_allclose(normal_quantile(p), special.ndtri(p), rtol=1e-14, atol=1e-15)


@given(st.floats(-8.0, 8.0))
def test_probabilities_equal_the_standard_librarys(z):
    assert normal_probability([z])[0] == pytest.approx(NormalDist().cdf(z), abs=1e-15)


@given(st.floats(1e-12, 1.0 - 1e-12))
def test_the_probability_of_a_quantile_is_its_own(p):
    assert normal_probability(normal_quantile([p]))[0] == pytest.approx(p, rel=1e-13)


def test_ends_and_what_is_no_probability():
    found = normal_quantile([0.0, 0.5, 1.0, math.nan, 1.5, -0.5])
    np.testing.assert_array_equal(found, [-np.inf, 0.0, np.inf, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(
        normal_probability([[-np.inf, 0.0, np.inf, np.nan]]), [[0.0, 0.5, 1.0, np.nan]]
    )
