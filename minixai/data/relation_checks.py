r"""Findings on columns beside each other: near copies, and gaps that are not left by chance.

.. math::
    r &= \mathrm{corr}(\mathrm{rank}\, x, \mathrm{rank}\, y)                             (1) \\
    z &= r \sqrt{n - 1}                                                                  (2)

Two columns of numbers are highly correlated if \|r\| is at least 0.9, two of labels if Cramer's V
(`statistics.contingency`) is, over the rows in which both have a value. Whether gaps are left by
chance is asked of the 0/1 column that says where a value is missing: its correlation r with the
target, and with each other column (ranks of numbers, one 0/1 column a label), is compared by (2),
which is nearly standard normal where nothing goes with anything. Told is what is unlikely, at
0.001 for all questions together, and large, \|r\| at least 0.1.

Source: Spearman (1904), American Journal of Psychology 15(1), for (1); Little & Rubin (2019),
Statistical Analysis with Missing Data, section 1.3.
Cost: O(n d^2) for pairs of d columns, of which the first 500 of a kind are compared.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from minixai.data.column import Column
from minixai.data.table import Table
from minixai.finding import Finding
from minixai.protocols import Array
from minixai.statistics.contingency import cramers_v
from minixai.statistics.pair_count import count_table
from minixai.statistics.rank_measures import average_ranks
from minixai.statistics.tail_probability import normal_tail_probability

__all__ = ["check_relations"]

STRONG = 0.9
UNLIKELY = 1e-3
WORTH_TELLING = 0.1
_LEAST_GAPS = 10
_LEAST_ROWS = 20
_LEAST_PAIRS = 20  # rows in which both columns have a value
_MOST_LEVELS = 50
_MOST_COLUMNS = 500
"""Columns of a kind that are compared; of more, the first ones."""


def check_relations(table: Table) -> list[Finding]:
    """Find highly correlated columns and gaps that go with other columns; all are notes.

    Parameters
    ----------
    table : Table

    Returns
    -------
    list of Finding
        Kinds ``"highly_correlated"`` (pairs of features, the strongest first) and
        ``"missing_not_at_random"`` (one a column; evidence names what its gaps go with).
    """
    if table.n_rows < _LEAST_ROWS:
        return []
    return [*_near_copies(table), *_telling_gaps(table)]


def _near_copies(table: Table) -> list[Finding]:
    pairs = [*_number_pairs(table), *_label_pairs(table)]
    pairs.sort(key=lambda pair: -abs(pair[2]))
    return [
        Finding(
            "highly_correlated",
            (first, second),
            _related(table, first, second) + f": {measure} {value:.3f}.",
            {"measure": measure, "value": value},
            f"{_remedy(table, first, second)}: importance is shared out between {first!r} and "
            f"{second!r}, and the coefficients of a linear model are unsure.",
            severity="note",
        )
        for first, second, value, measure in pairs
    ]


def _related(table: Table, first: str, second: str) -> str:
    """Say that two columns agree, or that the labels of one are merged in the other."""
    fine, coarse = _fine_and_coarse(table, first, second)
    if not coarse:
        return f"Columns {first!r} and {second!r} say nearly the same"
    return f"Column {fine!r} nearly always tells {coarse!r}, whose labels are coarser"


def _remedy(table: Table, first: str, second: str) -> str:
    coarse = _fine_and_coarse(table, first, second)[1]
    return f"{coarse!r} can be left out" if coarse else "Keep one of them"


def _fine_and_coarse(table: Table, first: str, second: str) -> tuple[str, str]:
    """Return two columns of labels by their number of labels; "" for the second if it is one."""
    sizes = [table.columns[name].n_unique for name in (first, second)]
    if _is_number(table.columns[first]) or sizes[0] == sizes[1]:
        return first, ""
    return (first, second) if sizes[0] > sizes[1] else (second, first)


def _number_pairs(table: Table) -> list[tuple[str, str, float, str]]:
    names = [n for n in table.features if _is_number(table.columns[n])][:_MOST_COLUMNS]
    if len(names) < 2:
        return []
    ranks = np.column_stack([_standard_ranks(table.columns[name].values) for name in names])
    there = np.column_stack([~table.columns[name].missing for name in names]).astype(np.float64)
    squares = (ranks**2).T @ there  # of each column, over the rows in which the other has a value
    sizes = np.sqrt(squares * squares.T)
    enough = (there.T @ there >= _LEAST_PAIRS) & (sizes > 0)
    table_of_r = np.where(enough, ranks.T @ ranks / np.where(enough, sizes, 1.0), 0.0)  # (1)
    rows, columns = np.nonzero(np.triu(np.abs(table_of_r) >= STRONG, k=1))
    return [
        (names[i], names[j], float(np.clip(table_of_r[i, j], -1, 1)), "rank correlation")
        for i, j in zip(rows, columns, strict=True)
    ]


def _label_pairs(table: Table) -> list[tuple[str, str, float, str]]:
    names = [
        name
        for name in table.features
        if len(table.columns[name].categories)
        and table.columns[name].indptr is None
        and 2 <= table.columns[name].n_unique <= _MOST_LEVELS
    ][:_MOST_COLUMNS]
    pairs = []
    for first, second in combinations(names, 2):
        value = _cramers_v(table.columns[first].values, table.columns[second].values)
        if value >= STRONG:
            pairs.append((first, second, value, "Cramer's V"))
    return pairs


def _cramers_v(first: Array, second: Array) -> float:
    """Return Cramer's V over the rows in which both have a label; 0 where there are too few."""
    both = (first >= 0) & (second >= 0)
    if both.sum() < _LEAST_PAIRS:
        return 0.0
    return cramers_v(
        count_table(*(np.unique(each[both], return_inverse=True)[1] for each in (first, second)))
    )


