"""How many rows of each class lie at or above every distinct score: one sort, two sums.

Every measure of a ranking of rows (areas, curves, the best threshold) is made of these counts.
Ties stay together: a threshold is a score that occurs, and all rows that share it count at once.
Rows of weight 0 are left out, so that they make no threshold.

Cost: one sort, O(n log n); memory O(n).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minixai._validation import as_ratio_weights, check_mask
from minixai.errors import DataError, DataTypeError
from minixai.protocols import Array

__all__ = ["ThresholdCounts", "as_scores", "counts_at_thresholds"]


class ThresholdCounts(NamedTuple):
    """Sums of weights at or above each threshold, which falls; all (n_thresholds,)."""

    threshold: Array
    true_positive: Array
    false_positive: Array


def as_scores(score: Any, n_rows: int) -> Array:
    """Return one score per row, float64 (n_samples,), without NaN; infinity has its place."""
    check_mask(score, "score")
    try:
        scores = np.asarray(score, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataTypeError("`score` must hold numbers: choose a metric of labels.") from error
    if scores.ndim == 2 and scores.shape[1] == 1:
        scores = scores[:, 0]
    if scores.shape != (n_rows,):
        raise DataError(
            f"`score` must have shape {(n_rows,)}, got {scores.shape}: one per row, that of "
            "class 1."
        )
    if np.isnan(scores).any():
        raise DataError(f"`score` is NaN in row {int(np.argmax(np.isnan(scores)))}.")
    return scores


def counts_at_thresholds(positive: Array, scores: Array, sample_weight: Any) -> ThresholdCounts:
    """Count the rows of class 1 and of class 0 at or above each distinct score."""
    weight = as_ratio_weights(sample_weight, len(positive))
    if not weight.all():
        kept = weight > 0
        positive, scores, weight = positive[kept], scores[kept], weight[kept]
    order = np.argsort(-scores, kind="stable")
    ranked, rows, weight = scores[order], positive[order], weight[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    ups = np.cumsum(np.where(rows, weight, 0.0))[last]
    downs = np.cumsum(np.where(rows, 0.0, weight))[last]
    return ThresholdCounts(ranked[last], ups, downs)
