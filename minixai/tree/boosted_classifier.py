"""Gradient boosting of labels; the algorithm is that of ``gradient_boosting.py``.

A binary classifier has one output, the logit of ``classes_[1]``; one of k > 2 classes has k trees
a round and the softmax of k scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._validation import as_weights
from minixai.errors import DataError, ParameterError
from minixai.metrics import sample_weights
from minixai.optim.losses import probabilities
from minixai.protocols import Array
from minixai.tree.gradient_boosting import BoostedTrees
from minixai.tree.tree_model import TreeClassifier

__all__ = ["GradientBoostingClassifier"]


class GradientBoostingClassifier(BoostedTrees, TreeClassifier):
    """Boosted trees that give the probability of each class, by the loss of its logarithm.

    Parameters
    ----------
    learning_rate : float > 0
        What each tree's values are multiplied by.
    n_estimators : int >= 1
        Rounds, at most; a classifier of k > 2 classes grows k trees in each.
    max_leaf_nodes : int >= 2 or None
        Most leaves of a tree; None sets no limit.
    max_depth : int >= 1 or None
        Most splits on a path; None sets no limit.
    growth : {"leaf_wise", "depth_wise"}
        Which leaf is split next: that of the largest gain, or one of the least depth. Without
        ``max_leaf_nodes`` both give the same tree.
    min_samples_leaf : int >= 1
        Fewest rows of a leaf, whatever their weights.
    min_child_weight : float >= 0
        Least sum of curvatures in a leaf, row weights included.
    l2_regularization : float >= 0
        Penalty: half of it times the sum of the squared values of a tree's leaves.
    min_gain : float >= 0
        A split must save more than this (twice the loss, summed over rows).
    max_bins : int
        Most bins of a column's values, 2 to 255; missing values have one more.
    max_features : float in (0, 1]
        Share of the columns that a node may ask, drawn anew for each node.
    subsample : float in (0, 1]
        Share of the rows that a round learns from, drawn anew without replacement.
    monotonic_cst : array (n_features,) or dict of name -> int, optional
        1: the raw score never falls as the column rises, all else equal; -1: it never rises;
        0 or left out: free. Missing values lie outside the order. Two
        classes only.
    early_stopping : bool or "auto"
        Hold rows out and stop when their loss no longer falls; the rounds up to the best are kept.
        "auto" does so above 10,000 rows.
    validation_fraction : float in (0, 1)
        Share of the rows held out, of each class alike.
    n_iter_no_change : int >= 1
        Rounds to wait for a lower loss.
    tol : float >= 0
        By how much it must be lower.
    random_state : int or None
        Seed of all that is drawn; None means 0.
    n_jobs : int or Engine
        Threads; they change no bit.
    class_weight : {"balanced"}, dict of label -> weight or None
        Weights of the classes, times those of the rows.

    Attributes
    ----------
    classes_ : array of labels, sorted
    trees_ : TreeArrays
        The trees; values include the learning rate, ``cover`` is the weight of a node's rows.
    n_iter_ : int
        Rounds kept.
    train_score_ : array (n_rounds + 1,)
        Minus the mean loss of the rows learned from, before the first round and after each.
    validation_score_ : array (n_rounds + 1,) or None
        The same of the rows held out; None without early stopping.
    feature_importances_ : array (n_features,)
        Shares in the gain, see `importance`.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 100)[:, None]
    >>> y = np.where(np.abs(X[:, 0]) < 0.5, "inside", "outside")
    >>> model = GradientBoostingClassifier(n_estimators=50).fit(X, y)
    >>> model.predict([[0.0], [0.9]]).tolist()
    ['inside', 'outside']
    """

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
        class_weight: Any = None,
    ) -> None:
        super().__init__(
            learning_rate=learning_rate,
            n_estimators=n_estimators,
            max_leaf_nodes=max_leaf_nodes,
            max_depth=max_depth,
            growth=growth,
            min_samples_leaf=min_samples_leaf,
            min_child_weight=min_child_weight,
            l2_regularization=l2_regularization,
            min_gain=min_gain,
            max_bins=max_bins,
            max_features=max_features,
            subsample=subsample,
            monotonic_cst=monotonic_cst,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            tol=tol,
            random_state=random_state,
            n_jobs=n_jobs,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from labelled rows.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value: each split learns which way it goes.
        y : array-like (n_samples,)
            Labels of two classes or more, numbers or text.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights; rows of weight 0 count as absent.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            An argument out of its range.
        DataError
            One class only, missing labels, infinity, or a class without weight.
        """
        self._check_arguments()
        with all_or_nothing(self):
            rows, labels = self._validated_fit(X, y, numeric_target=False)
            weights = as_weights(sample_weight, len(rows))
            if not weights.all():
                rows, labels, weights = (a[weights > 0] for a in (rows, labels, weights))
            codes = self._encode_labels(labels)
            weights = sample_weights(labels, self.class_weight, weights)
            n_classes = len(self.classes_)
            binary = n_classes == 2
            self._check_weights(codes, weights)
            if not binary and np.any(self._tree_rules(rows.shape[1]).signs):
                raise ParameterError(
                    f"`monotonic_cst` needs two classes, and y has {n_classes}: leave it out."
                )
            self._fit_rounds(
                rows,
                codes.astype(np.float64),
                weights,
                "binary" if binary else "multinomial",
                1 if binary else n_classes,
            )
        return self

    def decision_function(self, X: Any) -> Array:
        """Return the raw score: (n_samples,) of ``classes_[1]`` for two classes, else (n, k)."""
        return self._raw_score(X)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (n_samples, k), in the order of ``classes_``."""
        return probabilities(self._raw_score(X))

    def predict(self, X: Any) -> Array:
        """Return the most likely label of each row, (n_samples,)."""
        return self._labels_of(self._raw_score(X))

    def staged_decision_function(self, X: Any) -> Iterator[Array]:
        """Yield the raw score after each round."""
        return self._staged_raw(X)

    def staged_predict_proba(self, X: Any) -> Iterator[Array]:
        """Yield the probability of each class after each round."""
        return map(probabilities, self._staged_raw(X))

    def staged_predict(self, X: Any) -> Iterator[Array]:
        """Yield the most likely label of each row after each round."""
        return map(self._labels_of, self._staged_raw(X))

    def _check_weights(self, codes: Array, weights: Array) -> None:
        empty = np.bincount(codes, weights) == 0.0
        if empty.any():
            label = self.classes_[int(np.argmax(empty))]
            raise DataError(f"Class {label!r} has no weight: leave its rows out.")
