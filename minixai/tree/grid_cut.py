r"""The best cross on a grid: one cut of each axis, the four quarters each with a step of its own.

A quarter q holds the sums :math:`G_q, H_q` of the gradients and curvatures of its rows; parting
the grid lowers the second-order expansion of the loss by half of

.. math::
    \sum_q \frac{G_q^2}{H_q + \lambda} - \frac{G^2}{H + \lambda}                         (1)

A quarter has ``min_samples_leaf`` rows at least, or none. Codes that no row has take no cut.

Source: Lou, Caruana, Gehrke & Hooker (2013), Accurate intelligible models with pairwise
interactions, doi:10.1145/2487575.2487579, for the four quarters from cumulative sums (FAST).
Differs from the source: sums of gradients and curvatures in the place of targets and weights.
Cost: O(cells) for all crosses of a grid.
"""

from __future__ import annotations

from minixai._numba import kernel
from minixai.protocols import Array

__all__ = ["best_cross"]


@kernel
def best_cross(
    G: Array, H: Array, N: Array, shape: Array, min_rows: float, l2: float, work: Array
) -> tuple[float, int, int]:
    """Return (1), and the last codes before the cuts of both axes; -1 where there is no cross.

    ``G``, ``H`` and ``N`` (rows) are flat, of ``shape[0] * shape[1]`` cells; ``work`` is
    (6, shape[1]).
    """
    n_a, n_b = shape[0], shape[1]
    for b in range(n_b):
        for k in range(6):
            work[k, b] = 0.0
    for a in range(n_a):
        for b in range(n_b):
            work[3, b] += G[a * n_b + b]
            work[4, b] += H[a * n_b + b]
            work[5, b] += N[a * n_b + b]
    g, h, n = 0.0, 0.0, 0.0
    for b in range(n_b):
        g += work[3, b]
        h += work[4, b]
        n += work[5, b]
    best, best_a, best_b = 0.0, -1, -1
    whole = g * g / (h + l2) if h > 0.0 else 0.0
    g_top, h_top, n_top = 0.0, 0.0, 0.0
    for a in range(n_a - 1):
        n_line = 0.0
        for b in range(n_b):
            cell = a * n_b + b
            work[0, b] += G[cell]
            work[1, b] += H[cell]
            work[2, b] += N[cell]
            g_top += G[cell]
            h_top += H[cell]
            n_line += N[cell]
        n_top += n_line
        if n_line == 0.0 or n - n_top == 0.0:
            continue
        g_1, h_1, n_1, g_left, h_left, n_left = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for b in range(n_b - 1):
            g_1 += work[0, b]
            h_1 += work[1, b]
            n_1 += work[2, b]
            g_left += work[3, b]
            h_left += work[4, b]
            n_left += work[5, b]
            if work[5, b] == 0.0 or n - n_left == 0.0:
                continue
            n_2, n_3 = n_top - n_1, n_left - n_1
            n_4 = n - n_top - n_3
            small = 0.0 < n_1 < min_rows or 0.0 < n_2 < min_rows
            if small or 0.0 < n_3 < min_rows or 0.0 < n_4 < min_rows:
                continue
            g_2, h_2, g_3, h_3 = g_top - g_1, h_top - h_1, g_left - g_1, h_left - h_1
            gain = -whole
            gain += g_1 * g_1 / (h_1 + l2) if n_1 > 0.0 else 0.0
            gain += g_2 * g_2 / (h_2 + l2) if n_2 > 0.0 else 0.0
            gain += g_3 * g_3 / (h_3 + l2) if n_3 > 0.0 else 0.0
            g_4, h_4 = g - g_top - g_3, h - h_top - h_3
            gain += g_4 * g_4 / (h_4 + l2) if n_4 > 0.0 else 0.0  # (1)
            if gain > best:
                best, best_a, best_b = gain, a, b
    return best, best_a, best_b
