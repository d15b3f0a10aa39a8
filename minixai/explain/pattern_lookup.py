"""Rows look up what their patterns earn: blocks of rows in columns, or a few rows one by one.

Both add the same numbers in the same order, so that their bits agree. For rows one by one the
tables are turned: what one pattern earns stands together in memory. Cost: a comparison a node
and row, a look a cell of a group and row.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai.explain.row_pattern import extend_patterns, mark_left
from minixai.protocols import Array
from minixai.tree_arrays.traversal import goes_left

__all__ = ["look_up_columns", "look_up_rows", "turn_tables"]


@kernel
def look_up_columns(
    start: int, end: int, columns: Array, splits: tuple[Array, ...], groups: tuple[Array, ...],
    table_start: Array, tables: Array, target_start: Array, targets: Array, out: Array,
) -> None:  # fmt: skip
    """Add what the tables of some groups hold to ``out`` (n_targets, n_rows)."""
    (width, _, way_start, way_node, way_slot, way_left, shared, member_start, member,
     _, _, _, _, _, _, _, _, _, _) = groups  # fmt: skip
    n_rows = columns.shape[1]
    deepest = 0
    for g in range(start, end):
        deepest = max(deepest, way_start[g + 1] - way_start[g])
    levels = np.zeros((deepest + 1, 1, n_rows), dtype=np.uint16)
    side = np.zeros(n_rows, dtype=np.uint16)
    pattern = np.zeros(n_rows, dtype=np.uint16)
    way = (way_node, way_slot, way_left)
    for g in range(start, end):
        known = shared[g] if g > start else 0
        extend_patterns(columns, way_start[g] + known, way_start[g + 1], way, splits, side,
                        levels, known)  # fmt: skip
        top = levels[way_start[g + 1] - way_start[g], 0]
        for i in range(n_rows):
            pattern[i] = top[i]
        n_members = member_start[g + 1] - member_start[g]
        for m in range(n_members):
            mark_left(columns, member[member_start[g] + m], splits, side)
            shift = width[g] + m
            for i in range(n_rows):
                pattern[i] |= side[i] << shift
        place = table_start[g] - table_start[start]
        size = 1 << (width[g] + n_members)
        for c in range(target_start[g], target_start[g + 1]):
            table, into = tables[place : place + size], out[targets[c]]
            for i in range(n_rows):
                into[i] += table[pattern[i]]
            place += size


@kernel
def look_up_rows(
    start: int, end: int, columns: Array, splits: tuple[Array, ...], groups: tuple[Array, ...],
    table_start: Array, tables: Array, target_start: Array, targets: Array, out: Array,
) -> None:  # fmt: skip
    """The same sums in the same order as `look_up_columns`, row by row, from turned tables."""
    (width, _, way_start, way_node, way_slot, way_left, shared, member_start, member,
     _, _, _, _, _, _, _, _, _, _) = groups  # fmt: skip
    feature, threshold, missing_left, indptr, codes = splits
    deepest = 0
    for g in range(start, end):
        deepest = max(deepest, way_start[g + 1] - way_start[g])
    levels = np.zeros(deepest + 1, dtype=np.int64)
    for i in range(columns.shape[1]):
        for g in range(start, end):
            first = way_start[g]
            depth = way_start[g + 1] - first
            for e in range(shared[g] if g > start else 0, depth):
                node = way_node[first + e]
                x = columns[feature[node], i]
                left = (x <= threshold[node]) | ((x != x) & missing_left[node])
                if indptr.size > 0 and indptr[node + 1] > indptr[node]:
                    left = goes_left(x, node, threshold, missing_left, indptr, codes)
                fails = np.int64(left != way_left[first + e])
                levels[e + 1] = levels[e] | (fails << way_slot[first + e])
            pattern = levels[depth]
            bit = width[g]
            for m in range(member_start[g], member_start[g + 1]):
                node = member[m]
                x = columns[feature[node], i]
                left = (x <= threshold[node]) | ((x != x) & missing_left[node])
                if indptr.size > 0 and indptr[node + 1] > indptr[node]:
                    left = goes_left(x, node, threshold, missing_left, indptr, codes)
                pattern |= np.int64(left) << bit
                bit += 1
            first = target_start[g]
            n_cells = target_start[g + 1] - first
            place = table_start[g] - table_start[start] + pattern * n_cells
            for c in range(n_cells):
                out[targets[first + c], i] += tables[place + c]


@kernel
def turn_tables(table_start: Array, target_start: Array, tables: Array, out: Array) -> None:
    """Write tables of (cells, patterns) as (patterns, cells)."""
    for g in range(table_start.size - 1):
        n_cells = target_start[g + 1] - target_start[g]
        start, end = table_start[g], table_start[g + 1]
        if n_cells > 0:
            size = (end - start) // n_cells
            for pattern in range(size):
                for c in range(n_cells):
                    out[start + pattern * n_cells + c] = tables[start + c * size + pattern]