def _telling_gaps(table: Table) -> list[Finding]:
    gapped = [
        name
        for name in table.features
        if table.columns[name].indptr is None
        and _LEAST_GAPS <= int(table.columns[name].missing.sum()) <= table.n_rows - _LEAST_GAPS
    ]
    if not gapped:
        return []
    names, scores = _scores(table)
    level = UNLIKELY / (len(gapped) * scores.shape[1])
    found = []
    for name in gapped:
        gaps = _standardised(table.columns[name].missing.astype(np.float64))
        r = gaps @ scores / len(gaps)
        z = r * math.sqrt(len(gaps) - 1)  # (2)
        own = np.array([each == name for each in names])
        told = ~own & (np.abs(r) >= WORTH_TELLING)
        told &= np.array([normal_tail_probability(each) for each in z]) <= level
        if told.any():
            strength = {names[j]: 0.0 for j in np.flatnonzero(told)}
            for j in np.flatnonzero(told):
                strength[names[j]] = max(strength[names[j]], abs(float(r[j])))
            found.append(_told(table, name, strength))
    return found


def _told(table: Table, name: str, strength: dict[str, float]) -> Finding:
    order = sorted(strength, key=lambda each: (each != table.target, -strength[each]))
    first = order[0]
    what = f"the target {first!r}" if first == table.target else repr(first)
    n_missing = int(table.columns[name].missing.sum())
    return Finding(
        "missing_not_at_random",
        (name,),
        f"Gaps of {name!r} ({n_missing:,} of {table.n_rows:,} rows) are not left by chance: they "
        f"go with {what} (correlation {strength[first]:.2f}).",
        {"n_missing": n_missing, "goes_with": {each: strength[each] for each in order[:5]}},
        "Keep the indicator of the gap as a column, ask how the gap comes about, and mind that "
        "a filled value stands for rows that differ from the others.",
        severity="note",
    )


def _scores(table: Table) -> tuple[list[str], Array]:
    """Return standardised columns of everything gaps may go with, and the column of each."""
    names: list[str] = []
    scores: list[Array] = []
    for name, column in table.columns.items():
        for each in _scores_of(column):
            if each.any():
                names.append(name)
                scores.append(each)
    return names, np.column_stack(scores)


def _scores_of(column: Column) -> list[Array]:
    if _is_number(column):
        return [_standard_ranks(column.values)]
    if column.indptr is not None or column.n_unique > _MOST_LEVELS:
        return []
    levels = np.unique(column.values[column.values >= 0])
    return [_standardised((column.values == level).astype(np.float64)) for level in levels]


def _is_number(column: Column) -> bool:
    return column.indptr is None and not len(column.categories) and column.values.dtype.kind in "fi"


def _standard_ranks(values: Array) -> Array:
    """Return mean ranks, standardised; 0 where missing, and everywhere of a constant."""
    numbers = np.asarray(values, dtype=np.float64)
    present = ~np.isnan(numbers)
    ranks = np.zeros(len(numbers))
    if present.any():
        ranks[present] = _standardised(average_ranks(numbers[present]))
        ranks[present] *= math.sqrt(len(numbers) / present.sum())  # a unit sum of squares a row
    return ranks


def _standardised(values: Array) -> Array:
    centred = values - values.mean()
    spread = float(np.sqrt(np.mean(centred**2)))
    return centred / spread if spread > 0 else np.zeros(len(values))
