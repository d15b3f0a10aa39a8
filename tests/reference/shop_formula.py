"""Shapley values of any function of columns, by all coalitions."""

from itertools import combinations
from math import factorial


def shapley_values(score, row, background):
    """Return (values, base) of ``score(dict) -> float`` for one row, columns as a dict.

    Columns outside a coalition are taken from one background row at a time, and the
    scores are averaged.
    """
    names = list(row)
    d = len(names)

    def worth(coalition):
        total = 0.0
        for other in background:
            total += score(
                {name: row[name] if name in coalition else other[name] for name in names}
            )
        return total / len(background)

    known = {}
    for size in range(d + 1):
        for coalition in combinations(names, size):
            known[frozenset(coalition)] = worth(set(coalition))
    values = {}
    for name in names:
        rest = [other for other in names if other != name]
        value = 0.0
        for size in range(d):
            weight = factorial(size) * factorial(d - size - 1) / factorial(d)
            for coalition in combinations(rest, size):
                without = frozenset(coalition)
                value += weight * (known[without | {name}] - known[without])
        values[name] = value
    return values, known[frozenset()]
