r"""Missing values: one value for each column's gaps, and where it stood in.

.. math::
    x'_{ij} = x_{ij} \text{ where present, else } t_j                                 (1)

with t_j the column's median, mean or most frequent value in fit, or a constant. With
``add_indicator`` a 0/1 column follows for every column that had missing values in fit.
The numbers are those of scikit-learn's SimpleImputer; ties of the most frequent value go to
the smallest. A column without any value is an error here (it is dropped there), unless a
constant fills it.

Cost: O(n log n) a column for the median and the most frequent value; memory one copy of X.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._transformer import Transformer, finite_result
from minixai._validation import as_matrix, check_number, check_values
from minixai.errors import ParameterError, check_option
from minixai.protocols import Array

__all__ = ["Imputer", "SimpleImputer"]

STRATEGIES = ("median", "mean", "most_frequent", "constant")


class Imputer(Transformer):
    """What imputers share: the indicators, and the way back to the gaps."""

    _allows_nan = True
    add_indicator: bool
    indicated_: Array

    def _indicated(self, missing: Array) -> Array:
        """Return which columns get an indicator, given where values are missing in fit."""
        wanted = missing.any(axis=0) & bool(self.add_indicator)
        return np.flatnonzero(wanted).astype(np.int64)

    def _completed(self, matrix: Array, filled: Array, X: Any) -> Any:
        """Return the filled columns and the indicators in the type and container of ``X``."""
        made = np.hstack([filled, np.isnan(matrix[:, self.indicated_])])
        return self._output(finite_result(made, matrix.dtype, self.get_feature_names_out()), X)

    def inverse_transform(self, X: Any) -> Array:
        """Return the columns (n, n_features), NaN again where an indicator is 1."""
        matrix = self._validated_inverse(X)
        n_columns = self.n_features_in_
        restored = matrix[:, :n_columns].copy()
        for position, j in enumerate(self.indicated_):
            restored[matrix[:, n_columns + position] > 0.5, j] = np.nan
        return restored

    def _output_columns(self, names: list[str]) -> list[tuple[str, str]]:
        indicators = [(f"{names[j]}=(missing)", names[j]) for j in self.indicated_]
        return [*((name, name) for name in names), *indicators]


class SimpleImputer(Imputer):
    """Fill NaN with one value for each column.

    Parameters
    ----------
    strategy : {"median", "mean", "most_frequent", "constant"}
        What stands in for a missing value.
    add_indicator : bool
        Whether a 0/1 column is added for every column that had missing values in fit.
    fill_value : float, optional
        What strategy "constant" fills in; None fills in 0.

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

    def __init__(
        self,
        strategy: str = "median",
        add_indicator: bool = False,
        fill_value: float | None = None,
    ) -> None:
        self.strategy = strategy
        self.add_indicator = add_indicator
        self.fill_value = fill_value

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what stands in for each column's missing values; ``y`` is ignored.

        Raises
        ------
        ParameterError
            An unknown strategy, or a fill value that no strategy asks for.
        DataError
            A column without any value, where one is needed, or infinity.
        """
        check_option("strategy", self.strategy, STRATEGIES)
        if self.fill_value is not None:
            check_number("fill_value", self.fill_value)
            if self.strategy != "constant":
                raise ParameterError(
                    f"`fill_value` is for strategy 'constant', got {self.fill_value!r} with "
                    f"{self.strategy!r}: leave one of them out."
                )
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        missing = np.isnan(matrix)
        if self.strategy == "constant":
            statistics = np.full(matrix.shape[1], float(self.fill_value or 0.0))
        else:
            check_values(matrix, X)
            columns = [matrix[~missing[:, j], j] for j in range(matrix.shape[1])]
            statistics = np.array([_typical(column, self.strategy) for column in columns])
        self._learn_columns(X, matrix)
        self.statistics_ = statistics
        self.indicated_ = self._indicated(missing)
        return self

    def transform(self, X: Any) -> Any:
        """Return the filled columns, then the indicators: (n, n_features + n_indicators)."""
        matrix = self._validated(X)
        filled = np.where(np.isnan(matrix), self.statistics_, matrix)  # (1)
        return self._completed(matrix, filled, X)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"statistics": self.statistics_, "indicated": self.indicated_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> SimpleImputer:
        imputer = cls._with_column_state(meta)
        imputer.statistics_, imputer.indicated_ = arrays["statistics"], arrays["indicated"]
        return imputer


def _typical(values: Array, strategy: str) -> float:
    """Return the value that stands in for the missing ones of a column."""
    if strategy == "most_frequent":
        distinct, counts = np.unique(values, return_counts=True)
        return float(distinct[np.argmax(counts)])
    average = np.median if strategy == "median" else np.mean
    largest = float(np.abs(values).max())
    unit = largest if largest > 1e300 else 1.0  # a sum of such values overflows
    return float(average(values.astype(np.float64) / unit) * unit)
