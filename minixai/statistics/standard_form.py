r"""Columns brought to mean 0 and mean square 1, without overflow.

.. math::
    z_{ij} = (x_{ij} - \bar x_j) / s_j                                                   (1) \\
    s_j^2 = \sum_i p_i (x_{ij} - \bar x_j)^2                                             (2)

with the rows' shares :math:`p_i` of the total weight. Every column is first divided by a power
of two near its largest value, which is exact, so that 1e150 is as good as 1; the mean is taken
twice, so that a column far from 0 is centred to the last bit. Constant columns become 0 with
scale 1, whatever the rounding of their mean.

Source: Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance: the
two-pass algorithm.
Cost: four passes over the matrix, and one copy of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai.protocols import Array

__all__ = ["StandardForm", "standardise"]


@dataclass(frozen=True)
class StandardForm:
    """A matrix with columns of mean 0 and mean square 1, and the way back.

    Parameters
    ----------
    matrix : ndarray (n_samples, n_features)
        The standardised columns, float64.
    mean, scale : ndarray (n_features,)
        In the columns' own units; the mean is 0 where nothing was centred.
    varies : ndarray of bool (n_features,)
        False for columns that are constant (or all 0, where nothing was centred).
    """

    matrix: Array
    mean: Array
    scale: Array
    varies: Array


def standardise(X: Array, share: Array | None = None, *, centred: bool = True) -> StandardForm:
    """Standardise the columns of a finite matrix.

    Parameters
    ----------
    X : ndarray (n_samples, n_features)
        Finite numbers.
    share : ndarray (n_samples,), optional
        Positive weights of the rows that sum to 1; None weighs them alike.
    centred : bool
        Whether the mean is taken away; if not, the scale is the root of the mean square.

    Returns
    -------
    StandardForm
        In float64.

    Examples
    --------
    >>> standardise(np.array([[1.0], [3.0]])).matrix.ravel()
    array([-1.,  1.])
    """
    weight = np.full(len(X), 1.0 / len(X)) if share is None else share
    low, high = X.min(axis=0), X.max(axis=0)
    low, high = low.astype(np.float64), high.astype(np.float64)
    _, exponent = np.frexp(np.maximum(np.abs(low), np.abs(high)))
    exponent = np.clip(exponent, -1000, 1000)  # 2 ** exponent and its inverse must be floats
    matrix = X * np.ldexp(1.0, -exponent)
    mean = np.zeros(X.shape[1])
    if centred:
        for _ in range(2):
            rest = weight @ matrix
            matrix -= rest
            mean += rest
        varies = low != high
        mean = np.where(varies, mean, np.ldexp(low, -exponent))
    else:
        varies = (low != 0) | (high != 0)
    scale = np.sqrt(weight @ (matrix * matrix))  # (2)
    varies = varies & (scale > 0)
    matrix *= varies / np.where(varies, scale, 1.0)  # (1)
    scale = np.where(varies, np.ldexp(scale, exponent), 1.0)
    return StandardForm(matrix, np.ldexp(mean, exponent), scale, varies)
