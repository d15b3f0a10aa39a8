"""The result of looking for outliers: per column the limits and what lies beyond them."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.errors import require
from minixai.protocols import Array

__all__ = ["OutlierTable"]

_HEADS = ("column", "low", "high", "beyond", "share", "farthest")


@dataclass(frozen=True, eq=False, repr=False)
class OutlierTable:
    """What lies beyond the limits of each column.

    Parameters
    ----------
    feature_names : tuple of str
    method : str
        How the limits were drawn: "robust_z", "iqr" or "quantile".
    low, high : array (n_features,)
        The limits; infinite where a column is not judged (half of it is one value).
    n_below, n_above, n_present : array (n_features,), int64
        Values below the low limit, above the high one, and present.
    extremes : tuple of tuple of float
        Up to five values beyond the limits of each column, the farthest first.
    """

    feature_names: tuple[str, ...]
    method: str
    low: Array
    high: Array
    n_below: Array
    n_above: Array
    n_present: Array
    extremes: tuple[tuple[float, ...], ...]

    @property
    def n_beyond(self) -> Array:
        """Number of values beyond the limits, int64 (n_features,)."""
        return np.asarray(self.n_below + self.n_above)

    @property
    def share(self) -> Array:
        """Share of the values present that lie beyond, (n_features,); 0 without values."""
        return np.asarray(self.n_beyond / np.maximum(self.n_present, 1))

    @property
    def judged(self) -> Array:
        """Whether the column has limits, bool (n_features,)."""
        return np.isfinite(self.low) | np.isfinite(self.high)

    def to_dict(self) -> dict[str, Any]:
        """Return one JSON-able entry a column; limits that are infinite as None."""
        return {
            name: {
                "low": float(self.low[j]) if np.isfinite(self.low[j]) else None,
                "high": float(self.high[j]) if np.isfinite(self.high[j]) else None,
                "n_below": int(self.n_below[j]),
                "n_above": int(self.n_above[j]),
                "n_present": int(self.n_present[j]),
                "share": float(self.share[j]),
                "extremes": list(self.extremes[j]),
            }
            for j, name in enumerate(self.feature_names)
        }

    def to_frame(self) -> Any:
        """Return a pandas DataFrame, one row a column."""
        pandas = require("pandas", "table")
        columns = {
            "low": self.low,
            "high": self.high,
            "n_below": self.n_below,
            "n_above": self.n_above,
            "n_present": self.n_present,
            "share": self.share,
            "extremes": list(self.extremes),
        }
        return pandas.DataFrame(columns, index=list(self.feature_names))

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                name,
                f"{self.low[j]:.6g}" if self.judged[j] else "not judged",
                f"{self.high[j]:.6g}" if self.judged[j] else "",
                f"{self.n_beyond[j]} of {self.n_present[j]}",
                f"{self.share[j]:.2%}",
                ", ".join(f"{value:.6g}" for value in self.extremes[j]),
            )
            for j, name in enumerate(self.feature_names)
        ]

    def __repr__(self) -> str:
        lines = [_HEADS, *self._cells()]
        widths = [max(len(line[k]) for line in lines) for k in range(len(_HEADS))]
        rows = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([f"OutlierTable, method {self.method!r}", *rows])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in _HEADS)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>"
            for line in self._cells()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
