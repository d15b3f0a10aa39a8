r"""Measures of how well scores tell the classes apart; their scale plays no part.

With :math:`P_t, N_t` the weight of class 1 and class 0 at or above the score t, from the highest
to the lowest, and P, N that of all rows:

.. math::
    \mathrm{AUC} &= \frac{1}{P N} \sum_t (N_t - N_{t-1}) \frac{P_t + P_{t-1}}{2}         (1) \\
    \mathrm{AP} &= \frac{1}{P} \sum_t (P_t - P_{t-1}) \frac{P_t}{P_t + N_t}              (2) \\
    \mathrm{OvO}_{ab} &= \tfrac12 (\mathrm{AUC}_{a \mid b} + \mathrm{AUC}_{b \mid a})    (3)

(1) is the chance that a row of class 1 scores above one of class 0, ties half. (2) does not
interpolate. Of more than two classes each is set against the rest (one-vs-rest), or, in (3),
each pair is measured on its own rows by the columns of both (one-vs-one).

Source: Fawcett (2006), An introduction to ROC analysis; Hand & Till (2001), A
simple generalisation of the area under the ROC curve, for (3); Davis & Goadrich (2006),
The relationship between precision-recall and ROC curves (why not to interpolate).
Differs from scikit-learn: one-vs-one takes weights; infinite scores are ranked; where one class
alone occurs, one-vs-one is NaN, not an error; weights below 1e-8 in sum count as any others.
Cost: one sort per class or pair, O(n log n) each.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from minixai._validation import as_ratio_weights
from minixai.errors import DataError, DataTypeError, DataWarning, ParameterError, check_option
from minixai.metrics.label import as_labels, class_one, codes_of, known_classes
from minixai.metrics.threshold_count import ThresholdCounts, as_scores, counts_at_thresholds
from minixai.protocols import Array

__all__ = ["area_of", "average_precision", "precision_of", "roc_auc"]

_AVERAGES = ("macro", "weighted", "micro", None)


def roc_auc(
    y_true: Any,
    score: Any,
    sample_weight: Any = None,
    labels: Any = None,
    *,
    multi_class: str = "ovr",
    average: str | None = "macro",
) -> Any:
    """Chance that a row of class 1 scores above one of class 0, ties half; higher is better.

    Parameters
    ----------
    y_true : array-like (n_samples,)
        Labels; of two the greater one is class 1.
    score : array-like (n_samples,) or (n_samples, n_classes)
        Raw score or probability of class 1; of more than two classes the probability of each,
        sorted, in rows that sum to 1.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    labels : array-like (n_classes,), optional
        All classes, sorted; None takes those of ``y_true``.
    multi_class : {"ovr", "ovo"}
        Of more than two classes: each against the rest, or every pair of those that occur.
    average : {"macro", "weighted", "micro", None}
        Of more than two classes: the mean, the mean weighted by the rows of the class or pair,
        all classes ranked together ("ovr" alone), one value per class ("ovr" alone).

    Returns
    -------
    float or ndarray (n_classes,)
        In [0, 1]; 0.5 is what chance gets; NaN, with a warning, where a class that counts
        occurs in no row or in all.

    Raises
    ------
    DataError
        Other lengths or shapes, NaN among the scores, rows that do not sum to 1.
    ParameterError
        An unknown option, or an average that "ovo" does not have.

    Examples
    --------
    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    check_option("multi_class", multi_class, ("ovr", "ovo"))
    check_option("average", average, _AVERAGES)
    truth = as_labels(y_true, "y_true")
    known = known_classes(truth, labels)
    if len(known) <= 2 and (np.ndim(score) < 2 or np.shape(score)[1] < 3):
        positive = truth == known[-1] if len(known) == 2 else np.zeros(len(truth), dtype=bool)
        return _auc(positive, as_scores(score, len(truth)), sample_weight)
    columns = _score_columns(score, len(truth), len(known))
    if not np.allclose(columns.sum(axis=1), 1.0):
        raise DataError(
            "The rows of `score` must sum to 1 where there are more than two classes, since rows "
            "are compared: pass probabilities."
        )
    code = codes_of(truth, known)
    if multi_class == "ovr":
        return _one_against_rest(_auc, code, columns, sample_weight, average)
    if average not in ("macro", "weighted"):
        raise ParameterError(
            f"`average` must be 'macro' or 'weighted' with 'ovo', got {average!r}."
        )
    return _one_against_one(code, columns, as_ratio_weights(sample_weight, len(code)), average)


