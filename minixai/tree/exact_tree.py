r"""A tree grown on every value: each cut lies halfway between two neighbours in its node.

Every column is sorted once; a split sorts each column's row numbers by side and leaves their
order, so that no node sorts anything. Missing values stand last.

Source: Shafer, Agrawal & Mehta (1996), SPRINT, VLDB 22, for columns sorted once and parted;
Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees, chapter 2.
Cost: O(n_features * n_rows * log(n_rows)) once, then O(n_features * n_rows) a level of the tree;
memory 12 bytes a value.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minixai._numba import borrow, kernel
from minixai.protocols import Array
from minixai.tree.growing_tree import (
    Nodes,
    add_children,
    close_leaves,
    draw_feature,
    may_split,
    node_space,
    sum_rows,
    take_node,
    write_split,
)
from minixai.tree.split_gain import (
    BAR,
    CUT,
    FEATURE,
    GAIN,
    MISSING_LEFT,
    Limits,
    bar_above,
    fits,
    measure_gain,
    noise_of,
)

__all__ = ["Columns", "grow_exact", "sort_columns"]


class Columns(NamedTuple):
    """What exact trees are grown on."""

    values: Array
    """float64 (n_features, n_samples)."""
    order: Array
    """int32 (n_features, n_rows): row numbers by rising value; sorted in place by leaf."""
    target: Array
    """float64 (n_samples,): a number, or the number of a class."""
    pairs: Array
    """float64 (n_samples, 2): weight, and weight times target (of one output)."""
    n_outputs: int


class Workspace(NamedTuple):
    """What a growing tree writes into."""

    open_nodes: Array
    spare: Array
    is_left: Array
    features: Array
    state: Array
    totals: Array
    left: Array
    best: Array


def sort_columns(X: Array, rows: Array, target: Array, pairs: Array, n_outputs: int) -> Columns:
    """Sort the rows given by every column of X (n_samples, n_features)."""
    values = np.ascontiguousarray(X.T, dtype=np.float64)
    order = np.argsort(values[:, rows], axis=1, kind="stable")
    return Columns(values, rows[order].astype(np.int32), target, pairs, n_outputs)


def grow_exact(data: Columns, limits: Limits, seed: Array) -> tuple[Nodes, int]:
    """Grow one tree.

    Parameters
    ----------
    data : Columns
        Of different rows of weight above 0; its order is sorted by leaf.
    limits : Limits
    seed : int64 array (2,)
        From 1 to 2,147,483,398; draws the features.

    Returns
    -------
    Nodes, int
        And their number; ``cut`` holds thresholds.
    """
    n_features, n_rows = data.order.shape
    nodes = node_space(n_rows, limits)
    work = Workspace(
        np.empty(len(nodes.feature), dtype=np.int64),
        np.empty(n_rows, dtype=np.int32),
        np.empty(data.values.shape[1], dtype=np.bool_),
        np.arange(n_features),
        seed.copy(),
        np.empty(1 + data.n_outputs),
        np.empty(1 + data.n_outputs),
        np.empty(6),
    )
    return nodes, _grow(data, limits, nodes, work, 0)


@kernel
def _grow(data: Columns, limits: Limits, nodes: Nodes, work: Workspace, root: int) -> int:
    # See `binned_tree.py` for the borrowing and for the root.
    data = Columns(
        borrow(data.values),
        borrow(data.order),
        borrow(data.target),
        borrow(data.pairs),
        data.n_outputs,
    )
    nodes = Nodes(
        borrow(nodes.feature),
        borrow(nodes.cut),
        borrow(nodes.missing_left),
        borrow(nodes.left),
        borrow(nodes.right),
        borrow(nodes.start),
        borrow(nodes.end),
        borrow(nodes.depth),
        borrow(nodes.gain),
    )
    work = Workspace(
        borrow(work.open_nodes),
        borrow(work.spare),
        borrow(work.is_left),
        borrow(work.features),
        borrow(work.state),
        borrow(work.totals),
        borrow(work.left),
        borrow(work.best),
    )
    n_nodes, n_leaves, n_open = root + 1, 1, root
    if _find_split(data, limits, nodes, work, root):
        work.open_nodes[n_open] = root
        n_open += 1
    while n_open > 0 and (limits.max_leaves == 0 or n_leaves < limits.max_leaves):
        node = take_node(work.open_nodes, n_open, nodes.gain, limits)
        n_open -= 1
        middle = _part_columns(data, nodes, node, work)
        add_children(nodes, node, middle, n_nodes)
        for child in range(n_nodes, n_nodes + 2):
            if _find_split(data, limits, nodes, work, child):
                work.open_nodes[n_open] = child
                n_open += 1
        n_nodes += 2
        n_leaves += 1
    close_leaves(nodes, n_nodes)
    return n_nodes


@kernel
def _part_columns(data: Columns, nodes: Nodes, node: int, work: Workspace) -> int:
    """Sort a node's rows by side in every column, and return where the right ones begin."""
    start, end = nodes.start[node], nodes.end[node]
    cut, missing_left = nodes.cut[node], nodes.missing_left[node]
    values = data.values[nodes.feature[node]]
    rows = data.order[0]
    for t in range(start, end):
        x = values[rows[t]]
        work.is_left[rows[t]] = missing_left if x != x else x <= cut
    n_left = start
    for j in range(data.order.shape[0]):
        rows = data.order[j]
        n_left, n_right = start, 0
        for t in range(start, end):
            row = rows[t]
            to_left = work.is_left[row]
            rows[n_left] = row
            work.spare[n_right] = row
            n_left += to_left
            n_right += not to_left
        for t in range(n_right):
            rows[n_left + t] = work.spare[t]
    return int(n_left)


