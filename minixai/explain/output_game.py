"""The interventional game of one output: which groups of leaves are looked up, which are met.

Three ways, of one result to the bit. Tables of all patterns of every group of leaves, made at
construction, where those of the whole model fit into ``table_bytes``; a row then costs a few looks
a group of leaves. Where they do not fit, they are made a chunk at a time in every call, which
serves many rows; for fewer than `FEW_ROWS` rows, and for leaves with more players above them than
`TABLE_BITS`, row patterns meet background patterns without a table.

Cost: with tables, n * n_groups * players a group looks; without, n * n_leaves * distinct
background patterns of a leaf. Memory: the tables, the result, and a block of rows.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from minixai.explain.leaf_group import LeafGroups, group_leaves
from minixai.explain.pattern_list import meet_patterns
from minixai.explain.pattern_lookup import look_up_columns, look_up_rows, turn_tables
from minixai.explain.pattern_table import (
    beta_weights,
    cell_targets,
    fill_tables,
    n_cells_of,
)
from minixai.explain.row_pattern import splits_of
from minixai.protocols import Array, Engine
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.leaf_path import trees_of

__all__ = ["OutputGame"]

CHUNK_BYTES = 1 << 25
"""Memory for tables that are made anew in every call."""
BLOCK = 2048
"""Rows explained at a time."""
BLOCK_VALUES = 1 << 20
"""Results of a block, at most: 8 MB; fewer rows where a row has many pairs."""
FEW_ROWS = 64
"""Below this many rows no table is made in a call."""
SINGLE_ROWS = 8
"""Below this many rows tables are read row by row, from a turned copy if there is room for it."""
GROUP_BITS = (9, 8, 7, 6)
"""Limits of the bits of a group's pattern, tried in turn until the tables can be kept."""


