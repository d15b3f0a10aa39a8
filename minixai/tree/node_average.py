r"""What the nodes of a grown tree hold: means of the target, weights, impurities.

The rows of a leaf give its weighted mean v and its sum of squares Q; an inner node has them from
its children,

.. math::
    v = v_L + \frac{W_R}{W} (v_R - v_L)                                                  (1)
    \qquad
    Q = Q_L + Q_R + \frac{W_L W_R}{W} (v_R - v_L)^2                                      (2)

A mean never leaves the range of its rows, so equal targets come back to the bit.

Source: Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance, for (1) and
(2).
Cost: O(n_rows + n_nodes * n_outputs).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.growing_tree import Nodes

__all__ = ["Averages", "average_nodes", "impurities"]


class Averages(NamedTuple):
    """By node."""

    value: Array
    """(n_nodes, n_outputs): mean, or shares of classes."""
    cover: Array
    """(n_nodes,): weight."""
    squares: Array
    """(n_nodes,): weighted sum of squares about the mean, of one output."""


def average_nodes(
    nodes: Nodes, n_nodes: int, rows: Array, target: Array, weights: Array, n_outputs: int
) -> Averages:
    """Average the target over the rows of every node.

    Parameters
    ----------
    nodes, n_nodes
        As a tree grown gives them.
    rows : int32 array (n_rows,)
        Sorted by leaf.
    target : array (n_samples,)
        A number, or the number of a class where there are more outputs than one.
    weights : array (n_samples,)
    n_outputs : int
    """
    found = Averages(np.zeros((n_nodes, n_outputs)), np.zeros(n_nodes), np.zeros(n_nodes))
    _average(nodes, rows, target, np.ascontiguousarray(weights), *found)
    return found


def impurities(averages: Averages, criterion: str) -> Array:
    """Return the impurity of every node, (n_nodes,).

    Parameters
    ----------
    averages : Averages
    criterion : {"squared_error", "gini", "entropy"}
        Entropy in bits.
    """
    value = averages.value
    if criterion == "squared_error":
        return np.asarray(averages.squares / averages.cover)
    shares = np.column_stack([1.0 - value, value]) if value.shape[1] == 1 else value
    if criterion == "gini":
        return np.asarray((shares * (1.0 - shares)).sum(axis=1))
    bits = np.log2(shares, out=np.zeros_like(shares), where=shares > 0.0)
    return np.asarray(-(shares * bits).sum(axis=1))


@kernel
def _average(
    nodes: Nodes,
    rows: Array,
    target: Array,
    weights: Array,
    value: Array,
    cover: Array,
    squares: Array,
) -> None:
    n_outputs = value.shape[1]
    for node in range(cover.size - 1, -1, -1):
        left, right = nodes.left[node], nodes.right[node]
        start, end = nodes.start[node], nodes.end[node]
        if left < 0:
            if n_outputs == 1:
                _average_leaf(rows, target, weights, start, end, node, value, cover, squares)
                continue
            for t in range(start, end):
                cover[node] += weights[rows[t]]
                value[node, int(target[rows[t]])] += weights[rows[t]]
            for k in range(n_outputs):
                value[node, k] /= cover[node]
            continue
        cover[node] = cover[left] + cover[right]
        share = cover[right] / cover[node]
        squares[node] = squares[left] + squares[right]
        for k in range(n_outputs):
            apart = value[right, k] - value[left, k]
            value[node, k] = value[left, k] + share * apart  # (1)
            squares[node] += cover[left] * share * apart * apart  # (2)


@kernel
def _average_leaf(
    rows: Array,
    target: Array,
    weights: Array,
    start: int,
    end: int,
    node: int,
    value: Array,
    cover: Array,
    squares: Array,
) -> None:
    total = 0.0
    low = high = target[rows[start]]
    for t in range(start, end):
        y, w = target[rows[t]], weights[rows[t]]
        cover[node] += w
        total += w * y
        low, high = min(low, y), max(high, y)
    mean = min(max(total / cover[node], low), high)
    value[node, 0] = mean
    for t in range(start, end):
        apart = target[rows[t]] - mean
        squares[node] += weights[rows[t]] * apart * apart
