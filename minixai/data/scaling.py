r"""Affine scaling: every column shifted and stretched to a common measure.

.. math::
    z_{ij} &= (x_{ij} - m_j) / s_j                                                    (1) \\
    s_j^2 &= \frac{1}{n} \sum_i (x_{ij} - m_j)^2                                      (2) \\
    s_j &= Q_j(q_1) - Q_j(q_0), \quad m_j = Q_j(1/2)                                  (3) \\
    z_{ij} &= a + (b - a)(x_{ij} - \min_i x_{ij}) / (\max_i x_{ij} - \min_i x_{ij})   (4)

over the values present: `StandardScaler` is (1) with the mean and (2), `RobustScaler` (1) with
(3), whose quantiles Q are those of `order_statistic`, and `MinMaxScaler` (4) onto [a, b].
A column without spread keeps s_j = 1. The sums of (2) run on columns divided by a power of two
near their largest value, so that 1e200 squared does not overflow and no bit changes.

The formulas are those of scikit-learn's classes of the same names; different is that a
column counts as constant when its spread is 0, not when it is below 2e-15 in whatever unit,
that (4) meets a at the smallest value exactly, and that a column without any value is refused by
every scaler, as it is by imputers: there it gets NaN for its measure and stays NaN.

Cost: three passes, O(n d), for (3) O(n d) selections; memory one copy of X.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np

from minixai._transformer import Transformer, finite_result
from minixai._validation import as_matrix, check_interval, check_values, feature_names_of
from minixai.data.order_statistic import column_medians, column_quantiles
from minixai.errors import DataError
from minixai.protocols import Array
from minixai.statistics.normal_distribution import normal_quantile

__all__ = ["MinMaxScaler", "RobustScaler", "StandardScaler", "column_moments"]


class _Scaler(Transformer):
    """What scalers that subtract ``_shift()`` and divide by ``scale_`` share."""

    _allows_nan = True
    scale_: Array

    @abstractmethod
    def _shift(self) -> Array:
        """Return what is subtracted from each column, (n_features,)."""

    def transform(self, X: Any) -> Any:
        """Return the scaled columns (n, n_features), float32 where X is; NaN stays NaN."""
        matrix = self._validated(X)
        with np.errstate(over="ignore"):
            scaled = (matrix - self._shift()) / self.scale_  # (1)
        return self._output(finite_result(scaled, matrix.dtype, self._input_names(None)), X)

    def inverse_transform(self, X: Any) -> Array:
        """Return columns in their own units again (n, n_features)."""
        matrix = self._validated_inverse(X)
        with np.errstate(over="ignore"):
            restored = matrix * self.scale_ + self._shift()
        return finite_result(restored, matrix.dtype, self._input_names(None))


class StandardScaler(_Scaler):
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

    def __init__(self, with_mean: bool = True, with_std: bool = True) -> None:
        self.with_mean = with_mean
        self.with_std = with_std

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn each column's mean and standard deviation; ``y`` is ignored.

        Raises
        ------
        DataError
            A column without any value, infinity, no rows, or X that is not 2-D.
        """
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        check_values(matrix, X)
        self._learn_columns(X, matrix)
        mean, scale = column_moments(matrix.astype(np.float64, copy=False))
        self.mean_ = mean if self.with_mean else np.zeros_like(mean)
        self.scale_ = scale if self.with_std else np.ones_like(scale)
        return self

    def _shift(self) -> Array:
        return self.mean_

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"mean": self.mean_, "scale": self.scale_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> StandardScaler:
        scaler = cls._with_column_state(meta)
        scaler.mean_, scaler.scale_ = arrays["mean"], arrays["scale"]
        return scaler


