"""The later steps of `run_study`: explanations, single cases, compression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minixai.compression import measure, prune, quantize
from minixai.data import Encoded, Table, TableEncoder
from minixai.errors import DataError
from minixai.explain import (
    InputXGradient,
    TreeShap,
    permutation_importance,
    weight_importance,
)
from minixai.explanation import Explanation
from minixai.importance import Importance
from minixai.metrics import Metric
from minixai.protocols import (
    Additive,
    Array,
    InputDifferentiable,
    Layered,
    ParameterDifferentiable,
    TreeEnsemble,
)
from minixai.study_sample import sampled
from minixai.study_steps import TargetUnit
from minixai.study_trees import rule_texts

__all__: list[str] = []

SPARSITY = 0.5
N_FINE_TUNING_EPOCHS = 3
N_CALIBRATION_ROWS = 1000
MAX_EXPLAINED = 2000
"""Rows whose explanations make an importance."""


def importances(
    model: Any,
    train: Encoded,
    test: Encoded,
    metric: Metric,
    n_repeats: int,
    seed: int,
    n_jobs: Any,
) -> list[Importance]:
    """Return what matters to the model, folded to raw columns, by each method it allows."""
    X = test.to_frame()
    found = [
        permutation_importance(
            model,
            X,
            test.target,
            metric=metric,
            n_repeats=n_repeats,
            groups=test.groups,
            random_state=seed,
            n_jobs=n_jobs,
        )
    ]
    explain = _row_explainer(model, train, n_jobs)
    if explain is not None:
        explained = explain(X.iloc[sampled(np.arange(len(X)), MAX_EXPLAINED, seed, 2)])
        found.append(explained.grouped(test.groups).importance())
    if isinstance(model, Layered):
        found.append(weight_importance(model, groups=test.groups))
    return found


def _row_explainer(model: Any, train: Encoded, n_jobs: Any) -> Callable[[Any], Explanation] | None:
    """Return what explains rows: exact values of trees, slopes, or the terms of the score."""
    if isinstance(model, TreeEnsemble):
        return TreeShap(model, n_jobs=n_jobs).explain
    if isinstance(model, InputDifferentiable):
        return InputXGradient(model, baseline=train.X.mean(axis=0)).explain
    return model.terms if isinstance(model, Additive) else None


def examples(
    model: Any,
    table: Table,
    encoder: TableEncoder,
    train: Encoded,
    test: Encoded,
) -> list[dict[str, Any]]:
    """Explain three held-out rows: of the prediction nearest to the truth, median and farthest."""
    explain = _row_explainer(model, train, 1)
    if explain is None:
        return []
    X = test.to_frame()
    predicted = model.predict(X)
    errors = _errors(model, X, test.target, predicted)
    order = np.argsort(errors, kind="stable")
    picked = {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]}
    rows = [int(row) for row in picked.values()]
    explained = explain(X.iloc[rows]).grouped(test.groups)
    followed = rule_texts(model, encoder, test, rows)
    return [
        {
            "case": case,
            "row": int(row),
            "true": _plain(test.target[row]),
            "predicted": _plain(predicted[row]),
            "features": {name: _shown(table, name, row) for name in table.features},
            "values": _values_of(
                explained.values[i], explained.feature_names, model, predicted[row]
            ),
            "method": explained.method,
            **followed[i],
        }
        for i, (case, row) in enumerate(picked.items())
    ]


def _errors(model: Any, X: Any, y: Array, predicted: Array) -> Array:
    """Return the distances from the truth; of classes, 1 - the probability of the true one.

    Without probabilities, how far the true class's raw score lies below the best of the others.
    """
    if not hasattr(model, "classes_"):
        distance: Array = np.abs(y - predicted)
        return distance
    codes = np.searchsorted(model.classes_, y)
    known = np.minimum(codes, len(model.classes_) - 1)
    rows = np.arange(len(y))
    if hasattr(model, "predict_proba"):
        doubt: Array = 1.0 - model.predict_proba(X)[rows, known]
        return doubt
    raw = np.array(model.decision_function(X), dtype=np.float64)
    raw = np.column_stack([-raw, raw]) if raw.ndim == 1 else raw
    own = raw[rows, known]
    raw[rows, known] = -np.inf
    return np.asarray(raw.max(axis=1) - own)


def _values_of(
    values: Array, names: tuple[str, ...], model: Any, predicted: Any
) -> dict[str, float]:
    """Return a row's attributions; with k classes, those of the class predicted."""
    if values.ndim == 2:
        values = values[:, int(np.searchsorted(model.classes_, predicted))]
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _shown(table: Table, name: str, row: int) -> Any:
    value = table.column(name).take(np.array([row])).labels()[0]
    if isinstance(value, tuple):
        return "|".join(str(each) for each in value)
    return _plain(value)


def _plain(value: Any) -> Any:
    """Return a JSON-able value; NaN becomes None."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def compression(
    trained: Any, unit: TargetUnit, train: Encoded, test: Encoded, metric: Metric, seed: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the table before and after pruning and quantization, and the latencies.

    Pruning ranks and tunes the weights in the unit they were trained in.
    """
    if not (isinstance(trained, Layered) and isinstance(trained, ParameterDifferentiable)):
        return [], {}
    X, y = train.to_frame(), unit.of(train.target)
    model = unit.restored(trained)
    calibration = X.iloc[:N_CALIBRATION_ROWS]
    tuning = {"X": X, "y": y, "n_epochs": N_FINE_TUNING_EPOCHS, "random_state": seed}
    pruned = unit.restored(prune(trained, sparsity=SPARSITY, **tuning))
    variants = {
        "original": model,
        f"pruned {SPARSITY:.0%}": pruned,
    }
    for name, variant in (("int8", model), (f"pruned {SPARSITY:.0%}, int8", pruned)):
        quantized, note = _quantized(variant, calibration, test)
        variants[name + note] = quantized
    rows, latency = [], {}
    for name, variant in variants.items():
        measured = measure(variant, test.to_frame(), test.target, metric).to_dict()
        latency[name] = measured.pop("latency")
        rows.append({"model": name, **measured, "latency": f"latency.{name}"})
    return rows, latency


def _quantized(model: Any, calibration: Any, test: Encoded) -> tuple[Any, str]:
    """Return the calibrated int8 model; with an outlier that it refuses, the dynamic one.

    The second value is what the report adds to its name.
    """
    calibrated: Any = quantize(model, calibration, granularity="channel")
    try:
        calibrated.predict(test.to_frame())
    except DataError:
        return quantize(model, granularity="channel"), " (ranges by row)"
    return calibrated, ""
