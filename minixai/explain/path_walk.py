r"""Polynomials of path-dependent Shapley values, summed over the leaves of a tree for many rows.

At one point t the sums over all leaves need one way down a tree and one up. Let a node whose left
child has the share r ask player j, let z be j's share and a its o on the way so far (1 and 1 if j
was not asked), f = t + (1 - t) z. The left child's part of the node is

.. math::
    w = r + \beta (o - r a), \quad \beta = t / f                                          (1)

and with p the product of parts from the root, x and y the sums of leaf values times parts below
the two children, the node adds to player j

.. math::
    (o - r a) \, \gamma p (x - y), \quad \gamma = z / f^2                                 (2)

(the derivative of f's share by player j's presence, telescoped over the nodes that ask j). It adds
to the pair of j and every other player i above the node (2) times

.. math::
    c_i = (1 - z_i) / (t + (1 - t) z_i) \quad (o_i = 1), \qquad -1 / (1 - t) \quad (o_i = 0)   (3)

Source: Yu et al. (2022), Linear TreeShap, arXiv:2209.08192, for polynomials that are summed up a
tree.
Differs from the source: values at quadrature points, where products need no division and repeated
players no inverse; the two children's parts sum to 1, so that one number a node serves both; rows
side by side; pairs.
Cost: q points take 7 q multiply-adds an inner node and row; pairs q more for each player above.
"""

from __future__ import annotations

from typing import Any

from minixai._numba import borrow, kernel
from minixai._numba.path_polynomial import (
    LANES,
    add_pair,
    descend,
    flip,
    fold,
    gain,
    merge,
    split,
)
from minixai.protocols import Array
from minixai.tree_arrays.traversal import goes_left

__all__ = ["explain_rows"]


@kernel
def explain_rows(
    X: Array, nodes: Any, roots: Array, n_points: Array, rules: Array, value: Array, space: Any,
    out: Array, scores: Array,
) -> None:  # fmt: skip
    """Explain rows, a block at a time: columns of rows in, rows of players or of pairs out."""
    columns, totals, pairs, sums, reached = space[4], space[5], space[6], space[7], space[1]
    n, width = X.shape[1], columns.shape[1] * LANES
    lanes = columns.reshape(n, width)
    for start in range(0, X.shape[0], width):
        m = min(width, X.shape[0] - start)
        n_groups = (m + LANES - 1) // LANES
        for j in range(n):
            for i in range(m):
                lanes[j, i] = X[start + i, j]
            for i in range(m, n_groups * LANES):
                lanes[j, i] = 0.0
        _clear(totals, n_groups)
        _clear(pairs, n_groups)
        _clear(sums, n_groups)
        for t in range(roots.size):
            root, q = roots[t], n_points[t]
            if nodes[3][root] >= 0:
                _walk_tree(root, q, nodes, rules, value, space, n_groups)
            for k in range(value.shape[1]):
                for c in range(n_groups):
                    for i in range(LANES):
                        whole = reached[0, 0, k, c, q - 1, i] if q > 0 else value[root, k]
                        sums[0, k, c, i] += whole
        _write_rows(totals, pairs, start, m, out)
        of_rows = sums.reshape(sums.shape[1], width)
        for k in range(value.shape[1]):
            for i in range(m):
                scores[start + i, k] = of_rows[k, i]


@kernel
def _clear(rows: Array, n_groups: int) -> None:
    for k in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            for c in range(n_groups):
                for i in range(LANES):
                    rows[k, j, c, i] = 0.0


@kernel
def _walk_tree(
    root: int, q: int, nodes: Any, rules: Array, value: Array, space: Any, n_groups: int
) -> None:
    """Add one tree's part to the totals of a block.

    A node at depth p of the way is in stage 0 when it is met, 1 while its left side is walked and
    2 after that. ``hidden`` marks depths whose player is asked again further down the way.
    """
    feature, asks, threshold, left, right, missing_left, share, prior, above, indptr, codes = nodes
    products, sums, s, o = borrow(space[0]), borrow(space[1]), borrow(space[2]), borrow(space[3])
    columns, totals, spare = borrow(space[4]), borrow(space[5]), borrow(space[9])
    numbers, way, stage, hidden = space[10], space[11][0], space[11][1], space[11][2]
    n_outputs, with_pairs = value.shape[1], space[6].shape[1] > 0
    p = 0
    way[0], stage[0], hidden[0] = root, 0, 0
    while p >= 0:
        node = way[p]
        x, y, r = left[node], right[node], share[node]
        upper = above[node] if above[node] >= 0 else o.shape[0] - 1
        beta, minus, gamma = numbers[0, p], numbers[1, p], numbers[2, p]
        if stage[p] == 0:
            stage[p] = 1
            if indptr.size > 0 and indptr[node + 1] > indptr[node]:
                sides = spare[1]
                _look_codes_up(
                    columns[feature[node]], node, threshold, missing_left, indptr, codes, sides,
                    n_groups,
                )  # fmt: skip
                split(sides, o[upper], 0.5, r, False, o[p], s[p], n_groups)
            else:
                nan_left = missing_left.size > 0 and missing_left[node]
                split(columns[feature[node]], o[upper], threshold[node], r, nan_left, o[p], s[p],
                      n_groups)  # fmt: skip
            z = prior[node]
            for i in range(q):
                t = rules[0, q, i]
                inverse = 1.0 / (t + (1.0 - t) * z)
                beta[i] = t * inverse  # (1)
                minus[i] = -t * inverse
                gamma[i] = rules[1, q, i] * z * inverse * inverse
            if above[node] >= 0:
                hidden[above[node]] = 1
            if left[x] >= 0:
                descend(products[p], s[p], r, beta, products[p + 1], n_groups, q)
                p += 1
                way[p], stage[p], hidden[p] = x, 0, 0
                continue
        if stage[p] == 1:
            stage[p] = 2
            flip(o[upper], o[p], n_groups)
            if left[y] >= 0:
                descend(products[p], s[p], 1.0 - r, minus, products[p + 1], n_groups, q)
                p += 1
                way[p], stage[p], hidden[p] = y, 0, 0
                continue
        side = 1 if p > 0 and stage[p - 1] == 2 else 0
        for k in range(n_outputs):
            below, beside = sums[0, p + 1, k], sums[1, p + 1, k]
            up, total = sums[side, p, k], totals[k, asks[node]]
            if with_pairs:
                _add_pairs(p, k, q, nodes, rules, value, space, n_groups)
            if left[x] < 0 and left[y] < 0:
                merge(value[x, k], value[y, k], products[p], s[p], r, beta, gamma, up, total,
                      n_groups, q)  # fmt: skip
            elif left[x] < 0:
                merge(value[x, k], beside, products[p], s[p], r, beta, gamma, up, total,
                      n_groups, q)  # fmt: skip
            elif left[y] < 0:
                merge(below, value[y, k], products[p], s[p], r, beta, gamma, up, total,
                      n_groups, q)  # fmt: skip
            else:
                merge(below, beside, products[p], s[p], r, beta, gamma, up, total,  # (2)
                      n_groups, q)  # fmt: skip
        if above[node] >= 0:
            hidden[above[node]] = 0
        p -= 1


