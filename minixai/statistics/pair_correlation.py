r"""Correlations of pairs of columns with p-values and intervals: Pearson, Spearman, Kendall.

.. math::
    t &= r \sqrt{(n - 2) / (1 - r^2)}                                                    (1) \\
    (l, u) &= \tanh(\mathrm{artanh}\, r \mp z\, \sigma)                                  (2)

(1) has n - 2 degrees of freedom and gives the p-values of Pearson's r and, nearly, of Spearman's,
which is Pearson's r of the ranks; Kendall's tau-b and its p-value are those of
``rank_measures.py``. The interval (2) has :math:`\sigma^2 = 1 / (n - 3)` for Pearson (Fisher),
:math:`(1 + r^2 / 2) / (n - 3)` for Spearman and :math:`0.437 / (n - 4)` for Kendall.

Source: Fisher (1921), Metron 1, p. 3; Bonett & Wright (2000), Psychometrika 65, p. 23;
Kendall (1970), Rank Correlation Methods.
Differs from the source: nothing; but an interval of too few rows is [-1, 1], not an error.
Cost: O(n d^2) in one matrix product where nothing is missing (Kendall: O(n log n) a pair), and one
such step a pair where something is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError, check_option
from minixai.protocols import Array
from minixai.statistics.column_clustering import cluster_columns
from minixai.statistics.column_set import as_numbers, named_columns
from minixai.statistics.correlation_measures import cross_correlation
from minixai.statistics.normal_distribution import normal_quantile
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.rank_measures import average_ranks, kendall_tau
from minixai.statistics.standard_form import standardise
from minixai.statistics.tail_probability import t_tail_probability

__all__ = ["CorrelationTable", "correlation"]

METHODS = ("pearson", "spearman", "kendall")
_ROUNDING = 8.0 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class CorrelationTable(PrintedTable):
    """Correlations, one a pair of columns.

    Parameters
    ----------
    method : {"pearson", "spearman", "kendall"}
    x_names, y_names : tuple of str
        The columns; the same where one table was given.
    coef : float or ndarray
        In [-1, 1]; (d_x, d_y), less an axis where x or y was a single vector, so that two
        vectors give a number. NaN where there is none.
    p_values : float or ndarray, shape of ``coef``
        Two-sided, of the hypothesis that the columns are independent.
    intervals : ndarray, shape of ``coef`` and (2,)
        Confidence intervals of coverage ``level``.
    n_samples : int or ndarray, shape of ``coef``
        Rows in which both columns have a value.
    level : float
    notes : dict of (str, str) to str
        Why a pair has no coefficient.
    symmetric : bool
        Whether one table was given, so that every pair is there twice.
    """

    method: str
    x_names: tuple[str, ...]
    y_names: tuple[str, ...]
    coef: Any
    p_values: Any
    intervals: Array
    n_samples: Any
    level: float
    notes: dict[tuple[str, str], str]
    symmetric: bool

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a pair of different columns."""
        shape = (len(self.x_names), len(self.y_names))
        coef, p, n = (np.reshape(a, shape) for a in (self.coef, self.p_values, self.n_samples))
        intervals = np.reshape(self.intervals, (*shape, 2))
        return [
            {
                "x": a,
                "y": b,
                self.method: float(coef[i, j]),
                "p": float(p[i, j]),
                "low": float(intervals[i, j, 0]),
                "high": float(intervals[i, j, 1]),
                "n": int(n[i, j]),
                "note": self.notes.get((a, b), ""),
            }
            for i, a in enumerate(self.x_names)
            for j, b in enumerate(self.y_names)
            if not self.symmetric or i < j
        ]

    @property
    def order(self) -> Array:
        """The columns in the order of :func:`cluster_columns`, int (d,).

        Raises
        ------
        DataError
            The columns were correlated with others, not with one another.
        """
        if not self.symmetric:
            raise DataError(
                "Only columns correlated with one another have an order: leave out `y`."
            )
        return cluster_columns(self.coef, self.x_names).order

    def _footer(self) -> str:
        return f"{self.method}, intervals of {100.0 * self.level:g} %"


