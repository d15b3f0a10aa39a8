r"""Outliers: found, reported, and only then drawn in to the limits.

A value is beyond when it lies outside the limits of its column, one of

.. math::
    m &\pm k \cdot 1.4826 \,\mathrm{MAD}, \quad
        \mathrm{MAD} = \mathrm{median}_i |x_i - m|, \; m = \mathrm{median}_i\, x_i    (1) \\
    [Q(1/4) &- k R, \; Q(3/4) + k R], \quad R = Q(3/4) - Q(1/4)                       (2) \\
    [Q(q_0) &, \; Q(q_1)]                                                             (3)

over the values present: ``"robust_z"`` (1), where 1.4826 makes k count standard deviations of a
normal column, ``"iqr"`` (2), Tukey's fences, and ``"quantile"`` (3). Winsorising puts values
beyond a limit at the limit. A column whose MAD or R is 0, one value in its middle half, has
no measure of what is far: it is not judged, and left alone.

Source: Iglewicz & Hoaglin (1993), How to Detect and Handle Outliers, for (1) and k = 3.5; Tukey
(1977), Exploratory Data Analysis, for (2) and k = 1.5.
Cost: O(n) selections a column; memory one copy of X.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._transformer import Transformer
from minixai._validation import (
    as_matrix,
    check_interval,
    check_number,
    check_values,
    feature_names_of,
)
from minixai.data.order_statistic import column_medians, column_quantiles
from minixai.data.outlier_table import OutlierTable
from minixai.errors import ParameterError, check_option
from minixai.protocols import Array

__all__ = ["Winsorizer", "outliers"]

METHODS = ("robust_z", "iqr", "quantile")
_NORMAL_MAD = 1.4826022185056018  # 1 / quantile of 3/4 of the standard normal distribution
_USUAL_K = {"robust_z": 3.5, "iqr": 1.5}


def outliers(
    X: Any,
    method: str = "robust_z",
    *,
    k: float | None = None,
    quantiles: tuple[float, float] = (0.01, 0.99),
) -> OutlierTable:
    """Return what lies beyond the limits of each column of ``X``; nothing is changed.

    Parameters
    ----------
    X : array-like or data frame (n_samples, n_features)
        Numbers; NaN is not judged.
    method, k, quantiles
        As in `Winsorizer`.

    Returns
    -------
    OutlierTable
        Per column the limits, the number and share of values beyond, and the farthest of them.

    Raises
    ------
    ParameterError
        An unknown method, or limits that are none.
    DataError
        A column without any value, or infinity.

    Examples
    --------
    >>> from minixai.data import outliers
    >>> outliers([[1.0], [2.0], [3.0], [4.0], [1000.0]]).extremes
    ((1000.0,),)
    """
    return Winsorizer(method, k=k, quantiles=quantiles).fit(X).report(X)


class Winsorizer(Transformer):
    """Put values beyond limits learned in fit at the limits; `report` says which they are.

    Parameters
    ----------
    method : {"robust_z", "iqr", "quantile"}
        How the limits are drawn.
    k : float, optional
        Width of the limits for "robust_z" (in standard deviations, None: 3.5) and "iqr" (in
        interquartile ranges, None: 1.5), above 0.
    quantiles : (float, float)
        Shares of the values that "quantile" takes for its limits, 0 <= low < high <= 1.

    Attributes
    ----------
    low_, high_ : array (n_features,), float64
        The limits; infinite for a column that is not judged.

    Examples
    --------
    >>> from minixai.data import Winsorizer
    >>> winsorizer = Winsorizer(k=3).fit([[1.0], [2.0], [3.0], [4.0], [1000.0]])
    >>> winsorizer.report([[5.0], [1000.0]]).n_beyond
    array([1])
    >>> winsorizer.transform([[5.0], [1000.0]]).ravel().round(2)
    array([5.  , 7.45])
    """

    _allows_nan = True

    def __init__(
        self,
        method: str = "robust_z",
        k: float | None = None,
        quantiles: tuple[float, float] = (0.01, 0.99),
    ) -> None:
        self.method = method
        self.k = k
        self.quantiles = quantiles

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn each column's limits; ``y`` is ignored.

        Raises
        ------
        ParameterError
            An unknown method, or limits that are none.
        DataError
            A column without any value, or infinity.
        """
        check_option("method", self.method, METHODS)
        ends = check_interval("quantiles", self.quantiles, 0.0, 1.0)
        if self.k is not None:
            check_number("k", self.k, low=0.0, open_low=True)
            if self.method == "quantile":
                raise ParameterError(
                    f"`k` is for 'robust_z' and 'iqr', got {self.k!r} with 'quantile': set "
                    "`quantiles` instead."
                )
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        check_values(matrix, X)
        self._learn_columns(X, matrix)
        k = _USUAL_K.get(self.method) if self.k is None else self.k
        self.low_, self.high_ = _limits(matrix.astype(np.float64), self.method, k, ends)
        return self

    def transform(self, X: Any) -> Any:
        """Return the columns within the limits (n, n_features), float32 where X is."""
        matrix = self._validated(X)
        return self._output(np.clip(matrix, *self._limits_in(matrix.dtype)), X)

    def report(self, X: Any) -> OutlierTable:
        """Return what `transform` would change in ``X``, and change nothing."""
        matrix = self._validated(X)
        low, high = self._limits_in(matrix.dtype)
        present = (~np.isnan(matrix)).sum(axis=0)
        return OutlierTable(
            feature_names=tuple(feature_names_of(self, X)),
            method=self.method,
            low=self.low_.copy(),
            high=self.high_.copy(),
            n_below=(matrix < low).sum(axis=0),
            n_above=(matrix > high).sum(axis=0),
            n_present=present,
            extremes=tuple(_farthest(column, low[j], high[j]) for j, column in enumerate(matrix.T)),
        )

    def _limits_in(self, dtype: Any) -> tuple[Array, Array]:
        """Return the limits in the type of the values, so that what is at one is not beyond."""
        with np.errstate(over="ignore"):
            return self.low_.astype(dtype), self.high_.astype(dtype)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"low": self.low_, "high": self.high_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Winsorizer:
        made = cls._with_column_state(meta)
        made.low_, made.high_ = arrays["low"], arrays["high"]
        return made


