r"""Quantile scaling: every value by its rank, so that any column becomes uniform or normal.

.. math::
    p_{ij} &= \tfrac12 \bigl(F_j^-(x_{ij}) + F_j^+(x_{ij})\bigr)                      (1) \\
    z_{ij} &= \Phi^{-1}(p_{ij}), \quad |z| \le |\Phi^{-1}(10^{-7})|                   (2)

with F the line through (Q_j(k/m), k/m), k = 0..m, the quantiles of the values present in fit.
Where a quantile repeats the line is upright: F^- is its foot and F^+ its head, so that tied
values get the middle of their ranks (to the steps of k/m: a quantile that rounding keeps from
being the tied value is one step of them). Values at or beyond the ends of fit get 0 and 1.

Equal to scikit-learn's QuantileTransformer with ``subsample=None``. Different: for a normal
output only values at the ends count as the ends, not all within 1e-7 of them in whatever unit,
and more quantiles than rows are cut down to the rows in silence.

Cost: one sort a column; transform O(log n_quantiles) a value; memory one copy of X.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._transformer import Transformer, finite_result
from minixai._validation import as_matrix, check_number, check_values
from minixai.data.order_statistic import column_quantiles, safe_exponents
from minixai.errors import check_option
from minixai.protocols import Array
from minixai.statistics.normal_distribution import normal_probability, normal_quantile

__all__ = ["QuantileScaler"]

DISTRIBUTIONS = ("uniform", "normal")
_END = 1e-7  # probability that a normal output never goes below, so that it stays finite


class QuantileScaler(Transformer):
    """Map columns to uniform or normal ones by the quantiles seen in fit; NaN stays NaN.

    Parameters
    ----------
    n_quantiles : int
        Quantiles kept, at least 2; at most as many as rows are used.
    output_distribution : {"uniform", "normal"}
        What a column looks like afterwards: uniform on [0, 1], or standard normal within
        [-5.2, 5.2].

    Attributes
    ----------
    n_quantiles_ : int
        Quantiles kept.
    quantiles_ : array (n_quantiles_, n_features), float64
        Values at equal steps of rank, rising.

    Examples
    --------
    >>> from minixai.data import QuantileScaler
    >>> QuantileScaler().fit_transform([[1.0], [2.0], [2.0], [2.0], [900.0]]).ravel()
    array([0. , 0.5, 0.5, 0.5, 1. ])
    """

    _allows_nan = True

    def __init__(self, n_quantiles: int = 1000, output_distribution: str = "uniform") -> None:
        self.n_quantiles = n_quantiles
        self.output_distribution = output_distribution

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn each column's quantiles; ``y`` is ignored.

        Raises
        ------
        ParameterError
            Fewer than two quantiles, or an unknown distribution.
        DataError
            A column without any value, or infinity.
        """
        check_number("n_quantiles", self.n_quantiles, low=2, integer=True)
        check_option("output_distribution", self.output_distribution, DISTRIBUTIONS)
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True).astype(np.float64)
        check_values(matrix, X)
        self._learn_columns(X, matrix)
        self.n_quantiles_ = int(min(self.n_quantiles, len(matrix)))
        quantiles = column_quantiles(matrix, self._shares() * 100)
        self.quantiles_ = np.maximum.accumulate(quantiles, axis=0)
        return self

    def transform(self, X: Any) -> Any:
        """Return ranks as shares, or as normal values (n, n_features), float32 where X is."""
        matrix = self._validated(X)
        made = np.empty(matrix.shape)
        for j in range(matrix.shape[1]):
            made[:, j] = _shares_of(matrix[:, j], self.quantiles_[:, j], self._shares())
        if self.output_distribution == "normal":
            made = np.clip(normal_quantile(made), *_normal_ends())  # (2)
        return self._output(finite_result(made, matrix.dtype, self._input_names(None)), X)

    def inverse_transform(self, X: Any) -> Array:
        """Return values in their own units (n, n_features), none beyond those seen in fit."""
        matrix = self._validated_inverse(X)
        shares = matrix.astype(np.float64, copy=False)
        if self.output_distribution == "normal":
            shares = normal_probability(shares)
            shares = np.where(shares < _END, 0.0, np.where(shares > 1.0 - _END, 1.0, shares))
        restored, exponents = np.empty(matrix.shape), safe_exponents(self.quantiles_)
        for j in range(matrix.shape[1]):
            small = np.ldexp(self.quantiles_[:, j], -exponents[j])
            restored[:, j] = np.interp(shares[:, j], self._shares(), small)
        restored = np.ldexp(restored, exponents)
        return finite_result(restored, matrix.dtype, self._input_names(None))

    def _shares(self) -> Array:
        return np.linspace(0.0, 1.0, self.n_quantiles_)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"quantiles": self.quantiles_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> QuantileScaler:
        scaler = cls._with_column_state(meta)
        scaler.quantiles_ = arrays["quantiles"]
        scaler.n_quantiles_ = len(scaler.quantiles_)
        return scaler


def _shares_of(values: Array, quantiles: Array, shares: Array) -> Array:
    """Return the rank of each value as a share of 1, NaN where it is missing."""
    lowest, highest = quantiles[0], quantiles[-1]
    exponent = safe_exponents(quantiles[:, None])[0]
    small = np.ldexp(quantiles, -exponent)
    inside = np.ldexp(np.clip(values.astype(np.float64), lowest, highest), -exponent)
    head = np.interp(inside, small, shares)
    foot = -np.interp(-inside, -small[::-1], -shares[::-1])
    middle = 0.5 * (head + foot)  # (1)
    middle[values >= highest] = 1.0
    middle[values <= lowest] = 0.0
    return np.asarray(middle)


def _normal_ends() -> tuple[float, float]:
    """Return the ends of a normal output, a shade within which the inverse gives the extremes."""
    share = _END - np.spacing(1.0)
    low, high = normal_quantile([share, 1.0 - share])
    return float(low), float(high)
