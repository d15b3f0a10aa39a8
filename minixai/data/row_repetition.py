"""Rows that repeat another row in every column: found, and what to keep of them stated.

Two rows are the same when every column's value is the same, missing values among each other
included. Columns are numbered one after another: rows with the same number so far and the same
value in the next column get the same number again.

Cost: one sort a column, O(n log n); memory a few numbers a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import as_matrix, feature_names_of
from minixai.data.table import Table
from minixai.errors import ParameterError, check_option, suggestion
from minixai.protocols import Array

__all__ = ["DuplicateRows", "duplicate_rows"]

POLICIES = ("first", "last", "none", "all")


@dataclass(frozen=True, eq=False, repr=False)
class DuplicateRows:
    """Which rows are the same, and which of them a policy keeps.

    Parameters
    ----------
    first : array (n_rows,), int64
        For each row, the first row that is the same: itself where none is before it.
    keep : {"first", "last", "none", "all"}
        The policy.
    kept : array, int64
        The rows that the policy keeps, rising.
    columns : tuple of str
        The columns compared.
    """

    first: Array
    keep: str
    kept: Array
    columns: tuple[str, ...]

    @property
    def n_rows(self) -> int:
        """Number of rows looked at."""
        return len(self.first)

    @property
    def n_distinct(self) -> int:
        """Number of rows that differ from all before them."""
        return int(np.count_nonzero(self.first == np.arange(self.n_rows)))

    @property
    def n_repeated(self) -> int:
        """Number of rows that repeat one before them."""
        return self.n_rows - self.n_distinct

    @property
    def dropped(self) -> Array:
        """The rows that the policy leaves out, rising, int64."""
        return np.setdiff1d(np.arange(self.n_rows), self.kept)

    def sets(self) -> list[list[int]]:
        """Return the rows of each set of two or more that are the same, by their first row."""
        order = np.argsort(self.first, kind="stable")
        starts = np.flatnonzero(np.diff(self.first[order], prepend=-1))
        parts = np.split(order, starts[1:]) if len(order) else []
        return [part.tolist() for part in parts if len(part) > 1]

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON-able values."""
        return {
            "n_rows": self.n_rows,
            "n_repeated": self.n_repeated,
            "keep": self.keep,
            "n_dropped": self.n_rows - len(self.kept),
            "columns": list(self.columns),
        }

    def __repr__(self) -> str:
        return (
            f"DuplicateRows({self.n_repeated} of {self.n_rows} rows repeat another in "
            f"{len(self.columns)} columns; keep={self.keep!r} leaves {len(self.kept)})"
        )


def duplicate_rows(
    rows: Any, *, keep: str = "first", columns: Sequence[str] | None = None
) -> DuplicateRows:
    """Find rows that are the same; nothing is removed: `Table.take(found.kept)` does that.

    Parameters
    ----------
    rows : Table, or array-like of numbers (n_rows, n_features)
        NaN equals NaN, and -0.0 equals 0.0.
    keep : {"first", "last", "none", "all"}
        What `kept` holds of the rows that are the same: the first, the last, none of them, or
        all (a report and no more).
    columns : sequence of str, optional
        The columns compared; None compares all, the target of a table included.

    Raises
    ------
    ParameterError
        An unknown policy or column, or no column.
    DataError
        A matrix that is not numbers: make it a `Table` first.

    Examples
    --------
    >>> from minixai.data import duplicate_rows
    >>> duplicate_rows([[1, 2], [3, 4], [1, 2]]).kept
    array([0, 1])
    """
    check_option("keep", keep, POLICIES)
    keys = _keys(rows)
    chosen = list(keys) if columns is None else list(columns)
    for name in chosen:
        if name not in keys:
            raise ParameterError(
                f"`columns` names {name!r}, which is no column.{suggestion(name, keys)}"
            )
    if not chosen:
        raise ParameterError("`columns` must name at least one column, got none.")
    number = _numbered([keys[name] for name in chosen])
    _, first_of, count_of = np.unique(number, return_index=True, return_counts=True)
    first = first_of[number]
    if keep == "all":
        kept = np.arange(len(number))
    elif keep == "none":
        kept = np.flatnonzero(count_of[number] == 1)
    elif keep == "first":
        kept = np.sort(first_of)
    else:
        kept = np.sort(len(number) - 1 - np.unique(number[::-1], return_index=True)[1])
    return DuplicateRows(first.astype(np.int64), keep, kept.astype(np.int64), tuple(chosen))


def _keys(rows: Any) -> dict[str, Array]:
    """Return one value a row for every column, equal where the column's value is."""
    if isinstance(rows, Table):
        return {name: column.row_keys() for name, column in rows.columns.items()}
    matrix = as_matrix(rows, owner="duplicate_rows", allow_nan=True)
    return dict(zip(feature_names_of(None, rows), matrix.T, strict=True))


def _numbered(columns: list[Array]) -> Array:
    """Return one number a row, 0 and up, the same where all columns are the same."""
    joined = np.zeros(len(columns[0]), dtype=np.int64)
    for values in columns:  # renumbered each time, so the product stays below n_rows^2
        code = np.unique(values, return_inverse=True)[1]
        span = int(code.max(initial=0)) + 1
        joined = np.unique(joined * span + code, return_inverse=True)[1]
    return joined
