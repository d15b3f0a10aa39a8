r"""Frequency encoding: how often each label came in training.

.. math::
    x_i = n(v_i), \quad n(v_i) / n \quad\text{or}\quad \log(1 + n(v_i))                (1)

with n(v) the number of training rows that hold v, and n of all training rows. A label that
training did not have, and a missing value, came 0 times.

The counts are those of pandas' ``value_counts``. Cost: one pass over the rows of each column.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.column_container import as_labels
from minixai.data.column_encoding import (
    ColumnEncoder,
    labels_from_state,
    labels_to_state,
    levels_of,
    look_up,
    positions,
)
from minixai.errors import check_option
from minixai.protocols import Array

__all__ = ["FrequencyEncoder"]


class FrequencyEncoder(ColumnEncoder):
    """Replace each label by how often it came in training.

    Parameters
    ----------
    measure : {"share", "count", "log_count"}
        Share of the training rows, their number, or log(1 + their number).

    Attributes
    ----------
    categories_ : list of arrays
        The labels of training, for each input.
    counts_ : list of arrays, int64
        The rows that hold each of them.
    n_rows_ : int
        Rows of training.

    Examples
    --------
    >>> from minixai.data import FrequencyEncoder
    >>> encoder = FrequencyEncoder("count").fit([["a"], ["b"], ["a"], [None]])
    >>> encoder.transform([["a"], ["b"], ["c"]]).ravel()
    array([2., 1., 0.])
    """

    categories_: list[Array]
    counts_: list[Array]
    n_rows_: int

    def __init__(self, measure: str = "share") -> None:
        self.measure = measure

    def _check_options(self) -> None:
        check_option("measure", self.measure, ("share", "count", "log_count"))

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        found = [levels_of(as_labels(column)) for column in columns]
        return {
            "categories_": [labels for labels, _ in found],
            "counts_": [counts for _, counts in found],
            "n_rows_": len(columns[0]),
        }

    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        for j, column in enumerate(map(as_labels, columns)):
            counts = np.append(self.counts_[j], 0).astype(np.float64)
            measures = {"count": 1.0, "share": self.n_rows_}
            divisor = measures.get(self.measure)
            values = np.log1p(counts) if divisor is None else counts / divisor  # (1)
            of_code = values[positions(column, self.categories_[j])]
            look_up(column.values, of_code[:, None], matrix, first + j)

    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        return [(f"{name}:{self.measure}", name) for name in names]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = {
            **self._column_state(),
            "categories": [labels_to_state(each) for each in self.categories_],
            "n_rows": self.n_rows_,
        }
        return meta, {f"{j}.counts": counts for j, counts in enumerate(self.counts_)}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> FrequencyEncoder:
        encoder = cls._with_column_state(meta)
        encoder.categories_ = [labels_from_state(each) for each in meta["categories"]]
        encoder.counts_ = [arrays[f"{j}.counts"] for j in range(encoder.n_features_in_)]
        encoder.n_rows_ = int(meta["n_rows"])
        return encoder
