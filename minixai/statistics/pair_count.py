"""How often each pair of labels comes, without a table of all pairs that might.

Cost: one sort of n numbers.
"""

from __future__ import annotations

import numpy as np

from minixai.protocols import Array

__all__ = ["count_pairs"]


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
