r"""Columns as small whole numbers: the bins in which trees and shape functions are grown.

Column j has rising edges e_1 < ... < e_m, and a value x has the code

.. math::
    c(x) = \#\{b : e_b < x\}                                                             (1)

so that ``c(x) <= b`` says the same as ``x <= e_{b+1}``; a missing value has the code `MISSING`.
A column of few distinct values has an edge halfway between every two neighbours; a column of many
has edges between those values where the weight below passes the next of equal shares.

Source: Ke et al. (2017), LightGBM, NeurIPS 30, section 2.1, for learning on such codes.
Differs from the source: shares are of the row weights, so a weight of 2 is a row twice.
Cost: O(n) a column to learn the edges, with weights O(n log n); O(n log n_bins) to code;
n * d bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.number_sort import sort_numbers

__all__ = ["MAX_BINS", "MISSING", "FeatureBins", "learn_bins"]

MISSING = 255
"""Code of a missing value, above all others."""
MAX_BINS = 255
"""Most codes of values: one byte holds them and the missing one."""
_BLOCK = 256  # values that are searched for together


@dataclass(frozen=True, eq=False)
class FeatureBins:
    """The edges of every column's bins.

    Parameters
    ----------
    edges : array (n_edges,)
        All columns' edges, each column's rising.
    indptr : int array (n_features + 1,)
        Column j has ``edges[indptr[j]:indptr[j + 1]]``, and one bin more.
    """

    edges: Array
    indptr: Array

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return len(self.indptr) - 1

    @property
    def n_bins(self) -> Array:
        """Number of bins of values of each column, int64 (n_features,)."""
        return np.asarray(np.diff(self.indptr) + 1, dtype=np.int64)

    def of(self, column: int) -> Array:
        """Return the edges of one column."""
        return np.asarray(self.edges[self.indptr[column] : self.indptr[column + 1]])

    def thresholds(self, feature: Array, cut: Array) -> Array:
        """Return the values x that say ``x <= threshold`` where a code says ``code <= cut``.

        Parameters
        ----------
        feature, cut : int arrays (n_cuts,)
            Columns, and codes of them; the last code of a column has all its values left.
        """
        place = self.indptr[feature] + cut
        inside = place < self.indptr[feature + 1]
        found = np.full(len(place), np.inf)
        found[inside] = self.edges[place[inside]]
        return found

    def codes(self, X: Array) -> Array:
        """Return the codes of a matrix, uint8 (n_samples, n_features), C-ordered."""
        out = np.empty(X.shape, dtype=np.uint8)
        table = np.full((self.n_features, MISSING + 1), np.inf)
        for j in range(self.n_features):
            table[j, : self.n_bins[j] - 1] = self.of(j)
        _write_codes(X, table, np.empty(_BLOCK), np.empty(_BLOCK, dtype=np.uint64), out)
        return out


def learn_bins(X: Array, weights: Array | None = None, max_bins: int = MAX_BINS) -> FeatureBins:
    """Learn the bins of every column.

    Parameters
    ----------
    X : float array (n_samples, n_features)
        NaN is a missing value.
    weights : array (n_samples,), optional
        Row weights, not negative; rows of weight 0 count as absent.
    max_bins : int
        Most bins of values, 2 to 255.
    """
    if weights is not None and not weights.all():
        X, weights = X[weights > 0], weights[weights > 0]
    room = np.empty((2, len(X)))
    edges = [_edges(X[:, j], weights, max_bins, room) for j in range(X.shape[1])]
    lengths = [len(each) for each in edges]
    return FeatureBins(np.concatenate(edges), np.concatenate([[0], np.cumsum(lengths)]))


def _edges(column: Array, weights: Array | None, max_bins: int, room: Array) -> Array:
    """Return the edges of one column, working in ``room`` (2, n_samples)."""
    present = _gather_present(column, room[0])
    rising, amounts = room[0, :present], room[1, :present]
    if weights is None:
        sort_numbers(rising, amounts)
        amounts.fill(1.0)
    else:
        known = ~np.isnan(column)
        order = np.argsort(rising, kind="stable")
        rising, amounts = rising[order], weights[known][order]
    low, high = np.empty(max_bins), np.empty(max_bins)
    n_edges = _cut(rising, amounts, amounts.sum(), max_bins, low, high)
    return between(low[:n_edges], high[:n_edges])


def between(low: Array, high: Array) -> Array:
    """Return the middle of each pair low < high: at least ``low`` and below ``high``."""
    middle = low + (high / 2 - low / 2)
    return np.asarray(np.where(middle < high, np.maximum(middle, low), low))


@kernel
def _gather_present(column: Array, out: Array) -> int:
    """Write the values that are not missing and return their number."""
    n = 0
    for i in range(column.size):
        if column[i] == column[i]:
            out[n] = column[i]
            n += 1
    return n


@kernel
def _cut(
    rising: Array, amounts: Array, total: float, max_bins: int, low: Array, high: Array
) -> int:
    """Write the values below and above each edge and return the number of edges."""
    distinct = 1
    for i in range(1, rising.size):
        if rising[i] != rising[i - 1]:
            distinct += 1
            if distinct > max_bins:
                break
    n_edges, share, below = 0, 1, 0.0
    for i in range(rising.size - 1):
        below += amounts[i]
        if rising[i + 1] == rising[i]:
            continue
        if distinct <= max_bins or below >= total * share / max_bins:
            low[n_edges], high[n_edges] = rising[i], rising[i + 1]
            n_edges += 1
            while total * share / max_bins <= below:
                share += 1
    return n_edges


@kernel
def _write_codes(X: Array, table: Array, values: Array, found: Array, out: Array) -> None:
    """Search all values of a block at once, by halves and without a branch.

    A row of ``table`` holds a column's edges, then infinity.
    """
    for start in range(0, X.shape[0], values.size):
        n = min(values.size, X.shape[0] - start)
        for j in range(X.shape[1]):
            edges = table[j]
            for t in range(n):
                values[t] = X[start + t, j]
                found[t] = 0
            step = np.uint64(128)
            while step > 0:
                for t in range(n):
                    further = found[t] + step
                    below = edges[further - np.uint64(1)] < values[t]
                    found[t] = further if below else found[t]
                step >>= np.uint64(1)
            for t in range(n):
                out[start + t, j] = MISSING if values[t] != values[t] else found[t]  # (1)
