r"""Tukey's test: every pair of group means, with one error rate for all of them together.

.. math::
    s_{ab}^2 &= \frac{W}{n - k} \cdot \frac{1}{2} \left(\frac{1}{n_a} + \frac{1}{n_b}\right)  (1) \\
    p &= P(Q_{k, n - k} > |\bar y_b - \bar y_a| / s_{ab})                                (2) \\
    (l, u) &= \bar y_b - \bar y_a \mp q_{k, n - k}\, s_{ab}                              (3)

with W, the squares within the k groups, of ``variance_analysis.py`` and the studentized range Q of
``studentized_range.py``. Where groups differ in size the test is slightly strict (Tukey-Kramer).

Source: Tukey (1953), The Problem of Multiple Comparisons; Kramer (1956), Biometrics 12, p. 307;
Hayter (1984), Annals of Statistics 12, p. 61, for the strictness.
Accuracy: that of the integration, about 1e-11; SciPy is not needed.
Cost: O(n) and one integral, 1 to 5 ms, a pair.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.protocols import Array
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.standard_form import standardise
from minixai.statistics.studentized_range import range_quantile, range_tail_probability
from minixai.statistics.variance_analysis import group_squares, grouped_numbers

__all__ = ["TukeyTable", "tukey"]


@dataclass(frozen=True)
class TukeyTable(PrintedTable):
    """All pairs of group means.

    Parameters
    ----------
    groups : tuple (k,)
        Labels, sorted.
    means : ndarray (k,)
    counts : ndarray of int (k,)
    pairs : tuple of (label, label)
        k (k - 1) / 2 of them, the earlier label first.
    differences : ndarray (n_pairs,)
        Mean of the second less mean of the first, in the unit of the values.
    p_values : ndarray (n_pairs,)
        Adjusted: all of them together err with their own probability.
    intervals : ndarray (n_pairs, 2)
        That hold all differences together with probability ``level``.
    level : float
    df : int
        n - k.
    n_left_out : int
        Rows left out for a missing value.
    """

    groups: tuple[Any, ...]
    means: Array
    counts: Array
    pairs: tuple[tuple[Any, Any], ...]
    differences: Array
    p_values: Array
    intervals: Array
    level: float
    df: int
    n_left_out: int

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a pair."""
        return [
            {
                "first": str(first),
                "second": str(second),
                "difference": float(self.differences[i]),
                "low": float(self.intervals[i, 0]),
                "high": float(self.intervals[i, 1]),
                "p": float(self.p_values[i]),
            }
            for i, (first, second) in enumerate(self.pairs)
        ]

    def _footer(self) -> str:
        rest = f", {self.n_left_out} rows left out (missing values)" if self.n_left_out else ""
        return (
            f"Tukey's test, n = {int(self.counts.sum())}{rest}, df = {self.df}, "
            f"intervals of {100.0 * self.level:g} % for all pairs together"
        )


def tukey(values: Any, groups: Any, level: float = 0.95) -> TukeyTable:
    """Compare the means of all pairs of groups.

    Parameters
    ----------
    values : array-like (n_samples,)
        Numbers; NaN is missing.
    groups : array-like (n_samples,)
        The label of each; None and NaN are missing.
    level : float
        Coverage of all intervals together, in (0, 1).

    Returns
    -------
    TukeyTable
        Where nothing varies within groups, p is 0 for means that differ and 1 for equal ones.

    Raises
    ------
    DataError
        One group, not more rows than groups, infinity, different lengths.
    ParameterError
        A level outside (0, 1).

    Examples
    --------
    >>> table = tukey([1.0, 2.0, 3.0, 5.0], ["a", "a", "b", "b"])
    >>> table.pairs, table.differences.round(6).tolist(), round(float(table.p_values[0]), 4)
    ((('a', 'b'),), [2.5], 0.1548)
    """
    check_number("level", level, low=0.0, high=1.0, open_low=True, open_high=True)
    y, codes, labels, n_left_out = grouped_numbers(values, groups)
    form = standardise(y[:, np.newaxis])
    unit, counts = float(form.scale[0]), np.bincount(codes)
    k, df = len(counts), len(y) - len(counts)
    _, within = group_squares(form.matrix, codes)
    means = np.bincount(codes, weights=form.matrix[:, 0]) / counts
    first, second = np.array(list(itertools.combinations(range(k), 2))).T
    gaps = means[second] - means[first]
    errors = np.sqrt(within[0] / df * 0.5 * (1.0 / counts[first] + 1.0 / counts[second]))  # (1)
    half = range_quantile(level, k, df) * errors
    with np.errstate(over="ignore"):
        intervals = np.stack([gaps - half, gaps + half], axis=1) * unit  # (3)
    if not np.isfinite(intervals).all():
        raise DataError(
            f"Differences of values that vary by {unit:.3g} are more than the largest number: "
            "divide them by a power of ten."
        )
    return TukeyTable(
        groups=labels,
        means=means * unit + form.mean[0],
        counts=counts,
        pairs=tuple((labels[a], labels[b]) for a, b in zip(first, second, strict=True)),
        differences=gaps * unit,
        p_values=np.array([_p_value(*pair, k, df) for pair in zip(gaps, errors, strict=True)]),
        intervals=intervals,
        level=float(level),
        df=df,
        n_left_out=n_left_out,
    )


def _p_value(gap: float, error: float, k: int, df: int) -> float:
    if error == 0.0:
        return float(abs(gap) < 1e-13)  # in standard deviations: rounding
    return range_tail_probability(abs(gap) / error, k, df)  # (2)
