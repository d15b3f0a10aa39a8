"""The work behind the steps of `run_study`; each returns plain values for the record."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

import minixai
from minixai._validation import fingerprint, generator
from minixai.compression import measure, prune, quantize
from minixai.data import Encoded, Split, Table, TableEncoder
from minixai.errors import DataError, ParameterError, check_option, require
from minixai.explain import InputXGradient, permutation_importance, weight_importance
from minixai.importance import Importance
from minixai.linear import LinearRegression
from minixai.metrics import METRICS, Metric, confusion_matrix, get_metric
from minixai.neural import MLPClassifier, MLPRegressor
from minixai.protocols import Array, InputDifferentiable, Layered, ParameterDifferentiable
from minixai.recommend import BiasBaseline
from minixai.statistics import correlation_matrix
from minixai.versions import versions

__all__: list[str] = []

_REGRESSION = ("root_mean_squared_error", "mean_absolute_error", "r2", "half_mean_squared_error")
_BINARY = ("accuracy", "log_loss", "roc_auc")
_MULTICLASS = ("accuracy", "log_loss")
MODELS = ("mlp", "linear")
MAX_POINTS = 2000
"""Predictions kept in the record, by a seeded sample."""
MAX_WEIGHTS = 64
"""Rows and columns kept of a weight matrix that is drawn."""
MAX_CORRELATED = 30
"""Encoded columns in the correlation matrix."""
SPARSITY = 0.5
N_FINE_TUNING_EPOCHS = 3
N_CALIBRATION_ROWS = 1000


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


# ---- the table ----------------------------------------------------------------------------


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
    target = next(name for name in ("y", "target", "target_") if name not in X.columns)
    if len(X) != len(y):
        raise DataError(f"X has {len(X)} rows and y has {len(y)}: one target a row is needed.")
    frame = X.reset_index(drop=True).assign(**{target: np.asarray(y)})
    return Table.from_frame(frame, target=target, name="arrays")


def check_learnable(table: Table) -> None:
    """Raise unless the table has a target and something to learn it from."""
    if table.target is None:
        raise ParameterError(
            f"Which column is to be predicted? Name a target; there are {list(table.columns)[:20]}."
        )
    if not table.features:
        raise DataError("The table has no column beside the target: add the features.")


def check_determined(train: Encoded) -> None:
    """Raise unless there are more training rows than encoded columns."""
    n_rows, n_columns = train.X.shape
    if n_rows <= n_columns:
        raise DataError(
            f"{n_rows} training rows for {n_columns} encoded columns determine no model: "
            "collect more rows or drop columns."
        )


# ---- the model ----------------------------------------------------------------------------


def fitted(model: Any, train: Encoded, task: str | None, seed: int) -> Any:
    """Return the named model, or a fresh copy of the estimator given, fitted."""
    if isinstance(model, str):
        check_option("model", model, MODELS)
        chosen = _named(model, task, len(train.y), seed)
    elif hasattr(model, "fit") and hasattr(model, "get_params"):
        chosen = type(model)(**model.get_params(deep=False))
    else:
        raise ParameterError(f"`model` must be one of {MODELS} or an estimator, got {model!r}.")
    return chosen.fit(_framed(train), train.y)


def _named(model: str, task: str | None, n_rows: int, seed: int) -> Any:
    if model == "linear":
        if task != "regression":
            raise ParameterError(
                "`model='linear'` predicts numbers, and the target has classes: use 'mlp'."
            )
        return LinearRegression()
    kind = MLPClassifier if task == "classification" else MLPRegressor
    return kind(
        hidden_layer_sizes=(64, 32),
        batch_size=32 if n_rows < 5000 else 128,
        n_epochs=60,
        early_stopping=True,
        patience=6,
        schedule="cosine",
        random_state=seed,
    )


def _framed(encoded: Encoded) -> Any:
    """Return the encoded columns with their names, as models know them."""
    pandas = require("pandas", "table")
    return pandas.DataFrame(encoded.X, columns=list(encoded.feature_names), copy=False)


# ---- scores -------------------------------------------------------------------------------


def metrics_for(task: str | None, model: Any) -> list[Metric]:
    """Return what is measured, the metric that importance and compression use first."""
    if task == "regression":
        names = _REGRESSION
    else:
        names = _BINARY if len(model.classes_) == 2 else _MULTICLASS
    needed = {name: METRICS[name].method for name in names}
    usable = [n for n in names if hasattr(model, needed[n]) or task == "regression"]
    return [get_metric(name, model) for name in usable]


def described(metrics: list[Metric]) -> list[dict[str, Any]]:
    """Return name and direction of each metric."""
    return [{"name": m.name, "higher_is_better": m.higher_is_better} for m in metrics]


def scores(
    model: Any, split: Split, train: Encoded, test: Encoded, metrics: list[Metric]
) -> list[dict[str, Any]]:
    """Return a row per model on the held-out rows: the model, then its yardsticks."""
    X = _framed(test)
    rows = [_row(type(model).__name__, {m.name: m.evaluate(model, X, test.y) for m in metrics})]
    if hasattr(model, "classes_"):
        return [*rows, _most_frequent(model, train, test, metrics)]
    constant = np.full(len(test.y), train.y.mean())
    rows.append(_row("global mean", _of_numbers(metrics, test.y, constant)))
    pair = _user_and_item(split.train)
    if pair is not None:
        users, items = pair
        bias = BiasBaseline().fit(*_ids(split.train, users, items), train.y)
        predicted = bias.predict(*_ids(split.test, users, items))
        rows.append(
            _row("bias baseline (user and item means)", _of_numbers(metrics, test.y, predicted))
        )
    if not isinstance(model, LinearRegression):
        line = LinearRegression().fit(train.X, train.y)
        rows.append(_row("linear regression", _of_numbers(metrics, test.y, line.predict(test.X))))
    return rows


def _row(name: str, values: dict[Any, float]) -> dict[str, Any]:
    return {"model": name, **{key: _finite(value) for key, value in values.items()}}


def _of_numbers(metrics: list[Metric], y: Array, predicted: Array) -> dict[Any, float]:
    return {m.name: m.of_output(y, predicted) for m in metrics}


def _most_frequent(
    model: Any, train: Encoded, test: Encoded, metrics: list[Metric]
) -> dict[str, Any]:
    """Score the class shares of the training rows, whatever the row."""
    shares = np.array([np.mean(train.y == c) for c in model.classes_])
    outputs = {
        "predict": np.full(len(test.y), model.classes_[shares.argmax()]),
        "predict_proba": np.tile(shares, (len(test.y), 1)),
        "decision_function": np.zeros(len(test.y)),
    }
    values = {m.name: m.of_output(test.y, outputs[m.method]) for m in metrics}
    return _row("most frequent class", values)


def _user_and_item(table: Table) -> tuple[str, str] | None:
    """Return the two id columns that a bias baseline stands on, if there are two."""
    ids = [name for name in table.features if table.kinds[name] == "id"]
    return (ids[0], ids[1]) if len(ids) >= 2 else None


def _ids(table: Table, users: str, items: str) -> tuple[Array, Array]:
    return table.column(users).labels(), table.column(items).labels()


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def predictions(model: Any, test: Encoded, seed: int) -> dict[str, Any]:
    """Return the confusion matrix, or a seeded sample of true and predicted numbers."""
    predicted = model.predict(_framed(test))
    if hasattr(model, "classes_"):
        labels = [str(c) for c in model.classes_]
        counts = confusion_matrix(test.y, predicted, labels=model.classes_)
        return {"labels": labels, "confusion": np.asarray(counts).tolist()}
    rows = np.arange(len(test.y))
    if len(rows) > MAX_POINTS:
        rows = np.sort(generator(seed, 1).permutation(rows)[:MAX_POINTS])
    return {
        "true": test.y[rows].tolist(),
        "predicted": predicted[rows].astype(float).tolist(),
        "n_total": len(test.y),
    }


# ---- explanations -------------------------------------------------------------------------


def importances(
    model: Any, test: Encoded, metric: Metric, n_repeats: int, seed: int, n_jobs: Any
) -> list[Importance]:
    """Return what matters to the model, folded to raw columns, by each method it allows."""
    X = _framed(test)
    found = [
        permutation_importance(
            model,
            X,
            test.y,
            metric=metric,
            n_repeats=n_repeats,
            groups=test.groups,
            random_state=seed,
            n_jobs=n_jobs,
        )
    ]
    if isinstance(model, InputDifferentiable):
        found.append(InputXGradient(model).explain(X).grouped(test.groups).importance())
    if isinstance(model, Layered):
        found.append(weight_importance(model, groups=test.groups))
    return found


def examples(model: Any, table: Table, test: Encoded) -> list[dict[str, Any]]:
    """Explain three held-out rows: the nearest, the median and the farthest prediction."""
    if not isinstance(model, InputDifferentiable):
        return []
    X = _framed(test)
    predicted = model.predict(X)  # type: ignore[attr-defined]
    errors = _errors(model, X, test.y, predicted)
    order = np.argsort(errors, kind="stable")
    picked = {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]}
    rows = list(picked.values())
    explained = InputXGradient(model).explain(X.iloc[rows]).grouped(test.groups)
    return [
        {
            "case": case,
            "row": int(row),
            "true": _plain(test.y[row]),
            "predicted": _plain(predicted[row]),
            "features": {name: _shown(table, name, row) for name in table.features},
            "values": _values_of(
                explained.values[i], explained.feature_names, model, predicted[row]
            ),
            "method": explained.method,
        }
        for i, (case, row) in enumerate(picked.items())
    ]


def _errors(model: Any, X: Any, y: Array, predicted: Array) -> Array:
    if not hasattr(model, "classes_"):
        return np.abs(y - predicted)
    codes = np.searchsorted(model.classes_, y)
    known = np.minimum(codes, len(model.classes_) - 1)
    return 1.0 - model.predict_proba(X)[np.arange(len(y)), known]


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


# ---- compression --------------------------------------------------------------------------


def compression(
    model: Any, train: Encoded, test: Encoded, metric: Metric, seed: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the table before and after pruning and quantization, and the latencies."""
    if not (isinstance(model, Layered) and isinstance(model, ParameterDifferentiable)):
        return [], {}
    X, y = _framed(train), train.y
    calibration = X.iloc[:N_CALIBRATION_ROWS]
    pruned = prune(
        model, sparsity=SPARSITY, X=X, y=y, n_epochs=N_FINE_TUNING_EPOCHS, random_state=seed
    )
    variants = {
        "original": model,
        f"pruned {SPARSITY:.0%}": pruned,
        "int8": quantize(model, calibration, granularity="channel"),
        f"pruned {SPARSITY:.0%}, int8": quantize(pruned, calibration, granularity="channel"),
    }
    rows, latency = [], {}
    for name, variant in variants.items():
        measured = measure(variant, _framed(test), test.y, metric).to_dict()
        latency[name] = measured.pop("latency")
        rows.append({"model": name, **measured, "latency": f"latency.{name}"})
    return rows, latency