class OutputGame:
    """The game of one output of an ensemble, prepared for rows to come.

    Parameters
    ----------
    trees : TreeArrays
    background : float array (m, n_features)
        As `TreeArrays.validated` returns it.
    player : int array (n_features,)
        Number of the player that each feature belongs to.
    n_players : int
    output : int
    engine : Engine
    order : {1, 2}
        1 for Shapley values of players, 2 for interactions of pairs of players.
    table_bytes : int
        Memory that may be kept for tables.
    """

    def __init__(
        self,
        trees: TreeArrays,
        background: Array,
        player: Array,
        n_players: int,
        output: int,
        engine: Engine,
        order: int,
        table_bytes: int,
    ) -> None:
        self.n_players = n_players
        self.order = order
        self.n_cells = n_players if order == 1 else n_players * (n_players - 1) // 2
        self._splits = splits_of(trees)
        self._value = np.ascontiguousarray(trees.value[:, output])
        self._background = _columns_of(background)
        roots = _roots_with_values(trees, self._value)
        for limit in (*GROUP_BITS, GROUP_BITS[0]):
            groups = group_leaves(trees, roots, player.astype(np.int32), limit)
            starts = self._table_starts(groups)
            kept = int(starts[-1]) * 8 <= table_bytes
            if kept:
                break
        self._groups, self._starts = groups, starts
        self._target_start, self._targets = cell_targets(groups, self.n_players, order)
        self._beta = beta_weights(groups.max_players)
        self._tables = self._filled(0, groups.n_tabled, engine) if kept else None
        self._turned: Array | None = None
        self._most_bytes = table_bytes

    def add_to(self, X: Array, out: Array, engine: Engine) -> None:
        """Add the values of every row to ``out`` (n_rows, n_cells), whatever its strides."""
        n_tabled, n_groups = self._groups.n_tabled, self._groups.n_groups
        if self._tables is not None:
            self._look_up(X, 0, n_tabled, self._tables_for(len(X), self._tables), out, engine)
        elif len(X) < FEW_ROWS:
            self._meet(X, 0, n_tabled, out, engine)
        else:
            for start, end in self._chunks():
                tables = self._filled(start, end, engine)
                self._look_up(X, start, end, tables, out, engine)
        self._meet(X, n_tabled, n_groups, out, engine)

    def _tables_for(self, n_rows: int, tables: Array) -> Array:
        """Return the tables, or for a few rows a turned copy of them, made once."""
        if n_rows >= SINGLE_ROWS or 2 * tables.nbytes > self._most_bytes:
            return tables
        if self._turned is None:
            turned = np.empty_like(tables)
            turn_tables(self._starts, self._target_start, tables, turned)
            self._turned = turned
        return self._turned

    @property
    def table_bytes(self) -> int:
        """Bytes of the tables that are kept; 0 where none are."""
        return 0 if self._tables is None else int(self._tables.nbytes)

    def _table_starts(self, groups: LeafGroups) -> Array:
        """Return the offsets of the tables of all groups that have one."""
        n = groups.n_tabled
        cells = n_cells_of(groups.n_slots[:n].astype(np.int64), self.order)
        return np.concatenate([[0], np.cumsum(cells << groups.n_bits[:n])])

    def _chunks(self) -> list[tuple[int, int]]:
        """Return runs of groups whose tables fit into `CHUNK_BYTES`, or of one group."""
        runs, start, n = [], 0, self._groups.n_tabled
        while start < n:
            limit = self._starts[start] + CHUNK_BYTES // 8
            end = max(start + 1, int(np.searchsorted(self._starts, limit, side="right")) - 1)
            runs.append((start, end))
            start = end
        return runs

    def _filled(self, start: int, end: int, engine: Engine) -> Array:
        """Return the tables of some groups, filled in parts of equal size."""
        first = self._starts[start]
        tables = np.empty(int(self._starts[end] - first))
        marks = np.linspace(first, self._starts[end], 9)[1:-1]
        cuts = np.unique([start, *np.searchsorted(self._starts[: end + 1], marks), end])

        def fill(run: tuple[int, int]) -> None:
            into = tables[self._starts[run[0]] - first : self._starts[run[1]] - first]
            fill_tables(self.order, *run, self._background, self._splits, self._groups.arrays,
                        self._value, self._beta, self._starts, into)  # fmt: skip

        engine.map(fill, [(int(a), int(b)) for a, b in itertools.pairwise(cuts)])
        return tables

    def _look_up(
        self, X: Array, start: int, end: int, tables: Array, out: Array, engine: Engine
    ) -> None:
        look_up = look_up_rows if tables is self._turned else look_up_columns

        def answer(columns: Array, found: Array) -> None:
            look_up(start, end, columns, self._splits, self._groups.arrays, self._starts, tables,
                    self._target_start, self._targets, found)  # fmt: skip

        self._by_blocks(answer, X, out, engine)

    def _meet(self, X: Array, start: int, end: int, out: Array, engine: Engine) -> None:
        def answer(columns: Array, found: Array) -> None:
            meet_patterns(self.order, start, end, self._background, columns, self._splits,
                          self._groups.arrays, self._value, self._beta, self._target_start,
                          self._targets, found)  # fmt: skip

        if start < end:
            self._by_blocks(answer, X, out, engine)

    def _by_blocks(self, answer: Any, X: Array, out: Array, engine: Engine) -> None:
        """Let ``answer`` add to the results of each block of rows, rows in columns."""
        size = max(SINGLE_ROWS, min(BLOCK, BLOCK_VALUES // max(self.n_cells, 1)))

        def explain(start: int) -> None:
            rows = slice(start, start + size)
            found = np.ascontiguousarray(out[rows].T)
            answer(_columns_of(X[rows]), found)
            out[rows] = found.T

        engine.map(explain, range(0, len(X), size))


def _columns_of(X: Array) -> Array:
    """Return rows in columns, float64 (n_features, n_rows)."""
    return np.ascontiguousarray(X.T, dtype=np.float64)


def _roots_with_values(trees: TreeArrays, value: Array) -> Array:
    """Return the roots of the trees that add anything to one output."""
    assert trees.roots is not None  # set when the object is made
    adds = np.bincount(trees_of(trees), trees.is_leaf & (value != 0.0), trees.n_trees)
    return np.asarray(trees.roots[adds > 0])
