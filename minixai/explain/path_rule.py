r"""Points and weights that integrate polynomials over [0, 1] exactly, with t = 1 among the points.

Radau's rule of q points, t = 1 one of them, is exact up to degree 2 q - 2; Gauss's, none of them at
an end, up to 2 q - 1. Points are eigenvalues of a tridiagonal matrix with the entries
:math:`k / \sqrt{4 k^2 - 1}` beside a diagonal of zeros; for Radau's the last of the diagonal is

.. math::
    q / (2 q - 1)                                                                     (1)

Source: Golub (1973), Some modified matrix eigenvalue problems, SIAM Review 15, for rules with a
point that is given; (1) is worked out for Legendre's polynomials.
Cost: an eigenvalue problem of size q, once for each q.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minixai.protocols import Array

__all__ = ["gauss_rule", "radau_rule", "rules_of"]


def rules_of(n_asked: Array, rule: Callable[[int], Any]) -> tuple[Array, Array]:
    """Return the points of each tree, and points, weights and -1 / (1 - t) of every rule needed.

    The rule of q points is ``rules[:, q, :q]``; the last point is always t = 1.
    """
    held = {int(d): rule(int(d)) for d in np.unique(n_asked[n_asked > 0])}
    n_points = np.array([len(held[d][0]) if d else 0 for d in n_asked.tolist()], dtype=np.int64)
    most = max(int(n_points.max()), 1)
    rules = np.zeros((3, most + 1, most))
    for t, weight in held.values():
        q = len(t)
        rules[:2, q, :q] = t, weight
        rules[2, q, : q - 1] = -1.0 / (1.0 - t[:-1])
    return n_points, rules


@functools.cache
def radau_rule(d: int) -> tuple[Array, Array]:
    """Return points and weights in (0, 1], exact to degree d - 1, with t = 1 among the points.

    Golub's tridiagonal matrix: the squares of its eigenvectors' first entries are the weights.
    """
    q = d // 2 + 1
    k = np.arange(1.0, q)
    beside = k / np.sqrt(4.0 * k * k - 1.0)
    matrix = np.diag(beside, 1) + np.diag(beside, -1)
    matrix[-1, -1] = q / (2.0 * q - 1.0)  # (1)
    nodes, vectors = np.linalg.eigh(matrix)
    t = 0.5 * (nodes + 1.0)
    t[-1] = 1.0
    return t, vectors[0] ** 2


@functools.cache
def gauss_rule(d: int) -> tuple[Array, Array]:
    """Return points and weights in (0, 1), exact to degree d - 1, and t = 1 with no weight."""
    nodes, weights = np.polynomial.legendre.leggauss((d + 1) // 2)
    return np.append(0.5 * (nodes + 1.0), 1.0), np.append(0.5 * weights, 0.0)