@kernel
def _look_codes_up(
    x: Array, node: int, threshold: Array, missing_left: Array, indptr: Array, codes: Array,
    sides: Array, n_groups: int,
) -> None:  # fmt: skip
    """Write 0 for rows that go left at a categorical node, 1 for the others."""
    for c in range(n_groups):
        for i in range(LANES):
            to_left = goes_left(x[c, i], node, threshold, missing_left, indptr, codes)
            sides[c, i] = 0.0 if to_left else 1.0


@kernel
def _add_pairs(
    p: int, k: int, q: int, nodes: Any, rules: Array, value: Array, space: Any, n_groups: int
) -> None:
    """Add what the node at depth p says of its player and each other player above it.

    The last point, t = 1, has no weight here: it is left out.
    """
    asks, left, right, share, prior = nodes[1], nodes[3], nodes[4], nodes[6], nodes[7]
    products, sums, s, o, pairs = space[0], space[1], space[2], space[3], space[6]
    e, spare, numbers, way, stage, hidden = (
        space[8], space[9], space[10], space[11][0], space[11][1], space[11][2],
    )  # fmt: skip
    j, n_players, c = asks[way[p]], space[5].shape[1], numbers[3, p]
    below, beside = sums[0, p + 1, k], sums[1, p + 1, k]
    if left[left[way[p]]] < 0:
        _fill(below, value[left[way[p]], k], n_groups, q)
    if left[right[way[p]]] < 0:
        _fill(beside, value[right[way[p]], k], n_groups, q)
    gain(below, beside, products[p], numbers[2, p], e, n_groups, q - 1)
    fold(e, rules[2, q], spare[0], n_groups, q - 1)
    for depth in range(p):
        if hidden[depth] == 0:
            node = way[depth]
            z = prior[node] * (share[node] if stage[depth] == 1 else 1.0 - share[node])
            for i in range(q - 1):
                t = rules[0, q, i]
                c[i] = (1.0 - z) / (t + (1.0 - t) * z)  # (3)
            low, high = min(j, asks[node]), max(j, asks[node])
            pair = low * (2 * n_players - low - 1) // 2 + high - low - 1
            add_pair(e, c, o[depth], spare[0], s[p], pairs[k, pair], n_groups, q - 1)


@kernel
def _fill(rows: Array, number: float, n_groups: int, q: int) -> None:
    for c in range(n_groups):
        for i in range(q):
            for lane in range(LANES):
                rows[c, i, lane] = number


@kernel
def _write_rows(totals: Array, pairs: Array, start: int, m: int, out: Array) -> None:
    """Turn the totals of a block into rows; with pairs into matrices whose rows sum to them."""
    n_outputs, n, width = totals.shape[0], totals.shape[1], totals.shape[2] * LANES
    of_player = totals.reshape(n_outputs, n, width)
    of_pair = pairs.reshape(n_outputs, pairs.shape[1], width)
    for k in range(n_outputs):
        if pairs.shape[1] == 0:
            for i in range(m):
                for j in range(n):
                    out[start + i, j, k] = of_player[k, j, i]
            continue
        for i in range(m):
            for j in range(n):
                out[start + i, j * n + j, k] = of_player[k, j, i]
            pair = 0
            for a in range(n):
                for b in range(a + 1, n):
                    half = 0.5 * of_pair[k, pair, i]
                    out[start + i, a * n + b, k] = half
                    out[start + i, b * n + a, k] = half
                    out[start + i, a * n + a, k] -= half
                    out[start + i, b * n + b, k] -= half
                    pair += 1
