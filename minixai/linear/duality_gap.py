r"""How far a penalised least-squares objective can lie above its minimum, at most.

For the problem of ``penalised_design.py``, with the residual r = t - Z v and c = Z'r, two points
of the dual are at hand. The first shrinks the residual (the L2 penalty written as further rows)
by s until no |c_j - b_j v_j| s exceeds a_j:

.. math::
    \tfrac12 (1 - s)^2 \left(\lVert r \rVert^2 + \sum_j b_j v_j^2\right)
        + \sum_j \left(a_j |v_j| - s\, v_j (c_j - b_j v_j)\right)                        (1)

The second takes the residual as it is and lets the L2 penalty answer for what exceeds, with
:math:`e_j` the part of c_j beyond [-a_j, a_j]:

.. math::
    \sum_j \left(\frac{(b_j v_j - e_j)^2}{2 b_j} + a_j |v_j| - v_j (c_j - e_j)\right)    (2)

Both are sums of terms that vanish one by one at the minimum, so no digits cancel. The smaller one
is the gap; (2) is the only one of use where there is no L1 penalty.

Source: Ndiaye, Fercoq, Gramfort & Salmon (2017), Gap Safe Screening Rules for Sparsity Enforcing
Penalties, Journal of Machine Learning Research 18, for (1); (2) is Fenchel's inequality for the
sum of both penalties.
Cost: O(n_features), c being known.
"""

from __future__ import annotations

import math

from minixai._numba import kernel
from minixai.protocols import Array

__all__ = ["duality_gap"]


@kernel(reassociate="a bound made of many small terms: any order is as exact")
def duality_gap(
    a: Array, b: Array, c: Array, v: Array, square: float
) -> tuple[float, float, float]:
    """Give the smaller gap, (1), and the factor s of (1); ``square`` is ||r||^2."""
    shrink = 1.0
    for k in range(v.size):
        own = abs(c[k] - b[k] * v[k])
        square += b[k] * v[k] * v[k]
        if own * shrink > a[k]:
            shrink = a[k] / own
    first = 0.5 * (1.0 - shrink) ** 2 * max(square, 0.0)
    second = 0.0
    for k in range(v.size):
        first += a[k] * abs(v[k]) - shrink * v[k] * (c[k] - b[k] * v[k])  # (1)
        beyond = math.copysign(max(abs(c[k]) - a[k], 0.0), c[k])
        if b[k] > 0.0:
            off = b[k] * v[k] - beyond
            second += off * (off / (2.0 * b[k])) + a[k] * abs(v[k]) - v[k] * (c[k] - beyond)  # (2)
        elif beyond != 0.0:
            second = math.inf
        else:
            second += a[k] * abs(v[k]) - v[k] * c[k]
    return max(min(first, second), 0.0), max(first, 0.0), shrink
