"""One tree of a forest: rows drawn, grown on bins, and asked about the rows it has not seen.

Cost: that of ``binned_tree.py``, and of drawing O(n_samples).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minixai._validation import generator
from minixai.protocols import Array
from minixai.tree.bin_histogram import Binned
from minixai.tree.binned_tree import grow_binned
from minixai.tree.feature_bins import FeatureBins
from minixai.tree.growing_tree import seed_pair
from minixai.tree.node_average import average_nodes
from minixai.tree.out_of_bag import follow_rows
from minixai.tree.scaled_target import weighted_pairs
from minixai.tree.split_gain import Limits

__all__ = ["BaggedTree", "Bagging", "grow_bagged"]


class Bagging(NamedTuple):
    """What all trees of a forest share."""

    bins: FeatureBins
    codes: Array
    target: Array
    """float64 (n_samples,): a number, or the number of a class."""
    centred: Array
    """float64 (n_samples,): the number that sums are made of."""
    weights: Array
    """float64 (n_samples,)"""
    class_weights: Array | None
    """float64 (n_samples,): the factors of the rows' classes."""
    balanced: bool
    """Whether classes are weighed alike among the rows of each tree."""
    n_outputs: int
    n_drawn: int
    """Rows drawn for a tree, by their weights; 0 takes all as they are."""
    follow_unseen: bool
    random_state: Any


class BaggedTree(NamedTuple):
    """A tree of a forest."""

    feature: Array
    threshold: Array
    left: Array
    right: Array
    missing_left: Array
    value: Array
    cover: Array
    falls: Array
    """(n_features,): fall of the impurity at the questions about each column."""
    unseen_falls: Array
    """The same on the rows that the tree has not seen."""
    unseen: Array
    """int: those rows."""
    leaves: Array
    """int32: their leaves."""


def grow_bagged(bagging: Bagging, limits: Limits, number: int) -> BaggedTree:
    """Grow tree ``number``; it depends on nothing but its number and what all trees share.

    The least weight and gain in the limits are shares of the tree's weight.
    """
    draws = generator(bagging.random_state, number)
    drawn = _draw_rows(bagging, draws)
    weights = drawn if bagging.class_weights is None else drawn * bagging.class_weights
    if bagging.balanced:
        weights = drawn * _balance(bagging, drawn)
    total = weights.sum()
    limits = limits._replace(min_weight=limits.min_weight * total, min_gain=limits.min_gain * total)
    rows = np.flatnonzero(weights).astype(np.int32)
    n_features = bagging.codes.shape[1]
    data = Binned(
        bagging.codes,
        bagging.bins.n_bins,
        bagging.target,
        weighted_pairs(bagging.centred, weights),
        bagging.n_outputs,
        limits.min_leaf > 1 or weights is not drawn or bagging.n_drawn == 0,
    )
    nodes, n = grow_binned(data, rows, limits, seed_pair(draws))
    averages = average_nodes(nodes, n, rows, bagging.target, weights, bagging.n_outputs)
    unseen = np.zeros(0, dtype=np.int64)
    if bagging.follow_unseen:
        unseen = np.flatnonzero((drawn == 0) & (bagging.weights > 0))
    leaves, unseen_falls = follow_rows(
        bagging.codes, unseen, nodes, averages, bagging.target, bagging.weights
    )
    feature, inner = nodes.feature[:n].copy(), nodes.left[:n] >= 0
    asked = feature[inner]
    threshold = np.zeros(n)
    threshold[inner] = bagging.bins.thresholds(asked, nodes.cut[:n][inner].astype(np.int64))
    return BaggedTree(
        feature,
        threshold,
        nodes.left[:n].copy(),
        nodes.right[:n].copy(),
        nodes.missing_left[:n].copy(),
        averages.value,
        averages.cover,
        np.bincount(asked, nodes.gain[:n][inner], n_features) / averages.cover[0],
        unseen_falls,
        unseen,
        leaves,
    )


def _draw_rows(bagging: Bagging, draws: np.random.Generator) -> Array:
    """Return how often each row is drawn, or its weight where none are drawn."""
    n, weights = len(bagging.weights), bagging.weights
    if bagging.n_drawn == 0:
        return weights
    if (weights == weights[0]).all():
        drawn = draws.integers(0, n, bagging.n_drawn)
    else:
        below = np.cumsum(weights)
        drawn = np.searchsorted(below, draws.random(bagging.n_drawn) * below[-1], side="right")
        drawn = np.minimum(drawn, np.flatnonzero(weights)[-1])
    return np.bincount(drawn, minlength=n).astype(np.float64)


def _balance(bagging: Bagging, drawn: Array) -> Array:
    """Return by row what gives each class among those drawn the same weight."""
    codes = bagging.target.astype(np.int64)
    total = np.bincount(codes, drawn)
    known = total > 0
    factor = np.zeros(len(total))
    factor[known] = drawn.sum() / (known.sum() * total[known])
    return np.asarray(factor[codes])
