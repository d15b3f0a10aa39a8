"""How one column becomes numbers: four encodings, one for each kind of column.

An encoding is learned from the training part's column (`learn_encoding`) and is a frozen
value: the ``names`` of the columns it makes, and ``encode(column)`` that makes them, for any
later column of that name. It knows labels as text, so that it does not matter whether a
later file holds them as text or as numbers.

- numeric: the median where missing, standardised; a 0/1 indicator if training had gaps.
- categorical: a 0/1 column a level; levels below the rare share stand in one column
  ``(rare)``, as does a level never seen; the most frequent level and an indicator where
  missing. Two levels are one column.
- multi: a 0/1 column a label, the rare and the unknown ones in one.
- id: log(1 + other rows in training), standardised, so that an id never seen is like a training
  row whose id is its alone; its offsets come from `target_offset`.
- datetime: the year with its fraction, as a number; ordinal and boolean: as categorical.

Cost: O(n) a column made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from minixai.data.column import Column
from minixai.data.imputation import SimpleImputer
from minixai.data.kind_conversion import as_kind
from minixai.data.scaling import StandardScaler
from minixai.protocols import Array

__all__ = ["Encoding", "IdEncoding", "encodable", "learn_encoding", "restore_encoding"]


class Encoding(Protocol):
    """What the encodings of all kinds offer."""

    @property
    def names(self) -> list[str]:
        """Names of the columns made."""
        ...

    def encode(self, column: Column) -> Array:
        """Return the columns made, float64 (n, len(names))."""
        ...


@dataclass(frozen=True)
class NumericEncoding:
    """Median, mean and scale of a numeric column, and what it makes of them."""

    name: str
    median: float
    mean: float
    scale: float
    varies: bool
    has_gaps: bool

    @property
    def names(self) -> list[str]:
        """The column, unless constant, and its indicator, if training had gaps."""
        value = [self.name] if self.varies else []
        return value + ([f"{self.name}=(missing)"] if self.has_gaps else [])

    def encode(self, column: Column) -> Array:
        """Return the standardised values and the indicator."""
        filled = np.where(column.missing, self.median, column.values)
        made = [(filled - self.mean) / self.scale] if self.varies else []
        return _stacked([*made, *([column.missing] if self.has_gaps else [])], len(column))


@dataclass(frozen=True)
class LabelEncoding:
    """Levels that have a 0/1 column, of a column with one label a row."""

    name: str
    levels: tuple[str, ...]
    pooled: tuple[str, ...]
    typical: str
    has_gaps: bool

    @property
    def names(self) -> list[str]:
        """``name=level`` for each level, then ``(rare)`` and ``(missing)``."""
        shown = [f"{self.name}={level}" for level in self._shown]
        shown += [f"{self.name}=(rare)"] if self.pooled and self.levels else []
        return shown + ([f"{self.name}=(missing)"] if self.has_gaps else [])

    @property
    def _shown(self) -> tuple[str, ...]:
        only_two = len(self.levels) == 2 and not self.pooled
        return (
            self.levels[1:]
            if only_two or (len(self.levels) == 1 and not self.pooled)
            else (self.levels)
        )

    def encode(self, column: Column) -> Array:
        """Return the 0/1 columns."""
        place = _places(column, self.levels)
        if self.typical in self.levels:
            place = np.where(column.missing, self.levels.index(self.typical), place)
        first = len(self.levels) - len(self._shown)
        made = [place == k for k in range(first, len(self.levels))]
        if self.pooled and self.levels:
            made.append(place < 0)
        return _stacked([*made, *([column.missing] if self.has_gaps else [])], len(column))


@dataclass(frozen=True)
class TagEncoding:
    """Labels that have a 0/1 column, of a column with several labels a row."""

    name: str
    levels: tuple[str, ...]
    pooled: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """``name=label`` for each label, then ``(rare)``."""
        shown = [f"{self.name}={level}" for level in self.levels]
        return shown + ([f"{self.name}=(rare)"] if self.pooled else [])

    def encode(self, column: Column) -> Array:
        """Return the 0/1 columns."""
        place = _places(column, self.levels)
        matrix = np.zeros((len(column), len(self.levels) + 1))
        matrix[column.row_of_value, place] = 1.0  # -1, the last column: rare or unknown
        return matrix[:, : len(self.names)]


@dataclass(frozen=True, eq=False)
class IdEncoding:
    """The ids seen in training, how often (0 for the others), and their offsets (by output)."""

    name: str
    ids: Array
    mean: float
    scale: float
    counts: Array
    outputs: tuple[str, ...] = ()
    offsets: Array = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def names(self) -> list[str]:
        """``name:offset`` for each output of the target, then ``name:log_count``."""
        made = [f"{self.name}:offset{output}" for output in self.outputs]
        return [*made, f"{self.name}:log_count"]

    def codes(self, column: Column) -> Array:
        """Return each row's position in ``ids``, -1 for unknown and missing ones."""
        return _places(column, self.ids)

    def encode(self, column: Column) -> Array:
        """Return the offsets learned from all of training, and the frequency."""
        codes = self.codes(column)
        frequency = self.frequency(self.counts[codes])
        return _stacked([*(offset[codes] for offset in self.offsets), frequency], len(column))

    def frequency(self, n_others: Array) -> Array:
        """Return the standardised frequency of ids that so many other rows of training have."""
        return np.asarray((np.log1p(n_others) - self.mean) / self.scale)


