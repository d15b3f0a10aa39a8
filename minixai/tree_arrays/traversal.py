"""Walking rows down the trees of an ensemble: loops over plain arrays.

The trees are given as `TreeArrays.walk` lists them; ``missing_left`` is empty where the rows have
no NaN, ``indptr`` where no node asks for categories.
Cost: O(n_samples * n_trees * depth).
"""

from __future__ import annotations

from minixai._numba import kernel
from minixai.protocols import Array

__all__ = ["add_leaf_values", "find_leaves", "goes_left"]


@kernel
def goes_left(
    x: float,
    node: int,
    threshold: Array,
    missing_left: Array,
    indptr: Array,
    codes: Array,
) -> bool:
    """Say whether the value that a node asks for goes left."""
    if x != x and missing_left.size > 0:
        return bool(missing_left[node])
    if indptr.size > 0:
        start, end = indptr[node], indptr[node + 1]
        if end > start:
            if not 0.0 <= x < 2147483647.0:
                return False
            code = int(x)
            while start < end:
                middle = (start + end) // 2
                if codes[middle] < code:
                    start = middle + 1
                else:
                    end = middle
            return bool(start < indptr[node + 1] and codes[start] == code)
    return bool(x <= threshold[node])


@kernel
def find_leaves(
    X: Array,
    out: Array,
    feature: Array,
    threshold: Array,
    left: Array,
    right: Array,
    missing_left: Array,
    indptr: Array,
    codes: Array,
    roots: Array,
) -> None:
    """Write the leaf of every row in every tree."""
    for t in range(roots.size):
        for i in range(X.shape[0]):
            node = roots[t]
            while left[node] >= 0:
                x = X[i, feature[node]]
                to_left = goes_left(x, node, threshold, missing_left, indptr, codes)
                node = left[node] if to_left else right[node]
            out[i, t] = node


@kernel
def add_leaf_values(
    X: Array,
    value: Array,
    out: Array,
    feature: Array,
    threshold: Array,
    left: Array,
    right: Array,
    missing_left: Array,
    indptr: Array,
    codes: Array,
    roots: Array,
) -> None:
    """Add every tree's leaf value to the row's outputs, trees in order."""
    for t in range(roots.size):
        for i in range(X.shape[0]):
            node = roots[t]
            while left[node] >= 0:
                x = X[i, feature[node]]
                to_left = goes_left(x, node, threshold, missing_left, indptr, codes)
                node = left[node] if to_left else right[node]
            for k in range(value.shape[1]):
                out[i, k] += value[node, k]
