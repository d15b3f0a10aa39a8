r"""Rounds of boosting: each adds one tree an output, grown on the gradients where the last stopped.

.. math::
    F_0 = \arg\min_c L(c), \qquad F_t = F_{t-1} + \eta \, T_t(g(F_{t-1}), h(F_{t-1}))         (1)

Rows may be drawn for each round, without replacement, and columns for each node. Early stopping
watches the loss of rows that are held out and keeps the rounds up to the best.

Source: Friedman (2001), Annals of Statistics 29(5), algorithm 1; Friedman (2002), Stochastic
gradient boosting, Computational Statistics & Data Analysis 38(4), for the drawing of rows.
Differs from the source: a Newton step in each leaf, and curvatures in the choice of splits.
Cost: a tree a round and output, see ``gradient_tree.py``; codes of the table twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minixai._validation import generator
from minixai.parallel import as_engine
from minixai.protocols import Array
from minixai.tree.feature_bins import MISSING, FeatureBins, learn_bins
from minixai.tree.gradient_histogram import BinnedRows, bin_rows
from minixai.tree.gradient_loss import BoostingLoss
from minixai.tree.gradient_tree import GrownTree, TreeGrower, TreeRules, add_tree
from minixai.tree_arrays import TreeArrays
from minixai.tree_arrays.joining import Tree, join_trees

__all__ = ["Boosted", "RoundRules", "boost"]

_ROWS, _COLUMNS = 1, 2  # what is drawn, for the generators


@dataclass(frozen=True)
class RoundRules:
    """How rounds go on; the arguments are those of the estimators."""

    n_estimators: int
    learning_rate: float
    subsample: float
    max_features: float
    max_bins: int
    patience: int | None  # None: no early stopping
    tol: float
    random_state: int | None
    n_jobs: Any


@dataclass(eq=False)
class Boosted:
    """What the rounds leave behind.

    Parameters
    ----------
    bins : FeatureBins
    start : array (n_outputs,)
        F_0 of (1).
    rounds : list of list of GrownTree
        One tree an output.
    train_losses, validation_losses : list of float
        The mean losses of F_0, F_1, ...
    """

    bins: FeatureBins
    start: Array
    rounds: list[list[GrownTree]] = field(default_factory=list)
    train_losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)

    def is_stuck(self, rules: RoundRules) -> bool:
        """Say whether the last rounds brought the held-out loss no lower."""
        losses = np.array(self.validation_losses)
        if rules.patience is None or len(losses) <= rules.patience:
            return False
        before, last = losses[: -rules.patience], losses[-rules.patience :]
        return bool(last.min() > before.min() - rules.tol)

    def joined(
        self, link: str, names: tuple[str, ...] | None, output_names: tuple[str, ...] | None
    ) -> tuple[TreeArrays, Array]:
        """Return all trees in a row, and the gain of each node."""
        trees = [
            self._as_tree(tree, output)
            for trees in self.rounds
            for output, tree in enumerate(trees)
        ]
        arrays = join_trees(
            trees,
            self.bins.n_features,
            n_outputs=len(self.start),
            base_value=self.start,
            link=link,
            feature_names=names,
            output_names=output_names,
        )
        return arrays, np.concatenate([tree.gain for trees in self.rounds for tree in trees])

    def _as_tree(self, tree: GrownTree, output: int) -> Tree:
        inner = tree.left >= 0
        threshold = np.zeros(len(inner))
        threshold[inner] = self.bins.thresholds(tree.feature[inner], tree.bin[inner])
        right = np.where(inner, tree.left + 1, -1)
        return Tree(
            tree.feature,
            threshold,
            tree.left,
            right,
            tree.value,
            tree.cover,
            tree.missing_left,
            output=output,
        )


def boost(
    X: Array,
    loss: BoostingLoss,
    tree_rules: TreeRules,
    rules: RoundRules,
    held_out: tuple[Array, BoostingLoss] | None = None,
) -> Boosted:
    """Go through the rounds.

    Parameters
    ----------
    X : array (n_samples, n_features)
        NaN is a missing value.
    loss : BoostingLoss
        Over the rows of X.
    tree_rules : TreeRules
    rules : RoundRules
    held_out : pair of array and BoostingLoss, optional
        Other rows, watched and not learned from.
    """
    alike = bool((loss.weights == loss.weights[0]).all())
    bins = learn_bins(X, None if alike else loss.weights, rules.max_bins)
    table = bin_rows(X, bins)
    done = Boosted(bins, loss.start())
    learner = _Learner(table, loss, done.start, tree_rules, rules)
    watched = None if held_out is None else _Watched(bins, *held_out, done.start)
    for number in range(rules.n_estimators):
        done.train_losses.append(learner.derive())
        if watched is not None:
            done.validation_losses.append(watched.mean_loss())
            if done.is_stuck(rules):
                break
        done.rounds.append(learner.next_trees(number))  # (1)
        if watched is not None:
            watched.add(done.rounds[-1])
    else:
        done.train_losses.append(learner.derive())
        if watched is not None:
            done.validation_losses.append(watched.mean_loss())
    if watched is not None:
        del done.rounds[max(1, int(np.argmin(done.validation_losses))) :]
    return done


class _Learner:
    """The rows learned from: their raw scores, derivatives and growers."""

    def __init__(
        self,
        table: BinnedRows,
        loss: BoostingLoss,
        start: Array,
        tree_rules: TreeRules,
        rules: RoundRules,
    ) -> None:
        self.table, self.loss, self.rules = table, loss, rules
        n_rows, k = len(loss.target), loss.n_outputs
        self.capacity = tree_rules.capacity(n_rows)
        self.raw = np.repeat(start[:, None], n_rows, axis=1)
        self.gradient, self.curvature = np.empty((k, n_rows)), np.empty((k, n_rows))
        self.engine = as_engine(rules.n_jobs)
        spread = self.engine.map if k == 1 and rules.n_jobs != 1 else None
        weights = None if (loss.weights == 1.0).all() else loss.weights
        self.growers = [TreeGrower(table, weights, tree_rules, spread) for _ in range(k)]

    def derive(self) -> float:
        mean_loss, self.sums = self.loss.derive(self.raw, self.gradient, self.curvature)
        return mean_loss

    def next_trees(self, number: int) -> list[GrownTree]:
        rows = self._drawn_rows(number)

        def grow(k: int) -> GrownTree:
            tree = self.growers[k].grow(
                self.gradient[k],
                self.curvature[k],
                (self.sums[k, 0], self.sums[k, 1]),
                self.rules.learning_rate,
                rows,
                self._drawn_columns(number, k),
            )
            if rows is None:
                self.growers[k].add_values(tree, self.raw[k])
            else:
                add_tree(tree, self.table.by_row, self.table.n_values, self.raw[k])
            return tree

        return list(self.engine.map(grow, range(self.loss.n_outputs)))

    def _drawn_rows(self, number: int) -> Array | None:
        if self.rules.subsample == 1.0:
            return None
        n_rows = len(self.loss.target)
        count = max(1, round(self.rules.subsample * n_rows))
        draws = generator(self.rules.random_state, _ROWS, number)
        return np.sort(draws.choice(n_rows, count, replace=False, shuffle=False))

    def _drawn_columns(self, number: int, k: int) -> Array | None:
        """Return which columns each node may ask, uint8 (capacity, n_features)."""
        n_features = len(self.table.n_values)
        count = max(1, int(self.rules.max_features * n_features))
        if count == n_features:
            return None
        draws = generator(self.rules.random_state, _COLUMNS, number, k)
        keys = draws.random((self.capacity, n_features))
        ranks = keys.argsort(axis=1).argsort(axis=1)
        return np.asarray(ranks < count, dtype=np.uint8)


class _Watched:
    """Rows that are held out."""

    def __init__(self, bins: FeatureBins, X: Array, loss: BoostingLoss, start: Array) -> None:
        self.codes, self.loss = bins.codes(X), loss
        self.missing = np.full(X.shape[1], MISSING)
        self.raw = np.repeat(start[:, None], len(X), axis=1)
        self.room = np.empty((2, *self.raw.shape))

    def add(self, trees: list[GrownTree]) -> None:
        for tree, raw in zip(trees, self.raw, strict=True):
            add_tree(tree, self.codes, self.missing, raw)

    def mean_loss(self) -> float:
        return self.loss.derive(self.raw, *self.room)[0]
