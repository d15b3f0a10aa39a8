r"""Columns as small whole numbers: the bins in which trees and shape functions are grown.

Column j has rising edges e_1 < ... < e_m, and a value x has the code

.. math::
    c(x) = \#\{b : e_b < x\}                                                             (1)

so that ``c(x) <= b`` says the same as ``x <= e_{b+1}``; a missing value has the code `MISSING`.
A column of few distinct values has an edge halfway between every two neighbours; a column of many
has edges between those values where the weight below passes the next of equal shares.

Source: Ke et al. (2017), LightGBM, NeurIPS 30, section 2.1, for learning on such codes.
Differs from the source: shares are of the row weights, so a weight of 2 is a row twice.
Cost: O(n log n) a column to learn the edges, O(n log n_bins) to code; n * d bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array

__all__ = ["MAX_BINS", "MISSING", "FeatureBins", "learn_bins"]

MISSING = 255
"""Code of a missing value, above all others."""
MAX_BINS = 255
"""Most codes of values: one byte holds them and the missing one."""


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
        _write_codes(X, self.edges, self.indptr, out)
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
    edges = [_edges(X[:, j], weights, max_bins) for j in range(X.shape[1])]
    lengths = [len(each) for each in edges]
    return FeatureBins(np.concatenate(edges), np.concatenate([[0], np.cumsum(lengths)]))


def _edges(column: Array, weights: Array | None, max_bins: int) -> Array:
    present = ~np.isnan(column)
    if not present.all():
        column = column[present]
        weights = weights if weights is None else weights[present]
    values, amount = _distinct(column.astype(np.float64), weights)
    if len(values) <= max_bins:
        return between(values[:-1], values[1:])
    below = np.cumsum(amount)
    passed = np.searchsorted(below, below[-1] * np.arange(1, max_bins) / max_bins)
    last = np.unique(passed[passed < len(values) - 1])
    return between(values[last], values[last + 1])


def _distinct(column: Array, weights: Array | None) -> tuple[Array, Array]:
    """Return the distinct values, rising, and their weights."""
    if weights is None:
        values, counts = np.unique(column, return_counts=True)
        return values, counts.astype(np.float64)
    values, places = np.unique(column, return_inverse=True)
    return values, np.bincount(places, weights=weights, minlength=len(values))


def between(low: Array, high: Array) -> Array:
    """Return the middle of each pair low < high: at least ``low`` and below ``high``."""
    middle = low + (high / 2 - low / 2)
    return np.asarray(np.where(middle < high, np.maximum(middle, low), low))


@kernel
def _write_codes(X: Array, edges: Array, indptr: Array, out: Array) -> None:
    for j in range(X.shape[1]):
        start, n_edges = indptr[j], indptr[j + 1] - indptr[j]
        for i in range(X.shape[0]):
            x = X[i, j]
            if x != x:
                out[i, j] = 255
                continue
            low, high = 0, n_edges
            while low < high:
                middle = (low + high) // 2
                if edges[start + middle] < x:
                    low = middle + 1
                else:
                    high = middle
            out[i, j] = low  # (1)
