r"""Pearson's chi-square test of independence of two columns of labels, and Cramer's V.

.. math::
    E_{ij} &= r_i c_j / n                                                                (1) \\
    \chi^2 &= \sum_{ij} (O_{ij} - E_{ij})^2 / E_{ij}                                     (2) \\
    V &= \sqrt{\frac{\chi^2 / n}{\min(\text{rows}, \text{columns}) - 1}}                 (3)

with the counts O, their row sums r and column sums c; the degrees of freedom are (rows - 1)
(columns - 1). Yates' correction brings every |O - E| of a table of two by two nearer to 0 by at
most 0.5, in (2) alone: V is that of the plain statistic.

Source: Pearson (1900), Philosophical Magazine 50, p. 157; Yates (1934), JRSS Supplement 1, p. 217;
Cramer (1946), Mathematical Methods of Statistics; Cochran (1954), Biometrics 10,
p. 417, for the rule of 5.
Cost: one sort of the rows; a table of all pairs of labels.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.errors import DataError, DataWarning
from minixai.protocols import Array
from minixai.statistics.column_set import as_numbers, label_codes, named_columns
from minixai.statistics.pair_count import count_table
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.tail_probability import chi_square_tail_probability

__all__ = ["ChiSquareTable", "chi_square"]

_LEAST_EXPECTED = 5.0


@dataclass(frozen=True)
class ChiSquareTable(PrintedTable):
    """Counts of pairs of labels beside what independence expects.

    Parameters
    ----------
    statistic : float
        chi-square.
    df : int
    p_value : float
    cramers_v : float
        0 for independence, 1 where one column determines the other; NaN for a constant column.
    observed, expected : ndarray (n_rows, n_columns)
    row_names, column_names : tuple
        The labels.
    corrected : bool
        Whether Yates' correction was applied.
    n_left_out : int
        Rows left out for a missing label.
    note : str
        What to beware of.
    """

    statistic: float
    df: int
    p_value: float
    cramers_v: float
    observed: Array
    expected: Array
    row_names: tuple[Any, ...]
    column_names: tuple[Any, ...]
    corrected: bool
    n_left_out: int
    note: str

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a cell; ``residual`` is (O - E) / sqrt(E)."""
        return [
            {
                "row": str(row),
                "column": str(column),
                "observed": float(self.observed[i, j]),
                "expected": float(self.expected[i, j]),
                "residual": float(
                    (self.observed[i, j] - self.expected[i, j]) / np.sqrt(self.expected[i, j])
                ),
            }
            for i, row in enumerate(self.row_names)
            for j, column in enumerate(self.column_names)
        ]

    def _footer(self) -> str:
        rest = f", {self.n_left_out} rows left out (missing labels)" if self.n_left_out else ""
        return (
            f"chi-square = {self.statistic:.6g}{' (corrected)' if self.corrected else ''}, "
            f"df = {self.df}, p = {self.p_value:.3g}, Cramer's V = {self.cramers_v:.4f}{rest}"
            + (f"; {self.note}" if self.note else "")
        )


def chi_square(a: Any, b: Any = None, *, correction: bool = False) -> ChiSquareTable:
    """Test whether two columns of labels are independent.

    Parameters
    ----------
    a : array-like (n_samples,), or counts (n_rows, n_columns)
        Labels; or, without ``b``, a table of counts: an array or a data frame, whose index and
        columns name its sides.
    b : array-like (n_samples,), optional
        Labels.
    correction : bool
        Yates' correction of tables of two by two.

    Returns
    -------
    ChiSquareTable
        A constant column has statistic 0, p = 1 and V = NaN.

    Warns
    -----
    DataWarning
        Where a cell is expected less than 5 times, for which p is rough.

    Raises
    ------
    DataError
        Negative or missing counts, an empty row or column of counts, no rows.
    MissingDependencyError
        SciPy is not installed.

    Examples
    --------
    >>> result = chi_square([[10, 20], [30, 20]])
    >>> round(result.statistic, 4), result.df, round(result.cramers_v, 4)
    (5.3333, 1, 0.2582)
    """
    observed, row_names, column_names, n_left_out = (
        _given_counts(a) if b is None else _counted(a, b)
    )
    expected = _expected(observed)
    df = (len(row_names) - 1) * (len(column_names) - 1)
    statistic = _statistic(observed, expected, 0.5 if correction and df == 1 else 0.0)
    note = "a column is constant" if not df else ""
    rare = int((expected < _LEAST_EXPECTED).sum())
    if rare:
        note = f"{rare} of {expected.size} cells are expected less than 5 times: p is rough"
        warnings.warn(f"{note}; pool rare labels or gather more rows.", DataWarning, stacklevel=2)
    return ChiSquareTable(
        statistic=statistic if df else 0.0,
        df=df,
        p_value=chi_square_tail_probability(statistic, df) if df else 1.0,
        cramers_v=cramers_v(observed),
        observed=observed,
        expected=expected,
        row_names=row_names,
        column_names=column_names,
        corrected=bool(correction and df == 1),
        n_left_out=n_left_out,
        note=note,
    )


