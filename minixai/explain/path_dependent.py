r"""Path-dependent Shapley values of trees: columns left out go both ways, weighted by cover.

A leaf of value v is reached by the share :math:`\prod_k f_k`, with :math:`f_k = t o_k + (1-t) z_k`
at t = 1 (all players in) and t = 0 (none): o says whether player k's columns let the row pass, z is
the product of the cover ratios of their nodes. Player j earns
:math:`v (o_j - z_j) \int_0^1 \prod_{k \ne j} f_k \, dt`, a pair i, j
:math:`v (o_i - z_i)(o_j - z_j) \int_0^1 \prod_{k \ne i, j} f_k \, dt`: polynomials of a degree
below the number of players on the path, which half as many points of Radau's or Gauss's rule
integrate exactly. At t = 1, always among the points, the raw score itself comes out.

One way down each tree and one up give the sums at one point for all leaves (see `path_walk`).
Nothing is divided by a share, so small covers cost no digits.

Source: Lundberg et al. (2020), Nature Machine Intelligence 2.
Differs from the source: an integral in place of the sum over the sizes of coalitions.
Cost: 2 d multiply-adds an inner node and row, d the most players on a path of the tree; pairs d / 2
for each player above the node. Memory: a block of rows beside the result.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai._numba.path_polynomial import LANES
from minixai.explain.path_rule import gauss_rule, radau_rule, rules_of
from minixai.explain.path_walk import explain_rows
from minixai.explain.single_row import RowPlan, aligned
from minixai.protocols import Array, Engine
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.leaf_path import share_left

__all__ = ["PathDependentGame"]

SPAN = 1024
"""Rows that one task explains."""
BLOCK_BYTES = 1 << 17
"""Working memory of the rows that walk a tree together: it should stay in the second cache."""
MOST_GROUPS = 32
"""Groups of rows in a block, at most."""
FEW_ROWS = 4
"""Rows that are explained one by one, faster than in a block; equal to rounding."""
RULES = (radau_rule, gauss_rule)
"""For single players, where t = 1 may carry weight, and for pairs, where it may not."""


class PathDependentGame:
    """The path-dependent game of all outputs of an ensemble, prepared for rows to come.

    Parameters
    ----------
    trees : TreeArrays
    player : int array (n_features,)
        Number of the player that each feature belongs to.
    n_players : int
    """

    def __init__(self, trees: TreeArrays, player: Array, n_players: int) -> None:
        self._trees, self._n_players = trees, n_players
        n, n_trees = trees.n_nodes, trees.n_trees
        feature, threshold, left, right, missing_left, indptr, codes, roots = trees.walk
        asks = player.astype(np.int32)[feature]
        share = share_left(trees)
        prior, above, means = np.ones(n), np.full(n, -1, dtype=np.int32), trees.value.copy()
        depths, n_asked = np.zeros(n_trees, dtype=np.int64), np.zeros(n_trees, dtype=np.int64)
        order, asked_at = np.empty(n, dtype=np.int32), np.full(n, -1, dtype=np.int32)
        asked_left = np.zeros(n, dtype=np.bool_)
        _prepare(
            left, right, roots, asks, share, np.full(n_players, -1), prior, above, asked_at,
            asked_left, means, depths, n_asked, order, np.empty(n, dtype=np.int64),
        )  # fmt: skip
        self.base_values = trees.base_value + means[roots].sum(axis=0)
        self._roots, self._depth = roots, int(depths.max())
        self._nodes = (
            feature, asks, threshold, left, right, missing_left, share, prior, above, indptr, codes,
        )  # fmt: skip
        self._rules = {order: rules_of(n_asked, rule) for order, rule in enumerate(RULES, start=1)}
        self._plan = RowPlan(order, self._nodes, asked_at, asked_left, trees.value, roots,
                             *self._rules[1])  # fmt: skip

    def values(self, X: Array, engine: Engine) -> tuple[Array, Array]:
        """Return every player's value (n, n_players, n_outputs) and the raw score (n, n_outputs).

        Parameters
        ----------
        X : float array (n, n_features)
            As `TreeArrays.validated` returns it.
        engine : Engine
        """
        out = np.empty((len(X), self._n_players, self._trees.n_outputs))
        if len(X) > FEW_ROWS:
            return out, self._explain(X, out, 0, engine)
        scores = np.empty((len(X), self._trees.n_outputs))
        for x, values, score in zip(X, out, scores, strict=True):
            self._plan.explain(x, values, score)
        return out, scores + self._trees.base_value

    def interactions(self, X: Array, engine: Engine) -> tuple[Array, Array]:
        """Return every pair's value (n, n_players, n_players, n_outputs), and the raw score.

        Half a pair's interaction on either side of the diagonal; rows sum to the players' values.
        """
        n = self._n_players
        out = np.empty((len(X), n, n, self._trees.n_outputs))
        flat = out.reshape(len(X), n * n, -1)
        return out, self._explain(X, flat, n * (n - 1) // 2, engine)

    def _explain(self, X: Array, out: Array, n_pairs: int, engine: Engine) -> Array:
        n_points, rules = self._rules[2 if n_pairs else 1]
        scores = np.empty((len(X), self._trees.n_outputs))

        def explain(start: int) -> None:
            rows = slice(start, start + SPAN)
            space = self._space(n_pairs, rules.shape[2], min(SPAN, len(X) - start))
            explain_rows(X[rows], self._nodes, self._roots, n_points, rules,
                          self._trees.value, space, out[rows], scores[rows])  # fmt: skip

        engine.map(explain, range(0, len(X), SPAN))
        scores += self._trees.base_value
        return scores

    def _space(self, n_pairs: int, points: int, n_rows: int) -> tuple[Array, ...]:
        """Return the working memory of one task, for blocks of no more rows than it has."""
        depth, k, n = self._depth + 1, self._trees.n_outputs, self._n_players
        row_bytes = 8 * depth * (points * (1 + 2 * k) + 2)
        g = min(max(BLOCK_BYTES // (row_bytes * LANES), 1), MOST_GROUPS, -(-n_rows // LANES))
        shapes = (
            (depth, g, points),  # products from the root
            (2, depth, k, g, points),  # sums below the left and the right child
            (depth, g),  # s
            (depth + 1, g),  # o of the child on the way; the last is 1 everywhere
            (self._trees.n_features, g),
            (k, n, g),
            (k, n_pairs, g),
            (1, k, g),  # raw scores
            (g, points),  # e of one node
            (2, g),  # what absent players add; sides of a categorical node
        )
        rows = [aligned(*shape, LANES) for shape in shapes]
        rows[0][0] = 1.0
        rows[3][-1] = 1.0
        return (*rows, np.empty((4, depth, points)), np.empty((3, depth), dtype=np.int64))


@kernel
def _prepare(
    left: Array, right: Array, roots: Array, asks: Array, share: Array, last: Array, prior: Array,
    above: Array, asked_at: Array, asked_left: Array, means: Array, depths: Array, n_asked: Array,
    order: Array, way: Array,
) -> None:  # fmt: skip
    """Write what does not depend on rows, walking every tree once.

    ``prior`` is a player's share on the way to a node, ``asked_at`` its last node there (-1: none),
    ``above`` that node's depth, ``asked_left`` whether the way goes left from it, ``means`` the
    mean of the leaf values below a node, ``order`` the nodes as they are met; ``last[j]`` is the
    depth of player j's last node on the way.
    """
    n_met = 0
    for t in range(roots.size):
        p, n_players = 0, 0
        way[0] = roots[t]
        coming_from = -1
        while p >= 0:
            node = way[p]
            if coming_from < 0:
                order[n_met] = node
                n_met += 1
            if left[node] < 0:
                depths[t] = max(depths[t], p)
                n_asked[t] = max(n_asked[t], n_players)
            elif coming_from != right[node]:
                j = asks[node]
                if coming_from != left[node]:
                    if last[j] >= 0:
                        up = way[last[j]]
                        goes_left = way[last[j] + 1] == left[up]
                        above[node], asked_at[node], asked_left[node] = last[j], up, goes_left
                        prior[node] = prior[up] * (share[up] if goes_left else 1.0 - share[up])
                    else:
                        n_players += 1
                    last[j] = p
                    way[p + 1] = left[node]
                else:
                    way[p + 1] = right[node]
                p += 1
                coming_from = -1
                continue
            else:
                last[asks[node]] = above[node]
                if above[node] < 0:
                    n_players -= 1
                for k in range(means.shape[1]):
                    gap = means[left[node], k] - means[right[node], k]
                    means[node, k] = means[right[node], k] + share[node] * gap
            coming_from = node
            p -= 1
