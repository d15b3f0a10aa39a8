r"""Columns and target of a penalised least-squares problem, in units in which all are alike.

With the rows' shares :math:`p_i` of the total weight, column means :math:`\bar x_j` and deviations
:math:`s_j` (of the target :math:`\bar y` and :math:`s_y`):

.. math::
    z_{ij} &= \sqrt{p_i}\, (x_{ij} - \bar x_j) / s_j                                     (1) \\
    w_j &= v_j\, s_y / s_j                                                               (2) \\
    a_j &= \alpha\,\rho / (s_y s_j), \quad b_j = \alpha\,(1 - \rho) / s_j^2              (3)

so that every column has norm 1 and the user's problem is, divided by :math:`s_y^2`,

.. math::
    \min_v \tfrac12 \lVert t - Z v \rVert^2 + \sum_j a_j |v_j| + \tfrac12 \sum_j b_j v_j^2 .

Columns near 1e300 are as good as columns near 1: what is extreme is the penalty alone. Constant
columns become 0.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, section 3.4,
for the standardised problem; here the penalties are those of the columns as they are given.
Cost: two passes over the matrix, and one copy of it with the columns in rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from minixai._numba import kernel
from minixai.linear.linear_model import check_coefficients
from minixai.protocols import Array

__all__ = ["PenalisedDesign", "correlate", "penalise_design", "take_away"]

_LARGEST = 1e300
"""A penalty that nothing outweighs; infinity times 0 would be no number."""


@dataclass(frozen=True, eq=False)
class PenalisedDesign:
    """A penalised problem without its penalty, and the way back to the user's units.

    Parameters
    ----------
    columns : ndarray (n_features, n_samples)
        Z, one column a row, of norm 1 (constant ones 0).
    target : ndarray (n_samples,)
        t, of norm 1 (constant: 0).
    mean, scale : ndarray (n_features,)
        The columns' means and deviations; 0 and 1 where there is nothing to take away.
    target_mean, target_scale : float
        Those of the target.
    moment : ndarray (n_features,)
        Z' t.
    """

    columns: Array
    target: Array
    mean: Array
    scale: Array
    target_mean: float
    target_scale: float
    moment: Array

    @property
    def largest_moment(self) -> float:
        """The least L1 penalty, in the user's units, that leaves all coefficients at 0."""
        with np.errstate(over="ignore", under="ignore"):
            return float((np.abs(self.moment) * self.scale * self.target_scale).max())

    def penalties(self, alpha: float, l1_ratio: float) -> tuple[Array, Array]:
        """Give a and b of every column."""
        with np.errstate(over="ignore", under="ignore"):
            first = alpha * l1_ratio / self.target_scale / self.scale
            second = alpha * (1.0 - l1_ratio) / self.scale / self.scale  # (3)
        return np.minimum(first, _LARGEST), np.minimum(second, _LARGEST)

    def in_units(self, solution: Array, names: list[str]) -> tuple[Array, float]:
        """Give coefficients and intercept in the user's units.

        Raises
        ------
        DataError
            A coefficient that no float can hold.
        """
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            coef = solution * self.target_scale / self.scale  # (2)
            start = self.target_mean - self.target_scale * float(
                solution @ (self.mean / self.scale)
            )
        check_coefficients(coef, solution, start, names)
        return coef, start


def penalise_design(X: Array, y: Array, weight: Array, *, centred: bool) -> PenalisedDesign:
    """Weigh, centre and scale the columns and the target.

    Parameters
    ----------
    X : ndarray (n_samples, n_features)
        Any order; left as it is.
    y, weight : ndarray (n_samples,)
        The weights are not negative.
    centred : bool
        Whether the model has an intercept.

    Returns
    -------
    PenalisedDesign
    """
    share = weight / weight.max()
    share = share / share.sum()
    root = np.sqrt(share)
    columns = np.array(X.T, dtype=np.float64, order="C", copy=True)
    target = np.array(y[np.newaxis], dtype=np.float64, copy=True)
    mean, scale = np.zeros(len(columns)), np.ones(len(columns))
    own_mean, own_scale = np.zeros(1), np.ones(1)
    _standardise_rows(columns, share, root, centred, mean, scale)
    _standardise_rows(target, share, root, centred, own_mean, own_scale)
    moment = np.empty(len(columns))
    correlate(columns, target[0], np.arange(len(columns)), moment)
    return PenalisedDesign(
        columns, target[0], mean, scale, float(own_mean[0]), float(own_scale[0]), moment
    )


@kernel(reassociate="sums over rows, of columns that were centred: any order is as exact")
def _standardise_rows(
    columns: Array, share: Array, root: Array, centred: bool, mean: Array, scale: Array
) -> None:
    n = columns.shape[1]
    for j in range(columns.shape[0]):
        row = columns[j]
        low = row[0]
        high = row[0]
        for i in range(n):
            low = min(low, row[i])
            high = max(high, row[i])
        largest = max(abs(low), abs(high))
        still = low == high if centred else largest == 0.0
        if still:
            mean[j] = low if centred else 0.0
            for i in range(n):
                row[i] = 0.0
            continue
        _, exponent = math.frexp(largest)
        exponent = min(max(exponent, -1000), 1000)
        shrink = math.ldexp(1.0, -exponent)  # a power of two, so that nothing is rounded
        centre = 0.0
        for i in range(n):
            row[i] *= shrink
        if centred:
            for _ in range(2):
                rest = 0.0
                for i in range(n):
                    rest += share[i] * row[i]
                for i in range(n):
                    row[i] -= rest
                centre += rest
        square = 0.0
        for i in range(n):
            row[i] *= root[i]
            square += row[i] * row[i]
        size = math.sqrt(square)
        if size == 0.0:
            continue
        factor = 1.0 / size
        for i in range(n):
            row[i] *= factor  # (1)
        mean[j] = math.ldexp(centre, exponent)
        scale[j] = math.ldexp(size, exponent)


@kernel(reassociate="a sum over rows of which any order is as exact")
def correlate(columns: Array, residual: Array, which: Array, out: Array) -> None:
    """Write the products of some columns with a vector into their places of ``out``."""
    n = columns.shape[1]
    for k in range(which.size):
        row = columns[which[k]]
        total = 0.0
        for i in range(n):
            total += row[i] * residual[i]
        out[which[k]] = total


@kernel
def take_away(columns: Array, which: Array, solution: Array, rest: Array) -> None:
    """Take some columns times their coefficients away from ``rest``."""
    n = columns.shape[1]
    for k in range(which.size):
        row = columns[which[k]]
        part = solution[which[k]]
        for i in range(n):
            rest[i] -= part * row[i]
