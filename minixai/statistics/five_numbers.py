r"""A column by its quartiles, its whiskers and what lies beyond them, of each class apart.

.. math::
    u = \max\{x_i : x_i \le q_3 + 1.5\,(q_3 - q_1)\}                                     (1) \\
    l = \min\{x_i : x_i \ge q_1 - 1.5\,(q_3 - q_1)\}                                     (2)

with u at least q3 and l at most q1. Quartiles are interpolated between the two nearest values.

Source: Tukey (1977), Exploratory Data Analysis; matplotlib.cbook.boxplot_stats gives
the same numbers.
Cost: O(n log n).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.protocols import Array
from minixai.statistics.class_groups import ByClass, part_by_class

__all__ = ["BoxSummary", "box_summary"]


@dataclass(frozen=True, eq=False, kw_only=True)
class BoxSummary(ByClass):
    """What a box plot shows, one entry a class.

    Parameters
    ----------
    counts : ndarray of int (n_classes,)
    whisker_low, q1, median, q3, whisker_high, mean : ndarray (n_classes,)
        In the column's unit.
    outliers : tuple of ndarray
        The values beyond the whiskers, rising.
    """

    counts: Array
    whisker_low: Array
    q1: Array
    median: Array
    q3: Array
    whisker_high: Array
    mean: Array
    outliers: tuple[Array, ...]


def box_summary(values: Any, by: Any = None) -> BoxSummary:
    """Describe a numeric column by quartiles, whiskers and outliers.

    Parameters
    ----------
    values : array-like (n_samples,), data frame's column or numeric Column
        Numbers; missing ones are left out and counted.
    by : array-like (n_samples,), data frame's column or Column, optional
        The class of each row.

    Returns
    -------
    BoxSummary

    Raises
    ------
    DataError
        No value, infinity or different lengths.
    DataTypeError
        Text.

    Examples
    --------
    >>> summary = box_summary([1.0, 2.0, 3.0, 4.0, 100.0])
    >>> summary.median, summary.whisker_high, summary.outliers
    (array([3.]), array([4.]), (array([100.]),))
    """
    groups = part_by_class(values, by)
    numbers = np.array([_five(each) for each in groups.values])
    low, q1, median, q3, high = numbers.T
    beyond = [
        each[(each < row[0]) | (each > row[4])]
        for each, row in zip(groups.values, numbers, strict=True)
    ]
    return BoxSummary(
        **groups.shared(),
        counts=groups.counts,
        whisker_low=low,
        q1=q1,
        median=median,
        q3=q3,
        whisker_high=high,
        mean=np.array([each.mean() for each in groups.values]),
        outliers=tuple(beyond),
    )


def _five(values: Array) -> list[float]:
    """Return whisker, quartiles and whisker of sorted values."""
    q1, median, q3 = (float(q) for q in np.percentile(values, [25, 50, 75]))
    with np.errstate(over="ignore"):
        inside = values[values <= q3 + 1.5 * (q3 - q1)]
        high = max(float(inside[-1]), q3) if inside.size else q3  # (1)
        inside = values[values >= q1 - 1.5 * (q3 - q1)]
        low = min(float(inside[0]), q1) if inside.size else q1  # (2)
    return [low, q1, median, q3, high]
