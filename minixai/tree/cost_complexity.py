r"""Cost-complexity pruning: which branches of a tree are worth their leaves.

With R(t) the impurity of node t times its share of the weight, R(T_t) that of the leaves below
it and |T_t| their number, the branch at t goes once the price of a leaf reaches

.. math::
    \alpha(t) = \frac{R(t) - R(T_t)}{|T_t| - 1}                                          (1)

The branch of the lowest alpha goes first, and again, until the root alone is left.

Source: Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees, chapter 3.
Cost: O(n_nodes * n_cuts), memory O(n_nodes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.growing_tree import Nodes

__all__ = ["PruningPath", "pruning_path", "which_stay"]


@dataclass(frozen=True, eq=False)
class PruningPath:
    """The prices of a leaf at which branches go.

    Parameters
    ----------
    ccp_alphas : array (n_steps,)
        Rising from 0; as ``ccp_alpha`` each gives the tree after its step.
    impurities : array (n_steps,)
        Total impurity of the leaves then left.
    """

    ccp_alphas: Array
    impurities: Array


def pruning_path(nodes: Nodes, n_nodes: int, risk: Array) -> PruningPath:
    """Prune down to the root.

    Parameters
    ----------
    nodes, n_nodes
        As a tree grown gives them.
    risk : array (n_nodes,)
        Impurity times share of the weight.
    """
    is_leaf = nodes.left[:n_nodes] < 0
    alphas, left = np.zeros(n_nodes), np.zeros(n_nodes)
    left[0] = risk[is_leaf].sum()
    n_steps = _prune(nodes, _branches(is_leaf, risk), np.inf, alphas, left)
    return PruningPath(alphas[:n_steps], left[:n_steps])


def which_stay(nodes: Nodes, n_nodes: int, risk: Array, ccp_alpha: float) -> tuple[Array, Array]:
    """Return the nodes that stay at a price, rising, and which of all nodes are leaves then."""
    is_leaf = nodes.left[:n_nodes] < 0
    if ccp_alpha > 0:  # a free leaf stays, though its split gained nothing
        spare = np.zeros(n_nodes)
        _prune(nodes, _branches(is_leaf, risk), ccp_alpha, spare, spare)
    stays = np.zeros(n_nodes, dtype=bool)
    stays[0] = True
    for node in range(n_nodes):
        if stays[node] and not is_leaf[node]:
            stays[nodes.left[node]] = stays[nodes.right[node]] = True
    return np.flatnonzero(stays), is_leaf


class _Branches(NamedTuple):
    """What pruning changes."""

    is_leaf: Array
    inside: Array
    risk: Array
    below: Array
    """R(T_t)"""
    n_leaves: Array
    """|T_t|"""
    parent: Array


def _branches(is_leaf: Array, risk: Array) -> _Branches:
    inside, parent = np.ones(len(risk), dtype=bool), np.full(len(risk), -1)
    return _Branches(is_leaf, inside, risk, risk.copy(), is_leaf.astype(np.int64), parent)


@kernel
def _prune(nodes: Nodes, tree: _Branches, highest: float, alphas: Array, left: Array) -> int:
    """Cut branches up to the price given; write prices and total risks, return their number."""
    is_leaf, inside, risk, below = tree.is_leaf, tree.inside, tree.risk, tree.below
    n_leaves, parent, n_nodes = tree.n_leaves, tree.parent, tree.is_leaf.size
    for node in range(n_nodes - 1, -1, -1):
        if not is_leaf[node]:
            first, second = nodes.left[node], nodes.right[node]
            parent[first], parent[second] = node, node
            below[node] = below[first] + below[second]
            n_leaves[node] = n_leaves[first] + n_leaves[second]
    n_steps = 1
    while not is_leaf[0]:
        weakest, price = 0, np.inf
        for node in range(n_nodes):
            if inside[node] and not is_leaf[node]:
                alpha = (risk[node] - below[node]) / (n_leaves[node] - 1)  # (1)
                if alpha < price:
                    weakest, price = node, alpha
        if price > highest:
            break
        saved, lost = risk[weakest] - below[weakest], n_leaves[weakest] - 1
        is_leaf[weakest] = True
        node = weakest
        while node >= 0:
            below[node] += saved
            n_leaves[node] -= lost
            node = parent[node]
        for node in range(weakest + 1, n_nodes):
            if parent[node] == weakest or not inside[parent[node]]:
                inside[node] = False
        alphas[n_steps], left[n_steps] = price, below[0]
        n_steps += 1
    return n_steps
