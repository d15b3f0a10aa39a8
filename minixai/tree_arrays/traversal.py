"""Walking rows down the trees of an ensemble: loops over plain arrays.

Eight rows take their steps together, so that the processor looks up eight nodes at once and
guesses no branch; they stop when none of them moves. Rows that are left over go down eight trees
at once. What a row gives does not depend on which rows walk beside it: its trees are added in
order. The nodes come as `PackedNodes` holds them; ``words`` is empty where no node asks for
categories.
Cost: O(n_samples * n_trees * depth).
"""

from __future__ import annotations

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree_arrays.packing import BY_CODE, FEATURE

__all__ = ["TOGETHER", "goes_left", "has_code", "walk_trees"]

TOGETHER = 8  # rows in flight: more spill out of the registers


@kernel
def has_code(x: float, start: int, end: int, codes: Array) -> bool:
    """Say whether the whole number in ``x`` is among the rising codes[start:end]."""
    if not 0.0 <= x < 2147483647.0:
        return False
    code = int(x)
    low, high = start, end
    while low < high:
        middle = (low + high) // 2
        if codes[middle] < code:
            low = middle + 1
        else:
            high = middle
    return bool(low < end and codes[low] == code)


@kernel
def _has_bit(x: float, start: int, words: Array) -> bool:
    """Say the same where the codes are bits of the words after words[start], their number."""
    if not 0.0 <= x < 2147483647.0:
        return False
    code = int(x)
    word = code >> 6
    return bool(word < words[start] and (words[start + 1 + word] >> (code & 63)) & 1 == 1)


@kernel
def goes_left(
    x: float,
    node: int,
    threshold: Array,
    missing_left: Array,
    indptr: Array,
    codes: Array,
) -> bool:
    """Say whether the value that a node asks for goes left; the arrays are those of ``walk``."""
    if x != x and missing_left.size > 0:
        return bool(missing_left[node])
    if indptr.size > 0 and indptr[node + 1] > indptr[node]:
        return has_code(x, indptr[node], indptr[node + 1], codes)
    return bool(x <= threshold[node])


@kernel
def _has_nan(X: Array) -> bool:
    """Say whether any value is missing."""
    found = False
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            found |= X[i, j] != X[i, j]
    return found


@kernel
def _descend(
    X: Array,
    row: int,
    tree: int,
    across: int,
    missing: bool,
    at: Array,
    nodes: Array,
    roots: Array,
) -> None:
    """Write the records of the leaves of eight rows of one tree, or of eight trees of one row.

    ``across`` is 1 for trees; no node asks for categories; ``missing`` says whether a value may be.
    """
    for k in range(TOGETHER):
        at[k] = roots[tree + k * across]
    moving = True
    while moving:
        moving = False
        for k in range(TOGETHER):
            node = nodes[at[k]]
            x = X[row + k * (1 - across), node["asks"] & FEATURE]
            left = x <= node["threshold"]
            if missing:
                left |= (x != x) & (node["asks"] < 0)
            below = node["child"] + (not left)
            moving |= below != at[k]
            at[k] = below


@kernel
def _descend_any(
    X: Array,
    row: int,
    tree: int,
    across: int,
    count: int,
    at: Array,
    nodes: Array,
    numbers: Array,
    roots: Array,
    words: Array,
    indptr: Array,
    codes: Array,
) -> None:
    """Do the same for any number of rows or trees, and any question."""
    for k in range(count):
        at[k] = roots[tree + k * across]
    moving = True
    while moving:
        moving = False
        for k in range(count):
            node = nodes[at[k]]
            asks = node["asks"]
            x = X[row + k * (1 - across), asks & FEATURE]
            if asks & BY_CODE and x == x:
                start = int(node["threshold"])
                if words[start] > 0:
                    left = _has_bit(x, start, words)
                else:
                    number = numbers[at[k]]
                    left = has_code(x, indptr[number], indptr[number + 1], codes)
            else:
                left = (x <= node["threshold"]) | ((x != x) & (asks < 0))
            below = node["child"] + (not left)
            moving |= below != at[k]
            at[k] = below


@kernel
def walk_trees(
    X: Array,
    value: Array,
    out: Array,
    leaves: Array,
    at: Array,
    nodes: Array,
    numbers: Array,
    roots: Array,
    words: Array,
    indptr: Array,
    codes: Array,
) -> None:
    """Add each tree's leaf value to the row's outputs, trees in order; note the leaves.

    Without columns of ``value`` nothing is added, without rows of ``leaves`` nothing noted; ``at``
    is room for `TOGETHER` records. What a call of `_descend` is told outright is known when it
    is compiled: its loop is unrolled and its questions are answered.
    """
    by_code, missing = words.size > 0, _has_nan(X)
    whole = X.shape[0] - X.shape[0] % TOGETHER
    for t in range(roots.size):
        for i in range(0, whole, TOGETHER):
            if by_code:
                _descend_any(X, i, t, 0, TOGETHER, at, nodes, numbers, roots, words, indptr, codes)
            elif missing:
                _descend(X, i, t, 0, True, at, nodes, roots)
            else:
                _descend(X, i, t, 0, False, at, nodes, roots)
            for k in range(TOGETHER):
                leaf = numbers[at[k]]
                if value.shape[1] == 1:  # the loop below costs time in small trees
                    out[i + k, 0] += value[leaf, 0]
                else:
                    for j in range(value.shape[1]):
                        out[i + k, j] += value[leaf, j]
            if leaves.size > 0:
                for k in range(TOGETHER):
                    leaves[i + k, t] = numbers[at[k]]
    for i in range(whole, X.shape[0]):
        for t in range(0, roots.size, TOGETHER):
            count = min(TOGETHER, roots.size - t)
            if count < TOGETHER or by_code:
                _descend_any(X, i, t, 1, count, at, nodes, numbers, roots, words, indptr, codes)
            else:
                _descend(X, i, t, 1, True, at, nodes, roots)
            for k in range(count):
                for j in range(value.shape[1]):
                    out[i, j] += value[numbers[at[k]], j]
            if leaves.size > 0:
                for k in range(count):
                    leaves[i, t + k] = numbers[at[k]]
