"""The record's plain description of data, model and training."""

from __future__ import annotations

from typing import Any

import numpy as np

import minixai
from minixai import study_trees
from minixai._validation import fingerprint
from minixai.data import Encoded, Split, Table, TableEncoder
from minixai.metrics import Metric
from minixai.protocols import Layered
from minixai.study_pictures import pictures
from minixai.study_steps import TargetUnit
from minixai.versions import versions

__all__: list[str] = []

MAX_WEIGHTS = 64
"""Rows and columns kept of a weight matrix that is drawn."""


def settings(
    table: Table, model: Any, unit: TargetUnit, seed: int, test_share: float, n_repeats: int
) -> dict[str, Any]:
    """Return what it takes to run the study again."""
    columns = [(name, column.kind, column.values) for name, column in table.columns.items()]
    return {
        "model": repr(model),
        "random_state": seed,
        "test_share": test_share,
        "n_repeats": n_repeats,
        "target": table.target,
        "target_mean": unit.mean,
        "target_scale": unit.scale,
        "data_fingerprint": fingerprint(*[part for column in columns for part in column]),
    }


def description(
    table: Table,
    split: Split,
    encoder: TableEncoder,
    train: Encoded,
    trained: Any,
    model: Any,
    seed: int,
) -> dict[str, Any]:
    """Return the record's fields that describe data, model and training."""
    return {
        "title": f"{table.target} in {table.name}",
        "version": minixai.__version__,
        "environment": versions(),
        "data": {
            "name": table.name,
            "n_rows": table.n_rows,
            "n_train": split.train.n_rows,
            "n_test": split.test.n_rows,
            "target": table.target,
            "task": table.task,
            "columns": encoder.describe(),
            "n_encoded": train.X.shape[1],
            **pictures(table, split.train, seed),
        },
        "model": {
            "name": type(model).__name__,
            "repr": repr(model),
            "summary": model.summary().to_rows() if hasattr(model, "summary") else [],
            "weights": _weights(model),
            "inputs": list(train.feature_names),
            "input_columns": _raw_columns(train),
            "trees": study_trees.trees(model, encoder),
        },
        "training": {
            "loss_curve": _curve(trained, "loss_curve_"),
            "validation_curve": _curve(trained, "validation_curve_"),
            "n_epochs": int(getattr(trained, "n_iter_", 0)),
            "loss": _loss_name(trained),
            "kept_epoch": _kept_epoch(trained),
            "stopped": _stopped(trained),
        },
    }


def _raw_columns(train: Encoded) -> list[str]:
    """Return the column of the table that each input was made of."""
    raw = {made: column for column, group in train.groups.items() for made in group}
    return [raw.get(name, name) for name in train.feature_names]


def _weights(model: Any) -> list[dict[str, Any]]:
    """Return the layers' weights for drawing, the first rows and columns, 4 digits."""
    if not isinstance(model, Layered):
        return []
    return [
        {
            "shape": list(layer.weight.shape),
            "activation": layer.activation,
            "weight": [
                [float(f"{v:.4g}") for v in row] for row in layer.weight[:MAX_WEIGHTS, :MAX_WEIGHTS]
            ],
        }
        for layer in model.layers
    ]


def described(metrics: list[Metric]) -> list[dict[str, Any]]:
    """Return name and direction of each metric."""
    return [{"name": m.name, "higher_is_better": m.higher_is_better} for m in metrics]


def _curve(model: Any, name: str) -> list[float]:
    values = getattr(model, name, None)
    return [] if values is None else [float(value) for value in values]


def _stopped(model: Any) -> str:
    """Return why training ended before its last epoch, where it did."""
    if getattr(model, "interrupted_", False):
        kept = "weights" if _kept_epoch(model) is None else "best weights"
        return f"interrupted by the user; the {kept} so far were kept"
    return ""


def _loss_name(model: Any) -> str:
    """Return what the loss curve counts, where the model tells."""
    if not _curve(model, "loss_curve_"):
        return ""
    told = getattr(model, "loss", "")
    if isinstance(told, str) and told:
        return told
    return "cross_entropy" if hasattr(model, "predict_proba") else ""


def _kept_epoch(model: Any) -> int | None:
    """Return the epoch, from 1, whose weights early stopping kept: the first of lowest loss."""
    curve = np.array(_curve(model, "validation_curve_"))
    if not getattr(model, "early_stopping", False) or not (curve < np.inf).any():
        return None
    return int(np.nanargmin(curve)) + 1
