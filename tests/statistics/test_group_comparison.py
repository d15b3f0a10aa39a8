import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minixai._numba import is_compiled
from minixai.errors import DataError, ParameterError
from minixai.statistics import anova, tukey

stats = pytest.importorskip("scipy.stats")


def groups_of(n, k, seed):
    draws = np.random.default_rng(seed)
    groups = np.concatenate([np.repeat(np.arange(k), 2), draws.integers(0, k, n - 2 * k)])
    return draws.normal(size=n) + 0.8 * groups, groups


@settings(max_examples=10 if is_compiled() else 1)
@given(n=st.integers(10, 30), k=st.integers(2, 5), seed=st.integers(0, 99))
def test_equal_scipys_tukey_hsd(n, k, seed):
    y, groups = groups_of(n, k, seed)
    found = tukey(y, groups, level=0.9)
    theirs = stats.tukey_hsd(*[y[groups == g] for g in range(k)])
    bounds = theirs.confidence_interval(0.9)
    for i, (a, b) in enumerate(found.pairs):
        assert found.differences[i] == pytest.approx(theirs.statistic[b, a], rel=1e-12, abs=1e-13)
        assert found.p_values[i] == pytest.approx(theirs.pvalue[b, a], abs=1e-10)
        expected = [bounds.low[b, a], bounds.high[b, a]]
        np.testing.assert_allclose(found.intervals[i], expected, rtol=1e-8, atol=1e-9)
    assert len(found.pairs) == k * (k - 1) // 2
    np.testing.assert_allclose(found.means, [y[groups == g].mean() for g in range(k)])


@pytest.mark.peers
def test_equal_statsmodels():
    compare = pytest.importorskip("statsmodels.stats.multicomp")
    y, groups = groups_of(30, 4, 3)
    found, theirs = tukey(y, groups), compare.pairwise_tukeyhsd(y, groups)
    np.testing.assert_allclose(found.differences, theirs.meandiffs, rtol=1e-12)
    np.testing.assert_allclose(found.intervals, theirs.confint, rtol=1e-6)
    np.testing.assert_allclose(found.p_values, theirs.pvalues, atol=1e-6)


def test_two_groups_are_the_t_test_and_the_one_way_analysis():
    y, groups = groups_of(15, 2, 1)
    p = stats.ttest_ind(y[groups == 0], y[groups == 1]).pvalue
    assert tukey(y, groups).p_values[0] == pytest.approx(p, rel=1e-10)
    assert anova(y, groups).p_values[0] == pytest.approx(p, rel=1e-10)


def test_units_shifts_and_missing_rows():
    y, groups = groups_of(12, 2, 0)
    plain, huge = tukey(y, groups), tukey(y * 1e150, groups)
    assert huge.p_values == pytest.approx(plain.p_values, rel=1e-9)
    np.testing.assert_allclose(huge.intervals / 1e150, plain.intervals, rtol=1e-9)
    gaps = np.append(y, [np.nan, 3.0])
    labels = np.append(groups.astype(object), [1, None])
    found = tukey(gaps, labels)
    assert found.p_values == pytest.approx(plain.p_values, rel=1e-12)
    assert found.n_left_out == 2
    text = str(found)
    assert "2 rows left out" in text
    assert "df = 10, intervals of 95 %" in text


def test_without_spread_means_differ_surely_or_not_at_all():
    found = tukey([0.1, 0.1, 0.1, 0.7, 0.7, 0.1, 0.1], list("aaabbcc"))
    assert found.p_values.tolist() == [0.0, 1.0, 0.0]
    assert found.intervals[0] == pytest.approx([0.6, 0.6])
    pytest.importorskip("pandas")
    assert found.to_frame().loc["a", "second"].tolist() == ["b", "c"]


def test_bad_input_is_told_with_the_remedy():
    with pytest.raises(DataError, match="got 1 groups of 2 rows"):
        tukey([1.0, 2.0], ["a", "a"])
    with pytest.raises(ParameterError, match="`level`"):
        tukey([1.0, 2.0, 3.0], ["a", "a", "b"], level=1.0)
    with pytest.raises(DataError, match="infinity in row 1"):
        tukey([1.0, np.inf, 3.0], ["a", "a", "b"])
