"""What the report calls things, and how it says to read them."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["MethodWords", "method_words", "metric_label", "metric_meaning", "plain_name"]


class MethodWords(NamedTuple):
    """How an importance is introduced."""

    title: str
    axis: str
    reading: str
    caveat: str


_METRICS: dict[str, tuple[str, str]] = {
    "root_mean_squared_error": (
        "RMSE",
        "the square root of the mean squared error: a typical size of the error in the target's "
        "own unit, large errors counting more",
    ),
    "mean_absolute_error": (
        "MAE",
        "the mean distance between prediction and truth, in the target's own unit",
    ),
    "r2": (
        "R²",
        "the share of the target's variance that is explained: 1 is perfect, 0 is no better than "
        "the mean of the rows scored",
    ),
    "half_mean_squared_error": (
        "J",
        "half the mean squared error, the cost that the gradient of linear regression is usually "
        "written for; RMSE is the square root of 2 J",
    ),
    "mean_squared_error": ("MSE", "the mean squared error"),
    "accuracy": ("accuracy", "the share of rows whose class is predicted right"),
    "log_loss": (
        "log loss",
        "the mean of minus the logarithm of the probability given to the true class: confident "
        "mistakes cost most",
    ),
    "roc_auc": (
        "ROC AUC",
        "the chance that a row of class 1 gets a higher score than a row of class 0: 0.5 is "
        "guessing",
    ),
}

_METHODS: dict[str, MethodWords] = {
    "permutation": MethodWords(
        "By shuffling a column",
        "how much the score worsens when the column is shuffled",
        "Each column is shuffled among the held-out rows, which breaks its tie to the target; the "
        "bar is how much the score worsens on average. A bar of 0 means that the model does as "
        "well without the column's information.",
        "Of two columns that tell the same, each may look unimportant, because the other one "
        "still stands in for it; and a shuffled row can be one that never occurs.",
    ),
    "gradient": MethodWords(
        "By the slope of the model",
        "mean absolute slope",
        "The mean absolute slope of the raw output in each input, over the rows explained and, "
        "where there are several, over the classes.",
        "A slope says how the output would change with a tiny step, not what the column "
        "contributes; it depends on the unit of the column.",
    ),
    "input_x_gradient": MethodWords(
        "By slope times distance from the mean",
        "mean absolute product of slope and distance",
        "For each row, the slope of the raw output in an input times the input's distance from "
        "its mean in the training rows; the bar is the mean absolute product over the rows, "
        "summed over the columns that one raw column became.",
        "The products describe the model near each row and do not add up to the prediction, "
        "unless the model is linear; a value at the mean gets 0 whatever its effect.",
    ),
    "weight": MethodWords(
        "By the weights alone",
        "sum of the products of absolute weights",
        "The product of the absolute weights along every path from an input to the output, summed "
        "over the paths.",
        "It never looks at a row: signs that cancel and neurons that never fire count in full. "
        "Read it as the wiring, not as the effect.",
    ),
}

_NAMES = {
    "random_state": "seed",
    "n_repeats": "repeats",
    "n_epochs": "epochs",
    "test_share": "share held out",
    "data_fingerprint": "fingerprint of the data",
    "n_unique": "distinct values",
    "n_columns": "inputs",
    "column_skill": "score of the column alone",
    "model_skill": "score of the model",
    "share_of_model": "the first as a share of the second",
    "next_column": "the next best column",
    "next_skill": "its score alone",
    "std_error": "standard error",
    "exact_share": "share of rows it meets exactly",
    "n_missing": "missing",
    "n_test": "rows held out",
    "n_train": "rows to fit",
    "p50": "median",
    "p99": "99th percentile",
    "macs": "MACs",
}


def metric_label(name: object) -> str:
    """Return the short name of a metric."""
    return _METRICS.get(str(name), (plain_name(name), ""))[0]


def metric_meaning(name: object) -> str:
    """Return what a metric measures, or an empty text for one the report does not know."""
    return _METRICS.get(str(name), ("", ""))[1]


def method_words(method: object) -> MethodWords:
    """Return how an importance method is introduced."""
    key = str(method).lower().replace(" ", "_")
    name = plain_name(method)
    unknown = MethodWords(f"By {name}", name, "Longer bars matter more to the model.", "")
    return _METHODS.get(key, unknown)


def plain_name(key: Any) -> str:
    """Return a key of the record as words."""
    return _NAMES.get(str(key), str(key).removeprefix("n_").replace("_", " "))
