r"""Bins: numbers cut into intervals, as ordered codes or as one 0/1 column an interval.

.. math::
    c_{ij} = \#\{k \in 1..m_j - 1 : e_{jk} \le x_{ij}\}                               (1)

with m_j bins between the edges e_j0 < ... < e_jm learned in fit: at equal distances, or at equal
shares of the values, each edge the inverse of the distribution function (the mean of two values
where it is flat), so that ties are exact. Values beyond the outer edges fall into the outer bins.
Edges that coincide are one edge: a column of few values gets fewer bins, a constant one bin.

The numbers are those of scikit-learn's KBinsDiscretizer without subsampling. Different: edges
count as one when they are equal, not when they lie within 1e-8 in whatever unit; a constant
column keeps its value as the centre of its bin (NaN there); one-hot columns are named by bin.

Cost: one sort a column, transform O(log n_bins) a value; memory the output.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Self

import numpy as np

from minixai._transformer import Transformer, finite_result
from minixai._validation import as_matrix, check_number
from minixai.errors import DataError, ParameterError, check_option
from minixai.protocols import Array

__all__ = ["Binner"]

STRATEGIES = ("quantile", "uniform")
ENCODINGS = ("ordinal", "onehot")


class Binner(Transformer):
    """Cut columns into bins.

    Parameters
    ----------
    n_bins : int or sequence of int
        Bins of every column, or of each, at least 2.
    strategy : {"quantile", "uniform"}
        Whether bins hold equally many values or are equally wide.
    encode : {"ordinal", "onehot"}
        Whether a column becomes the number of its bin, or one 0/1 column a bin.

    Attributes
    ----------
    bin_edges_ : tuple of array (n_bins_[j] + 1,), float64
        The edges of each column, rising; twice the value for a constant one.
    n_bins_ : array (n_features,), int64
        Bins of each column.

    Examples
    --------
    >>> from minixai.data import Binner
    >>> binner = Binner(2, encode="onehot").fit([[1.0], [2.0], [7.0], [9.0]])
    >>> list(binner.get_feature_names_out())
    ['x0 < 4.5', 'x0 >= 4.5']
    >>> binner.transform([[3.0], [5.0]])
    array([[1., 0.],
           [0., 1.]])
    """

    def __init__(
        self, n_bins: Any = 5, strategy: str = "quantile", encode: str = "ordinal"
    ) -> None:
        self.n_bins = n_bins
        self.strategy = strategy
        self.encode = encode

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn each column's edges; ``y`` is ignored.

        Raises
        ------
        ParameterError
            An unknown strategy or encoding, or a number of bins below 2.
        DataError
            Missing values or infinity: fill them first.
        """
        check_option("strategy", self.strategy, STRATEGIES)
        check_option("encode", self.encode, ENCODINGS)
        matrix = as_matrix(X, owner=type(self).__name__)
        wanted = self._wanted(matrix.shape[1])
        self._learn_columns(X, matrix)
        self.bin_edges_ = tuple(
            _edges(matrix[:, j].astype(np.float64), n_bins, self.strategy)
            for j, n_bins in enumerate(wanted)
        )
        self.n_bins_ = np.array([len(edges) - 1 for edges in self.bin_edges_], dtype=np.int64)
        return self

    def transform(self, X: Any) -> Any:
        """Return codes (n, n_features), or 0/1 columns (n, sum of n_bins_); float32 where X is."""
        matrix = self._validated(X)
        codes = np.empty(matrix.shape, dtype=np.int64)
        for j, edges in enumerate(self.bin_edges_):
            codes[:, j] = np.searchsorted(edges[1:-1], matrix[:, j], side="right")  # (1)
        if self.encode == "ordinal":
            return self._output(codes.astype(matrix.dtype), X)
        made = np.zeros((len(matrix), int(self.n_bins_.sum())), dtype=matrix.dtype)
        np.put_along_axis(made, codes + self._first_columns(), 1.0, axis=1)
        return self._output(made, X)

    def inverse_transform(self, X: Any) -> Array:
        """Return the centre of each value's bin (n, n_features).

        Raises
        ------
        DataError
            A number that is no code, or a row without exactly one bin for each column.
        """
        matrix = self._validated_inverse(X)
        codes = matrix if self.encode == "ordinal" else self._codes(matrix)
        fits = (codes == np.floor(codes)) & (codes >= 0) & (codes < self.n_bins_)
        if not fits.all():
            row, j = (int(k) for k in np.argwhere(~fits)[0])
            raise DataError(
                f"Column {self._input_names(None)[j]!r}, row {row}: {codes[row, j]:.6g} is no bin "
                f"of 0..{self.n_bins_[j] - 1}: pass what `transform` gave."
            )
        restored = np.empty(codes.shape)
        for j, edges in enumerate(self.bin_edges_):
            centres = 0.5 * edges[1:] + 0.5 * edges[:-1]
            restored[:, j] = centres[codes[:, j].astype(np.int64)]
        return finite_result(restored, matrix.dtype, self._input_names(None))

    def _wanted(self, n_columns: int) -> list[int]:
        if isinstance(self.n_bins, (int, np.integer)):
            check_number("n_bins", self.n_bins, low=2, integer=True)
            return [int(self.n_bins)] * n_columns
        given = list(self.n_bins) if np.iterable(self.n_bins) else [self.n_bins]
        for j, n_bins in enumerate(given):
            check_number(f"n_bins[{j}]", n_bins, low=2, integer=True)
        if len(given) != n_columns:
            raise ParameterError(
                f"`n_bins` must be one number, or {n_columns}, one a column, got {len(given)}."
            )
        return [int(n_bins) for n_bins in given]

    def _first_columns(self) -> Array:
        """Return where the 0/1 columns of each column begin."""
        return np.concatenate([[0], np.cumsum(self.n_bins_)[:-1]]).astype(np.int64)

    def _codes(self, matrix: Array) -> Array:
        """Return the code of each column from its 0/1 columns, -1 where there is not one."""
        parts = np.split(matrix, self._first_columns()[1:], axis=1)
        codes = [
            np.where((part != 0.0).sum(axis=1) == 1, part.argmax(axis=1), -1) for part in parts
        ]
        return np.column_stack(codes)

    def _output_columns(self, names: list[str]) -> list[tuple[str, str]]:
        if self.encode == "ordinal":
            return [(name, name) for name in names]
        return [
            (label, name)
            for name, edges in zip(names, self.bin_edges_, strict=True)
            for label in _labels(name, edges)
        ]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {
            "edges": np.concatenate(self.bin_edges_),
            "n_bins": self.n_bins_,
        }

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Binner:
        made = cls._with_column_state(meta)
        made.n_bins_ = arrays["n_bins"]
        ends = np.cumsum(made.n_bins_ + 1)
        made.bin_edges_ = tuple(part.copy() for part in np.split(arrays["edges"], ends[:-1]))
        return made


def _edges(values: Array, n_bins: int, strategy: str) -> Array:
    """Return the edges of a column, rising; the value twice where it is constant."""
    low, high = values.min(), values.max()
    if low == high:
        return np.array([low, high])
    if strategy == "uniform":
        return np.unique(2.0 * np.linspace(0.5 * low, 0.5 * high, n_bins + 1))
    percent = np.linspace(0, 100, n_bins + 1)
    return np.unique(np.percentile(values, percent, method="averaged_inverted_cdf"))


def _labels(name: str, edges: Array) -> list[str]:
    """Return the names of a column's bins, with as few digits as tell the edges apart."""
    if len(edges) == 2:
        return [f"{name} (one bin)"]
    inner = edges[1:-1]
    shown = next(
        texts
        for digits in range(3, 18)
        if len(set(texts := [f"{edge:.{digits}g}" for edge in inner])) == len(inner)
    )
    middle = [f"{low} <= {name} < {high}" for low, high in pairwise(shown)]
    return [f"{name} < {shown[0]}", *middle, f"{name} >= {shown[-1]}"]