@kernel
def _find_split(data: Columns, limits: Limits, nodes: Nodes, work: Workspace, node: int) -> bool:
    """Write the best split of a node; say whether it has one."""
    best, start, end = work.best, nodes.start[node], nodes.end[node]
    best[GAIN], best[BAR], best[FEATURE] = -1.0, -1.0, -1.0
    absolute = -1.0
    if may_split(nodes, node, limits):
        absolute = sum_rows(
            data.target, data.pairs, data.n_outputs, data.order[0], start, end, work.totals
        )
    if absolute >= 0.0:
        noise = noise_of(absolute, work.totals[0], limits.entropy)
        n_features = data.order.shape[0]
        for taken in range(n_features):
            if taken >= limits.n_drawn and best[FEATURE] >= 0.0:
                break
            j = taken
            if limits.n_drawn < n_features:
                j = draw_feature(work.features, taken, work.state)
            _scan_column(data, j, start, end, noise, limits, work)
    return write_split(nodes, node, best, limits)


@kernel
def _scan_column(
    data: Columns, feature: int, start: int, end: int, noise: float, limits: Limits, work: Workspace
) -> None:
    """Offer the splits of one feature: missing values right, then left, values rising."""
    rows, values, left, best = data.order[feature], data.values[feature], work.left, work.best
    n_sums, weight = left.size, work.totals[0]
    present = end
    while present > start and values[rows[present - 1]] != values[rows[present - 1]]:
        present -= 1
    for missing_left in range(1 + (present < end)):
        for k in range(n_sums):
            left[k] = 0.0
        n_left = 0
        if missing_left:
            n_left = end - present
            for t in range(present, end):
                _add_row(data, rows[t], left)
        for t in range(start, present):
            _add_row(data, rows[t], left)
            n_left += 1
            x, following = values[rows[t]], np.inf
            if t + 1 < present:
                following = values[rows[t + 1]]
            elif missing_left or present == end:
                break
            if following <= x:
                continue
            gain = measure_gain(left, work.totals, data.n_outputs, limits.entropy)
            if gain > best[BAR] and fits(
                left[0], weight - left[0], n_left, end - start - n_left, limits
            ):
                cut = following
                if t + 1 < present:
                    cut = x + (following / 2 - x / 2)
                    if not x <= cut < following:
                        cut = x
                to_left = missing_left == 1
                if present == end:
                    to_left = left[0] > weight - left[0]
                best[GAIN], best[BAR] = gain, bar_above(gain, noise)
                best[FEATURE], best[CUT], best[MISSING_LEFT] = feature, cut, to_left


@kernel
def _add_row(data: Columns, row: int, left: Array) -> None:
    w = data.pairs[row, 0]
    left[0] += w
    if data.n_outputs == 1:
        left[1] += data.pairs[row, 1]
    else:
        left[1 + int(data.target[row])] += w
