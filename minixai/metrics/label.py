"""Labels brought to one form: what every measure of classes reads first.

A label is a number, a truth value or a text. Of two classes the greater one is class 1, as
``classes_[1]`` of a model is; a single class stands for class 1 only where it cannot be doubted
(the labels 0, 1 and -1).

Cost: one sort of the labels where the classes are not given, O(n log n).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._validation import check_mask
from minixai.errors import DataError, DataTypeError
from minixai.protocols import Array

__all__ = ["as_labels", "class_one", "codes_of", "known_classes", "label_pair", "positive_rows"]


def as_labels(values: Any, name: str) -> Array:
    """Return one label per row, (n_samples,); objects become texts or numbers where they can.

    Raises
    ------
    DataError
        Not one label per row, no rows, or a missing label.
    DataTypeError
        Texts mixed with other things.
    """
    check_mask(values, name)
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(f"`{name}` must have one label per row, got shape {array.shape}.")
    if not len(array):
        raise DataError(f"`{name}` has no rows: a measure needs at least one.")
    if array.dtype == object:
        return _of_objects(array, name)
    _check_no_missing(array != array, name)
    return array


def label_pair(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Return true and predicted labels, checked to be of one length and one kind."""
    truth, guess = as_labels(y_true, "y_true"), as_labels(y_pred, "y_pred")
    if len(truth) != len(guess):
        raise DataError(
            f"`y_true` has {len(truth)} rows and `y_pred` {len(guess)}: they must agree."
        )
    _check_kind(truth, guess, "y_pred")
    if guess.dtype.kind == "f" and _whole(truth) and not _whole(guess):
        value = guess[guess != np.floor(guess)][0]
        raise DataTypeError(
            f"`y_pred` holds {value.item()!r}, which is no class of `y_true`: choose a metric of "
            "probabilities, or turn them into labels first."
        )
    return truth, guess


def known_classes(truth: Array, labels: Any) -> Array:
    """Return the sorted classes: ``labels``, which must hold all of ``truth``, or those found."""
    if labels is None:
        return np.unique(truth)
    known = as_labels(labels, "labels")
    _check_kind(truth, known, "labels")
    if not (known[1:] > known[:-1]).all():
        raise DataError(
            f"`labels` must be sorted and differ, got {known.tolist()}: sort them, and the "
            "columns of the probabilities with them."
        )
    strange = codes_of(truth, known) < 0
    if strange.any():
        value = truth[np.argmax(strange)]
        raise DataError(f"`y_true` holds {value!s}, which is not among `labels`: add it.")
    return known


def class_one(known: Array, pos_label: Any) -> Any:
    """Return the label of class 1 among the ``known`` ones."""
    if pos_label is not None:
        if len(known) >= 2 and not (known == pos_label).any():
            raise DataError(f"`pos_label` must be one of {known.tolist()}, got {pos_label!r}.")
        return pos_label
    if len(known) == 2:
        return known[1]
    if len(known) > 2:
        raise DataError(
            f"This measure is for two classes, got {len(known)}: name the one that is set against "
            "the rest as `pos_label`."
        )
    if known.dtype.kind in "biuf" and known[0] in (-1, 0, 1):
        return 1
    raise DataError(f"Only one class occurs, {known[0].item()!r}: name class 1 as `pos_label`.")


def positive_rows(y_true: Any, labels: Any = None, pos_label: Any = None) -> Array:
    """Return bool (n_samples,): the rows of class 1."""
    truth = as_labels(y_true, "y_true")
    rows: Array = truth == class_one(known_classes(truth, labels), pos_label)
    return rows


def codes_of(values: Array, known: Array) -> Array:
    """Give each value's place in ``known``, -1 where it is not there."""
    order = np.argsort(known, kind="stable")
    ranked = known[order]
    place = np.minimum(np.searchsorted(ranked, values), len(known) - 1)
    return np.where(ranked[place] == values, order[place], -1)


def _of_objects(array: Array, name: str) -> Array:
    kinds = set(map(type, array))
    if all(issubclass(kind, str) for kind in kinds):
        return array.astype(str)
    _check_no_missing(np.frompyfunc(_is_missing, 1, 1)(array).astype(bool), name)
    if any(issubclass(kind, str) for kind in kinds):
        names = sorted(kind.__name__ for kind in kinds)
        raise DataTypeError(f"`{name}` mixes {', '.join(names)}: use one kind of label.")
    if all(issubclass(kind, (bool, int, float, np.generic)) for kind in kinds):
        return np.array(array.tolist())
    return array


def _is_missing(value: Any) -> bool:
    return value is None or type(value).__name__ == "NAType" or bool(value != value)


def _check_no_missing(missing: Array, name: str) -> None:
    if missing.any():
        row = int(np.argmax(missing))
        raise DataError(
            f"`{name}` is missing in row {row}: drop the row, or give what is missing a label."
        )


def _check_kind(truth: Array, other: Array, name: str) -> None:
    if (truth.dtype.kind in "US") != (other.dtype.kind in "US"):
        raise DataTypeError(
            f"`y_true` holds {truth.dtype} and `{name}` {other.dtype}: use one kind of label."
        )


def _whole(labels: Array) -> bool:
    return labels.dtype.kind in "biu" or bool(
        labels.dtype.kind == "f" and (labels == np.floor(labels)).all()
    )
