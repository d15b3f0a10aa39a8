"""The walk of a growing tree from leaf to leaf: choose one, part its rows, find what comes next.

The walk stops where somebody else has to do something, and goes on when it is called again: add up
a large histogram on several threads, or enlarge the pool of histograms.

Cost: O(open leaves) for each choice; two reads and two writes for each row that is parted.
"""

from __future__ import annotations

from typing import Any

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.gradient_histogram import HALF, LOW, add_words, subtract
from minixai.tree.gradient_split import (
    BIN,
    DEPTH,
    END,
    FEATURE,
    GAIN,
    LEFT,
    LOWER,
    MISSING_LEFT,
    PART,
    SLOT,
    START,
    TOTAL,
    UPPER,
    bounded,
    find_split,
)

__all__ = [
    "BUILD",
    "DONE",
    "ENLARGE",
    "GROWTHS",
    "N_FREE",
    "N_LEAVES",
    "N_NODES",
    "N_OPEN",
    "PENDING",
    "grow_leaves",
    "smaller_child",
]

GROWTHS = ("leaf_wise", "depth_wise")
N_NODES, N_LEAVES, N_OPEN, N_FREE, PENDING = range(5)
"""What a growing tree knows of itself; PENDING is the first child without a histogram."""
DONE, BUILD, ENLARGE = range(3)
"""What `grow_leaves` wants done before it is called again."""


@kernel
def smaller_child(node: Array, left: int) -> int:
    """Return the child with fewer rows; the root where ``left`` is the root."""
    if left == 0:
        return 0
    rows_left = node[left, END] - node[left, START]
    return left if 2 * rows_left <= node[left + 1, END] - node[left, START] else left + 1


@kernel
def grow_leaves(
    data: Any, words: Array, rows: Array, scratch: Array, pool: Array, free: Array, open: Array,
    node: Array, amount: Array, state: Array, rules: Any, room: Any, fork: int,
) -> int:  # fmt: skip
    """Go on growing until the tree is done or something is wanted that others do."""
    growth, max_leaves, max_depth = rules[0]
    by_row, by_column, first, n_values = data
    min_rows = rules[1][2]
    while True:
        if state[PENDING] >= 0:
            _finish(data, rows, pool, free, open, node, amount, state, rules, room)
            state[PENDING] = -1
        if state[N_OPEN] == 0 or state[N_LEAVES] >= max_leaves:
            return DONE
        if state[N_FREE] == 0:
            return ENLARGE
        place = _next_open(growth, open, node, amount, state[N_OPEN])
        parent = open[place]
        state[N_OPEN] -= 1
        open[place] = open[state[N_OPEN]]
        left = state[N_NODES]
        state[N_NODES] += 2
        state[N_LEAVES] += 1
        feature = node[parent, FEATURE]
        codes, missing_code = by_column[feature], n_values[feature]
        _divide(codes, missing_code, rows, scratch, node, amount, parent, left, rules[1])
        larger = left + 1 if smaller_child(node, left) == left else left
        room_below = node[larger, END] - node[larger, START] >= 2 * min_rows
        if not room_below or node[larger, DEPTH] >= max_depth or state[N_LEAVES] >= max_leaves:
            free[state[N_FREE]] = node[parent, SLOT]
            state[N_FREE] += 1
            continue
        smaller = 2 * left + 1 - larger
        state[N_FREE] -= 1
        node[larger, SLOT], node[smaller, SLOT] = node[parent, SLOT], free[state[N_FREE]]
        state[PENDING] = left
        mine = rows[node[smaller, START] : node[smaller, END]]
        if mine.size * n_values.size >= fork:
            return BUILD
        add_words(by_row, first, words, mine, 0, n_values.size, pool[node[smaller, SLOT]])


