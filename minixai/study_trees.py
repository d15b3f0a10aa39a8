"""What the record keeps of a model made of trees: its size, its first tree, the rules of rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from minixai.data import Encoded, TableEncoder
from minixai.protocols import Array, TreeEnsemble
from minixai.tree_arrays import path_lengths, rules, tree_outline

__all__: list[str] = []

_SHOWN_DEPTH = 3


def trees(model: Any, encoder: TableEncoder) -> dict[str, Any]:
    """Return counts, path lengths and the top of the first tree; nothing for other models."""
    if not isinstance(model, TreeEnsemble):
        return {}
    arrays, meanings = model.tree_arrays(), encoder.meanings()
    lengths = path_lengths(arrays)
    outline = tree_outline(arrays, max_depth=_SHOWN_DEPTH, meanings=meanings)
    return {
        "n_trees": arrays.n_trees,
        "n_leaves": int(lengths.n_leaves.sum()),
        "mean_length": float(lengths.mean.mean()),
        "longest": int(lengths.longest.max()),
        "link": arrays.link,
        "outline": [asdict(node) for node in outline],
    }


def rule_texts(
    model: Any, encoder: TableEncoder, test: Encoded, rows: list[int]
) -> list[dict[str, Any]]:
    """Return for each row the rule that it follows in a lone tree; of other models nothing."""
    if not isinstance(model, TreeEnsemble) or model.tree_arrays().n_trees > 1:
        return [{} for _ in rows]
    X: Array = test.X[rows]
    found = rules(model.tree_arrays(), X, encoder.meanings())
    return [
        {"rule": {"conditions": [str(c) for c in rule.conditions], "share": rule.share}}
        for rule in found
    ]
