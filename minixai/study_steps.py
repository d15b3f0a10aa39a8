"""The first steps of `run_study`: the table, the model, its scores beside its yardsticks."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._estimator import unfitted_copy
from minixai.data import Encoded, Split, Table
from minixai.errors import DataError, ParameterError, require
from minixai.finding import Finding
from minixai.linear import LinearRegression
from minixai.metrics import METRICS, Metric, confusion_matrix, get_metric
from minixai.protocols import Array
from minixai.recommend import BiasBaseline
from minixai.study_models import MODELS, named_model
from minixai.study_sample import sampled

__all__: list[str] = []

_REGRESSION = ("root_mean_squared_error", "mean_absolute_error", "r2", "half_mean_squared_error")
_BINARY = (
    "accuracy",
    "balanced_accuracy",
    "matthews_correlation",
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
)
_MULTICLASS = ("accuracy", "balanced_accuracy", "matthews_correlation", "log_loss", "brier")
_CONSTANTS = ("global mean", "most frequent class")
"""The yardsticks that look at no feature."""
MAX_POINTS = 2000
"""Predictions kept in the record, by a seeded sample."""


class Clock:
    """Seconds between laps, by name; they go to the record's timings and nowhere else."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Note the seconds since the last lap."""
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now


def as_table(source: Any) -> Table:
    """Return a `Table` from a table or a pair (X, y)."""
    if isinstance(source, Table):
        return source
    if isinstance(source, tuple) and len(source) == 2:
        return _table_of_pair(*source)
    raise ParameterError(
        f"`table` must be a Table or a pair (X, y), got {type(source).__name__}: "
        "use Table.from_frame(frame, target=...) or Table.from_csv(path, target=...)."
    )


def _table_of_pair(X: Any, y: Any) -> Table:
    pandas = require("pandas", "table")
    if not hasattr(X, "columns"):
        matrix = np.asarray(X)
        if matrix.ndim != 2:
            raise DataError(
                f"X needs 2 dimensions, got shape {matrix.shape}: use X.reshape(-1, 1)."
            )
        X = pandas.DataFrame(matrix, columns=[f"x{j}" for j in range(matrix.shape[1])])
    target = "y"
    while target in X.columns:
        target += "_"
    if len(X) != len(y):
        raise DataError(f"X has {len(X)} rows and y has {len(y)}: one target a row is needed.")
    frame = X.reset_index(drop=True).assign(**{target: np.asarray(y)})
    return Table.from_frame(frame, target=target, name="arrays")


def check_learnable(table: Table) -> None:
    """Raise unless the table has a target and something to learn it from."""
    if table.target is None:
        raise ParameterError(
            f"Which column is to be predicted? Name it by `target`; there are "
            f"{list(table.columns)[:20]}."
        )
    if not table.features:
        raise DataError("The table has no column beside the target: add the features.")
    largest = float(np.abs(table.y).max()) if table.task == "regression" else 0.0
    if largest > float(np.finfo(np.float32).max):
        raise DataError(
            f"Target {table.target!r} reaches {largest:.3g}, which float32 does not hold: "
            "standardise it, or divide it by a power of ten."
        )


def check_determined(train: Encoded) -> None:
    """Raise unless there are more training rows than encoded columns."""
    n_rows, n_columns = train.X.shape
    if n_rows <= n_columns:
        raise DataError(
            f"{n_rows} training rows for {n_columns} encoded columns determine no model: "
            "collect more rows or drop columns."
        )


def check_classes(train: Encoded, test: Encoded, task: str | None) -> None:
    """Raise where a class is held out whole: no model can learn it, no measure can score it."""
    if task != "classification":
        return
    unseen = sorted({str(c) for c in test.target} - {str(c) for c in train.target})
    if unseen:
        raise DataError(
            f"Every row of the classes {unseen[:5]} was held out: gather more rows of them, merge "
            "them with others, or leave those rows out."
        )


@dataclass(frozen=True)
class TargetUnit:
    """The unit a network learns a target in: its distance from the mean in standard deviations.

    Steps of the usual size cannot reach a target of 1e5 and overshoot one of 1e-4. The last
    layer is linear, so what was learned goes back into the user's unit without loss.
    """

    mean: float = 0.0
    scale: float = 1.0

    def of(self, target: Array) -> Array:
        """Return the target in this unit; labels stay as they are."""
        return target if self == TargetUnit() else (target - self.mean) / self.scale

    def restored(self, model: Any) -> Any:
        """Return a model that was trained in this unit as one that predicts in the user's."""
        if self == TargetUnit():
            return model
        held = model.parameters()
        last = f"layers.{len(model.layers) - 1}"
        held[f"{last}.weight"] = held[f"{last}.weight"] * self.scale
        held[f"{last}.bias"] = held[f"{last}.bias"] * self.scale + self.mean
        return model.with_parameters(held)


def target_unit(model: Any, train: Encoded, task: str | None) -> TargetUnit:
    """Return the unit for the network that is chosen by name; an estimator given takes y as is."""
    if model != "mlp" or task != "regression":
        return TargetUnit()
    spread = float(train.target.std())
    return TargetUnit(float(train.target.mean()), spread) if spread else TargetUnit()


