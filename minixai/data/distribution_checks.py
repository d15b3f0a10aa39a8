r"""Findings on one column by itself: values that lean to one side, too many levels, rare classes.

.. math::
    g = \frac{m_3}{m_2^{3/2}}, \qquad m_k = \frac1n \sum_i (x_i - \bar x)^k              (1)

A column leans if |g| is above 2, what an exponential distribution has; it has high cardinality
if it has more than 50 levels and at least half of them in fewer than 5 rows; a target is
imbalanced if its smallest class has less than a twentieth of the rows, or less than a fifth of what
an equal share would give.

Source: Joanes & Gill (1998), The Statistician 47(1), eq. (1), for the skewness.
Cost: O(n) a column.
"""

from __future__ import annotations

import numpy as np

from minixai.data.column import Column
from minixai.data.table import Table
from minixai.finding import Finding
from minixai.protocols import Array

__all__ = ["check_distributions", "skewness"]

MOST_SKEWED = 2.0
MANY_LEVELS = 50
FEW_ROWS = 5
NAMES_ROWS = 0.9
LEAST_SHARE = 0.05  # of the rows, in the smallest class
LEAST_PART = 0.2  # of an equal share, what the smallest class has at least
_LEAST_ROWS = 20


def check_distributions(table: Table) -> list[Finding]:
    """Find skewed columns, columns of high cardinality and an imbalanced target; all are notes.

    Parameters
    ----------
    table : Table

    Returns
    -------
    list of Finding
        Kinds ``"skewed"``, ``"high_cardinality"``, ``"imbalanced_target"``.
    """
    found: list[Finding] = []
    for name in table.features:
        column = table.columns[name]
        if column.kind != "datetime":  # moments have no logarithm, and few are far from the rest
            found += _skewed(column) if not len(column.categories) else _many_levels(column)
    return [*found, *_imbalanced(table)]


def skewness(values: Array) -> float:
    """Return the skewness of the numbers present; 0 of a constant.

    Parameters
    ----------
    values : array (n,)
        NaN where missing.
    """
    present = values[~np.isnan(values)]
    if len(present) == 0:
        return 0.0
    centred = present - present.mean()
    largest = float(np.abs(centred).max())
    if largest <= 1e-12 * float(np.abs(present).max()):
        return 0.0
    unit = centred / largest  # cubes of 1e150 are no floats
    second, third = np.mean(unit**2), np.mean(unit**3)
    return float(third / second**1.5)  # (1)


def _skewed(column: Column) -> list[Finding]:
    if len(column) - int(column.missing.sum()) < _LEAST_ROWS:
        return []
    lean = skewness(np.asarray(column.values, dtype=np.float64))
    if abs(lean) <= MOST_SKEWED or column.n_unique <= 2:
        return []
    long_tail = "large" if lean > 0 else "small"
    return [
        Finding(
            "skewed",
            (column.name,),
            f"Column {column.name!r} leans: skewness {lean:.1f}, a few {long_tail} values far from "
            "the rest.",
            {"skewness": lean},
            "Take its logarithm or a power (LogTransformer, PowerTransformer), or cut its tails "
            "(Winsorizer): a few rows steer a linear model or a network.",
            severity="note",
        )
    ]


def _many_levels(column: Column) -> list[Finding]:
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
    counts = counts[counts > 0]
    names_rows = len(counts) > NAMES_ROWS * counts.sum()  # check_table tells of that
    if len(counts) <= MANY_LEVELS or np.median(counts) >= FEW_ROWS or names_rows:
        return []
    return [
        Finding(
            "high_cardinality",
            (column.name,),
            f"Column {column.name!r} has {len(counts):,} levels, half of them in "
            f"{np.median(counts):g} rows or fewer.",
            {"n_levels": len(counts), "median_rows": float(np.median(counts))},
            "Little can be learned of a level seen a few times: merge levels into groups that "
            "mean something, or encode it by its target out of fold.",
            severity="note",
        )
    ]


def _imbalanced(table: Table) -> list[Finding]:
    if table.task != "classification" or table.target is None:
        return []
    values, counts = np.unique(table.y.astype(np.str_), return_counts=True)
    part = float(counts.min() * len(counts) / counts.sum())
    rare, share = str(values[np.argmin(counts)]), float(counts.min() / counts.sum())
    if len(counts) < 2 or (part >= LEAST_PART and share >= LEAST_SHARE):
        return []
    return [
        Finding(
            "imbalanced_target",
            (table.target,),
            f"Class {rare!r} of {table.target!r} is {share:.1%} of the rows: a model that never "
            f"says it is right in {1 - share:.1%} of them.",
            {"class": rare, "share": share, "share_of_equal_part": part},
            "Measure by balanced accuracy, average precision or log loss, split stratified, and "
            "choose the threshold or class weights by what the errors cost.",
            severity="note",
        )
    ]
