r"""Random forests: the mean of many trees, each grown on rows and columns of its own drawing.

.. math::
    f(x) = \frac{1}{T} \sum_{t=1}^T f_t(x)

Tree t is grown on as many rows as there are, drawn with replacement, and looks in every node at a
few columns only. A row is out of the bag of about a third of the trees; these answer for it as if
it were new, which gives a fair score without rows held out.

Source: Breiman (2001), Random Forests, Machine Learning 45.
Differs from the source: splits lie between at most 255 bins of each column, found once for all
trees; rows are drawn by their weights, and weights of classes are kept as weights.
Cost: that of ``binned_tree.py`` times n_estimators; memory n_samples * n_features bytes and the
trees.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._validation import as_weights
from minixai.metrics import r2, sample_weights
from minixai.protocols import Array
from minixai.tree.bagged_forest import BaggedForest
from minixai.tree.bagged_tree import Bagging
from minixai.tree.feature_bins import learn_bins
from minixai.tree.scaled_target import moderate_weights, scale_target
from minixai.tree.tree_model import AveragingTreeClassifier, TreeRegressor

__all__ = ["RandomForestClassifier", "RandomForestRegressor"]


class RandomForestRegressor(BaggedForest, TreeRegressor):
    """A forest that predicts the mean of its trees.

    Parameters
    ----------
    n_estimators : int
        Number of trees.
    criterion : {"squared_error"}
        What a split lowers.
    max_depth : int, optional
        Most questions that a tree asks; None has no limit.
    min_samples_split, min_samples_leaf : int or float
        Fewest different rows of a node that is split, and of a leaf; a float is a share of all.
    min_weight_fraction_leaf : float in [0, 0.5]
        Least share of a tree's weight in a leaf.
    max_features : int, float, "sqrt", "log2" or None
        Columns looked at in a node, drawn anew for each; a float is a share; None looks at all.
    max_leaf_nodes : int, optional
        Grow best first, up to so many leaves a tree.
    min_impurity_decrease : float
        Least fall of the impurity, weighted by the node's share of the rows, of a split.
    bootstrap : bool
        Whether each tree gets rows drawn with replacement, by their weights; False gives it all.
    oob_score : bool
        Whether to ask the trees about the rows that they have not seen: for ``oob_score_``, and
        for the corrected `impurity_importance`. Needs ``bootstrap``.
    max_samples : int or float, optional
        Rows drawn for a tree; a float is a share; None draws as many as there are.
    n_jobs : int or Engine
        Threads over which the trees are spread; the result does not depend on it.
    random_state : int, optional
        Seed of the drawing; None is 0.

    Attributes
    ----------
    trees_ : TreeArrays
        Its values are divided by ``n_estimators``.
    feature_importances_ : ndarray (n_features,)
        Shares of the columns in the fall of the impurity; see `impurity_importance`.
    oob_prediction_ : ndarray (n_samples,)
        Mean of the trees that have not seen the row; NaN where all have.
    oob_score_ : float
        R2 of it.
    n_features_in_, feature_names_in_
        What was fitted on.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(0.0, 1.0, 50)[:, None]
    >>> RandomForestRegressor(20, random_state=0).fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.9
    True
    """

    _unseen_name = "oob_prediction_"
    oob_prediction_: Array

    def __init__(
        self,
        n_estimators: int = 100,
        *,
        criterion: str = "squared_error",
        max_depth: int | None = None,
        min_samples_split: int | float = 2,
        min_samples_leaf: int | float = 1,
        min_weight_fraction_leaf: float = 0.0,
        max_features: int | float | str | None = 1.0,
        max_leaf_nodes: int | None = None,
        min_impurity_decrease: float = 0.0,
        bootstrap: bool = True,
        oob_score: bool = False,
        max_samples: int | float | None = None,
        n_jobs: Any = 1,
        random_state: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.criterion = criterion
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_features = max_features
        self.max_leaf_nodes = max_leaf_nodes
        self.min_impurity_decrease = min_impurity_decrease
        self.bootstrap = bootstrap
        self.oob_score = oob_score
        self.max_samples = max_samples
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value.
        y : array-like (n_samples,)
            Numbers.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights, by which rows are drawn: a weight of 2 is a row given twice, in
            the mean over the draws.

        Returns
        -------
        self

        Raises
        ------
        DataError
            Infinity in X, NaN or infinity in y.
        ParameterError
            An argument outside its range.
        """
        self._check_arguments(("squared_error",))
        with all_or_nothing(self):
            matrix, target = self._validated_fit(X, y, numeric_target=True)
            weights = moderate_weights(as_weights(sample_weight, len(matrix)))
            scaled = scale_target(target, weights)
            bins = learn_bins(matrix, weights)
            bagging = Bagging(
                bins=bins,
                codes=bins.codes(matrix),
                target=scaled.values,
                centred=scaled.centred,
                weights=weights,
                class_weights=None,
                balanced=False,
                n_outputs=1,
                n_drawn=self._n_drawn(weights),
                follow_unseen=bool(self.oob_score),
                random_state=self.random_state,
            )
            unit = scaled.gain_unit
            answers = self._grow(
                bagging, gain_unit=unit, variance_unit=unit, exponent=scaled.exponent
            )
            self._forget_unseen()
            if self.oob_score:
                known, mean = answers.known, np.ldexp(answers.mean[:, 0], scaled.exponent)
                score = r2(target[known], mean[known], sample_weight=weights[known])
                self._keep_unseen(mean, score)
        return self


