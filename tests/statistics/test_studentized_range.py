import math

import numpy as np
import pytest

from minixai._numba import is_compiled
from minixai.statistics import range_quantile, range_tail_probability


@pytest.mark.parametrize("df", [1, 2, 7, 30, 1000])
def test_the_range_of_two_is_students_t(df):
    pytest.importorskip("scipy")
    from minixai.statistics import t_quantile, t_tail_probability

    for q in (0.1, 1.0, 4.0, 12.0):
        expected = float(t_tail_probability(q / math.sqrt(2), df))
        assert range_tail_probability(q, 2, df) == pytest.approx(expected, rel=1e-11, abs=1e-15)
    if is_compiled():
        for level in (0.5, 0.95, 0.999):
            found = range_quantile(level, 2, df)
            assert found == pytest.approx(math.sqrt(2) * t_quantile(level, df), rel=1e-11)


def test_the_range_of_three_with_known_variance():
    """P(range of three normals <= w) by the trivariate orthant: simulation is the witness."""
    draws = np.random.default_rng(0).normal(size=(200_000, 3))
    q = 2.5
    share = (np.ptp(draws, axis=1) > q).mean()
    assert range_tail_probability(q, 3, 1e7) == pytest.approx(share, abs=0.004)


@pytest.mark.parametrize(("n_groups", "df"), [(3, 1), (4, 5), (10, 20), (30, 100)])
def test_equal_scipys(n_groups, df):
    theirs = pytest.importorskip("scipy.stats").studentized_range
    for q in (0.3, 2.0, 5.0):
        found = range_tail_probability(q, n_groups, df)
        assert found == pytest.approx(theirs.sf(q, n_groups, df), abs=1e-11)
    if is_compiled():
        found = range_quantile(0.95, n_groups, df)
        assert found == pytest.approx(theirs.ppf(0.95, n_groups, df), rel=1e-9)


def test_the_ends():
    assert range_tail_probability(0.0, 4, 3) == 1.0
    assert range_tail_probability(math.inf, 4, 3) == 0.0
    tails = [range_tail_probability(q, 4, 6) for q in (1.0, 2.0, 4.0, 20.0, 100.0)]
    assert tails == sorted(tails, reverse=True)
    assert tails[-1] > 0.0
