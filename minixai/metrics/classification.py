r"""Measures of predicted labels, probabilities and rankings; :math:`w_i` are the rows' weights.

.. math::
    \mathrm{accuracy} &= \sum_i w_i [y_i = \hat y_i] / \sum_i w_i                        (1) \\
    C_{ab} &= \sum_i w_i [y_i = a] [\hat y_i = b]                                        (2) \\
    \mathrm{balanced} &= \frac{1}{K} \sum_a C_{aa} / \sum_b C_{ab}                       (3) \\
    \mathrm{log loss} &= -\sum_i w_i \ln p_{i, y_i} / \sum_i w_i                         (4) \\
    \mathrm{AUC} &= P(s_{+} > s_{-}) + \tfrac12 P(s_{+} = s_{-})                         (5)

In (3) the mean is over the classes that occur in ``y_true``. In (4) each row's probabilities are
clipped to [eps, 1 - eps] of their type: a certain and wrong row costs 36.04, not infinity.

Source: Fawcett (2006), An introduction to ROC analysis, sections 2 and 7 (AUC as a rank
statistic); Brodersen et al. (2010), The balanced accuracy, eq. (4) for two classes.
Cost: one pass over the rows; the AUC sorts the scores, O(n log n).
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minixai._validation import as_weights
from minixai.errors import DataError, DataTypeError, DataWarning
from minixai.protocols import Array

__all__ = ["accuracy", "balanced_accuracy", "confusion_matrix", "log_loss", "roc_auc"]


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
        Other lengths, or no rows.

    Examples
    --------
    >>> accuracy(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    0.75
    """
    truth, guess = _label_pair(y_true, y_pred)
    hit = truth == guess
    if sample_weight is None:
        return float(hit.mean())
    weight = as_weights(sample_weight, len(truth))
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
    truth, guess = _label_pair(y_true, y_pred)
    known = np.union1d(truth, guess) if labels is None else np.asarray(labels)
    row, column = _codes(truth, known), _codes(guess, known)
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


def log_loss(y_true: Any, probability: Any, sample_weight: Any = None, labels: Any = None) -> float:
    """Mean negative log-probability of the true class (nats); lower is better.

    Parameters
    ----------
    y_true : array-like (n_samples,)
        Labels, numbers or texts.
    probability : array-like (n_samples,) or (n_samples, n_classes)
        Of class 1 where there are two classes, or of each class in the order of ``labels``;
        in [0, 1]. Rows that do not sum to 1 get a warning.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    labels : array-like (n_classes,), optional
        All classes, sorted; None takes those of ``y_true``.

    Returns
    -------
    float
        In [0, inf).

    Raises
    ------
    DataError
        Other lengths, one class only, probabilities outside [0, 1], another number of classes.

    Examples
    --------
    >>> round(log_loss([0, 1], [0.5, 0.5]), 4)
    0.6931
    """
    truth = _labels(y_true, "y_true")
    known = np.unique(truth if labels is None else np.asarray(labels))
    if len(known) < 2:
        raise DataError(
            f"The log loss needs two classes, `y_true` has only {known.tolist()}: "
            "pass all of them as `labels`."
        )
    share = _shares(probability, len(truth), len(known))
    code = _codes(truth, known)
    if (code < 0).any():
        value = truth[np.argmax(code < 0)]
        raise DataError(f"`y_true` holds {value!s}, which is not among `labels`: add it.")
    eps = float(np.finfo(share.dtype).eps)
    loss = -np.log(np.clip(share[np.arange(len(truth)), code], eps, 1.0 - eps))
    weight = as_weights(sample_weight, len(truth))
    return float(np.dot(weight, loss) / weight.sum())  # (4)


