"""What the report calls things, and how it says to read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from minixai.report.markup import joined
from minixai.report.metric_wording import METRIC_WORDS
from minixai.report.table import name_markup, name_markups

__all__ = [
    "MethodWords",
    "loss_words",
    "method_words",
    "metric_label",
    "metric_meaning",
    "plain_name",
    "raw_output_words",
]


class MethodWords(NamedTuple):
    """How an importance is introduced."""

    title: str
    axis: str
    reading: str
    caveat: str


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
        "The mean absolute slope of the raw output in each input, over the rows explained.",
        "A slope says how the output would change with a tiny step, not what the column "
        "contributes; it depends on the unit of the column.",
    ),
    "input_x_gradient": MethodWords(
        "By slope times distance from the mean",
        "mean absolute product of slope and distance",
        "For each row, the slope of the raw output in an input times the input's distance from "
        "its mean in the training rows. The products of the inputs that one raw column became are "
        "added, signs and all; the bar is the mean absolute value of that sum over the rows.",
        "The products describe the model near each row and do not add up to the prediction, "
        "unless the model is linear; a value at the mean gets 0 whatever its effect.",
    ),
    "tree_shap_path_dependent": MethodWords(
        "By exact Shapley values of the trees",
        "mean absolute Shapley value",
        "For each row, the prediction's distance from what the trees predict on average is shared "
        "out among the columns: each gets what it changes, averaged over all orders in which the "
        "columns may become known. The bar is the mean absolute share over the rows.",
        "What is not known is averaged over the training rows that went the same way in the tree, "
        "so a column that goes with others can get a part of what they do.",
    ),
    "additive_terms": MethodWords(
        "By the terms of the model itself",
        "mean absolute term",
        "The model's raw output is a sum of one number a column, and of one a pair of columns; "
        "the bar is the mean absolute number over the rows. Nothing is estimated: these are the "
        "numbers that the model adds up.",
        "Of columns that go together the model may have given one what belongs to another.",
    ),
    "weight": MethodWords(
        "By the weights alone",
        "share of the sum of the products of absolute weights",
        "The product of the absolute weights along every path from an input to an output, summed "
        "over the paths; the bar is the column's share of that sum over all columns, so that the "
        "bars add up to 1.",
        "It never looks at a row: signs that cancel and neurons that never fire count in full. "
        "Read it as the wiring, not as the effect.",
    ),
}

_NAMES = {
    "random_state": "seed",
    "n_repeats": "shuffles of each column",
    "n_repeated": "rows that repeat another",
    "n_nonzero": "non-zero",
    "target_mean": "mean of the target",
    "target_scale": "standard deviation of the target",
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
    "share_of_equal_part": "its share against that of equal classes",
    "gap_correlation": "correlation of its gaps with the target",
    "later_than": "later than the column",
    "later_share": "share of rows in which it is later",
    "goes_with": "its gaps go with (correlation)",
    "bound": "what chance gives at most",
    "median_rows": "rows of a level, median",
    "words": "words in the name",
    "n_texts": "texts among the numbers",
    "exact_share": "share of rows it meets exactly",
    "n_missing": "missing",
    "n_test": "rows held out",
    "n_train": "rows to fit",
    "p50": "median",
    "p99": "99th percentile",
    "macs": "MACs",
}


_LOSSES = {
    "cross_entropy": (
        "cross-entropy",
        "the mean of minus the logarithm of the probability given to the true class",
    ),
    "half_squared_error": ("half the squared error", "averaged over the rows"),
    "huber": ("Huber's loss", "half the squared error of small errors, a straight line beyond"),
}


def metric_label(name: object) -> str:
    """Return the short name of a metric."""
    return METRIC_WORDS.get(str(name), (plain_name(name), ""))[0]


def metric_meaning(name: object, labels: Sequence[object] = ()) -> str:
    """Return what a metric measures, or an empty text for one the report does not know.

    ``labels`` are the classes; of two, those that the words speak of are named.
    """
    meaning = METRIC_WORDS.get(str(name), ("", ""))[1]
    if str(name) not in ("roc_auc", "average_precision") or len(labels) != 2:
        return meaning
    first, second = name_markups(labels)
    if str(name) == "average_precision":
        start, _, end = meaning.partition("the second class")
        return joined([start, "the class ", second, end])
    return joined(
        ["the chance that a row of the class ", second, " gets a higher score than a row of the "
         "class ", first, ": 0.5 is guessing, 1 is perfect"]
    )  # fmt: skip


def raw_output_words(labels: Sequence[object], target: object) -> str:
    """Return what the raw output of the model is, whose slopes and products are taken."""
    if len(labels) == 2:
        return joined(["The raw output is the logarithm of the odds of the class ",
                       name_markup(labels[1]), "."])  # fmt: skip
    if labels:
        return f"Each of the {len(labels)} classes has a raw output; the bar is the mean over them."
    named = [" ", name_markup(target)] if target else []
    return joined(["The raw output is the prediction, in the unit of the target", *named, "."])


def loss_words(name: object) -> tuple[str, str]:
    """Return the short name of a training loss and what it counts; empty where unknown."""
    return _LOSSES.get(str(name), (plain_name(name) if name else "", ""))


def method_words(method: object) -> MethodWords:
    """Return how an importance method is introduced."""
    key = str(method).lower().replace(" ", "_")
    name = plain_name(method)
    unknown = MethodWords(f"By {name}", name, "Longer bars matter more to the model.", "")
    return _METHODS.get(key, unknown)


def plain_name(key: Any) -> str:
    """Return a key of the record as words."""
    return _NAMES.get(str(key), str(key).removeprefix("n_").replace("_", " "))
