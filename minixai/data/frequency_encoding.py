r"""Frequency encoding: how often each label came in training.

.. math::
    x_i = n(v_i), \quad n(v_i) / n \quad\text{or}\quad \log(1 + n(v_i))                (1)

with n(v) the number of training rows that hold v, and n of all training rows. A label that
training did not have, and a missing value, came 0 times. ``leave_one_out`` has ``fit_transform``
count the other rows only: else a label that stands once in training, and one never seen, look
different to the model though nothing more is known of the first.

The counts are those of pandas' ``value_counts``. Cost: one pass over the rows of each column.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.column_container import as_columns, as_labels
from minixai.data.column_encoding import (
    TargetBlindEncoder,
    labels_from_state,
    labels_to_state,
    levels_of,
    look_up,
    positions,
)
from minixai.errors import ParameterError, check_option
from minixai.protocols import Array

__all__ = ["FrequencyEncoder"]


class FrequencyEncoder(TargetBlindEncoder):
    """Replace each label by how often it came in training.

    Parameters
    ----------
    measure : {"share", "count", "log_count"}
        Share of the training rows, their number, or log(1 + their number).
    leave_one_out : bool
        Whether a training row does not count itself in ``fit_transform``.

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

    def __init__(self, measure: str = "share", leave_one_out: bool = False) -> None:
        self.measure = measure
        self.leave_one_out = leave_one_out

    @property
    def _trains_apart(self) -> bool:  # type: ignore[override]
        return bool(self.leave_one_out)

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from ``X`` (n_samples, n_features), and return what its rows become."""
        if not self.leave_one_out:
            return super().fit_transform(X, y)
        columns = as_columns(X, type(self).__name__)
        self.fit(X)
        matrix = np.zeros((len(columns[0]), len(columns)))
        self._write(columns, matrix, 0, n_own=1)
        return self._output(matrix, X)

    def _check_options(self) -> None:
        check_option("measure", self.measure, ("share", "count", "log_count"))
        if not isinstance(self.leave_one_out, (bool, np.bool_)):
            raise ParameterError(
                f"`leave_one_out` must be True or False, got {self.leave_one_out!r}."
            )

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        found = [levels_of(as_labels(column)) for column in columns]
        return {
            "categories_": [labels for labels, _ in found],
            "counts_": [counts for _, counts in found],
            "n_rows_": len(columns[0]),
        }

    def _write(self, columns: list[Column], matrix: Array, first: int, n_own: int = 0) -> None:
        for j, column in enumerate(map(as_labels, columns)):
            counts = np.append(self.counts_[j] - n_own, 0).astype(np.float64)
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
