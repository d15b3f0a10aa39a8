r"""Measures of predicted labels; :math:`w_i` are the rows' weights, 1 by default.

.. math::
    \mathrm{accuracy} &= \sum_i w_i [y_i = \hat y_i] / \sum_i w_i                        (1) \\
    C_{ab} &= \sum_i w_i [y_i = a] [\hat y_i = b]                                        (2) \\
    \mathrm{balanced} &= \frac{1}{K} \sum_a C_{aa} / \sum_b C_{ab}                       (3) \\
    E_{ab} &= \sum_b C_{ab} \sum_a C_{ab} / \sum_{ab} C_{ab}                             (4) \\
    \kappa &= 1 - \sum_{ab} D_{ab} C_{ab} / \sum_{ab} D_{ab} E_{ab}                      (5) \\
    \mathrm{MCC} &= \frac{n \sum_a C_{aa} - \sum_a t_a p_a}
        {\sqrt{(n^2 - \sum_a p_a^2)(n^2 - \sum_a t_a^2)}}                                (6)

In (3) the mean is over the classes that occur in ``y_true``. In (5) the disagreement D is
:math:`[a \ne b]`, :math:`|a - b|` or :math:`(a - b)^2` in places of the sorted labels. In (6)
t and p are the sums of the rows and columns of C, and n is that of all.

Source: Brodersen et al. (2010), The balanced accuracy and its posterior distribution; Cohen (1968),
Weighted kappa; Gorodkin (2004), Comparing two K-category assignments, eq. (8).
Degenerate cases: kappa is NaN, with a warning, where all rows share one label; the Matthews
correlation is then 0, as it is where either side is constant.
Cost: one sort of the labels, then one pass over the rows; the table takes n_classes^2.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minixai._validation import as_ratio_weights, as_weights
from minixai.errors import DataError, DataWarning, check_option
from minixai.metrics.label import as_labels, codes_of, label_pair
from minixai.protocols import Array

__all__ = [
    "accuracy",
    "balanced_accuracy",
    "cohen_kappa",
    "confusion_matrix",
    "matthews_correlation",
]


def accuracy(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Share of rows whose label is met; higher is better.

    Parameters
    ----------
    y_true, y_pred : array-like (n_samples,)
        Labels, numbers or texts.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    DataError
        Other lengths, no rows, a missing label, or weights that are all zero.

    Examples
    --------
    >>> accuracy(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    0.75
    """
    truth, guess = label_pair(y_true, y_pred)
    hit = truth == guess
    if sample_weight is None:
        return float(hit.mean())
    weight = as_ratio_weights(sample_weight, len(truth))
    return float(np.dot(weight, hit) / weight.sum())  # (1)


def confusion_matrix(
    y_true: Any, y_pred: Any, labels: Any = None, sample_weight: Any = None
) -> Array:
    """Count the rows by their true label (row) and their predicted label (column).

    Parameters
    ----------
    y_true, y_pred : array-like (n_samples,)
        Labels, numbers or texts.
    labels : array-like (n_classes,), optional
        The labels to count, in this order; rows with others are left out. None takes all
        that occur, sorted.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.

    Returns
    -------
    ndarray (n_classes, n_classes)
        int64 counts, or float64 sums of weights.

    Raises
    ------
    DataError
        Other lengths, no rows, or labels of which none occurs in ``y_true``.

    Examples
    --------
    >>> confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1])
    array([[1, 0],
           [1, 2]])
    """
    truth, guess = label_pair(y_true, y_pred)
    known = np.union1d(truth, guess) if labels is None else as_labels(labels, "labels")
    row, column = codes_of(truth, known), codes_of(guess, known)
    if not (row >= 0).any():
        raise DataError("None of `labels` occurs in `y_true`: name at least one that does.")
    weight = None if sample_weight is None else as_weights(sample_weight, len(truth))
    counted = (row >= 0) & (column >= 0)
    cell = row[counted] * len(known) + column[counted]
    weight = None if weight is None else weight[counted]
    table = np.bincount(cell, weight, len(known) ** 2)  # (2)
    return table.reshape(len(known), len(known))


def balanced_accuracy(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Mean over the classes of the share of their rows that is met; higher is better.

    Parameters and errors are those of :func:`accuracy`. Classes that are predicted but never
    true do not count.

    Returns
    -------
    float
        In [0, 1]; a constant prediction gets 1 / n_classes.

    Examples
    --------
    >>> balanced_accuracy([0, 0, 0, 1], [0, 0, 0, 0])
    0.5
    """
    table = confusion_matrix(y_true, y_pred, sample_weight=sample_weight)
    total = table.sum(axis=1)
    seen = total > 0
    return float(np.mean(np.diag(table)[seen] / total[seen]))  # (3)


def cohen_kappa(
    y_true: Any,
    y_pred: Any,
    sample_weight: Any = None,
    *,
    weights: str | None = None,
    labels: Any = None,
) -> float:
    """Agreement of two lists of labels beyond that of chance; higher is better.

    Parameters
    ----------
    y_true, y_pred : array-like (n_samples,)
        Labels, numbers or texts; the two may be exchanged.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    weights : {None, "linear", "quadratic"}
        How far apart two labels are: all alike, or by the distance of their places among the
        sorted labels, or by its square (ratings).
    labels : array-like (n_classes,), optional
        The labels that count, in this order; None takes all that occur, sorted.

    Returns
    -------
    float
        In [-1, 1]; 0 is what chance gets; NaN, with a warning, where only one label occurs.

    Raises
    ------
    DataError
        As :func:`confusion_matrix`.

    Examples
    --------
    >>> cohen_kappa([0, 0, 1, 1], [0, 1, 1, 1])
    0.5
    """
    check_option("weights", weights, (None, "linear", "quadratic"))
    table = _relative(confusion_matrix(y_true, y_pred, labels, sample_weight))
    place = np.arange(len(table), dtype=np.float64)
    apart = np.abs(place[:, np.newaxis] - place)
    apart = {None: (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]
    total = table.sum()
    chance = 0.0
    if total > 0:
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total  # (4)
        chance = float((apart * expected).sum())
    if chance == 0.0:
        warnings.warn("Cohen's kappa is not defined where one label occurs.", DataWarning, 2)
        return math.nan
    return float(1.0 - (apart * table).sum() / chance)  # (5)


def matthews_correlation(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Correlation of true and predicted labels, of two classes or more; higher is better.

    Parameters and errors are those of :func:`accuracy`.

    Returns
    -------
    float
        In [-1, 1]; 0 where either side is constant, or is so but for weights below rounding.

    Examples
    --------
    >>> round(matthews_correlation([1, 1, 1, 0], [1, 0, 1, 1]), 4)
    -0.3333
    """
    table = _relative(confusion_matrix(y_true, y_pred, sample_weight=sample_weight))
    true, guessed = table.sum(axis=1), table.sum(axis=0)
    if np.count_nonzero(true) < 2 or np.count_nonzero(guessed) < 2:
        return 0.0
    n = guessed.sum()
    spread = (n * n - np.dot(guessed, guessed)) * (n * n - np.dot(true, true))
    if not spread > 0:  # one class outweighs the others beyond all digits
        return 0.0
    return float((np.trace(table) * n - np.dot(true, guessed)) / math.sqrt(spread))  # (6)


def _relative(table: Array) -> Array:
    """Divide by a power of two near the largest sum, so that products of two stay floats."""
    return np.ldexp(table.astype(np.float64), -int(np.frexp(table.max())[1]))