# ---- the record ---------------------------------------------------------------------------


def settings_of(
    given: dict[str, Any] | None,
    model: Any,
    seed: int,
    test_share: float,
    n_repeats: int,
    table: Table,
) -> dict[str, Any]:
    """Return what it takes to run the study again."""
    columns = [(name, column.kind, column.values) for name, column in table.columns.items()]
    return {
        "source": table.name,
        **(given or {}),
        "model": repr(model),
        "random_state": seed,
        "test_share": test_share,
        "n_repeats": n_repeats,
        "target": table.target,
        "data_fingerprint": fingerprint(*[part for column in columns for part in column]),
    }


def description(
    table: Table, split: Split, encoder: TableEncoder, train: Encoded, model: Any
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
            "correlation": _correlation(train),
        },
        "model": {
            "name": type(model).__name__,
            "repr": repr(model),
            "summary": model.summary().to_rows() if hasattr(model, "summary") else [],
            "weights": _weights(model),
            "inputs": list(train.feature_names),
        },
        "training": {
            "loss_curve": [float(v) for v in getattr(model, "loss_curve_", [])],
            "validation_curve": [float(v) for v in getattr(model, "validation_curve_", None) or []],
            "n_epochs": int(getattr(model, "n_iter_", 0)),
        },
    }


def _correlation(train: Encoded) -> dict[str, Any]:
    """Return the correlations of the encoded columns and the target, the first ones."""
    X = train.X[:, :MAX_CORRELATED]
    names = list(train.feature_names[:MAX_CORRELATED])
    if train.y.dtype.kind == "f":
        X, names = np.column_stack([X, train.y]), [*names, "target"]
    values = correlation_matrix(X)
    return {
        "names": names,
        "values": [[_finite(v) for v in row] for row in np.round(values, 4)],
        "n_total": train.X.shape[1],
    }


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
