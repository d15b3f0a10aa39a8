"""Folds of a validation: which rows train and which are held out, time after time.

Five rules, each a list of (train_rows, test_rows), positions ascending:

- random: every row is held out once;
- stratified: so too, and every fold has the classes' shares (tenths of a number's values);
- grouped: whole groups (users, patients) are held out, every group once;
- time: the rows up to a moment train, the next stretch is held out; rows of one moment stay
  together, so that nothing of the future is ever learned;
- last out: the last row of every user is held out, then the one before it, and so on.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, chapter 7;
Tashman (2000), International Journal of Forecasting 16(4), for the rolling origin.
Cost: O(n log n), and O(n * n_folds) for the lists.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from minixai._validation import check_number, generator, missing_values
from minixai.data.target_offset import deal_folds
from minixai.errors import DataError
from minixai.protocols import Array

__all__ = [
    "Folds",
    "grouped_folds",
    "last_out_folds",
    "random_folds",
    "stratified_folds",
    "time_folds",
]

Folds = list[tuple[Array, Array]]
"""(train_rows, test_rows) of each fold, int64, ascending."""

N_STRATA = 10
"""Quantile bins of a numeric target that is stratified."""


def random_folds(n_rows: int, n_folds: int = 5, random_state: int | None = 0) -> Folds:
    """Hold every row out once, by chance.

    Parameters
    ----------
    n_rows : int
    n_folds : int
        2 to ``n_rows``.
    random_state : int, optional
        Seed; None means 0.

    Raises
    ------
    DataError
        Fewer rows than folds.
    """
    _check(n_rows, n_folds, "rows")
    return _parts(deal_folds(n_rows, n_folds, 0 if random_state is None else random_state))


def stratified_folds(y: Any, n_folds: int = 5, random_state: int | None = 0) -> Folds:
    """Hold every row out once, with the same share of every class in each fold.

    Parameters
    ----------
    y : array-like (n_rows,)
        Labels; numbers with more than 20 different values are cut into tenths.
    n_folds, random_state
        As in `random_folds`.

    Returns
    -------
    Folds
        A class has as many rows in each fold as in any other, to one row.

    Raises
    ------
    DataError
        Fewer rows than folds.
    """
    strata = codes_of_strata(np.asarray(y))
    _check(len(strata), n_folds, "rows")
    rng = generator(random_state, len(strata))
    order = rng.permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    fold = np.empty(len(strata), dtype=np.int64)
    fold[order] = np.arange(len(strata)) % n_folds  # dealt out class by class, never starting anew
    return _parts(fold)


def grouped_folds(groups: Any, n_folds: int = 5, random_state: int | None = 0) -> Folds:
    """Hold whole groups out, each group once.

    Parameters
    ----------
    groups : array-like (n_rows,)
        What must not be split: a user, a patient, a household.
    n_folds, random_state
        As in `random_folds`; groups of one size are dealt by chance.

    Returns
    -------
    Folds
        Large groups are dealt first, each to the fold with the fewest rows.

    Raises
    ------
    DataError
        Fewer groups than folds, or a row without a group.
    """
    codes = known_codes(groups, "groups")
    sizes = np.bincount(codes)
    _check(len(sizes), n_folds, "groups")
    order = generator(random_state, len(codes)).permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    fold_of_group, filled = np.empty(len(sizes), dtype=np.int64), np.zeros(n_folds, dtype=np.int64)
    for group in order:
        fold_of_group[group] = np.argmin(filled)
        filled[fold_of_group[group]] += sizes[group]
    return _parts(fold_of_group[codes])


def time_folds(times: Any, n_folds: int = 5) -> Folds:
    """Train on the past and hold out the stretch that follows, ``n_folds`` times.

    Parameters
    ----------
    times : array-like (n_rows,)
        When each row happened: numbers or dates.
    n_folds : int

    Returns
    -------
    Folds
        In the order of time; the first stretch of ``n_folds + 1`` is never held out.

    Raises
    ------
    DataError
        Fewer different moments than ``n_folds + 1``.
    """
    moment = known_codes(times, "times")
    counts = np.bincount(moment)
    if len(counts) <= n_folds:
        raise DataError(
            f"`times` has {len(counts)} different moments, and {n_folds} folds need "
            f"{n_folds + 1}: take fewer folds."
        )
    check_number("n_folds", n_folds, low=1, integer=True)
    edges = _edges(np.cumsum(counts), n_folds + 1)
    return [
        (np.flatnonzero(moment < low), np.flatnonzero((moment >= low) & (moment < high)))
        for low, high in pairwise(edges)
    ]


def _edges(ends: Array, n_parts: int) -> list[int]:
    """Return where each part but the first begins, and the end: about equal counts of rows."""
    cuts, n_moments = [0], len(ends)
    for part in range(1, n_parts):
        wanted = int(np.searchsorted(ends, ends[-1] * part / n_parts, side="left")) + 1
        cuts.append(min(max(wanted, cuts[-1] + 1), n_moments - (n_parts - part)))
    return [*cuts[1:], n_moments]


def last_out_folds(groups: Any, times: Any, n_folds: int = 1) -> Folds:
    """Hold out the last row of every group, then the last but one, training on what came before.

    Parameters
    ----------
    groups : array-like (n_rows,)
        Whose rows they are: users.
    times : array-like (n_rows,)
        When each happened; of rows of one moment the later in the table counts as the later.
    n_folds : int

    Returns
    -------
    Folds
        In fold k, counted from 0, the row before the last k of each group is held out and the
        group's earlier rows train; a group without an earlier row trains whole.

    Raises
    ------
    DataError
        No group has ``n_folds + 1`` rows, or a row without a group or a time.
    """
    check_number("n_folds", n_folds, low=1, integer=True)
    codes, moment = known_codes(groups, "groups"), known_codes(times, "times")
    order = np.lexsort((moment, codes))
    ends = np.cumsum(np.bincount(codes))
    from_last = np.empty(len(codes), dtype=np.int64)
    from_last[order] = np.repeat(ends, np.diff(ends, prepend=0)) - 1 - np.arange(len(codes))
    sizes = np.bincount(codes)[codes]
    if sizes.max() <= n_folds:
        raise DataError(
            f"No group has more than {sizes.max()} rows, and leaving {n_folds} out needs "
            f"{n_folds + 1}: take fewer folds."
        )
    return [
        (
            np.flatnonzero((from_last > k) | (sizes <= k + 1)),
            np.flatnonzero((from_last == k) & (sizes > k + 1)),
        )
        for k in range(n_folds)
    ]


def known_codes(values: Any, argument: str) -> Array:
    """Return each row's value as its place among the distinct ones, int64 (n,).

    Raises
    ------
    DataError
        A missing value; ``argument`` names what was given.
    """
    array = np.asarray(values).reshape(-1)
    absent = missing_values(array)
    if absent.any():
        raise DataError(
            f"`{argument}` is missing in row {int(np.argmax(absent))}: drop such rows first."
        )
    return np.unique(array, return_inverse=True)[1]


def codes_of_strata(y: Array) -> Array:
    """Return the class of each row as int64; many-valued numbers are cut into tenths."""
    codes, values = known_codes(y, "y"), np.unique(y)
    if values.dtype.kind not in "fiu" or len(values) <= 20:
        return codes.reshape(-1)
    return tenths(y)


def tenths(y: Array) -> Array:
    """Return which tenth of all values each number lies in, int64 (n,)."""
    edges = np.quantile(y, np.arange(1, N_STRATA) / N_STRATA)
    return np.searchsorted(np.unique(edges), y, side="right")


def _parts(fold: Array) -> Folds:
    return [
        (np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(int(fold.max()) + 1)
    ]


def _check(count: int, n_folds: int, what: str) -> None:
    check_number("n_folds", n_folds, low=2, integer=True)
    if count < n_folds:
        raise DataError(f"{n_folds} folds need as many {what}, got {count}: take fewer folds.")
