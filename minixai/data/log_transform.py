r"""Logarithms of columns: for amounts that span decades.

.. math::
    z &= \log(1 + x), \quad x > -1                                                    (1) \\
    z &= \mathrm{sign}(x) \log(1 + |x|)                                               (2)

(1) for counts and amounts, (2) for those that may be negative, such as profits; both are near x
where x is small, and leave 0 at 0. Nothing is learned from the data.

Cost: O(1) a value; memory one copy of X.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._transformer import Transformer, finite_result
from minixai._validation import as_matrix
from minixai.errors import DataError
from minixai.protocols import Array

__all__ = ["LogTransformer"]


class LogTransformer(Transformer):
    """Take the logarithm of 1 plus each value; NaN stays NaN.

    Parameters
    ----------
    signed : bool
        Whether negative values are mirrored (2); otherwise values must be above -1.

    Examples
    --------
    >>> from minixai.data import LogTransformer
    >>> LogTransformer(signed=True).fit_transform([[0.0], [99.0], [-99.0]]).round(2).ravel()
    array([ 0.  ,  4.61, -4.61])
    """

    _allows_nan = True

    def __init__(self, signed: bool = False) -> None:
        self.signed = signed

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the columns' names and number; ``y`` is ignored.

        Raises
        ------
        DataError
            Infinity, or a value of -1 or below where `signed` is False.
        """
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        with all_or_nothing(self):
            self._learn_columns(X, matrix)
            self._check_domain(matrix)
        return self

    def transform(self, X: Any) -> Any:
        """Return the logarithms (n, n_features), float32 where X is."""
        matrix = self._validated(X)
        self._check_domain(matrix)
        if not self.signed:
            return self._output(np.log1p(matrix), X)  # (1)
        return self._output(np.copysign(np.log1p(np.abs(matrix)), matrix), X)  # (2)

    def inverse_transform(self, X: Any) -> Array:
        """Return columns in their own units again (n, n_features)."""
        matrix = self._validated_inverse(X)
        with np.errstate(over="ignore"):
            size = np.expm1(np.abs(matrix) if self.signed else matrix)
        restored = np.copysign(size, matrix) if self.signed else size
        return finite_result(restored, matrix.dtype, self._input_names(None))

    def _check_domain(self, matrix: Array) -> None:
        if not self.signed and np.any(matrix <= -1.0):
            row, j = (int(k) for k in np.argwhere(matrix <= -1.0)[0])
            raise DataError(
                f"Negative values in data: column {self._input_names(None)[j]!r}, row {row} is "
                f"{matrix[row, j]:.6g}, and log(1 + x) needs x > -1: use `signed=True`."
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = not self.signed
        return tags

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> LogTransformer:
        return cls._with_column_state(meta)
