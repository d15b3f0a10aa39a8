"""Which raw columns are worth encoding, and the account of what became of each.

Left out are columns without a value; ids of which hardly any comes twice (names, row numbers,
texts): what is learned about one of them holds for no other row; and an id that says the same
as an earlier one. Constant columns make no matrix column and end up here as well.

Cost: one sort an id, and one a pair of ids of like size.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.composed_encoding import ComposedEncoding
from minixai.data.encoding import Encoding
from minixai.data.table import Table

__all__ = ["description", "left_out"]

_SINGLES = 0.9  # an id column is left out if this share of its rows have an id of their own
_SAME_SIZE = 0.9  # two ids of which one determines the other, and nearly the reverse


def left_out(table: Table) -> dict[str, str]:
    """Return the columns that are not encoded, each with the reason."""
    reasons: dict[str, str] = {}
    kept: list[Column] = []
    for name in table.features:
        column = table.columns[name]
        if column.missing.all() and column.kind != "multi":
            reasons[name] = "no value in training"
        elif column.kind in ("id", "text"):
            counts = np.bincount(column.values[column.values >= 0])
            twin = next((each for each in kept if _says_the_same(each, column)), None)
            if (counts == 1).sum() > _SINGLES * counts.sum():
                reasons[name] = "hardly any value comes twice"
            elif column.kind == "text":
                reasons[name] = "free text"
            elif twin is not None:
                reasons[name] = f"says the same as {twin.name}"
            else:
                kept.append(column)
    return reasons


def _says_the_same(first: Column, second: Column) -> bool:
    """Whether two ids determine each other, or one does and nearly the reverse."""
    sizes = sorted((first.n_unique, second.n_unique))
    if sizes[0] < _SAME_SIZE * sizes[1]:
        return False
    pairs = first.values * (len(second.categories) + 1) + second.values
    return len(np.unique(pairs)) <= sizes[1]


def description(
    table: Table, encodings: dict[str, Encoding], left_out: dict[str, str]
) -> list[dict[str, Any]]:
    """Return what became of each column, one dict a column (see `TableEncoder.describe`)."""
    rows = []
    for name, column in table.columns.items():
        made = len(encodings[name].names) if name in encodings else 0
        if name == table.target:
            words = f"target, {table.task}"
        elif name in left_out:
            words = f"left out: {left_out[name]}"
        else:
            words = _in_words(column, encodings[name])
        rows.append(
            {
                "column": name,
                "kind": column.kind,
                "missing": int(column.missing.sum()),
                "n_unique": column.n_unique,
                "encoded_as": words,
                "n_columns": made,
            }
        )
    return rows


def _in_words(column: Column, encoding: Encoding) -> str:
    if isinstance(encoding, ComposedEncoding):
        if column.kind == "text" and repr(encoding.branches) == "[[TextEncoder()]]":
            return "its most frequent words, weighted by how rare they are (tf-idf)"
        return encoding.in_words()
    if column.kind == "id":
        offset = "how far the target of its other rows lies from the mean, and "
        return f"{offset if len(encoding.names) > 1 else ''}how often it occurs (logarithm)"
    gaps = ", indicator of missing" if encoding.names[-1].endswith("=(missing)") else ""
    if column.kind in ("numeric", "datetime"):
        year = "year with fraction, " if column.kind == "datetime" else ""
        return f"{year}standardised{', median where missing' if gaps else ''}{gaps}"
    pooled = getattr(encoding, "pooled", ())
    rare = f", {len(pooled)} rare ones in one" if pooled else ""
    return f"0/1 for each {'label' if column.kind == 'multi' else 'level'}{rare}{gaps}"
