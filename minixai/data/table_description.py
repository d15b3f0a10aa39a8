"""What stands in a table, column by column: kinds, gaps, distinct and typical values.

Numbers have mean, standard deviation (1/n), smallest, median and largest value, dates the last
three; labels the most frequent one, with its share of the rows that have a value.

Cost: one sort a column of numbers, one count a column of labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.scaling import column_moments
from minixai.statistics.printed_table import PrintedTable

__all__ = ["TableDescription", "described"]


@dataclass(frozen=True)
class TableDescription(PrintedTable):
    """One row a column.

    Parameters
    ----------
    rows : tuple of dict
        Keys: column, kind, missing, distinct, mean, std, min, median, max, most_frequent, share;
        empty where a kind has no such thing.
    n_rows : int
    target : str, optional
    """

    rows: tuple[dict[str, Any], ...]
    n_rows: int
    target: str | None

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a column."""
        return [dict(row) for row in self.rows]

    def _footer(self) -> str:
        target = "" if self.target is None else f", target {self.target!r}"
        return f"{self.n_rows:,} rows{target}"


def described(columns: Mapping[str, Column], target: str | None) -> TableDescription:
    """Return the description of columns of one length."""
    rows = tuple(_row(column) for column in columns.values())
    return TableDescription(rows, len(next(iter(columns.values()))), target)


def _row(column: Column) -> dict[str, Any]:
    row: dict[str, Any] = {
        "column": column.name,
        "kind": column.kind,
        "missing": int(column.missing.sum()),
        "distinct": column.n_unique,
        **dict.fromkeys(("mean", "std", "min", "median", "max", "most_frequent"), ""),
        "share": "",
    }
    if column.kind == "numeric":
        return row | _of_numbers(column)
    if column.kind == "datetime":
        return row | _of_dates(column)
    return row | _of_labels(column)


def _of_numbers(column: Column) -> dict[str, Any]:
    present = column.values[~column.missing]
    if not len(present):
        return {}
    mean, scale = column_moments(present[:, None])
    low, middle, high = np.quantile(present, [0.0, 0.5, 1.0])
    return {
        "mean": float(mean[0]),
        "std": float(scale[0]) if low < high else 0.0,
        "min": float(low),
        "median": float(middle),
        "max": float(high),
    }


def _of_dates(column: Column) -> dict[str, Any]:
    seconds = np.sort(column.values[~column.missing])
    if not len(seconds):
        return {}
    places = {"min": 0, "median": (len(seconds) - 1) // 2, "max": len(seconds) - 1}
    moments = {key: np.datetime64(round(seconds[k]), "s") for key, k in places.items()}
    return {key: str(moment).replace("T00:00:00", "") for key, moment in moments.items()}


def _of_labels(column: Column) -> dict[str, Any]:
    codes = column.values[column.values >= 0]
    if not len(codes):
        return {}
    counts = np.bincount(codes)
    n_rows = int((~column.missing).sum())
    most = str(column.categories[int(np.argmax(counts))])
    return {"most_frequent": most[:30], "share": float(counts.max() / n_rows)}
