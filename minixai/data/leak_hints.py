"""Hints of a leak that values alone do not show: by a column's name, and by time.

By name: a feature whose name holds every word of the target's (``rating_copy``, ``churn_date``), or
a word such as ``predicted``, may be known only once the target is.

By time, in two ways. A column of dates that is later than another one in nearly every row, and
whose gaps go with the target (`relation_checks` has the measure), is filled in afterwards. And a
split that fits on later rows of the same user (of the same table, where the target moves with
time) learns from the future: its score is that of filling in the past.

Hints are notes: they ask, and say what was seen. `checks.check_leak` measures values.

Source: Kaufman, Rosset & Perlich (2012), ACM TKDD 6(4), sections 3 and 4: a feature must be
observable before its target.
Cost: O(n log n) a time column, and one pass over the names.
"""

from __future__ import annotations

import re
from itertools import permutations

import numpy as np

from minixai.data.column import Column
from minixai.data.name_rule import name_words
from minixai.data.table import Table
from minixai.finding import Finding
from minixai.protocols import Array
from minixai.statistics.correlation_measures import cross_correlation
from minixai.statistics.standard_form import standardise

__all__ = ["check_leak_hints"]

_ANSWER_WORDS = frozenset(["target", "label", "outcome", "predicted", "prediction", "groundtruth"])
_EMPTY_WORDS = frozenset(["is", "has", "the", "a", "of", "y", "final", "flag"])
_TIME_NAME = re.compile(
    r"(?i)^(time|timestamp|ts|date|datetime|moment|created|rated_year)$"
    r"|[ _](time|date|dt|ts|at|on)$"
)
_LATER = 0.95  # of rows, in which a date of afterwards is the later one
_GAPS_TELL = 0.3
_FROM_THE_FUTURE = 0.2
_MOVES = 0.1
_NAMES_ROWS = 0.9  # of the rows with an id of their own: an order's number, not a user's
_LEAST_ROWS = 20


def check_leak_hints(train: Table, test: Table) -> list[Finding]:
    """Find features that may be known only once the target is; all are notes.

    Parameters
    ----------
    train, test : Table
        Parts of one table, with its target.

    Returns
    -------
    list of Finding
        Kinds ``"leak_by_name"`` and ``"leak_by_time"``.
    """
    if train.target is None:
        return []
    by_name = [_by_name(train.target, name) for name in train.features]
    found = [each for each in by_name if each is not None]
    if min(train.n_rows, test.n_rows) < _LEAST_ROWS:
        return found
    return [*found, *_dates_of_afterwards(train), *_future_rows(train, test)]


def _by_name(target: str, name: str) -> Finding | None:
    asked, said = set(name_words(target)), set(name_words(name))
    wanted, answer = asked - _EMPTY_WORDS, sorted((said & _ANSWER_WORDS) - asked)
    tells = bool(wanted) and wanted <= said and max(map(len, wanted)) >= 3
    if not (tells or answer):
        return None
    seen = f"holds the target's ({target!r})" if tells else f"says {answer[0]!r}"
    return Finding(
        "leak_by_name",
        (name,),
        f"The name of {name!r} {seen}: it may be known only once the target is.",
        {"words": sorted(wanted & said) if tells else answer},
        f"Ask whether {name!r} is known when a prediction is wanted; if not, leave it out.",
        severity="note",
    )


def _is_time(column: Column) -> bool:
    if column.kind == "datetime":
        return True
    return column.kind == "numeric" and bool(_TIME_NAME.search(column.name))


