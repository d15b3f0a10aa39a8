r"""Tests of what least squares supposes of its residuals.

With residuals e of n rows (times the roots of the rows' weights, if there are any), fitted values
and :math:`R^2(\cdot)` of an auxiliary regression with a constant:

.. math::
    \mathrm{BP} &= n R^2(e^2 \text{ on } X)                                              (1) \\
    \mathrm{White} &= n R^2(e^2 \text{ on } X, X_j X_k)                                  (2) \\
    d &= \sum_{i > 1} (e_i - e_{i - 1})^2 / \sum_i e_i^2                                 (3) \\
    \mathrm{JB} &= \frac{n}{6} \left(\frac{m_3^2}{m_2^3}
        + \frac{(m_4 / m_2^2 - 3)^2}{4}\right)                                           (4) \\
    \mathrm{RESET} &= \frac{(\mathrm{RSS} - \mathrm{RSS}_+) / 2}{\mathrm{RSS}_+ / (n - p - 2)}  (5)

(1) (Koenker's form of Breusch and Pagan's test) and (2) ask whether the variance depends on the
columns, and are chi-square with as many degrees of freedom as the auxiliary regression has
independent columns; (3) asks whether neighbouring rows resemble each other (2: no, 0: fully), and
has no p-value here; (4), with the residuals' moments m, whether they are normal, and is chi-square
of 2, as Shapiro and Wilk's test does by the residuals' order (``normality.py``; the one to take
for few rows); (5) whether powers 2 and 3 of the fitted values add something (RSS_+), and is F.

Source: Breusch & Pagan (1979), Econometrica 47, p. 1287; Koenker (1981), J. Econometrics 17,
p. 107; White (1980), Econometrica 48, p. 817; Durbin & Watson (1950), Biometrika 37, p. 409;
Jarque & Bera (1987), Int. Stat. Review 55, p. 163; Ramsey (1969), JRSS B 31, p. 350.
Cost: O(n d^2), but for (2): d (d + 3) / 2 columns, so O(n d^4) and left out above 500 columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.protocols import Array
from minixai.statistics.fitted_rows import FittedRows
from minixai.statistics.normality import shapiro_wilk
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.reduced_design import reduce_design
from minixai.statistics.tail_probability import chi_square_tail_probability, f_tail_probability

__all__ = ["ResidualTest", "ResidualTestTable", "residual_tests"]

_MOST_COLUMNS = 500
_MOST_ROWS = 5000  # that Shapiro and Wilk's p-values were fitted to
_EXACT = 1e-26  # a share of the variance that is rounding


@dataclass(frozen=True)
class ResidualTest:
    """One test.

    Parameters
    ----------
    name : str
    hypothesis : str
        What holds if p is large.
    statistic : float
        NaN where a note says why.
    df : float
        Degrees of freedom of the chi-square distribution, or of the numerator of F; NaN if none.
    p_value : float
        NaN where there is none.
    note : str
    """

    name: str
    hypothesis: str
    statistic: float
    df: float
    p_value: float
    note: str = ""


@dataclass(frozen=True)
class ResidualTestTable(PrintedTable):
    """The tests of one fit; ``table["White"]`` gives one of them."""

    tests: tuple[ResidualTest, ...]

    def __getitem__(self, name: str) -> ResidualTest:
        return {test.name: test for test in self.tests}[name]

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a test."""
        return [
            {
                "test": test.name,
                "hypothesis": test.hypothesis,
                "statistic": test.statistic,
                "df": test.df,
                "p": test.p_value,
                "note": test.note,
            }
            for test in self.tests
        ]

    def _footer(self) -> str:
        return "a small p speaks against the hypothesis"


def residual_tests(Z: Array, rows: FittedRows) -> ResidualTestTable:
    """Run all tests.

    Parameters
    ----------
    Z : ndarray (n_samples, n_features)
        The standardised columns.
    rows : FittedRows

    Returns
    -------
    ResidualTestTable
    """
    e, n = rows.residuals, len(Z)
    if float(e @ e) <= _EXACT * n:
        note = "the fit is exact: the residuals are rounding"
        missing = [(name, said, np.nan, np.nan, np.nan, note) for name, said in _HYPOTHESES.items()]
        return ResidualTestTable(tuple(ResidualTest(*each) for each in missing))
    found = {
        "Breusch-Pagan": _auxiliary(Z, e),
        "White": _white(Z, e),
        "Durbin-Watson": (float((np.diff(e) ** 2).sum() / (e @ e)), np.nan, np.nan, ""),  # (3)
        "Jarque-Bera": _jarque_bera(e),
        "Shapiro-Wilk": _shapiro_wilk(e),
        "RESET": _reset(Z, rows),
    }
    return ResidualTestTable(
        tuple(ResidualTest(name, said, *found[name]) for name, said in _HYPOTHESES.items())
    )


_HYPOTHESES = {
    "Breusch-Pagan": "one variance, whatever the columns",
    "White": "one variance, whatever the columns and their products",
    "Durbin-Watson": "neighbouring rows are unrelated (2)",
    "Jarque-Bera": "normal errors",
    "Shapiro-Wilk": "normal errors",
    "RESET": "no curvature is left",
}

_Found = tuple[float, float, float, str]


def _auxiliary(columns: Array, e: Array) -> _Found:
    """Regress the squares on columns and a constant."""
    n = len(e)
    design, _, _ = reduce_design(columns, e * e, np.ones(n), centred=True)
    if not design.target.varies[0]:
        return np.nan, design.rank, np.nan, "all squares are equal"
    if design.rank >= n - 1:
        return np.nan, design.rank, np.nan, f"{design.rank} columns leave {n} rows no freedom"
    statistic = n * max(0.0, 1.0 - design.unexplained)  # (1)
    return statistic, design.rank, chi_square_tail_probability(statistic, design.rank), ""


def _white(Z: Array, e: Array) -> _Found:
    first, second = np.triu_indices(Z.shape[1])
    n_columns = Z.shape[1] + len(first)
    if n_columns > _MOST_COLUMNS:
        return np.nan, np.nan, np.nan, f"left out: {n_columns} columns and products"
    return _auxiliary(np.hstack([Z, Z[:, first] * Z[:, second]]), e)  # (2)


def _jarque_bera(e: Array) -> _Found:
    centred = e - e.mean()
    m2, m3, m4 = (float((centred**k).mean()) for k in (2, 3, 4))
    statistic = len(e) / 6.0 * (m3**2 / m2**3 + (m4 / m2**2 - 3.0) ** 2 / 4.0)  # (4)
    return statistic, 2, chi_square_tail_probability(statistic, 2), ""


def _shapiro_wilk(e: Array) -> _Found:
    w, p_value = shapiro_wilk(e)
    note = f"p is known to hold up to {_MOST_ROWS} rows" if len(e) > _MOST_ROWS else ""
    return w, np.nan, p_value, note


def _reset(Z: Array, rows: FittedRows) -> _Found:
    n, p = rows.pull.shape
    e, fitted = rows.residuals / rows.root, rows.fitted
    powers = np.column_stack([Z, fitted**2, fitted**3])
    design, _, _ = reduce_design(powers, e, rows.root**2, centred=True)
    added, df = design.rank - (p - 1), n - 1 - design.rank
    if added < 2 or df < 1:
        why = "powers of the fitted values add no column" if added < 2 else "no freedom is left"
        return np.nan, added, np.nan, why
    left = design.unexplained
    f = float(np.divide((1.0 - left) / 2.0, left / df)) if left > _EXACT else np.inf  # (5)
    return f, 2, f_tail_probability(f, 2, df), ""
