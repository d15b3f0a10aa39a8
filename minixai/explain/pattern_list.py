"""The same sums as in the tables, found without one: row patterns meet background patterns.

For leaves with more players above them than a table has bits for, and for a few rows where the
tables of a whole model are too large to keep. Per leaf every row is first asked whether any
background pattern can meet it at all, in one loop over the rows; most rows of a deep leaf cannot.
Terms are added in the same order as in `pattern_table`, so that the bits are the same.

Cost: a test for each row, leaf and distinct background pattern, and the terms of those that meet;
memory for a block of rows and the background. No limit on the depth.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai.explain.leaf_group import TABLE_BITS
from minixai.explain.pattern_table import (
    add_terms,
    count_patterns,
    leaf_patterns,
    pair_number,
)
from minixai.explain.row_pattern import WORD_BITS, extend_patterns, mark_left
from minixai.protocols import Array

__all__ = ["meet_patterns"]


@kernel
def _split(patterns: Array, i: int, n_slots: int, word_bits: int, out: Array) -> int:
    """Write the slots where row i fails; return how many there are."""
    count = 0
    for slot in range(n_slots):
        if (patterns[slot // word_bits, i] >> (slot % word_bits)) & 1:
            out[count] = slot
            count += 1
    return count


@kernel
def _mark_met(theirs: Array, n_theirs: int, ours: Array, hit: Array, met: Array) -> None:
    """Write 1 for each of our patterns that shares no bit with at least one of theirs."""
    for i in range(met.size):
        met[i] = 0
    for u in range(n_theirs):
        for i in range(met.size):
            hit[i] = 1
        for w in range(ours.shape[0]):
            their, our = theirs[w, u], ours[w]
            for i in range(met.size):
                hit[i] &= (our[i] & their) == 0
        for i in range(met.size):
            met[i] |= hit[i]


@kernel
def _any_of(marks: Array) -> bool:
    """Say whether any mark is set."""
    found = False
    for i in range(marks.size):
        found = found or marks[i] != 0
    return found


@kernel
def _add_leaf(
    order: int, theirs: Array, counts: Array, n_theirs: int, ours: Array, met: Array,
    share: float, n_slots: int, slots: Array, n_group_slots: int, beta: Array, needed: Array,
    n_needed: Array, barred: Array, own: Array, cells: Array,
) -> None:  # fmt: skip
    """Add what one leaf earns to the cells of its group, (n_cells, n_rows)."""
    for u in range(n_theirs):
        n_needed[u] = -1
    for i in range(met.size):
        if met[i] == 0:
            continue
        for c in range(own.size):
            own[c] = 0.0
        q = _split(ours, i, n_slots, WORD_BITS, barred)
        for u in range(n_theirs):
            meets = True
            for w in range(ours.shape[0]):
                meets = meets and (ours[w, i] & theirs[w, u]) == 0
            if meets:
                if n_needed[u] < 0:
                    n_needed[u] = _split(theirs, u, n_slots, WORD_BITS, needed[u])
                add_terms(order, needed[u], n_needed[u], barred, q, n_slots, counts[u] * share,
                          beta, own, 1, 0)  # fmt: skip
        if order == 1:
            for a in range(n_slots):
                cells[slots[a], i] += own[a]
        else:
            for a in range(n_slots):
                for b in range(a + 1, n_slots):
                    target = pair_number(slots[a], slots[b], n_group_slots)
                    cells[target, i] += own[pair_number(a, b, n_slots)]


@kernel
def meet_patterns(
    order: int, start: int, end: int, background: Array, columns: Array,
    splits: tuple[Array, ...], groups: tuple[Array, ...], value: Array, beta: Array,
    target_start: Array, targets: Array, out: Array,
) -> None:  # fmt: skip
    """Add what the groups ``start`` to ``end`` earn to ``out`` (n_targets, n_rows)."""
    (_, n_slots, way_start, way_node, way_slot, way_left, shared, member_start, member,
     _, _, leaf_start, leaf, leaf_slot_start, leaf_slot, turn_start, turn_member, turn_slot,
     turn_left) = groups  # fmt: skip
    m, n = background.shape[1], columns.shape[1]
    deepest, most, most_cells = 0, 1, 1
    for g in range(start, end):
        deepest = max(deepest, way_start[g + 1] - way_start[g])
        most = max(most, n_slots[g])
        most_cells = max(most_cells, target_start[g + 1] - target_start[g])
    n_words = (most - 1) // WORD_BITS + 1
    levels = np.zeros((deepest + 1, n_words, n), dtype=np.int64)
    their_levels = np.zeros((deepest + 1, n_words, m), dtype=np.int64)
    side, their_side = np.zeros(n, dtype=np.uint8), np.zeros(m, dtype=np.uint8)
    sides = np.zeros((TABLE_BITS + 1, n), dtype=np.uint8)
    their_sides = np.zeros((TABLE_BITS + 1, m), dtype=np.uint8)
    ours = np.zeros((n_words, n), dtype=np.int64)
    theirs = np.zeros((n_words, m), dtype=np.int64)
    distinct = np.zeros((1, m), dtype=np.int64)
    counts, counted = np.ones(m, dtype=np.int64), np.ones(m, dtype=np.int64)
    tally = np.zeros(1 << TABLE_BITS, dtype=np.int64)
    needed, n_needed = np.zeros((m, most), dtype=np.int64), np.zeros(m, dtype=np.int64)
    barred, own, cells = (
        np.zeros(most, dtype=np.int64),
        np.zeros(most_cells),
        np.zeros((most_cells, n)),
    )
    hit, met = np.zeros(n, dtype=np.uint8), np.zeros(n, dtype=np.uint8)
    way, turns = (way_node, way_slot, way_left), (turn_member, turn_slot, turn_left)
    for g in range(start, end):
        known = shared[g] if g > start else 0
        first, last = way_start[g] + known, way_start[g + 1]
        extend_patterns(columns, first, last, way, splits, side, levels, known)
        extend_patterns(background, first, last, way, splits, their_side, their_levels, known)
        depth = last - way_start[g]
        for k in range(member_start[g + 1] - member_start[g]):
            node = member[member_start[g] + k]
            mark_left(columns, node, splits, sides[k])
            mark_left(background, node, splits, their_sides[k])
            if k == 0:
                _mark_met(their_levels[depth], m, levels[depth], hit, met)
        if member_start[g + 1] > member_start[g] and not _any_of(met):
            continue
        n_cells = target_start[g + 1] - target_start[g]
        for c in range(n_cells):
            for i in range(n):
                cells[c, i] = 0.0
        for e in range(leaf_start[g], leaf_start[g + 1]):
            slots = leaf_slot[leaf_slot_start[e] : leaf_slot_start[e + 1]]
            a, b = turn_start[e], turn_start[e + 1]
            for w in range(n_words):
                leaf_patterns(levels[depth, w], sides, turns, a, b, w, WORD_BITS, ours[w])
                leaf_patterns(their_levels[depth, w], their_sides, turns, a, b, w, WORD_BITS,
                              theirs[w])  # fmt: skip
            lines, n_lines, times = theirs, m, counted
            if slots.size <= TABLE_BITS:
                n_lines = count_patterns(theirs[0], tally, distinct[0])
                for u in range(n_lines):
                    counts[u] = tally[distinct[0, u]]
                    tally[distinct[0, u]] = 0
                lines, times = distinct, counts
            _mark_met(lines, n_lines, ours[: lines.shape[0]], hit, met)
            n_own = slots.size if order == 1 else slots.size * (slots.size - 1) // 2
            _add_leaf(order, lines, times, n_lines, ours[: lines.shape[0]], met,
                      value[leaf[e]] / m, slots.size, slots, n_slots[g], beta, needed, n_needed,
                      barred, own[:n_own], cells)  # fmt: skip
        for c in range(n_cells):
            into = out[targets[target_start[g] + c]]
            for i in range(n):
                into[i] += cells[c, i]
