"""Any container of columns as a list of `Column`: a Table, a data frame, an array of labels.

A Table's columns are taken as they are: their codes and categories are there already. Elsewhere
a column of numbers is ``numeric`` (integers that no float64 holds keep their digits, as labels),
truth values are ``boolean``, times ``datetime``, pandas' ordered categories ``ordinal``, cells
that are lists ``multi``, and everything else labels just as given: nothing is stripped or read,
and only None, NaN, NaT and pandas' NA are missing, so an empty text is a label. Numbers and
dates among text become text. Cells of any other type are an error that names row and column.

Cost: nothing for a Table; elsewhere one hash a cell, and a sort of the distinct ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._validation import check_mask, check_shape, column_names
from minixai.data.cell_reading import read_moments
from minixai.data.column import Column
from minixai.data.kind_conversion import as_kind, as_objects, label_texts
from minixai.data.table import Table
from minixai.errors import DataError, DataTypeError, MinixaiError
from minixai.protocols import Array

__all__ = ["as_columns", "as_labels", "as_seconds"]

_EXACT = 2**53  # integers beyond are no floats
_MOST_SECONDS = 1e11  # the year 5138: numbers beyond are milliseconds


def as_columns(X: Any, owner: str) -> list[Column]:
    """Return the columns of ``X``; of a Table, those that are features.

    Parameters
    ----------
    X : Table, data frame, or array-like (n_samples, n_features)
    owner : str
        Who asks; named in the messages.

    Raises
    ------
    DataTypeError
        Sparse or complex input, or cells that are no labels.
    DataError
        Wrong number of dimensions, no rows, no columns, infinity or masked values.
    """
    if isinstance(X, Table):
        check_shape((X.n_rows, len(X.features)), owner)
        return [X.columns[name] for name in X.features]
    check_mask(X, "X")
    if hasattr(X, "tocsr"):
        raise DataTypeError(
            f"Sparse data was passed, but {owner} needs dense data: use X.toarray()."
        )
    names = column_names(X)
    if hasattr(X, "iloc") and hasattr(X, "dtypes"):
        check_shape(X.shape, owner)
        names = names or [f"x{j}" for j in range(X.shape[1])]
        return [_from_series(name, X.iloc[:, j]) for j, name in enumerate(names)]
    array = _as_array(X)
    check_shape(array.shape, owner)
    names = names or [f"x{j}" for j in range(array.shape[1])]
    return [_from_array(name, array[:, j], j) for j, name in enumerate(names)]


def as_labels(column: Column) -> Column:
    """Return the column as codes of one label a row.

    Raises
    ------
    DataTypeError
        Several labels a row.
    DataError
        Codes that stand for no category.
    """
    if column.kind == "multi":
        raise DataTypeError(
            f"Column {column.name!r} has several labels a row: use MultiHotEncoder for it."
        )
    if not column.has_codes:
        return as_kind(column, "categorical")
    values = np.ascontiguousarray(column.values, dtype=np.int64)
    if len(values) and not -1 <= values.min() <= values.max() < len(column.categories):
        raise DataError(
            f"Column {column.name!r} has codes outside of its {len(column.categories)} categories."
        )
    return Column(column.name, column.kind, values, column.categories)


def as_seconds(column: Column) -> Array:
    """Return the column's moments as seconds since 1970 (n,), NaN where missing.

    Numbers are seconds; text is read as `cell_reading` says.

    Raises
    ------
    DataTypeError
        Cells that are no dates.
    DataError
        Numbers beyond the year 5138, or dates in two formats.
    """
    if column.kind == "datetime":
        return column.values
    if column.kind == "numeric":
        beyond = np.flatnonzero(np.abs(column.values) > _MOST_SECONDS)
        if len(beyond):
            raise DataError(
                f"Column {column.name!r}, row {beyond[0]}: {column.values[beyond[0]]:.15g} is "
                "beyond the year 5138 in seconds since 1970; divide milliseconds by 1000."
            )
        return column.values
    labels = as_labels(column)
    used = np.flatnonzero(np.bincount(labels.values[labels.values >= 0]))
    texts = [text.strip() for text in label_texts(labels.categories[used])]
    seconds = np.full(len(labels.categories) + 1, np.nan)
    read = read_moments(
        column.name, texts, lambda k: int(np.argmax(labels.values == used[k])), needed=True
    )
    seconds[used] = read
    return seconds[labels.values]


def _as_array(X: Any) -> Array:
    try:
        array = np.asarray(X)
    except ValueError as error:
        raise DataError(f"X is no table of rows of one length ({error}).") from error
    if array.dtype.kind in "USO" and not hasattr(X, "dtype") and not hasattr(X, "columns"):
        return np.asarray(X, dtype=object)  # numpy writes numbers beside text as text
    return array


def _from_series(name: str, series: Any) -> Column:
    """Return a pandas Series as a column."""
    kind = series.dtype.kind
    if series.dtype == "category":
        return _from_categories(name, series.cat)
    if kind == "M" and getattr(series.dtype, "tz", None) is not None:
        series = series.dt.tz_localize(None)
    if isinstance(series.dtype, np.dtype) and kind != "O":
        return _from_array(name, series.to_numpy(), name)
    try:
        codes, found = series.factorize(use_na_sentinel=True)
    except TypeError:
        return _from_array(name, series.to_numpy(dtype=object), name)
    return _of_distinct(name, np.asarray(codes, dtype=np.int64), list(found), name)


def _from_categories(name: str, cat: Any) -> Column:
    codes = cat.codes.to_numpy(np.int64)
    labels = np.asarray(cat.categories)
    if labels.dtype.kind not in "biuf":
        labels = as_objects([str(label) for label in labels])
    if cat.ordered:
        return Column(name, "ordinal", codes, labels)
    order = np.argsort(labels, kind="stable")
    position = np.full(len(labels) + 1, -1, dtype=np.int64)
    position[order] = np.arange(len(labels))
    return Column(name, "categorical", position[codes], labels[order])


def _from_array(name: str, cells: Array, place: Any) -> Column:
    kind = cells.dtype.kind
    if kind == "c":
        raise DataTypeError("Complex data not supported: labels are real numbers or text.")
    if kind == "b":
        return Column(name, "boolean", cells.astype(np.int64), np.array([False, True]))
    if kind in "iuf":
        return _of_numbers(name, cells, place)
    if kind == "M":
        seconds = cells.astype("datetime64[us]").astype(np.int64) / 1e6
        return Column(name, "datetime", np.where(np.isnat(cells), np.nan, seconds))
    if kind == "m":
        days = cells.astype("timedelta64[us]").astype(np.int64) / 86400e6
        return Column(name, "numeric", np.where(np.isnat(cells), np.nan, days))
    if kind == "S":
        cells = np.char.decode(cells, "utf-8")
    if cells.dtype.kind == "U":
        labels, codes = np.unique(cells, return_inverse=True)
        return Column(name, "categorical", codes.astype(np.int64), labels.astype(object))
    return _of_objects(name, cells.tolist(), place)


def _of_numbers(name: str, numbers: Array, place: Any) -> Column:
    if numbers.dtype.kind in "iu" and max(-int(numbers.min()), int(numbers.max())) >= _EXACT:
        labels, codes = np.unique(numbers, return_inverse=True)
        return Column(name, "categorical", codes.astype(np.int64), labels)
    values = np.array(numbers, dtype=np.float64)
    if np.isinf(values).any():
        row = int(np.argmax(np.isinf(values)))
        shown = repr(place) if isinstance(place, str) else place
        raise DataError(
            f"Input X contains infinity in column {shown}, row {row}: correct it, or leave it "
            "empty (NaN)."
        )
    return Column(name, "numeric", values)


def _of_objects(name: str, cells: list[Any], place: Any) -> Column:
    index: dict[Any, int] = {}
    try:
        codes = [index.setdefault(cell, len(index)) for cell in cells]
    except TypeError:  # lists and sets are not hashable; tuples are
        cells = [tuple(cell) if isinstance(cell, (list, set)) else cell for cell in cells]
        try:
            index = {}
            codes = [index.setdefault(cell, len(index)) for cell in cells]
        except TypeError as error:
            row = next(i for i, cell in enumerate(cells) if not _is_label(cell))
            raise _no_label(place, row, cells[row]) from error
    return _of_distinct(name, np.array(codes, dtype=np.int64), list(index), place)


def _of_distinct(name: str, codes: Array, found: list[Any], place: Any) -> Column:
    """Return the column of codes (-1 missing) into distinct cells, in any order."""
    kept = [k for k, cell in enumerate(found) if not _is_missing(cell)]
    present = [found[k] for k in kept]
    renumbered = np.full(len(found) + 1, -1, dtype=np.int64)
    renumbered[kept] = np.arange(len(kept))
    codes = renumbered[codes]
    if present and all(isinstance(cell, (tuple, frozenset)) for cell in present):
        return _of_lists(name, codes, present)
    for k, cell in enumerate(present):
        if isinstance(cell, (complex, np.complexfloating)):
            raise DataTypeError("Complex data not supported: labels are real numbers or text.")
        if not _is_label(cell):
            raise _no_label(place, int(np.argmax(codes == k)), cell)
    if present and all(isinstance(cell, (bool, np.bool_)) for cell in present):
        truths = np.array([*map(int, present), -1], dtype=np.int64)
        return Column(name, "boolean", truths[codes], np.array([False, True]))
    if present and not any(isinstance(cell, str) or _is_date(cell) for cell in present):
        numbers = np.array(present)
        if numbers.dtype.kind == "O":  # integers of more than 64 bits
            return _sorted(name, codes, as_objects([_text(cell) for cell in present]))
        if numbers.dtype.kind in "iu" and max(-min(present), max(present)) >= _EXACT:
            return _sorted(name, codes, numbers)
        values = np.append(np.array(present, dtype=np.float64), np.nan)[codes]
        return _of_numbers(name, values, place)
    if present and all(_is_date(cell) for cell in present):
        texts = [_text(cell) for cell in present]
        seconds = read_moments(name, texts, lambda k: int(np.argmax(codes == k)), needed=True)
        assert seconds is not None
        return Column(name, "datetime", np.append(seconds, np.nan)[codes])
    return _sorted(name, codes, as_objects([_text(cell) for cell in present]))


def _sorted(name: str, codes: Array, labels: Array) -> Column:
    if len(labels) == 0:
        return Column(name, "categorical", codes)
    categories, position = np.unique(labels, return_inverse=True)
    return Column(name, "categorical", np.append(position.astype(np.int64), -1)[codes], categories)


def _of_lists(name: str, codes: Array, cells: list[Any]) -> Column:
    rows = [sorted({str(label) for label in cell}) for cell in cells]
    vocabulary = sorted({label for row in rows for label in row})
    index = {label: k for k, label in enumerate(vocabulary)}
    flat = np.array([index[label] for row in rows for label in row], dtype=np.int64)
    ends = np.cumsum([0, *(len(row) for row in rows), 0]).astype(np.int64)
    distinct = Column(name, "multi", flat, as_objects(vocabulary), ends)
    return distinct.take(np.where(codes < 0, len(rows), codes))


def _is_missing(cell: Any) -> bool:
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, np.datetime64):
        return bool(np.isnat(cell))
    return isinstance(cell, (float, np.floating)) and bool(cell != cell)


def _is_date(cell: Any) -> bool:
    return hasattr(cell, "isoformat") or isinstance(cell, np.datetime64)


def _is_label(cell: Any) -> bool:
    return isinstance(cell, (str, int, float, np.number, np.bool_)) or _is_date(cell)


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return str(cell)
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())
    return label_texts(np.array([cell]))[0]


def _no_label(place: Any, row: int, cell: Any) -> MinixaiError:
    shown = repr(place) if isinstance(place, str) else place
    return DataTypeError(
        f"Column {shown}, row {row} holds a {type(cell).__name__} ({str(cell)[:40]!r}): each "
        "argument must be a string or a number."
    )
