r"""Which two columns say together what they do not say alone: all pairs ranked at once.

The score of a pair is what its best tree (``grid_cut.py``) gains on the gradients of a model that
has every column's shape already; with several outputs, the sum over them.

Source: Lou, Caruana, Gehrke & Hooker (2013), doi:10.1145/2487575.2487579, FAST.
Cost: O(n_features^2 * (n_samples + n_bins^2)); memory one grid.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.grid_cut import best_tree

__all__ = ["rank_pairs"]


def rank_pairs(
    codes: Array, n_codes: Array, columns: Array, gradient: Array, curvature: Array,
    min_rows: int, l2: float,
) -> tuple[Array, Array]:  # fmt: skip
    """Rank all pairs of some columns.

    Parameters
    ----------
    codes : uint8 array (n_features, n_samples)
    n_codes : int64 array (n_features,)
        Codes of each column, that of missing values included.
    columns : int64 array
        Those that may be in a pair, rising.
    gradient, curvature : array (n_outputs, n_samples)
    min_rows : int
        Fewest rows of a piece.
    l2 : float

    Returns
    -------
    pairs : int64 array (n_pairs, 2)
        The strongest first; those that gain nothing are left out.
    gains : array (n_pairs,)
    """
    pairs = np.asarray(columns, dtype=np.int64)[np.array(np.triu_indices(len(columns), 1))].T
    gains = np.zeros(len(pairs))
    widest = int(n_codes.max())
    sums, work = np.zeros((3, widest * widest)), np.zeros((6, widest))
    cuts = np.zeros(4, dtype=np.int64)
    _gain_of_pairs(
        codes, n_codes, gradient, curvature, np.ascontiguousarray(pairs), float(min_rows), l2,
        sums, work, cuts, gains,
    )  # fmt: skip
    order = np.argsort(-gains, kind="stable")[: np.count_nonzero(gains)]
    return pairs[order], gains[order]


@kernel
def _gain_of_pairs(
    codes: Array, n_codes: Array, gradient: Array, curvature: Array, pairs: Array,
    min_rows: float, l2: float, sums: Array, work: Array, cuts: Array, gains: Array,
) -> None:  # fmt: skip
    for p in range(pairs.shape[0]):
        a, b = codes[pairs[p, 0]], codes[pairs[p, 1]]
        n_a, n_b = n_codes[pairs[p, 0]], n_codes[pairs[p, 1]]
        for k in range(gradient.shape[0]):
            g, h = gradient[k], curvature[k]
            for cell in range(n_a * n_b):
                for part in range(3):
                    sums[part, cell] = 0.0
            for i in range(g.size):
                cell = a[i] * n_b + b[i]
                sums[0, cell] += g[i]
                sums[1, cell] += h[i]
                sums[2, cell] += 1.0
            gains[p] += best_tree(sums[0], sums[1], sums[2], n_a, n_b, min_rows, l2, work, cuts)
