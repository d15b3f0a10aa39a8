"""Gradient boosting of numbers; the algorithm is that of ``gradient_boosting.py``.

The raw score is the prediction, or with the Poisson loss its logarithm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._validation import as_weights
from minixai.errors import DataError, check_option
from minixai.protocols import Array
from minixai.tree.gradient_boosting import BoostedTrees
from minixai.tree.tree_model import TreeRegressor

__all__ = ["GradientBoostingRegressor"]


class GradientBoostingRegressor(BoostedTrees, TreeRegressor):
    """Boosted trees that predict a number.

    Parameters
    ----------
    loss : {"squared_error", "poisson"}
        Half the squared error; or half the Poisson deviance, for counts and other y >= 0: the
        raw score is then the logarithm of the prediction.
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
        0 or left out: free. Missing values lie outside the order.
    early_stopping : bool or "auto"
        Hold rows out and stop when their loss no longer falls; the rounds up to the best are kept.
        "auto" does so above 10,000 rows.
    validation_fraction : float in (0, 1)
        Share of the rows held out.
    n_iter_no_change : int >= 1
        Rounds to wait for a lower loss.
    tol : float >= 0
        By how much it must be lower.
    random_state : int or None
        Seed of all that is drawn; None means 0.
    n_jobs : int or Engine
        Threads; they change no bit.

    Attributes
    ----------
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
    >>> model = GradientBoostingRegressor(n_estimators=200).fit(X, np.abs(X[:, 0]))
    >>> bool(np.abs(model.predict(X) - np.abs(X[:, 0])).max() < 0.2)
    True
    """

    def __init__(
        self,
        *,
        loss: str = "squared_error",
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
        self.loss = loss

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from rows and their targets.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value: each split learns which way it goes.
        y : array-like (n_samples,)
            Numbers; for "poisson" not negative and not all 0.
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
            Infinity, a missing target, or a negative one for "poisson".
        """
        self._check_arguments()
        check_option("loss", self.loss, ("squared_error", "poisson"))
        with all_or_nothing(self):
            rows, target = self._validated_fit(X, y, numeric_target=True)
            weights = as_weights(sample_weight, len(rows))
            if self.loss == "poisson" and (target.min() < 0 or not (target * weights).any()):
                raise DataError(
                    "loss='poisson' needs targets that are not negative and not all 0, got "
                    f"{target.min():g} to {target.max():g}: use loss='squared_error'."
                )
            self._fit_rounds(rows, target, weights, self.loss, 1)
        return self

    def predict(self, X: Any) -> Array:
        """Predict the target.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value.

        Returns
        -------
        ndarray (n_samples,)
            In the target's unit.
        """
        return self._from_raw(self._raw_score(X))

    def staged_predict(self, X: Any) -> Iterator[Array]:
        """Yield the prediction after each round."""
        return map(self._from_raw, self._staged_raw(X))

    def _from_raw(self, raw: Array) -> Array:
        return np.exp(raw) if self.trees_.link == "log" else raw
