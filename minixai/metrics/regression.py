r"""Measures of a numeric prediction; :math:`w_i` are the rows' weights, 1 by default.

.. math::
    \mathrm{MSE} &= \sum_i w_i (y_i - \hat y_i)^2 / \sum_i w_i                           (1) \\
    J &= \tfrac12 \mathrm{MSE}                                                           (2) \\
    \mathrm{RMSE} &= \sqrt{\mathrm{MSE}}                                                 (3) \\
    \mathrm{MAE} &= \sum_i w_i |y_i - \hat y_i| / \sum_i w_i                             (4) \\
    R^2 &= 1 - \sum_i w_i (y_i - \hat y_i)^2 / \sum_i w_i (y_i - \bar y)^2               (5) \\
    \mathrm{MAPE} &= \sum_i w_i |y_i - \hat y_i| / \max(|y_i|, \epsilon) / \sum_i w_i    (6) \\
    Q_\alpha &= \sum_i w_i \max(\alpha (y_i - \hat y_i),
        (1 - \alpha)(\hat y_i - y_i)) / \sum_i w_i                                        (7)

with :math:`\bar y` the weighted mean. J is the cost that linear regression minimises.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, chapter 3;
Koenker & Bassett (1978), Regression quantiles, for (7); de Myttenaere et al. (2016),
Mean absolute percentage error for regression models, arXiv:1605.02541, for (6).
Degenerate cases of R2: a constant target gives 1 if it is met exactly and 0 if not (whatever
the rounding of its mean), a single row gives NaN with a warning. Sums of squares are scaled by
the largest residual where they would overflow or vanish, so that values at 1e150 are right.
Cost: one pass over the rows.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minixai._validation import as_ratio_weights, check_number
from minixai.errors import DataError, DataTypeError, DataWarning
from minixai.protocols import Array

__all__ = [
    "half_mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "quantile_loss",
    "r2",
    "root_mean_squared_error",
]


Measure = Callable[..., float]


def _mean_over_outputs(measure: Measure) -> Measure:
    """Let a measure of one output take several, (n_samples, n_outputs): it is their mean."""

    @functools.wraps(measure)
    def mean(y_true: Any, y_pred: Any, sample_weight: Any = None, **options: Any) -> float:
        if np.ndim(y_true) != 2 or np.shape(y_true)[1] < 2:
            return measure(y_true, y_pred, sample_weight, **options)
        target, prediction = np.asarray(y_true), np.asarray(y_pred)
        if target.shape != prediction.shape:
            raise DataError(
                f"`y_true` has the shape {target.shape} and `y_pred` {prediction.shape}: "
                "they must agree."
            )
        columns = zip(target.T, prediction.T, strict=True)
        return float(np.mean([measure(*pair, sample_weight, **options) for pair in columns]))

    return mean


@_mean_over_outputs
def mean_squared_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Mean squared error, in the square of the target's unit; lower is better.

    Parameters
    ----------
    y_true, y_pred : array-like (n_samples,) or (n_samples, n_outputs)
        Targets and predictions, finite; of several outputs the mean is returned.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.

    Returns
    -------
    float
        In [0, inf).

    Raises
    ------
    DataError
        Other lengths, no rows, NaN, infinity, or a result beyond the largest float.

    Examples
    --------
    >>> mean_squared_error([3.0, 0.0], [2.0, 2.0])
    2.5
    """
    residual, weight = _residual(y_true, y_pred, sample_weight)
    with np.errstate(over="ignore"):
        value = _mean(residual * residual, weight)  # (1)
    if not math.isfinite(value):
        raise DataError(
            "The mean squared error is beyond the largest float: rescale the target "
            "or use the root_mean_squared_error."
        )
    return value


def half_mean_squared_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Half the mean squared error, the cost J = 1/(2m) sum (h - y)^2; lower is better.

    Parameters and errors are those of :func:`mean_squared_error`.

    Returns
    -------
    float
        In [0, inf).

    Examples
    --------
    >>> half_mean_squared_error([3.0, 0.0], [2.0, 2.0])
    1.25
    """
    return 0.5 * mean_squared_error(y_true, y_pred, sample_weight)  # (2)


@_mean_over_outputs
def root_mean_squared_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Root of the mean squared error, in the target's unit; lower is better.

    Parameters and errors are those of :func:`mean_squared_error`; the result does not overflow.

    Returns
    -------
    float
        In [0, inf).

    Examples
    --------
    >>> root_mean_squared_error([3.0, 3.0], [0.0, 6.0])
    3.0
    """
    residual, weight = _residual(y_true, y_pred, sample_weight)
    scale = _scale(residual)
    residual = residual / scale
    return scale * math.sqrt(_mean(residual * residual, weight))  # (3)