_CLASSES: dict[str, Any] = {
    "numeric": NumericEncoding,
    "datetime": NumericEncoding,
    "categorical": LabelEncoding,
    "ordinal": LabelEncoding,
    "boolean": LabelEncoding,
    "multi": TagEncoding,
    "id": IdEncoding,
}


def learn_encoding(column: Column, rare_share: float) -> Encoding:
    """Learn the encoding of a training column, offsets apart."""
    if column.kind == "numeric":
        return _learn_numeric(column)
    present = column.values[column.values >= 0]
    counts = np.bincount(present, minlength=len(column.categories))
    seen = np.flatnonzero(counts)
    labels = column.categories[seen].astype(np.str_)
    if column.kind == "id":
        return _learn_id(column.name, labels, counts[seen])
    n_rows = max(len(column) if column.kind == "multi" else len(present), 1)
    frequent = counts[seen] >= max(rare_share * n_rows, 1)
    levels = tuple(str(label) for label in labels[frequent])
    pooled = tuple(str(label) for label in labels[~frequent])
    if column.kind == "multi":
        return TagEncoding(column.name, levels, pooled)
    typical = str(labels[np.argmax(counts[seen])]) if len(seen) else ""
    return LabelEncoding(column.name, levels, pooled, typical, bool(column.missing.any()))


def restore_encoding(kind: str, fields: dict[str, Any]) -> Encoding:
    """Rebuild an encoding from its fields."""
    if kind == "id":
        fields = {**fields, "ids": np.array(fields["ids"], dtype=np.str_)}
    tuples = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
    made: Encoding = _CLASSES[kind](**tuples)
    return made


def _learn_numeric(column: Column) -> NumericEncoding:
    has_gaps = bool(column.missing.any())
    if column.missing.all():
        return NumericEncoding(column.name, 0.0, 0.0, 1.0, False, False)
    values = column.values[:, None]
    imputer = SimpleImputer().fit(values)
    scaler = StandardScaler().fit(imputer.transform(values))
    varies = column.n_unique > 1
    median, mean, scale = imputer.statistics_[0], scaler.mean_[0], scaler.scale_[0]
    return NumericEncoding(column.name, float(median), float(mean), float(scale), varies, has_gaps)


def _learn_id(name: str, labels: Array, counts: Array) -> IdEncoding:
    order = np.argsort(labels)  # as text, so that sums do not depend on how a file held them
    known = np.append(counts[order].astype(np.float64), 0.0)
    rows = np.repeat(np.log(known[:-1]), counts[order])  # a training row without itself
    scaler = StandardScaler().fit(rows[:, None] if len(rows) else np.zeros((1, 1)))
    return IdEncoding(name, labels[order], float(scaler.mean_[0]), float(scaler.scale_[0]), known)


def encodable(column: Column) -> Column:
    """Return the column as one of the kinds that have an encoding."""
    stands_for = {"datetime": "numeric", "ordinal": "categorical", "boolean": "categorical"}
    return as_kind(column, stands_for.get(column.kind, column.kind))


def _places(column: Column, levels: Any) -> Array:
    """Return the position in ``levels`` of each entry of ``column.values``, -1 if none."""
    index = {str(level): k for k, level in enumerate(levels)}
    found = [index.get(label, -1) for label in column.categories.astype(np.str_).tolist()]
    return np.array([*found, -1], dtype=np.int64)[column.values]


def _stacked(columns: list[Array], n_rows: int) -> Array:
    """Return columns side by side, float64 (n_rows, len(columns))."""
    matrix = np.empty((n_rows, len(columns)))
    for k, values in enumerate(columns):
        matrix[:, k] = values
    return matrix
