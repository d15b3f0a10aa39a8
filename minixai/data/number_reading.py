"""A Series of plain numbers or truth values as a column, without a look at its distinct values.

A number with a fraction is no label; whole numbers are labels only under a name that says so, or
if they are 0 and 1 (`kind_rule`), which are their own codes. All other columns are their values
in float64, copied once.
What remains takes the general way of `kind_inference`, which finds the distinct values first;
both ways give the same columns.

Whole numbers so long that float64 would make one of several (ids of 18 digits) are labels.
-0.0 becomes 0.0: they are one value, and which of them came first must not matter.

Cost: a few passes over the array, and one copy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.kind_rule import kind_of_numbers, may_be_labels
from minixai.errors import DataError
from minixai.protocols import Array

__all__ = ["as_whole", "finite", "merged_by_floats", "plain_column"]

_EXACT = 2**53  # whole numbers beyond are no floats
_HEAD = 1000  # rows that tell most columns


def plain_column(name: str, series: Any, kind: str | None) -> Column | None:
    """Return the column of a Series of numbers or truth values, or None if that takes more.

    Parameters
    ----------
    name : str
    series : pandas.Series (n,)
    kind : str, optional
        What is asked for; None infers it.

    Raises
    ------
    DataError
        Infinity.
    """
    if not isinstance(series.dtype, np.dtype) or kind not in (None, "numeric"):
        return None
    if series.dtype.kind == "b" and kind is None:
        return Column(name, "boolean", series.to_numpy(np.int64), np.array([False, True]))
    if series.dtype.kind not in "iuf":
        return None
    numbers = finite(name, series.to_numpy(np.float64) + 0.0, series)
    if kind is None and series.dtype.kind in "iu" and merged_by_floats(series.to_numpy()):
        return None
    if kind is None and _are_bits(numbers):
        return _truths(name, numbers)
    if kind is None and may_be_labels(name) and not _has_fraction(numbers):
        return None
    return Column(name, "numeric", numbers)


def _truths(name: str, numbers: Array) -> Column | None:
    """Return a column of 0, 1 and gaps as truth values, or None where it means something else."""
    codes = np.where(np.isnan(numbers), -1.0, numbers).astype(np.int64)
    categories = np.unique(codes[codes >= 0][:_HEAD])  # one value so far: the general way tells
    if len(categories) < 2 or kind_of_numbers(name, codes, categories) != "boolean":
        return None
    return Column(name, "boolean", codes, categories)


def _are_bits(numbers: Array) -> bool:
    parts = (numbers[:_HEAD], numbers)
    return all(((part == 0.0) | (part == 1.0) | np.isnan(part)).all() for part in parts)


def _has_fraction(numbers: Array) -> bool:
    return any((np.abs(part - np.rint(part)) > 0.0).any() for part in (numbers[:_HEAD], numbers))


def finite(name: str, values: Array, series: Any = None) -> Array:
    """Return the values unless one of them is infinite; ``series`` tells its row."""
    if np.isinf(values).any():
        row = (
            "" if series is None else f", row {int(np.argmax(np.isinf(np.asarray(series, float))))}"
        )
        raise DataError(
            f"Column {name!r} contains infinity{row}: finite numbers are needed; "
            "correct the cell or leave it empty."
        )
    return values


def merged_by_floats(whole: Array) -> bool:
    """Whether whole numbers that differ would be one in float64, such as ids of 18 digits."""
    if len(whole) == 0 or max(abs(int(whole.max())), abs(int(whole.min()))) < _EXACT:
        return False
    distinct = np.unique(whole)
    return len(np.unique(distinct.astype(np.float64))) < len(distinct)


def as_whole(values: Array) -> Array:
    """Return int64 where every value is a whole number that fits, else float64."""
    if np.isnan(values).any() or not (np.abs(values) < _EXACT).all():
        return values + 0.0
    whole = values.astype(np.int64)
    return whole if (whole == values).all() else values + 0.0
