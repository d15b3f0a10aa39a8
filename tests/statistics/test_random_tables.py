"""Statistics equal their peers on tables as they come: gaps, ties, constants, single rows."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minixai.errors import DataError
from minixai.statistics import anova, chi_square, correlation, one_way_f, tukey

stats = pytest.importorskip("scipy.stats")
pytestmark = pytest.mark.peers


@st.composite
def columns(draw, n):
    """A column with ties or without, constant at times, with gaps at times, in any unit."""
    kind = draw(st.sampled_from(["normal", "few", "flags", "constant"]))
    rng = np.random.default_rng(draw(st.integers(0, 9999)))
    x = {
        "normal": rng.normal(size=n),
        "few": rng.integers(0, 4, n) / 4.0,
        "flags": rng.integers(0, 2, n) * 1.0,
        "constant": np.full(n, 0.1),
    }[kind]
    gaps = rng.random(n) < draw(st.sampled_from([0.0, 0.25]))
    return np.where(gaps, np.nan, x), draw(st.sampled_from([1e-200, 1.0, 1e100]))


@st.composite
def pairs(draw):
    n = draw(st.integers(1, 25))
    return draw(columns(n)), draw(columns(n))


@st.composite
def grouped(draw):
    n = draw(st.integers(1, 25))
    labels = np.array(
        draw(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=n, max_size=n))
    )
    return *draw(columns(n)), labels


def quiet(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
@given(drawn=pairs())
def test_correlations_of_any_two_columns_equal_scipys(method, drawn):
    (x, unit), (y, other_unit) = drawn
    kept = ~np.isnan(x) & ~np.isnan(y)
    a, b = x[kept], y[kept]
    found = correlation(x * unit, y * other_unit, method=method)
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        assert np.isnan([found.coef, found.p_values]).all()
        assert found.notes
        return
    name = {"pearson": "pearsonr", "spearman": "spearmanr", "kendall": "kendalltau"}[method]
    theirs = quiet(lambda: getattr(stats, name)(a, b))
    assert float(found.n_samples) == len(a)
    np.testing.assert_allclose(found.coef, theirs.statistic, rtol=1e-10, atol=1e-12)
    expected = 1.0 if len(a) == 2 else theirs.pvalue  # two rows say nothing
    near = 3e-8  # one rounding of r is so much of p where |r| is nearly 1
    np.testing.assert_allclose(found.p_values, expected, rtol=1e-8, atol=near)


@given(drawn=grouped())
def test_groups_of_any_kind_equal_scipys(drawn):
    values, unit, labels = drawn
    kept = ~np.isnan(values) & np.array([label is not None for label in labels])
    y, g = values[kept], labels[kept]
    names = sorted(set(g.tolist()))
    if len(names) < 2 or len(y) <= len(names):
        with pytest.raises(DataError, match="more rows than groups"):
            anova(values * unit, labels)
        return
    found = anova(values, labels)
    assert found.n_samples == len(y)
    parts = [y[g == name] for name in names]
    theirs = quiet(lambda: stats.f_oneway(*parts))
    if np.ptp(y) == 0:
        assert np.isnan(found.f_values).all()
        return
    np.testing.assert_allclose(found.f_values[0], theirs.statistic, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.p_values[0], theirs.pvalue, rtol=1e-9, atol=1e-12)
    tiny = anova(values * 1e-100, labels)
    np.testing.assert_allclose(tiny.f_values, found.f_values, rtol=1e-9, atol=1e-12)
    f, p = one_way_f(y[:, None], g)
    np.testing.assert_allclose(
        [f[0], p[0]], [theirs.statistic, theirs.pvalue], rtol=1e-9, atol=1e-12
    )
    if min(map(len, parts)) < 2 or max(map(np.ptp, parts)) == 0:
        return
    pairwise = quiet(lambda: stats.tukey_hsd(*parts))
    above = np.triu_indices(len(parts), 1)
    table = tukey(values, labels)
    np.testing.assert_allclose(table.p_values, pairwise.pvalue[above], rtol=0, atol=1e-9)
    np.testing.assert_allclose(table.differences, -pairwise.statistic[above], atol=1e-12)


@given(drawn=st.lists(st.tuples(*[st.sampled_from(["u", "v", "w", None])] * 2), min_size=1))
def test_tables_of_counts_equal_scipys(drawn):
    first, second = (list(side) for side in zip(*drawn, strict=True))
    both = [pair for pair in drawn if None not in pair]
    rows, places = sorted({a for a, _ in both}), sorted({b for _, b in both})
    assume(len(rows) > 1 and len(places) > 1)
    counts = [[both.count((a, b)) for b in places] for a in rows]
    theirs = stats.chi2_contingency(counts, correction=False)
    found = quiet(lambda: chi_square(first, second))
    np.testing.assert_allclose(found.statistic, theirs.statistic, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.p_value, theirs.pvalue, rtol=1e-9)
    assert found.df == theirs.dof
