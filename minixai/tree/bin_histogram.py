r"""Histograms of binned columns, and the best split that one of them allows.

A histogram has for every feature and code a cell: the weight of the rows with that code, their
sum of weight times target for every output, and, where rows are counted, their number last. Of
two children only the smaller is counted; the larger is the parent less the smaller. A node of
few rows is counted a few features at a time into columns of cells, of which only the touched ones
are looked at and cleaned.

Source: Ke et al. (2017), LightGBM, NeurIPS 30, section 2.1, for the histograms; the subtraction
stands in its supplement and is older folklore.
Differs from the source: a missing value has a cell of its own and is tried on both sides; a cut
lies in the middle of the codes that the node leaves empty, not at their lower end.
Cost: O(n_rows * n_features) to count, O(n_features * n_bins) to subtract and to scan.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.feature_bins import MISSING
from minixai.tree.split_gain import (
    BAR,
    CUT,
    FEATURE,
    GAIN,
    LEFT_WEIGHT,
    MISSING_LEFT,
    Limits,
    bar_above,
    fits,
    measure_gain,
)

__all__ = [
    "Binned",
    "add_rows",
    "clean_column",
    "clear_histogram",
    "codes_of_rows",
    "count_columns",
    "scan_column",
    "subtract_histogram",
    "touched_codes",
]

_FEW = 64  # rows of which the touched codes are fewer than the codes
_PLACE_OF_BIT = np.zeros(32, dtype=np.int64)
for _bit in range(32):
    _PLACE_OF_BIT[(((1 << _bit) * 0x077CB531) & 0xFFFFFFFF) >> 27] = _bit


class Binned(NamedTuple):
    """What binned trees are grown on."""

    codes: Array
    """uint8 (n_samples, n_features), C-ordered."""
    n_bins: Array
    """int64 (n_features,), without that of missing values."""
    target: Array
    """float64 (n_samples,): a number, or the number of a class."""
    pairs: Array
    """float64 (n_samples, 2): weight, and weight times target (of one output)."""
    n_outputs: int
    counted: bool
    """Whether cells end in the number of rows; otherwise weights are whole numbers."""


@kernel
def add_rows(data: Binned, rows: Array, start: int, end: int, sign: float, cells: Array) -> None:
    """Add rows (sign 1) to a histogram (n_features, 256, n_sums), or take them out (-1)."""
    codes, pairs = data.codes, data.pairs
    last = cells.shape[2] - 1
    for t in range(start, end):
        row = rows[t]
        w = sign * pairs[row, 0]
        if data.n_outputs == 1:
            s = sign * pairs[row, 1]
            for j in range(codes.shape[1]):
                cell = cells[j, codes[row, j]]
                cell[0] += w
                cell[1] += s
                if data.counted:
                    cell[last] += sign
            continue
        k = 1 + int(data.target[row])
        for j in range(codes.shape[1]):
            cell = cells[j, codes[row, j]]
            cell[0] += w
            cell[k] += w
            if data.counted:
                cell[last] += sign


@kernel
def clear_histogram(n_bins: Array, cells: Array) -> None:
    """Set the cells of all codes to 0."""
    for j in range(n_bins.size):
        for b in range(n_bins[j]):
            for k in range(cells.shape[2]):
                cells[j, b, k] = 0.0
        for k in range(cells.shape[2]):
            cells[j, MISSING, k] = 0.0


@kernel
def subtract_histogram(n_bins: Array, cells: Array, less: Array) -> None:
    """Take a child's histogram out of its parent's, in place."""
    for j in range(n_bins.size):
        for b in range(n_bins[j]):
            for k in range(cells.shape[2]):
                cells[j, b, k] -= less[j, b, k]
        for k in range(cells.shape[2]):
            cells[j, MISSING, k] -= less[j, MISSING, k]


@kernel
def touched_codes(column: Array, n_bins: int, counted: bool, used: Array) -> int:
    """List the codes that have rows, rising, and return their number; missing is left out."""
    place = column.shape[1] - 1 if counted else 0
    n_used = 0
    for b in range(n_bins):
        used[n_used] = b
        n_used += column[b, place] > 0.0
    return n_used


@kernel
def count_columns(
    data: Binned, features: Array, n_taken: int, rows: Array, start: int, end: int, columns: Array
) -> None:
    """Count some features of a node into clean cells (n_taken or more, 256, n_sums).

    All of them in one walk over the rows: adding to a cell waits for the last addition to it.
    """
    codes, pairs = data.codes, data.pairs
    last = columns.shape[2] - 1
    for t in range(start, end):
        row = rows[t]
        w, s, k = pairs[row, 0], pairs[row, 1], 1
        if data.n_outputs > 1:
            s, k = w, 1 + int(data.target[row])
        for d in range(n_taken):
            cell = columns[d, codes[row, features[d]]]
            cell[0] += w
            cell[k] += s
            if data.counted:
                cell[last] += 1.0


@kernel
def codes_of_rows(
    codes: Array,
    feature: int,
    n_bins: int,
    counted: bool,
    rows: Array,
    start: int,
    end: int,
    column: Array,
    used: Array,
) -> int:
    """Return as `touched_codes` the codes of a feature that was counted."""
    if end - start > _FEW or n_bins < end - start:
        return touched_codes(column, n_bins, counted, used)
    return _codes_of_few(codes, feature, rows, start, end, used)


@kernel
def clean_column(column: Array, used: Array, n_used: int) -> None:
    """Set the cells that were touched to 0."""
    for k in range(column.shape[1]):
        for u in range(n_used):
            column[used[u], k] = 0.0
        column[MISSING, k] = 0.0


@kernel
def _codes_of_few(
    codes: Array, feature: int, rows: Array, start: int, end: int, used: Array
) -> int:
    """List the codes of few rows, rising: a bit for each code, read from the lowest on."""
    marks = used[256:]
    for word in range(8):
        marks[word] = 0
    for t in range(start, end):
        code = int(codes[rows[t], feature])
        marks[code >> 5] |= 1 << (code & 31)
    n_used = 0
    for word in range(8):
        bits = marks[word]
        while bits != 0:
            low = bits & -bits
            used[n_used] = 32 * word + _PLACE_OF_BIT[((low * 0x077CB531) & 0xFFFFFFFF) >> 27]
            n_used += 1
            bits ^= low
    return n_used - (n_used > 0 and used[n_used - 1] == MISSING)


@kernel
def scan_column(
    feature: int,
    n_bins: int,
    n_outputs: int,
    counted: bool,
    column: Array,
    used: Array,
    n_used: int,
    totals: Array,
    n_rows: int,
    noise: float,
    limits: Limits,
    left: Array,
    best: Array,
) -> None:
    """Offer the splits of one feature: missing values right, then left, codes rising."""
    place = column.shape[1] - 1 if counted else 0
    has_missing = column[MISSING, place] > 0.0
    if n_used - 1 + has_missing < 1:
        return
    simple = n_outputs == 1 and not limits.entropy
    for missing_left in range(1 + has_missing):
        for k in range(column.shape[1]):
            left[k] = column[MISSING, k] if missing_left else 0.0
        n_cuts = n_used - 1 + (has_missing and not missing_left)
        if simple:
            u = _scan_one_sum(
                counted, column, used, n_cuts, totals, n_rows, noise, limits, left, best
            )
        else:
            u = _scan_sums(
                n_outputs, counted, column, used, n_cuts, totals, n_rows, noise, limits, left, best
            )
        if u < 0:
            continue
        best[FEATURE] = feature
        best[CUT] = n_bins - 1 if u == n_used - 1 else (used[u] + used[u + 1]) // 2
        best[MISSING_LEFT] = missing_left
        if not has_missing:
            best[MISSING_LEFT] = best[LEFT_WEIGHT] > totals[0] - best[LEFT_WEIGHT]


@kernel
def _scan_one_sum(
    counted: bool,
    column: Array,
    used: Array,
    n_cuts: int,
    totals: Array,
    n_rows: int,
    noise: float,
    limits: Limits,
    left: Array,
    best: Array,
) -> int:
    """Offer the cuts of one feature where a cell has one sum: `measure_gain` by hand, for speed."""
    w, mean, bar = totals[0], totals[1] / totals[0], best[BAR]
    w_left, s_left, n_left, n_right = left[0], left[1], limits.min_leaf, limits.min_leaf
    if counted:
        n_left = int(left[2])
    found = -1
    for u in range(n_cuts):
        cell = column[used[u]]
        w_left += cell[0]
        s_left += cell[1]
        if counted:
            n_left += int(cell[2])
            n_right = n_rows - n_left
        w_right = w - w_left
        apart = s_left - w_left * mean
        gain = apart * apart * w / (w_left * w_right)
        if gain > bar and fits(w_left, w_right, n_left, n_right, limits):
            bar = bar_above(gain, noise)
            best[GAIN], best[BAR], best[LEFT_WEIGHT] = gain, bar, w_left
            found = u
    return found


@kernel
def _scan_sums(
    n_outputs: int,
    counted: bool,
    column: Array,
    used: Array,
    n_cuts: int,
    totals: Array,
    n_rows: int,
    noise: float,
    limits: Limits,
    left: Array,
    best: Array,
) -> int:
    """Offer the cuts of one feature, whatever its cells hold."""
    place = column.shape[1] - 1
    n_left, n_right = limits.min_leaf, limits.min_leaf
    found = -1
    for u in range(n_cuts):
        for k in range(column.shape[1]):
            left[k] += column[used[u], k]
        if counted:
            n_left = int(left[place])
            n_right = n_rows - n_left
        gain = measure_gain(left, totals, n_outputs, limits.entropy)
        if gain > best[BAR] and fits(left[0], totals[0] - left[0], n_left, n_right, limits):
            best[GAIN], best[BAR] = gain, bar_above(gain, noise)
            best[LEFT_WEIGHT] = left[0]
            found = u
    return found
