"""Pairs of true and predicted values, thinned to what a figure can show.

Cost: O(n_samples).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import as_vector, check_number, generator
from minixai.errors import DataError

if TYPE_CHECKING:
    from minixai.protocols import Array

__all__ = ["point_alpha", "sampled_pairs", "sampled_rows"]


def sampled_pairs(
    y_true: Any, y_pred: Any, max_points: int, random_state: int | None
) -> tuple[Array, Array, str]:
    """Return both vectors, at most ``max_points`` rows of them, and the sentence that says so."""
    check_number("max_points", max_points, low=1, integer=True)
    true = as_vector(y_true, name="y_true")
    if true.size == 0:
        raise DataError("There are no predictions to draw: `y_true` is empty.")
    predicted = as_vector(y_pred, true.size, name="y_pred")
    rows, sentence = sampled_rows(true.size, max_points, random_state)
    return true[rows], predicted[rows], sentence


def sampled_rows(n_rows: int, max_points: int, random_state: int | None) -> tuple[Array, str]:
    """Return at most ``max_points`` rows, rising, and the sentence that says so ("" for all)."""
    check_number("max_points", max_points, low=1, integer=True)
    if n_rows <= max_points:
        return np.arange(n_rows), ""
    rows = generator(random_state).choice(n_rows, size=max_points, replace=False)
    rows.sort()
    return rows, f"{max_points:,} of {n_rows:,} rows shown, drawn at random"


def point_alpha(n_points: int) -> float:
    """Return how opaque each of many points is drawn, so that a crowd is darker than a few."""
    return float(np.clip(60.0 / np.sqrt(max(n_points, 1)) / 4, 0.12, 0.8))
