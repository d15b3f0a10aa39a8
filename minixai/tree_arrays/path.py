r"""The ways of rows through trees, and how long they are.

The mean length of a tree's paths over its training rows is

.. math::
    \bar\ell = \frac{\sum_{v\ \mathrm{leaf}} c_v\, \ell_v}{\sum_{v\ \mathrm{leaf}} c_v}     (1)

with the cover c_v and the depth l_v of a leaf: how many questions a person has to follow to
understand one prediction.

Source: Piltaver, Lustrek, Gams & Martincic-Ipsic (2016), What makes classification trees
comprehensible?, Expert Systems with Applications 62, for path lengths as a measure.
Cost: O(n_samples * n_trees * depth) time and memory for paths, O(n_nodes) for lengths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._numba import kernel
from minixai.errors import ParameterError, require
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.leaf_path import trees_of
from minixai.tree_arrays.level import levels
from minixai.tree_arrays.traversal import goes_left

__all__ = ["DecisionPath", "PathLengths", "decision_path", "node_depths", "path_lengths"]


@dataclass(frozen=True, eq=False)
class DecisionPath:
    """The nodes that rows pass, root first.

    Parameters
    ----------
    nodes : int array (n_passed,)
        Node numbers, row after row and in a row tree after tree.
    indptr : int array (n_samples * n_trees + 1,)
        Where each path begins in ``nodes``.
    n_trees, n_nodes : int
    """

    nodes: Array
    indptr: Array
    n_trees: int
    n_nodes: int

    def __len__(self) -> int:
        """Return the number of rows."""
        return (len(self.indptr) - 1) // self.n_trees

    @property
    def lengths(self) -> Array:
        """Nodes passed, root and leaf included: int64 (n_samples, n_trees)."""
        return np.asarray(np.diff(self.indptr).reshape(-1, self.n_trees))

    def of(self, row: int, tree: int = 0) -> Array:
        """Return the nodes that a row passes in a tree.

        Raises
        ------
        ParameterError
            A row or a tree that is not there.
        """
        for name, given, n in (("row", row, len(self)), ("tree", tree, self.n_trees)):
            if not 0 <= given < n:
                raise ParameterError(f"`{name}` must lie between 0 and {n - 1}, got {given!r}.")
        k = row * self.n_trees + tree
        return np.asarray(self.nodes[self.indptr[k] : self.indptr[k + 1]])

    def to_sparse(self) -> Any:
        """Return a SciPy CSR matrix (n_samples, n_nodes), 1 where a row passes a node."""
        sparse = require("scipy.sparse", "stats")
        starts = self.indptr[:: self.n_trees]
        ones = np.ones(len(self.nodes), dtype=np.int64)
        return sparse.csr_matrix((ones, self.nodes, starts), shape=(len(self), self.n_nodes))


@dataclass(frozen=True, eq=False)
class PathLengths:
    """How many questions the trees ask.

    Parameters
    ----------
    mean : array (n_trees,)
        Questions a training row is asked, by cover.
    longest : int array (n_trees,)
        Depth of each tree.
    n_leaves : int array (n_trees,)
    """

    mean: Array
    longest: Array
    n_leaves: Array

    def to_frame(self) -> Any:
        """Return a pandas DataFrame, a row a tree."""
        pandas = require("pandas", "table")
        columns = {"mean": self.mean, "longest": self.longest, "n_leaves": self.n_leaves}
        return pandas.DataFrame(columns)

    def __str__(self) -> str:
        return (
            f"{len(self.mean)} trees: {self.mean.mean():.3g} questions a row and tree, at most "
            f"{self.longest.max()}; {self.n_leaves.sum()} leaves"
        )


def decision_path(trees: TreeArrays, X: Any) -> DecisionPath:
    """Follow rows through every tree.

    Parameters
    ----------
    trees : TreeArrays
    X : array-like (n_samples, n_features)

    Raises
    ------
    DataError
        Rows that the trees cannot take.
    """
    matrix = trees.validated(X)
    walk = trees.walk
    lengths = node_depths(trees)[trees.leaves(matrix)] + 1
    indptr = np.concatenate([[0], np.cumsum(lengths.ravel(), dtype=np.int64)])
    nodes = np.empty(indptr[-1], dtype=np.int32)
    _write_paths(matrix, nodes, *walk)
    return DecisionPath(nodes, indptr, trees.n_trees, trees.n_nodes)


def node_depths(trees: TreeArrays) -> Array:
    """Return the questions asked on the way to each node, int64 (n_nodes,)."""
    depths = np.zeros(trees.n_nodes, dtype=np.int64)
    walk = levels(trees.children_left, trees.children_right, np.asarray(trees.roots))
    for depth, level in enumerate(walk):
        depths[level] = depth
    return depths


def path_lengths(trees: TreeArrays) -> PathLengths:
    """Return how long the paths of each tree are, over its training rows.

    Parameters
    ----------
    trees : TreeArrays
    """
    leaves = np.flatnonzero(trees.is_leaf)
    owner, depth = trees_of(trees)[leaves], node_depths(trees)[leaves]
    cover = trees.cover[leaves]
    n = trees.n_trees
    longest = np.zeros(n, dtype=np.int64)
    np.maximum.at(longest, owner, depth)
    mean = np.bincount(owner, cover * depth, n) / np.bincount(owner, cover, n)  # (1)
    return PathLengths(mean, longest, np.bincount(owner, minlength=n))


@kernel
def _write_paths(
    X: Array,
    nodes: Array,
    feature: Array,
    threshold: Array,
    left: Array,
    right: Array,
    missing_left: Array,
    indptr: Array,
    codes: Array,
    roots: Array,
) -> None:
    place = 0
    for i in range(X.shape[0]):
        for t in range(roots.size):
            node = roots[t]
            nodes[place] = node
            place += 1
            while left[node] >= 0:
                x = X[i, feature[node]]
                to_left = goes_left(x, node, threshold, missing_left, indptr, codes)
                node = left[node] if to_left else right[node]
                nodes[place] = node
                place += 1
