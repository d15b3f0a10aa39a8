"""What every forest of bagged trees can do: grow them over threads, keep them, weigh their columns.

Cost: that of ``bagged_tree.py`` times n_estimators; the trees are spread over the threads, each
depends on its number alone, and what they say is added up in their order.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from minixai._column_groups import check_groups
from minixai._validation import check_number, seed_of
from minixai.errors import DataWarning, ParameterError, check_option
from minixai.importance import Importance
from minixai.parallel import as_engine
from minixai.protocols import Array
from minixai.tree.bagged_tree import BaggedTree, Bagging, grow_bagged
from minixai.tree.growth_limits import check_growth, growth_limits
from minixai.tree.out_of_bag import UnseenAnswers
from minixai.tree.tree_model import TreeModel
from minixai.tree_arrays.joining import Tree, join_trees

__all__ = ["BaggedForest"]

_BATCH = 16  # trees whose unseen rows are held at once


class BaggedForest(TreeModel):
    """Trees grown on rows of their own drawing, which know what they have not seen."""

    n_estimators: int
    criterion: str
    bootstrap: bool
    oob_score: bool
    max_samples: int | float | None
    random_state: int | None
    oob_score_: float
    _unseen_name: str
    _falls: Array
    _unseen_falls: Array

    @property
    def feature_importances_(self) -> Array:
        """Share of each column in the fall of the impurity, (n_features,), summing to 1.

        Columns of many values are favoured; `impurity_importance` has a corrected form.
        """
        self._check_fitted()
        total = self._falls.sum(axis=1, keepdims=True)
        grown = total[:, 0] > 0
        if not grown.any():
            return np.zeros(self.n_features_in_)
        shares = (self._falls[grown] / total[grown]).mean(axis=0)
        return np.asarray(shares / shares.sum())

    def impurity_importance(
        self,
        *,
        corrected: bool = True,
        groups: Mapping[str, Sequence[int | str]] | None = None,
    ) -> Importance:
        """Return how far each column lowers the impurity, with its spread over the trees.

        On the rows that a tree was grown on, plain noise lowers the impurity too, the more the
        more values it has and the deeper the tree: a column of noise with many values may pass
        one that matters with few. Corrected, the fall is measured on the rows that the tree has
        not seen (``out_of_bag.py`` has the formula), where noise is worth about 0, or a little
        less.

        Parameters
        ----------
        corrected : bool
            Whether to measure on the rows that a tree has not seen; needs ``oob_score=True``.
        groups : dict of name -> list of columns (names or indices), optional
            Columns whose falls are summed; columns left out stay on their own.

        Returns
        -------
        Importance
            In units of impurity: the square of the target's, Gini's index or, not corrected and
            by that criterion, bits. ``repeats`` holds the trees, ``std_error`` is over them.

        Raises
        ------
        ParameterError
            Corrected without ``oob_score``, or groups that name no columns.
        """
        self._check_fitted()
        if corrected and not hasattr(self, "oob_score_"):
            raise ParameterError(
                "`corrected` needs the rows that a tree has not seen, and the forest was fitted "
                "without: fit with oob_score=True, or ask for corrected=False."
            )
        names = self._names_of_features() or tuple(f"x{j}" for j in range(self.n_features_in_))
        players = check_groups(groups, names)
        falls = self._unseen_falls if corrected else self._falls
        repeats = np.stack([falls[:, columns].sum(axis=1) for columns in players.values()])
        named = {player: [names[j] for j in columns] for player, columns in players.items()}
        return Importance(
            mean=repeats.mean(axis=1),
            feature_names=tuple(players),
            method="mdi_oob" if corrected else "mdi",
            std=repeats.std(axis=1),
            n_repeats=len(falls),
            repeats=repeats,
            metric="gini" if corrected and self.criterion == "entropy" else self.criterion,
            groups=None if groups is None else named,
            random_state=seed_of(self.random_state),
        )

    def _check_arguments(self, criteria: tuple[str, ...]) -> None:
        check_option("criterion", self.criterion, criteria)
        check_number("n_estimators", self.n_estimators, low=1, integer=True)
        check_growth(self)
        for name in ("bootstrap", "oob_score"):
            if not isinstance(getattr(self, name), (bool, np.bool_)):
                raise ParameterError(f"`{name}` must be a bool, got {getattr(self, name)!r}.")
        if self.oob_score and not self.bootstrap:
            raise ParameterError(
                "`oob_score` needs rows that a tree has not seen, and `bootstrap` is False: set it "
                "to True, or `oob_score` to False."
            )
        if isinstance(self.max_samples, (float, np.floating)):
            check_number("max_samples", self.max_samples, low=0.0, open_low=True)
        elif self.max_samples is not None:
            check_number("max_samples", self.max_samples, low=1, integer=True)
        seed_of(self.random_state)
        as_engine(self.n_jobs)

    def _n_drawn(self, weights: Array) -> int:
        """Return how many rows are drawn for a tree."""
        if not self.bootstrap:
            return 0
        n_rows = int(np.count_nonzero(weights))
        if self.max_samples is None:
            return n_rows
        if isinstance(self.max_samples, (float, np.floating)):
            return max(1, round(self.max_samples * n_rows))
        return int(self.max_samples)

    def _grow(
        self,
        bagging: Bagging,
        *,
        gain_unit: float,
        variance_unit: float,
        exponent: int = 0,
    ) -> UnseenAnswers:
        """Grow all trees, keep them, and return what they say of rows they have not seen.

        The units are what a gain and a variance of 1 are in the criterion's; ``exponent`` is
        that of the power of two which the target was divided by.
        """
        limits = growth_limits(
            self, bagging.codes.shape, 1.0, gain_unit=gain_unit, entropy=self.criterion == "entropy"
        )
        engine = as_engine(self.n_jobs)
        answers = UnseenAnswers(len(bagging.codes), bagging.n_outputs)
        trees: list[BaggedTree] = []
        for start in range(0, self.n_estimators, _BATCH):
            numbers = range(start, min(start + _BATCH, self.n_estimators))
            for tree in engine.map(lambda number: grow_bagged(bagging, limits, number), numbers):
                if self.oob_score:
                    answers.add(tree.unseen, tree.value[tree.leaves])
                none = tree.unseen[:0]
                trees.append(tree._replace(unseen=none, leaves=none))
        with np.errstate(over="ignore"):
            self._falls = np.stack([tree.falls for tree in trees]) * gain_unit
            self._unseen_falls = np.stack([tree.unseen_falls for tree in trees]) * variance_unit
        self._keep(trees, exponent)
        return answers

    def _keep(self, trees: list[BaggedTree], exponent: int) -> None:
        """Lay all trees in a row, each giving its share of the mean."""
        self.trees_ = join_trees(
            [
                Tree(
                    tree.feature,
                    tree.threshold,
                    tree.left,
                    tree.right,
                    np.ldexp(tree.value, exponent) / self.n_estimators,
                    tree.cover,
                    tree.missing_left,
                )
                for tree in trees
            ],
            self.n_features_in_,
            feature_names=self._names_of_features(),
            output_names=self._names_of_outputs(),
        )

    def _keep_unseen(self, answers: Array, score: float) -> None:
        """Keep what the trees say of rows they have not seen, and how good it is."""
        if np.isnan(answers).any():
            warnings.warn(
                "Some rows were drawn for every tree and have no out-of-bag answer (NaN): raise "
                "`n_estimators`.",
                DataWarning,
                stacklevel=4,
            )
        setattr(self, self._unseen_name, answers)
        self.oob_score_ = score

    def _forget_unseen(self) -> None:
        for name in ("oob_score_", self._unseen_name):
            vars(self).pop(name, None)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        state, arrays = super()._to_state()
        held = {"falls": self._falls, "unseen_falls": self._unseen_falls}
        if hasattr(self, "oob_score_"):
            state = state | {"oob_score": self.oob_score_}
            held["unseen_answers"] = getattr(self, self._unseen_name)
        return state, arrays | held

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        held = {name: arrays.pop(name) for name in ("falls", "unseen_falls")}
        answers = arrays.pop("unseen_answers", None)
        model = super()._from_state(meta, arrays)
        model._falls, model._unseen_falls = held["falls"], held["unseen_falls"]
        if answers is not None:
            setattr(model, cls._unseen_name, answers)
            model.oob_score_ = meta["oob_score"]
        return model
