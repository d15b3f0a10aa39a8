"""Splits of a table into a training and a test part: random, stratified, by user.

Each row lies in exactly one part; rows keep their order. What is learned (medians, levels,
offsets, scales) is learned from the training part alone.

Cost: O(n log n) at most; the parts are copies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai._validation import check_number, generator
from minixai.data.table import Table
from minixai.errors import DataError
from minixai.protocols import Array

__all__ = ["Split", "split_by_user", "split_random", "split_stratified"]

_N_BINS = 10  # of a numeric target, by quantiles


@dataclass(frozen=True, eq=False)
class Split:
    """A training and a test part, with the rows of the whole table that they hold.

    Parameters
    ----------
    train, test : Table
    train_rows, test_rows : array, int64
        Positions in the table that was split, ascending.
    """

    train: Table
    test: Table
    train_rows: Array
    test_rows: Array


def split_random(table: Table, test_share: float = 0.2, random_state: int | None = 0) -> Split:
    """Draw the test rows at random.

    Parameters
    ----------
    table : Table
    test_share : float
        Share of rows in the test part, in (0, 1); at least one row is in each part.
    random_state : int, optional
        Seed; None means 0.

    Raises
    ------
    DataError
        Fewer than two rows.
    """
    _check(table, test_share)
    order = generator(random_state).permutation(table.n_rows)
    return _parted(table, order[: _count(table.n_rows, test_share)])


def split_stratified(table: Table, test_share: float = 0.2, random_state: int | None = 0) -> Split:
    """Draw the test rows at random within each class (each tenth of a numeric target).

    Every class has the test share to within one row; a class of one row stays in training.

    Parameters
    ----------
    table : Table
        With a target.
    test_share, random_state
        As in `split_random`.

    Raises
    ------
    DataError
        Fewer than two rows, or no class of two rows.
    """
    _check(table, test_share)
    rng = generator(random_state)
    classes = _strata(table)
    chosen: list[Array] = []
    debt = 0.0  # what rounding has kept from the test part so far
    for stratum in range(int(classes.max()) + 1):
        rows = rng.permutation(np.flatnonzero(classes == stratum))
        wanted = len(rows) * test_share + debt
        n_test = min(max(int(np.floor(wanted + 0.5)), 0), max(len(rows) - 1, 0))
        debt = float(np.clip(wanted - n_test, -0.5, 0.5))
        chosen.append(rows[:n_test])
    test_rows = np.concatenate(chosen)
    if len(test_rows) == 0:
        raise DataError(
            f"No class of {table.target!r} has enough rows for a test share of {test_share}: "
            "use split_random, or a larger share."
        )
    return _parted(table, test_rows)


def split_by_user(
    table: Table, user: str = "user_id", test_share: float = 0.2, random_state: int | None = 0
) -> Split:
    """Put whole users into the test part: none of them is seen in training.

    Parameters
    ----------
    table : Table
    user : str
        The column that names the users.
    test_share : float
        Share of the users, in (0, 1).
    random_state : int, optional
        Seed; None means 0.

    Raises
    ------
    DataError
        No such column, or fewer than two users.
    """
    _check(table, test_share)
    column = table.column(user)
    values = column.values
    if column.indptr is not None:
        raise DataError(
            f"Column {user!r} has several labels a row: name a column of one user a row."
        )
    _, codes = np.unique(values, return_inverse=True)
    n_users = int(codes.max()) + 1
    if n_users < 2:
        raise DataError(f"Column {user!r} holds one user: at least 2 are needed to split by user.")
    drawn = generator(random_state).permutation(n_users)[: _count(n_users, test_share)]
    return _parted(table, np.flatnonzero(np.isin(codes, drawn)))


def _check(table: Table, test_share: float) -> None:
    check_number("test_share", test_share, low=0, high=1, open_low=True, open_high=True)
    if table.n_rows < 2:
        raise DataError(
            f"The table has {table.n_rows} row: a training and a test part need at least 2."
        )


def _count(n: int, share: float) -> int:
    return min(max(int(np.floor(n * share + 0.5)), 1), n - 1)


def _strata(table: Table) -> Array:
    """Return each row's class, or tenth of the target, as int64 (n,)."""
    column = table.column(table.target or "")
    if table.task == "classification":
        return np.unique(column.values, return_inverse=True)[1]
    edges = np.quantile(column.values, np.arange(1, _N_BINS) / _N_BINS)
    return np.searchsorted(np.unique(edges), column.values, side="right")


def _parted(table: Table, test_rows: Array) -> Split:
    in_test = np.zeros(table.n_rows, dtype=bool)
    in_test[test_rows] = True
    train, test = np.flatnonzero(~in_test), np.flatnonzero(in_test)
    return Split(table.take(train), table.take(test), train, test)
