r"""The best small tree on a grid: one axis cut once, and each side cut once along the other.

A piece p holds the sums :math:`G_p, H_p` of the gradients and curvatures of its rows; parting the
grid lowers the second-order expansion of the loss by half of

.. math::
    \sum_p \frac{G_p^2}{H_p + \lambda} - \frac{G^2}{H + \lambda}                         (1)

Both axes are tried first. A piece has ``min_rows`` rows at least; a side that cannot be cut stays
whole.

Source: Lou, Caruana, Gehrke & Hooker (2013), Accurate intelligible models with pairwise
interactions, doi:10.1145/2487575.2487579, for cuts of a pair from cumulative sums (FAST).
Differs from the source: the sides may be cut at different places, and sums are of gradients and
curvatures in the place of targets and weights.
Cost: O(cells) for all such trees of a grid.
"""

from __future__ import annotations

from minixai._numba import kernel
from minixai.protocols import Array

__all__ = ["best_tree", "write_grid_step"]


@kernel
def write_grid_step(
    G: Array, H: Array, N: Array, n_a: int, n_b: int, min_gain: float, min_rows: int, l2: float,
    work: Array, cuts: Array, step: Array,
) -> None:  # fmt: skip
    """Write the step of each cell in the best tree, 0 where none gains more than ``min_gain``."""
    for c in range(step.size):
        step[c] = 0.0
    if best_tree(G, H, N, n_a, n_b, min_rows, l2, work, cuts) <= min_gain:
        return
    n_major, major_step = (n_a, n_b) if cuts[0] == 0 else (n_b, 1)
    n_minor, minor_step = (n_b, 1) if cuts[0] == 0 else (n_a, n_b)
    for piece in range(4):
        u_start, u_end = (0, cuts[1]) if piece < 2 else (cuts[1], n_major)
        cut = cuts[2] if piece < 2 else cuts[3]
        v_start, v_end = (0, cut) if piece % 2 == 0 else (cut, n_minor)
        g, h = 0.0, 0.0
        for u in range(u_start, u_end):
            for v in range(v_start, v_end):
                g += G[u * major_step + v * minor_step]
                h += H[u * major_step + v * minor_step]
        for u in range(u_start, u_end):
            for v in range(v_start, v_end):
                step[u * major_step + v * minor_step] = -g / (h + l2)


@kernel
def best_tree(
    G: Array, H: Array, N: Array, n_a: int, n_b: int, min_rows: float, l2: float, work: Array,
    cuts: Array,
) -> float:  # fmt: skip
    """Return (1), and write the tree: the axis cut first, and three first codes after a cut.

    The cuts are those of that axis, and of the other one on the low and on the high side; 0 is no
    cut. ``G``, ``H`` and ``N`` (rows) are flat, of ``n_a * n_b`` cells; ``work`` has 6 lines as
    wide as an axis.
    """
    best = 0.0
    for k in range(4):
        cuts[k] = 0
    for axis in range(2):
        n_major, major_step = (n_a, n_b) if axis == 0 else (n_b, 1)
        n_minor, minor_step = (n_b, 1) if axis == 0 else (n_a, n_b)
        g, h, n = 0.0, 0.0, 0.0
        for v in range(n_minor):
            for k in range(6):
                work[k, v] = 0.0
            for u in range(n_major):
                cell = u * major_step + v * minor_step
                work[3, v] += G[cell]
                work[4, v] += H[cell]
                work[5, v] += N[cell]
            g += work[3, v]
            h += work[4, v]
            n += work[5, v]
        whole = g * g / (h + l2) if h > 0.0 else 0.0
        n_low = 0.0
        for u in range(n_major - 1):
            n_line = 0.0
            for v in range(n_minor):
                cell = u * major_step + v * minor_step
                work[0, v] += G[cell]
                work[1, v] += H[cell]
                work[2, v] += N[cell]
                work[3, v] -= G[cell]
                work[4, v] -= H[cell]
                work[5, v] -= N[cell]
                n_line += N[cell]
            n_low += n_line
            if n_line == 0.0 or n_low < min_rows or n - n_low < min_rows:
                continue
            low, low_cut = _best_side(work, 0, n_minor, min_rows, l2)
            high, high_cut = _best_side(work, 3, n_minor, min_rows, l2)
            gain = low + high - whole  # (1)
            if gain > best:
                best = gain
                cuts[0], cuts[1], cuts[2], cuts[3] = axis, u + 1, low_cut, high_cut
    return best


@kernel
def _best_side(
    work: Array, first: int, n_codes: int, min_rows: float, l2: float
) -> tuple[float, int]:
    """Return the best sum of G^2 / (H + l2) over one piece or two, and where the second begins."""
    g, h, n = 0.0, 0.0, 0.0
    for v in range(n_codes):
        g += work[first, v]
        h += work[first + 1, v]
        n += work[first + 2, v]
    best, cut = g * g / (h + l2), 0
    g_left, h_left, n_left = 0.0, 0.0, 0.0
    for v in range(n_codes - 1):
        g_left += work[first, v]
        h_left += work[first + 1, v]
        n_left += work[first + 2, v]
        if work[first + 2, v] == 0.0 or n_left < min_rows:
            continue
        if n - n_left < min_rows:
            break
        g_right, h_right = g - g_left, h - h_left
        value = g_left * g_left / (h_left + l2) + g_right * g_right / (h_right + l2)
        if value > best:
            best, cut = value, v + 1
    return best, cut
