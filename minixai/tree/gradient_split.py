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
    gains, found, scratch = room
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
                cells, n_values[j], total, signs[j], limits, scratch, rows.size, 0, found[j]
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
        add_counts(by_column[best], rows, scratch[0])
        gains[best] = _scan(
            cells, n_values[best], total, signs[best], limits, scratch, rows.size, min_rows,
            found[best],
        )  # fmt: skip
    node[FEATURE] = best
    node[BIN], node[PART] = found[best, BIN], found[best, PART]
    node[MISSING_LEFT] = found[best, MISSING_LEFT]
    amount[GAIN] = gains[best] - whole


@kernel
def _scan(
    cells: Array, n_values: int, total: int, sign: int, limits: Any, room: Any, n_rows: int,
    min_rows: int, found: Array,
) -> float:  # fmt: skip
    """Return the largest saving of one column's splits; rows count where ``min_rows`` is not 0."""
    best, lower, upper = limits[0], limits[3], limits[4]
    plain = sign == 0 and lower == -math.inf and upper == math.inf and min_rows == 0
    missing = cells[n_values] if cells.size > n_values else 0
    found[FEATURE] = min_rows
    for missing_left in range(2 if missing != 0 else 1):
        first = n_values if missing_left == 1 else -1
        last = n_values if missing != 0 and missing_left == 0 else n_values - 1
        if plain:
            bin = _best_plain(cells, first, last, total, best, limits, room[1], room[2])
        else:
            bin = _best_limited(
                cells, first, last, total, best, limits, sign, room, n_rows, min_rows
            )
        if bin >= 0:
            best = room[2][bin]
            found[BIN], found[PART] = bin, room[1][bin]
            larger = 2 * (found[PART] & LOW) > total & LOW
            found[MISSING_LEFT] = missing_left if missing != 0 else larger
    return float(best)


@kernel
def _best_plain(
    cells: Array, first: int, last: int, total: int, best: float, limits: Any, parts: Array,
    gains: Array,
) -> int:  # fmt: skip
    """Return the bin after which to split, -1 where none is better than ``best``.

    Three loops, so that the one with the division becomes vectors.
    """
    least, penalty = limits[1], limits[2]
    part = cells[first] if first >= 0 else 0
    for bin in range(last):
        part += cells[bin]
        parts[bin] = part
    whole_g, whole_h = float(total >> HALF), float(total & LOW)
    for bin in range(last):
        g, h = float(parts[bin] >> HALF), float(parts[bin] & LOW)
        rest = whole_h - h
        gain = _plain_gain(g, h + penalty, whole_g - g, rest + penalty)
        gains[bin] = gain if h >= least and rest >= least else -1.0
    place = -1
    for bin in range(last):
        if gains[bin] > best:
            best, place = gains[bin], bin
    return place


@kernel
def _best_limited(
    cells: Array, first: int, last: int, total: int, best: float, limits: Any, sign: int,
    room: Any, n_rows: int, min_rows: int,
) -> int:  # fmt: skip
    """Do the same under bounds of the values, in a given order of them, or with counted rows."""
    _, least, penalty, lower, upper = limits
    free = sign == 0 and lower == -math.inf and upper == math.inf
    counts, parts, gains = room
    part, rows_left = (cells[first], counts[first]) if first >= 0 else (0, 0)
    whole_g, whole_h = float(total >> HALF), float(total & LOW)
    place = -1
    for bin in range(last):
        part += cells[bin]
        rows_left += counts[bin]
        g, h = float(part >> HALF), float(part & LOW)
        rest = whole_h - h
        if h < least or rest < least:
            continue
        if min_rows > 0 and min(rows_left, n_rows - rows_left) < min_rows:
            continue
        if free:
            gain = _plain_gain(g, h + penalty, whole_g - g, rest + penalty)
        else:
            sides = (g, h + penalty, whole_g - g, rest + penalty)
            gain = _bounded_gain(sides, sign, lower, upper)
        if gain > best:
            best, place = gain, bin
            gains[bin], parts[bin] = gain, part
    return place


@kernel
def _plain_gain(left_g: float, left_h: float, right_g: float, right_h: float) -> float:
    """Return what two sides save together, by one division."""
    numerator = left_g * left_g * right_h + right_g * right_g * left_h
    return numerator / (left_h * right_h)  # (2)


@kernel
def _bounded_gain(sides: Any, sign: int, lower: float, upper: float) -> float:
    """Return what two sides save under bounds; minus infinity where they are in the wrong order."""
    left = bounded(sides[0], sides[1], lower, upper)
    right = bounded(sides[2], sides[3], lower, upper)
    if sign * (right - left) < 0:
        return -math.inf
    return _saved(sides[0], sides[1], left) + _saved(sides[2], sides[3], right)
