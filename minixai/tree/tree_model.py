"""What every model made of trees can do once its trees are grown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from minixai._estimator import Classifier, Estimator, Regressor
from minixai.data.column_meaning import ColumnMeaning
from minixai.parallel import as_engine
from minixai.protocols import Array
from minixai.tree_arrays import (
    DecisionPath,
    OutlineNode,
    PathLengths,
    Rule,
    TreeArrays,
    decision_path,
    export_text,
    path_lengths,
    rules,
    tree_outline,
)

__all__ = ["AveragingTreeClassifier", "TreeClassifier", "TreeModel", "TreeRegressor"]


class TreeModel(Estimator):
    """An estimator whose raw score is that of its `TreeArrays`.

    A subclass's fit learns the columns and sets ``trees_``; missing values are taken.
    """

    _allows_nan = True
    n_jobs: Any
    trees_: TreeArrays

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "trees_")

    def tree_arrays(self) -> TreeArrays:
        """Return the fitted trees, all in a row."""
        self._check_fitted()
        return self.trees_

    def apply(self, X: Any) -> Array:
        """Return the leaf of every row in every tree: node numbers, int32 (n_samples, n_trees)."""
        return self.tree_arrays().leaves(self._validated(X))

    def decision_path(self, X: Any) -> DecisionPath:
        """Return the nodes that every row passes in every tree.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        """
        return decision_path(self.tree_arrays(), self._validated(X))

    def path_lengths(self) -> PathLengths:
        """Return how many questions each tree asks its training rows."""
        return path_lengths(self.tree_arrays())

    def rules(self, X: Any, meanings: Sequence[ColumnMeaning] | None = None) -> list[Rule]:
        """Return the rule that each row follows in each tree, in words.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            Few rows.
        meanings : sequence of ColumnMeaning, optional
            What the columns stand for, as ``TableEncoder.meanings`` tells; None is their names.
        """
        return rules(self.tree_arrays(), self._validated(X), meanings)

    def outline(
        self,
        *,
        tree: int = 0,
        max_depth: int | None = 3,
        meanings: Sequence[ColumnMeaning] | None = None,
        row: Any = None,
    ) -> list[OutlineNode]:
        """Return one tree's nodes in words, as `plot_tree` draws them.

        Parameters
        ----------
        tree : int
            Which one.
        max_depth : int, optional
            Questions on a path; None goes to the leaves.
        meanings : sequence of ColumnMeaning, optional
            What the columns stand for, as ``TableEncoder.meanings`` tells; None is their names.
        row : array-like (n_features,), optional
            The row whose path is marked.
        """
        trees = self.tree_arrays()
        return tree_outline(trees, tree=tree, max_depth=max_depth, meanings=meanings, row=row)

    def export_text(
        self,
        *,
        tree: int = 0,
        max_depth: int | None = None,
        meanings: Sequence[ColumnMeaning] | None = None,
    ) -> str:
        """Return one tree as indented text; arguments of `tree_outline`."""
        trees = self.tree_arrays()
        return export_text(trees, tree=tree, max_depth=max_depth, meanings=meanings)

    def _raw_score(self, X: Any) -> Array:
        """Return the raw score (n_samples,), or (n_samples, n_outputs)."""
        matrix = self._validated(X)
        return self.trees_.predict(matrix, as_engine(getattr(self, "n_jobs", 1)).map)

    def _names_of_outputs(self) -> tuple[str, ...] | None:
        """Return the labels that the raw scores speak of; a regressor's score has no name."""
        if not isinstance(self, Classifier):
            return None
        names = tuple(str(label) for label in self.classes_)
        return names[1:] if len(names) == 2 else names

    def _names_of_features(self) -> tuple[str, ...] | None:
        names = getattr(self, "feature_names_in_", None)
        return None if names is None else tuple(str(name) for name in names)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        self._check_fitted()
        meta, arrays = self.trees_._to_state()
        names = self._names_of_features()
        state = {
            "parameters": self.get_params(),
            "trees": meta,
            "feature_names": None if names is None else list(names),
        }
        return state, arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = cls(**meta["parameters"])
        model.trees_ = TreeArrays._from_state(meta["trees"], arrays)
        model.n_features_in_ = model.trees_.n_features
        if meta["feature_names"] is not None:
            model.feature_names_in_ = np.array(meta["feature_names"], dtype=object)
        return model


class TreeRegressor(TreeModel, Regressor):
    """Trees that predict a number: the sum of leaf values."""

    def predict(self, X: Any) -> Array:
        """Predict the target.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value.

        Returns
        -------
        ndarray (n_samples,)
            float64, in the target's unit.
        """
        return self._raw_score(X)


class TreeClassifier(TreeModel, Classifier):
    """Trees that know labels; with two classes they have one output, that of ``classes_[1]``."""

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        state, arrays = super()._to_state()
        return state | self._labels_to_state(), arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._from_state(meta, arrays)
        model.classes_ = cls._labels_from_state(meta)
        return model


class AveragingTreeClassifier(TreeClassifier):
    """Trees whose leaves hold class shares: the raw score is the mean share."""

    def predict_proba(self, X: Any) -> Array:
        """Return the mean share of every class, (n_samples, n_classes), rows summing to 1.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value.
        """
        raw = np.clip(self._raw_score(X), 0.0, 1.0)  # a sum of shares may round beyond
        return np.column_stack([1.0 - raw, raw]) if raw.ndim == 1 else raw

    def predict(self, X: Any) -> Array:
        """Return the class with the largest mean share; of equal ones the first.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value.

        Returns
        -------
        ndarray (n_samples,)
        """
        shares = self.predict_proba(X)
        return np.asarray(self.classes_[shares.argmax(axis=1)])
