"""Pairs of true and predicted values, thinned to what a figure can show.

Cost: O(n_samples).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai._validation import as_vector, check_number, generator
from minixai.errors import DataError

if TYPE_CHECKING:
    from minixai.protocols import Array

__all__ = ["sampled_pairs"]


def sampled_pairs(
    y_true: Any, y_pred: Any, max_points: int, random_state: int | None
) -> tuple[Array, Array, str]:
    """Return both vectors, at most ``max_points`` rows of them, and the sentence that says so."""
    check_number("max_points", max_points, low=1, integer=True)
    true = as_vector(y_true, name="y_true")
    if true.size == 0:
        raise DataError("There are no predictions to draw: `y_true` is empty.")
    predicted = as_vector(y_pred, true.size, name="y_pred")
    if true.size <= max_points:
        return true, predicted, ""
    rows = generator(random_state).choice(true.size, size=max_points, replace=False)
    rows.sort()
    sentence = f"{max_points:,} of {true.size:,} rows shown, drawn at random"
    return true[rows], predicted[rows], sentence
