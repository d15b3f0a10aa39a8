r"""Gradient boosting: a sum of small trees, each grown on what the sum so far gets wrong.

.. math::
    F(x) = F_0 + \sum_t \eta \, T_t(x)

The trees are those of ``gradient_tree.py``, the rounds those of ``boosting_rounds.py``, the losses
those of ``gradient_loss.py``; this file says what the raw score F means. A binary classifier has
one output, the logit of ``classes_[1]``; one of k > 2 classes has k trees a round and the softmax
of k scores; a regressor has the mean, or with "poisson" its logarithm.

Source: Friedman (2001), Annals of Statistics 29(5); Ke et al. (2017), LightGBM, NeurIPS 30.
Cost: a fit of 100,000 rows, 20 columns and 100 trees of 31 leaves takes half a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np

from minixai._column_groups import check_groups
from minixai._validation import check_number, generator, seed_of
from minixai.errors import DataError, check_option
from minixai.importance import Importance
from minixai.protocols import Array
from minixai.tree.boosting_rounds import Boosted, RoundRules, boost
from minixai.tree.gradient_loss import LOSS_LINKS, BoostingLoss
from minixai.tree.gradient_tree import TreeRules
from minixai.tree.leaf_growth import GROWTHS
from minixai.tree.monotone_sign import signs_of
from minixai.tree.tree_model import TreeModel

__all__ = ["BoostedTrees"]

IMPORTANCES = ("gain", "cover", "split_count")
_HELD_OUT = 3  # what is drawn, for the generator
_AUTO_ROWS = 10_000


class BoostedTrees(TreeModel):
    """Base of the boosted models; a subclass brings the loss and what the raw score means."""

    n_iter_: int
    train_score_: Array
    validation_score_: Array | None
    _gain: Array

    def __init__(
        self,
        *,
        learning_rate: float = 0.1,
        n_estimators: int = 100,
        max_leaf_nodes: int | None = 31,
        max_depth: int | None = None,
        growth: str = "leaf_wise",
        min_samples_leaf: int = 20,
        min_child_weight: float = 1e-3,
        l2_regularization: float = 0.0,
        min_gain: float = 0.0,
        max_bins: int = 255,
        max_features: float = 1.0,
        subsample: float = 1.0,
        monotonic_cst: Any = None,
        early_stopping: bool | str = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        tol: float = 1e-7,
        random_state: int | None = None,
        n_jobs: Any = 1,
    ) -> None:
        self.learning_rate = learning_rate
        self.n_estimators = n_estimators
        self.max_leaf_nodes = max_leaf_nodes
        self.max_depth = max_depth
        self.growth = growth
        self.min_samples_leaf = min_samples_leaf
        self.min_child_weight = min_child_weight
        self.l2_regularization = l2_regularization
        self.min_gain = min_gain
        self.max_bins = max_bins
        self.max_features = max_features
        self.subsample = subsample
        self.monotonic_cst = monotonic_cst
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs

    @property
    def feature_importances_(self) -> Array:
        """Share of each column in the gain of all splits, (n_features,), summing to 1 or 0."""
        total = self.importance().mean
        return total / (total.sum() or 1.0)

    def importance(
        self,
        kind: str = "gain",
        groups: Mapping[str, Sequence[int | str]] | None = None,
    ) -> Importance:
        """Return how much the trees use each column, the mean over rounds and its spread.

        Parameters
        ----------
        kind : {"gain", "cover", "split_count"}
            What a split counts for: the loss it saves (twice, before the learning rate); the
            weight of its rows; 1. Gains favour columns of many values: ask a permutation too.
        groups : dict of name -> list of columns, optional
            Columns whose splits count together.

        Returns
        -------
        Importance

        Raises
        ------
        ParameterError
            An unknown kind, or groups that are none.
        """
        check_option("kind", kind, IMPORTANCES)
        trees = self.tree_arrays()
        names = self._names_of_features() or tuple(f"x{j}" for j in range(trees.n_features))
        players = check_groups(groups, names)
        inner = np.flatnonzero(~trees.is_leaf)
        counted = {"gain": self._gain, "cover": trees.cover, "split_count": np.ones(trees.n_nodes)}
        tree = np.searchsorted(trees.walk[-1], inner, side="right") - 1
        cells = np.zeros((self.n_iter_, trees.n_features))
        np.add.at(cells, (tree // trees.n_outputs, trees.feature[inner]), counted[kind][inner])
        parts = np.stack([cells[:, columns].sum(axis=1) for columns in players.values()])
        return Importance(
            parts.mean(axis=1),
            tuple(players),
            f"{kind} of splits",
            std=parts.std(axis=1),
            n_repeats=self.n_iter_,
            groups=None
            if groups is None
            else {k: [names[j] for j in v] for k, v in players.items()},
        )

    def _fit_rounds(self, X: Array, target: Array, weights: Array, name: str, k: int) -> None:
        """Boost on checked rows and keep the trees."""
        if not weights.all():
            X, target, weights = (a[weights > 0] for a in (X, target, weights))
        stops = self.early_stopping is True or (
            self.early_stopping == "auto" and len(X) > _AUTO_ROWS
        )
        held_out = None
        if stops:
            mask = self._held_out(
                target if LOSS_LINKS[name] in ("logit", "softmax") else None, len(X)
            )
            held_out = (X[mask], BoostingLoss(name, target[mask], weights[mask], k))
            X, target, weights = X[~mask], target[~mask], weights[~mask]
        rules = RoundRules(
            n_estimators=self.n_estimators,
            learning_rate=self.learning_rate,
            subsample=self.subsample,
            max_features=self.max_features,
            max_bins=self.max_bins,
            patience=self.n_iter_no_change if stops else None,
            tol=self.tol,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
        )
        loss = BoostingLoss(name, target, weights, k)
        self._keep(boost(X, loss, self._tree_rules(X.shape[1]), rules, held_out), name)

    def _held_out(self, codes: Array | None, n_rows: int) -> Array:
        """Draw the rows that are held out, bool (n_rows,): of each class its share."""
        draws = generator(self.random_state, _HELD_OUT)
        mask = np.zeros(n_rows, dtype=bool)
        strata = np.zeros(n_rows) if codes is None else codes
        for stratum in np.unique(strata):
            rows = np.flatnonzero(strata == stratum)
            count = round(self.validation_fraction * len(rows))
            mask[draws.choice(rows, count, replace=False, shuffle=False)] = True
        if not mask.any() or mask.all():
            raise DataError(
                f"A `validation_fraction` of {self.validation_fraction} of {n_rows} rows leaves "
                "nothing to watch or to learn from: fit without early stopping."
            )
        return mask

    def _tree_rules(self, n_features: int) -> TreeRules:
        return TreeRules(
            growth=self.growth,
            max_leaf_nodes=self.max_leaf_nodes,
            max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf,
            min_child_weight=self.min_child_weight,
            l2=self.l2_regularization,
            min_gain=self.min_gain,
            signs=signs_of(self.monotonic_cst, n_features, self._names_of_features()),
        )

    def _keep(self, done: Boosted, name: str) -> None:
        """Store the trees, their scores and gains."""
        self.n_iter_ = len(done.rounds)
        self.train_score_ = -np.array(done.train_losses)
        watched = np.array(done.validation_losses)
        self.validation_score_ = -watched if len(watched) else None
        self.trees_, self._gain = done.joined(
            LOSS_LINKS[name], self._names_of_features(), self._names_of_outputs()
        )

    def _staged_raw(self, X: Any) -> Iterator[Array]:
        """Yield the raw score after each round, copies."""
        matrix = self._validated(X)
        trees = self.trees_
        raw = np.tile(trees.base_value, (len(matrix), 1))
        for number in range(self.n_iter_):
            first = number * trees.n_outputs
            trees.add_trees(matrix, raw, first, first + trees.n_outputs)
            yield raw[:, 0].copy() if trees.n_outputs == 1 else raw.copy()

    def _check_arguments(self) -> None:
        check_option("growth", self.growth, GROWTHS)
        for name in ("n_estimators", "min_samples_leaf", "n_iter_no_change"):
            check_number(name, getattr(self, name), low=1, integer=True)
        if self.max_leaf_nodes is not None:
            check_number("max_leaf_nodes", self.max_leaf_nodes, low=2, integer=True)
        if self.max_depth is not None:
            check_number("max_depth", self.max_depth, low=1, integer=True)
        check_number("max_bins", self.max_bins, low=2, high=255, integer=True)
        check_number("learning_rate", self.learning_rate, low=0.0, open_low=True)
        for name in ("min_child_weight", "l2_regularization", "min_gain", "tol"):
            check_number(name, getattr(self, name), low=0.0)
        for name in ("subsample", "max_features"):
            check_number(name, getattr(self, name), low=0.0, open_low=True, high=1.0)
        fraction = self.validation_fraction
        check_number(
            "validation_fraction", fraction, low=0.0, open_low=True, high=1.0, open_high=True
        )
        if not isinstance(self.early_stopping, (bool, np.bool_)):
            check_option("early_stopping", self.early_stopping, ("auto",))
        seed_of(self.random_state)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        arrays |= {"gain": self._gain, "train_score": self.train_score_}
        if self.validation_score_ is not None:
            arrays["validation_score"] = self.validation_score_
        return meta | {"n_iter": self.n_iter_}, arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        own = ("gain", "train_score", "validation_score")
        model = super()._from_state(meta, {k: a for k, a in arrays.items() if k not in own})
        model.n_iter_, model._gain = meta["n_iter"], arrays["gain"]
        model.train_score_ = arrays["train_score"]
        model.validation_score_ = arrays.get("validation_score")
        return model
