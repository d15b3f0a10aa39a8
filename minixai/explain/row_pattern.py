"""Where rows fail on their way to the groups of leaves: patterns of many rows, bit by bit.

Rows stand in columns, (n_features, n_rows), so that every loop runs over rows. ``levels[i]``
holds the patterns after i nodes of a way, so that what two groups share is walked once. A node's
comparison is made once for a group and row.

Cost: a comparison and a bit operation for each row and node.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.traversal import goes_left

__all__ = ["WORD_BITS", "extend_patterns", "mark_left", "splits_of"]

WORD_BITS = 62
"""Players in one word of a pattern that is too long for a table."""


def splits_of(trees: TreeArrays) -> tuple[Array, ...]:
    """Return what the nodes ask: feature, threshold, whether NaN goes left, codes as CSR or empty.

    Rows without NaN never read the third, so that models that take none need no case of their own.
    """
    feature, threshold, _, _, missing_left, indptr, codes, _ = trees.walk
    no_nan = np.zeros(trees.n_nodes, dtype=np.bool_)
    return feature, threshold, missing_left if trees.allows_nan else no_nan, indptr, codes


@kernel
def mark_left(columns: Array, node: int, splits: tuple[Array, ...], out: Array) -> None:
    """Write 1 for every row that goes left at a node, 0 for the others."""
    feature, threshold, missing_left, indptr, codes = splits
    x = columns[feature[node]]
    limit = threshold[node]
    if indptr.size > 0 and indptr[node + 1] > indptr[node]:
        for i in range(x.size):
            out[i] = goes_left(x[i], node, threshold, missing_left, indptr, codes)
    elif missing_left[node]:
        for i in range(x.size):
            out[i] = not x[i] > limit
    else:
        for i in range(x.size):
            out[i] = x[i] <= limit


@kernel
def extend_patterns(
    columns: Array, first: int, last: int, way: tuple[Array, Array, Array],
    splits: tuple[Array, ...], side: Array, levels: Array, level: int,
) -> None:  # fmt: skip
    """Write the patterns after each of the nodes ``first`` to ``last`` of ``way``.

    ``levels`` is (n_levels, n_words, n_rows) and known up to ``level``; ``side`` is scratch.
    """
    way_node, way_slot, way_left = way
    for e in range(first, last):
        mark_left(columns, way_node[e], splits, side)
        wanted = 1 if way_left[e] else 0
        word = way_slot[e] // WORD_BITS
        shift = way_slot[e] % WORD_BITS
        for w in range(levels.shape[1]):
            above, below = levels[level, w], levels[level + 1, w]
            if w == word:
                for i in range(side.size):
                    below[i] = above[i] | ((np.int64(side[i]) ^ wanted) << shift)
            else:
                for i in range(side.size):
                    below[i] = above[i]
        level += 1
