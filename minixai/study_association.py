r"""How strongly raw columns go together, whatever their kinds.

Two columns of numbers by the correlation of their ranks, with its sign; numbers and labels by the
share of the variance of the ranks that lies between the labels, two columns of labels by Cramer's
V, both freed of what chance gives with k labels in n rows (of m in the other column):

.. math::
    \epsilon^2 &= 1 - (1 - \eta^2) \frac{n - 1}{n - k}                                   (1) \\
    V^2 &= \frac{\max(0,\ \phi^2 - (k - 1)(m - 1)/(n - 1))}{\min(k', m') - 1}, \quad
        k' = k - \frac{(k - 1)^2}{n - 1}                                                 (2)

The root of (1) and V lie in [0, 1]. A row without a value in either column is left out.

Source: Kelley (1935), Proceedings of the National Academy of Sciences 21, for (1); Bergsma (2013),
Journal of the Korean Statistical Society 42, for (2).
Cost: O(n log n) a column and O(n) a pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.data import Column, Table
from minixai.protocols import Array
from minixai.statistics import cluster_columns

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
        return _rank_correlation(a, b)
    if is_number(first):
        return _between_labels(a, b)
    if is_number(second):
        return _between_labels(b, a)
    return _cramers_v(a, b)


def _ranks(values: Array) -> Array:
    """Return mean ranks, centred."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[codes]
    return np.asarray(ranks - ranks.mean())


def _rank_correlation(a: Array, b: Array) -> float:
    first, second = _ranks(a), _ranks(b)
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(np.clip(first @ second / spread, -1.0, 1.0)) if spread > 0 else float("nan")


def _between_labels(numbers: Array, codes: Array) -> float:
    ranks, (_, places) = _ranks(numbers), np.unique(codes, return_inverse=True)
    counts = np.bincount(places)
    total, n, k = float(ranks @ ranks), len(ranks), len(counts)
    if total == 0.0 or k < 2 or n <= k:
        return float("nan")
    between = float((np.bincount(places, ranks) ** 2 / counts).sum())
    return float(np.sqrt(max(0.0, 1.0 - (1.0 - between / total) * (n - 1) / (n - k))))  # (1)


def _cramers_v(a: Array, b: Array) -> float:
    first, second = (np.unique(codes, return_inverse=True)[1] for codes in (a, b))
    k, m, n = int(first.max()) + 1, int(second.max()) + 1, len(a)
    if min(k, m) < 2:
        return float("nan")
    counts = np.bincount(first * m + second, minlength=k * m).reshape(k, m) / n
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0))
    phi = float(((counts - expected) ** 2 / expected).sum())
    free = max(0.0, phi - (k - 1) * (m - 1) / (n - 1))
    smaller = min(k - (k - 1) ** 2 / (n - 1), m - (m - 1) ** 2 / (n - 1)) - 1.0
    return float(min(1.0, np.sqrt(free / smaller))) if smaller > 0 else float("nan")  # (2)
