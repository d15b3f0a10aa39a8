"""Which raw columns are worth encoding, and the account of what became of each.

Left out are columns without a value; ids of which hardly any comes twice (names, row numbers):
what is learned about one of them holds for no other row; and an id that says the same as an
earlier one. Constant columns make no matrix column and end up here as well.

Cost: one sort an id, and one a pair of ids of like size.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.composed_encoding import ComposedEncoding
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
        elif column.kind == "id":
            counts = np.bincount(column.values[column.values >= 0])
            twin = next((each for each in kept if _says_the_same(each, column)), None)
            if (counts == 1).sum() > _SINGLES * counts.sum():
                reasons[name] = "hardly any value comes twice"
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
    table: Table,
    encodings: Sequence[ComposedEncoding],
    groups: Mapping[str, Sequence[str]],
    left_out: Mapping[str, str],
    chosen: Collection[str],
) -> list[dict[str, Any]]:
    """Return what became of each column, one dict a column (see `TableEncoder.describe`)."""
    rows = []
    first_of = {name: each for each in reversed(encodings) for name in each.columns}
    for name, column in table.columns.items():
        made = list(groups.get(name, ()))
        if name == table.target:
            words = f"target, {table.task}"
        elif name in left_out:
            words = f"left out: {left_out[name]}"
        elif name in chosen:
            words = first_of[name].in_words()
        else:
            words = _in_words(column, made, first_of[name])
        rows.append(
            {
                "column": name,
                "kind": column.kind,
                "missing": int(column.missing.sum()),
                "n_unique": column.n_unique,
                "encoded_as": words,
                "n_columns": len(made),
            }
        )
    products = {name: len(made) for name, made in groups.items() if name not in table.columns}
    return rows + [
        {
            "column": name,
            "kind": "product",
            "missing": 0,
            "n_unique": None,
            "encoded_as": "made of several columns",
            "n_columns": n_made,
        }
        for name, n_made in products.items()
    ]


def _in_words(column: Column, made: list[str], encoding: ComposedEncoding) -> str:
    """Say what the steps of the column's kind made of it."""
    if column.kind == "text":
        return "its most frequent words, weighted by how rare they are (tf-idf)"
    if column.kind == "id":
        offset = "how far the target of its other rows lies from the mean, and "
        return f"{offset if len(made) > 1 else ''}how often it occurs (logarithm)"
    has_gaps = made[-1].endswith("=(missing)")
    if has_gaps and len(made) == 1:
        return "constant but for gaps: indicator of missing"
    gaps = ", indicator of missing" if has_gaps else ""
    if column.kind in ("numeric", "ordinal"):
        place = "place in its order, " if column.kind == "ordinal" else ""
        return f"{place}standardised{', median where missing' if has_gaps else ''}{gaps}"
    if column.kind == "datetime":
        starts = [each.removeprefix(f"{column.name}:") for each in made[: len(made) - has_gaps]]
        parts = list(dict.fromkeys(re.sub("_(sin|cos)$", "", each) for each in starts))
        return f"{', '.join(each.replace('_', ' ') for each in parts)}, standardised{gaps}"
    step: Any = encoding.branches[0][0]
    pooled = getattr(step, "rare_categories_", None)
    n_pooled = 0 if pooled is None else len(pooled[encoding.columns.index(column.name)])
    if column.kind != "multi" and not n_pooled and len(made) == 1 + has_gaps:
        return f"1 for {made[0].removeprefix(f'{column.name}=')}, 0 for the other{gaps}"
    rare = f", {n_pooled} rare ones in one" if n_pooled else ""
    return f"0/1 for each {'label' if column.kind == 'multi' else 'level'}{rare}{gaps}"