def correlation(
    x: Any, y: Any = None, *, method: str = "pearson", level: float = 0.95
) -> CorrelationTable:
    """Correlate columns, with p-values and confidence intervals.

    Parameters
    ----------
    x : array-like (n_samples,) or (n_samples, d), data frame, mapping of columns, or Table
        Numbers; NaN is missing. Each pair uses the rows in which both have a value.
    y : the same, optional
        None correlates the columns of x with one another.
    method : {"pearson", "spearman", "kendall"}
        Linear; of ranks, ties sharing their mean; by pairs in the same order (tau-b).
    level : float
        Coverage of the intervals, in (0, 1).

    Returns
    -------
    CorrelationTable
        A constant column, or fewer than 2 rows, gives NaN and a note. Two rows have p = 1.

    Raises
    ------
    DataError
        Labels, infinity, different lengths, or one column with nothing to go with.
    ParameterError
        A method or level that is none.
    MissingDependencyError
        SciPy is not installed (not needed for Kendall).

    Examples
    --------
    >>> result = correlation([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 4.0], method="kendall")
    >>> round(float(result.coef), 4), round(float(result.p_values), 4)
    (0.6667, 0.3333)
    """
    check_option("method", method, METHODS)
    check_number("level", level, low=0.0, high=1.0, open_low=True, open_high=True)
    first = _numeric_columns(x, "x")
    second = first if y is None else _numeric_columns(y, "y")
    if y is None and len(first) < 2:
        raise DataError("A correlation needs two columns, got one: give `y`, or more columns.")
    a, b = np.column_stack([*first.values()]), np.column_stack([*second.values()])
    if len(a) != len(b):
        raise DataError(f"`x` has {len(a)} rows and `y` has {len(b)}: they must be the same rows.")
    coef, p_values, n = _all_pairs(a, b, method, symmetric=y is None)
    shape = tuple(
        len(names)
        for names, given in ((first, x), (second, x if y is None else y))
        if np.ndim(given) != 1
    )
    return CorrelationTable(
        method=method,
        x_names=tuple(first),
        y_names=tuple(second),
        coef=coef.reshape(shape)[()],
        p_values=p_values.reshape(shape)[()],
        intervals=_intervals(coef, n, method, level).reshape((*shape, 2)),
        n_samples=n.reshape(shape)[()],
        level=float(level),
        notes=_notes(first, second, coef, n),
        symmetric=y is None,
    )


def _numeric_columns(data: Any, argument: str) -> dict[str, Array]:
    columns = named_columns(data, argument)
    return {name: as_numbers(column, name) for name, column in columns.items()}


def _all_pairs(a: Array, b: Array, method: str, *, symmetric: bool) -> tuple[Array, Array, Array]:
    """Give coefficients, p-values and numbers of rows, each (d_a, d_b)."""
    there, here = ~np.isnan(a), ~np.isnan(b)
    n = there.T.astype(np.int64) @ here.astype(np.int64)
    if (n == len(a)).all():
        return *_block(a, b, method, symmetric), n
    coef, p_values = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    for i in range(a.shape[1]):
        for j in range(i if symmetric else 0, b.shape[1]):
            rows = there[:, i] & here[:, j]
            if n[i, j] >= 2:
                pair = _block(a[rows, i : i + 1], b[rows, j : j + 1], method, symmetric and i == j)
                coef[i, j], p_values[i, j] = (value[0, 0] for value in pair)
            if symmetric:
                coef[j, i], p_values[j, i] = coef[i, j], p_values[i, j]
    return coef, p_values, n


def _block(a: Array, b: Array, method: str, symmetric: bool) -> tuple[Array, Array]:
    """Give coefficients and p-values of complete columns, each (d_a, d_b)."""
    shape, n = (a.shape[1], b.shape[1]), len(a)
    if n < 2:
        return np.full(shape, np.nan), np.full(shape, np.nan)
    if method == "kendall":
        found = np.array([[kendall_tau(u, v)[:2] for v in b.T] for u in a.T])
        return found[..., 0], found[..., 1]
    if method == "spearman":
        a, b = (np.apply_along_axis(average_ranks, 0, columns) for columns in (a, b))
    first = standardise(a)
    coef = cross_correlation(first, first if symmetric else standardise(b))
    if symmetric:
        np.fill_diagonal(coef, np.where(first.varies, 1.0, np.nan))
    if method == "spearman":  # the same order or its reverse, but for rounding
        coef = np.where(1.0 - np.abs(coef) < _ROUNDING, np.sign(coef), coef)
    if n == 2:
        return coef, np.where(np.isnan(coef), np.nan, 1.0)
    with np.errstate(divide="ignore"):
        t = coef * np.sqrt((n - 2) / ((1.0 + coef) * (1.0 - coef)))  # (1)
    return coef, t_tail_probability(t, n - 2)


def _intervals(coef: Array, n: Array, method: str, level: float) -> Array:
    """Give the confidence intervals, (d_a, d_b, 2)."""
    df = n - (4.0 if method == "kendall" else 3.0)
    ones = np.ones(coef.shape)
    spreads = {"pearson": ones, "spearman": ones + 0.5 * coef**2, "kendall": 0.437 * ones}
    with np.errstate(divide="ignore", invalid="ignore"):
        half = normal_quantile(0.5 + 0.5 * level) * np.sqrt(spreads[method] / df)
        ends = np.stack([np.arctanh(coef) - half, np.arctanh(coef) + half], axis=-1)
    ends = np.asarray(np.tanh(ends))  # (2)
    ends[df <= 0] = [-1.0, 1.0]
    ends[np.isnan(coef)] = math.nan
    return ends


def _notes(
    first: dict[str, Array], second: dict[str, Array], coef: Array, n: Array
) -> dict[tuple[str, str], str]:
    """Say why pairs have no coefficient."""
    notes = {}
    for i, j in np.argwhere(np.isnan(coef)):
        (a, x), (b, y) = list(first.items())[i], list(second.items())[j]
        rows = ~np.isnan(x) & ~np.isnan(y)
        if n[i, j] < 2:
            notes[a, b] = f"{n[i, j]} rows have both, 2 are needed"
        else:
            still = a if np.ptp(x[rows]) == 0.0 else b
            notes[a, b] = f"{still!r} is constant in the {n[i, j]} rows that have both"
    return notes
