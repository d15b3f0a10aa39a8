"""A study as a run would leave it, with numbers from formulas: nothing is fitted here."""

import dataclasses

import numpy as np
import pytest

from minixai.finding import Finding
from minixai.importance import Importance
from minixai.study_record import Study

COLUMNS = ["user_id", "item_id", "age", "price", "category", "device", "hour", "rating_copy"]
BATCHES = {"1": {"p50": 2.1e-5, "p99": 4.2e-5}, "256": {"p50": 6.3e-4, "p99": 9.1e-4}}


def _importances(columns, rng):
    mean = np.array([0.31, 0.22, 0.05, 0.03, 0.02, 0.004, -0.001, 0.41])[: len(columns)]
    mean = np.concatenate([mean, rng.random(max(0, len(columns) - 8)) * 0.01])
    names = tuple(columns)
    return [
        Importance(mean, names, "permutation", std=np.abs(mean) * 0.1, n_repeats=5,
                   metric="root_mean_squared_error", baseline_score=0.884, random_state=0),
        Importance(np.abs(mean) * 2, names, "input_x_gradient", std=np.abs(mean), n_repeats=400),
        Importance(np.abs(mean) * 30, names, "weight"),
    ]  # fmt: skip


def _columns(columns):
    kinds = ["id", "id", "numeric", "numeric", "categorical", "categorical", "numeric", "numeric"]
    became = {
        "id": "target of its other rows and frequency",
        "numeric": "scaled to mean 0 and spread 1",
        "categorical": "one column a category, 6 in all",
    }
    return [
        {
            "column": name,
            "kind": kinds[j % 8],
            "missing": 12 * (j == 3),
            "n_unique": 40 + 7 * j,
            "encoded as": became[kinds[j % 8]],
        }
        for j, name in enumerate(columns)
    ]


def _regression_predictions(rng, n=1500):
    true = rng.integers(1, 11, n) / 2
    return {
        "true": true.tolist(),
        "predicted": (3.4 + 0.55 * (true - 3.4) + 0.4 * rng.normal(size=n)).tolist(),
        "n_total": 20_168,
        "residuals": {
            "edges": [-2.0, -1.0, 0.0, 1.0, 2.0], "counts": [500, 9000, 10_000, 668],
            "quantiles": {"0.05": -0.9, "0.25": -0.4, "0.5": 0.01, "0.75": 0.41, "0.95": 0.92},
        },
    }  # fmt: skip


def _missing(columns):
    return {"names": columns[:2], "share": [0.25, 0.0004][: len(columns)],
            "block_share": [[0.0, 0.5], [0.0008, 0.0]][: len(columns)], "edges": [0, 10, 20],
            "n_gapped": 2, "n_columns": len(columns)}  # fmt: skip


def _distributions(columns):
    counted = [
        {"column": name, "kind": "numeric", "n_missing": 3 * j, "edges": [0.0, 1.0, 2.0],
         "counts": [30, 5], "n_beyond": 2, "smallest": -90.0, "largest": 70.0}
        if j % 2
        else {"column": name, "kind": "categorical", "n_missing": 0, "levels": ["a", name],
              "counts": [20, 10], "n_levels": 9, "n_rest": 5}
        for j, name in enumerate(columns[:11])
    ]  # fmt: skip
    return {"columns": counted, "n_drawable": len(columns), "n_features": len(columns)}


def _by_target(columns, classes):
    points = {"x": [0.0, 1.0, 2.0], "y": [1.0, 3.0, 2.0], "n_total": 90}
    labels = [str(each) for each in classes or ["a", "b"]][:12]
    k = len(labels)
    boxes = {"classes": labels, "counts": [9] * k, "whisker_low": [0.0] * k, "q1": [1.0] * k,
             "median": [2.0] * k, "q3": [3.0] * k, "whisker_high": [4.0] * k, "mean": [2.0] * k,
             "outliers": [[9.0]] * k, "n_outliers": [3] * k, "n_classes": k + 1, "n_missing": 4,
             "box_of": columns[0], "box_by": "rating"}  # fmt: skip
    if classes and len(classes) == 2:
        bars = {"levels": ["a", "b"], "shares": [0.2, 0.6], "counts": [30, 10],
                "class": classes[1], "share_of_all": 0.3, "n_levels": 4}  # fmt: skip
        return {"columns": [{"column": columns[0], "strength": 0.4, **bars},
                            {"column": columns[-1], "strength": 0.2, **boxes}],
                "n_usable": 2}  # fmt: skip
    found = [
        {"column": name, "strength": 0.5, **(boxes if classes or j % 2 else points)}
        for j, name in enumerate(columns[:4])
    ]
    return {"columns": found, "n_usable": len(columns)}


