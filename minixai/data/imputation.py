r"""Missing values: each column's median, mean or most frequent value, and where it stood in.

.. math::
    x'_{ij} = x_{ij} \text{ where present, else } t_j                                 (1)

with t_j learned from the values present when fitted. With ``add_indicator`` a 0/1 column
follows for every column that had missing values in fit. The numbers are those of
scikit-learn's SimpleImputer; ties of the most frequent value go to the smallest. A column
without any value is an error here (it is dropped there).

Cost: O(n log n) a column for the median and the most frequent value; memory one copy of X.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._transformer import Transformer
from minixai._validation import as_matrix, feature_names_of
from minixai.errors import DataError, check_option
from minixai.protocols import Array

__all__ = ["SimpleImputer"]

STRATEGIES = ("median", "mean", "most_frequent")


class SimpleImputer(Transformer):
    """Fill NaN with a value learned from each column.

    Parameters
    ----------
    strategy : {"median", "mean", "most_frequent"}
        What stands in for a missing value.
    add_indicator : bool
        Whether a 0/1 column is added for every column that had missing values in fit.

    Attributes
    ----------
    statistics_ : array (n_features,), float64
        The values that stand in.
    indicated_ : array, int64
        Indices of the columns that have an indicator.

    Examples
    --------
    >>> import numpy as np
    >>> from minixai.data import SimpleImputer
    >>> SimpleImputer(add_indicator=True).fit_transform([[1.0], [np.nan], [3.0]])
    array([[1., 0.],
           [2., 1.],
           [3., 0.]])
    """

    _allows_nan = True

    def __init__(self, strategy: str = "median", add_indicator: bool = False) -> None:
        self.strategy = strategy
        self.add_indicator = add_indicator

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what stands in for each column's missing values; ``y`` is ignored.

        Raises
        ------
        ParameterError
            An unknown strategy.
        DataError
            A column without any value, or infinity.
        """
        check_option("strategy", self.strategy, STRATEGIES)
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        missing = np.isnan(matrix)
        if missing.all(axis=0).any():
            name = feature_names_of(None, X)[int(np.argmax(missing.all(axis=0)))]
            raise DataError(f"Column {name!r} has no value in any of {len(matrix)} rows: drop it.")
        self._learn_columns(X, matrix)
        self.statistics_ = np.array(
            [_typical(matrix[~missing[:, j], j], self.strategy) for j in range(matrix.shape[1])]
        )
        has_indicator = missing.any(axis=0) & bool(self.add_indicator)
        self.indicated_ = np.flatnonzero(has_indicator).astype(np.int64)
        return self

    def transform(self, X: Any) -> Any:
        """Return the filled columns, then the indicators: (n, n_features + n_indicators)."""
        matrix = self._validated(X)
        missing = np.isnan(matrix)
        filled = np.where(missing, self.statistics_.astype(matrix.dtype), matrix)  # (1)
        indicators = missing[:, self.indicated_].astype(matrix.dtype)
        return self._output(np.ascontiguousarray(np.hstack([filled, indicators])), X)

    def inverse_transform(self, X: Any) -> Array:
        """Return the columns (n, n_features), NaN again where an indicator is 1."""
        self._check_fitted()
        matrix = as_matrix(X, owner=type(self).__name__)
        n_columns = self.n_features_in_
        if matrix.shape[1] != n_columns + len(self.indicated_):
            raise DataError(
                f"X has {matrix.shape[1]} columns, and transform gives "
                f"{n_columns + len(self.indicated_)}: pass what it gave."
            )
        restored = matrix[:, :n_columns].copy()
        for position, j in enumerate(self.indicated_):
            restored[matrix[:, n_columns + position] > 0.5, j] = np.nan
        return restored

    def _output_columns(self, names: list[str]) -> list[tuple[str, str]]:
        indicators = [(f"{names[j]}=(missing)", names[j]) for j in self.indicated_]
        return [*((name, name) for name in names), *indicators]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"statistics": self.statistics_, "indicated": self.indicated_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> SimpleImputer:
        imputer = cls._with_column_state(meta)
        imputer.statistics_, imputer.indicated_ = arrays["statistics"], arrays["indicated"]
        return imputer


def _typical(values: Array, strategy: str) -> float:
    """Return the value that stands in for the missing ones of a column."""
    if strategy == "median":
        return float(np.median(values))
    if strategy == "mean":
        largest = float(np.abs(values).max()) or 1.0
        return (
            float(np.mean(values / largest, dtype=np.float64) * largest)
            if largest > 1e300
            else (float(np.mean(values, dtype=np.float64)))
        )
    distinct, counts = np.unique(values, return_counts=True)
    return float(distinct[np.argmax(counts)])
