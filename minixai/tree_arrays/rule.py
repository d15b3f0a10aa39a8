"""One row's way through a tree as a rule in words: every feature asked, once, with its value.

Questions about one feature are joined into one interval, in the order in which the features are
asked first.

Cost: a few microseconds a question; meant for rows that a person reads.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minixai.data.column_meaning import ColumnMeaning, number_words, plain_meanings
from minixai.errors import DataError
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.path import decision_path

__all__ = ["Condition", "Rule", "meanings_for", "node_codes", "outputs_text", "rules"]


@dataclass(frozen=True)
class Condition:
    """What a rule asks of one feature.

    Parameters
    ----------
    feature : int
        Column of X.
    low, high : float
        The row's value lies in (low, high]; infinite where nothing is asked.
    codes : tuple of int, optional
        The codes that are left to a categorical feature; None for numbers.
    value : float
        The row's own.
    text : str
        The condition in words.
    here : str
        The row's value in words.
    """

    feature: int
    low: float
    high: float
    codes: tuple[int, ...] | None
    value: float
    text: str
    here: str

    def __str__(self) -> str:
        return self.text if self.text == self.here else f"{self.text} ({self.here})"


@dataclass(frozen=True)
class Rule:
    """The rule that one row follows in one tree.

    Parameters
    ----------
    row, tree, leaf : int
        The row of X, the tree, the node it ends in.
    conditions : tuple of Condition
        Those that hold of the row, in the order asked.
    value : tuple of float (n_outputs,)
        What the leaf adds to the raw score.
    cover, share : float
        Weight of the training rows that follow the rule, and their share.
    output_names : tuple of str, optional
    """

    row: int
    tree: int
    leaf: int
    conditions: tuple[Condition, ...]
    value: tuple[float, ...]
    cover: float
    share: float
    output_names: tuple[str, ...] | None = None

    def __str__(self) -> str:
        asked = " and ".join(str(each) for each in self.conditions)
        start = f"if {asked}, then" if asked else "always"
        said = outputs_text(self.value, self.output_names)
        return f"{start} {said} (as {self.share:.1%} of the training rows)"


def rules(trees: TreeArrays, X: Any, meanings: Sequence[ColumnMeaning] | None = None) -> list[Rule]:
    """Return the rules that rows follow, one for each row and tree.

    Parameters
    ----------
    trees : TreeArrays
    X : array-like (n_samples, n_features)
        Few rows: a forest has as many rules for each as trees.
    meanings : sequence of ColumnMeaning (n_features,), optional
        What the columns stand for, as ``TableEncoder.meanings`` tells; None is their names.

    Raises
    ------
    DataError
        Rows that the trees cannot take, or another number of meanings.
    """
    matrix = trees.validated(X)
    told = meanings_for(trees, meanings)
    path = decision_path(trees, matrix)
    return [
        _rule(trees, row, tree, path.of(row, tree), matrix[row], told)
        for row in range(len(path))
        for tree in range(trees.n_trees)
    ]


def meanings_for(
    trees: TreeArrays, meanings: Sequence[ColumnMeaning] | None
) -> Sequence[ColumnMeaning]:
    """Return the meanings given, after counting them, or those that the names give."""
    if meanings is None:
        names = trees.feature_names or tuple(f"x{j}" for j in range(trees.n_features))
        return plain_meanings(names)
    if len(meanings) != trees.n_features:
        raise DataError(
            f"`meanings` has {len(meanings)} entries for {trees.n_features} features: take those "
            "of the encoder that made the columns."
        )
    return meanings


def node_codes(trees: TreeArrays, node: int) -> tuple[int, ...]:
    """Return the codes that go left at a node; none where it asks a threshold."""
    if trees.categories is None:
        return ()
    indptr, codes = trees.categories
    return tuple(int(code) for code in codes[indptr[node] : indptr[node + 1]])


def outputs_text(values: Sequence[float], names: tuple[str, ...] | None) -> str:
    """Return a leaf's values in words."""
    if names is None:
        return ", ".join(number_words(value, 4) for value in values)
    pairs = zip(names, values, strict=True)
    return ", ".join(f"{name}: {number_words(value, 4)}" for name, value in pairs)


def _rule(
    trees: TreeArrays,
    row: int,
    tree: int,
    nodes: Array,
    values: Array,
    meanings: Sequence[ColumnMeaning],
) -> Rule:
    bounds: dict[int, list[float]] = {}
    held: dict[int, list[tuple[tuple[int, ...], bool]]] = {}
    for node, child in itertools.pairwise(nodes):
        feature, left = int(trees.feature[node]), child == trees.children_left[node]
        low_high = bounds.setdefault(feature, [-math.inf, math.inf])
        codes = node_codes(trees, node)
        if codes:
            held.setdefault(feature, []).append((codes, bool(left)))
        elif not math.isnan(values[feature]):
            threshold = float(trees.threshold[node])
            if left:
                low_high[1] = min(low_high[1], threshold)
            else:
                low_high[0] = max(low_high[0], threshold)
    conditions = tuple(
        _condition(feature, low_high, held.get(feature), float(values[feature]), meanings[feature])
        for feature, low_high in bounds.items()
    )
    leaf, root = int(nodes[-1]), int(nodes[0])
    cover = float(trees.cover[leaf])
    value = tuple(float(v) for v in trees.value[leaf])
    share = cover / float(trees.cover[root])
    return Rule(row, tree, leaf, conditions, value, cover, share, trees.output_names)


def _condition(
    feature: int,
    bounds: list[float],
    held: list[tuple[tuple[int, ...], bool]] | None,
    value: float,
    meaning: ColumnMeaning,
) -> Condition:
    low, high = bounds
    here = meaning.value(value, low, high)
    if math.isnan(value):
        return Condition(feature, low, high, None, value, here, here)
    if held is None:
        return Condition(feature, low, high, None, value, meaning.between(low, high, value), here)
    inside = [set(codes) for codes, left in held if left]
    outside = set().union(*(codes for codes, left in held if not left))
    if inside:
        left_to = tuple(sorted(set.intersection(*inside) - outside))
        text = f"{meaning.quantity} is one of {', '.join(map(str, left_to))}"
        return Condition(feature, low, high, left_to, value, text, here)
    text = f"{meaning.quantity} is none of {', '.join(map(str, sorted(outside)))}"
    return Condition(feature, low, high, None, value, text, here)
