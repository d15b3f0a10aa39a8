"""Tree ensembles as plain arrays, whoever grew them."""

from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.foreign import as_tree_arrays
from minixai.tree_arrays.outline import OutlineNode, export_text, tree_outline
from minixai.tree_arrays.path import DecisionPath, PathLengths, decision_path, path_lengths
from minixai.tree_arrays.rule import Condition, Rule, rules

__all__ = [
    "Condition",
    "DecisionPath",
    "OutlineNode",
    "PathLengths",
    "Rule",
    "TreeArrays",
    "as_tree_arrays",
    "decision_path",
    "export_text",
    "path_lengths",
    "rules",
    "tree_outline",
]
