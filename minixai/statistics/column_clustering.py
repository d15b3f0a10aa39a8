r"""Columns that go together, side by side: average linkage on one minus absolute correlation.

The two nearest clusters are merged until one is left. The distance of the union of a and b to c is

.. math::
    d(a \cup b, c) = \frac{|a|\, d(a, c) + |b|\, d(b, c)}{|a| + |b|}                     (1) \\
    d_{ij} = 1 - |r_{ij}|                                                                (2)

Source: Sokal & Michener (1958), Univ. Kansas Sci. Bull. 38, p. 1409, for (1); the chain of nearest
neighbours: Murtagh (1983), The Computer Journal 26, pp. 354-359. It follows nearest neighbours
until two are each other's, which gives the same merges, since a union is never nearer to a third
cluster than the nearer of its parts.
Cost: O(d^2) time and memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.errors import DataError
from minixai.protocols import Array

__all__ = ["ColumnClusters", "average_linkage", "cluster_columns"]


@dataclass(frozen=True, eq=False)
class ColumnClusters:
    """Correlations with the order that puts columns that go together side by side.

    Parameters
    ----------
    names : tuple of str (d,)
    values : ndarray (d, d)
        The correlations, as given.
    order : ndarray of int (d,)
        The columns from left to right of the tree; those without any correlation come last.
    merges : ndarray (n_merges, 4)
        The tree, as `average_linkage` gives it, of the columns that have a correlation; its
        leaves are numbered in their order among these.
    """

    names: tuple[str, ...]
    values: Array
    order: Array
    merges: Array


def cluster_columns(correlations: Any, names: Sequence[str] | None = None) -> ColumnClusters:
    """Cluster columns by the absolute value of their correlations.

    Parameters
    ----------
    correlations : array-like or data frame (d, d)
        Symmetric, in [-1, 1]; NaN or None where there is none.
    names : sequence of str (d,), optional
        None means the frame's, or x0, x1, ...

    Returns
    -------
    ColumnClusters

    Raises
    ------
    DataError
        The matrix is not square, not symmetric, beyond [-1, 1], or of another size than the names.

    Examples
    --------
    >>> r = [[1.0, 0.1, -0.9], [0.1, 1.0, 0.2], [-0.9, 0.2, 1.0]]
    >>> cluster_columns(r).order
    array([1, 0, 2])
    """
    if names is None and hasattr(correlations, "columns"):
        names = [str(name) for name in correlations.columns]
    matrix = np.array(correlations, dtype=np.float64)  # None becomes NaN
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise DataError(f"A correlation matrix must be square, got shape {matrix.shape}.")
    if names is not None and len(names) != len(matrix):
        raise DataError(f"`names` must have one name a row, got {len(names)} for {len(matrix)}.")
    if np.nanmax(np.abs(matrix), initial=0.0) > 1.0 + 1e-12:
        raise DataError(f"Correlations must lie in [-1, 1], got {_farthest(matrix):g}.")
    off = ~np.eye(len(matrix), dtype=bool)
    known = np.flatnonzero((np.isfinite(matrix) & off).any(axis=1))
    distance = 1.0 - np.abs(np.nan_to_num(matrix[np.ix_(known, known)]))  # (2)
    np.fill_diagonal(distance, 0.0)
    merges = average_linkage(np.maximum(distance, 0.0)) if len(known) else np.empty((0, 4))
    alone = np.setdiff1d(np.arange(len(matrix)), known)
    order = np.concatenate([known[_leaves(merges, len(known))], alone])
    kept = tuple(names) if names is not None else tuple(f"x{j}" for j in range(len(matrix)))
    return ColumnClusters(kept, matrix, order, merges)


def average_linkage(distance: Any) -> Array:
    """Merge the two nearest clusters until one is left.

    Parameters
    ----------
    distance : array-like (n, n)
        Symmetric, finite, not negative; the diagonal is not read.

    Returns
    -------
    ndarray (n - 1, 4)
        One merge a row, the nearest first: the two clusters (those below n are single rows, n + k
        is the cluster of row k; the smaller number first), their distance, the size of the union.

    Raises
    ------
    DataError
        A matrix that is not square, not symmetric, negative or not finite.

    Examples
    --------
    >>> average_linkage([[0.0, 1.0, 4.0], [1.0, 0.0, 2.0], [4.0, 2.0, 0.0]])
    array([[0., 1., 1., 2.],
           [2., 3., 3., 3.]])
    """
    table = np.array(distance, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
        raise DataError(f"Distances must be a square matrix, got shape {table.shape}.")
    np.fill_diagonal(table, 0.0)
    if not np.isfinite(table).all() or (table < 0).any():
        raise DataError("Distances must be finite and not negative: replace NaN by the largest.")
    if not np.allclose(table, table.T, rtol=1e-9, atol=1e-12):
        raise DataError("Distances must be symmetric: d(i, j) = d(j, i).")
    np.fill_diagonal(table, np.inf)
    return _numbered(_chain(table))


def _chain(table: Array) -> Array:
    """Return one merge a row: a member of either cluster and their distance, in any order."""
    n = len(table)
    size = np.ones(n)
    found = np.empty((n - 1, 3))
    chain: list[int] = []
    for k in range(n - 1):
        if not chain:
            chain.append(int(np.argmax(size > 0)))
        while True:
            here = chain[-1]
            near = int(np.argmin(table[here]))
            if len(chain) > 1 and table[here, chain[-2]] <= table[here, near]:
                break  # of equally near ones the one before, or the chain would run in circles
            chain.append(near)
        b, a = chain.pop(), chain.pop()
        found[k] = a, b, table[a, b]
        union = (size[a] * table[a] + size[b] * table[b]) / (size[a] + size[b])  # (1)
        table[b], table[:, b], table[b, b] = union, union, np.inf
        table[a], table[:, a] = np.inf, np.inf
        size[a], size[b] = 0.0, size[a] + size[b]
    return found


def _numbered(found: Array) -> Array:
    """Sort merges by distance and number the clusters as they arise."""
    n = len(found) + 1
    merges = np.empty((n - 1, 4))
    cluster, size = list(range(2 * n - 1)), [1] * (2 * n - 1)

    def top(i: int) -> int:
        while cluster[i] != i:
            cluster[i] = cluster[cluster[i]]
            i = cluster[i]
        return i

    for k, (a, b, height) in enumerate(found[np.argsort(found[:, 2], kind="stable")]):
        low, high = sorted((top(int(a)), top(int(b))))
        cluster[low] = cluster[high] = n + k
        size[n + k] = size[low] + size[high]
        merges[k] = low, high, height, size[n + k]
    return merges


def _leaves(merges: Array, n: int) -> Array:
    """Return the leaves of the tree from left to right."""
    order: list[int] = []
    stack = [n + len(merges) - 1] if n else []
    while stack:
        node = stack.pop()
        if node < n:
            order.append(node)
        else:
            low, high = merges[node - n, :2].astype(int)
            stack += [high, low]
    return np.array(order, dtype=np.int64)


def _farthest(matrix: Array) -> float:
    return float(matrix.flat[np.nanargmax(np.abs(matrix))])