def _curves(classes):
    rates, falling = [0.0, 0.1, 0.4, 1.0], [1.0, 0.9, 0.6, 0.3]
    by_class = [
        {"class": name,
         "roc": {"false_positive_rate": rates, "true_positive_rate": [0.0, 0.6, 0.9, 1.0],
                 "area": 0.83},
         "precision_recall": {"precision": falling[::-1], "recall": rates[::-1],
                              "average_precision": 0.71, "prevalence": 0.3}}
        for name in (classes[1:] if len(classes) == 2 else classes[:6])
    ]  # fmt: skip
    if len(classes) == 2:
        by_class[0]["lift"] = {"share": rates, "lift": [3.0, 3.0, 2.0, 1.0], "gain": rates}
    return {
        "by_class": by_class,
        "n_classes": len(classes),
        "calibration": {"predicted": [0.1, 0.5, 0.9], "observed": [0.2, 0.5, 0.8],
                        "weight": [50.0, 20.0, 30.0], "error": 0.08,
                        "of": "class" if len(classes) == 2 else "winner"},
    }  # fmt: skip


def _threshold(classes):
    if len(classes) != 2:
        return {}
    measured = {"precision": 0.6, "recall": 0.5, "f_score": 0.55, "balanced_accuracy": 0.7}
    return {"class": classes[1], "share": 0.12, "threshold": 0.31, "at_half": measured,
            "at_threshold": {**measured, "f_score": 0.61}}  # fmt: skip


def _findings(columns):
    if "rating_copy" not in columns:
        return []
    return [
        Finding(
            "duplicate_rows", (), "12 rows occur more than once.", {"n_rows": 12},
            "Drop them, unless the same thing may happen twice.", severity="note",
        ),
        Finding(
            "leaked_target", ("rating_copy",),
            "The column 'rating_copy' alone explains 99.8 % of the target 'rating' on rows held "
            "out: it may be the target under another name.",
            {"r2_alone": 0.998, "r2_of_the_rest": 0.31, "correlation": 0.999},
            "Ask when the column is known; drop it if that is after the target.",
        ),
    ]  # fmt: skip


def _compression():
    rows = [("original", 18_000, 4000, 0.8841), ("pruned 50%", 11_200, 2050, 0.8852),
            ("int8", 5_300, 4000, 0.8843), ("pruned 50%, int8", 4_100, 2040, 0.8856)]  # fmt: skip
    return [
        {"model": name, "bytes_on_disk": size, "n_parameters": 4000, "n_nonzero": nonzero,
         "macs": 3900, "metric_name": "root_mean_squared_error", "metric_value": value,
         "latency": f"latency.{name}"}
        for name, size, nonzero, value in rows
    ]  # fmt: skip


