r"""The best pieces of one column's codes, and the steps that they take.

A piece of sums G and H of the gradients and curvatures of its rows steps by v, and cutting it into
L and R lowers the second-order expansion of the loss by half of a gain:

.. math::
    v &= -G / (H + \lambda)                                                              (1) \\
    &G_L^2 / (H_L + \lambda) + G_R^2 / (H_R + \lambda) - G^2 / (H + \lambda)             (2)

The piece whose best cut gains most is cut first. Codes that no row has take no cut, and missing
values are a piece of their own.

Source: Chen & Guestrin (2016), XGBoost, arXiv:1603.02754, eq. (5) and (7).
Cost: O(codes) a piece.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.feature_bins import MISSING

__all__ = ["write_column_step"]


@kernel
def write_column_step(
    G: Array, H: Array, N: Array, n_codes: int, sign: int, min_gain: float, min_rows: int,
    l2: float, ends: Array, step: Array,
) -> None:  # fmt: skip
    """Write the step of each code, of ``ends.size`` pieces at most.

    ``G``, ``H`` and ``N`` (rows) are sums by code; ``sign`` is 1 where steps must not fall from
    code to code, -1 where they must not rise, else 0; ``ends`` is room to work in.
    """
    for c in range(step.size):
        step[c] = 0.0
    ends[0], n_pieces = n_codes, 1
    _fill(G, H, 0, n_codes, l2, step)
    if N[MISSING] >= min_rows and G[MISSING] ** 2 / (H[MISSING] + l2) > min_gain:
        step[MISSING] = -G[MISSING] / (H[MISSING] + l2)
    while n_pieces < ends.size:
        best, best_cut, piece, start = min_gain, -1, 0, 0
        for p in range(n_pieces):
            low = -np.inf if p == 0 else sign * step[start - 1]
            high = np.inf if p == n_pieces - 1 else sign * step[ends[p]]
            gain, cut = _best_cut(G, H, N, start, ends[p], sign, low, high, min_rows, l2)
            if gain > best:
                best, best_cut, piece = gain, cut, p
            start = ends[p]
        if best_cut < 0:
            break
        for p in range(n_pieces, piece, -1):
            ends[p] = ends[p - 1]
        ends[piece] = best_cut
        n_pieces += 1
        _fill(G, H, 0 if piece == 0 else ends[piece - 1], best_cut, l2, step)
        _fill(G, H, best_cut, ends[piece + 1], l2, step)


@kernel
def _fill(G: Array, H: Array, start: int, end: int, l2: float, step: Array) -> None:
    g, h = 0.0, 0.0
    for c in range(start, end):
        g += G[c]
        h += H[c]
    v = -g / (h + l2) if h > 0.0 else 0.0  # (1)
    for c in range(start, end):
        step[c] = v


@kernel
def _best_cut(
    G: Array, H: Array, N: Array, start: int, end: int, sign: int, low: float, high: float,
    min_rows: int, l2: float,
) -> tuple[float, int]:  # fmt: skip
    """Return (2) and the first code of R.

    With a sign, ``low`` and ``high`` are the steps of the pieces beside, times it.
    """
    g, h, n = 0.0, 0.0, 0.0
    for c in range(start, end):
        g += G[c]
        h += H[c]
        n += N[c]
    best, cut = 0.0, -1
    if h <= 0.0:
        return best, cut
    whole = g * g / (h + l2)
    g_left, h_left, n_left = 0.0, 0.0, 0.0
    for c in range(start, end - 1):
        g_left += G[c]
        h_left += H[c]
        n_left += N[c]
        if n_left < min_rows or N[c] == 0.0:
            continue
        if n - n_left < min_rows:
            break
        g_right, h_right = g - g_left, h - h_left
        gain = g_left * g_left / (h_left + l2) + g_right * g_right / (h_right + l2) - whole  # (2)
        if gain <= best:
            continue
        if sign != 0:
            left, right = -sign * g_left / (h_left + l2), -sign * g_right / (h_right + l2)
            if left > right or low > left or right > high:
                continue
        best, cut = gain, c + 1
    return best, cut
