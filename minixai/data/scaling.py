r"""Standard scaling: every column to mean 0 and standard deviation 1.

.. math::
    z_{ij} = (x_{ij} - m_j) / s_j                                                     (1)
    s_j^2 = \frac{1}{n} \sum_i (x_{ij} - m_j)^2                                       (2)

over the values present; a constant column keeps s_j = 1. The sums run on columns divided
by a power of two near their largest value, so that 1e200 squared does not overflow and no
bit changes. The population formula (1/n), as scikit-learn's StandardScaler.

Cost: three passes, O(n d); memory one copy of X.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._transformer import Transformer
from minixai._validation import as_matrix
from minixai.protocols import Array

__all__ = ["StandardScaler"]


class StandardScaler(Transformer):
    """Shift columns to mean 0 and scale them to standard deviation 1; NaN stays NaN.

    Parameters
    ----------
    with_mean : bool
        Whether to subtract the mean.
    with_std : bool
        Whether to divide by the standard deviation.

    Attributes
    ----------
    mean_, scale_ : array (n_features,), float64
        What is subtracted and divided by, 0 and 1 where switched off.

    Examples
    --------
    >>> from minixai.data import StandardScaler
    >>> StandardScaler().fit_transform([[1.0], [3.0]]).ravel()
    array([-1.,  1.])
    """

    _allows_nan = True

    def __init__(self, with_mean: bool = True, with_std: bool = True) -> None:
        self.with_mean = with_mean
        self.with_std = with_std

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn each column's mean and standard deviation; ``y`` is ignored.

        Raises
        ------
        DataError
            Infinity, no rows, or X that is not 2-D.
        """
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        self._learn_columns(X, matrix)
        mean, scale = _moments(matrix.astype(np.float64, copy=False))
        self.mean_ = mean if self.with_mean else np.zeros_like(mean)
        self.scale_ = scale if self.with_std else np.ones_like(scale)
        return self

    def transform(self, X: Any) -> Any:
        """Return the scaled columns (n, n_features), float32 where X is."""
        matrix = self._validated(X)
        scaled = (matrix - self.mean_) / self.scale_  # (1)
        return self._output(scaled.astype(matrix.dtype, copy=False), X)

    def inverse_transform(self, X: Any) -> Array:
        """Return columns in their own units again (n, n_features)."""
        self._check_fitted()
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        return (matrix * self.scale_ + self.mean_).astype(matrix.dtype, copy=False)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"mean": self.mean_, "scale": self.scale_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> StandardScaler:
        scaler = cls._with_column_state(meta)
        scaler.mean_, scaler.scale_ = arrays["mean"], arrays["scale"]
        return scaler


def _moments(matrix: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation of each column's present values."""
    present = ~np.isnan(matrix)
    count = np.maximum(present.sum(axis=0), 1)
    filled = np.where(present, matrix, 0.0)
    largest = np.abs(filled).max(axis=0)
    exponent = np.frexp(largest)[1]
    small = np.ldexp(filled, -exponent)
    mean = small.sum(axis=0) / count
    centred = np.where(present, small - mean, 0.0)
    variance = np.square(centred).sum(axis=0) / count  # (2)
    low = np.where(present, matrix, np.inf).min(axis=0)
    high = np.where(present, matrix, -np.inf).max(axis=0)
    constant = low >= high  # also where no value is present
    mean_in_units = np.where(constant & np.isfinite(low), low, np.ldexp(mean, exponent))
    deviation = np.ldexp(np.sqrt(variance), exponent)
    return mean_in_units, np.where(constant | (deviation == 0.0), 1.0, deviation)
