"""Splits into a training and a test part: random, stratified, by group or user, last out, by time.

Each row lies in exactly one part; rows keep their order. `array_splitting` does the same for
arrays and frames. What is learned (medians, levels,
offsets, scales) is learned from the training part alone.

Cost: O(n log n) at most; the parts are copies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai._validation import check_number, generator
from minixai.data.table import Table
from minixai.data.validation_folds import last_out_folds, tenths
from minixai.errors import DataError
from minixai.protocols import Array

__all__ = [
    "Split",
    "split_by_time",
    "split_by_user",
    "split_last_out",
    "split_random",
    "split_stratified",
]


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
    return _parted(table, order[: count_held_out(table.n_rows, test_share)])


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
    test_rows = drawn_by_stratum(_strata(table), test_share, rng)
    if len(test_rows) == 0:
        raise DataError(
            f"No class of {table.target!r} has enough rows for a test share of {test_share}: "
            "use split_random, or a larger share."
        )
    return _parted(table, test_rows)


def split_by_user(
    table: Table, user: str = "user_id", test_share: float = 0.2, random_state: int | None = 0
) -> Split:
    """Put whole users (or any other groups) into the test part: none of them is seen in training.

    Parameters
    ----------
    table : Table
    user : str
        The column that names the users or groups.
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
    codes = _one_value_a_row(table, user)
    n_users = int(codes.max()) + 1
    if n_users < 2:
        raise DataError(f"Column {user!r} holds one user: at least 2 are needed to split by user.")
    drawn = generator(random_state).permutation(n_users)[: count_held_out(n_users, test_share)]
    return _parted(table, np.flatnonzero(np.isin(codes, drawn)))


def split_last_out(table: Table, user: str = "user_id", time: str | None = None) -> Split:
    """Put the last row of every user into the test part, but for users of one row.

    Parameters
    ----------
    table : Table
    user : str
        The column that names the users.
    time : str, optional
        The column that orders a user's rows; None takes the order of the table.

    Raises
    ------
    DataError
        No such column, a time that is missing, or no user with two rows.
    """
    users = _one_value_a_row(table, user)
    moments = np.arange(table.n_rows) if time is None else _moments(table, time)
    ((_, test_rows),) = last_out_folds(users, moments)
    return _parted(table, test_rows)


def split_by_time(table: Table, time: str, test_share: float = 0.2) -> Split:
    """Put the latest rows into the test part: nothing of the future is learned.

    Parameters
    ----------
    table : Table
    time : str
        The column that says when a row happened.
    test_share : float
        Share of rows, in (0, 1), to the moment: rows of one moment stay together, and where the
        cut falls within one, they are all tested.

    Raises
    ------
    DataError
        No such column, a time that is missing, or one moment only.
    """
    _check(table, test_share)
    moments = _moments(table, time)
    cut = np.sort(moments)[table.n_rows - count_held_out(table.n_rows, test_share)]
    if cut == moments.min():
        later = moments[moments > cut]
        if not len(later):
            raise DataError(f"Column {time!r} holds one moment: there is no past to learn from.")
        cut = later.min()
    return _parted(table, np.flatnonzero(moments >= cut))


def _one_value_a_row(table: Table, name: str) -> Array:
    """Return a column's values as codes 0, 1, ..., int64 (n,)."""
    column = table.column(name)
    if column.indptr is not None:
        raise DataError(
            f"Column {name!r} has several labels a row: name a column of one user a row."
        )
    return np.unique(column.values, return_inverse=True)[1]


def _moments(table: Table, name: str) -> Array:
    column = table.column(name)
    if column.missing.any():
        row = int(np.argmax(column.missing))
        raise DataError(f"Column {name!r} has no time in row {row}: drop such rows first.")
    return _one_value_a_row(table, name)


def _check(table: Table, test_share: float) -> None:
    check_number("test_share", test_share, low=0, high=1, open_low=True, open_high=True)
    if table.n_rows < 2:
        raise DataError(
            f"The table has {table.n_rows} row: a training and a test part need at least 2."
        )


def count_held_out(n: int, share: float) -> int:
    """Return how many of n a share is, at least one in each part."""
    return min(max(int(np.floor(n * share + 0.5)), 1), n - 1)


def drawn_by_stratum(strata: Array, share: float, rng: np.random.Generator) -> Array:
    """Return rows of which each stratum has its share, to within one row."""
    chosen: list[Array] = []
    debt = 0.0  # what rounding has kept from the test part so far
    for stratum in range(int(strata.max()) + 1):
        rows = rng.permutation(np.flatnonzero(strata == stratum))
        wanted = len(rows) * share + debt
        n_test = min(max(int(np.floor(wanted + 0.5)), 0), max(len(rows) - 1, 0))
        debt = float(np.clip(wanted - n_test, -0.5, 0.5))
        chosen.append(rows[:n_test])
    return np.concatenate(chosen)


def _strata(table: Table) -> Array:
    """Return each row's class, or tenth of the target, as int64 (n,)."""
    column = table.column(table.target or "")
    if table.task == "classification":
        return np.unique(column.values, return_inverse=True)[1]
    return tenths(column.values)


def _parted(table: Table, test_rows: Array) -> Split:
    in_test = np.zeros(table.n_rows, dtype=bool)
    in_test[test_rows] = True
    train, test = np.flatnonzero(~in_test), np.flatnonzero(in_test)
    return Split(table.take(train), table.take(test), train, test)