def _dates_of_afterwards(table: Table) -> list[Finding]:
    times = [name for name in table.features if _is_time(table.columns[name])]
    found = {}
    for before, after in permutations(times, 2):
        first, second = (table.columns[name].values.astype(np.float64) for name in (before, after))
        both = ~(np.isnan(first) | np.isnan(second))
        gaps = np.isnan(second)
        if both.sum() < _LEAST_ROWS or gaps.sum() < _LEAST_ROWS or after in found:
            continue
        later = float(np.mean(second[both] >= first[both]))
        tells = _strength(gaps.astype(np.float64), table)
        if later >= _LATER and np.median(second[both] - first[both]) > 0 and tells >= _GAPS_TELL:
            found[after] = Finding(
                "leak_by_time",
                (after,),
                f"{after!r} lies after {before!r} in {later:.0%} of the rows that have both, and "
                f"where it is missing goes with the target (correlation {tells:.2f}): it is "
                "filled in afterwards.",
                {"later_than": before, "later_share": later, "gap_correlation": tells},
                f"Leave {after!r} out, or keep only what was known at {before!r}.",
                severity="note",
            )
    return list(found.values())


def _future_rows(train: Table, test: Table) -> list[Finding]:
    """Return a finding if the rows used to fit lie after those held out, the largest share."""
    times = [name for name in train.columns if _is_time(train.columns[name])]
    users = [name for name in train.features if _repeats(train.columns[name])]
    found = [(_share_of_user(train, test, t, who), t, who) for t in times for who in users]
    if not users:
        found = [(_share_of_trend(train, test, time), time, "") for time in times]
    share, time, who = max(found, key=lambda each: each[0], default=(0.0, "", ""))
    if share < _FROM_THE_FUTURE:
        return []
    of_whom = (
        f"later rows of the same {who!r}"
        if who
        else f"later rows, and {train.target!r} moves with {time!r}"
    )
    return [
        Finding(
            "leak_by_time",
            (time,),
            f"For {share:.0%} of the rows held out, the model was fitted on {of_whom}: the score "
            "is that of filling in the past, not of saying what comes next.",
            {"share": share, "time": time, "user": who},
            "If the model is to predict what comes next, split by time (split_by_time) or hold out "
            "each user's last row (split_last_out).",
            severity="note",
        )
    ]


def _repeats(column: Column) -> bool:
    """Whether a column names users or items, not rows."""
    n_present = int(np.count_nonzero(~column.missing))
    return column.kind == "id" and column.n_unique <= _NAMES_ROWS * n_present


def _share_of_user(train: Table, test: Table, time: str, who: str) -> float:
    """Return the share of test rows before their user's last training row."""
    moments = [part.columns[time].values.astype(np.float64) for part in (train, test)]
    names = [part.columns[who].labels().astype(np.str_) for part in (train, test)]
    last = _last_of_each(names[0], moments[0])
    latest = np.array([last.get(name, -np.inf) for name in names[1]])
    return float(np.mean(latest > moments[1]))


def _share_of_trend(train: Table, test: Table, time: str) -> float:
    """Return the share of test rows before the last training row, if the target has a trend."""
    first, second = (part.columns[time].values.astype(np.float64) for part in (train, test))
    if np.isnan(first).all() or abs(_strength(first, train)) < _MOVES:
        return 0.0
    return float(np.mean(np.nanmax(first) > second))


def _last_of_each(names: Array, moments: Array) -> dict[str, float]:
    known = ~np.isnan(moments)
    found, codes = np.unique(names[known], return_inverse=True)
    last = np.full(len(found), -np.inf)
    np.maximum.at(last, codes, moments[known])
    return dict(zip(found.tolist(), last.tolist(), strict=True))


def _strength(values: Array, table: Table) -> float:
    """Return the largest correlation of the values with the target, or with one of its classes."""
    assert table.target is not None
    target = table.y
    if table.task == "regression":
        goals = [target.astype(np.float64)]
    else:
        labels = target.astype(np.str_)
        goals = [(labels == label).astype(np.float64) for label in np.unique(labels)]
    known = ~np.isnan(values)
    others = standardise(np.column_stack(goals)[known])
    r = cross_correlation(standardise(values[known][:, None]), others)
    return float(np.abs(np.nan_to_num(r)).max())
