r"""One-hot encoding: a 0/1 column for every level of a column of labels.

.. math::
    x_{i,v} = [v_i = v]                                                               (1)

Levels are in sorted order (an ordinal column's in its own), then one column ``(rare)`` for all
levels that too few rows of training hold, then one ``(missing)`` if training had gaps. A label
that training did not have counts as rare, as nothing, or as an error.

Differs from scikit-learn's OneHotEncoder, to which the numbers are otherwise equal: the pooled
column stands before the one of missing values; a share is one of the rows that have a value;
labels are compared as text (1, 1.0 and "1" are one level); the default is to pool unknown
labels, and the matrix is always dense.

Cost: one pass over the rows, in blocks that stay in cache; memory the matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._numba import kernel
from minixai._validation import check_number
from minixai.data.column import Column
from minixai.data.column_container import as_labels
from minixai.data.column_encoding import (
    TargetBlindEncoder,
    check_no_unknown,
    labels_from_state,
    labels_to_state,
    levels_of,
    positions,
    split_rare,
)
from minixai.data.kind_conversion import label_texts
from minixai.errors import DataError, check_option
from minixai.protocols import Array

__all__ = ["OneHotEncoder"]

_BLOCK = 4096  # rows whose part of the matrix stays in cache while all columns write to it


class OneHotEncoder(TargetBlindEncoder):
    """Make a 0/1 column of every level.

    Parameters
    ----------
    rare_share : float
        Levels in fewer rows than this share of those that have a value are pooled, in [0, 1).
    min_frequency : int
        Levels in fewer rows than this are pooled, at least 1.
    unknown : {"rare", "ignore", "error"}
        What a label is that training did not have: rare (nothing if no level was pooled),
        nothing (zeros), or an error. So is a missing value where training had none.
    missing : {"level", "most_frequent"}
        A missing value is a level of its own, ``(missing)``, or the most frequent one.
    drop : {"first", "if_binary"}, optional
        Leave out the first column of every input, or of those that make two; None: of none.

    Attributes
    ----------
    categories_ : list of arrays
        For each input the levels with a column of their own (one that is dropped included).
    rare_categories_ : list of arrays
        The pooled ones.
    has_missing_ : array (n_features,), bool
        Whether training had gaps.
    typical_ : list of int
        Position of the most frequent level among the columns made, before any is dropped.

    Examples
    --------
    >>> from minixai.data import OneHotEncoder
    >>> encoder = OneHotEncoder().fit([["red"], ["blue"], [None]])
    >>> list(encoder.get_feature_names_out())
    ['x0=blue', 'x0=red', 'x0=(missing)']
    >>> encoder.transform([["red"], ["green"]])
    array([[0., 1., 0.],
           [0., 0., 0.]])
    """

    categories_: list[Array]
    rare_categories_: list[Array]
    typical_: list[int]
    has_missing_: Array

    def __init__(
        self,
        rare_share: float = 0.0,
        min_frequency: int = 1,
        unknown: str = "rare",
        missing: str = "level",
        drop: str | None = None,
    ) -> None:
        self.rare_share = rare_share
        self.min_frequency = min_frequency
        self.unknown = unknown
        self.missing = missing
        self.drop = drop

    def inverse_transform(self, X: Any) -> Array:
        """Return the labels (n_samples, n_features), object.

        ``"(rare)"`` stands for pooled levels; None for missing values and for rows of zeros, but
        where a column was dropped these are its level.
        """
        matrix = self._given_back(X)
        restored = np.full((len(matrix), self.n_features_in_), None, dtype=object)
        first = 0
        for j in range(self.n_features_in_):
            labels = np.array([*self._slot_labels(j), None], dtype=object)
            dropped = self._is_dropped(j)
            width = len(labels) - 1 - dropped
            block = matrix[:, first : first + width]
            slot = np.full(len(matrix), 0 if dropped else -1)
            if width:
                slot = np.where(block.max(axis=1) > 0, block.argmax(axis=1) + dropped, slot)
            restored[:, j] = labels[slot]
            first += width
        return restored

    def _check_options(self) -> None:
        check_number("rare_share", self.rare_share, low=0, high=1, open_high=True)
        check_number("min_frequency", self.min_frequency, low=1, integer=True)
        check_option("unknown", self.unknown, ("rare", "ignore", "error"))
        check_option("missing", self.missing, ("level", "most_frequent"))
        if self.drop is not None:
            check_option("drop", self.drop, ("first", "if_binary"))

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        kept, pooled, typical, gaps = [], [], [], []
        for column in map(as_labels, columns):
            labels, counts = levels_of(column)
            frequent = split_rare(counts, counts.sum(), self.rare_share, self.min_frequency)
            kept.append(labels[frequent])
            pooled.append(labels[~frequent])
            place = np.cumsum(frequent) - 1
            most = int(np.argmax(counts)) if len(counts) else 0
            typical.append(int(place[most]) if len(counts) and frequent[most] else len(kept[-1]))
            gaps.append(bool(column.missing.any()))
        return {
            "categories_": kept,
            "rare_categories_": pooled,
            "typical_": typical,
            "has_missing_": np.array(gaps, dtype=bool),
        }

    def _slot_labels(self, j: int) -> list[Any]:
        """Return the label of every column that input j can make, None for missing values."""
        rare = ["(rare)"] if len(self.rare_categories_[j]) else []
        gap = [None] if self._has_missing_slot(j) else []
        return [*self.categories_[j].tolist(), *rare, *gap]

    def _has_missing_slot(self, j: int) -> bool:
        return bool(self.has_missing_[j]) and self.missing == "level"

    def _n_slots(self, j: int) -> int:
        rare = len(self.rare_categories_[j]) > 0
        return len(self.categories_[j]) + rare + self._has_missing_slot(j)

    def _is_dropped(self, j: int) -> bool:
        n_slots = self._n_slots(j)
        return n_slots == 2 if self.drop == "if_binary" else self.drop == "first" and n_slots > 0

    def _slots(self, j: int, column: Column) -> Array:
        """Return which column each code sets to 1, -1 for none; the last entry is missing's."""
        n_levels, has_rare = len(self.categories_[j]), len(self.rare_categories_[j]) > 0
        rare = n_levels if has_rare else -1
        unknown = rare if self.unknown == "rare" else -1
        gap = unknown
        if self.missing == "most_frequent":
            gap = self.typical_[j] if self.typical_[j] < self._n_slots(j) else -1
        elif self.has_missing_[j]:
            gap = n_levels + has_rare
        elif self.unknown == "error" and column.missing.any():
            row = int(np.argmax(column.missing))
            raise DataError(
                f"Column {column.name!r} is missing in row {row}, and training had no gap: fill "
                "it, or pass missing='most_frequent'."
            )
        slots = positions(column, self.categories_[j], gap)
        pooled = positions(column, self.rare_categories_[j])[:-1]
        slots[:-1][pooled >= 0] = rare
        if self.unknown == "error":
            check_no_unknown(column, slots, "pass unknown='rare' or 'ignore'")
        slots[:-1][(slots[:-1] < 0)] = unknown
        return slots - self._is_dropped(j) * (slots >= 0)

    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        plan = []
        for j, column in enumerate(map(as_labels, columns)):
            slots = self._slots(j, column)
            plan.append((column.values, np.where(slots >= 0, slots + first, -1)))
            first += self._n_slots(j) - self._is_dropped(j)
        for start in range(0, len(matrix), _BLOCK):
            block = matrix[start : start + _BLOCK]
            for codes, slots in plan:
                _set_ones(codes[start : start + _BLOCK], slots, block)

    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        made = []
        for j, name in enumerate(names):
            shown = label_texts(self.categories_[j])
            shown += ["(rare)"] if len(self.rare_categories_[j]) else []
            shown += ["(missing)"] if self._has_missing_slot(j) else []
            made += [(f"{name}={text}", name) for text in shown[self._is_dropped(j) :]]
        return made

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = {
            **self._column_state(),
            "categories": [labels_to_state(each) for each in self.categories_],
            "rare": [labels_to_state(each) for each in self.rare_categories_],
            "typical": list(self.typical_),
        }
        return meta, {"has_missing": self.has_missing_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> OneHotEncoder:
        encoder = cls._with_column_state(meta)
        encoder.categories_ = [labels_from_state(each) for each in meta["categories"]]
        encoder.rare_categories_ = [labels_from_state(each) for each in meta["rare"]]
        encoder.typical_ = [int(each) for each in meta["typical"]]
        encoder.has_missing_ = arrays["has_missing"]
        return encoder


@kernel
def _set_ones(codes: Array, slots: Array, matrix: Array) -> None:
    """Set each row's column to 1; the last slot is for the code -1."""
    gap = slots[len(slots) - 1]
    for i in range(len(codes)):
        slot = slots[codes[i]] if codes[i] >= 0 else gap
        if slot >= 0:
            matrix[i, slot] = 1.0  # (1)
