"""Columns by name out of whatever holds them: arrays, data frames, mappings, our own tables.

A column is a 1-D array: of numbers, in which NaN is missing, or of labels, in which None and NaN
are. A column of objects that are all numbers is one of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minixai._validation import check_mask, column_names, missing_values, one_dimensional
from minixai.errors import DataError, DataTypeError
from minixai.protocols import Array

__all__ = ["as_numbers", "is_numeric", "label_codes", "named_columns"]


def named_columns(data: Any, prefix: str = "x") -> dict[str, Array]:
    """Give the columns of ``data`` by name.

    Parameters
    ----------
    data : array-like (n,) or (n, d), data frame, series, mapping of str to array-like, or Table
    prefix : str
        Columns without a name are called ``prefix`` and their place.

    Returns
    -------
    dict of str to ndarray (n,)

    Raises
    ------
    DataError
        No rows, no columns, columns of several lengths, names twice, or three dimensions.
    """
    check_mask(data, prefix)
    if hasattr(data, "tocsr"):
        raise DataTypeError(f"Sparse `{prefix}` is not supported: use {prefix}.toarray().")
    columns = getattr(data, "columns", None)
    if isinstance(columns, Mapping):  # a Table: typed columns
        found = {str(name): _values_of(column) for name, column in columns.items()}
    elif columns is not None:
        names = column_names(data) or [f"{prefix}{j}" for j in range(len(columns))]
        found = {
            name: _one_column(data.iloc[:, j] if hasattr(data, "iloc") else data[name], name)
            for j, name in enumerate(names)
        }
    elif isinstance(data, Mapping):
        found = {str(name): _one_column(column, str(name)) for name, column in data.items()}
    else:
        found = _array_columns(data, prefix)
    lengths = sorted({len(column) for column in found.values()})
    if not lengths or lengths[0] == 0 or len(lengths) > 1:
        raise DataError(
            f"`{prefix}` needs columns of one length, at least one row each, got {len(found)} "
            f"columns of lengths {lengths}."
        )
    return found


def _array_columns(data: Any, prefix: str) -> dict[str, Array]:
    array = np.asarray(data)
    if array.ndim == 1:
        name = getattr(data, "name", None)
        name = name if isinstance(name, str) else prefix
        return {name: _one_column(data, name)}
    if array.ndim != 2:
        raise DataError(
            f"`{prefix}` must have one or two dimensions, got shape {array.shape}: reshape it."
        )
    return {f"{prefix}{j}": _one_column(array[:, j], f"{prefix}{j}") for j in range(array.shape[1])}


def _values_of(column: Any) -> Array:
    return np.asarray(column.labels() if column.numbers is None else column.numbers)


def _one_column(values: Any, name: str) -> Array:
    array = one_dimensional(values, None, name=name)
    if np.iscomplexobj(array):
        raise DataTypeError(f"Complex data not supported: `{name}` must hold real numbers.")
    if array.dtype.kind == "O":
        present = array[~missing_values(array)]
        if len(present) and all(_is_number(value) for value in present):
            return np.where(missing_values(array), np.nan, array).astype(np.float64)
    return array


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def is_numeric(column: Array) -> bool:
    """Whether a column holds numbers; booleans are labels."""
    return column.dtype.kind in "fiu"


def as_numbers(column: Array, name: str) -> Array:
    """Give a column as float64, NaN where missing.

    Raises
    ------
    DataTypeError
        Labels.
    DataError
        Infinity.
    """
    if column.dtype.kind not in "fiub":
        present = column[~missing_values(column)]
        shown = repr(str(present[0])[:40]) if len(present) else "nothing"
        raise DataTypeError(
            f"Column {name!r} holds {shown}, and numbers are needed: encode it first or leave it "
            "out."
        )
    numbers = column.astype(np.float64)
    if np.isinf(numbers).any():
        row = int(np.argmax(np.isinf(numbers)))
        raise DataError(
            f"Column {name!r} contains infinity in row {row}: finite numbers are needed, so mark "
            "it as missing or drop the row."
        )
    return numbers


def label_codes(column: Array) -> tuple[Array, Array]:
    """Number the distinct labels of a column.

    Returns
    -------
    labels : ndarray (k,)
        Sorted; of mixed types the numbers first, by size, then the others by their text.
    codes : ndarray of int (n,)
        The place of each row's label; -1 where it is missing.
    """
    codes = np.full(len(column), -1)
    present = ~missing_values(column)
    if column.dtype.kind != "O":
        labels, codes[present] = np.unique(column[present], return_inverse=True)
        return labels, codes
    distinct = list(dict.fromkeys(column[present].tolist()))
    try:
        distinct.sort()
    except TypeError:
        distinct.sort(key=_mixed_order)
    place = {label: i for i, label in enumerate(distinct)}
    codes[present] = [place[label] for label in column[present].tolist()]
    labels = np.empty(len(distinct), dtype=object)
    labels[:] = distinct
    return labels, codes


def _mixed_order(label: Any) -> tuple[bool, float, str, str]:
    number = _is_number(label)
    return (not number, float(label) if number else 0.0, str(label), type(label).__name__)
