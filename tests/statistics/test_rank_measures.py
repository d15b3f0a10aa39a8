import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.statistics.rank_measures import average_ranks, kendall_tau
from tests.reference import statistic as reference


@given(
    x=st.lists(st.integers(0, 6), min_size=1, max_size=20),
    seed=st.integers(0, 99),
)
def test_equal_the_naive_twins_with_ties(x, seed):
    x = np.array(x, dtype=float)
    y = np.random.default_rng(seed).integers(0, 5, len(x)).astype(float)
    assert np.array_equal(average_ranks(x), reference.average_ranks(x))
    found = kendall_tau(x, y)
    if len(set(x)) > 1 and len(set(y)) > 1:
        assert found.tau == pytest.approx(reference.kendall_tau(x, y), abs=1e-14)
        assert 0.0 <= found.p_value <= 1.0
    else:
        assert math.isnan(found.tau)
        assert math.isnan(found.p_value)


@given(order=st.permutations([1.0, 2.0, 4.0, 8.0, 9.0, 11.0]))
def test_without_ties_the_p_value_counts_permutations(order):
    x = np.arange(6.0)
    found = kendall_tau(x, np.array(order))
    assert found.exact
    assert found.p_value == pytest.approx(reference.kendall_p_value(x, order), rel=1e-12)


def test_the_variance_with_ties_is_that_of_all_permutations():
    x, y = np.array([1.0, 1.0, 1.0, 2.0, 3.0, 3.0]), np.array([0.0, 0.0, 1.0, 1.0, 1.0, 2.0])
    import itertools

    scores = [reference.pair_score(x, order)[0] for order in itertools.permutations(y)]
    z = reference.pair_score(x, y)[0] / np.std(scores)
    assert kendall_tau(x, y).p_value == pytest.approx(math.erfc(z / math.sqrt(2)), rel=1e-12)


def test_order_and_sign():
    x = np.random.default_rng(0).normal(size=500)
    y = np.random.default_rng(1).normal(size=500) + x
    found, turned = kendall_tau(x, y), kendall_tau(y, -x)
    assert found.tau == -turned.tau
    assert found.p_value == turned.p_value
    assert kendall_tau(x, np.exp(x)).tau == pytest.approx(1.0, abs=1e-14)


def test_nothing_to_compare():
    for x in ([], [1.0], [2.0, 2.0]):
        assert math.isnan(kendall_tau(np.array(x), np.arange(float(len(x)))).tau)
