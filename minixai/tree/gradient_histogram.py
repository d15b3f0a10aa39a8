r"""Histograms of gradients in whole numbers: one 64-bit word holds both sums of a bin.

Row i has the gradient g_i and the curvature h_i >= 0 of its loss, and the word

.. math::
    w_i = 2^{32} \, \mathrm{round}(s_g g_i) + \mathrm{round}(s_h h_i)                    (1)

with powers of two s_g and s_h so large that neither half of a sum over all rows overflows. A bin
is the sum of its rows' words: its upper half is the sum of the gradients, its lower half that of
the curvatures. The sums are exact, so no order of rows and no number of threads changes a bit, and
a histogram less that of one child is that of the other to the last digit. Rounding moves a
gradient by at most n / 2^31 of the mean size of all n; the values of leaves are not read from
words but from the gradients themselves.

Source: Ke et al. (2017), LightGBM, NeurIPS 30, section 2.1, for the histograms.
Differs from the source: whole numbers, and both sums in one addition.
Cost: one addition a row and column; 8 bytes a bin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.feature_bins import MISSING, FeatureBins

__all__ = ["BinnedRows", "add_counts", "add_words", "bin_rows", "scales", "subtract", "write_words"]

HALF = 32
LOW = (1 << HALF) - 1
"""The lower half of a word."""
_BLOCK = 64
"""Columns whose bins stay in the cache together."""


@dataclass(frozen=True, eq=False)
class BinnedRows:
    """The codes of a table by row and by column, and where a column's bins lie in a histogram.

    Parameters
    ----------
    by_row : uint8 array (n_samples, n_features)
        A missing value has the code after the last bin of values.
    by_column : uint8 array (n_features, n_samples)
        The same, for walks down one column.
    first : uint32 array (n_features + 1,)
        Column j has the bins ``first[j]`` to ``first[j + 1] - 1``.
    n_values : int64 array (n_features,)
        Bins of values of each column; a column with missing values has one more.
    """

    by_row: Array
    by_column: Array
    first: Array
    n_values: Array

    @property
    def width(self) -> int:
        """Bins of all columns."""
        return int(self.first[-1])


def bin_rows(X: Array, bins: FeatureBins) -> BinnedRows:
    """Return the codes of X, missing values in a bin of their own where a column has any."""
    by_row = bins.codes(X)
    by_column = np.empty(by_row.shape[::-1], dtype=np.uint8)
    n_values = bins.n_bins
    has_missing = np.zeros(len(n_values), dtype=np.int64)
    _close_ranks(by_row, by_column, n_values, has_missing)
    first = np.concatenate([[0], np.cumsum(n_values + has_missing)]).astype(np.uint32)
    return BinnedRows(by_row, by_column, first, n_values)


def scales(n_rows: int, gradients: float, curvatures: float) -> tuple[float, float]:
    """Return s_g and s_h of (1), given the sums of the sizes of both over the rows."""
    room = [2.0 ** (HALF - 1) - n_rows, 2.0**HALF - n_rows]
    found = []
    for space, total in zip(room, (gradients, curvatures), strict=True):
        exponent = math.frexp(space)[1] - math.frexp(total)[1] - 1 if total > 0.0 else 0
        found.append(math.ldexp(1.0, min(exponent, 1000)))
    return found[0], found[1]


@kernel
def _close_ranks(by_row: Array, by_column: Array, n_values: Array, has_missing: Array) -> None:
    """Write missing values as the code after the last one, and all codes by column."""
    for i in range(by_row.shape[0]):
        for j in range(by_row.shape[1]):
            code = by_row[i, j]
            if code == MISSING:
                has_missing[j] = 1
                code = np.uint8(n_values[j])
                by_row[i, j] = code
            by_column[j, i] = code


@kernel
def write_words(gradient: Array, curvature: Array, s_g: float, s_h: float, words: Array) -> int:
    """Write the words of all rows and return the largest lower half."""
    largest = 0
    for i in range(words.size):
        low = int(curvature[i] * s_h + 0.5)
        words[i] = (math.floor(gradient[i] * s_g + 0.5) << HALF) + low  # (1)
        largest = max(largest, low)
    return largest


@kernel
def add_words(
    by_row: Array, first: Array, words: Array, rows: Array, low: int, high: int, histogram: Array
) -> None:
    """Set the bins of the columns from ``low`` to ``high - 1`` to the sums of the rows' words."""
    for bin in range(first[low], first[high]):
        histogram[bin] = 0
    for start in range(low, high, _BLOCK):
        end = min(start + _BLOCK, high)
        begins = first[start:end]
        n_fours = rows.size - rows.size % 4
        for t in range(0, n_fours, 4):  # a quarter of the reads of ``begins``
            i, j, k, m = rows[t], rows[t + 1], rows[t + 2], rows[t + 3]
            words_of = words[i], words[j], words[k], words[m]
            a, b = by_row[i, start:end], by_row[j, start:end]
            c, d = by_row[k, start:end], by_row[m, start:end]
            for column in range(begins.size):
                begin = begins[column]
                histogram[begin + a[column]] += words_of[0]
                histogram[begin + b[column]] += words_of[1]
                histogram[begin + c[column]] += words_of[2]
                histogram[begin + d[column]] += words_of[3]
        for t in range(n_fours, rows.size):
            word, codes = words[rows[t]], by_row[rows[t], start:end]
            for column in range(begins.size):
                histogram[begins[column] + codes[column]] += word


@kernel
def add_counts(codes: Array, rows: Array, counts: Array) -> None:
    """Set ``counts`` to the number of rows of each code of one column."""
    for bin in range(counts.size):
        counts[bin] = 0
    for t in range(rows.size):
        counts[codes[rows[t]]] += 1


@kernel
def subtract(histogram: Array, part: Array) -> None:
    """Take a part's sums away from the whole's, in place."""
    for bin in range(histogram.size):
        histogram[bin] -= part[bin]
