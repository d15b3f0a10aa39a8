r"""Multi-hot encoding: a 0/1 column for every label of cells that hold several.

.. math::
    x_{i,v} = [v \in V_i]                                                             (1)

for the labels V of a row: those of a multi column, the items of a list, or a text's parts
between separators, stripped, empty ones left out. A row without a label, missing ones among
them, is a row of zeros. Labels that too few rows of training hold share a column ``(rare)``.

The numbers are those of scikit-learn's MultiLabelBinarizer, which takes one column, and of
pandas' ``Series.str.get_dummies``.

Cost: one pass over the labels of all rows; a distinct text is cut once.
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
    labels_from_state,
    labels_to_state,
    positions,
    split_rare,
)
from minixai.data.kind_conversion import as_objects, label_texts
from minixai.errors import DataError, ParameterError, check_option
from minixai.protocols import Array

__all__ = ["MultiHotEncoder"]


class MultiHotEncoder(TargetBlindEncoder):
    """Make a 0/1 column of every label, of which a row may have several.

    Parameters
    ----------
    separator : str
        What stands between the labels of a text, and joins them again.
    rare_share : float
        Labels in fewer rows than this share of training are pooled, in [0, 1).
    min_frequency : int
        Labels in fewer rows than this are pooled, at least 1.
    unknown : {"rare", "ignore", "error"}
        What a label is that training did not have: rare (nothing if none was pooled), nothing,
        or an error.

    Attributes
    ----------
    categories_, rare_categories_ : lists of arrays
        For each input the labels with a column of their own, and the pooled ones.

    Examples
    --------
    >>> from minixai.data import MultiHotEncoder
    >>> encoder = MultiHotEncoder().fit([["Action|Drama"], ["Comedy"], [None]])
    >>> list(encoder.get_feature_names_out())
    ['x0=Action', 'x0=Comedy', 'x0=Drama']
    >>> encoder.transform([["Drama|Action"], [None]])
    array([[1., 0., 1.],
           [0., 0., 0.]])
    """

    categories_: list[Array]
    rare_categories_: list[Array]

    def __init__(
        self,
        separator: str = "|",
        rare_share: float = 0.0,
        min_frequency: int = 1,
        unknown: str = "rare",
    ) -> None:
        self.separator = separator
        self.rare_share = rare_share
        self.min_frequency = min_frequency
        self.unknown = unknown

    def inverse_transform(self, X: Any) -> Array:
        """Return the joined labels (n_samples, n_features), object; None for rows of zeros."""
        matrix = self._given_back(X)
        restored = np.full((len(matrix), self.n_features_in_), None, dtype=object)
        first = 0
        for j in range(self.n_features_in_):
            labels = self._shown(j)
            for i, k in zip(*np.nonzero(matrix[:, first : first + len(labels)]), strict=True):
                before = restored[i, j]
                joined = labels[k] if before is None else before + self.separator + labels[k]
                restored[i, j] = joined
            first += len(labels)
        return restored

    def _check_options(self) -> None:
        if not isinstance(self.separator, str) or not self.separator:
            raise ParameterError(
                f"`separator` must be what stands between labels, such as '|', got "
                f"{self.separator!r}."
            )
        check_number("rare_share", self.rare_share, low=0, high=1, open_high=True)
        check_number("min_frequency", self.min_frequency, low=1, integer=True)
        check_option("unknown", self.unknown, ("rare", "ignore", "error"))

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        kept, pooled = [], []
        for column in columns:
            several = _as_multi(column, self.separator)
            counts = np.bincount(several.values, minlength=len(several.categories))
            seen = np.flatnonzero(counts)
            labels = as_objects(label_texts(several.categories[seen]))
            frequent = split_rare(counts[seen], len(column), self.rare_share, self.min_frequency)
            kept.append(labels[frequent])
            pooled.append(labels[~frequent])
        return {"categories_": kept, "rare_categories_": pooled}

    def _shown(self, j: int) -> list[str]:
        rare = ["(rare)"] if len(self.rare_categories_[j]) else []
        return [*self.categories_[j].tolist(), *rare]

    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        for j, column in enumerate(columns):
            several = _as_multi(column, self.separator)
            n_levels, has_rare = len(self.categories_[j]), len(self.rare_categories_[j]) > 0
            rare = n_levels if has_rare else -1
            slots = positions(several, self.categories_[j])[:-1]
            slots[positions(several, self.rare_categories_[j])[:-1] >= 0] = rare
            if self.unknown == "error":
                self._check_known(several, slots)
            slots[slots < 0] = rare if self.unknown == "rare" else -1
            slots[slots >= 0] += first
            assert several.indptr is not None
            _set_all(several.values, several.indptr, slots, matrix)
            first += n_levels + has_rare

    def _check_known(self, several: Column, slots: Array) -> None:
        wrong = np.flatnonzero(slots[several.values] < 0)
        if len(wrong):
            row = int(several.row_of_value[wrong[0]])
            label = several.categories[several.values[wrong[0]]]
            raise DataError(
                f"Column {several.name!r} holds {label!r} in row {row}, which training did not "
                "have: pass unknown='rare' or 'ignore'."
            )

    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        return [(f"{name}={text}", name) for j, name in enumerate(names) for text in self._shown(j)]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = {
            **self._column_state(),
            "categories": [labels_to_state(each) for each in self.categories_],
            "rare": [labels_to_state(each) for each in self.rare_categories_],
        }
        return meta, {}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> MultiHotEncoder:
        encoder = cls._with_column_state(meta)
        encoder.categories_ = [labels_from_state(each) for each in meta["categories"]]
        encoder.rare_categories_ = [labels_from_state(each) for each in meta["rare"]]
        return encoder


def _as_multi(column: Column, separator: str) -> Column:
    """Return the column with the codes of all labels of each row."""
    if column.kind == "multi":
        assert column.indptr is not None
        ends = np.ascontiguousarray(column.indptr, dtype=np.int64)
        return Column(column.name, "multi", column.values, column.categories, ends)
    labels = as_labels(column)
    cells = [
        sorted({part.strip() for part in text.split(separator)} - {""})
        for text in label_texts(labels.categories)
    ]
    vocabulary = sorted({part for cell in cells for part in cell})
    index = {part: k for k, part in enumerate(vocabulary)}
    flat = np.array([index[part] for cell in cells for part in cell], dtype=np.int64)
    ends = np.cumsum([0, *(len(cell) for cell in cells), 0]).astype(np.int64)
    distinct = Column(column.name, "multi", flat, as_objects(vocabulary), ends)
    return distinct.take(np.where(labels.values < 0, len(cells), labels.values))


@kernel
def _set_all(codes: Array, ends: Array, slots: Array, matrix: Array) -> None:
    """Set the columns of each row's labels to 1."""
    for i in range(len(ends) - 1):
        for place in range(ends[i], ends[i + 1]):
            slot = slots[codes[place]]
            if slot >= 0:
                matrix[i, slot] = 1.0  # (1)
