"""What a classifier does at every threshold, thinned to what a figure can show; residuals.

Of two classes the curves are those of the second one. Of more, each of the most frequent ones is
set against all others, and calibration is that of the winning class. A curve keeps at most
`MAX_POINTS` of its own points, spread evenly along its length; areas are those of the whole curve.

A threshold is proposed where one of two classes is rare. It is chosen on one half of the held-out
rows and measured on the other, and the other way round: rows that chose a threshold flatter it.

Cost: one sort of the held-out rows a class.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._validation import generator
from minixai.data import Encoded
from minixai.metrics import (
    balanced_accuracy,
    calibration_curve,
    choose_threshold,
    f_score,
    lift_curve,
    precision,
    precision_recall_curve,
    recall,
    roc_curve,
)
from minixai.protocols import Array
from minixai.statistics import histogram

__all__: list[str] = []

MAX_POINTS = 200
"""Points kept of a curve."""
MAX_CLASSES = 6
"""Classes that have a curve: more cannot be told apart."""
RARE = 0.3
"""Share of the rows up to which a class is worth a threshold of its own."""
MAX_BINS = 40
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of the residuals."""
_LEAST_OF_A_CLASS = 10


def curves(model: Any, train: Encoded, test: Encoded) -> dict[str, Any]:
    """Return the record of the curves on the held-out rows; empty where the model gives no score.

    ``by_class`` holds one entry a class with ``class``, ``roc``, ``precision_recall`` and, of two
    classes, ``lift``; ``calibration`` holds bins and ``of`` ("class" or "winner").
    """
    scores = _scores(model, test)
    if scores is None:
        return {}
    classes, y = list(model.classes_), test.target
    counts = np.array([np.sum(train.target == c) for c in classes])
    places = [1] if len(classes) == 2 else sorted(np.argsort(-counts, kind="stable")[:MAX_CLASSES])
    found: list[dict[str, Any]] = []
    for k in places:
        hit = (y == classes[k]).astype(np.int64)
        if 0 < hit.sum() < len(hit):
            found.append({"class": str(classes[k]), **_of_class(hit, scores[:, k])})
            if len(classes) == 2:
                found[-1]["lift"] = _lift(hit, scores[:, k])
    record: dict[str, Any] = {"by_class": found, "n_classes": len(classes)}
    if hasattr(model, "predict_proba"):
        record["calibration"] = _calibration(scores, np.searchsorted(classes, y))
    return record if found else {}


def residuals(model: Any, test: Encoded) -> dict[str, Any]:
    """Return counts and quantiles of true minus predicted on all held-out rows; {} of classes."""
    if hasattr(model, "classes_"):
        return {}
    rest = test.target - np.asarray(model.predict(test.to_frame()), dtype=np.float64)
    counted = histogram(rest)
    if counted.counts.size > MAX_BINS:
        counted = histogram(rest, n_bins=MAX_BINS)
    quantiles = np.quantile(rest, QUANTILES)
    return {
        "edges": _plain(counted.edges),
        "counts": counted.counts[0].tolist(),
        "quantiles": {f"{q:g}": float(v) for q, v in zip(QUANTILES, quantiles, strict=True)},
    }


def _scores(model: Any, test: Encoded) -> Array | None:
    """Return a column of scores a class: probabilities, or raw scores where there are none."""
    if not hasattr(model, "classes_"):
        return None
    method = next((m for m in ("predict_proba", "decision_function") if hasattr(model, m)), None)
    if method is None:
        return None
    scores: Array = np.asarray(getattr(model, method)(test.to_frame()), dtype=np.float64)
    if scores.ndim == 1:
        scores = np.column_stack([-scores, scores])
    return scores


def _of_class(hit: Array, score: Array) -> dict[str, Any]:
    roc, pr = roc_curve(hit, score), precision_recall_curve(hit, score)
    return {
        "roc": {
            **thinned(
                false_positive_rate=roc.false_positive_rate,
                true_positive_rate=roc.true_positive_rate,
            ),
            "area": float(roc.area),
        },
        "precision_recall": {
            **thinned(precision=pr.precision, recall=pr.recall),
            "average_precision": float(pr.average_precision),
            "prevalence": float(pr.prevalence),
        },
    }


