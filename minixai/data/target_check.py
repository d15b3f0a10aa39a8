"""Whether a column can be a target: two rows, two values, and squares that are numbers.

Cost: O(n).
"""

from __future__ import annotations

import numpy as np

from minixai.data.column import Column
from minixai.errors import DataError

__all__ = ["check_learnable"]


def check_learnable(column: Column) -> None:
    """Raise unless a target without gaps can be learned from its rows.

    Raises
    ------
    DataError
        One row, one value or class only, or numbers whose squares are beyond float64.
    """
    n_rows = len(column)
    if n_rows < 2:
        raise DataError(
            f"The table has {n_rows} row with a target: at least 2 are needed to learn from."
        )
    if column.n_unique < 2:
        label = column.labels()[0]
        what = "one class only" if column.kind != "numeric" else "one value only"
        shown = f"{label:.15g}" if isinstance(label, float) else repr(str(label)[:40])
        raise DataError(
            f"Target {column.name!r} is constant ({what}: {shown} in all "
            f"{n_rows} rows): choose another target."
        )
    if column.kind == "numeric":
        _check_squares(column)


def _check_squares(column: Column) -> None:
    """Raise where a target's squared errors would be infinite, or nothing."""
    limits = np.finfo(np.float64)
    largest = float(np.abs(column.values).max())
    if largest > np.sqrt(limits.max / len(column)):
        raise DataError(
            f"Target {column.name!r} has values up to {largest:.3g}, whose squares add up to more "
            "than the largest number: divide it by a power of ten."
        )
    spread = float(np.ptp(column.values))
    if spread < np.sqrt(limits.tiny):
        raise DataError(
            f"Target {column.name!r} has values only {spread:.3g} apart, whose squares are less "
            "than the smallest number: multiply it by a power of ten."
        )
