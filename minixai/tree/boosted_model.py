"""What the boosted additive models share: their arguments, and the call that learns.

The arguments are described by `BoostedGAMClassifier`.

Cost: that of ``bag_boosting.py``.
"""

from __future__ import annotations

from typing import Any

from minixai._validation import check_number, seed_of
from minixai.parallel import as_engine
from minixai.protocols import Array
from minixai.tree.additive_model import AdditiveModel
from minixai.tree.bag_boosting import BagOptions, boost_bags
from minixai.tree.monotone_sign import signs_of
from minixai.tree.term_boosting import BoostingOptions

__all__ = ["BoostedModel"]


class BoostedModel(AdditiveModel):
    """An additive model learned by boosting; a subclass says what is learned from what."""

    def __init__(
        self,
        *,
        n_pairs: int = 10,
        n_bags: int = 8,
        learning_rate: float = 0.15,
        max_rounds: int = 2000,
        patience: int = 30,
        validation_fraction: float = 0.15,
        max_leaves: int = 2,
        min_samples_leaf: int = 5,
        l2: float = 0.0,
        min_gain: float = 1.0,
        max_bins: int = 255,
        max_pair_bins: int = 32,
        monotonic_cst: Any = None,
        random_state: int | None = 0,
        n_jobs: Any = 1,
    ) -> None:
        self.n_pairs = n_pairs
        self.n_bags = n_bags
        self.learning_rate = learning_rate
        self.max_rounds = max_rounds
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.max_leaves = max_leaves
        self.min_samples_leaf = min_samples_leaf
        self.l2 = l2
        self.min_gain = min_gain
        self.max_bins = max_bins
        self.max_pair_bins = max_pair_bins
        self.monotonic_cst = monotonic_cst
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _check_arguments(self) -> None:
        for name, low, high in (
            ("n_pairs", 0, None),
            ("n_bags", 1, None),
            ("max_rounds", 1, None),
            ("patience", 1, None),
            ("max_leaves", 2, 255),
            ("min_samples_leaf", 1, None),
            ("max_bins", 2, 255),
            ("max_pair_bins", 2, 128),
        ):
            check_number(name, getattr(self, name), low=low, high=high, integer=True)
        check_number("learning_rate", self.learning_rate, low=0.0, high=1.0, open_low=True)
        check_number("l2", self.l2, low=0.0)
        check_number("min_gain", self.min_gain, low=0.0)
        check_number(
            "validation_fraction", self.validation_fraction, low=0.0, high=1.0, open_low=True,
            open_high=True,
        )  # fmt: skip
        seed_of(self.random_state)
        as_engine(self.n_jobs)

    def _learn(self, loss: str, X: Array, target: Array, weights: Array, base: Array) -> None:
        """Set the terms; ``target`` and ``base`` are as `boost_bags` takes them."""
        boosting = BoostingOptions(
            loss=loss,
            learning_rate=float(self.learning_rate),
            max_rounds=self.max_rounds,
            patience=self.patience,
            max_leaves=self.max_leaves,
            min_samples_leaf=self.min_samples_leaf,
            l2=float(self.l2),
            min_gain=float(self.min_gain),
            signs=signs_of(self.monotonic_cst, self.n_features_in_, tuple(self._names())),
        )
        options = BagOptions(
            n_bags=self.n_bags,
            n_pairs=self.n_pairs,
            validation_fraction=self.validation_fraction,
            max_bins=self.max_bins,
            max_pair_bins=self.max_pair_bins,
            random_state=self.random_state,
            engine=as_engine(self.n_jobs),
        )
        self._terms, self.n_rounds_ = boost_bags(X, target, weights, base, boosting, options)
