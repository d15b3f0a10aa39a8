"""How strongly raw columns go together, whatever their kinds, as the report shows it.

`statistics.mixed_association` has the measures. A row without a value in either column is left
out.

Cost: O(n log n) a pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.data import Column, Table
from minixai.statistics import cluster_columns
from minixai.statistics.mixed_association import (
    label_association,
    rank_association,
    rank_correlation,
)

__all__: list[str] = []

MAX_ASSOCIATED = 30
"""Columns in the matrix: of more, those that go most with the target."""
MOST_LEVELS = 50
"""Labels of a column that is compared: of more, most are too rare to tell anything."""


def associations(table: Table) -> dict[str, Any]:
    """Return the record of the associations between raw columns, the target last.

    ``order`` puts columns that go together side by side; ``n_total`` counts the features that
    could be compared, ``n_left_out`` those that could not.
    """
    assert table.target is not None
    names = [name for name in table.features if comparable(table.columns[name])]
    strength = {name: with_target(table, name) for name in names}
    kept = set(sorted(names, key=lambda name: -strength[name])[:MAX_ASSOCIATED])
    shown = [name for name in names if name in kept]
    target = comparable(table.columns[table.target])
    shown += [table.target] if target else []
    values = np.full((len(shown), len(shown)), np.nan)
    for i, first in enumerate(shown):
        for j in range(i + 1):
            found = _association(table.columns[first], table.columns[shown[j]])
            values[i, j] = values[j, i] = found
    values = np.round(values, 4)
    return {
        "names": shown,
        "kinds": [table.columns[name].kind for name in shown],
        "target": len(shown) - 1 if target else None,
        "values": [[float(v) if np.isfinite(v) else None for v in row] for row in values],
        "order": cluster_columns(values).order.tolist() if len(shown) else [],
        "n_total": len(names),
        "n_left_out": len(table.features) - len(names),
    }


def with_target(table: Table, name: str) -> float:
    """Return how strongly a feature goes with the target, in [0, 1]; 0 where none can tell."""
    assert table.target is not None
    goal = table.columns[table.target]
    if not (comparable(table.columns[name]) and comparable(goal)):
        return 0.0
    found = abs(_association(table.columns[name], goal))
    return found if found == found else 0.0


def comparable(column: Column) -> bool:
    """Whether a column is numbers, moments or not too many labels, one a row."""
    if is_number(column):
        return True
    return column.has_codes and column.n_unique <= MOST_LEVELS


def is_number(column: Column) -> bool:
    """Whether a column is numbers or moments."""
    return column.kind in ("numeric", "datetime")


def _association(first: Column, second: Column) -> float:
    known = ~(first.missing | second.missing)
    a, b = first.values[known], second.values[known]
    if len(a) < 3:
        return float("nan")
    if is_number(first) and is_number(second):
        return rank_correlation(a, b)
    if is_number(first):
        return rank_association(a, b)
    if is_number(second):
        return rank_association(b, a)
    return label_association(a, b)
