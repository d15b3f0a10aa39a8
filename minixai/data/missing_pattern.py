"""Where values are missing: each column's share, in all and in blocks of neighbouring rows.

A column that is missing in some blocks and not in others went missing at a time, in a source or
in a group, and not by chance; two columns alike went missing together.

Cost: O(cells), one byte a row at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import check_number, missing_values
from minixai.data.table import Table
from minixai.errors import DataError
from minixai.protocols import Array

__all__ = ["MissingMap", "missing_map"]


@dataclass(frozen=True, eq=False)
class MissingMap:
    """The share of missing values by column and block of rows.

    Parameters
    ----------
    names : tuple of str (n_columns,)
    share : ndarray (n_columns,)
        Of all rows, in [0, 1].
    block_share : ndarray (n_columns, n_blocks)
        Of the rows of each block, in [0, 1].
    edges : ndarray of int (n_blocks + 1,)
        Block b holds the rows from ``edges[b]`` to before ``edges[b + 1]``.
    """

    names: tuple[str, ...]
    share: Array
    block_share: Array
    edges: Array

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.edges[-1])


def missing_map(table: Any, *, n_blocks: int = 100) -> MissingMap:
    """Find where values are missing.

    Parameters
    ----------
    table : Table, data frame, mapping of name to column, or array-like (n_rows, n_columns)
        Of arrays, NaN and None are missing.
    n_blocks : int
        Into how many blocks of as nearly as can be equal size the rows are parted, in their
        order; not more than there are rows.

    Returns
    -------
    MissingMap

    Raises
    ------
    DataError
        No rows, no columns, or columns of different lengths.
    ParameterError
        ``n_blocks`` below 1.

    Examples
    --------
    >>> missing_map({"age": [1.0, None], "price": [2.0, 3.0]}).share
    array([0.5, 0. ])
    """
    check_number("n_blocks", n_blocks, low=1, integer=True)
    names: list[str] = []
    shares: list[Array] = []
    edges = np.zeros(1, dtype=np.int64)
    for name, missing in _masks(table):
        if not names:
            count = min(n_blocks, len(missing))
            edges = np.arange(count + 1) * len(missing) // max(count, 1)
        if len(missing) != edges[-1] or not len(missing):
            raise DataError(
                f"Column {name!r} has {len(missing)} rows and the first one {edges[-1]}: columns "
                "of one length, with a row at least, are needed."
            )
        names.append(name)
        counts = np.add.reduceat(missing, edges[:-1], dtype=np.int64)
        shares.append(counts / np.diff(edges))
    if not names:
        raise DataError("The table has no columns: there is nothing to look at.")
    block_share = np.array(shares)
    share = block_share @ np.diff(edges) / edges[-1]
    return MissingMap(tuple(names), share, block_share, edges)


def _masks(table: Any) -> Iterator[tuple[str, Array]]:
    """Give each column's name and whether its rows are missing."""
    if isinstance(table, Table):
        for name, column in table.columns.items():
            yield name, column.missing
    elif hasattr(table, "iloc"):
        for j, name in enumerate(table.columns):
            yield str(name), np.asarray(table.iloc[:, j].isna(), dtype=bool)
    elif isinstance(table, Mapping):
        for name, values in table.items():
            yield str(name), missing_values(np.asarray(values))
    else:
        array = np.asarray(table)
        if array.ndim != 2:
            raise DataError(f"A table needs rows and columns, got shape {array.shape}.")
        for j in range(array.shape[1]):
            yield f"x{j}", missing_values(array[:, j])