def cramers_v(observed: Array) -> float:
    """Return Cramer's V of a table of counts without empty sides, in [0, 1]; NaN for one side.

    SciPy is not needed, as it is for a p-value.
    """
    smaller = min(observed.shape) - 1
    if not smaller:
        return float("nan")
    share = _statistic(observed, _expected(observed), 0.0) / float(observed.sum())
    return min(1.0, float(np.sqrt(share / smaller)))  # (3)


def _expected(observed: Array) -> Array:
    n = float(observed.sum())
    return np.asarray(observed.sum(axis=1)[:, np.newaxis] * (observed.sum(axis=0) / n))  # (1)


def _statistic(observed: Array, expected: Array, correction: float) -> float:
    gap = np.maximum(np.abs(observed - expected) - correction, 0.0)
    return float((gap * (gap / expected)).sum())  # (2)


def _counted(a: Any, b: Any) -> tuple[Array, tuple[Any, ...], tuple[Any, ...], int]:
    """Count the pairs of two columns of labels."""
    sides = [next(iter(named_columns(side, name).values())) for side, name in ((a, "a"), (b, "b"))]
    if len(sides[0]) != len(sides[1]) or np.ndim(a) != 1 or np.ndim(b) != 1:
        raise DataError(
            f"`a` and `b` must be columns of one length, got shapes {np.shape(a)}, {np.shape(b)}."
        )
    codes = [label_codes(side) for side in sides]
    kept = (codes[0][1] >= 0) & (codes[1][1] >= 0)
    if not kept.any():
        raise DataError("No row has a label in both columns: at least one is needed.")
    names, places = [], []
    for labels, code in codes:
        present, place = np.unique(code[kept], return_inverse=True)
        names.append(tuple(labels[present].tolist()))
        places.append(place)
    return count_table(*places), names[0], names[1], int((~kept).sum())


def _given_counts(table: Any) -> tuple[Array, tuple[Any, ...], tuple[Any, ...], int]:
    """Check a table of counts."""
    if np.ndim(table) != 2:
        raise DataError(
            f"Without `b`, `a` must be a table of counts, got shape {np.shape(table)}: give two "
            "columns of labels, or counts by row and column."
        )
    columns = named_columns(table, "column ")
    observed = np.column_stack([as_numbers(column, name) for name, column in columns.items()])
    if np.isnan(observed).any() or (observed < 0).any():
        i, j = np.argwhere(~(observed >= 0))[0]
        raise DataError(f"Counts are 0 or above, got {observed[i, j]} in row {i}, column {j}.")
    for axis, side in ((1, "row"), (0, "column")):
        empty = np.flatnonzero(~observed.any(axis=axis))
        if len(empty):
            raise DataError(f"The counts of {side} {empty[0]} are all 0: leave it out.")
    with np.errstate(over="ignore"):
        total = observed.sum()
    if not np.isfinite(total):
        raise DataError("The counts sum up to infinity: divide them by a power of ten.")
    if not hasattr(table, "columns"):
        return observed, tuple(range(len(observed))), tuple(range(observed.shape[1])), 0
    return observed, tuple(table.index), tuple(table.columns), 0
