"""Tree ensembles as plain arrays, whoever grew them."""

from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.path import DecisionPath, PathLengths, decision_path, path_lengths
from minixai.tree_arrays.rule import Condition, Rule, rules
from minixai.tree_arrays.text import export_text

__all__ = [
    "Condition",
    "DecisionPath",
    "PathLengths",
    "Rule",
    "TreeArrays",
    "decision_path",
    "export_text",
    "path_lengths",
    "rules",
]