def average_precision(
    y_true: Any,
    score: Any,
    sample_weight: Any = None,
    labels: Any = None,
    *,
    pos_label: Any = None,
    average: str | None = "macro",
) -> Any:
    """Mean of the precision at the score of each row of class 1; higher is better.

    Parameters
    ----------
    y_true : array-like (n_samples,)
        Labels.
    score : array-like (n_samples,) or (n_samples, n_classes)
        Raw score or probability of class 1, or of each class, sorted.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    labels : array-like (n_classes,), optional
        All classes, sorted; None takes those of ``y_true``.
    pos_label : label, optional
        The class that a single column is the score of; None takes the greater of two.
    average : {"macro", "weighted", "micro", None}
        Of several columns: the mean over the classes, each against the rest, the mean weighted
        by their rows, all classes ranked together, or one value per class.

    Returns
    -------
    float or ndarray (n_classes,)
        In [0, 1]; the share of class 1 is what chance gets; 0, with a warning, where a class
        that counts does not occur.

    Raises
    ------
    DataError
        Other lengths or shapes, NaN among the scores, more than two classes with one column.
    ParameterError
        An unknown option.

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333
    """
    check_option("average", average, _AVERAGES)
    truth = as_labels(y_true, "y_true")
    known = known_classes(truth, labels)
    if np.ndim(score) < 2 or np.shape(score)[1] < 3:
        positive = truth == class_one(known, pos_label)
        return _average_precision(positive, as_scores(score, len(truth)), sample_weight)
    if pos_label is not None:
        raise DataError("`pos_label` says whose score one column is, and there are several.")
    columns = _score_columns(score, len(truth), len(known))
    code = codes_of(truth, known)
    return _one_against_rest(_average_precision, code, columns, sample_weight, average)


def area_of(counts: ThresholdCounts) -> float:
    """Return the area under the ROC curve, NaN where one class has no weight."""
    ups, downs = counts.true_positive, counts.false_positive
    if not (ups[-1] > 0 and downs[-1] > 0):
        return math.nan
    ups, downs = ups / ups[-1], downs / downs[-1]  # their product may be beyond the floats
    above = np.append(0.0, ups[:-1])
    return float(np.dot(np.diff(downs, prepend=0.0), 0.5 * (above + ups)))  # (1)


def precision_of(counts: ThresholdCounts) -> float:
    """Return the average precision, 0 where class 1 has no weight."""
    ups, downs = counts.true_positive, counts.false_positive
    if not ups[-1] > 0:
        return 0.0
    steps = np.diff(ups, prepend=0.0) / ups[-1]
    return float(np.dot(steps, ups / (ups + downs)))  # (2)


def _auc(positive: Array, scores: Array, sample_weight: Any) -> float:
    area = area_of(counts_at_thresholds(positive, scores, sample_weight))
    if math.isnan(area):
        warnings.warn("The AUC is not defined where only one class occurs.", DataWarning, 3)
    return area


def _average_precision(positive: Array, scores: Array, sample_weight: Any) -> float:
    counts = counts_at_thresholds(positive, scores, sample_weight)
    if not counts.true_positive[-1] > 0:
        warnings.warn("The average precision is 0 where class 1 does not occur.", DataWarning, 3)
    return precision_of(counts)


def _score_columns(score: Any, n_rows: int, n_classes: int) -> Array:
    try:
        columns = np.asarray(score, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataTypeError("`score` must hold numbers: choose a metric of labels.") from error
    if columns.shape != (n_rows, n_classes):
        raise DataError(
            f"`score` must have shape {(n_rows, n_classes)}, got {columns.shape}: one column for "
            f"each of {n_classes} classes; pass those that do not occur as `labels`."
        )
    if np.isnan(columns).any():
        raise DataError(f"`score` is NaN in row {int(np.argwhere(np.isnan(columns))[0, 0])}.")
    return columns


def _one_against_rest(
    measure: Callable[[Array, Array, Any], float],
    code: Array,
    columns: Array,
    sample_weight: Any,
    average: str | None,
) -> Any:
    n_rows, n_classes = columns.shape
    member = code[:, np.newaxis] == np.arange(n_classes)
    weight = as_ratio_weights(sample_weight, n_rows)
    if average == "micro":
        return measure(member.ravel(), columns.ravel(), np.repeat(weight, n_classes))
    values = np.array([measure(member[:, k], columns[:, k], weight) for k in range(n_classes)])
    if average == "weighted":
        total = weight @ member
        return float(np.average(np.where(total > 0, values, 0.0), weights=total))
    return values if average is None else float(values.mean())


def _one_against_one(code: Array, columns: Array, weight: Array, average: str | None) -> float:
    values, totals = [], []
    for a, b in combinations(np.unique(code[weight > 0]).tolist(), 2):
        rows = np.flatnonzero((code == a) | (code == b))
        of_a, own = code[rows] == a, weight[rows]
        first = _auc(of_a, columns[rows, a], own)
        second = _auc(~of_a, columns[rows, b], own)
        values.append(0.5 * (first + second))  # (3)
        totals.append(own.sum() if average == "weighted" else 1.0)
    if not values:
        warnings.warn("The AUC is not defined where only one class occurs.", DataWarning, 3)
        return math.nan
    return float(np.average(values, weights=totals))
