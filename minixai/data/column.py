"""One typed column of a table: numbers, one label a row, or several labels a row.

Four kinds. ``numeric``: ``values`` are the numbers, float64, NaN where missing.
``categorical`` (few labels) and ``id`` (many: users, items): ``values`` are int64 codes
into ``categories``, -1 where missing. ``multi`` (``Action|Drama``): the codes of row i
are ``values[indptr[i]:indptr[i + 1]]``, none where missing. Categories are sorted, so
they do not depend on the order of the rows. All arrays are read-only.

Cost: taking rows copies; memory 8 bytes a row, and 8 bytes a label of a multi column.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from minixai.protocols import Array

__all__ = ["KINDS", "Column"]

KINDS = ("numeric", "categorical", "id", "multi")


def _no_categories() -> Array:
    return np.empty(0, dtype="<U1")


@dataclass(frozen=True, eq=False)
class Column:
    """A named, typed, read-only column.

    Parameters
    ----------
    name : str
    kind : {"numeric", "categorical", "id", "multi"}
    values : array
        Numbers (n,), codes (n,), or the codes of all rows one after another.
    categories : array (k,)
        The labels that the codes stand for: text, integers, floats or booleans.
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
    def missing(self) -> Array:
        """Whether each row's value is missing, bool (n,)."""
        if self.indptr is not None:
            return np.asarray(np.diff(self.indptr) == 0)
        return np.isnan(self.values) if self.kind == "numeric" else np.less(self.values, 0)

    @property
    def n_unique(self) -> int:
        """Number of distinct values present (of distinct labels, in a multi column)."""
        present = self.values if self.indptr is not None else self.values[~self.missing]
        return len(np.unique(present))

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

    def labels(self) -> Array:
        """Return the values as people write them, object (n,); None where missing."""
        shown = np.full(len(self), None, dtype=object)
        present = np.flatnonzero(~self.missing)
        if self.kind == "numeric":
            shown[present] = self.values[present]
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
