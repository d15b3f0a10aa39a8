r"""Moving what a pair says about one column alone into that column's shape.

A grid f of scores, with the weight w of the rows in each cell, is parted into

.. math::
    f_{ab} = m + p_a + q_b + r_{ab}, \quad
    \sum_b w_{ab}\, r_{ab} = \sum_a w_{ab}\, r_{ab} = 0                                  (1)

which are the normal equations of the weighted least-squares fit of f by p and q; p and q have
weighted mean 0. Lines and columns of the grid that have no row at all become 0.

Source: Lengerich, Tan, Chang, Hooker & Caruana (2020), Purifying interaction effects with the
functional ANOVA, AISTATS, arXiv:1911.04974.
Differs from the source: the end of its alternating subtractions is solved for at once.
Cost: O((n_a + n_b)^3) a grid, whatever the number of bags and outputs.
"""

from __future__ import annotations

import numpy as np

from minixai.protocols import Array

__all__ = ["purify"]


def purify(grids: Array, weights: Array) -> tuple[Array, Array, Array, Array]:
    """Part grids into a mean, two shapes and what is left.

    Parameters
    ----------
    grids : array (n_grids, n_a, n_b)
    weights : array (n_a, n_b)
        Not all 0.

    Returns
    -------
    left : array (n_grids, n_a, n_b)
    first : array (n_grids, n_a)
    second : array (n_grids, n_b)
    mean : array (n_grids,)
    """
    w_a, w_b = weights.sum(axis=1), weights.sum(axis=0)
    equations = np.block([[np.diag(w_a), weights], [weights.T, np.diag(w_b)]])
    known = np.hstack([(grids * weights).sum(axis=2), (grids * weights).sum(axis=1)])
    effects = np.linalg.lstsq(equations, known.T, rcond=1e-12)[0].T
    first, second = effects[:, : len(w_a)], effects[:, len(w_a) :]
    left = grids - first[:, :, np.newaxis] - second[:, np.newaxis, :]  # (1)
    left = np.where(np.outer(w_a > 0, w_b > 0), left, 0.0)
    total = weights.sum()
    means = first @ w_a / total, second @ w_b / total
    first = np.where(w_a > 0, first - means[0][:, np.newaxis], 0.0)
    second = np.where(w_b > 0, second - means[1][:, np.newaxis], 0.0)
    return left, first, second, means[0] + means[1]
