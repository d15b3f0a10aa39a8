"""A tree as indented text, a line a node, in words where the columns' meanings are known.

Cost: O(nodes shown).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from minixai._validation import check_number
from minixai.data.column_meaning import ColumnMeaning
from minixai.errors import ParameterError
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.rule import meanings_for, node_codes, outputs_text

__all__ = ["check_tree", "export_text", "question_texts"]


def export_text(
    trees: TreeArrays,
    *,
    tree: int = 0,
    max_depth: int | None = None,
    meanings: Sequence[ColumnMeaning] | None = None,
) -> str:
    """Return one tree as text.

    Parameters
    ----------
    trees : TreeArrays
    tree : int
        Which one.
    max_depth : int, optional
        Questions shown on a path; None shows all.
    meanings : sequence of ColumnMeaning (n_features,), optional
        What the columns stand for, as ``TableEncoder.meanings`` tells; None is their names.

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
    root = check_tree(trees, tree)
    if max_depth is not None:
        check_number("max_depth", max_depth, low=0, integer=True)
    told = meanings_for(trees, meanings)
    lines: list[str] = []
    stack: list[tuple[int, int, str]] = [(root, 0, "")]
    while stack:
        node, depth, question = stack.pop()
        margin = "|   " * (depth - 1)
        if question:
            lines.append(f"{margin}|-- {question}")
        if trees.children_left[node] < 0:
            said = outputs_text(trees.value[node].tolist(), trees.output_names)
            share = trees.cover[node] / trees.cover[root]
            lines.append(f"{'|   ' * depth}|-- {said} ({share:.1%} of the rows)")
        elif max_depth is not None and depth >= max_depth:
            lines.append(f"{'|   ' * depth}|-- ... {_size(trees, node)} nodes more")
        else:
            left, right = question_texts(trees, node, told)
            stack.append((int(trees.children_right[node]), depth + 1, right))
            stack.append((int(trees.children_left[node]), depth + 1, left))
    return "\n".join(lines)


def check_tree(trees: TreeArrays, tree: int) -> int:
    """Return the root of a tree.

    Raises
    ------
    ParameterError
        A tree that is not there.
    """
    n = trees.n_trees
    if isinstance(tree, bool) or not hasattr(tree, "__index__") or not 0 <= tree < n:
        raise ParameterError(f"`tree` must lie between 0 and {n - 1}, got {tree!r}.")
    return int(trees.roots[tree])  # type: ignore[index]


def question_texts(
    trees: TreeArrays, node: int, meanings: Sequence[ColumnMeaning]
) -> tuple[str, str]:
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
        side = 0 if trees.missing_left[node] else 1
        texts[side] += " or missing"
    return texts[0], texts[1]


def _size(trees: TreeArrays, node: int) -> int:
    """Return the number of nodes from a node downwards."""
    count, stack = 0, [node]
    while stack:
        at = stack.pop()
        count += 1
        if trees.children_left[at] >= 0:
            stack += [int(trees.children_left[at]), int(trees.children_right[at])]
    return count
