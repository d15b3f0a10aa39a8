"""LightGBM's boosters, read from the text that they save themselves as.

A node's missing type says what is missing: NaN (goes the default way); nothing (NaN counts as 0);
or 0 and NaN alike. The last can be held where zeros go the way that the threshold sends them or
the threshold is next to 0, and is refused elsewhere. LightGBM takes numbers of at most 1e-35
(the float32 of it) for 0 everywhere, so thresholds within move to the end of that interval.
A random forest gives the mean of its trees, as its predict does (its ``raw_score`` and
``pred_contrib`` are n_trees times that). Leaves follow the inner nodes in the numbering, so leaf i
of a tree of m leaves is node m - 1 + i.

Source: the saved text (version v4) and the decision rules of LightGBM 4.
Cost: O(length of the text).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from minixai.errors import ParameterError
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.joining import (
    Tree,
    check_found,
    join_trees,
    names_of_outputs,
    raw_codes,
    set_bits,
)

__all__ = ["read_lightgbm"]

_ZERO = float(np.float32(1e-35))
_MISSING = ("none", "zero", "nan")
_LINKS = {
    "multiclass": "softmax",
    "multiclassova": "logit",
    "cross_entropy": "logit",
    "poisson": "log",
    "gamma": "log",
    "tweedie": "log",
}


def read_lightgbm(model: Any) -> TreeArrays:
    """Return the trees of a Booster or of an estimator that holds one, as its predict uses them."""
    booster = getattr(model, "booster_", model)
    text = booster.model_to_string()  # up to the best iteration, as predict goes
    head, *parts = text.partition("\nend of trees")[0].split("\n\nTree=")
    header = _fields(head)
    n_outputs = int(header["num_tree_per_iteration"])
    columns = int(header["max_feature_idx"]) + 1
    known = _raw_categories(model, booster, text)
    scale = len(parts) // n_outputs if "average_output" in head.splitlines() else 1
    trees = [_tree(_fields(each), t % n_outputs, scale, known) for t, each in enumerate(parts)]
    check_found(trees, type(model).__name__)
    names = tuple(booster.feature_name())
    given = names != tuple(f"Column_{j}" for j in range(columns))
    return join_trees(
        trees,
        columns,
        n_outputs=n_outputs,
        link=_link(header.get("objective", "")),
        feature_names=names if given else None,
        output_names=names_of_outputs(_classes(model)),
    )


def _fields(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _link(objective: str) -> str:
    name, *options = objective.split() or [""]
    if name in ("binary", "multiclassova") and "sigmoid:1" not in options:
        return "identity"  # a sigmoid of another slope is no logit of the score
    return "logit" if name == "binary" else _LINKS.get(name, "identity")


def _classes(model: Any) -> Any:
    """Return the labels of a classifier; one label alone does not say what its score is for."""
    classes = getattr(model, "classes_", None)
    return None if classes is None or len(classes) == 1 else classes


def _raw_categories(model: Any, booster: Any, text: str) -> dict[int, Array]:
    """Return, by column, the whole number that stands for each code of a frame's categories."""
    labels = booster.pandas_categorical or []
    found = [raw_codes(each, j, type(model).__name__) for j, each in enumerate(labels)]
    if all(raw is None for raw in found):
        return {}
    listed = re.search(r"^\[categorical_feature: ([\d,]*)\]$", text, re.MULTILINE)
    columns = [int(j) for j in listed[1].split(",") if j] if listed else []
    if len(columns) != len(found):
        raise ParameterError(
            f"This {type(model).__name__} was fitted on a frame with {len(found)} columns of "
            f"categories, and takes {len(columns)} of them as such, without saying which: fit it "
            "on whole numbers, with categorical_feature= naming the columns."
        )
    return {j: raw for j, raw in zip(columns, found, strict=True) if raw is not None}


def _tree(fields: dict[str, str], output: int, scale: int, known: dict[int, Array]) -> Tree:
    n_leaves = int(fields["num_leaves"])
    n_inner = n_leaves - 1
    if fields.get("is_linear", "0") != "0":
        raise ParameterError(
            "Leaves must hold one number each, and this LightGBM model has linear ones: fit it "
            "with linear_tree=False."
        )

    def numbers(name: str, kind: Any, n_more: int) -> Array:
        given = np.array(fields.get(name, "").split(), dtype=kind)
        return np.concatenate([given, np.zeros(n_more, dtype=kind)])

    feature, asked = (
        numbers(name, np.int64, n_leaves) for name in ("split_feature", "decision_type")
    )
    threshold, missing_left = numbers("threshold", np.float64, n_leaves), asked < 0
    bounds, words = numbers("cat_boundaries", np.int64, 0), numbers("cat_threshold", np.uint32, 0)
    codes = {}
    for node in range(n_inner):
        if asked[node] & 1:  # whatever is missing goes right
            i = int(threshold[node])
            raw, found = known.get(int(feature[node])), set_bits(words[bounds[i] : bounds[i + 1]])
            codes[node] = found if raw is None else np.sort(raw[found])
        else:
            threshold[node], missing_left[node] = _question(threshold[node], int(asked[node]))
    left, right = (numbers(name, np.int64, 0) for name in ("left_child", "right_child"))
    counts = numbers("internal_count", np.float64, 0), numbers("leaf_count", np.float64, 0)
    return Tree(
        feature,
        threshold,
        _children(left, n_leaves),
        _children(right, n_leaves),
        np.concatenate([np.zeros(n_inner), numbers("leaf_value", np.float64, 0) / scale]),
        np.concatenate(counts) if n_inner else np.ones(1),
        missing_left,
        codes,
        output,
    )


def _children(listed: Array, n_leaves: int) -> Array:
    """Return node numbers for LightGBM's: leaf i, which it calls -1 - i, after the inner nodes."""
    moved = np.where(listed < 0, n_leaves - 2 - listed, listed)
    return np.concatenate([moved, np.full(n_leaves, -1)])


def _question(threshold: float, asked: int) -> tuple[float, bool]:
    """Return the threshold of a node that asks a number, and whether missing values go left."""
    default_left, kind = bool(asked & 2), _MISSING[asked >> 2]
    zero_left = default_left if kind == "zero" else threshold >= 0
    if abs(threshold) <= _ZERO:
        threshold = _ZERO if zero_left else float(np.nextafter(-_ZERO, -np.inf))
    if zero_left != (threshold >= 0):
        raise ParameterError(
            f"Zeros must go the way their number does, and this LightGBM model sends them with "
            f"missing values across the threshold {threshold}: fit it with zero_as_missing=False."
        )
    return threshold, zero_left if kind == "none" else default_left