def _limits(
    matrix: Array, method: str, k: float | None, quantiles: tuple[float, float]
) -> tuple[Array, Array]:
    """Return the limits of each column, infinite where it cannot be judged."""
    if method == "quantile":
        low, high = column_quantiles(matrix, [100.0 * share for share in quantiles])  # (3)
        return low, high
    assert k is not None
    with np.errstate(over="ignore", invalid="ignore"):  # beyond all floats is no limit
        if method == "robust_z":
            median = column_medians(matrix)
            spread = column_medians(np.abs(matrix - median))
            low, high = median - k * _NORMAL_MAD * spread, median + k * _NORMAL_MAD * spread  # (1)
        else:
            first, third = column_quantiles(matrix, [25.0, 75.0])
            spread = third - first
            low, high = first - k * spread, third + k * spread  # (2)
    judged = spread > 0.0
    return np.where(judged, low, -np.inf), np.where(judged, high, np.inf)


def _farthest(values: Array, low: float, high: float) -> tuple[float, ...]:
    """Return up to five values beyond the limits, the farthest first, then the smaller."""
    beyond = np.sort(values[(values < low) | (values > high)]).astype(np.float64)
    ends = np.concatenate([beyond[:5], beyond[5:][-5:]])
    with np.errstate(over="ignore"):
        distance = np.where(ends < low, low - ends, ends - high)
    return tuple(float(value) for value in ends[np.argsort(-distance, kind="stable")[:5]])