@_mean_over_outputs
def mean_absolute_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Mean absolute error, in the target's unit; lower is better.

    Parameters and errors are those of :func:`mean_squared_error`.

    Returns
    -------
    float
        In [0, inf).

    Examples
    --------
    >>> mean_absolute_error([3.0, 0.0], [2.0, 2.0])
    1.5
    """
    residual, weight = _residual(y_true, y_pred, sample_weight)
    return _mean(np.abs(residual), weight)  # (4)


@_mean_over_outputs
def r2(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Share of the target's variance that the prediction explains; higher is better.

    Parameters and errors are those of :func:`mean_squared_error`.

    Returns
    -------
    float
        In (-inf, 1]; 0 is what the mean of ``y_true`` gets; NaN for a single row.

    Examples
    --------
    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    residual, weight = _residual(y_true, y_pred, sample_weight)
    if len(residual) < 2:
        warnings.warn("R2 is not defined for a single row.", DataWarning, stacklevel=2)
        return math.nan
    target = _numbers(y_true, "y_true")
    counted = target if weight is None else target[weight > 0]
    if counted.min() == counted.max():
        missed = residual if weight is None else residual[weight > 0]
        return 0.0 if missed.any() else 1.0
    deviation = target - _mean(target, weight)
    scale = _scale(deviation)
    deviation = deviation / scale
    total = _mean(deviation * deviation, weight)
    with np.errstate(over="ignore"):
        residual = residual / scale
        value = 1.0 - _mean(residual * residual, weight) / total  # (5)
    if not math.isfinite(value):
        raise DataError("R2 is beyond the largest float: the prediction is off by far too much.")
    return value


@_mean_over_outputs
def mean_absolute_percentage_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Mean absolute error as a share of the target, 0.1 for 10 %; lower is better.

    Parameters and errors are those of :func:`mean_squared_error`. Targets are taken as at least
    2.2e-16, so that one at 0 that is missed gives a huge number: the measure is not for such
    targets. It favours predictions that are too low.

    Returns
    -------
    float
        In [0, inf).

    Examples
    --------
    >>> mean_absolute_percentage_error([4.0, -2.0], [5.0, -2.0])
    0.125
    """
    residual, weight = _residual(y_true, y_pred, sample_weight)
    target = np.abs(_numbers(y_true, "y_true"))
    with np.errstate(over="ignore"):
        shares = np.abs(residual) / np.maximum(target, np.finfo(np.float64).eps)
    return _mean(shares, weight)  # (6)


@_mean_over_outputs
def quantile_loss(
    y_true: Any, y_pred: Any, sample_weight: Any = None, *, alpha: float = 0.5
) -> float:
    """Pinball loss of a predicted quantile, in the target's unit; lower is better.

    Parameters and errors are those of :func:`mean_squared_error`, and:

    Parameters
    ----------
    alpha : float
        The quantile that is predicted, in [0, 1]: a prediction that is too low costs alpha per
        unit, one that is too high 1 - alpha. The default, the median, is half the MAE.

    Returns
    -------
    float
        In [0, inf).

    Raises
    ------
    ParameterError
        ``alpha`` outside [0, 1].

    Examples
    --------
    >>> quantile_loss([3.0, 0.0], [2.0, 2.0], alpha=0.75)
    0.625
    """
    check_number("alpha", alpha, low=0.0, high=1.0)
    residual, weight = _residual(y_true, y_pred, sample_weight)
    loss = np.maximum(-alpha * residual, (1.0 - alpha) * residual)
    return _mean(loss, weight)  # (7)


def _residual(y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Array, Array | None]:
    """Give the checked differences and weights (None where every row counts once)."""
    target, prediction = _numbers(y_true, "y_true"), _numbers(y_pred, "y_pred")
    if len(target) != len(prediction):
        raise DataError(
            f"`y_true` has {len(target)} rows and `y_pred` {len(prediction)}: they must agree."
        )
    if not len(target):
        raise DataError("`y_true` has no rows: a measure needs at least one.")
    with np.errstate(over="ignore", invalid="ignore"):
        residual = prediction - target
        finite = math.isfinite(float(residual.sum()))
    if not finite:
        _refuse(target, prediction, residual)
    return residual, None if sample_weight is None else as_ratio_weights(sample_weight, len(target))


def _numbers(values: Any, name: str) -> Array:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataTypeError(f"`{name}` must hold numbers: choose a metric of labels.") from error
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(f"`{name}` must have one number per row, got shape {array.shape}.")
    return array


def _refuse(target: Array, prediction: Array, residual: Array) -> None:
    """Name the first value that is not finite; return where only the sum overflowed."""
    for name, values in (("y_true", target), ("y_pred", prediction), ("y_pred - y_true", residual)):
        wrong = ~np.isfinite(values)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise DataError(f"`{name}` must be finite, got {values[row].item()} in row {row}.")


def _mean(values: Array, weight: Array | None) -> float:
    """Give the (weighted) mean, without a warning where it is beyond the largest float."""
    with np.errstate(over="ignore", invalid="ignore"):
        if weight is None:
            return float(values.mean())
        return float(np.dot(weight, values) / weight.sum())


def _scale(values: Array) -> float:
    """Give the largest absolute value, 1 where all are 0: dividing by it keeps squares in range."""
    return float(np.abs(values).max()) or 1.0
