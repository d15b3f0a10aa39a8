"""One tree, node by node from the top, in words: what is written as text and drawn as a figure.

Cost: O(nodes of the tree).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.data.column_meaning import ColumnMeaning
from minixai.errors import DataError, ParameterError
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.path import decision_path
from minixai.tree_arrays.rule import meanings_for, node_codes, outputs_text

__all__ = ["OutlineNode", "export_text", "tree_outline"]


@dataclass(frozen=True)
class OutlineNode:
    """A node of a tree as a person reads it.

    Parameters
    ----------
    node : int
        Its number in the arrays.
    parent : int
        The place of its parent in the outline; -1 for the root.
    depth : int
        Questions asked before.
    condition : str
        What holds of the rows that come here from the parent; empty for the root.
    said : str
        A leaf's value, or how many nodes below are left out; empty for other nodes.
    share : float
        Share of the training rows that come here, by weight.
    passed : bool
        Whether the row that was asked about comes here.
    """

    node: int
    parent: int
    depth: int
    condition: str
    said: str
    share: float
    passed: bool = False


def tree_outline(
    trees: TreeArrays,
    *,
    tree: int = 0,
    max_depth: int | None = None,
    meanings: Sequence[ColumnMeaning] | None = None,
    row: Any = None,
) -> list[OutlineNode]:
    """Return the nodes of one tree from the top, left before right, each below its parent.

    Parameters
    ----------
    trees : TreeArrays
    tree : int
        Which one.
    max_depth : int, optional
        Questions on a path; what lies below is counted. None goes to the leaves.
    meanings : sequence of ColumnMeaning (n_features,), optional
        What the columns stand for, as ``TableEncoder.meanings`` tells; None is their names.
    row : array-like (n_features,) or (1, n_features), optional
        The row whose path is marked.

    Raises
    ------
    ParameterError
        A tree that is not there, ``max_depth`` below 0.
    DataError
        A row that the trees cannot take.
    """
    root = _root_of(trees, tree)
    if max_depth is not None:
        check_number("max_depth", max_depth, low=0, integer=True)
    told = meanings_for(trees, meanings)
    passed = set() if row is None else set(_path_of(trees, tree, row).tolist())
    outline: list[OutlineNode] = []
    stack = [(root, -1, 0, "")]
    while stack:
        node, parent, depth, condition = stack.pop()
        inner = trees.children_left[node] >= 0
        cut = inner and max_depth is not None and depth >= max_depth
        said = ""
        if cut:
            said = f"{_n_below(trees, node)} nodes more"
        elif not inner:
            said = outputs_text(trees.value[node].tolist(), trees.output_names)
        share = float(trees.cover[node] / trees.cover[root])
        here = len(outline)
        outline.append(OutlineNode(node, parent, depth, condition, said, share, node in passed))
        if inner and not cut:
            left, right = _conditions(trees, node, told)
            stack.append((int(trees.children_right[node]), here, depth + 1, right))
            stack.append((int(trees.children_left[node]), here, depth + 1, left))
    return outline


def export_text(
    trees: TreeArrays,
    *,
    tree: int = 0,
    max_depth: int | None = None,
    meanings: Sequence[ColumnMeaning] | None = None,
) -> str:
    """Return one tree as indented text; the arguments are those of `tree_outline`.

    Examples
    --------
    >>> stump = TreeArrays(1, [0, -1, -1], [0.5, 0, 0], [1, -1, -1], [2, -1, -1],
    ...                    [[0.0], [-1.0], [2.0]], [4, 3, 1], feature_names=("age",))
    >>> print(export_text(stump))
    |-- age <= 0.5
    |   |-- -1 (75.0% of the rows)
    |-- age > 0.5
    |   |-- 2 (25.0% of the rows)
    """
    lines = []
    for each in tree_outline(trees, tree=tree, max_depth=max_depth, meanings=meanings):
        if each.condition:
            lines.append(f"{'|   ' * (each.depth - 1)}|-- {each.condition}")
        if each.said:
            said = f"{each.said} ({each.share:.1%} of the rows)"
            lines.append(f"{'|   ' * each.depth}|-- {said}")
    return "\n".join(lines)


def _root_of(trees: TreeArrays, tree: int) -> int:
    n = trees.n_trees
    if isinstance(tree, bool) or not hasattr(tree, "__index__") or not 0 <= tree < n:
        raise ParameterError(f"`tree` must lie between 0 and {n - 1}, got {tree!r}.")
    return int(trees.roots[tree])  # type: ignore[index]


def _path_of(trees: TreeArrays, tree: int, row: Any) -> Array:
    if np.ndim(row) == 1:
        row = row.to_frame().T if hasattr(row, "to_frame") else [row]  # a Series keeps its names
    matrix = trees.validated(row)
    if len(matrix) != 1:
        raise DataError(f"`row` must be one row, got {len(matrix)}: pick one, such as X[:1].")
    return decision_path(trees, matrix).of(0, tree)


def _conditions(trees: TreeArrays, node: int, meanings: Sequence[ColumnMeaning]) -> tuple[str, str]:
    """Return what holds of rows that go left at a node, and of those that go right."""
    meaning = meanings[trees.feature[node]]
    codes = node_codes(trees, node)
    if codes:
        listed = ", ".join(map(str, codes))
        texts = [f"{meaning.quantity} is {word} of {listed}" for word in ("one", "none")]
    else:
        threshold = float(trees.threshold[node])
        below = meaning.between(-math.inf, threshold)
        texts = [below, meaning.between(threshold, math.inf)]
    if trees.missing_left is not None and meaning.level is None:
        texts[0 if trees.missing_left[node] else 1] += " or missing"
    return texts[0], texts[1]


def _n_below(trees: TreeArrays, node: int) -> int:
    """Return the number of nodes below a node."""
    count, stack = -1, [node]
    while stack:
        at = stack.pop()
        count += 1
        if trees.children_left[at] >= 0:
            stack += [int(trees.children_left[at]), int(trees.children_right[at])]
    return count