@kernel
def _finish(
    data: Any, rows: Array, pool: Array, free: Array, open: Array, node: Array, amount: Array,
    state: Array, rules: Any, room: Any,
) -> None:  # fmt: skip
    """Complete the histograms of the pending nodes and find their splits."""
    left = state[PENDING]
    last = left
    if left > 0:
        last = left + 1
        smaller = smaller_child(node, left)
        subtract(pool[node[left + last - smaller, SLOT]], pool[node[smaller, SLOT]])
    max_depth, min_rows = rules[0][2], rules[1][2]
    for i in range(left, last + 1):
        mine = rows[node[i, START] : node[i, END]]
        if mine.size >= 2 * min_rows and node[i, DEPTH] < max_depth:
            find_split(data, pool[node[i, SLOT]], mine, node[i], amount[i], i, rules[1], room)
        if node[i, FEATURE] >= 0:
            open[state[N_OPEN]] = i
            state[N_OPEN] += 1
        else:
            free[state[N_FREE]] = node[i, SLOT]
            state[N_FREE] += 1


@kernel
def _next_open(growth: int, open: Array, node: Array, amount: Array, n_open: int) -> int:
    """Return the place of the leaf that is split next: by gain, by depth, or the last one."""
    if growth == 2:
        return n_open - 1
    best = 0
    for k in range(1, n_open):
        this, that = open[k], open[best]
        if growth == 1 and node[this, DEPTH] != node[that, DEPTH]:
            better = node[this, DEPTH] < node[that, DEPTH]
        elif amount[this, GAIN] != amount[that, GAIN]:
            better = amount[this, GAIN] > amount[that, GAIN]
        else:
            better = this < that
        if better:
            best = k
    return best


@kernel
def _divide(
    codes: Array, missing_code: int, rows: Array, scratch: Array, node: Array, amount: Array,
    parent: int, left: int, rules: Any,
) -> None:  # fmt: skip
    """Part the parent's rows, in order, and write the lines of its children."""
    start, end, bin = node[parent, START], node[parent, END], node[parent, BIN]
    missing_left = node[parent, MISSING_LEFT]
    low, high = 0, 0
    mine = rows[start:end]
    for t in range(mine.size):  # both sides are written: no branch that could be guessed wrong
        row = mine[t]
        code = codes[row]
        goes_left = missing_left if code == missing_code else (1 if code <= bin else 0)
        mine[low] = row
        scratch[high] = row
        low += goes_left
        high += 1 - goes_left
    for t in range(high):
        mine[low + t] = scratch[t]
    node[parent, LEFT] = left
    for side in range(2):
        child = left + side
        node[child, FEATURE] = node[child, LEFT] = -1
        node[child, BIN] = node[child, MISSING_LEFT] = 0
        node[child, START], node[child, END] = (
            (start, start + low) if side == 0 else (start + low, end)
        )
        node[child, DEPTH] = node[parent, DEPTH] + 1
        part = node[parent, PART]
        node[child, TOTAL] = part if side == 0 else node[parent, TOTAL] - part
        amount[child, GAIN] = 0.0
        amount[child, LOWER], amount[child, UPPER] = amount[parent, LOWER], amount[parent, UPPER]
    sign = rules[0][node[parent, FEATURE]]
    if sign != 0:
        _bound_children(node, amount, left, sign, rules[5])


@kernel
def _bound_children(node: Array, amount: Array, left: int, sign: int, penalty: float) -> None:
    """Keep what grows below two children on its side of the middle of their values."""
    middle = 0.0
    for child in range(left, left + 2):
        total = node[child, TOTAL]
        lower, upper = amount[child, LOWER], amount[child, UPPER]
        curvature = float(total & LOW) + penalty
        middle += 0.5 * bounded(float(total >> HALF), curvature, lower, upper)
    rising = left if sign > 0 else left + 1
    amount[rising, UPPER] = min(amount[rising, UPPER], middle)
    amount[2 * left + 1 - rising, LOWER] = max(amount[2 * left + 1 - rising, LOWER], middle)
