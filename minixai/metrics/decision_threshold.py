r"""From which probability on to say class 1: the best of all thresholds, found in one sort.

The default 0.5 is the best only where both errors cost the same and the probabilities are
calibrated; of rare classes it often says 0 to every row. A row is class 1 where its score is at
least the threshold. With TP, FP, FN, TN the weights of the four outcomes, n of all:

.. math::
    \mathrm{accuracy} &= (TP + TN) / n                                                   (1) \\
    \mathrm{balanced} &= \tfrac12 (TP / (TP + FN) + TN / (TN + FP))                      (2) \\
    F_\beta &= (1 + \beta^2) TP / ((1 + \beta^2) TP + \beta^2 FN + FP)                   (3) \\
    \mathrm{MCC} &= \frac{TP \cdot TN - FP \cdot FN}
        {\sqrt{(TP + FP)(TP + FN)(TN + FP)(TN + FN)}}                                    (4) \\
    \mathrm{cost} &= (c_{FP} FP + c_{FN} FN) / n                                         (5)

Source: Elkan (2001), The foundations of cost-sensitive learning: of calibrated
probabilities the cheapest threshold is :math:`c_{FP} / (c_{FP} + c_{FN})`, which (5) finds from
data without that assumption; Lipton, Elkan & Naryanaswamy (2014), arXiv:1402.1892 (F).
Choose on rows that neither fitted the model nor measure it: the best of many is optimistic.
Cost: one sort, O(n log n); memory O(n).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError, ParameterError, check_option
from minixai.metrics.label import positive_rows
from minixai.metrics.threshold_count import as_scores, counts_at_thresholds
from minixai.protocols import Array

__all__ = ["ThresholdChoice", "choose_threshold"]

_METRICS = ("f_score", "balanced_accuracy", "accuracy", "matthews_correlation", "cost")


@dataclass(frozen=True)
class ThresholdChoice:
    """What ``choose_threshold`` returns: the best threshold, and all others to draw.

    Parameters
    ----------
    threshold : float
        A row is class 1 where its score is at least this; inf where the best is to say class 1
        of none.
    value : float
        What the metric is there.
    metric : str
    higher_is_better : bool
    thresholds, values : ndarray (n_thresholds + 1,)
        Every distinct score, falling, after inf, and the metric at each.
    """

    threshold: float
    value: float
    metric: str
    higher_is_better: bool
    thresholds: Array
    values: Array

    def __float__(self) -> float:
        return self.threshold


def choose_threshold(
    y_true: Any,
    probability: Any,
    metric: str = "f_score",
    *,
    beta: float = 1.0,
    false_positive_cost: float = 1.0,
    false_negative_cost: float = 1.0,
    sample_weight: Any = None,
    labels: Any = None,
    pos_label: Any = None,
) -> ThresholdChoice:
    """Find the threshold at which a metric of two classes is best.

    Parameters
    ----------
    y_true : array-like (n_samples,)
        Labels.
    probability : array-like (n_samples,)
        Probability of class 1; a raw score will do, and the threshold is then one of it.
    metric : {"f_score", "balanced_accuracy", "accuracy", "matthews_correlation", "cost"}
        What is to be best; "cost" is the mean cost of a row, to be lowest.
    beta : float
        For "f_score": how many times as important recall is as precision, greater than 0.
    false_positive_cost, false_negative_cost : float
        For "cost": what it costs to say 1 of a row of class 0, and 0 of one of class 1; at
        least 0, in any unit.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    labels : array-like (2,), optional
        Both classes, sorted; None takes those of ``y_true``.
    pos_label : label, optional
        Class 1, set against all others; None takes the greater of two.

    Returns
    -------
    ThresholdChoice
        Of equal values that of the highest threshold; what is divided by 0 counts as 0.

    Raises
    ------
    DataError
        Other lengths, NaN among the scores, more than two classes, or one only: then there is
        nothing to choose.
    ParameterError
        An unknown metric, a cost below 0 or both 0.

    Examples
    --------
    >>> y, p = ["no", "no", "no", "yes"], [0.05, 0.1, 0.2, 0.3]
    >>> choose_threshold(y, p).threshold
    0.3
    """
    check_option("metric", metric, _METRICS)
    check_number("beta", beta, low=0.0, open_low=True)
    check_number("false_positive_cost", false_positive_cost, low=0.0)
    check_number("false_negative_cost", false_negative_cost, low=0.0)
    if false_positive_cost == false_negative_cost == 0:
        raise ParameterError("The costs of the two errors must not be both 0: nothing is best.")
    positive = positive_rows(y_true, labels, pos_label)
    counts = counts_at_thresholds(positive, as_scores(probability, len(positive)), sample_weight)
    tp, fp = np.append(0.0, counts.true_positive), np.append(0.0, counts.false_positive)
    fn, tn = tp[-1] - tp, fp[-1] - fp
    if not (tp[-1] > 0 and fp[-1] > 0):
        raise DataError("Only one class occurs: a threshold is chosen on rows of both.")
    if metric == "cost":
        cost = false_positive_cost * fp + false_negative_cost * fn
        values = cost / (tp[-1] + fp[-1])  # (5)
    else:
        values = _values(metric, tp, fp, fn, tn, float(beta) ** 2)
    higher = metric != "cost"
    best = int(np.argmax(values) if higher else np.argmin(values))
    thresholds = np.append(np.inf, counts.threshold)
    return ThresholdChoice(
        float(thresholds[best]), float(values[best]), metric, higher, thresholds, values
    )


def _values(metric: str, tp: Array, fp: Array, fn: Array, tn: Array, square: float) -> Array:
    values = np.zeros(len(tp))
    if metric == "accuracy":
        values = (tp + tn) / (tp + fp + fn + tn)  # (1)
    elif metric == "balanced_accuracy":
        values = 0.5 * (tp / (tp + fn) + tn / (tn + fp))  # (2)
    elif metric == "f_score":
        values = (1.0 + square) * tp / ((1.0 + square) * tp + square * fn + fp)  # (3)
    else:
        spread = np.sqrt(tp + fp) * np.sqrt(tp + fn) * np.sqrt(tn + fp) * np.sqrt(tn + fn)
        np.divide(tp * tn - fp * fn, spread, out=values, where=spread > 0)  # (4)
    return values
