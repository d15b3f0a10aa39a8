r"""Path-dependent Shapley values of one row, in a fraction of what a block of rows takes.

The sums are those of `path_walk`; the points of the rule lie side by side in place of rows, and
the nodes of a tree in the order of its way down, so that two passes over them, one forwards and
one backwards, need neither a stack nor a guess which way the tree goes on. Sums over the points
are taken once, at the end: values differ from a block's in the last digits.

Cost: 2 vectors of points an inner node; memory 4 vectors a node of the largest tree.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._numba import borrow, kernel
from minixai._numba.point_polynomial import POINTS, join, part
from minixai.protocols import Array
from minixai.tree_arrays.traversal import goes_left

__all__ = ["RowPlan", "aligned"]


class RowPlan:
    """The nodes of an ensemble in the order of the way down.

    Parameters
    ----------
    order : int array (n_nodes,)
        Nodes, every parent before its children and trees one after the other.
    nodes : tuple of arrays
        Those of `PathDependentGame`, by node.
    asked_at, asked_left : arrays (n_nodes,)
        The next node above that asks the same player (-1: none), and whether the way from it to
        the node goes left.
    value : float array (n_nodes, n_outputs)
    roots : int array (n_trees,)
    n_points : int array (n_trees,)
    rules : float array (2, most + 1, most)
        Points and weights of the rule of q points in [:, q, :q].
    """

    def __init__(
        self, order: Array, nodes: tuple[Array, ...], asked_at: Array, asked_left: Array,
        value: Array, roots: Array, n_points: Array, rules: Array,
    ) -> None:  # fmt: skip
        feature, asks, threshold, left, right, missing_left, share, prior, _, *codes = nodes
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        first = np.append(place[roots], len(order))
        tree = np.repeat(np.arange(len(roots)), np.diff(first))
        is_leaf = left[order] < 0
        order = order[np.lexsort((is_leaf, tree))]  # inner nodes of a tree first
        place[order] = np.arange(len(order)) - first[tree]
        inner = left[order] >= 0
        self._n_inner = np.bincount(tree, inner, len(roots)).astype(np.int64)
        self._leaf_value = np.ascontiguousarray(value[order[~inner]])
        order = order[inner]
        self._largest = int(np.diff(first).max())
        above = asked_at[order]
        passed = np.where(above < 0, 2 * self._largest, 2 * place[above] + ~asked_left[order])
        self._nodes = (
            feature[order], asks[order], threshold[order], place[left[order]], place[right[order]],
            share[order], prior[order], passed,
            missing_left[order] if missing_left.size else np.zeros(len(order), dtype=np.bool_),
        )  # fmt: skip
        self._codes = (order, threshold, missing_left, *codes)
        self._n_vectors = (n_points + POINTS - 1) // POINTS
        most = max(int(self._n_vectors.max()), 1)
        self._rules = aligned(2, rules.shape[1], most, POINTS)
        self._rules[0], self._rules[1] = 1.0, 0.0
        for q in np.unique(n_points):
            self._rules.reshape(2, -1, most * POINTS)[:, q, :q] = rules[:2, q, :q]
        self._n_points = n_points

    def explain(self, x: Array, out: Array, scores: Array) -> None:
        """Write the values (n_players, n_outputs) and the raw score (n_outputs,) of one row."""
        vectors = aligned(4, self._largest, *self._rules.shape[2:])
        totals = aligned(out.shape[1], out.shape[0], POINTS)
        totals[:] = 0.0
        passed = np.ones(2 * self._largest + 1)
        _explain_row(
            x, self._nodes, self._codes, self._n_inner, self._leaf_value, self._n_points,
            self._n_vectors, self._rules, vectors, passed, totals, out, scores,
        )  # fmt: skip


def aligned(*shape: int) -> Array:
    """Return uninitialised float64 that starts with a cache line: vectors straddle none."""
    size = int(np.prod(shape))
    raw = np.empty(size + 8)
    start = -raw.ctypes.data % 64 // 8
    return raw[start : start + size].reshape(shape)


@kernel
def _explain_row(
    x: Array, nodes: Any, codes: Any, n_inner: Array, leaf_value: Array, n_points: Array,
    n_vectors: Array, rules: Array, vectors: Array, passed: Array, totals: Array, out: Array,
    scores: Array,
) -> None:  # fmt: skip
    for k in range(scores.size):
        scores[k] = 0.0
    start, leaf = 0, 0
    for t in range(n_points.size):
        q, n = n_points[t], n_inner[t]
        if n == 0:
            for k in range(scores.size):
                scores[k] += leaf_value[leaf, k]
        else:
            rule = rules[0, q], rules[1, q]
            _go_down(x, start, n, nodes, codes, rule, vectors, passed, n_vectors[t])
            for k in range(scores.size):
                _go_up(start, n, leaf, k, nodes, leaf_value, vectors, totals[k], n_vectors[t])
                scores[k] += vectors[3, 0, (q - 1) // POINTS, (q - 1) % POINTS]
        start += n
        leaf += n + 1
    for k in range(totals.shape[0]):
        for j in range(totals.shape[1]):
            total = 0.0
            for i in range(POINTS):
                total += totals[k, j, i]
            out[j, k] = total


@kernel
def _go_down(
    x: Array, start: int, n: int, nodes: Any, codes: Any, rule: Any, vectors: Array,
    passed: Array, n_vectors: int,
) -> None:  # fmt: skip
    """Carry products down, to where the children will look for them.

    ``passed[2 i]`` says whether the row passes node i's player on the left side, the next number
    on the right side; the last is 1. Nothing here branches on the row: half of all guesses would
    be wrong.
    """
    feature, _, threshold, left, right, share, prior, source, nan_left = nodes
    order, node_threshold, missing_left, indptr, listed = codes
    products, w, g = borrow(vectors[0]), borrow(vectors[1]), borrow(vectors[2])
    for v in range(n_vectors):
        for i in range(POINTS):
            products[0, v, i] = 1.0
    for i in range(n):
        here = start + i
        number = float(x[feature[here]])
        passes = (number <= threshold[here]) | ((number != number) & nan_left[here])
        if indptr.size > 0:
            node = order[here]
            if indptr[node + 1] > indptr[node]:
                passes = goes_left(number, node, node_threshold, missing_left, indptr, listed)
        a = passed[source[here]]
        o = a * passes
        passed[2 * i] = o
        passed[2 * i + 1] = a - o
        s = o - share[here] * a
        part(products[i], rule[0], rule[1], prior[here], share[here], s, w[i], g[i],
             products[left[here]], products[right[here]], n_vectors)  # fmt: skip


@kernel
def _go_up(
    start: int, n: int, leaf: int, k: int, nodes: Any, leaf_value: Array, vectors: Array,
    totals: Array, n_vectors: int,
) -> None:  # fmt: skip
    """Sum leaf values up, last nodes first, and add what each node gains to its player."""
    asks, left, right = nodes[1], nodes[3], nodes[4]
    w, g, sums = borrow(vectors[1]), borrow(vectors[2]), borrow(vectors[3])
    for i in range(n + 1):
        number = leaf_value[leaf + i, k]
        for v in range(n_vectors):
            for lane in range(POINTS):
                sums[n + i, v, lane] = number
    for i in range(n - 1, -1, -1):
        here = start + i
        join(sums[left[here]], sums[right[here]], w[i], g[i], sums[i], totals[asks[here]],
             n_vectors)  # fmt: skip
