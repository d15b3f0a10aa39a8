r"""A tree grown on binned columns.

Where a node looks at every feature, its histogram is counted or had by subtraction; where it
draws few of them, or has few rows, each feature looked at is counted on its own.

Source: Ke et al. (2017), LightGBM, NeurIPS 30, section 2.1; Breiman (2001), Random Forests, for
the features drawn in every node.
Differs from the source: features are drawn until one of them can be split, beyond ``n_drawn`` if
need be.
Cost: O(n_rows * n_features) a level of the tree; memory O(log(n_rows) * n_features * n_bins).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minixai._numba import borrow, kernel
from minixai.protocols import Array
from minixai.tree.bin_histogram import (
    Binned,
    add_rows,
    clean_column,
    clear_histogram,
    codes_of_rows,
    count_columns,
    scan_column,
    subtract_histogram,
    touched_codes,
)
from minixai.tree.feature_bins import MISSING
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
from minixai.tree.split_gain import BAR, FEATURE, GAIN, Limits, noise_of

__all__ = ["grow_binned"]

FEW_ROWS = 128  # below which looking at every cell costs more than counting anew
_MAX_BYTES = 1 << 26  # of histograms kept for subtraction
_GROUP = 4  # features counted at once, whose cells stay in the nearest cache


class Workspace(NamedTuple):
    """What a growing tree writes into."""

    histograms: Array
    """float64 (n_slots, n_features, 256, n_sums)"""
    free: Array
    """int64 (n_slots + 1,): the free slots, and their number last."""
    slot: Array
    """int64 (n_nodes,): where a node's histogram lies, or -1."""
    open_nodes: Array
    spare: Array
    features: Array
    group: Array
    state: Array
    columns: Array
    used: Array
    totals: Array
    left: Array
    best: Array


