"""A column read as another kind, where that can be done without loss.

Labels of any kind (categorical, id, text, ordinal, boolean) become one another; numbers become
labels, and labels that are numbers become numbers; a datetime becomes labels as people write
them, or a number: its year with the fraction. A label's text does not depend on how a file
holds it: 1, 1.0 and "1" are the same label, and so are -0.0 and 0.

Cost: one sort of the distinct labels; numbers to labels O(n log n).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.data.cell_reading import TRUTH_PAIRS, read_moments
from minixai.data.column import Column
from minixai.errors import DataTypeError
from minixai.protocols import Array

__all__ = ["YEAR", "as_classes", "as_kind", "as_objects", "label_texts", "with_kind"]

YEAR = 365.2425 * 86400.0
"""Seconds in a year of the Gregorian calendar, on average."""


def as_kind(column: Column, kind: str) -> Column:
    """Return the column read as another kind.

    Raises
    ------
    DataTypeError
        Text for numbers, several labels a row for one, or anything else that would lose values.
    """
    if column.kind == kind:
        return column
    made = None
    if column.kind == "numeric":
        made = _from_numbers(column, kind)
    elif column.kind == "datetime":
        made = _from_moments(column, kind)
    elif column.has_codes:
        made = _from_labels(column, kind)
    if made is None:
        raise DataTypeError(
            f"Column {column.name!r} is {column.kind}, and was {kind} in training: read it with "
            f"`kinds={{{column.name!r}: {kind!r}}}`."
        )
    return made


def with_kind(column: Column, kind: str) -> Column:
    """Return a column of labels called another kind of labels, its categories as they are."""
    return Column(column.name, kind, column.values, column.categories)


def as_classes(column: Column) -> Column:
    """Return the column as a target of classes: numbers that are not whole become labels."""
    if column.kind == "text":
        return as_kind(column, "id")
    if column.kind != "numeric":
        return column
    present = column.values[~column.missing]
    whole = bool(((present == np.rint(present)) & (np.abs(present) < 2**53)).all())
    return column if whole else as_kind(column, "categorical")


def label_texts(categories: Array) -> list[str]:
    """Return the text of each label, the same for 1, 1.0 and "1"."""
    if categories.dtype.kind == "f":
        return [repr(value + 0.0).removesuffix(".0") for value in categories.tolist()]
    return [str(label) for label in categories.tolist()]


def as_objects(cells: Any) -> Array:
    """Return cells of any type as a one-dimensional array of objects."""
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array


def _from_numbers(column: Column, kind: str) -> Column | None:
    if kind in ("multi", "datetime"):
        return None
    present = ~column.missing
    numbers, position = np.unique(column.values[present], return_inverse=True)
    codes = np.full(len(column), -1, dtype=np.int64)
    codes[present] = position
    with np.errstate(invalid="ignore"):  # beyond the integers: then the numbers stay
        whole = numbers.astype(np.int64)
    categories = whole if (whole == numbers).all() else numbers
    made = Column(column.name, "categorical", codes, categories)
    return _from_labels(made, kind)


def _from_moments(column: Column, kind: str) -> Column | None:
    if kind == "numeric":
        return Column(column.name, kind, 1970.0 + column.values / YEAR)
    if kind not in ("categorical", "id", "ordinal", "text"):
        return None
    present = ~column.missing
    distinct, position = np.unique(column.values[present], return_inverse=True)
    written = Column(column.name, "datetime", distinct).labels().astype(np.str_)
    codes = np.full(len(column), -1, dtype=np.int64)
    codes[present] = position
    return _from_labels(Column(column.name, "ordinal", codes, written), kind)


def _from_labels(column: Column, kind: str) -> Column | None:
    values, categories = column.values, column.categories
    if kind in ("categorical", "id"):
        return with_kind(_sorted(column) if column.kind == "ordinal" else _flat(column), kind)
    if kind == "ordinal":
        return with_kind(_flat(column), kind)
    if kind == "text":
        return Column(column.name, kind, values, as_objects(label_texts(categories)))
    if kind == "boolean":
        return _truths(column)
    if kind == "numeric" and categories.dtype.kind in "biuf":
        return Column(column.name, kind, np.append(categories.astype(np.float64), np.nan)[values])
    if kind == "multi":
        indptr = np.concatenate([[0], np.cumsum(~column.missing)])
        return Column(column.name, kind, values[values >= 0], _flat(column).categories, indptr)
    if kind == "datetime" and categories.dtype.kind in "UO":
        seconds = read_moments(column.name, label_texts(categories), lambda k: _row_of(values, k))
        if seconds is not None:
            return Column(column.name, kind, np.append(seconds, np.nan)[values])
    return None


def _row_of(codes: Array, code: int) -> int:
    return int(np.argmax(codes == code))


def _truths(column: Column) -> Column:
    """Return labels as truth values, false before true, in the words that they are given in."""
    used = np.flatnonzero(np.bincount(column.values[column.values >= 0]))
    texts = label_texts(column.categories[used])
    words = [text.lower() for text in texts]
    pair = max(TRUTH_PAIRS, key=lambda words_of: sum(word in words_of for word in words))
    wrong = [k for k, word in enumerate(words) if word not in pair]
    if wrong:
        raise DataTypeError(
            f"Column {column.name!r} cannot be boolean: it holds {texts[wrong[0]][:40]!r} in row "
            f"{_row_of(column.values, used[wrong[0]])}. Truth values are a pair such as yes and "
            "no, true and false, or 1 and 0: correct the cells, or read all tables with "
            f"`kinds={{{column.name!r}: 'categorical'}}`."
        )
    codes = np.full(len(column.categories) + 1, -1)
    codes[used] = [pair.index(word) for word in words]
    return Column(column.name, "boolean", codes[column.values], _spelled(pair, texts))


def _spelled(pair: tuple[str, str], texts: list[str]) -> Array:
    """Return a pair of truth words as the texts spell them, also where one of them is not there."""
    if pair == ("0", "1"):
        return np.array([0, 1])
    if pair == ("false", "true"):
        return np.array([False, True])
    given = {text.lower(): text for text in texts}
    like = next(iter(given.values()), "")
    recased = str.upper if like.isupper() else str.title if like.istitle() else str.lower
    return np.array([given.get(word, recased(word)) for word in pair])


def _flat(column: Column) -> Column:
    """Return the column with its categories as an array of plain text, if they are objects."""
    if column.categories.dtype != object:
        return column
    texts = np.array(label_texts(column.categories), dtype=np.str_)
    return Column(column.name, column.kind, column.values, texts)


def _sorted(column: Column) -> Column:
    """Return the column with its categories in sorted order."""
    categories, position = np.unique(_flat(column).categories, return_inverse=True)
    values = np.append(position.astype(np.int64), -1)[column.values]
    return Column(column.name, column.kind, values, categories)
