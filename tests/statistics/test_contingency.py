import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, DataWarning
from minixai.statistics import chi_square

stats = pytest.importorskip("scipy.stats")


def quiet(*given, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return chi_square(*given, **options)


@given(
    rows=st.integers(1, 4),
    columns=st.integers(1, 4),
    seed=st.integers(0, 999),
    most=st.sampled_from([3, 40, 10**9]),
    correction=st.booleans(),
)
def test_equal_scipys_table(rows, columns, seed, most, correction):
    table = np.random.default_rng(seed).integers(0, most, (rows, columns)) + np.eye(rows, columns)
    table[:, 0] += 1
    table[0] += 1
    found = quiet(table, correction=correction)
    theirs = stats.chi2_contingency(table, correction=correction)
    assert found.statistic == pytest.approx(theirs.statistic, rel=1e-10, abs=1e-12)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-9, abs=1e-300)
    assert found.df == theirs.dof
    np.testing.assert_allclose(found.expected, theirs.expected_freq, rtol=1e-12)
    if min(rows, columns) > 1:
        v = stats.contingency.association(table.astype(int), method="cramer")
        assert found.cramers_v == pytest.approx(v, rel=1e-10, abs=1e-9)
    else:
        assert np.isnan(found.cramers_v)
        assert "constant" in found.note or "rough" in found.note


@given(n=st.integers(1, 30), seed=st.integers(0, 999))
def test_two_columns_are_counted(n, seed):
    draws = np.random.default_rng(seed)
    a, b = draws.integers(0, 3, n), np.array(["no", "yes"])[draws.integers(0, 2, n)]
    found = quiet(a, b)
    for i, u in enumerate(found.row_names):
        for j, v in enumerate(found.column_names):
            assert found.observed[i, j] == np.sum((a == u) & (b == v))
    assert found.observed.sum() == n
    assert found.statistic == pytest.approx(quiet(found.observed).statistic)


def test_two_by_two_has_a_closed_form():
    a, b, c, d = 12.0, 5.0, 7.0, 9.0
    n = a + b + c + d
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    found = chi_square([[a, b], [c, d]])
    assert found.statistic == pytest.approx(n * (a * d - b * c) ** 2 / margins, rel=1e-12)
    yates = chi_square([[a, b], [c, d]], correction=True)
    expected = n * (abs(a * d - b * c) - n / 2) ** 2 / margins
    assert yates.statistic == pytest.approx(expected, rel=1e-12)
    assert yates.corrected
    assert yates.cramers_v == found.cramers_v
    near = chi_square([[10, 11], [11, 12]], correction=True)  # nearer than 0.5: no farther than 0
    assert near.statistic == 0.0
    assert near.p_value == 1.0
    sure = chi_square([[10, 0], [0, 10]])
    assert sure.cramers_v == 1.0


def test_rare_cells_are_warned_of():
    with pytest.warns(DataWarning, match="2 of 4 cells are expected less than 5 times.*pool"):
        found = chi_square([[1, 2], [30, 40]])
    assert "p is rough" in str(found)
    big = chi_square(np.array([[1.0, 2.0], [3.0, 5.0]]) * 1e150)
    assert np.isfinite(big.statistic)


def test_missing_labels_are_left_out_and_names_are_kept():
    pandas = pytest.importorskip("pandas")
    a = np.array(["u", "v", None, "u"] * 10, dtype=object)
    b = pandas.Series([1, 1, 2, np.nan] * 10)
    found = quiet(a, b)
    assert found.n_left_out == 20
    assert found.row_names == ("u", "v")
    assert found.column_names == (1.0,)
    assert (found.statistic, found.df, found.p_value) == (0.0, 0, 1.0)
    counts = pandas.DataFrame([[20, 30], [40, 25]], index=["men", "women"], columns=["yes", "no"])
    table = chi_square(counts)
    assert table.row_names == ("men", "women")
    assert table.column_names == ("yes", "no")
    assert table.to_frame().loc["men", "observed"].tolist() == [20.0, 30.0]
    assert "Cramer's V = " in str(table)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: chi_square([[1, -2], [3, 4]]), "0 or above, got -2.0 in row 0, column 1"),
        (lambda: chi_square([[1, np.nan], [3, 4]]), "0 or above, got nan"),
        (lambda: chi_square([[0, 0], [3, 4]]), "row 0 are all 0: leave it out"),
        (lambda: chi_square([[0, 1], [0, 4]]), "column 0 are all 0"),
        (lambda: chi_square([1, 2]), "table of counts, got shape"),
        (lambda: chi_square([1, 2], [1]), "one length"),
        (lambda: chi_square([None, "a"], ["a", None]), "No row has a label in both"),
        (lambda: chi_square([[1e308, 1e308], [1e308, 1e308]]), "infinity: divide"),
    ],
)
def test_bad_input_is_told_with_the_remedy(call, words):
    with pytest.raises(DataError, match=words):
        call()