def grow_binned(
    data: Binned, rows: Array, limits: Limits, seed: Array, few_rows: int = FEW_ROWS
) -> tuple[Nodes, int]:
    """Grow one tree.

    Parameters
    ----------
    data : Binned
    rows : int32 array (n_rows,)
        Different rows of weight above 0; sorted in place by leaf.
    limits : Limits
    seed : int64 array (2,)
        From 1 to 2,147,483,398; draws the features.
    few_rows : int
        Nodes up to this size get no histogram; another way to the same splits.

    Returns
    -------
    Nodes, int
        And their number; ``cut`` holds codes.
    """
    nodes = node_space(len(rows), limits)
    n_features = data.codes.shape[1]
    n_sums = 1 + data.n_outputs + data.counted
    n_slots = 0
    if 2 * limits.n_drawn > n_features and len(rows) > few_rows:
        n_slots = len(rows).bit_length() - few_rows.bit_length() + 3
        n_slots = min(n_slots, max(2, _MAX_BYTES // (n_features * 2048 * n_sums)))
    work = Workspace(
        np.empty((n_slots, n_features, 256, n_sums)),
        np.append(np.arange(n_slots), n_slots),
        np.empty(len(nodes.feature), dtype=np.int64),
        np.empty(len(nodes.feature), dtype=np.int64),
        np.empty(len(rows), dtype=np.int32),
        np.arange(n_features),
        np.empty(_GROUP, dtype=np.int64),
        seed.copy(),
        np.zeros((_GROUP, 256, n_sums)),
        np.empty(264, dtype=np.int64),
        np.empty(n_sums),
        np.empty(n_sums),
        np.empty(6),
    )
    return nodes, _grow(data, rows, limits, nodes, work, few_rows, 0)


@kernel
def _grow(
    data: Binned,
    rows: Array,
    limits: Limits,
    nodes: Nodes,
    work: Workspace,
    few_rows: int,
    root: int,
) -> int:
    # The root is an argument since a constant would have the kernels it is given to compiled twice;
    # arrays are borrowed since counting their owners at every use takes time of its own.
    rows = borrow(rows)
    data = Binned(
        borrow(data.codes),
        borrow(data.n_bins),
        borrow(data.target),
        borrow(data.pairs),
        data.n_outputs,
        data.counted,
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
        borrow(work.histograms),
        borrow(work.free),
        borrow(work.slot),
        borrow(work.open_nodes),
        borrow(work.spare),
        borrow(work.features),
        borrow(work.group),
        borrow(work.state),
        borrow(work.columns),
        borrow(work.used),
        borrow(work.totals),
        borrow(work.left),
        borrow(work.best),
    )
    _start_root(data, rows, limits, nodes, work, root)
    n_nodes, n_leaves, n_open = root + 1, 1, root
    if _find_split(data, rows, limits, nodes, work, root):
        work.open_nodes[n_open] = root
        n_open += 1
    while n_open > 0 and (limits.max_leaves == 0 or n_leaves < limits.max_leaves):
        node = take_node(work.open_nodes, n_open, nodes.gain, limits)
        n_open -= 1
        middle = _part_rows(data.codes, nodes, node, rows, work.spare)
        add_children(nodes, node, middle, n_nodes)
        small = n_nodes
        if nodes.end[node] - middle < middle - nodes.start[node]:
            small = n_nodes + 1
        large = 2 * n_nodes + 1 - small
        work.slot[small], work.slot[large] = -1, -1
        if work.histograms.shape[0] > 0:
            _share_histogram(data, rows, limits, nodes, work, node, small, large, few_rows)
        for child in (large, small):
            if _find_split(data, rows, limits, nodes, work, child):
                work.open_nodes[n_open] = child
                n_open += 1
        n_nodes += 2
        n_leaves += 1
    close_leaves(nodes, n_nodes)
    return n_nodes


@kernel
def _part_rows(codes: Array, nodes: Nodes, node: int, rows: Array, spare: Array) -> int:
    """Sort a node's rows by side, in their order, and return where the right ones begin."""
    feature, cut, missing_left = nodes.feature[node], nodes.cut[node], nodes.missing_left[node]
    n_left, n_right = nodes.start[node], 0
    for t in range(nodes.start[node], nodes.end[node]):
        row = rows[t]
        code = codes[row, feature]
        to_left = missing_left if code == MISSING else code <= cut
        rows[n_left] = row
        spare[n_right] = row
        n_left += to_left
        n_right += not to_left
    for t in range(n_right):
        rows[n_left + t] = spare[t]
    return int(n_left)


@kernel
def _start_root(
    data: Binned, rows: Array, limits: Limits, nodes: Nodes, work: Workspace, root: int
) -> None:
    work.slot[root] = -1
    if work.histograms.shape[0] > 0 and may_split(nodes, root, limits):
        slot = _take_slot(work)
        work.slot[root] = slot
        clear_histogram(data.n_bins, work.histograms[slot])
        add_rows(data, rows, root, rows.size, 1.0, work.histograms[slot])


@kernel
def _take_slot(work: Workspace) -> int:
    n_free = work.free[-1]
    if n_free == 0:
        return -1
    work.free[-1] = n_free - 1
    return int(work.free[n_free - 1])


@kernel
def _release_slot(work: Workspace, node: int) -> None:
    if work.slot[node] >= 0:
        work.free[work.free[-1]] = work.slot[node]
        work.free[-1] += 1
        work.slot[node] = -1


@kernel
def _share_histogram(
    data: Binned,
    rows: Array,
    limits: Limits,
    nodes: Nodes,
    work: Workspace,
    node: int,
    small: int,
    large: int,
    few_rows: int,
) -> None:
    """Give the children that are worth one a histogram, the large one that of the parent."""
    n_small, n_large = nodes.end[small] - nodes.start[small], nodes.end[large] - nodes.start[large]
    small_needs = n_small > few_rows and may_split(nodes, small, limits)
    large_needs = n_large > few_rows and may_split(nodes, large, limits)
    slot = work.slot[node]
    if small_needs:
        taken = _take_slot(work)
        work.slot[small] = taken
        if taken >= 0:
            clear_histogram(data.n_bins, work.histograms[taken])
            start, end = nodes.start[small], nodes.end[small]
            add_rows(data, rows, start, end, 1.0, work.histograms[taken])
    if not large_needs or slot < 0:
        _release_slot(work, node)
        return
    work.slot[node], work.slot[large] = -1, slot
    if work.slot[small] >= 0:
        subtract_histogram(data.n_bins, work.histograms[slot], work.histograms[work.slot[small]])
    else:
        start, end = nodes.start[small], nodes.end[small]
        add_rows(data, rows, start, end, -1.0, work.histograms[slot])


@kernel
def _find_split(
    data: Binned, rows: Array, limits: Limits, nodes: Nodes, work: Workspace, node: int
) -> bool:
    """Write the best split of a node; say whether it has one."""
    best, start, end = work.best, nodes.start[node], nodes.end[node]
    best[GAIN], best[BAR], best[FEATURE] = -1.0, -1.0, -1.0
    absolute = -1.0
    if may_split(nodes, node, limits):
        absolute = sum_rows(data.target, data.pairs, data.n_outputs, rows, start, end, work.totals)
    if absolute < 0.0:
        _release_slot(work, node)
        return write_split(nodes, node, best, limits)
    noise = noise_of(absolute, work.totals[0], limits.entropy)
    n_features, taken = data.codes.shape[1], 0
    while taken < n_features and (taken < limits.n_drawn or best[FEATURE] < 0.0):
        n_group = _take_group(work, taken, limits.n_drawn)
        taken += n_group
        _scan_group(data, rows, limits, nodes, work, node, n_group, noise)
    found = write_split(nodes, node, best, limits)
    if not found:
        _release_slot(work, node)
    return found


@kernel
def _take_group(work: Workspace, taken: int, n_drawn: int) -> int:
    """Choose the features that are looked at next, one by one where enough were drawn."""
    n_group = min(_GROUP, n_drawn - taken) if taken < n_drawn else 1
    for d in range(n_group):
        work.group[d] = taken + d
        if n_drawn < work.features.size:
            work.group[d] = draw_feature(work.features, taken + d, work.state)
    return int(n_group)


@kernel
def _scan_group(
    data: Binned,
    rows: Array,
    limits: Limits,
    nodes: Nodes,
    work: Workspace,
    node: int,
    n_group: int,
    noise: float,
) -> None:
    """Offer the splits of a group of features."""
    # The innermost kernels get what they need and no more: each array passed costs some stores.
    start, end, slot = nodes.start[node], nodes.end[node], work.slot[node]
    used, counted = work.used, data.counted
    if slot < 0:
        count_columns(data, work.group, n_group, rows, start, end, work.columns)
    for d in range(n_group):
        j, column = work.group[d], work.columns[d]
        n_bins = data.n_bins[j]
        if slot >= 0:
            column = work.histograms[slot, j]
            n_used = touched_codes(column, n_bins, counted, used)
        else:
            n_used = codes_of_rows(data.codes, j, n_bins, counted, rows, start, end, column, used)
        scan_column(
            j, n_bins, data.n_outputs, counted, column, used, n_used, work.totals, end - start,
            noise, limits, work.left, work.best,
        )  # fmt: skip
        if slot < 0:
            clean_column(column, used, n_used)