class RandomForestClassifier(BaggedForest, AveragingTreeClassifier):
    """A forest that predicts the mean share of each class over its trees.

    Parameters
    ----------
    n_estimators : int
        Number of trees.
    criterion : {"gini", "entropy"}
        What a split lowers; entropy in bits.
    max_depth, min_samples_split, min_samples_leaf, min_weight_fraction_leaf, max_leaf_nodes
        As for `RandomForestRegressor`.
    max_features : int, float, "sqrt", "log2" or None
        Columns looked at in a node, drawn anew for each.
    min_impurity_decrease, bootstrap, oob_score, max_samples, n_jobs, random_state
        As for `RandomForestRegressor`.
    class_weight : "balanced", "balanced_subsample", dict or None
        Weights of the classes; "balanced" weighs all alike, "balanced_subsample" anew among the
        rows of each tree.

    Attributes
    ----------
    classes_ : ndarray (n_classes,)
        The labels, sorted.
    trees_ : TreeArrays
        Its values are shares divided by ``n_estimators``: of ``classes_[1]``, or of each of more
        than two classes.
    feature_importances_ : ndarray (n_features,)
        Shares of the columns in the fall of the impurity; see `impurity_importance`.
    oob_decision_function_ : ndarray (n_samples, n_classes)
        Mean shares over the trees that have not seen the row; NaN where all have.
    oob_score_ : float
        Accuracy of it.
    n_features_in_, feature_names_in_
        What was fitted on.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(0.0, 1.0, 50)[:, None]
    >>> RandomForestClassifier(20, random_state=0).fit(X, X[:, 0] > 0.4).predict([[0.2], [0.8]])
    array([False,  True])
    """

    _unseen_name = "oob_decision_function_"
    oob_decision_function_: Array

    def __init__(
        self,
        n_estimators: int = 100,
        *,
        criterion: str = "gini",
        max_depth: int | None = None,
        min_samples_split: int | float = 2,
        min_samples_leaf: int | float = 1,
        min_weight_fraction_leaf: float = 0.0,
        max_features: int | float | str | None = "sqrt",
        max_leaf_nodes: int | None = None,
        min_impurity_decrease: float = 0.0,
        bootstrap: bool = True,
        oob_score: bool = False,
        max_samples: int | float | None = None,
        class_weight: Any = None,
        n_jobs: Any = 1,
        random_state: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.criterion = criterion
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_features = max_features
        self.max_leaf_nodes = max_leaf_nodes
        self.min_impurity_decrease = min_impurity_decrease
        self.bootstrap = bootstrap
        self.oob_score = oob_score
        self.max_samples = max_samples
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value.
        y : array-like (n_samples,)
            Labels of two classes or more.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights, by which rows are drawn: a weight of 2 is a row given twice, in
            the mean over the draws.

        Returns
        -------
        self

        Raises
        ------
        DataError
            Infinity in X, a missing label, one class only.
        ParameterError
            An argument outside its range.
        """
        self._check_arguments(("gini", "entropy"))
        with all_or_nothing(self):
            matrix, labels = self._validated_fit(X, y, numeric_target=False)
            codes = self._encode_labels(labels)
            weights = moderate_weights(as_weights(sample_weight, len(matrix)))
            bins, n_classes = learn_bins(matrix, weights), len(self.classes_)
            bagging = Bagging(
                bins=bins,
                codes=bins.codes(matrix),
                target=codes.astype(np.float64),
                centred=codes.astype(np.float64),
                weights=weights,
                class_weights=self._factors(labels, weights),
                balanced=self._is_balanced_anew(),
                n_outputs=1 if n_classes == 2 else n_classes,
                n_drawn=self._n_drawn(weights),
                follow_unseen=bool(self.oob_score),
                random_state=self.random_state,
            )
            # The variance of the share of one of two classes is half their Gini index.
            gini = 2.0 if n_classes == 2 else 1.0
            answers = self._grow(
                bagging,
                gain_unit=gini if self.criterion == "gini" else 1.0,
                variance_unit=gini,
            )
            self._forget_unseen()
            if self.oob_score:
                known, mean = answers.known, answers.mean
                shares = np.hstack([1.0 - mean, mean]) if n_classes == 2 else mean
                right = shares[known].argmax(axis=1) == codes[known]
                self._keep_unseen(shares, float(np.average(right, weights=weights[known])))
        return self

    def _is_balanced_anew(self) -> bool:
        return isinstance(self.class_weight, str) and self.class_weight == "balanced_subsample"

    def _factors(self, labels: Array, weights: Array) -> Array | None:
        """Return the weights of the rows' classes, or None where all classes count alike."""
        if self.class_weight is None or self._is_balanced_anew():
            return None
        factors = sample_weights(labels, self.class_weight, weights)
        known = weights > 0
        return np.divide(factors, weights, out=np.zeros(len(weights)), where=known)