def build_study(*, columns=None, classes=None, title="rating in shop", name="shop", leak=True):
    """Return a study of a shop; ``classes`` makes it a classification."""
    rng = np.random.default_rng(0)
    columns = list(columns if columns is not None else COLUMNS)
    if not leak:
        columns = [each for each in columns if each != "rating_copy"]
    inputs = [f"{each} ({part})" for each in columns for part in ("mean", "count")]
    d = min(len(inputs), 64)
    metric = "accuracy" if classes else "root_mean_squared_error"
    kind = "MLPClassifier" if classes else "MLPRegressor"
    metrics = [
        {"name": metric, "higher_is_better": bool(classes)},
        {"name": "log_loss" if classes else "mean_absolute_error", "higher_is_better": False},
    ]
    second = metrics[1]["name"]
    correlation = np.corrcoef(rng.normal(size=(min(len(columns), 20), 60)))
    if len(columns) > 1:
        correlation[0, 1] = correlation[1, 0] = 0.83
    correlation = np.atleast_2d(correlation).round(4).tolist()
    if len(correlation) > 4:
        correlation[4] = [None] * len(correlation)
    epochs = np.arange(24)
    examples = [
        {
            "case": case,
            "row": row,
            "true": classes[0] if classes else 4.5,
            "predicted": classes[-1] if classes else 3.871,
            "features": {each: f"value {j}" if j % 2 else 3.25 * j for j, each in
                         enumerate(columns)},
            "values": {each: float((-1) ** j * 0.5 / (j + 1)) for j, each in enumerate(columns)},
            "method": "input_x_gradient",
        }
        for case, row in (("best", 17), ("median", 1204), ("worst", 88))
    ]  # fmt: skip
    confusion = None
    if classes:
        k = len(classes)
        confusion = (rng.integers(0, 30, (k, k)) + 200 * np.eye(k, dtype=int)).tolist()
    return Study(
        title=title,
        version="0.1.0",
        environment={"python": "3.11.7", "numpy": "2.4.6", "numba": "0.68.1"},
        settings={
            "source": name,
            "command": "minixai run --seed 0",
            "model": f"{kind}(hidden_layer_sizes=(64, 32))",
            "random_state": 0,
            "test_share": 0.2,
            "n_repeats": 5,
            "data_fingerprint": "9f86d081884c7d65",
        },
        data={
            "name": name, "n_rows": 20_000, "n_train": 16_000, "n_test": 4_000,
            "target": "rating", "task": "classification" if classes else "regression",
            "columns": _columns(columns), "n_encoded": len(inputs),
            "correlation": {"names": columns[: len(correlation)], "values": correlation,
                            "order": list(range(len(correlation)))[::-1],
                            "target": None, "n_total": len(columns)},
            "missing": _missing(columns), "distributions": _distributions(columns),
            "by_target": _by_target(columns, classes),
        },
        model={
            "name": kind,
            "repr": f"{kind}(hidden_layer_sizes=(64, 32))",
            "summary": [
                {"name": f"layers.{i}", "kind": "dense", "shape": list(shape),
                 "activation": activation, "n_parameters": shape[0] * shape[1] + shape[1],
                 "n_nonzero": shape[0] * shape[1], "n_bytes": 4 * shape[0] * shape[1],
                 "macs": shape[0] * shape[1]}
                for i, (shape, activation) in enumerate(
                    [((len(inputs), 64), "relu"), ((64, 32), "relu"), ((32, 1), "identity")])
            ],
            "weights": [
                {"shape": [len(inputs), 64], "activation": "relu",
                 "weight": rng.normal(size=(d, 64)).round(4).tolist()},
                {"shape": [64, 32], "activation": "relu",
                 "weight": rng.normal(size=(64, 32)).round(4).tolist()},
                {"shape": [32, 1], "activation": "identity",
                 "weight": rng.normal(size=(32, 1)).round(4).tolist()},
            ],
            "inputs": inputs,
        },
        training={
            "loss_curve": (0.38 + np.exp(-epochs / 4)).tolist(),
            "validation_curve": (0.4 + np.exp(-epochs / 4) + 0.002 * epochs).tolist(),
            "n_epochs": 24,
        },
        metrics=metrics,
        scores=[
            {"model": kind, metric: 0.8841, second: 0.672},
            {"model": "global mean", metric: 0.81 if classes else 1.0612, second: 0.841},
            {"model": "bias baseline (user and item means)",
             metric: 0.86 if classes else 0.8862, second: 0.679},
        ],
        predictions={"labels": list(classes), "confusion": confusion, "curves": _curves(classes),
                     "threshold": _threshold(classes)}
        if classes
        else _regression_predictions(rng),
        importances=_importances(columns, rng),
        examples=examples,
        compression=_compression(),
        findings=_findings(columns),
        timings={"steps": {"encode": 0.21, "fit": 8.4, "explain": 1.9},
                 "latency": {row["model"]: BATCHES for row in _compression()}},
    )  # fmt: skip


@pytest.fixture(scope="session")
def make_study():
    """Build studies with chosen columns, classes and titles."""
    return build_study


@pytest.fixture(scope="session")
def study():
    """A regression study with a leaked column."""
    return build_study()


@pytest.fixture(scope="session")
def page(study):
    """The rendered page of that study."""
    from minixai.report import render

    return render(study)


@pytest.fixture
def changed():
    """Replace fields of a study."""
    return dataclasses.replace
