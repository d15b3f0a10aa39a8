"""A numeric column parted by the classes of another: what every picture "by class" rests on.

Missing values and rows without a class are left out and counted. Classes stand in their natural
order: numbers by size, text by letters.

Cost: O(n log n), one sorted copy of the column.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np

from minixai._validation import missing_values
from minixai.errors import DataError, DataTypeError
from minixai.protocols import Array
from minixai.statistics.column_set import label_codes

__all__ = ["ByClass", "ClassGroups", "part_by_class"]


@dataclass(frozen=True, eq=False, kw_only=True)
class ByClass:
    """What every result of one column by the classes of another tells.

    Parameters
    ----------
    name : str
        Of the column.
    by_name : str or None
        Of the column of classes; None where all rows are one group.
    classes : tuple of str (n_classes,)
        Names of the groups that have a value at least; ("all rows",) for one group.
    n_missing, n_unlabelled : int
        Rows without a value; rows with a value and without a class.
    """

    name: str
    by_name: str | None
    classes: tuple[str, ...]
    n_missing: int = 0
    n_unlabelled: int = 0

    def shared(self) -> dict[str, Any]:
        """Return these fields by name, for a result made from this one."""
        return {each.name: getattr(self, each.name) for each in fields(ByClass)}


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassGroups(ByClass):
    """The values of one column, class by class.

    Parameters
    ----------
    values : tuple of ndarray
        Each group's values, float64, sorted.
    """

    values: tuple[Array, ...]

    @property
    def counts(self) -> Array:
        """Number of values of each group, int64."""
        return np.array([len(each) for each in self.values], dtype=np.int64)


def part_by_class(values: Any, by: Any = None) -> ClassGroups:
    """Part a numeric column by the classes of another.

    Parameters
    ----------
    values : array-like (n_samples,), data frame's column or numeric Column
        Numbers; NaN or None where missing.
    by : array-like (n_samples,), data frame's column or Column, optional
        The class of each row; None or NaN where it has none.

    Returns
    -------
    ClassGroups

    Raises
    ------
    DataError
        No value at all, infinity, a range wider than a float holds, or different lengths.
    DataTypeError
        Text.

    Examples
    --------
    >>> part_by_class([3.0, 1.0, 2.0], ["b", "a", "a"]).values
    (array([1., 2.]), array([3.]))
    """
    name = str(_own_name(values) or "value")
    numbers = _numbers(values, name)
    present = ~np.isnan(numbers)
    kept = numbers[present]
    _check_range(kept, name)
    n_missing = int(len(numbers) - len(kept))
    if by is None:
        return ClassGroups(
            name=name,
            by_name=None,
            classes=("all rows",),
            values=(np.sort(kept),),
            n_missing=n_missing,
        )
    labels = _labels(by)
    if labels.shape != numbers.shape:
        raise DataError(
            f"`by` must have one class a row, got {len(labels)} for {len(numbers)} values."
        )
    kinds, codes = label_codes(labels[present])
    classes = tuple(_class_text(kind) for kind in kinds.tolist())
    if not classes:
        raise DataError(f"No row of column {name!r} has both a value and a class: give others.")
    order = np.lexsort((kept, codes))
    bounds = np.searchsorted(codes[order], np.arange(len(classes) + 1))
    parts = [kept[order[a:b]] for a, b in pairwise(bounds)]
    return ClassGroups(
        name=name,
        by_name=str(_own_name(by) or "class"),
        classes=classes,
        values=tuple(parts),
        n_missing=n_missing,
        n_unlabelled=int((codes < 0).sum()),
    )


def _own_name(values: Any) -> Any:
    name = getattr(values, "name", None)
    return None if callable(name) else name


def _numbers(values: Any, name: str) -> Array:
    if getattr(values, "kind", "numeric") != "numeric":
        if values.numbers is not None:
            return np.asarray(values.numbers)
        raise DataTypeError(f"Column {name!r} is {values.kind}, not numeric: use it as `by`.")
    plain = getattr(values, "values", values)
    if callable(plain):
        raise DataTypeError(f"One column is needed, got a {type(values).__name__}.")
    try:
        if not isinstance(plain, np.ndarray):
            cells = np.array([*plain, None], dtype=object)[:-1]
            plain = np.where(missing_values(cells), np.nan, cells)
        numbers = np.asarray(plain, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataTypeError(
            f"Column {name!r} must hold numbers ({error}): encode it, or use it as `by`."
        ) from error
    if numbers.ndim != 1:
        raise DataError(f"Column {name!r} must be one-dimensional, got shape {numbers.shape}.")
    return numbers


def _check_range(kept: Array, name: str) -> None:
    if kept.size == 0:
        raise DataError(f"Column {name!r} has no value at all: there is nothing to describe.")
    if not np.isfinite(kept).all():
        raise DataError(f"Column {name!r} contains infinity: replace it, or leave its rows out.")
    with np.errstate(over="ignore"):
        if not np.isfinite(kept.max() - kept.min()):
            raise DataError(
                f"Column {name!r} reaches from {kept.min():g} to {kept.max():g}, more than a float "
                "holds: rescale it."
            )


def _labels(by: Any) -> Array:
    plain = by.labels() if callable(getattr(by, "labels", None)) else by
    if not isinstance(plain, np.ndarray):
        plain = list(plain)
        if any(not isinstance(label, type(plain[0])) for label in plain):
            plain = np.array([*plain, None], dtype=object)[:-1]  # mixed types stay what they are
    array = np.asarray(plain)
    if array.dtype.kind in "mM":
        texts = array.astype(np.str_).astype(object)
        texts[np.isnat(array)] = None
        return texts
    return array


def _class_text(label: Any) -> str:
    return f"{label:g}" if isinstance(label, float) else str(label)
