r"""The best split of one node, read from its histogram.

A split sends the rows whose code is at most b to the left. With G and H the sums of gradients and
curvatures on one side, and lambda the penalty, the side's best value v and the loss that it saves
(twice, as is customary) are

.. math::
    v &= -\frac{G}{H + \lambda}                                                          (1) \\
    s &= \frac{G^2}{H + \lambda}                                                         (2) \\
    s(v) &= -(2 G v + (H + \lambda) v^2)                                                 (3)

where (3) stands for (2) under bounds, v moved inside them. The gain is the two sides' savings less
that of the node whole. Missing values go to the side where the gain is larger; where the node has
none, to the side of the larger H. Of equal gains the first column and the lowest bin win.

A column with a sign (monotone constraint) takes only splits whose values rise, or fall, as it
says; the middle of the two values then bounds what grows below each.

How many rows a side has is not in the histogram. No curvature is above the largest, so a side of
m times the largest has at least m rows; only where the best split cannot be told so are the rows
of that column counted.

Source: Chen & Guestrin (2016), XGBoost, eq. (5) to (7), for (1) and (2); Friedman (2001), Annals
of Statistics 29(5), for boosting by gradients.
Cost: O(bins) a node, and O(rows) for a column that is counted.
"""

from __future__ import annotations

import math
from typing import Any

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.gradient_histogram import HALF, LOW, add_counts

__all__ = [
    "BIN",
    "DEPTH",
    "END",
    "FEATURE",
    "GAIN",
    "LEFT",
    "LOWER",
    "MISSING_LEFT",
    "PART",
    "SLOT",
    "START",
    "TOTAL",
    "UPPER",
    "bounded",
    "find_split",
]

FEATURE, BIN, MISSING_LEFT, LEFT, START, END, DEPTH, SLOT, TOTAL, PART = range(10)
"""Columns of the whole numbers kept of a node; TOTAL and PART are words."""
GAIN, LOWER, UPPER = range(3)
"""Columns of its floats; the bounds of its value are in units of s_g / s_h."""
_ROUNDING = 1e-12  # share of a node's saving that may be rounding


@kernel
def bounded(gradient: float, curvature: float, lower: float, upper: float) -> float:
    """Return the best value inside the bounds; 0 where there is no curvature."""
    if curvature <= 0.0:
        return min(max(0.0, lower), upper)
    return min(max(-gradient / curvature, lower), upper)  # (1)


@kernel
def _saved(gradient: float, curvature: float, value: float) -> float:
    return -(2.0 * gradient * value + curvature * value * value)  # (3)


@kernel
def find_split(
    data: Any, histogram: Array, rows: Array, node: Array, amount: Array, number: int, rules: Any,
    room: Any,
) -> None:  # fmt: skip
    """Write the best split of node ``number`` into its lines; feature -1 where none gains."""
    by_column, first, n_values = data[1], data[2], data[3]
    signs, allowed, min_rows, sure, min_curvature, penalty, min_gain = rules
    gains, found, counts = room
    total = node[TOTAL]
    lower, upper = amount[LOWER], amount[UPPER]
    curvature = float(total & LOW) + penalty
    value = bounded(float(total >> HALF), curvature, lower, upper)
    whole = _saved(float(total >> HALF), curvature, value)
    floor = whole + _ROUNDING * abs(whole) + min_gain
    limits = (floor, min_curvature, penalty, lower, upper)
    for j in range(n_values.size):
        gains[j] = floor
        if allowed.size == 0 or allowed[number, j]:
            cells = histogram[first[j] : first[j + 1]]
            gains[j] = _scan(
                cells, n_values[j], total, signs[j], limits, counts, rows.size, 0, found[j]
            )
    node[FEATURE] = -1
    amount[GAIN] = 0.0
    while True:
        best = 0
        for j in range(1, n_values.size):
            if gains[j] > gains[best]:
                best = j
        if not gains[best] > floor:
            return
        side = found[best, PART] & LOW
        if found[best, FEATURE] > 0 or min(side, (total & LOW) - side) >= sure:
            break
        cells = histogram[first[best] : first[best + 1]]
        add_counts(by_column[best], rows, counts)
        gains[best] = _scan(
            cells,
            n_values[best],
            total,
            signs[best],
            limits,
            counts,
            rows.size,
            min_rows,
            found[best],
        )
    node[FEATURE] = best
    node[BIN], node[PART] = found[best, BIN], found[best, PART]
    node[MISSING_LEFT] = found[best, MISSING_LEFT]
    amount[GAIN] = gains[best] - whole


@kernel
def _scan(
    cells: Array,
    n_values: int,
    total: int,
    sign: int,
    limits: Any,
    counts: Array,
    n_rows: int,
    min_rows: int,
    found: Array,
) -> float:
    """Return the largest saving of one column's splits; rows count where ``min_rows`` is not 0."""
    best, min_curvature, penalty, lower, upper = limits
    free = sign == 0 and lower == -math.inf and upper == math.inf
    missing = cells[n_values] if cells.size > n_values else 0
    whole_g, whole_h = total >> HALF, total & LOW
    found[FEATURE] = min_rows
    for missing_left in range(2 if missing != 0 else 1):
        part = missing if missing_left == 1 else 0
        left_rows = counts[n_values] if missing_left == 1 else 0
        for bin in range(n_values if missing != 0 and missing_left == 0 else n_values - 1):
            part += cells[bin]
            h = part & LOW
            if h < min_curvature:
                left_rows += counts[bin]
                continue
            if whole_h - h < min_curvature:
                break
            if min_rows > 0:
                left_rows += counts[bin]
                if left_rows < min_rows or n_rows - left_rows < min_rows:
                    continue
            g = part >> HALF
            left_g, left_h = float(g), float(h) + penalty
            right_g, right_h = float(whole_g - g), float(whole_h - h) + penalty
            if free:
                gain = left_g * left_g / left_h + right_g * right_g / right_h  # (2)
            else:
                gain = _bounded_gain(left_g, left_h, right_g, right_h, sign, lower, upper)
            if gain > best:
                best = gain
                found[BIN], found[PART] = bin, part
                found[MISSING_LEFT] = missing_left if missing != 0 else 2 * h > whole_h
    return float(best)


@kernel
def _bounded_gain(
    left_g: float,
    left_h: float,
    right_g: float,
    right_h: float,
    sign: int,
    lower: float,
    upper: float,
) -> float:
    """Return what two sides save under bounds; minus infinity where they are in the wrong order."""
    left = bounded(left_g, left_h, lower, upper)
    right = bounded(right_g, right_h, lower, upper)
    if sign * (right - left) < 0:
        return -math.inf
    return _saved(left_g, left_h, left) + _saved(right_g, right_h, right)
