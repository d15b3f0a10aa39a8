"""A tree while it grows: its nodes, which of them is split next, which features it looks at.

Every node is a run of an array of rows, sorted so in place, and has its best split from its
making on. Depth first takes the node made last, the smaller of two children made last of all, so
that the open nodes that wait beside large ones are never more than log2(n_rows); best first
takes the one with the largest gain, until there are leaves enough.

Source: Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees, chapter 2;
L'Ecuyer (1988), Communications of the ACM 31(6), for the two generators that draw features.
Cost: O(1) a node, best first O(n_open).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.split_gain import CUT, FEATURE, GAIN, MISSING_LEFT, Limits

__all__ = [
    "Nodes",
    "add_children",
    "close_leaves",
    "draw_feature",
    "may_split",
    "node_space",
    "seed_pair",
    "sum_rows",
    "take_node",
    "write_split",
]


class Nodes(NamedTuple):
    """The nodes of one tree, children after their parents; the arrays have room to spare."""

    feature: Array
    """-1 at leaves; all numbers of nodes, rows and features are int64, one type for one loop."""
    cut: Array
    """float64: what is at most the cut goes left."""
    missing_left: Array
    left: Array
    right: Array
    start: Array
    end: Array
    depth: Array
    gain: Array


def seed_pair(draws: np.random.Generator) -> Array:
    """Draw the seed of the two generators that `draw_feature` combines."""
    return draws.integers(1, 2147483399, 2)


def node_space(n_rows: int, limits: Limits) -> Nodes:
    """Return room for the nodes that a tree of so many rows can have, the root made."""
    n_leaves = n_rows
    if limits.max_leaves > 0:
        n_leaves = min(n_leaves, limits.max_leaves)
    if limits.max_depth < 31:
        n_leaves = min(n_leaves, 1 << limits.max_depth)
    size = 2 * n_leaves - 1
    whole = [np.empty(size, dtype=np.int64) for _ in range(6)]
    feature, left, right, start, end, depth = whole
    nodes = Nodes(
        feature, np.empty(size), np.empty(size, dtype=np.bool_), left, right, start, end, depth,
        np.empty(size),
    )  # fmt: skip
    start[0], end[0], depth[0] = 0, n_rows, 0
    return nodes


@kernel
def take_node(open_nodes: Array, n_open: int, gain: Array, limits: Limits) -> int:
    """Take the next node out of the open ones, whose number falls by one."""
    place = n_open - 1
    if limits.max_leaves > 0:
        for each in range(n_open):
            ahead = gain[open_nodes[each]] - gain[open_nodes[place]]
            if ahead > 0.0 or (ahead == 0.0 and open_nodes[each] < open_nodes[place]):
                place = each
    node = open_nodes[place]
    open_nodes[place] = open_nodes[n_open - 1]
    return int(node)


@kernel
def add_children(nodes: Nodes, node: int, middle: int, n_nodes: int) -> None:
    """Give a node two children, whose rows meet at ``middle``."""
    nodes.left[node] = n_nodes
    nodes.right[node] = n_nodes + 1
    for child in range(n_nodes, n_nodes + 2):
        nodes.start[child] = nodes.start[node] if child == n_nodes else middle
        nodes.end[child] = middle if child == n_nodes else nodes.end[node]
        nodes.depth[child] = nodes.depth[node] + 1


@kernel
def write_split(nodes: Nodes, node: int, best: Array, limits: Limits) -> bool:
    """Keep the best split found of a node; say whether there is one."""
    found = best[GAIN] >= 0.0 and best[GAIN] * (1.0 + 1e-12) >= limits.min_gain
    nodes.left[node] = -1
    nodes.right[node] = -1
    nodes.feature[node] = int(best[FEATURE]) if found else -1
    nodes.cut[node] = best[CUT] if found else 0.0
    nodes.missing_left[node] = found and best[MISSING_LEFT] != 0.0
    nodes.gain[node] = best[GAIN] if found else 0.0
    return bool(found)


@kernel
def close_leaves(nodes: Nodes, n_nodes: int) -> None:
    """Make leaves of the nodes that were left open."""
    for node in range(n_nodes):
        if nodes.left[node] < 0:
            nodes.feature[node] = -1
            nodes.cut[node] = 0.0
            nodes.missing_left[node] = False
            nodes.gain[node] = 0.0


@kernel
def may_split(nodes: Nodes, node: int, limits: Limits) -> bool:
    """Say whether a node is shallow and large enough to be split."""
    size = nodes.end[node] - nodes.start[node]
    return bool(
        nodes.depth[node] < limits.max_depth
        and size >= limits.min_split
        and size >= 2 * limits.min_leaf
    )


@kernel
def sum_rows(
    target: Array, pairs: Array, n_outputs: int, rows: Array, start: int, end: int, totals: Array
) -> float:
    """Write weight and sums of a node; return its sum of weight times abs(target).

    Targets that are all the same give -1: there is nothing to split.
    """
    first = target[rows[start]]
    t = start + 1
    while t < end and target[rows[t]] == first:
        t += 1
    if t == end:
        return -1.0
    for k in range(n_outputs + 1):
        totals[k] = 0.0
    absolute = 0.0
    for t in range(start, end):
        row = rows[t]
        totals[0] += pairs[row, 0]
        if n_outputs == 1:
            totals[1] += pairs[row, 1]
            absolute += abs(pairs[row, 1])
        else:
            totals[1 + int(target[row])] += pairs[row, 0]
    return absolute if n_outputs == 1 else totals[0]


@kernel
def draw_feature(features: Array, n_taken: int, state: Array) -> int:
    """Draw one of the features not yet taken, and put it behind those that are."""
    state[0] = 40014 * state[0] % 2147483563
    state[1] = 40692 * state[1] % 2147483399
    drawn = (state[0] - state[1]) % 2147483562
    place = n_taken + drawn * (features.size - n_taken) // 2147483562
    feature = features[place]
    features[place] = features[n_taken]
    features[n_taken] = feature
    return int(feature)
