r"""Measures of predicted probabilities; :math:`w_i` are the rows' weights, 1 by default.

.. math::
    \mathrm{log loss} &= -\sum_i w_i \ln p_{i, y_i} / \sum_i w_i                         (1) \\
    \mathrm{Brier} &= \sum_i w_i (p_i - [y_i = 1])^2 / \sum_i w_i                        (2) \\
    \mathrm{Brier} &= \sum_i w_i \sum_k (p_{ik} - [y_i = k])^2 / \sum_i w_i              (3)

In (1) each row's probabilities are clipped to [eps, 1 - eps] of their type: a certain and wrong
row costs 36.04, not infinity. (2) is for two classes, and half of what (3) would give.

Source: Brier (1950), Verification of forecasts expressed in terms of probability; Good
(1952), Rational decisions (the logarithmic score).
Differs from scikit-learn: the Brier score of float32 is summed in float64.
Cost: one pass over the rows.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minixai._validation import as_ratio_weights, check_mask
from minixai.errors import DataError, DataTypeError, DataWarning
from minixai.metrics.label import as_labels, codes_of, known_classes, positive_rows
from minixai.protocols import Array

__all__ = ["brier", "class_shares", "log_loss"]


def log_loss(y_true: Any, probability: Any, sample_weight: Any = None, labels: Any = None) -> float:
    """Mean negative log-probability of the true class (nats); lower is better.

    Parameters
    ----------
    y_true : array-like (n_samples,)
        Labels, numbers or texts.
    probability : array-like (n_samples,) or (n_samples, n_classes)
        Of class 1 where there are two classes, or of each class, sorted; in [0, 1]. Rows that
        do not sum to 1 get a warning.
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
    code, n_classes = _codes(y_true, labels, "The log loss")
    share = class_shares(probability, len(code), n_classes)
    eps = float(np.finfo(share.dtype).eps)
    loss = -np.log(np.clip(share[np.arange(len(code)), code], eps, 1.0 - eps))
    weight = as_ratio_weights(sample_weight, len(code))
    return float(np.dot(weight, loss) / weight.sum())  # (1)


def brier(
    y_true: Any,
    probability: Any,
    sample_weight: Any = None,
    labels: Any = None,
    pos_label: Any = None,
) -> float:
    """Mean squared error of the probabilities; lower is better.

    Parameters
    ----------
    y_true : array-like (n_samples,)
        Labels, numbers or texts.
    probability : array-like (n_samples,) or (n_samples, n_classes)
        Of class 1, or of each class, sorted; in [0, 1].
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    labels : array-like (n_classes,), optional
        All classes, sorted; None takes those of ``y_true``.
    pos_label : label, optional
        The class that a single column is the probability of; None takes the greater of two.

    Returns
    -------
    float
        In [0, 1] for two classes, in [0, 2] for more; 0.25 is what saying 0.5 gets.

    Raises
    ------
    DataError
        Other lengths, probabilities outside [0, 1], another number of classes, or one class
        only where the probabilities do not tell which it is.

    Examples
    --------
    >>> brier(["no", "yes"], [0.5, 1.0])
    0.125
    """
    if np.ndim(probability) == 1 or np.shape(probability)[-1] == 1:
        positive = positive_rows(y_true, labels, pos_label)
        share = class_shares(probability, len(positive), 2)[:, 1].astype(np.float64)
        weight = as_ratio_weights(sample_weight, len(positive))
        return float(np.dot(weight, (share - positive) ** 2) / weight.sum())  # (2)
    if pos_label is not None:
        raise DataError("`pos_label` says whose probability one column is, and there are several.")
    code, n_classes = _codes(y_true, labels, "The Brier score")
    share = class_shares(probability, len(code), n_classes).astype(np.float64)
    missed = ((share - np.eye(n_classes)[code]) ** 2).sum(axis=1)
    weight = as_ratio_weights(sample_weight, len(code))
    value = float(np.dot(weight, missed) / weight.sum())  # (3)
    return 0.5 * value if n_classes == 2 else value


def class_shares(probability: Any, n_rows: int, n_classes: int) -> Array:
    """Check probabilities and give them as (n_rows, n_classes), normalised to nothing."""
    check_mask(probability, "probability")
    share = np.asarray(probability)
    if share.dtype not in (np.float32, np.float64):
        try:
            share = share.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise DataTypeError(
                f"`probability` must hold numbers, got {share.dtype}: choose a metric of labels."
            ) from error
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


def _codes(y_true: Any, labels: Any, what: str) -> tuple[Array, int]:
    """Return the place of each row's class among all of them, and how many there are."""
    truth = as_labels(y_true, "y_true")
    known = known_classes(truth, labels)
    if len(known) < 2:
        raise DataError(
            f"{what} needs two classes, `y_true` has only {known.tolist()}: "
            "pass all of them as `labels`."
        )
    return codes_of(truth, known), len(known)