def roc_auc(y_true: Any, score: Any, sample_weight: Any = None, labels: Any = None) -> float:
    """Chance that a row of class 1 scores above one of class 0, ties half; higher is better.

    Parameters
    ----------
    y_true : array-like (n_samples,)
        Labels of two classes; the greater one is class 1.
    score : array-like (n_samples,)
        Raw score or probability of class 1.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    labels : array-like (2,), optional
        Both classes; None takes those of ``y_true``.

    Returns
    -------
    float
        In [0, 1]; 0.5 is what chance gets; NaN, with a warning, where only one class occurs.

    Raises
    ------
    DataError
        Other lengths, more than two classes, NaN among the scores.

    Examples
    --------
    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    truth = _labels(y_true, "y_true")
    scores = np.asarray(score, dtype=np.float64)
    known = np.unique(truth if labels is None else np.asarray(labels))
    if scores.shape != truth.shape:
        raise DataError(f"`score` must have shape {truth.shape}, got {scores.shape}: one per row.")
    if len(known) > 2:
        raise DataError(f"The AUC is for two classes, got {len(known)}: use the log_loss.")
    if np.isnan(scores).any():
        raise DataError(f"`score` is NaN in row {int(np.argmax(np.isnan(scores)))}.")
    weight = as_weights(sample_weight, len(truth))
    positive = np.where(truth == known[-1], weight, 0.0)
    negative = weight - positive
    if len(known) < 2 or not positive.any() or not negative.any():
        warnings.warn("The AUC is not defined where only one class occurs.", DataWarning, 2)
        return math.nan
    _, place = np.unique(scores, return_inverse=True)
    ups = np.bincount(place, positive)
    downs = np.bincount(place, negative)
    below = np.cumsum(downs) - downs
    pairs = float(np.dot(ups, below + 0.5 * downs))
    return pairs / (float(ups.sum()) * float(downs.sum()))  # (5)


def _labels(values: Any, name: str) -> Array:
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(f"`{name}` must have one label per row, got shape {array.shape}.")
    if not len(array):
        raise DataError(f"`{name}` has no rows: a measure needs at least one.")
    return array


def _label_pair(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    truth, guess = _labels(y_true, "y_true"), _labels(y_pred, "y_pred")
    if len(truth) != len(guess):
        raise DataError(
            f"`y_true` has {len(truth)} rows and `y_pred` {len(guess)}: they must agree."
        )
    if (truth.dtype.kind in "US") != (guess.dtype.kind in "US") and "O" not in (
        truth.dtype.kind,
        guess.dtype.kind,
    ):
        raise DataTypeError(
            f"`y_true` holds {truth.dtype} and `y_pred` {guess.dtype}: use one kind of label."
        )
    return truth, guess


def _codes(values: Array, known: Array) -> Array:
    """Give each value's place in ``known``, -1 where it is not there."""
    order = np.argsort(known, kind="stable")
    ranked = known[order]
    place = np.minimum(np.searchsorted(ranked, values), len(known) - 1)
    return np.where(ranked[place] == values, order[place], -1)


def _shares(probability: Any, n_rows: int, n_classes: int) -> Array:
    """Check probabilities and give them as (n_rows, n_classes), normalised to nothing."""
    share = np.asarray(probability)
    if share.dtype not in (np.float32, np.float64):
        share = share.astype(np.float64)
    if share.ndim == 1:
        share = share[:, np.newaxis]
    if share.ndim != 2 or len(share) != n_rows:
        raise DataError(f"`probability` needs one row for each of {n_rows}, got {share.shape}.")
    if not (share.min() >= 0.0 and share.max() <= 1.0):
        raise DataError(
            f"`probability` must lie in [0, 1], got {share.min().item()} to {share.max().item()}."
        )
    if share.shape[1] == 1:
        share = np.concatenate([1.0 - share, share], axis=1)
    if share.shape[1] != n_classes:
        raise DataError(
            f"`probability` has {share.shape[1]} columns for {n_classes} classes: "
            "pass all classes, sorted, as `labels`."
        )
    gap = np.abs(share.sum(axis=1) - 1.0)
    if gap.max() > math.sqrt(np.finfo(share.dtype).eps):
        warnings.warn("The rows of `probability` do not sum to 1.", DataWarning, stacklevel=3)
    return share
