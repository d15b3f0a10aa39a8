"""How often each pair of labels comes: of all pairs that might, or of those that do.

Cost: one pass for the table; without it one sort of n numbers.
"""

from __future__ import annotations

import numpy as np

from minixai.protocols import Array

__all__ = ["count_pairs", "count_table"]


def count_table(a: Array, b: Array) -> Array:
    """Count the pairs of two columns of codes, (n_codes of a, n_codes of b), float64.

    Parameters
    ----------
    a, b : ndarray of int (n,)
        0 or above, each code up to the largest there.
    """
    k, m = int(a.max()) + 1, int(b.max()) + 1
    return np.bincount(a * m + b, minlength=k * m).reshape(k, m).astype(np.float64)


def count_pairs(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Count the pairs of two columns of codes.

    Parameters
    ----------
    a, b : ndarray of int (n,)
        0 or above.

    Returns
    -------
    first, second, counts : ndarray of int
        The pairs that come, in order, and how often.
    """
    width = int(b.max(initial=0)) + 1
    pairs, counts = np.unique(a * width + b, return_counts=True)
    return pairs // width, pairs % width, counts
