r"""Power transforms: the power of a column that makes it most like a normal one.

Box-Cox, for positive columns, and Yeo-Johnson, for all:

.. math::
    b(x, \lambda) &= (x^\lambda - 1) / \lambda, \quad b(x, 0) = \log x                (1) \\
    y(x, \lambda) &= b(1 + x, \lambda) \text{ for } x \ge 0, \text{ else }
        -b(1 - x, 2 - \lambda)                                                        (2)

with the power of largest likelihood among the values present,

.. math::
    \ell_b &= -\tfrac n2 \log \mathrm{var}\, b(x / g, \lambda), \quad
        \log g = \tfrac1n \sum_i \log x_i                                             (3) \\
    \ell_y &= -\tfrac n2 \log \mathrm{var}\, y(x, \lambda)
        + (\lambda - 1) \sum_i \mathrm{sign}(x_i) \log(1 + |x_i|)                     (4)

found by Brent's method between the powers that keep (1) and (2) far from overflow; (3) is the
usual likelihood, in units of the geometric mean g. A constant column keeps the power 1.

Source: Box & Cox (1964), JRSS B 26(2), 211; Yeo & Johnson (2000), Biometrika
87(4), 954, eq. 3.1 for (4). As scikit-learn's PowerTransformer; different: Box-Cox is searched
in bounds too, a constant column is no error there, and what has no inverse is an error, not NaN.
Cost: about 30 passes over a column, O(n) each; memory one copy of X.
"""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._transformer import Transformer, finite_result
from minixai._validation import as_matrix, check_values
from minixai.data.scalar_minimum import minimum_in_interval
from minixai.data.scaling import column_moments
from minixai.errors import DataError, check_option
from minixai.protocols import Array

__all__ = ["PowerTransformer"]

METHODS = ("yeo-johnson", "box-cox")
_EPS = 2.0**-52
_LOWEST, _HIGHEST = -485.0 * math.log(2.0), 486.0 * math.log(2.0)  # squares are floats yet
_ARRAYS = ("lambdas", "log_units", "mean", "scale")
_ROOM = 20.0  # times the largest value of fit may be met later


