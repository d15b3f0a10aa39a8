r"""What every pattern of a row earns on a group of leaves, tabled once for all rows.

On a leaf of value v a row x fails at the players Z and a background row b at the players Y. If a
player is in both, no mixture of the two rows reaches the leaf; if none is, a coalition S reaches
it where S holds Y and nothing of Z. With p = \|Y\|, q = \|Z\| and

.. math::
    \beta(a, b) = \int_0^1 t^{a - 1} (1 - t)^{b - 1}\, dt
    = \frac{(a - 1)!\,(b - 1)!}{(a + b - 1)!}                                            (1)

the Shapley values of that game and half its interaction indices are

.. math::
    \phi_j = v\,\beta(p, q + 1) \quad (j \in Y), \qquad
    \phi_j = -v\,\beta(q, p + 1) \quad (j \in Z)                                         (2)

    \phi_{ij} = \tfrac12 v\,\beta(p - 1, q + 1) \;(i, j \in Y), \quad
    -\tfrac12 v\,\beta(p, q) \;(i \in Y, j \in Z), \quad
    \tfrac12 v\,\beta(q - 1, p + 1) \;(i, j \in Z)                                       (3)

and 0 for all other players. Background rows of one pattern Y are counted together, and the mean
over the background is written down for every Z that can be met: a row then costs one look a
player and group of leaves, however many background rows there are.

Source: Laberge & Pequignot (2022), arXiv:2209.15123, for (2); Wettenstein, Nadel & Boker, WOODELF
(AAAI 2026), for counting patterns so that rows and background add, not multiply.
Differs from the sources: a table serves a group of leaves, not one leaf; (3) by sign cases.
Cost of a table of b bits and s players: 2^b s entries; of filling it, the background rows walked
once, and for each distinct pattern of a leaf with d players 2^(d - p) terms.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai.explain.leaf_group import TABLE_BITS, LeafGroups
from minixai.explain.row_pattern import extend_patterns, mark_left
from minixai.protocols import Array

__all__ = ["add_terms", "beta_weights", "cell_targets", "count_patterns", "fill_tables",
           "leaf_patterns", "n_cells_of", "pair_number"]  # fmt: skip


def beta_weights(n: int) -> Array:
    """Return the beta function of all whole numbers up to n + 1, (n + 2, n + 2); 0 where one is 0.

    Parameters
    ----------
    n : int
        Most players above one leaf.
    """
    weights = np.zeros((n + 2, n + 2))
    b = np.arange(1, n + 2)
    weights[1, 1:] = 1.0 / b
    for a in range(1, n + 1):
        weights[a + 1, 1:] = weights[a, 1:] * (a / (a + b))  # (1)
    return weights


def n_cells_of(n_players: Array, order: int) -> Array:
    """Return the number of players (order 1) or of pairs (order 2) among n."""
    return n_players if order == 1 else n_players * (n_players - 1) // 2


def cell_targets(groups: LeafGroups, n_players: int, order: int) -> tuple[Array, Array]:
    """Return the player or pair that each cell of each group adds to: offsets and numbers."""
    counts = n_cells_of(groups.n_slots.astype(np.int64), order)
    starts = np.concatenate([[0], np.cumsum(counts)])
    targets = np.empty(int(starts[-1]), dtype=np.int32)
    _fill_targets(groups.n_slots, groups.slot_start, groups.slot_player, n_players, order,
                  starts, targets)  # fmt: skip
    return starts, targets


@kernel
def pair_number(a: int, b: int, n: int) -> int:
    """Return the place of the pair a != b among the pairs of 0 to n - 1, row by row."""
    low, high = min(a, b), max(a, b)
    return low * (2 * n - low - 1) // 2 + high - low - 1


@kernel
def _fill_targets(
    n_slots: Array, slot_start: Array, slot_player: Array, n_players: int, order: int,
    starts: Array, targets: Array,
) -> None:  # fmt: skip
    for g in range(n_slots.size):
        first, cell = slot_start[g], starts[g]
        for a in range(n_slots[g]):
            if order == 1:
                targets[cell] = slot_player[first + a]
                cell += 1
            else:
                for b in range(a + 1, n_slots[g]):
                    targets[cell] = pair_number(
                        slot_player[first + a], slot_player[first + b], n_players
                    )
                    cell += 1


@kernel
def add_terms(
    order: int, needed: Array, p: int, barred: Array, q: int, n_slots: int, weight: float,
    beta: Array, cells: Array, stride: int, offset: int,
) -> None:  # fmt: skip
    """Add what one pair of patterns earns; cell c lies at ``c * stride + offset`` of ``cells``.

    ``needed[:p]`` are the slots where the background row fails, ``barred[:q]`` those of the row.
    """
    if order == 1:
        gain = weight * beta[p, q + 1]  # (2)
        loss = weight * beta[q, p + 1]
        for i in range(p):
            cells[needed[i] * stride + offset] += gain
        for i in range(q):
            cells[barred[i] * stride + offset] -= loss
        return
    half = 0.5 * weight
    gain = half * beta[max(p - 1, 0), q + 1]  # (3)
    mixed = half * beta[p, q]
    both = half * beta[max(q - 1, 0), p + 1]
    for i in range(p):
        for j in range(i):
            cells[pair_number(needed[i], needed[j], n_slots) * stride + offset] += gain
        for j in range(q):
            cells[pair_number(needed[i], barred[j], n_slots) * stride + offset] -= mixed
    for i in range(q):
        for j in range(i):
            cells[pair_number(barred[i], barred[j], n_slots) * stride + offset] += both


@kernel
def leaf_patterns(
    prefix: Array, sides: Array, turns: tuple[Array, Array, Array], first: int, last: int,
    word: int, word_bits: int, out: Array,
) -> None:  # fmt: skip
    """Write one word of the patterns of a leaf: that of the group's top, and the leaf's turns."""
    turn_member, turn_slot, turn_left = turns
    for i in range(prefix.size):
        out[i] = prefix[i]
    for e in range(first, last):
        if turn_slot[e] // word_bits == word:
            side = sides[turn_member[e]]
            wanted = 1 if turn_left[e] else 0
            shift = turn_slot[e] % word_bits
            for i in range(prefix.size):
                out[i] |= (np.int64(side[i]) ^ wanted) << shift


@kernel
def count_patterns(patterns: Array, counts: Array, found: Array) -> int:
    """Count equal patterns; write the distinct ones in the order of their first rows.

    ``counts`` is all 0 when this is called; the caller clears the entries of ``found``.
    """
    n_found = 0
    for i in range(patterns.size):
        if counts[patterns[i]] == 0:
            found[n_found] = patterns[i]
            n_found += 1
        counts[patterns[i]] += 1
    return n_found


@kernel
def _fill_leaf(
    order: int, found: Array, n_found: int, counts: Array, share: float, d: int, ones: Array,
    beta: Array, needed: Array, subsets: Array, gains: Array, barred: Array, mixed: Array,
    table: Array,
) -> None:  # fmt: skip
    """Write one leaf's table, (cells, 2^d): what its background patterns earn with every other.

    A cell of a row pattern has terms of one kind only: those of players the row does not fail at,
    or of ones it fails at, or (of pairs) of one of each. The first kind is added to the table
    as it is; the others depend on fewer players, and are added up once, in ``barred`` and
    ``mixed``, for all cells that they belong to.
    """
    size = 1 << d
    for z in range(size):
        barred[z] = 0.0
    for i in range(table.size):
        table[i] = 0.0
    if order == 2:
        for i in range(d * size):
            mixed[i] = 0.0
    for u in range(n_found):
        pattern = int(found[u])
        weight = counts[pattern] * share
        if order == 2:
            weight = 0.5 * weight
        p = 0
        for slot in range(d):
            if (pattern >> slot) & 1:
                needed[p] = slot
                p += 1
        free = (size - 1) ^ pattern
        z = free
        for k in range(1 << (d - p)):
            q = int(ones[z])
            subsets[k] = z
            gains[k] = weight * beta[max(p - order + 1, 0), q + 1]
            barred[z] += weight * beta[max(q - order + 1, 0), p + 1]
            z = (z - 1) & free
        for i in range(p):
            if order == 1:
                own = table[needed[i] * size : (needed[i] + 1) * size]
                for k in range(1 << (d - p)):
                    own[subsets[k]] += gains[k]
            else:
                own = mixed[needed[i] * size : (needed[i] + 1) * size]
                for k in range(1 << (d - p)):
                    own[subsets[k]] += weight * beta[p, ones[subsets[k]]]
                for j in range(i):
                    cell = pair_number(needed[j], needed[i], d)
                    own = table[cell * size : (cell + 1) * size]
                    for k in range(1 << (d - p)):
                        own[subsets[k]] += gains[k]
    _close_leaf(order, d, barred, mixed, table)


@kernel
def _close_leaf(order: int, d: int, barred: Array, mixed: Array, table: Array) -> None:
    """Write the cells of players that the row fails at."""
    size = 1 << d
    if order == 1:
        for a in range(d):
            own = table[a * size : (a + 1) * size]
            for z in range(size):
                if (z >> a) & 1:
                    own[z] = -barred[z]
        return
    for a in range(d):
        for b in range(a + 1, d):
            cell = pair_number(a, b, d)
            own = table[cell * size : (cell + 1) * size]
            of_a, of_b = mixed[a * size : (a + 1) * size], mixed[b * size : (b + 1) * size]
            for z in range(size):
                first, second = (z >> a) & 1, (z >> b) & 1
                if first and second:
                    own[z] = barred[z]
                elif first:
                    own[z] = -of_b[z]
                elif second:
                    own[z] = -of_a[z]


@kernel
def _spread_leaf(
    order: int, table: Array, n_slots: int, slots: Array, turns: tuple[Array, Array, Array],
    first: int, last: int, width: int, n_members: int, n_group_slots: int, out: Array,
) -> None:  # fmt: skip
    """Add a leaf's table to its group's: every pattern of the group holds one of the leaf."""
    turn_member, turn_slot, turn_left = turns
    size, own_size = 1 << (width + n_members), 1 << n_slots
    cell = 0
    for a in range(n_slots):
        for b in range(a, n_slots):
            if (order == 1) != (a == b):
                continue
            target = slots[a] if order == 1 else pair_number(slots[a], slots[b], n_group_slots)
            for sides in range(1 << n_members):
                extra = 0
                for e in range(first, last):
                    wanted = 1 if turn_left[e] else 0
                    extra |= (((sides >> turn_member[e]) & 1) ^ wanted) << turn_slot[e]
                into = out[target * size + (sides << width) :]
                own = table[cell * own_size : (cell + 1) * own_size]
                if extra & ((1 << width) - 1) == 0:
                    for top in range(1 << width):
                        into[top] += own[extra + top]
                else:
                    for top in range(1 << width):
                        into[top] += own[top | extra]
            cell += 1


@kernel
def fill_tables(
    order: int, start: int, end: int, background: Array, splits: tuple[Array, ...],
    groups: tuple[Array, ...], value: Array, beta: Array, table_start: Array, tables: Array,
) -> None:  # fmt: skip
    """Write the tables of the groups ``start`` to ``end``; that of ``start`` begins ``tables``."""
    (width, n_slots, way_start, way_node, way_slot, way_left, shared, member_start, member,
     _, _, leaf_start, leaf, leaf_slot_start, leaf_slot, turn_start, turn_member, turn_slot,
     turn_left) = groups  # fmt: skip
    n_rows = background.shape[1]
    deepest = 0
    for g in range(start, end):
        deepest = max(deepest, way_start[g + 1] - way_start[g])
    levels = np.zeros((deepest + 1, 1, n_rows), dtype=np.uint16)
    sides = np.zeros((TABLE_BITS + 1, n_rows), dtype=np.uint8)
    patterns = np.zeros(n_rows, dtype=np.uint16)
    counts = np.zeros(1 << TABLE_BITS, dtype=np.int64)
    found = np.zeros(1 << TABLE_BITS, dtype=np.uint16)
    needed = np.zeros(TABLE_BITS, dtype=np.int64)
    subsets = np.zeros(1 << TABLE_BITS, dtype=np.int64)
    gains, barred = np.zeros(1 << TABLE_BITS), np.zeros(1 << TABLE_BITS)
    mixed = np.zeros(TABLE_BITS << TABLE_BITS)
    ones = np.zeros(1 << TABLE_BITS, dtype=np.uint8)
    for z in range(1, ones.size):
        ones[z] = ones[z >> 1] + (z & 1)
    own = np.zeros((TABLE_BITS * (TABLE_BITS - 1) // 2) << TABLE_BITS)
    way, turns = (way_node, way_slot, way_left), (turn_member, turn_slot, turn_left)
    for g in range(start, end):
        known = shared[g] if g > start else 0
        extend_patterns(background, way_start[g] + known, way_start[g + 1], way, splits,
                        patterns, levels, known)  # fmt: skip
        top = levels[way_start[g + 1] - way_start[g], 0]
        n_members = member_start[g + 1] - member_start[g]
        for m in range(n_members):
            mark_left(background, member[member_start[g] + m], splits, sides[m])
        table = tables[
            table_start[g] - table_start[start] : table_start[g + 1] - table_start[start]
        ]
        if n_members > 0:
            for i in range(table.size):
                table[i] = 0.0
        for e in range(leaf_start[g], leaf_start[g + 1]):
            slots = leaf_slot[leaf_slot_start[e] : leaf_slot_start[e + 1]]
            first, last = turn_start[e], turn_start[e + 1]
            leaf_patterns(top, sides, turns, first, last, 0, TABLE_BITS, patterns)
            n_found = count_patterns(patterns, counts, found)
            held = table
            if n_members > 0:
                n_cells = slots.size if order == 1 else slots.size * (slots.size - 1) // 2
                held = own[: n_cells << slots.size]
            _fill_leaf(order, found, n_found, counts, value[leaf[e]] / n_rows, slots.size, ones,
                       beta, needed, subsets, gains, barred, mixed, held)  # fmt: skip
            if n_members > 0:
                _spread_leaf(order, held, slots.size, slots, turns, first, last, width[g],
                             n_members, n_slots[g], table)  # fmt: skip
            for u in range(n_found):
                counts[found[u]] = 0
