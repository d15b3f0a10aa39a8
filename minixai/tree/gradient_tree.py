r"""Growing one tree by gradients and curvatures, leaf by leaf.

The open leaf with the largest gain is split next ("leaf_wise"), or that of least depth
("depth_wise"), until there are ``max_leaf_nodes`` leaves or no split gains. The smaller child's
histogram is added up from its rows, the larger child's is what remains of its parent's. A leaf of
rows R has the value

.. math::
    v = -\frac{\sum_{i \in R} g_i}{\lambda + \sum_{i \in R} h_i}                         (1)

moved inside its bounds, times the learning rate.

Source: Chen & Guestrin (2016), XGBoost, eq. (5), for (1); Ke et al. (2017), LightGBM, NeurIPS 30,
for growing by leaves.
Cost: O(n_features * n_samples * log(leaves)) for balanced trees; memory: a histogram for each open
leaf, 4 bytes a row twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.gradient_histogram import BinnedRows, add_words, scales, write_words
from minixai.tree.gradient_split import (
    BIN,
    END,
    FEATURE,
    GAIN,
    LEFT,
    LOWER,
    MISSING_LEFT,
    PART,
    SLOT,
    START,
    TOTAL,
    UPPER,
    bounded,
)
from minixai.tree.leaf_growth import (
    BUILD,
    DONE,
    GROWTHS,
    N_FREE,
    N_NODES,
    PENDING,
    grow_leaves,
    smaller_child,
)

__all__ = ["GrownTree", "TreeGrower", "TreeRules", "add_tree"]

NEVER = 1 << 62
_FORK = 1 << 18
"""Additions of a histogram that are worth another thread."""


@dataclass(frozen=True)
class TreeRules:
    """How far a tree grows; the arguments are those of the estimators, None where unlimited."""

    growth: str
    max_leaf_nodes: int | None
    max_depth: int | None
    min_samples_leaf: int
    min_child_weight: float
    l2: float
    min_gain: float
    signs: Array  # int64 (n_features,), monotone constraints

    def capacity(self, n_rows: int) -> int:
        """Return the most nodes a tree of so many rows can have."""
        leaves = max(1, n_rows // self.min_samples_leaf)
        if self.max_leaf_nodes is not None:
            leaves = min(leaves, self.max_leaf_nodes)
        if self.max_depth is not None and self.max_depth < 40:
            leaves = min(leaves, 2**self.max_depth)
        return int(2 * leaves - 1)


@dataclass(frozen=True, eq=False)
class GrownTree:
    """A tree over codes; right children follow left ones, leaves have left child -1."""

    feature: Array
    bin: Array
    missing_left: Array
    left: Array
    value: Array
    cover: Array
    gain: Array


class TreeGrower:
    """Grows trees over the same rows, keeping the room it works in.

    Parameters
    ----------
    table : BinnedRows
    weights : array (n_samples,) or None
        What the cover of a node is the sum of; None counts rows.
    rules : TreeRules
    map_blocks : callable, optional
        That of an Engine, for large histograms; None is one thread.
    """

    def __init__(
        self, table: BinnedRows, weights: Array | None, rules: TreeRules, map_blocks: Any = None
    ) -> None:
        self.table, self.weights, self.rules, self.map_blocks = table, weights, rules, map_blocks
        n_rows, n_features = table.by_row.shape
        self.data = (table.by_row, table.by_column, table.first, table.n_values)
        self.words = np.empty(n_rows, dtype=np.int64)
        self.all_rows = np.arange(n_rows, dtype=np.uint32)
        self.rows = np.empty(n_rows, dtype=np.uint32)
        self.scratch = np.empty(n_rows, dtype=np.uint32)
        capacity = rules.capacity(n_rows)
        self.node = np.zeros((capacity, PART + 1), dtype=np.int64)
        self.amount = np.zeros((capacity, UPPER + 1))
        self.open = np.empty(capacity, dtype=np.int64)
        n_slots = min(capacity // 2 + 1, 64)
        self.pool = np.empty((n_slots, table.width), dtype=np.int64)
        self.free = np.empty(capacity + 1, dtype=np.int64)
        self.room = (
            np.empty(n_features),
            np.zeros((n_features, PART + 1), dtype=np.int64),
            (np.zeros(256, np.int64), np.empty(256, np.int64), np.empty(256)),
        )
        cuts = np.linspace(0, n_features, 5).astype(int)
        self.columns = [(int(a), int(b)) for a, b in pairwise(cuts) if a < b]

    def grow(
        self,
        gradient: Array,
        curvature: Array,
        sums: tuple[float, float],
        learning_rate: float,
        rows: Array | None = None,
        allowed: Array | None = None,
    ) -> GrownTree:
        """Grow one tree.

        Parameters
        ----------
        gradient, curvature : array (n_samples,)
        sums : pair of floats
            Of the sizes of both.
        learning_rate : float
        rows : int array, optional
            The rows it is grown on, rising; None is all.
        allowed : uint8 array (capacity, n_features), optional
            Columns that a node may ask; None is all.
        """
        n_rows = len(gradient)
        s_g, s_h = scales(n_rows, *sums)
        largest = write_words(gradient, curvature, s_g, s_h, self.words)
        count = n_rows if rows is None else len(rows)
        self.rows[:count] = self.all_rows if rows is None else rows
        rules = self._rules(s_g, s_h, largest, allowed)
        state = self._start(count)
        fork = NEVER if self.map_blocks is None else _FORK
        wanted = BUILD
        while wanted != DONE:
            if wanted == BUILD:
                self._build(state)
            else:
                self._enlarge(state)
            wanted = grow_leaves(
                self.data, self.words, self.rows, self.scratch, self.pool, self.free, self.open,
                self.node, self.amount, state, rules, self.room, fork,
            )  # fmt: skip
        return self._settled(gradient, curvature, (s_g, s_h), learning_rate, int(state[N_NODES]))

    def add_values(self, tree: GrownTree, raw: Array) -> None:
        """Add the value of the last tree, grown on all rows, to every row's raw score."""
        _add_values(self.node[: len(tree.left)], self.rows, tree.value, raw)

    def _rules(self, s_g: float, s_h: float, largest: int, allowed: Array | None) -> Any:
        """Return the rules in the units of the words."""
        rules = self.rules
        no_mask = np.zeros((0, 0), dtype=np.uint8)
        growth = GROWTHS.index(rules.growth) if rules.max_leaf_nodes is not None else len(GROWTHS)
        return (
            (growth, rules.max_leaf_nodes or NEVER, rules.max_depth or NEVER),
            (
                rules.signs,
                no_mask if allowed is None else allowed,
                rules.min_samples_leaf,
                rules.min_samples_leaf * largest,
                max(1, math.ceil(rules.min_child_weight * s_h)),
                rules.l2 * s_h,
                rules.min_gain * s_g / s_h * s_g,
            ),
        )

    def _start(self, n_rows: int) -> Array:
        """Return the state of a tree that is a root without a histogram."""
        self.node[0] = 0
        self.node[0, [FEATURE, LEFT]] = -1
        self.node[0, END] = n_rows
        self.node[0, TOTAL] = _sum_words(self.words, self.rows[:n_rows])
        self.amount[0] = 0.0, -np.inf, np.inf
        n_slots = len(self.pool)
        self.free[: n_slots - 1] = np.arange(1, n_slots)
        return np.array([1, 1, 0, n_slots - 1, 0], dtype=np.int64)

    def _build(self, state: Array) -> None:
        """Add up the histogram that the tree waits for."""
        node = self.node[smaller_child(self.node, state[PENDING])]
        rows = self.rows[node[START] : node[END]]
        histogram = self.pool[node[SLOT]]

        def add(columns: tuple[int, int]) -> None:
            add_words(self.table.by_row, self.table.first, self.words, rows, *columns, histogram)

        if self.map_blocks is None or len(rows) * self.table.by_row.shape[1] < _FORK:
            add((0, self.table.by_row.shape[1]))
        else:
            list(self.map_blocks(add, self.columns))

    def _enlarge(self, state: Array) -> None:
        """Double the pool of histograms."""
        n_slots = len(self.pool)
        self.pool = np.concatenate([self.pool, np.empty_like(self.pool)])
        self.free[:n_slots] = np.arange(n_slots, 2 * n_slots)
        state[N_FREE] = n_slots

    def _settled(
        self,
        gradient: Array,
        curvature: Array,
        scale: tuple[float, float],
        rate: float,
        n_nodes: int,
    ) -> GrownTree:
        """Return the tree with the values of its nodes."""
        s_g, s_h = scale
        sums = np.empty((n_nodes, 3))
        node, amount = self.node[:n_nodes], self.amount[:n_nodes]
        weights = np.empty(0) if self.weights is None else self.weights
        _sum_rows(node, self.rows, gradient, curvature, weights, sums)
        value = np.empty(n_nodes)
        _write_values(sums, amount, self.rules.l2, s_g / s_h, rate, value)
        inner = node[:, LEFT] >= 0  # an open leaf knows a split that it has not made
        return GrownTree(
            np.where(inner, node[:, FEATURE], -1).astype(np.int32),
            node[:, BIN].astype(np.int32),
            node[:, MISSING_LEFT].astype(bool),
            node[:, LEFT].astype(np.int32),
            value,
            sums[:, 2].copy(),
            np.where(inner, amount[:, GAIN] * (s_h / s_g / s_g), 0.0),
        )


