r"""Measures of how well the rows of a class are found; C is the table of confusion.

.. math::
    \mathrm{precision}_a &= C_{aa} / \sum_b C_{ba}                                       (1) \\
    \mathrm{recall}_a &= C_{aa} / \sum_b C_{ab}                                          (2) \\
    F_a &= (1 + \beta^2)\, C_{aa} / (\beta^2 \sum_b C_{ab} + \sum_b C_{ba})              (3) \\
    \bar v &= \sum_a s_a v_a / \sum_a s_a                                                (4)

with :math:`s_a` = 1 ("macro") or :math:`\sum_b C_{ab}` ("weighted") in (4); "micro" adds the
numerators and the denominators of the classes before it divides.

Zero division: a class that is never predicted has no precision, one that is never true no
recall, one that is neither no F. ``zero_division`` is what it gets instead: a number, or NaN,
which (4) leaves out, or "warn", which is 0 and a :class:`DataWarning` that names the classes.

Source: van Rijsbergen (1979), Information Retrieval; Sokolova & Lapalme (2009), A
systematic analysis of performance measures (macro and micro averages).
Differs from scikit-learn: class 1 is the greater of the two labels, whatever they are, not the
label 1; "binary" with ``pos_label`` sets that class against all others, where scikit-learn
refuses more than two; an argument that would be ignored is an error; "warn" warns of F at beta
0 and infinity, too.
Cost: one sort of the labels, then one pass over the rows.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minixai._validation import as_ratio_weights
from minixai.errors import DataError, DataWarning, ParameterError, check_option
from minixai.metrics.label import as_labels, class_one, codes_of, label_pair
from minixai.protocols import Array

__all__ = ["f_score", "precision", "recall"]

_AVERAGES = ("binary", "macro", "micro", "weighted", None)


def precision(
    y_true: Any,
    y_pred: Any,
    sample_weight: Any = None,
    *,
    average: str | None = "binary",
    pos_label: Any = None,
    labels: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """Share of the rows predicted as a class that are of it; higher is better.

    Parameters
    ----------
    y_true, y_pred : array-like (n_samples,)
        Labels, numbers or texts.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    average : {"binary", "macro", "micro", "weighted", None}
        "binary" measures one class; "macro" is the mean over the classes, "weighted" the mean
        weighted by their true rows, "micro" counts all classes together; None gives one value
        per class.
    pos_label : label, optional
        The class that "binary" measures; None takes the greater of the two labels.
    labels : array-like (n_classes,), optional
        The classes that are averaged, in this order; one that does not occur is a zero
        division. None takes all that occur, sorted.
    zero_division : {"warn"} or float
        What a class gets that is never predicted: a number in [0, 1], NaN to leave it out of
        the mean, "warn" for 0 and a warning.

    Returns
    -------
    float or ndarray (n_classes,)
        In [0, 1].

    Raises
    ------
    DataError
        Other lengths, no rows, or more than two classes with "binary" and no ``pos_label``.
    ParameterError
        An unknown option, or one that the average would ignore.

    Examples
    --------
    >>> precision(["no", "yes", "yes", "no"], ["yes", "yes", "yes", "no"])
    0.6666666666666666
    """
    met, guessed, true, classes = _counts(
        y_true, y_pred, sample_weight, average, pos_label, labels, zero_division
    )
    value = _ratio(met, guessed)  # (1)
    value = _defined(value, zero_division, classes, "precision", "is predicted")
    return _averaged(value, true, average)


def recall(
    y_true: Any,
    y_pred: Any,
    sample_weight: Any = None,
    *,
    average: str | None = "binary",
    pos_label: Any = None,
    labels: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """Share of the rows of a class that are predicted as it; higher is better.

    Parameters and errors are those of :func:`precision`; zero division is a class that is
    never true.

    Returns
    -------
    float or ndarray (n_classes,)
        In [0, 1].

    Examples
    --------
    >>> recall([0, 1, 1, 2], [0, 1, 2, 2], average=None)
    array([1. , 0.5, 1. ])
    """
    met, _, true, classes = _counts(
        y_true, y_pred, sample_weight, average, pos_label, labels, zero_division
    )
    value = _ratio(met, true)  # (2)
    value = _defined(value, zero_division, classes, "recall", "is true")
    return _averaged(value, true, average)


def f_score(
    y_true: Any,
    y_pred: Any,
    sample_weight: Any = None,
    *,
    beta: float = 1.0,
    average: str | None = "binary",
    pos_label: Any = None,
    labels: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """Weighted harmonic mean of precision and recall; higher is better.

    Parameters and errors are those of :func:`precision`; zero division is a class that is
    neither predicted nor true.

    Parameters
    ----------
    beta : float
        How many times as important recall is as precision, in [0, inf]: 0 gives the
        precision, infinity the recall, the default F1.

    Returns
    -------
    float or ndarray (n_classes,)
        In [0, 1].

    Examples
    --------
    >>> f_score([0, 1, 1, 2], [0, 1, 2, 2], average="micro")
    0.75
    """
    number = isinstance(beta, (int, float, np.integer, np.floating))
    if not number or isinstance(beta, bool) or not beta >= 0:
        raise ParameterError(f"`beta` must be a number in [0, inf], got {beta!r}.")
    met, guessed, true, classes = _counts(
        y_true, y_pred, sample_weight, average, pos_label, labels, zero_division
    )
    if math.isinf(beta):
        value, what = _ratio(met, true), "is true"
    elif beta == 0:
        value, what = _ratio(met, guessed), "is predicted"
    else:
        square = float(beta) ** 2
        value = _ratio((1.0 + square) * met, square * true + guessed)  # (3)
        what = "is true or predicted"
    value = _defined(value, zero_division, classes, "F score", what)
    return _averaged(value, true, average)


def _counts(
    y_true: Any,
    y_pred: Any,
    sample_weight: Any,
    average: str | None,
    pos_label: Any,
    labels: Any,
    zero_division: Any,
) -> tuple[Array, Array, Array, Array]:
    """Return what is met, predicted and true of each class, and the classes."""
    _check_options(average, pos_label, labels, zero_division)
    truth, guess = label_pair(y_true, y_pred)
    weight = as_ratio_weights(sample_weight, len(truth))
    if average == "binary":
        occurring = np.union1d(truth, guess)
        if len(occurring) > 2 and pos_label is None:
            raise DataError(
                f"`average='binary'` measures one class, and {len(occurring)} occur: choose "
                "'macro', 'micro', 'weighted' or None, or name the class as `pos_label`."
            )
        known = np.array([class_one(occurring, pos_label)])
    elif labels is None:
        known = np.union1d(truth, guess)
    else:
        known = as_labels(labels, "labels")
        if len(np.unique(known)) < len(known):
            raise DataError(f"`labels` must differ, got {known.tolist()}: name each once.")
    row, column = codes_of(truth, known), codes_of(guess, known)
    met, guessed, true = (
        np.bincount(place[seen], weight[seen], len(known))
        for place, seen in (
            (row, (row >= 0) & (row == column)),
            (column, column >= 0),
            (row, row >= 0),
        )
    )
    if average == "micro":
        return met.sum(keepdims=True), guessed.sum(keepdims=True), true.sum(keepdims=True), known
    return met, guessed, true, known


def _check_options(average: str | None, pos_label: Any, labels: Any, zero_division: Any) -> None:
    check_option("average", average, _AVERAGES)
    if average == "binary" and labels is not None:
        raise ParameterError(
            "`labels` are the classes to average over, and `average='binary'` measures one: "
            "name it as `pos_label`, or choose another average."
        )
    if average != "binary" and pos_label is not None:
        raise ParameterError(
            f"`pos_label` is for `average='binary'`, got {average!r}: use `labels=[pos_label]`."
        )
    if isinstance(zero_division, str) and zero_division == "warn":
        return
    number = isinstance(zero_division, (int, float, np.integer, np.floating))
    if not number or not (math.isnan(zero_division) or 0 <= zero_division <= 1):
        raise ParameterError(
            f"`zero_division` must be 'warn', NaN or a number in [0, 1], got {zero_division!r}."
        )


def _ratio(part: Array, whole: Array) -> Array:
    """Divide, with NaN where nothing is divided by."""
    ratio = np.full(len(part), math.nan)
    np.divide(part, whole, out=ratio, where=whole != 0)
    return ratio


def _defined(value: Array, zero_division: Any, classes: Array, name: str, what: str) -> Array:
    """Put the value said for zero division where nothing was divided by."""
    empty = np.isnan(value)
    if zero_division == "warn" and empty.any():
        named = classes.tolist() if len(classes) != len(value) else classes[empty].tolist()
        warnings.warn(
            f"The {name} is set to 0 for {named[:5]}, none of which {what}: `zero_division` says "
            "otherwise.",
            DataWarning,
            stacklevel=3,
        )
    return np.where(empty, 0.0 if zero_division == "warn" else zero_division, value)


def _averaged(value: Array, true: Array, average: str | None) -> Any:
    if average is None:
        return value
    kept = ~np.isnan(value)
    if not kept.any():
        return math.nan
    share = true[kept] if average == "weighted" and true[kept].any() else np.ones(kept.sum())
    return float(np.dot(share, value[kept]) / share.sum())  # (4)
