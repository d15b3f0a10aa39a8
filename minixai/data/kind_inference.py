"""From the cells of a column to a typed column: its kind, inferred or given.

The rules, first match wins; each can be overridden by naming the kind.

Text: labels joined by ``|`` or ``;`` are ``multi``; a name such as ``user_id``, ``placeID``
or ``zip`` is an ``id``; so are more than 50 different labels, names and free text included
(`TableEncoder` leaves out what hardly ever repeats, and says so); the rest is ``categorical``.
Truth values are ``categorical``. Integers under an id's name, and the row numbers that a
spreadsheet leaves in a column without a name, are an ``id``; all other numbers are
``numeric``: counts, years and amounts repeat just as codes do, so their values cannot tell
them apart. Dates (2020-01-31, with or without a time) become the year with its fraction,
durations days.

Cost: O(n) for hashing the cells; text is looked at once a distinct value.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from minixai.data.column import KINDS, Column
from minixai.errors import DataError, DataTypeError, check_option, require
from minixai.protocols import Array

__all__ = ["MISSING_TEXTS", "infer_column"]

MISSING_TEXTS = frozenset(
    ["", "?", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "-nan", "NULL", "null", "<NA>", "NaT"]
)
_THING = (
    "user|item|movie|product|customer|client|place|shop|store|session|member|visitor|restaurant"
)
_ID_NAME = re.compile(
    rf"(?i:(^|[^a-z])(id|uuid|guid)|({_THING})[ _-]?(id|code|key)|zip([ _-]?code)?|postcode|sku)$"
    r"|[a-z](Id|ID)$"
)
_BARE_ID_NAME = re.compile(r"(?i)^(user|item|movie|product|customer|place)s?$")
_ROW_NUMBER_NAME = re.compile(r"(?i)^(|unnamed: ?\d+|column_1|index|rownames|row)$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$")
_MOST_CATEGORIES = 50  # more different labels than this are an id: encoded by target, not one-hot
_MOST_TAGS = 200  # a vocabulary beyond this is text that happens to hold the separator
_LEAST_JOINED = 0.02  # share of cells that hold the separator
_YEAR = 365.2425 * 86400.0  # seconds in a year of the Gregorian calendar, on average


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
        No value in any row, or infinity.
    DataTypeError
        Text where ``kind`` says numeric, or cells that are neither numbers nor text.
    """
    if kind is not None:
        check_option(f"kinds[{name!r}]", kind, KINDS)
    codes, categories = _factorized(name, series)
    if len(categories) == 0:
        raise DataError(
            f"Column {name!r} has no value in any of {len(codes)} rows: remove it from the data, "
            f"or leave it out with `drop=[{name!r}]`."
        )
    if categories.dtype == object:  # cells that are lists of labels
        return _multi(name, codes, [tuple(map(str, cell)) for cell in categories])
    if categories.dtype.kind == "U":
        return _text_column(name, codes, categories, kind)
    return _number_column(name, codes, categories, kind)


def _factorized(name: str, series: Any) -> tuple[Array, Array]:
    """Return codes (-1 missing) and sorted distinct values: float64, int64, bool or text."""
    pandas = require("pandas", "table")
    if series.dtype.kind == "M":
        moment = series.dt.tz_localize(None) if series.dt.tz is not None else series
        seconds = (moment - pandas.Timestamp(1970, 1, 1)) / pandas.Timedelta(seconds=1)
        series = 1970.0 + seconds / _YEAR
    elif series.dtype.kind == "m":
        series = series / pandas.Timedelta(days=1)
    elif series.dtype.kind == "c":
        raise DataTypeError(f"Column {name!r} holds complex numbers: take real and imaginary part.")
    try:
        codes, found = pandas.factorize(series, use_na_sentinel=True)
    except TypeError:  # lists are not hashable; tuples are
        frozen = series.map(lambda cell: tuple(cell) if isinstance(cell, (list, set)) else cell)
        codes, found = pandas.factorize(frozen, use_na_sentinel=True)
    codes = np.asarray(codes, dtype=np.int64)
    found = np.asarray(found)
    if found.dtype.kind in "OUST":
        found = _read_texts(name, found)
    elif found.dtype.kind != "b":
        found = _narrowed(name, found.astype(np.float64), series)
    return _sorted_codes(codes, found)


def _read_texts(name: str, found: Array) -> Array:
    """Return the distinct cells as numbers, truth values, tuples or stripped text (object)."""
    cells = [cell.strip() if isinstance(cell, str) else cell for cell in found]
    cells = [None if isinstance(cell, str) and cell in MISSING_TEXTS else cell for cell in cells]
    present = [cell for cell in cells if cell is not None]
    if present and all(isinstance(cell, (tuple, frozenset)) for cell in present):
        return _objects(cells)
    if present and all(isinstance(cell, (bool, np.bool_)) for cell in present):
        return _objects([None if cell is None else bool(cell) for cell in cells])
    if present and all(isinstance(cell, str) and _DATE.match(cell) for cell in present):
        years = _years(cells)
        if years is not None:
            return years
    numbers = [_number_or_none(cell) for cell in present]
    if present and None not in numbers:
        values = iter(numbers)
        floats = [math.nan if cell is None else next(values) for cell in cells]
        return _narrowed(name, np.array(floats, dtype=np.float64), None)
    return _objects([None if cell is None else str(cell) for cell in cells])


