"""What pictures by class share: which classes are drawn, what is said of the others.

Cost: O(n_classes log n_classes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.plot.text import PLAIN_TEXT, shortened_all

if TYPE_CHECKING:
    from minixai.protocols import Array

__all__ = ["class_ticks", "left_out", "shown_classes"]


def shown_classes(counts: Any, max_display: int) -> tuple[Array, str]:
    """Return the places of the most frequent classes, in their order, and what is not shown."""
    check_number("max_display", max_display, low=1, integer=True)
    count = np.asarray(counts)
    if len(count) <= max_display:
        return np.arange(len(count)), ""
    most = np.sort(np.argsort(-count, kind="stable")[:max_display])
    return most, f"{max_display:,} of {len(count):,} classes shown, the most frequent"


def left_out(result: Any) -> str:
    """Return the sentence on rows that a result by class left out, "" where there are none."""
    parts = []
    if result.n_missing:
        parts.append(f"{result.n_missing:,} rows without a value")
    if result.n_unlabelled:
        parts.append(f"{result.n_unlabelled:,} rows without a class")
    return f"left out: {' and '.join(parts)}" if parts else ""


def class_ticks(ax: Any, result: Any, shown: Any) -> None:
    """Name the places 0, 1, ... across by class, tilted where the names need it."""
    if result.by_name is None:
        ax.set_xticks([])
        return
    names = shortened_all([result.classes[c] for c in shown], 22)
    crowded = sum(map(len, names)) > 40 or len(names) > 12
    tilt = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if crowded else {}
    ax.set_xticks(range(len(names)), names, **tilt, **PLAIN_TEXT)
    ax.tick_params(axis="x", length=0)
