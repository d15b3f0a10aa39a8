"""scikit-learn's trees, forests and boosted trees, read from their fitted attributes.

Classic trees round rows to float32, so their thresholds are mapped by `threshold_of_float32`;
histogram boosting compares in float64. A classifier's trees hold the shares of the classes in
their leaves. Categories of histogram boosting are encoded inside the model, and what it does not
know goes where missing values go; the arrays hold the raw whole numbers, in a node whose unknown
ones go left with its children exchanged.

Source: the fitted attributes documented by scikit-learn 1.6 and later.
Cost: O(n_nodes * n_outputs).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minixai.errors import ParameterError
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.joining import Tree, join_trees, names_of_outputs, raw_codes, set_bits
from minixai.tree_arrays.rounded_threshold import threshold_of_float32

__all__ = ["scikit_learn_reader"]

_CONSTANT = ("prior", "most_frequent", "constant", "mean", "median", "quantile")
_INSTEAD = {
    "AdaBoostClassifier": "its votes are weighted by tree: read its `estimators_` one by one",
    "AdaBoostRegressor": "it answers with a weighted median: read its `estimators_` one by one",
    "BaggingClassifier": "use a RandomForestClassifier, or read its `estimators_` one by one",
    "BaggingRegressor": "use a RandomForestRegressor, or read its `estimators_` one by one",
    "IsolationForest": "its score is no sum of leaf values: explain its `score_samples` instead",
    "RandomTreesEmbedding": "it answers with leaves, not with a score",
    "BaseSearchCV": "read its `best_estimator_`",
    "Pipeline": "read its last step, `model[-1]`, and give the arrays transformed rows",
}


def scikit_learn_reader(kind: str) -> Callable[[Any], TreeArrays] | str | None:
    """Return what reads a class of this name, or why it is not read, or None if it is unknown."""
    readers: dict[str, Callable[[Any], TreeArrays]] = {
        "BaseDecisionTree": lambda model: _forest(model, [model]),
        "RandomForestClassifier": lambda model: _forest(model, model.estimators_),
        "RandomForestRegressor": lambda model: _forest(model, model.estimators_),
        "ExtraTreesClassifier": lambda model: _forest(model, model.estimators_),
        "ExtraTreesRegressor": lambda model: _forest(model, model.estimators_),
        "BaseGradientBoosting": _gradient_boosting,
        "BaseHistGradientBoosting": _histogram_boosting,
    }
    return readers.get(kind) or _INSTEAD.get(kind)


def _forest(model: Any, members: list[Any]) -> TreeArrays:
    classes = getattr(model, "classes_", None)
    if classes is not None and model.n_outputs_ > 1:
        raise ParameterError(
            f"This {type(model).__name__} has {model.n_outputs_} targets of classes, and one is "
            "read: fit one classifier for each."
        )
    takes_nan = members[0].__sklearn_tags__().input_tags.allow_nan
    trees = []
    for member in members:
        value = member.tree_.value  # (n_nodes, n_targets, n_classes)
        value = value[:, :, 0] if classes is None else _shares(value[:, 0, :])
        trees.append(_classic(member.tree_, value / len(members), takes_nan))
    return join_trees(trees, model.n_features_in_, **_names(model))


def _shares(amount: Array) -> Array:
    share = amount / amount.sum(axis=1, keepdims=True)
    return np.asarray(share[:, 1:] if share.shape[1] == 2 else share)


def _classic(tree: Any, value: Array, takes_nan: bool, output: int | None = None) -> Tree:
    return Tree(
        tree.feature,
        threshold_of_float32(tree.threshold),
        tree.children_left,
        tree.children_right,
        value,
        tree.weighted_n_node_samples,
        tree.missing_go_to_left if takes_nan else None,
        output=output,
    )


def _gradient_boosting(model: Any) -> TreeArrays:
    init = model.init_
    constant = isinstance(init, str) or (
        type(init).__name__ in ("DummyClassifier", "DummyRegressor") and init.strategy in _CONSTANT
    )
    if not constant:
        raise ParameterError(
            f"This {type(model).__name__} starts from `init={init!r}`, which is no constant and no "
            "tree: fit it with `init=None` or `init='zero'`."
        )
    trees = [
        _classic(each.tree_, model.learning_rate * each.tree_.value[:, 0, 0], False, output=k)
        for stage in model.estimators_
        for k, each in enumerate(stage)
    ]
    links = {"log_loss": "logit" if model.estimators_.shape[1] == 1 else "softmax"}
    return join_trees(
        trees,
        model.n_features_in_,
        n_outputs=model.estimators_.shape[1],
        base_value=model._raw_predict_init(np.zeros((1, model.n_features_in_)))[0],
        link=links.get(model.loss, "identity"),
        **_names(model),
    )


def _histogram_boosting(model: Any) -> TreeArrays:
    n_features, is_categorical = model.n_features_in_, model.is_categorical_
    columns, categories = np.arange(n_features), {}
    if is_categorical is not None:  # the model puts the encoded columns first
        columns = np.argsort(~is_categorical, kind="stable")
        categories = _raw_categories(model, columns)
    n_outputs = model.n_trees_per_iteration_
    trees = [
        _histogram_tree(each, k, columns, categories)
        for stage in model._predictors
        for k, each in enumerate(stage)
    ]
    links = {"log_loss": "logit" if n_outputs == 1 else "softmax", "poisson": "log", "gamma": "log"}
    return join_trees(
        trees,
        n_features,
        n_outputs=n_outputs,
        base_value=np.ravel(model._baseline_prediction),
        link=links.get(model.loss, "identity"),
        **_names(model),
    )


def _raw_categories(model: Any, columns: Array) -> dict[int, Array]:
    """Return the whole number that stands for each code of each encoded column."""
    found = {}
    encoder = model._preprocessor.named_transformers_["encoder"]
    for j, labels in enumerate(encoder.categories_):
        present = [label for label in labels if label is not None and label == label]
        raw = raw_codes(present, _column_name(model, columns[j]), type(model).__name__)
        found[j] = np.arange(len(present)) if raw is None else raw
    return found


def _column_name(model: Any, j: int) -> Any:
    names = getattr(model, "feature_names_in_", None)
    return int(j) if names is None else names[j]


def _histogram_tree(
    predictor: Any, output: int, columns: Array, categories: dict[int, Array]
) -> Tree:
    nodes = predictor.nodes
    inner = nodes["is_leaf"] == 0
    left = np.where(inner, nodes["left"].astype(np.int64), -1)
    right = np.where(inner, nodes["right"].astype(np.int64), -1)
    threshold = nodes["num_threshold"].copy()
    missing_left = nodes["missing_go_to_left"].astype(bool)
    codes = {}
    for node in np.flatnonzero(inner & (nodes["is_categorical"] != 0)):
        raw = categories[int(nodes["feature_idx"][node])]
        goes = np.zeros(len(raw), dtype=bool)
        goes[set_bits(predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]])] = True
        if missing_left[node]:  # so do categories it does not know: they must not be listed
            left[node], right[node], goes = right[node], left[node], ~goes
            missing_left[node] = False
        if goes.any():
            codes[int(node)] = np.sort(raw[goes])
        else:
            threshold[node] = -np.inf
    return Tree(
        np.where(inner, columns[np.where(inner, nodes["feature_idx"], 0)], -1),
        threshold,
        left,
        right,
        nodes["value"],
        nodes["count"],
        missing_left,
        codes,
        output,
    )


def _names(model: Any) -> dict[str, Any]:
    """Return the names of features and outputs."""
    names = getattr(model, "feature_names_in_", None)
    return {
        "feature_names": None if names is None else tuple(names),
        "output_names": names_of_outputs(getattr(model, "classes_", None)),
    }
