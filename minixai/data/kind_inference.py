"""From the cells of a column to a typed column: its kind, inferred (`kind_rule`) or given.

Named kinds read more: ``datetime`` takes numbers as seconds since 1970, ``boolean`` one value of
a pair, ``ordinal`` the sorted order, ``numeric`` turns dates into years with their fraction; text
that is to be labels stays as it is written, but that plain numbers become numbers.

Cost: O(n) for hashing the cells; text is looked at once a distinct value. Columns that are plain
numbers are not hashed (`number_reading`); pandas' categories are taken as they are coded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import takewhile
from typing import Any

import numpy as np

from minixai.data.cell_reading import number_or_none, read_moments, read_numbers, read_truths
from minixai.data.column import KINDS, Column
from minixai.data.kind_conversion import as_kind, as_objects, with_kind
from minixai.data.kind_rule import kind_of_numbers, kind_of_text, may_be_labels, separator_of
from minixai.data.number_reading import as_whole, finite, merged_by_floats, plain_column
from minixai.errors import DataError, DataTypeError, check_option, require
from minixai.protocols import Array

__all__ = ["MISSING_TEXTS", "infer_column"]

MISSING_TEXTS = frozenset(
    ["", "?", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "-nan", "NULL", "null", "<NA>", "NaT"]
)
_FEW_STRAYS = 0.05  # of the different values; more texts are no slips of the pen
_MOST_SECONDS = 1e11  # the year 5138: numbers beyond are milliseconds


def infer_column(name: str, series: Any, kind: str | None = None) -> Column:
    """Return the typed column of a pandas Series.

    Parameters
    ----------
    name : str
    series : pandas.Series (n,)
    kind : str, optional
        One of `KINDS`; None infers it.

    Raises
    ------
    DataError
        No value in any row, infinity, or cells of one column written in two ways.
    DataTypeError
        Cells that cannot be what ``kind`` says, or are neither numbers, text nor dates.
    """
    if kind is not None:
        check_option(f"kinds[{name!r}]", kind, KINDS)
    if series.dtype.kind == "M":
        column = _moment_column(name, series)
    elif getattr(series.dtype, "ordered", False) and kind in (None, "ordinal"):
        column = _ordered_column(name, series)
    else:
        plain = plain_column(name, series, kind)
        column = _read_column(name, series, kind) if plain is None else plain
    if column.indptr is None and column.missing.all() and kind is None:
        raise _without_value(name, len(column))
    if kind is None or column.kind == kind:
        return column
    return as_kind(column, kind)


def _without_value(name: str, n_rows: int) -> DataError:
    return DataError(
        f"Column {name!r} has no value in any of {n_rows} rows: remove it from the data, "
        f"leave it out with `drop=[{name!r}]`, or name its kind, "
        f"`kinds={{{name!r}: 'numeric'}}`."
    )


def _empty_column(name: str, n_rows: int, kind: str | None) -> Column:
    """Return a column of gaps: a row to be predicted may lack any value."""
    if kind in ("numeric", "datetime"):
        return Column(name, kind, np.full(n_rows, np.nan))
    if kind == "multi":
        ends = np.zeros(n_rows + 1, dtype=np.int64)
        return Column(name, kind, np.empty(0, dtype=np.int64), indptr=ends)
    return Column(name, str(kind), np.full(n_rows, -1, dtype=np.int64))


def _moment_column(name: str, series: Any) -> Column:
    pandas = require("pandas", "table")
    moment = series.dt.tz_localize(None) if series.dt.tz is not None else series
    seconds = (moment - pandas.Timestamp(1970, 1, 1)) / pandas.Timedelta(seconds=1)
    return Column(name, "datetime", np.array(seconds, dtype=np.float64))


def _ordered_column(name: str, series: Any) -> Column:
    categories = np.asarray(series.cat.categories)
    if categories.dtype.kind not in "biuf":
        categories = np.array([str(label) for label in categories], dtype=np.str_)
    return Column(name, "ordinal", series.cat.codes.to_numpy(np.int64), categories)


def _read_column(name: str, series: Any, kind: str | None) -> Column:
    codes, categories = _factorized(name, series, kind)
    if len(categories) == 0 and kind is None:
        raise _without_value(name, len(codes))
    if len(categories) == 0:
        return _empty_column(name, len(codes), kind)
    if categories.dtype == object:  # cells that are lists of labels
        return _multi(name, codes, [tuple(map(str, cell)) for cell in categories])
    if categories.dtype.kind == "M":
        seconds = np.append(categories.astype(np.int64) / 1e6, np.nan)
        return Column(name, "datetime", seconds[codes])
    if categories.dtype.kind == "U":
        return _text_column(name, codes, categories, kind)
    return _number_column(name, codes, categories, kind)


def _factorized(name: str, series: Any, kind: str | None) -> tuple[Array, Array]:
    """Return codes (-1 missing) and sorted distinct values: numbers, moments, bool or text."""
    pandas = require("pandas", "table")
    if series.dtype.kind == "m":
        series = series / pandas.Timedelta(days=1)
    elif series.dtype.kind == "c":
        raise DataTypeError(f"Column {name!r} holds complex numbers: take real and imaginary part.")
    codes, found = _distinct(series)
    if found.dtype.kind in "OUST":
        found = _read_texts(name, found, lambda k: int(np.argmax(codes == k)), kind)
    elif found.dtype.kind in "iu" and kind != "numeric" and merged_by_floats(found):
        found = as_objects([str(number) for number in found.tolist()])
    elif found.dtype.kind != "b":
        found = as_whole(finite(name, found.astype(np.float64), series))
    return _sorted_codes(codes, found)


def _distinct(series: Any) -> tuple[Array, Array]:
    """Return codes (-1 missing) and the distinct cells, in the order of their first rows."""
    pandas = require("pandas", "table")
    if series.dtype == "category":
        codes, found = series.cat.codes.to_numpy(np.int64), np.asarray(series.cat.categories)
        used = np.bincount(codes + 1, minlength=len(found) + 1)[1:] > 0
        return np.append(np.cumsum(used) - 1, -1)[codes], found[used]
    cells = series
    if getattr(series.dtype, "storage", None) == "python":
        cells = np.asarray(series.array)  # hashed faster than by way of the series
    try:
        codes, found = pandas.factorize(cells, use_na_sentinel=True)
    except TypeError:  # lists are not hashable; tuples are
        frozen = series.map(lambda cell: tuple(cell) if isinstance(cell, (list, set)) else cell)
        codes, found = pandas.factorize(frozen, use_na_sentinel=True)
    return np.asarray(codes, dtype=np.int64), np.asarray(found)


def _read_texts(name: str, found: Array, row_of: Callable[[int], int], kind: str | None) -> Array:
    """Return the distinct cells as numbers, moments, truth values, tuples or stripped text."""
    cells = [_cleaned(cell) for cell in found]
    places = [k for k, cell in enumerate(cells) if cell is not None]
    present = [cells[k] for k in places]

    def row(k: int) -> int:
        return row_of(places[k])

    if present and all(isinstance(cell, (tuple, frozenset)) for cell in present):
        return as_objects(cells)
    read = _read_present(name, present, row, kind) if present else None
    if read is None:
        return as_objects([None if cell is None else str(cell) for cell in cells])
    if read.dtype.kind == "b":
        truths = iter(read.tolist())
        return as_objects([None if cell is None else next(truths) for cell in cells])
    if read.dtype.kind == "M":
        moments = np.full(len(cells), np.datetime64("NaT"), dtype="datetime64[us]")
        moments[places] = read
        return moments
    numbers = np.full(len(cells), math.nan)
    numbers[places] = read
    return as_whole(finite(name, numbers))


def _cleaned(cell: Any) -> Any:
    """Return text without blanks round it, dates as text, and None for what says missing."""
    if not isinstance(cell, str):
        if not hasattr(cell, "isoformat"):
            return cell
        cell = cell.isoformat()
    text = cell.strip()
    return None if text in MISSING_TEXTS else text


def _read_present(
    name: str, cells: list[Any], row_of: Callable[[int], int], kind: str | None
) -> Array | None:
    """Return cells as truth values, moments or numbers, as ``kind`` allows; None for labels."""
    if kind == "text":
        return None
    as_written = kind in ("categorical", "id", "ordinal", "multi")
    if not as_written or not any(isinstance(cell, str) for cell in cells):
        truths = read_truths(cells)
        if truths is not None:
            return np.array(truths, dtype=np.bool_)
    if not as_written:
        texts = [cell if isinstance(cell, str) else str(cell) for cell in cells]
        seconds = read_moments(name, texts, row_of)
        if seconds is not None:
            return np.rint(seconds * 1e6).astype(np.int64).view("datetime64[us]")
        numbers = read_numbers(name, cells, row_of)
        if numbers is None and kind == "datetime":
            read_moments(name, texts, row_of, needed=True)
    else:
        each = list(takewhile(lambda number: number is not None, map(number_or_none, cells)))
        numbers = [number for number in each if number is not None]
        numbers = numbers if len(numbers) == len(cells) else None
    if numbers is None or (kind != "numeric" and _are_merged(cells, numbers)):
        return None
    return np.array(numbers, dtype=np.float64)


def _are_merged(cells: list[Any], numbers: list[float]) -> bool:
    """Whether different whole numbers among the cells are one as floats."""
    if len(set(numbers)) == len(numbers):
        return False
    whole = [cell for cell in cells if re.fullmatch(r"-?\d+", str(cell))]
    distinct = {int(cell) for cell in whole}
    return len({float(number) for number in distinct}) < len(distinct)


def _sorted_codes(codes: Array, found: Array) -> tuple[Array, Array]:
    """Sort the distinct values, merge equal ones and drop the missing ones."""
    if found.dtype == object:
        known = np.array([cell is not None for cell in found], dtype=bool)
        cells = list(found[known])
        if cells and isinstance(cells[0], (tuple, frozenset)):
            known_values, position = as_objects(cells), np.arange(len(cells))
        else:
            text = not cells or isinstance(cells[0], str)
            flat = np.array(cells, dtype=np.str_ if text else np.bool_)
            known_values, position = np.unique(flat, return_inverse=True)
    else:
        known = ~np.isnan(found) if found.dtype.kind in "fM" else np.ones(len(found), dtype=bool)
        known_values, position = np.unique(found[known], return_inverse=True)
        if known_values.dtype.kind == "f":
            known_values = as_whole(known_values)
    new = np.full(len(found) + 1, -1, dtype=np.int64)  # the last entry is what -1 points to
    new[:-1][known] = position
    return new[codes], known_values


def _number_column(name: str, codes: Array, categories: Array, kind: str | None) -> Column:
    if kind == "multi":
        raise DataTypeError(f"Column {name!r} holds numbers: `multi` needs text such as 'a|b'.")
    labels = Column(name, "categorical", codes, categories)
    if kind is None:
        kind = kind_of_numbers(name, codes, categories)
    if kind == "datetime":
        return _seconds_column(labels)
    return as_kind(labels, kind)


def _seconds_column(labels: Column) -> Column:
    """Return numbers as seconds since 1970."""
    seconds = as_kind(labels, "numeric").values
    if np.nanmax(np.abs(seconds)) > _MOST_SECONDS:
        row = int(np.nanargmax(np.abs(seconds)))
        raise DataError(
            f"Column {labels.name!r}, row {row}: {seconds[row]:.15g} is beyond the year 5138 in "
            "seconds since 1970; divide milliseconds by 1000."
        )
    return Column(labels.name, "datetime", seconds)


def _refuse_strays(labels: Column) -> None:
    """Raise where a few texts alone keep a column of many numbers from being one."""
    strays = [k for k, each in enumerate(labels.categories) if number_or_none(each) is None]
    if not 0 < len(strays) <= _FEW_STRAYS * len(labels.categories):
        return
    row = int(np.argmax(np.isin(labels.values, strays)))
    cell = str(labels.categories[labels.values[row]])[:40]
    raise DataError(
        f"Column {labels.name!r}, row {row}: {cell!r} is no number, and "
        f"{len(labels.categories) - len(strays):,} of its {len(labels.categories):,} different "
        f"values are; correct the cell or leave it empty, or read the column with "
        f"`kinds={{{labels.name!r}: 'id'}}`."
    )


def _text_column(name: str, codes: Array, categories: Array, kind: str | None) -> Column:
    labels = Column(name, "categorical", codes, categories)
    if kind == "numeric":
        wrong = next(k for k, label in enumerate(categories) if number_or_none(label) is None)
        raise DataTypeError(
            f"Column {name!r} cannot be numeric: it holds {str(categories[wrong])[:40]!r} in row "
            f"{int(np.argmax(codes == wrong))}. Correct the cells, "
            f"or read it with `kinds={{{name!r}: 'categorical'}}`."
        )
    if kind == "boolean":
        return as_kind(labels, kind)
    counts, texts = np.bincount(codes + 1)[1:], categories.tolist()
    separator = separator_of(counts, texts)
    if kind is None:
        kind = kind_of_text(name, counts, texts, separator)
        if kind == "id" and not may_be_labels(name):
            _refuse_strays(labels)
    if kind in ("text", "boolean"):
        return as_kind(labels, kind)
    if kind != "multi":
        return with_kind(labels, kind)
    splitter = separator or next((s for s in "|;," if any(s in label for label in texts)), "|")
    cells = [[part.strip() for part in label.split(splitter)] for label in texts]
    return _multi(name, codes, cells)


def _multi(name: str, codes: Array, cells: list[Any]) -> Column:
    """Return a multi column from each distinct cell's labels."""
    none = ("", "(no genres listed)")
    kept = [sorted({label for label in cell if label not in none}) for cell in cells]
    vocabulary = sorted({label for cell in kept for label in cell})
    index = {label: k for k, label in enumerate(vocabulary)}
    flat = [index[label] for cell in kept for label in cell]
    indptr = np.concatenate([[0], np.cumsum([len(cell) for cell in kept])]).astype(np.int64)
    indptr = np.append(indptr, indptr[-1])  # one empty cell more, which -1 points to
    values = np.array(flat, dtype=np.int64)
    categories = np.array(vocabulary, dtype=np.str_)
    distinct = Column(name, "multi", values, categories, indptr)
    return distinct.take(np.where(codes < 0, len(cells), codes))