def _years(cells: list[Any]) -> Array | None:
    """Return ISO dates as years with their fraction; None where one is no date after all."""
    try:
        moments = np.array(["NaT" if cell is None else cell for cell in cells], "datetime64[s]")
    except ValueError:
        return None
    seconds = np.where(np.isnat(moments), np.nan, moments.astype(np.int64).astype(np.float64))
    return np.asarray(1970.0 + seconds / _YEAR)


def _objects(cells: list[Any]) -> Array:
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array


def _number_or_none(cell: Any) -> float | None:
    if isinstance(cell, str) and ("_" in cell or cell.lower().lstrip("+-") in ("inf", "infinity")):
        return None  # Python reads 1_000; a table's author hardly meant it
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _narrowed(name: str, values: Array, series: Any) -> Array:
    """Return int64 where every value is a whole number that fits, else float64."""
    if np.isinf(values).any():
        row = (
            "" if series is None else f", row {int(np.argmax(np.isinf(np.asarray(series, float))))}"
        )
        raise DataError(
            f"Column {name!r} contains infinity{row}: finite numbers are needed; "
            "correct the cell or leave it empty."
        )
    present = values[~np.isnan(values)]
    if len(present) == len(values) and (np.abs(values) < 2**53).all():
        whole = values.astype(np.int64)
        if (whole == values).all():
            return whole
    return values


def _sorted_codes(codes: Array, found: Array) -> tuple[Array, Array]:
    """Sort the distinct values, merge equal ones and drop the missing ones."""
    if found.dtype == object:
        known = np.array([cell is not None for cell in found], dtype=bool)
        cells = list(found[known])
        if cells and isinstance(cells[0], (tuple, frozenset)):
            known_values, position = _objects(cells), np.arange(len(cells))
        else:
            text = not cells or isinstance(cells[0], str)
            flat = np.array(cells, dtype=np.str_ if text else np.bool_)
            known_values, position = np.unique(flat, return_inverse=True)
    else:
        known = ~np.isnan(found) if found.dtype.kind == "f" else np.ones(len(found), dtype=bool)
        known_values, position = np.unique(found[known], return_inverse=True)
        if known_values.dtype.kind == "f":
            known_values = _narrowed("", known_values, None)
    new = np.full(len(found) + 1, -1, dtype=np.int64)  # the last entry is what -1 points to
    new[:-1][known] = position
    return new[codes], known_values


def _number_column(name: str, codes: Array, categories: Array, kind: str | None) -> Column:
    if kind == "multi":
        raise DataTypeError(f"Column {name!r} holds numbers: `multi` needs text such as 'a|b'.")
    if kind is None:
        kind = _kind_of_numbers(name, codes, categories)
    if kind != "numeric":
        return Column(name, kind, codes, categories)
    numbers = np.append(categories.astype(np.float64), np.nan)
    return Column(name, kind, numbers[codes])


def _kind_of_numbers(name: str, codes: Array, categories: Array) -> str:
    if categories.dtype.kind == "b":
        return "categorical"
    if categories.dtype.kind == "f":
        return "numeric"
    if _ID_NAME.search(name) or _BARE_ID_NAME.search(name):
        return "id"
    counts_up = len(categories) == len(codes) > 2 and bool((np.diff(codes) == 1).all())
    if counts_up and categories[-1] - categories[0] == len(codes) - 1:
        return "id" if _ROW_NUMBER_NAME.search(name) else "numeric"
    return "numeric"


def _text_column(name: str, codes: Array, categories: Array, kind: str | None) -> Column:
    if kind == "numeric":
        wrong = next(label for label in categories if _number_or_none(label) is None)
        raise DataTypeError(
            f"Column {name!r} cannot be numeric: it holds {str(wrong)[:40]!r}. Correct the cells, "
            f"or read it with `kinds={{{name!r}: 'categorical'}}`."
        )
    separator = _separator(codes, categories)
    if kind is None:
        kind = _kind_of_text(name, categories, separator)
    if kind != "multi":
        return Column(name, kind, codes, categories)
    splitter = separator or next((s for s in "|;," if any(s in label for label in categories)), "|")
    cells = [[part.strip() for part in label.split(splitter)] for label in categories]
    return _multi(name, codes, cells)


def _kind_of_text(name: str, categories: Array, separator: str | None) -> str:
    if _ID_NAME.search(name):
        return "id"
    if separator is not None:
        return "multi"
    return "id" if len(categories) > _MOST_CATEGORIES else "categorical"


def _separator(codes: Array, categories: Array) -> str | None:
    """Return the sign that joins several labels in one cell, or None."""
    counts = np.bincount(codes[codes >= 0], minlength=len(categories))
    for sign in "|;":
        joined = np.array([sign in label for label in categories])
        if counts[joined].sum() < max(1.0, _LEAST_JOINED * counts.sum()):
            continue
        tags = {part.strip() for label in categories for part in label.split(sign)}
        if len(tags) <= _MOST_TAGS:
            return sign
    return None


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