class PowerTransformer(Transformer):
    """Raise columns to powers that make them most normal; NaN stays NaN.

    Parameters
    ----------
    method : {"yeo-johnson", "box-cox"}
        Yeo-Johnson takes any number, Box-Cox positive ones.
    standardize : bool
        Whether the result is scaled to mean 0 and standard deviation 1.

    Attributes
    ----------
    lambdas_ : array (n_features,), float64
        The powers.
    log_units_ : array (n_features,), float64
        Logarithms of the units in which Box-Cox takes values: those of the geometric means, or
        0 without `standardize`. The standardised result is the same in any unit, and exact in
        this one.
    mean_, scale_ : array (n_features,), float64
        What is subtracted and divided by afterwards, 0 and 1 without `standardize`.

    Examples
    --------
    >>> from minixai.data import PowerTransformer
    >>> power = PowerTransformer("box-cox", standardize=False).fit([[1.0], [10.0], [100.0]])
    >>> abs(power.lambdas_[0]) < 1e-6
    np.True_
    """

    _allows_nan = True

    def __init__(self, method: str = "yeo-johnson", standardize: bool = True) -> None:
        self.method = method
        self.standardize = standardize

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn each column's power; ``y`` is ignored.

        Raises
        ------
        ParameterError
            An unknown method.
        DataError
            A column without any value, infinity, or a number that Box-Cox does not take.
        """
        check_option("method", self.method, METHODS)
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        check_values(matrix, X)
        with all_or_nothing(self):
            self._learn_columns(X, matrix)
            self._learn_powers(matrix.astype(np.float64))
        return self

    def _learn_powers(self, matrix: Array) -> None:
        """Learn the powers, and the moments of what they give."""
        best = _box_cox_power if self.method == "box-cox" else _yeo_johnson_power
        self._check_domain(matrix)
        self.lambdas_ = np.array([best(column[~np.isnan(column)]) for column in matrix.T])
        self.log_units_ = np.zeros(len(self.lambdas_))
        if self.standardize and self.method == "box-cox":
            self.log_units_ = np.nanmean(np.log(matrix), axis=0)
        raised = self._raised(matrix)
        lost = (_spread(raised) == 0.0) & (_spread(matrix) > 0.0)
        if lost.any():
            j = int(np.argmax(lost))
            raise DataError(
                f"Column {self._input_names(None)[j]!r}: its values are one number to all digits "
                f"once raised to {self.lambdas_[j]:.6g}: divide the column by its median first."
            )
        mean, scale = column_moments(raised)
        self.mean_ = mean if self.standardize else np.zeros_like(mean)
        self.scale_ = scale if self.standardize else np.ones_like(scale)

    def transform(self, X: Any) -> Any:
        """Return the columns raised (n, n_features), float32 where X is."""
        matrix = self._validated(X)
        self._check_domain(matrix)
        made = (self._raised(matrix.astype(np.float64)) - self.mean_) / self.scale_
        return self._output(finite_result(made, matrix.dtype, self._input_names(None)), X)

    def inverse_transform(self, X: Any) -> Array:
        """Return columns in their own units again (n, n_features).

        Raises
        ------
        DataError
            A number that the transform gives for no value.
        """
        matrix = self._validated_inverse(X)
        raised = matrix * self.scale_ + self.mean_
        restored = np.empty(matrix.shape)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for j, power in enumerate(self.lambdas_):
                if self.method == "box-cox":
                    restored[:, j] = np.exp(_logarithm(raised[:, j], power) + self.log_units_[j])
                else:
                    size, above = np.abs(raised[:, j]), raised[:, j] >= 0.0
                    logs = np.where(above, _logarithm(size, power), _logarithm(size, 2.0 - power))
                    restored[:, j] = np.copysign(np.expm1(logs), raised[:, j])
        lost = np.isnan(restored) & ~np.isnan(matrix)
        if lost.any():
            row, j = (int(k) for k in np.argwhere(lost)[0])
            raise DataError(
                f"Column {self._input_names(None)[j]!r}, row {row}: no value is transformed to "
                f"{matrix[row, j]:.6g}, so it has no inverse: pass what `transform` gave."
            )
        return finite_result(restored, matrix.dtype, self._input_names(None))

    def _raised(self, matrix: Array) -> Array:
        """Return (1) or (2) of float64 columns."""
        made = np.empty(matrix.shape)
        for j, power in enumerate(self.lambdas_):
            if self.method == "box-cox":
                made[:, j] = _of_logarithm(np.log(matrix[:, j]) - self.log_units_[j], power)
            else:
                made[:, j] = _yeo_johnson(matrix[:, j], power)
        return finite_result(made, np.float64, self._input_names(None))

    def _check_domain(self, matrix: Array) -> None:
        if self.method == "box-cox" and np.any(matrix <= 0.0):
            row, j = (int(k) for k in np.argwhere(matrix <= 0.0)[0])
            raise DataError(
                f"Column {self._input_names(None)[j]!r}, row {row} is {matrix[row, j]:.6g}, and "
                "Box-Cox can only be applied to strictly positive data: use 'yeo-johnson'."
            )

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        arrays = (self.lambdas_, self.log_units_, self.mean_, self.scale_)
        return self._column_state(), dict(zip(_ARRAYS, arrays, strict=True))

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> PowerTransformer:
        made = cls._with_column_state(meta)
        made.lambdas_, made.log_units_, made.mean_, made.scale_ = (arrays[k] for k in _ARRAYS)
        return made


def _spread(matrix: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(np.nanmax(matrix, axis=0) - np.nanmin(matrix, axis=0))


def _yeo_johnson(x: Array, power: float) -> Array:
    size = np.log1p(np.abs(x))
    below = _of_logarithm(size, 2.0 - power)
    return np.where(x < 0.0, -below, _of_logarithm(size, power))  # (2)


def _of_logarithm(logs: Array, power: float) -> Array:
    """Return Box-Cox of exp(logs), without a detour over powers that overflow."""
    if abs(power) < _EPS:
        return logs
    with np.errstate(over="ignore"):
        small = np.expm1(power * logs) / power  # (1)
        large = np.copysign(np.exp(power * logs - math.log(abs(power))), power)
    return np.where(power * logs < 709.0, small, large)


def _logarithm(raised: Array, power: float) -> Array:
    """Return the logarithm of what Box-Cox raised; NaN where there is none."""
    return raised if abs(power) < _EPS else np.log1p(power * raised) / power


def _box_cox_power(x: Array) -> float:
    """Return the power of largest likelihood (3)."""
    if x.min() == x.max():
        return 1.0
    logs = np.log(x)
    centred = logs - logs.mean()
    widest, largest = float(np.abs(centred).max()), float(np.abs(logs).max())
    if widest == 0.0:
        return 1.0
    end = min(_HIGHEST / widest, 2.0 * _HIGHEST / largest)

    def loss(power: float) -> float:
        return 0.5 * len(x) * _log_variance(_of_logarithm(centred, power))  # (3)

    return minimum_in_interval(loss, -end, end)


def _yeo_johnson_power(x: Array) -> float:
    """Return the power of largest likelihood (4)."""
    if x.min() == x.max():
        return 1.0
    logs = float(np.sum(np.copysign(np.log1p(np.abs(x)), x)))
    low, high = _yeo_johnson_powers(float(x.min()), float(x.max()))
    if low >= high:  # both signs, and so large that only the power 1 keeps both in range
        return 1.0

    def loss(power: float) -> float:
        spread = _log_variance(_yeo_johnson(x, power))
        return 0.5 * len(x) * spread - (power - 1.0) * logs  # (4)

    return minimum_in_interval(loss, low, high)


def _yeo_johnson_powers(least: float, largest: float) -> tuple[float, float]:
    """Return the powers between which values in this range, and beyond, stay in range."""
    size = math.log(max(-least, largest)) + math.log(_ROOM)
    room = max(float(np.logaddexp(0.0, size)), 1e-300)
    low, high = _LOWEST / room, _HIGHEST / room
    if largest < 0.0:
        return 2.0 - high, 2.0 - low
    return (low, high) if least >= 0.0 else (max(2.0 - high, low), min(2.0 - low, high))


def _log_variance(values: Array) -> float:
    """Return the logarithm of a variance that may itself be no float; infinity for none."""
    exponent = int(np.frexp(np.abs(values).max())[1])
    variance = float(np.var(np.ldexp(values, -exponent)))
    return math.log(variance) + 2.0 * exponent * math.log(2.0) if variance > 0.0 else math.inf
