"""XGBoost's boosters, read from the JSON that they save themselves as.

Rows are rounded to float32 and compared by ``<`` with float32, so thresholds are mapped by
`threshold_of_float32`. The categories listed at a node go right and all others left, so such a
node has its children exchanged. The base score is saved on the scale of the target: a probability
for logistic objectives, a mean for those with a log link. The categories of a frame are saved since
XGBoost 3.1; of older models the arrays take their codes. Leaves keep XGBoost's node numbers,
unless pruning has left gaps in them.

Source: XGBoost's JSON model format, versions 2 and 3.
Cost: O(length of the JSON).
"""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import numpy as np

from minixai._estimator import NotFittedError
from minixai.errors import ParameterError
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.joining import Tree, check_found, join_trees, names_of_outputs, raw_codes
from minixai.tree_arrays.level import levels
from minixai.tree_arrays.rounded_threshold import threshold_of_float32

__all__ = ["read_xgboost"]

_OF_A_PROBABILITY = ("binary:logistic", "reg:logistic")
_LINKS = {
    "binary:logistic": "logit",
    "binary:logitraw": "logit",
    "reg:logistic": "logit",
    "multi:softmax": "softmax",
    "multi:softprob": "softmax",
    "count:poisson": "log",
    "reg:gamma": "log",
    "reg:tweedie": "log",
    "survival:aft": "log",
    "survival:cox": "log",
}


def read_xgboost(model: Any) -> TreeArrays:
    """Return the trees of a Booster or of an estimator that holds one, as its predict uses them."""
    booster = model
    if hasattr(model, "get_booster"):
        booster = model.get_booster()
        _check_missing(model)
        best = booster.attr("best_iteration")
        if best is not None:
            booster = booster[: int(best) + 1]
    learner = json.loads(_saved(booster))["learner"]
    boosted = learner["gradient_booster"]
    if boosted["name"] == "gblinear":
        raise ParameterError(
            "A model of trees is needed, and this XGBoost model is linear (gblinear): fit it with "
            "booster='gbtree' or 'dart'."
        )
    weights = boosted.get("weight_drop")
    held = boosted.get("gbtree", boosted)["model"]
    known = _raw_categories(held.get("cats"), learner["feature_names"], type(model).__name__)
    sizes = learner["learner_model_param"]
    n_outputs = max(int(sizes["num_class"]), int(sizes.get("num_target", 1)), 1)
    trees = [
        _tree(each, output, 1.0 if weights is None else weights[t], known)
        for t, (each, output) in enumerate(zip(held["trees"], held["tree_info"], strict=True))
    ]
    check_found(trees, type(model).__name__)
    objective = learner["objective"]["name"]
    return join_trees(
        trees,
        int(sizes["num_feature"]),
        n_outputs=n_outputs,
        base_value=_base_value(sizes["base_score"], objective),
        link=_LINKS.get(objective, "identity"),
        feature_names=tuple(learner["feature_names"]) or None,
        output_names=names_of_outputs(_classes(model)),
    )


def _saved(booster: Any) -> bytes:
    try:
        return bytes(booster.save_raw("json"))
    except ValueError as error:  # XGBoost's own error is one
        raise NotFittedError(
            f"This {type(booster).__name__} has nothing to read: make it by xgboost.train."
        ) from error


def _check_missing(model: Any) -> None:
    missing = getattr(model, "missing", math.nan)
    if missing is not None and not math.isnan(missing):
        raise ParameterError(
            f"Missing values must be NaN, and this {type(model).__name__} has missing={missing}: "
            "replace that number by NaN, and fit with missing=numpy.nan."
        )


def _base_value(saved: str, objective: str) -> Array:
    """Return the base score on the scale of the leaves, in float32 as XGBoost keeps it."""
    base = np.array(saved.strip("[]").split(","), dtype=np.float32)
    if objective in _OF_A_PROBABILITY:
        chance = np.clip(base, np.float32(1e-6), np.float32(1) - np.float32(1e-6))
        return np.asarray(-np.log(1 / chance - 1))
    with np.errstate(divide="ignore"):  # the arrays refuse what is not finite
        return np.log(base) if _LINKS.get(objective) == "log" else base


def _classes(model: Any) -> Any:
    """Return the labels of a classifier; one label alone does not say what its score is for."""
    classes = getattr(model, "classes_", None)
    return None if classes is None or len(classes) == 1 else classes


def _raw_categories(cats: Any, names: list[str], owner: str) -> dict[int, Array]:
    """Return, by column, the whole number that stands for each code of a frame's categories."""
    found = {}
    for j, held in enumerate(cats["enc"] if cats else []):
        labels = held["values"]
        if "offsets" in held:
            text = bytes(each % 256 for each in labels)
            labels = [text[a:b].decode() for a, b in itertools.pairwise(held["offsets"])]
        raw = raw_codes(labels, names[j] if names else j, owner)
        if raw is not None:
            found[j] = raw
    return found


def _tree(saved: dict[str, Any], output: int, weight: float, known: dict[int, Array]) -> Tree:
    if int(saved["tree_param"]["size_leaf_vector"]) > 1:
        raise ParameterError(
            "Leaves must hold one number each, and this XGBoost model has vectors in them: fit it "
            "with multi_strategy='one_output_per_tree'."
        )
    left, right = np.array(saved["left_children"]), np.array(saved["right_children"])
    feature = np.array(saved["split_indices"])
    condition = np.array(saved["split_conditions"], dtype=np.float32)
    threshold = threshold_of_float32(condition, strict=True)
    missing_left = np.array(saved["default_left"], dtype=bool)
    codes = {}
    for node, listed in _listed(saved).items():
        left[node], right[node] = right[node], left[node]
        missing_left[node] = not missing_left[node]
        raw = known.get(int(feature[node]))
        codes[node] = listed if raw is None else np.sort(raw[listed])
    value = np.where(left < 0, condition, 0) * np.float64(weight)
    cover = np.array(saved["sum_hessian"])
    return _without_gaps(
        Tree(feature, threshold, left, right, value, cover, missing_left, codes, output)
    )


def _listed(saved: dict[str, Any]) -> dict[int, Array]:
    """Return the codes that go right of each node that asks for categories."""
    codes = np.array(saved["categories"], dtype=np.int64)
    places = zip(
        saved["categories_nodes"],
        saved["categories_segments"],
        saved["categories_sizes"],
        strict=True,
    )
    return {node: np.sort(codes[start : start + size]) for node, start, size in places}


def _without_gaps(tree: Tree) -> Tree:
    """Return the tree without the nodes that pruning has cut off."""
    reached = np.zeros(len(tree.left), dtype=bool)
    for level in levels(tree.left, tree.right, np.zeros(1, dtype=np.int64)):
        reached[level] = True
    if reached.all():
        return tree
    places = np.cumsum(reached) - 1
    kept = {
        name: getattr(tree, name)[reached]
        for name in ("feature", "threshold", "value", "cover", "missing_left")
    }
    left, right = (
        np.where(each[reached] < 0, -1, places[each[reached]]) for each in (tree.left, tree.right)
    )
    codes = {int(places[node]): found for node, found in tree.codes.items() if reached[node]}
    return tree._replace(**kept, left=left, right=right, codes=codes)