def add_tree(tree: GrownTree, codes: Array, missing: Array, raw: Array) -> None:
    """Add the tree's value to the raw score of each row, walking down its codes.

    Parameters
    ----------
    tree : GrownTree
    codes : uint8 array (n_samples, n_features)
    missing : int64 array (n_features,)
        What stands for a missing value in each column.
    raw : array (n_samples,)
    """
    _walk(tree.feature, tree.bin, tree.missing_left, tree.left, tree.value, codes, missing, raw)


@kernel
def _sum_words(words: Array, rows: Array) -> int:
    total = 0
    for t in range(rows.size):
        total += words[rows[t]]
    return total


@kernel
def _sum_rows(
    node: Array, rows: Array, gradient: Array, curvature: Array, weights: Array, sums: Array
) -> None:
    """Write the sums of gradients, curvatures and weights of every node."""
    for i in range(node.shape[0] - 1, -1, -1):
        left = node[i, LEFT]
        if left >= 0:
            for k in range(3):
                sums[i, k] = sums[left, k] + sums[left + 1, k]
            continue
        g, h, cover = 0.0, 0.0, 0.0
        for t in range(node[i, START], node[i, END]):
            row = rows[t]
            g += gradient[row]
            h += curvature[row]
            cover += weights[row] if weights.size > 0 else 1.0
        sums[i, 0], sums[i, 1], sums[i, 2] = g, h, cover


@kernel
def _write_values(
    sums: Array, amount: Array, penalty: float, unit: float, rate: float, value: Array
) -> None:
    for i in range(value.size):
        lower, upper = amount[i, LOWER] / unit, amount[i, UPPER] / unit
        value[i] = rate * bounded(sums[i, 0], sums[i, 1] + penalty, lower, upper)  # (1)


@kernel
def _add_values(node: Array, rows: Array, value: Array, raw: Array) -> None:
    for i in range(node.shape[0]):
        if node[i, LEFT] < 0:
            for t in range(node[i, START], node[i, END]):
                raw[rows[t]] += value[i]


@kernel
def _walk(
    feature: Array, bin: Array, missing_left: Array, left: Array, value: Array, codes: Array,
    missing: Array, raw: Array,
) -> None:  # fmt: skip
    for i in range(codes.shape[0]):
        node = 0
        while left[node] >= 0:
            code = codes[i, feature[node]]
            is_missing = code == missing[feature[node]]
            goes_left = missing_left[node] if is_missing else code <= bin[node]
            node = left[node] if goes_left else left[node] + 1
        raw[i] += value[node]
