"""One typed column of a table: numbers, moments, one label a row, or several labels a row.

Eight kinds, in three layouts.

Numbers, NaN where missing: ``numeric``, and ``datetime`` (seconds since 1970-01-01 00:00 on
the clock on the wall, float64: exact to the microsecond for centuries; no time zone).

Codes into ``categories``, int64, -1 where missing: ``categorical`` (few labels), ``id`` (many:
users, items), ``text`` (free text, each distinct cell stored once, whole), ``ordinal``
(categories in their own order, unused ones too) and ``boolean`` (two categories, false and then
true, in the words that they are given in: False and True, 0 and 1, No and Yes). But for the last
two, categories are sorted, so they do not depend on the order of the rows.

Codes of all rows one after another: ``multi`` (``Action|Drama``); those of row i are
``values[indptr[i]:indptr[i + 1]]``, none where missing.

All arrays are read-only.

Cost: taking rows copies; memory 8 bytes a row, and 8 bytes a label of a multi column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.lib import NumpyVersion

from minixai.protocols import Array

__all__ = ["KINDS", "LABEL_KINDS", "Column"]

KINDS = ("numeric", "categorical", "id", "multi", "datetime", "text", "ordinal", "boolean")
LABEL_KINDS = ("categorical", "id", "text", "ordinal", "boolean")


_IN_ANY_ORDER: dict[str, Any] = {"sorted": False} if NumpyVersion(np.__version__) >= "2.3.0" else {}
"""Distinct values by hashing, without the sort, where NumPy knows how."""


def _no_categories() -> Array:
    return np.empty(0, dtype="<U1")


@dataclass(frozen=True, eq=False)
class Column:
    """A named, typed, read-only column.

    Parameters
    ----------
    name : str
    kind : str
        "numeric", "categorical", "id", "multi", "datetime", "text", "ordinal" or "boolean".
    values : array
        Numbers or seconds (n,), codes (n,), or the codes of all rows one after another.
    categories : array (k,)
        The labels that the codes stand for: text, integers, floats or booleans; for free text
        an array of objects, since one long cell would widen all others.
    indptr : array (n + 1,), optional
        Where each row's codes begin; multi columns only.
    """

    name: str
    kind: str
    values: Array
    categories: Array = field(default_factory=_no_categories)
    indptr: Array | None = None

    def __post_init__(self) -> None:
        for array in (self.values, self.categories, self.indptr):
            if array is not None:
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.values) if self.indptr is None else len(self.indptr) - 1

    @property
    def has_codes(self) -> bool:
        """Whether ``values`` are codes of one label a row."""
        return self.kind in LABEL_KINDS

    @property
    def missing(self) -> Array:
        """Whether each row's value is missing, bool (n,)."""
        if self.indptr is not None:
            return np.asarray(np.diff(self.indptr) == 0)
        return np.less(self.values, 0) if self.has_codes else np.isnan(self.values)

    @cached_property
    def n_unique(self) -> int:
        """Number of distinct values present (of distinct labels, in a multi column)."""
        present = self.values if self.indptr is not None else self.values[~self.missing]
        if present.dtype.kind == "i":  # codes
            return int(np.count_nonzero(np.bincount(present)))
        return len(np.unique(present, **_IN_ANY_ORDER))

    @property
    def numbers(self) -> Array | None:
        """The values as numbers, float64 (n,), NaN where missing; None where they are none.

        Numeric columns have them, and booleans of 0 and 1.
        """
        if self.kind == "boolean" and self.categories.dtype.kind in "iu":
            return np.where(self.missing, np.nan, self.values)
        return self.values if self.kind == "numeric" else None

    @property
    def row_of_value(self) -> Array:
        """The row that each entry of ``values`` belongs to, int64."""
        if self.indptr is None:
            return np.arange(len(self.values))
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    def take(self, rows: Array) -> Column:
        """Return the column of some rows, by position; the categories stay."""
        if self.indptr is None:
            return Column(self.name, self.kind, self.values[rows], self.categories)
        lengths = np.diff(self.indptr)[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        # the k-th label of a row stands k places after the row's first
        within = np.arange(indptr[-1]) - np.repeat(indptr[:-1], lengths)
        values = self.values[np.repeat(self.indptr[rows], lengths) + within]
        return Column(self.name, self.kind, values, self.categories, indptr)

    def renamed(self, name: str) -> Column:
        """Return the same values under another name."""
        return Column(name, self.kind, self.values, self.categories, self.indptr)

    def moments(self) -> Array:
        """Return a datetime column as numpy's datetime64[us] (n,), NaT where missing."""
        known = ~self.missing
        microseconds = np.full(len(self), np.iinfo(np.int64).min)  # which numpy reads as NaT
        microseconds[known] = np.rint(self.values[known] * 1e6).astype(np.int64)
        return microseconds.view("datetime64[us]")

    def labels(self) -> Array:
        """Return the values as people write them, object (n,); None where missing.

        Moments as 2020-01-31, or 2020-01-31T12:30:00 where a column holds times of day.
        """
        shown = np.full(len(self), None, dtype=object)
        present = np.flatnonzero(~self.missing)
        if self.kind == "numeric":
            shown[present] = self.values[present]
        elif self.kind == "datetime":
            shown[present] = _written(self.moments()[present])
        elif self.indptr is None:
            shown[present] = self.categories[self.values[present]]
        else:
            for i in present:
                codes = self.values[self.indptr[i] : self.indptr[i + 1]]
                shown[i] = "|".join(str(label) for label in self.categories[codes])
        return shown

    def row_keys(self) -> Array:
        """Return one value a row (n,), the same where the column's value is the same."""
        if self.indptr is None:
            return self.values
        keys = np.random.default_rng(0).integers(2**62, size=len(self.categories))
        sums = np.zeros(len(self), dtype=np.int64)  # of random keys, wrapping: order is no matter
        np.add.at(sums, self.row_of_value, keys[self.values])
        return sums

    def recoded(self, categories: Array) -> Column:
        """Return the column with codes into other categories: sorted text, all of them known."""
        position = np.searchsorted(categories, self.categories.astype(np.str_))
        values = np.append(position, -1)[self.values]
        return Column(self.name, self.kind, values, categories, self.indptr)


def _written(moments: Array) -> list[str]:
    """Return moments in the shortest ISO form that holds all of them."""
    microseconds = moments.astype(np.int64)
    unit = "us" if (microseconds % 1_000_000).any() else "s"
    unit = unit if (microseconds % 86_400_000_000).any() else "D"
    written: list[str] = np.datetime_as_string(moments, unit=unit).tolist()  # type: ignore[call-overload]
    return written