def trained(
    model: Any, train: Encoded, unit: TargetUnit, task: str | None, seed: int, n_jobs: Any
) -> tuple[Any, list[Finding]]:
    """Return the named model, or a fresh copy of the estimator given, fitted in ``unit``.

    What the training warned of (it was interrupted, or did not converge) comes along as findings:
    whoever reads the report has not seen the warning.
    """
    if isinstance(model, str):
        chosen = named_model(model, task, len(train.target), seed, n_jobs)
    elif isinstance(model, type):
        raise ParameterError(f"`model` must be fitted by an object: give {model.__name__}(...).")
    elif hasattr(model, "fit") and hasattr(model, "get_params"):
        chosen = unfitted_copy(model)
    else:
        raise ParameterError(f"`model` must be one of {MODELS} or an estimator, got {model!r}.")
    with warnings.catch_warnings(record=True) as caught:
        chosen.fit(train.to_frame(), unit.of(train.target))
    for warning in caught:
        warnings.warn(warning.message, stacklevel=3)
    doubts = [str(w.message) for w in caught if w.category.__name__ == "ConvergenceWarning"]
    return chosen, [Finding("unfinished_training", (), sentence) for sentence in doubts]


def metrics_for(task: str | None, model: Any) -> list[Metric]:
    """Return what is measured, the metric that importance and compression use first."""
    names: tuple[str, ...] = _REGRESSION
    if task != "regression" and hasattr(model, "classes_"):
        names = _BINARY if len(model.classes_) == 2 else _MULTICLASS
    usable = [name for name in names if _gives(model, METRICS[name].needs)]
    return [get_metric(name, model) for name in usable]


def _gives(model: Any, needs: str) -> bool:
    """Whether a model has an output that a measure can take; areas take probabilities too."""
    if not hasattr(model, "classes_") or needs == "prediction":
        return True
    probabilities = hasattr(model, "predict_proba")
    return probabilities or (needs == "raw" and hasattr(model, "decision_function"))


def scores(
    model: Any, split: Split, train: Encoded, test: Encoded, metrics: list[Metric]
) -> list[dict[str, Any]]:
    """Return a row per model on the held-out rows: the model, then its yardsticks."""
    X = test.to_frame()
    rows = [
        _row(type(model).__name__, {m.name: m.evaluate(model, X, test.target) for m in metrics})
    ]
    if hasattr(model, "classes_"):
        return [*rows, _most_frequent(model, train, test, metrics)]
    constant = np.full(len(test.target), train.target.mean())
    rows.append(_row("global mean", _of_numbers(metrics, test.target, constant)))
    pair = _user_and_item(split.train)
    if pair is not None:
        users, items = pair
        bias = BiasBaseline(n_sweeps=1000, tol=1e-4).fit(
            *_ids(split.train, users, items), train.target
        )
        predicted = bias.predict(*_ids(split.test, users, items))
        named = pair if pair != ("user_id", "item_id") else ("user", "item")
        name = f"bias baseline ({named[0]} and {named[1]} means)"
        rows.append(_row(name, _of_numbers(metrics, test.target, predicted)))
    if not isinstance(model, LinearRegression):
        line = LinearRegression().fit(train.X, train.target)
        rows.append(
            _row("linear regression", _of_numbers(metrics, test.target, line.predict(test.X)))
        )
    return rows


def check_scores(rows: list[dict[str, Any]], metrics: list[Metric]) -> list[Finding]:
    """Warn where the model does no better on held-out rows than an answer without features."""
    first, constant = metrics[0], next(row for row in rows[1:] if row["model"] in _CONSTANTS)
    name = str(first.name)
    mine, theirs = rows[0][name], constant[name]
    if mine is None or theirs is None or first.sign * (mine - theirs) > 0.0:
        return []
    sentence = (
        f"On the rows held out the model is no better than the {constant['model']}: "
        f"{name.replace('_', ' ')} {mine:.4g} against {theirs:.4g}."
    )
    proposal = (
        "What it leans on explains nothing: ask whether the features can tell the target at all, "
        "leave out columns of ids, take a simpler model or gather more rows."
    )
    evidence = {"metric": name, "model": mine, constant["model"]: theirs}
    return [Finding("worse_than_constant", (), sentence, evidence, proposal)]


def _row(name: str, values: dict[Any, float]) -> dict[str, Any]:
    return {"model": name, **{key: _finite(value) for key, value in values.items()}}


def _of_numbers(metrics: list[Metric], y: Array, predicted: Array) -> dict[Any, float]:
    return {m.name: m.of_output(y, predicted) for m in metrics}


def _most_frequent(
    model: Any, train: Encoded, test: Encoded, metrics: list[Metric]
) -> dict[str, Any]:
    """Score the class shares of the training rows, whatever the row."""
    shares = np.array([np.mean(train.target == c) for c in model.classes_])
    outputs = {
        "predict": np.full(len(test.target), model.classes_[shares.argmax()]),
        "predict_proba": np.tile(shares, (len(test.target), 1)),
        "decision_function": np.zeros(len(test.target)),
    }
    values = {m.name: m.of_output(test.target, outputs[m.method]) for m in metrics}
    return _row("most frequent class", values)


def _user_and_item(table: Table) -> tuple[str, str] | None:
    """Return the two id columns that a bias baseline stands on, if there are two."""
    ids = [name for name in table.features if table.columns[name].kind == "id"]
    return (ids[0], ids[1]) if len(ids) >= 2 else None


def _ids(table: Table, users: str, items: str) -> tuple[Array, Array]:
    return table.column(users).labels(), table.column(items).labels()


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def predictions(model: Any, test: Encoded, seed: int) -> dict[str, Any]:
    """Return the confusion matrix, or a seeded sample of true and predicted numbers."""
    predicted = model.predict(test.to_frame())
    if hasattr(model, "classes_"):
        labels = [str(c) for c in model.classes_]
        counts = confusion_matrix(test.target, predicted, labels=model.classes_)
        return {"labels": labels, "confusion": np.asarray(counts).tolist()}
    rows = sampled(np.arange(len(test.target)), MAX_POINTS, seed, 1)
    return {
        "true": test.target[rows].tolist(),
        "predicted": predicted[rows].astype(float).tolist(),
        "n_total": len(test.target),
    }
