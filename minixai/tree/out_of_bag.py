r"""Rows that a tree has not seen: its answer for them, and what its questions are worth on them.

The fall of the impurity at the questions about column j is, over the rows D that a tree was grown
on, the mean of f_j(x) y, where f_j(x) sums how a row's mean moves at those questions on its way
down. Taken over the rows O that the tree has not seen it is a fair measure,

.. math::
    I_j = \frac{\sum_{i \in O} w_i f_j(x_i) (y_i - \bar y)}{\sum_{i \in O} w_i}          (1)

for the moves of a column of noise have then nothing to do with y, and their mean is near 0. On
the rows of D itself it is far above 0: the deeper the tree, and the more values a column has to
choose a cut from, the more. Classes have one y for each, 0 or 1, and their terms are added up;
two classes count twice that of the second.

Source: Li, Wang, Basu, Kumbier & Yu (2019), A debiased MDI feature importance measure for random
forests, NeurIPS 32, arXiv:1906.10845 (MDI-oob).
Differs from the source: y is taken from its mean over D, which changes nothing over D and less
noise is left over O; rows have weights; classes count by Gini's index whatever the criterion.
Cost: O(n_rows * depth) a tree.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.feature_bins import MISSING
from minixai.tree.growing_tree import Nodes
from minixai.tree.node_average import Averages

__all__ = ["UnseenAnswers", "follow_rows"]


class UnseenAnswers:
    """The mean answer of the trees that have not seen a row, tree after tree.

    Parameters
    ----------
    n_rows, n_outputs : int
    """

    def __init__(self, n_rows: int, n_outputs: int) -> None:
        self._sums = np.zeros((n_rows, n_outputs))
        self._n_trees = np.zeros(n_rows, dtype=np.int64)

    def add(self, rows: Array, answers: Array) -> None:
        """Add what a tree says of rows (n,) that it has not seen, (n, n_outputs)."""
        self._sums[rows] += answers
        self._n_trees[rows] += 1

    @property
    def known(self) -> Array:
        """Whether any tree has not seen the row, bool (n_rows,)."""
        return np.asarray(self._n_trees > 0)

    @property
    def mean(self) -> Array:
        """(n_rows, n_outputs); NaN where every tree has seen the row."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self._sums / self._n_trees[:, None])


def follow_rows(
    codes: Array, rows: Array, nodes: Nodes, averages: Averages, target: Array, weights: Array
) -> tuple[Array, Array]:
    """Follow rows that a tree has not seen down to its leaves.

    Parameters
    ----------
    codes : uint8 array (n_samples, n_features)
    rows : int array (n_rows,)
    nodes : Nodes
        ``cut`` holds codes.
    averages : Averages
    target : array (n_samples,)
        A number, or the number of a class where the averages have more outputs than one.
    weights : array (n_samples,)

    Returns
    -------
    leaves : int32 array (n_rows,)
    importances : array (n_features,)
        By (1), of one output; 0 where there are no rows.
    """
    leaves = np.empty(len(rows), dtype=np.int32)
    moved = np.zeros(codes.shape[1])
    level = averages.value @ averages.value[0]
    _follow(codes, rows, nodes, averages.value, level, target, weights, leaves, moved)
    total = weights[rows].sum()
    return leaves, moved / total if total > 0 else moved  # (1)


@kernel
def _follow(
    codes: Array,
    rows: Array,
    nodes: Nodes,
    value: Array,
    level: Array,
    target: Array,
    weights: Array,
    leaves: Array,
    moved: Array,
) -> None:
    n_outputs = value.shape[1]
    for t in range(rows.size):
        row = rows[t]
        y, w, k = target[row], weights[row], 0
        if n_outputs == 1:
            y -= value[0, 0]
        else:
            k = int(y)
        node = 0
        while nodes.left[node] >= 0:
            j = nodes.feature[node]
            code = codes[row, j]
            to_left = nodes.missing_left[node] if code == MISSING else code <= nodes.cut[node]
            child = nodes.left[node] if to_left else nodes.right[node]
            move = value[child, k] - value[node, k]
            if n_outputs == 1:
                moved[j] += w * move * y
            else:
                moved[j] += w * (move - (level[child] - level[node]))
            node = child
        leaves[t] = node
