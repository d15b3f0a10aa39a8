"""The nodes of an ensemble once more, laid out for walking: 16 bytes a node, one look each.

A record holds the threshold, the feature with what else the node asks in its top bits, and the
left child; the right child is the next record. A leaf is a record that leads to itself whatever
is asked, so that rows at different depths can take their steps together. Trees lie one after the
other, each level by level, so that the nodes every row passes share cache lines. Categories are
bits, looked up by the code; a node that asks for them holds where its bits start as its threshold.

Cost: O(n_nodes) time; 20 bytes a node, and at most 140 a category listed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minixai.protocols import Array

__all__ = ["BY_CODE", "FEATURE", "MISSING_LEFT", "PackedNodes", "pack"]

FEATURE = (1 << 30) - 1
"""The bits of a record's ``asks`` that are the feature."""
BY_CODE = 1 << 30
"""The bit that says that the node asks for categories."""
MISSING_LEFT = -(1 << 31)
"""The bit that says that a missing value goes left: the sign."""
_WIDE = 8  # words of bits a code: 64 bytes, a cache line
_RECORD = np.dtype([("threshold", np.float64), ("asks", np.int32), ("child", np.int32)])


class PackedNodes(NamedTuple):
    """What a kernel walks: records, the node that each stands for, the records of the roots."""

    nodes: Array
    numbers: Array
    roots: Array
    words: Array
    """The categories' bits; empty where no node asks for categories."""


def pack(
    feature: Array,
    threshold: Array,
    left: Array,
    right: Array,
    missing_left: Array | None,
    indptr: Array,
    codes: Array,
    roots: Array,
) -> PackedNodes:
    """Return the records of the nodes of checked trees; the arguments are those of ``walk``."""
    numbers, starts = _level_by_level(left, right, roots)
    places = np.empty(len(numbers), dtype=np.int32)
    places[numbers] = np.arange(len(numbers), dtype=np.int32)
    inner = left[numbers] >= 0
    nodes = np.zeros(len(numbers), dtype=_RECORD)
    nodes["threshold"] = np.where(inner, threshold[numbers], np.inf)
    nodes["child"] = np.where(inner, places[left[numbers]], np.arange(len(numbers)))
    asks = np.maximum(feature[numbers], 0)
    words = np.zeros(0, dtype=np.int64)
    if len(codes):
        by_code = (np.diff(indptr) > 0)[numbers] & inner
        asks |= np.where(by_code, np.int32(BY_CODE), np.int32(0))
        words, starts_of_bits = _bits(indptr, codes)
        nodes["threshold"][by_code] = starts_of_bits[numbers[by_code]]
    if missing_left is not None:  # at leaves too: NaN must not leave them
        asks |= np.where(missing_left[numbers] | ~inner, np.int32(MISSING_LEFT), np.int32(0))
    nodes["asks"] = asks
    return PackedNodes(nodes, numbers, starts, words)


def _bits(indptr: Array, codes: Array) -> tuple[Array, Array]:
    """Return for each node the number of its words, then the words; and where each starts.

    A node whose few codes lie so far apart that the bits would be mostly empty has no words.
    """
    lengths = np.diff(indptr).astype(np.int64)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    asking = lengths > 0
    n_words = np.zeros(len(lengths), dtype=np.int64)
    n_words[asking] = codes[indptr[1:][asking] - 1] // 64 + 1
    n_words[n_words > _WIDE * (lengths + 1)] = 0
    room = np.where(asking, 1 + n_words, 0)
    starts = np.cumsum(room) - room
    words = np.zeros(int(room.sum()), dtype=np.uint64)
    words[starts[asking]] = n_words[asking]
    held = n_words[owner] > 0
    bits = np.left_shift(np.uint64(1), (codes[held] % 64).astype(np.uint64))
    np.bitwise_or.at(words, starts[owner[held]] + 1 + codes[held] // 64, bits)
    return words.view(np.int64), starts


def _level_by_level(left: Array, right: Array, roots: Array) -> tuple[Array, Array]:
    """Return the nodes tree by tree, siblings side by side, and where each tree starts."""
    level, tree = roots, np.arange(len(roots))
    levels, trees = [], []
    while len(level):
        levels.append(level)
        trees.append(tree)
        below = left[level] >= 0
        parents = level[below]
        level = np.column_stack([left[parents], right[parents]]).ravel()
        tree = np.repeat(tree[below], 2)
    owner = np.concatenate(trees)
    order = np.argsort(owner, kind="stable")
    sizes = np.bincount(owner, minlength=len(roots))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    return np.concatenate(levels)[order].astype(np.int32), starts