def _lift(hit: Array, score: Array) -> dict[str, Any]:
    curve = lift_curve(hit, score)
    kept = _along(np.column_stack([curve.share, curve.gain]))
    return {
        "share": _plain(curve.share[kept]),
        "lift": _plain(curve.lift[kept]),
        "gain": _plain(curve.gain[kept]),
    }


def _calibration(scores: Array, truth: Array) -> dict[str, Any]:
    if scores.shape[1] == 2:
        hit, share, of = truth, scores[:, 1], "class"
    else:
        hit, share, of = scores.argmax(axis=1) == truth, scores.max(axis=1), "winner"
    curve = calibration_curve(hit.astype(np.int64), np.clip(share, 0.0, 1.0), labels=[0, 1])
    parts = {name: _plain(getattr(curve, name)) for name in ("predicted", "observed", "weight")}
    return {**parts, "error": curve.error(), "of": of}


def threshold(model: Any, train: Encoded, test: Encoded, seed: int) -> dict[str, Any]:
    """Return a threshold for the rare one of two classes, with what it gains; empty without one."""
    classes: Any = getattr(model, "classes_", ())
    if len(classes) != 2 or not hasattr(model, "predict_proba"):
        return {}
    share = float(np.mean(train.target == classes[1]))
    rare = 1 if share <= 0.5 else 0
    hit = (test.target == classes[rare]).astype(np.int64)
    if min(share, 1.0 - share) > RARE or min(hit.sum(), len(hit) - hit.sum()) < _LEAST_OF_A_CLASS:
        return {}
    probability = np.asarray(model.predict_proba(test.to_frame()), dtype=np.float64)[:, rare]
    return {
        "class": str(classes[rare]),
        "share": min(share, 1.0 - share),
        "threshold": choose_threshold(hit, probability).threshold,
        "at_half": _measured(hit, probability >= 0.5),
        "at_threshold": _measured(hit, _chosen_apart(hit, probability, seed)),
    }


def _chosen_apart(hit: Array, probability: Array, seed: int) -> Array:
    """Return who is called positive where each half goes by the threshold of the other one."""
    half = np.zeros(len(hit), dtype=bool)
    for side in (0, 1):  # halves with as many rows of each class
        rows = generator(seed, 2, side).permutation(np.flatnonzero(hit == side))
        half[rows[::2]] = True
    said = np.zeros(len(hit), dtype=bool)
    for own in (half, ~half):
        said[own] = probability[own] >= choose_threshold(hit[~own], probability[~own]).threshold
    return said


def _measured(hit: Array, said: Array) -> dict[str, float]:
    said = said.astype(np.int64)
    of_one: dict[str, Any] = {"pos_label": 1, "zero_division": 0.0}
    return {
        "precision": float(precision(hit, said, **of_one)),
        "recall": float(recall(hit, said, **of_one)),
        "f_score": float(f_score(hit, said, **of_one)),
        "balanced_accuracy": float(balanced_accuracy(hit, said)),
    }


def thinned(**columns: Array) -> dict[str, list[float]]:
    """Return at most `MAX_POINTS` points of a curve given by its columns, ends included."""
    kept = _along(np.column_stack(list(columns.values())))
    return {name: _plain(values[kept]) for name, values in columns.items()}


def _along(points: Array) -> Array:
    """Return places of points that lie evenly along the line through all of them."""
    if len(points) <= MAX_POINTS:
        return np.arange(len(points))
    length = np.append(0.0, np.cumsum(np.abs(np.diff(points, axis=0)).sum(axis=1)))
    wanted = np.linspace(0.0, length[-1], MAX_POINTS - 1)
    return np.unique(np.append(np.searchsorted(length, wanted), len(points) - 1))


def _plain(values: Array) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
