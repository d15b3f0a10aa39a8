r"""Curves over all thresholds of a score, as data: figures draw them and compute nothing.

A row counts as class 1 where its score is at least the threshold. With :math:`P_t, N_t` the
weight of class 1 and class 0 at or above t, and P, N that of all rows:

.. math::
    \mathrm{true positive rate} = \mathrm{recall} &= P_t / P                             (1) \\
    \mathrm{false positive rate} &= N_t / N                                              (2) \\
    \mathrm{precision} &= P_t / (P_t + N_t)                                              (3) \\
    \mathrm{share} &= (P_t + N_t) / (P + N)                                              (4) \\
    \mathrm{lift} &= \mathrm{gain} / \mathrm{share}, \quad \mathrm{gain} = P_t / P       (5)

Source: Fawcett (2006), An introduction to ROC analysis; Davis & Goadrich
(2006), The relationship between precision-recall and ROC curves; Vuk & Curk (2006), ROC curve,
lift chart and calibration plot.
Degenerate cases: where no row is of class 1, the true positive rate is NaN, recall is 1 and gain
and lift are NaN; where none is of class 0, the false positive rate is NaN; each with a warning.
Cost: one sort, O(n log n); memory O(n).
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.errors import DataWarning
from minixai.metrics.discrimination import area_of, precision_of
from minixai.metrics.label import positive_rows
from minixai.metrics.threshold_count import ThresholdCounts, as_scores, counts_at_thresholds
from minixai.protocols import Array

__all__ = [
    "LiftCurve",
    "PrecisionRecallCurve",
    "RocCurve",
    "lift_curve",
    "precision_recall_curve",
    "roc_curve",
]


@dataclass(frozen=True)
class RocCurve:
    """What ``roc_curve`` returns: points from (0, 0) to (1, 1), thresholds falling from inf.

    Parameters
    ----------
    false_positive_rate, true_positive_rate, thresholds : ndarray (n_points,)
    area : float
        Under the curve: the ROC AUC, NaN where one class does not occur.
    """

    false_positive_rate: Array
    true_positive_rate: Array
    thresholds: Array
    area: float


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """What ``precision_recall_curve`` returns: thresholds rising, a last point (0, 1) without one.

    Parameters
    ----------
    precision, recall : ndarray (n_thresholds + 1,)
    thresholds : ndarray (n_thresholds,)
    average_precision : float
        The sum of the steps of recall times the precision at their end.
    prevalence : float
        Share of class 1: the precision that chance gets.
    """

    precision: Array
    recall: Array
    thresholds: Array
    average_precision: float
    prevalence: float


@dataclass(frozen=True)
class LiftCurve:
    """What ``lift_curve`` returns: points from no row to all rows, thresholds falling from inf.

    Parameters
    ----------
    share : ndarray (n_points,)
        Share of the rows that are targeted, those of the highest scores first.
    gain : ndarray (n_points,)
        Share of the rows of class 1 among all of class 1 that are then reached.
    lift : ndarray (n_points,)
        Times as many as by chance; the first point, of no row, repeats the second.
    thresholds : ndarray (n_points,)
    prevalence : float
        Share of class 1: perfect scores have gain 1 from there on.
    """

    share: Array
    gain: Array
    lift: Array
    thresholds: Array
    prevalence: float


def roc_curve(
    y_true: Any,
    score: Any,
    sample_weight: Any = None,
    labels: Any = None,
    *,
    pos_label: Any = None,
    drop_intermediate: bool = True,
) -> RocCurve:
    """Rates of true and false positives at every threshold.

    Parameters
    ----------
    y_true : array-like (n_samples,)
        Labels.
    score : array-like (n_samples,)
        Raw score or probability of class 1.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    labels : array-like (n_classes,), optional
        All classes, sorted; None takes those of ``y_true``.
    pos_label : label, optional
        Class 1, set against all others; None takes the greater of two.
    drop_intermediate : bool
        Whether points within a straight stretch are left out.

    Returns
    -------
    RocCurve

    Raises
    ------
    DataError
        Other lengths, NaN among the scores, or more than two classes and no ``pos_label``.

    Examples
    --------
    >>> roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).true_positive_rate
    array([0. , 0.5, 0.5, 1. , 1. ])
    """
    counts = _counts(y_true, score, sample_weight, labels, pos_label)
    area = area_of(counts)
    ups, downs = counts.true_positive, counts.false_positive
    kept = np.ones(len(ups), dtype=bool)
    if drop_intermediate:
        kept[1:-1] = (np.diff(downs, 2) != 0) | (np.diff(ups, 2) != 0)
    ups, downs = np.append(0.0, ups[kept]), np.append(0.0, downs[kept])
    true_rate = _over_all(ups, "1", "true positive rate")  # (1)
    false_rate = _over_all(downs, "0", "false positive rate")  # (2)
    return RocCurve(false_rate, true_rate, np.append(np.inf, counts.threshold[kept]), area)


def precision_recall_curve(
    y_true: Any,
    score: Any,
    sample_weight: Any = None,
    labels: Any = None,
    *,
    pos_label: Any = None,
    drop_intermediate: bool = False,
) -> PrecisionRecallCurve:
    """Precision and recall at every threshold.

    Parameters and errors are those of :func:`roc_curve`; ``drop_intermediate`` leaves out the
    points between the first and the last of one recall.

    Returns
    -------
    PrecisionRecallCurve

    Examples
    --------
    >>> precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).recall
    array([1. , 1. , 0.5, 0.5, 0. ])
    """
    counts = _counts(y_true, score, sample_weight, labels, pos_label)
    ups, downs = counts.true_positive, counts.false_positive
    prevalence = float(ups[-1] / (ups[-1] + downs[-1]))
    kept = np.ones(len(ups), dtype=bool)
    if drop_intermediate:
        kept[1:-1] = (np.diff(ups[:-1]) != 0) | (np.diff(ups[1:]) != 0)
    ups, downs = ups[kept][::-1], downs[kept][::-1]
    precision = np.append(ups / (ups + downs), 1.0)  # (3)
    recall = np.append(ups / ups[0] if ups[0] > 0 else np.ones(len(ups)), 0.0)
    if not ups[0] > 0:
        warnings.warn("No row is of class 1: the recall is set to 1.", DataWarning, stacklevel=2)
    thresholds = counts.threshold[kept][::-1]
    return PrecisionRecallCurve(precision, recall, thresholds, precision_of(counts), prevalence)


def lift_curve(
    y_true: Any,
    score: Any,
    sample_weight: Any = None,
    labels: Any = None,
    *,
    pos_label: Any = None,
) -> LiftCurve:
    """Share of class 1 that is reached when the rows of the highest scores are targeted.

    Parameters and errors are those of :func:`roc_curve`. Rows of one score are targeted
    together: between two points the curve is a straight line.

    Returns
    -------
    LiftCurve

    Examples
    --------
    >>> lift_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).gain
    array([0. , 0.5, 0.5, 1. , 1. ])
    """
    counts = _counts(y_true, score, sample_weight, labels, pos_label)
    ups, reached = counts.true_positive, counts.true_positive + counts.false_positive
    share = np.append(0.0, reached / reached[-1])  # (4)
    gain = _over_all(np.append(0.0, ups), "1", "gain")
    lift = gain[1:] / share[1:]  # (5)
    prevalence = float(ups[-1] / reached[-1])
    thresholds = np.append(np.inf, counts.threshold)
    return LiftCurve(share, gain, np.append(lift[0], lift), thresholds, prevalence)


def _counts(
    y_true: Any, score: Any, sample_weight: Any, labels: Any, pos_label: Any
) -> ThresholdCounts:
    positive = positive_rows(y_true, labels, pos_label)
    return counts_at_thresholds(positive, as_scores(score, len(positive)), sample_weight)


def _over_all(sums: Array, name: str, what: str) -> Array:
    """Divide by the last sum, that of all rows; NaN, with a warning, where it is nothing."""
    if sums[-1] > 0:
        rate: Array = sums / sums[-1]
        return rate
    warnings.warn(f"No row is of class {name}: the {what} is NaN.", DataWarning, stacklevel=3)
    return np.full(len(sums), math.nan)