class RobustScaler(_Scaler):
    """Shift columns to median 0 and scale them by a range of quantiles; NaN stays NaN.

    Parameters
    ----------
    with_centering : bool
        Whether to subtract the median.
    with_scaling : bool
        Whether to divide by the range.
    quantile_range : (float, float)
        The range's quantiles in percent, 0 <= low < high <= 100; (25, 75) is the
        interquartile range.
    unit_variance : bool
        Whether the range is divided by that of the standard normal distribution, so that a
        normal column comes out with variance 1.

    Attributes
    ----------
    center_, scale_ : array (n_features,), float64
        What is subtracted and divided by, 0 and 1 where switched off.

    Examples
    --------
    >>> from minixai.data import RobustScaler
    >>> RobustScaler().fit_transform([[1.0], [2.0], [3.0], [4.0], [1000.0]]).ravel()
    array([ -1. ,  -0.5,   0. ,   0.5, 498.5])
    """

    def __init__(
        self,
        with_centering: bool = True,
        with_scaling: bool = True,
        quantile_range: tuple[float, float] = (25.0, 75.0),
        unit_variance: bool = False,
    ) -> None:
        self.with_centering = with_centering
        self.with_scaling = with_scaling
        self.quantile_range = quantile_range
        self.unit_variance = unit_variance

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn each column's median and range; ``y`` is ignored.

        Raises
        ------
        ParameterError
            A quantile range that is none, or has no width.
        DataError
            A column without any value, or infinity.
        """
        low, high = check_interval("quantile_range", self.quantile_range, 0.0, 100.0)
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True).astype(np.float64)
        check_values(matrix, X)
        levels = column_quantiles(matrix, [low, high])
        _check_width(levels[0], levels[1], X)
        scale = np.ones(matrix.shape[1])
        if self.with_scaling:
            scale = _width(levels[0], levels[1])  # (3)
            if self.unit_variance:
                normal = normal_quantile(np.array([low, high]) / 100.0)
                scale /= normal[1] - normal[0]
        self._learn_columns(X, matrix)
        self.center_ = column_medians(matrix) if self.with_centering else 0.0 * scale
        self.scale_ = scale
        return self

    def _shift(self) -> Array:
        return self.center_

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"center": self.center_, "scale": self.scale_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> RobustScaler:
        scaler = cls._with_column_state(meta)
        scaler.center_, scaler.scale_ = arrays["center"], arrays["scale"]
        return scaler


class MinMaxScaler(Transformer):
    """Stretch columns onto a range; NaN stays NaN, a constant column becomes the low end.

    Parameters
    ----------
    feature_range : (float, float)
        Where the smallest and the largest value seen in fit are put.
    clip : bool
        Whether values beyond those seen in fit are put at the ends of the range.

    Attributes
    ----------
    data_min_, data_max_ : array (n_features,), float64
        The values seen in fit.

    Examples
    --------
    >>> from minixai.data import MinMaxScaler
    >>> MinMaxScaler(clip=True).fit([[1.0], [3.0]]).transform([[2.0], [5.0]]).ravel()
    array([0.5, 1. ])
    """

    _allows_nan = True

    def __init__(self, feature_range: tuple[float, float] = (0.0, 1.0), clip: bool = False) -> None:
        self.feature_range = feature_range
        self.clip = clip

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn each column's smallest and largest value; ``y`` is ignored.

        Raises
        ------
        ParameterError
            A feature range without width.
        DataError
            A column without any value, or infinity.
        """
        check_interval("feature_range", self.feature_range, None, None)
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        check_values(matrix, X)
        low, high = (each(matrix, axis=0).astype(np.float64) for each in (np.nanmin, np.nanmax))
        _check_width(low, high, X)
        self._learn_columns(X, matrix)
        self.data_min_, self.data_max_ = low, high
        return self

    def transform(self, X: Any) -> Any:
        """Return the stretched columns (n, n_features), float32 where X is."""
        matrix = self._validated(X)
        low, high = self.feature_range
        with np.errstate(over="ignore"):
            share = (matrix - self.data_min_) / self._span()
            scaled = low + (high - low) * share  # (4)
        if self.clip:
            scaled = np.clip(scaled, low, high)
        return self._output(finite_result(scaled, matrix.dtype, self._input_names(None)), X)

    def inverse_transform(self, X: Any) -> Array:
        """Return columns in their own units again (n, n_features)."""
        matrix = self._validated_inverse(X)
        low, high = self.feature_range
        with np.errstate(over="ignore"):
            restored = (matrix - low) / (high - low) * self._span() + self.data_min_
        return finite_result(restored, matrix.dtype, self._input_names(None))

    def _span(self) -> Array:
        return _width(self.data_min_, self.data_max_)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"min": self.data_min_, "max": self.data_max_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> MinMaxScaler:
        scaler = cls._with_column_state(meta)
        scaler.data_min_, scaler.data_max_ = arrays["min"], arrays["max"]
        return scaler


def column_moments(matrix: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation (1 without spread) of each column's values present."""
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


def _width(low: Array, high: Array) -> Array:
    """Return high - low, 1 where that is 0."""
    with np.errstate(over="ignore"):
        return np.where(high == low, 1.0, high - low)


def _check_width(low: Array, high: Array, X: Any) -> None:
    wrong = np.isinf(_width(low, high))
    if wrong.any():
        j = int(np.argmax(wrong))
        raise DataError(
            f"Column {feature_names_of(None, X)[j]!r} reaches from {low[j]:.6g} to {high[j]:.6g}, "
            "and that width is beyond float64: divide the column first."
        )
