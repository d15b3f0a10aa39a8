"""Arrays, frames and tables of the same rows, split into a training and a test part.

By chance, or by labels that both parts share, groups that stay whole, or time.

Cost: O(n log n); the parts are copies.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._validation import check_number, generator, take_rows
from minixai.data.splitting import count_held_out, drawn_by_stratum
from minixai.data.table import Table
from minixai.data.validation_folds import codes_of_strata, known_codes
from minixai.errors import DataError, ParameterError
from minixai.protocols import Array

__all__ = ["train_test_split"]


def train_test_split(
    *arrays: Any,
    test_size: float = 0.2,
    random_state: int | None = 0,
    stratify: Any = None,
    groups: Any = None,
    time: Any = None,
) -> list[Any]:
    """Split arrays, frames or tables of the same rows at random, or by what is given.

    Parameters
    ----------
    *arrays : array-like, data frame or Table, each (n_samples, ...)
    test_size : float or int
        A share in (0, 1), or a number of rows (of groups, where they are given; with
        ``stratify`` about so many, since every label gives its share in whole rows).
    random_state : int, optional
        Seed; None means 0.
    stratify : array-like (n_samples,), optional
        Labels, or numbers (their tenths), that both parts share alike.
    groups : array-like (n_samples,), optional
        What must not be split: whole groups are held out.
    time : array-like (n_samples,), optional
        When each row happened: the latest are held out.

    Returns
    -------
    list
        ``[first_train, first_test, second_train, second_test, ...]``; rows keep their order.

    Raises
    ------
    DataError
        Arrays of different lengths, too few rows or groups, or rows without a group or time.
    ParameterError
        A size out of its range, or more than one of ``stratify``, ``groups`` and ``time``.

    Examples
    --------
    >>> import numpy as np
    >>> X_train, X_test, y_train, y_test = train_test_split(np.ones((10, 2)), np.arange(10))
    >>> X_train.shape, X_test.shape
    ((8, 2), (2, 2))
    """
    lengths = [len(each) for each in arrays]
    if not lengths or len(set(lengths)) > 1:
        raise DataError(f"`arrays` must have the same number of rows, got {lengths}.")
    rules = {"stratify": stratify, "groups": groups, "time": time}
    given = {name: np.asarray(each) for name, each in rules.items() if each is not None}
    if len(given) > 1:
        raise ParameterError(f"Give one of `stratify`, `groups` and `time`, got {sorted(given)}.")
    for name, values in given.items():
        if values.shape != (lengths[0],):
            raise DataError(f"`{name}` has shape {values.shape} for {lengths[0]} rows.")
    test = _test_rows(lengths[0], test_size, random_state, given)
    in_test = np.zeros(lengths[0], dtype=bool)
    in_test[test] = True
    parts = (np.flatnonzero(~in_test), np.flatnonzero(in_test))
    return [_rows_of(each, rows) for each in arrays for rows in parts]


def _test_rows(
    n_rows: int, test_size: float, random_state: int | None, given: dict[str, Array]
) -> Array:
    """Return the rows held out by the one rule given, or by chance."""
    if "time" in given:
        moment = known_codes(given["time"], "time")
        cut = np.sort(moment)[n_rows - _size(n_rows, test_size)]
        if moment.max() == 0:
            raise DataError("`time` holds one moment: there is no past to learn from.")
        return np.flatnonzero(moment >= max(cut, 1))
    rng = generator(random_state)
    if "groups" in given:
        codes = known_codes(given["groups"], "groups")
        n_groups = int(codes.max()) + 1
        return np.flatnonzero(
            np.isin(codes, rng.permutation(n_groups)[: _size(n_groups, test_size)])
        )
    if "stratify" in given:
        share = _size(n_rows, test_size) / n_rows
        drawn = drawn_by_stratum(codes_of_strata(given["stratify"]), share, rng)
        if not len(drawn):
            raise DataError(
                "`stratify` has no label with a row to spare for the test part: leave it out, or "
                "hold out more rows."
            )
        return drawn
    return rng.permutation(n_rows)[: _size(n_rows, test_size)]


def _size(n: int, test_size: float) -> int:
    """Return how many of n are held out, at least one in each part."""
    if n < 2:
        raise DataError(f"There is {n} to split: a training and a test part need at least 2.")
    if isinstance(test_size, (int, np.integer)) and not isinstance(test_size, bool):
        check_number("test_size", test_size, low=1, high=n - 1, integer=True)
        return int(test_size)
    check_number("test_size", test_size, low=0, high=1, open_low=True, open_high=True)
    return count_held_out(n, test_size)


def _rows_of(source: Any, rows: Array) -> Any:
    return source.take(rows) if isinstance(source, Table) else take_rows(source, rows)
