r"""Decision trees: one question of one column at a time, down to a mean or to shares of classes.

A node is split where the impurity falls most,

.. math::
    \Delta = i - \frac{W_L}{W} i_L - \frac{W_R}{W} i_R

with i the variance, Gini's index or the entropy of its rows; ``split_gain.py`` has the formula
that is computed, ``exact_tree.py`` and ``binned_tree.py`` the two ways to grow. Of equal splits
the one of the first column and the lowest threshold is taken, where scikit-learn draws one.

Source: Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees.
Differs from the source: a missing value goes to the side that gains more; where the node saw
none, to the side with more weight.
Cost: exact O(n_features * n_samples * depth), after sorting each column; histograms as
``binned_tree.py`` says.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple, Self

import numpy as np

from minixai._estimator import all_or_nothing, unfitted_copy
from minixai._validation import as_weights, check_number, generator, seed_of
from minixai.errors import check_option
from minixai.metrics import sample_weights
from minixai.protocols import Array
from minixai.tree.bin_histogram import Binned
from minixai.tree.binned_tree import grow_binned
from minixai.tree.cost_complexity import PruningPath, pruning_path, which_stay
from minixai.tree.exact_tree import grow_exact, sort_columns
from minixai.tree.feature_bins import learn_bins
from minixai.tree.growing_tree import Nodes, seed_pair
from minixai.tree.growth_limits import check_growth, growth_limits
from minixai.tree.node_average import Averages, average_nodes, impurities
from minixai.tree.scaled_target import moderate_weights, scale_target, weighted_pairs
from minixai.tree.tree_model import AveragingTreeClassifier, TreeModel, TreeRegressor
from minixai.tree_arrays import TreeArrays

__all__ = ["DecisionTreeClassifier", "DecisionTreeRegressor"]


class _Grown(NamedTuple):
    """A tree that may still be pruned."""

    nodes: Nodes
    n_nodes: int
    threshold: Array
    averages: Averages
    risk: Array
    """(n_nodes,): impurity times share of the weight, in the target's unit."""
    exponent: int
    """``ldexp(averages.value, exponent)`` is in the target's unit."""


class _SingleTree(TreeModel):
    """What both trees share."""

    criterion: str
    splitter: str
    ccp_alpha: float
    random_state: int | None
    feature_importances_: Array

    def get_depth(self) -> int:
        """Return the most questions that a row is asked."""
        return int(self.path_lengths().longest[0])

    def get_n_leaves(self) -> int:
        """Return the number of leaves."""
        return int(self.tree_arrays().is_leaf.sum())

    def _check_arguments(self, criteria: tuple[str, ...]) -> None:
        check_option("criterion", self.criterion, criteria)
        check_option("splitter", self.splitter, ("exact", "histogram"))
        check_growth(self)
        check_number("ccp_alpha", self.ccp_alpha, low=0.0)
        seed_of(self.random_state)

    def cost_complexity_pruning_path(
        self, X: Any, y: Any, sample_weight: Any = None
    ) -> PruningPath:
        """Return at which ``ccp_alpha`` which branches of the full tree go.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        y : array-like (n_samples,)
        sample_weight : array-like (n_samples,), optional

        Returns
        -------
        PruningPath
            ``ccp_alphas`` and ``impurities`` from the full tree down to the root. This tree stays
            as it is.
        """
        twin = unfitted_copy(self)
        twin._check_parameters()
        grown = twin._learn(X, y, sample_weight)
        return pruning_path(grown.nodes, grown.n_nodes, grown.risk)

    def _fit(self, X: Any, y: Any, sample_weight: Any) -> Self:
        self._check_parameters()
        with all_or_nothing(self):
            self._keep(self._learn(X, y, sample_weight))
        return self

    @abstractmethod
    def _check_parameters(self) -> None:
        """Raise `ParameterError` for an argument outside its range."""

    @abstractmethod
    def _learn(self, X: Any, y: Any, sample_weight: Any) -> _Grown:
        """Learn the columns, and the classes, and grow the full tree."""

    def _grow(
        self,
        X: Array,
        target: Array,
        pairs: Array,
        n_outputs: int,
        gain_unit: float,
        exponent: int = 0,
    ) -> _Grown:
        """Grow on the rows of weight above 0."""
        weight = float(pairs[:, 0].sum())
        entropy = self.criterion == "entropy"
        limits = growth_limits(self, X.shape, weight, gain_unit=gain_unit, entropy=entropy)
        rows = np.flatnonzero(pairs[:, 0] > 0).astype(np.int32)
        seed = seed_pair(generator(self.random_state))
        if self.splitter == "exact":
            columns = sort_columns(X, rows, target, pairs, n_outputs)
            nodes, n_nodes = grow_exact(columns, limits, seed)
            rows, threshold = columns.order[0], nodes.cut[:n_nodes]
        else:
            bins = learn_bins(X, pairs[:, 0])
            data = Binned(bins.codes(X), bins.n_bins, target, pairs, n_outputs, True)
            nodes, n_nodes = grow_binned(data, rows, limits, seed)
            threshold = bins.thresholds(
                np.maximum(nodes.feature[:n_nodes], 0), nodes.cut[:n_nodes].astype(np.int64)
            )
        averages = average_nodes(nodes, n_nodes, rows, target, pairs[:, 0], n_outputs)
        risk = impurities(averages, self.criterion) * (averages.cover / averages.cover[0])
        with np.errstate(over="ignore", under="ignore"):
            risk = np.ldexp(risk, 2 * exponent)
        return _Grown(nodes, n_nodes, threshold, averages, risk, exponent)

    def _keep(self, grown: _Grown) -> None:
        """Prune what was grown and keep it."""
        nodes, n_nodes = grown.nodes, grown.n_nodes
        kept, is_leaf = which_stay(nodes, n_nodes, grown.risk, float(self.ccp_alpha))
        place = np.full(n_nodes, -1)
        place[kept] = np.arange(len(kept))
        inner = ~is_leaf[kept]

        def below(children: Array) -> Array:
            return np.where(inner, place[children[kept]], -1)

        feature = np.where(inner, nodes.feature[kept], -1)
        gains = np.where(inner, nodes.gain[kept], 0.0)
        summed = np.bincount(feature[inner], gains[inner], self.n_features_in_)
        self.feature_importances_ = summed / summed.sum() if summed.any() else summed
        self.trees_ = TreeArrays(
            self.n_features_in_,
            feature,
            np.where(inner, grown.threshold[kept], 0.0),
            below(nodes.left),
            below(nodes.right),
            np.ldexp(grown.averages.value[kept], grown.exponent),
            grown.averages.cover[kept],
            missing_left=nodes.missing_left[kept] & inner,
            feature_names=self._names_of_features(),
            output_names=self._names_of_outputs(),
        )

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        state, arrays = super()._to_state()
        return state, arrays | {"importances": self.feature_importances_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        importances = arrays.pop("importances")
        model = super()._from_state(meta, arrays)
        model.feature_importances_ = importances
        return model


class DecisionTreeRegressor(_SingleTree, TreeRegressor):
    """A tree that predicts the mean of the training rows in a leaf.

    Parameters
    ----------
    criterion : {"squared_error"}
        What a split lowers.
    splitter : {"exact", "histogram"}
        Cuts between any two values, or between 255 bins of a column, which is faster.
    max_depth : int, optional
        Most questions that a row is asked; None has no limit.
    min_samples_split, min_samples_leaf : int or float
        Fewest rows of a node that is split, and of a leaf; a float is a share of the rows.
    min_weight_fraction_leaf : float in [0, 0.5]
        Least share of the weight in a leaf.
    max_features : int, float, "sqrt", "log2" or None
        Columns looked at in a node, drawn anew for each; a float is a share; None looks at all.
    max_leaf_nodes : int, optional
        Grow best first, up to so many leaves.
    min_impurity_decrease : float
        Least fall of the impurity, weighted by the node's share of the rows, of a split.
    ccp_alpha : float
        Price of a leaf, in units of impurity; branches that are not worth theirs are cut.
    random_state : int, optional
        Seed of ``max_features``; None is 0.

    Attributes
    ----------
    trees_ : TreeArrays
    feature_importances_ : ndarray (n_features,)
        Share of each column in the fall of the impurity. Columns of many values are favoured.
    n_features_in_, feature_names_in_
        What was fitted on.

    Examples
    --------
    >>> model = DecisionTreeRegressor().fit([[0.0], [1.0], [5.0]], [1.0, 1.0, 4.0])
    >>> model.predict([[2.9], [3.1]]), model.get_n_leaves()
    (array([1., 4.]), 2)
    """

    def __init__(
        self,
        *,
        criterion: str = "squared_error",
        splitter: str = "exact",
        max_depth: int | None = None,
        min_samples_split: int | float = 2,
        min_samples_leaf: int | float = 1,
        min_weight_fraction_leaf: float = 0.0,
        max_features: int | float | str | None = None,
        max_leaf_nodes: int | None = None,
        min_impurity_decrease: float = 0.0,
        ccp_alpha: float = 0.0,
        random_state: int | None = None,
    ) -> None:
        self.criterion = criterion
        self.splitter = splitter
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_features = max_features
        self.max_leaf_nodes = max_leaf_nodes
        self.min_impurity_decrease = min_impurity_decrease
        self.ccp_alpha = ccp_alpha
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow and prune the tree.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value.
        y : array-like (n_samples,)
            Numbers.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights; a weight of 2 is a row given twice.

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
        return self._fit(X, y, sample_weight)

    def _check_parameters(self) -> None:
        self._check_arguments(("squared_error",))

    def _learn(self, X: Any, y: Any, sample_weight: Any) -> _Grown:
        matrix, target = self._validated_fit(X, y, numeric_target=True)
        weights = moderate_weights(as_weights(sample_weight, len(matrix)))
        scaled = scale_target(target, weights)
        pairs = weighted_pairs(scaled.centred, weights)
        return self._grow(matrix, scaled.values, pairs, 1, scaled.gain_unit, scaled.exponent)


class DecisionTreeClassifier(_SingleTree, AveragingTreeClassifier):
    """A tree that predicts the shares of the classes among the training rows in a leaf.

    Parameters
    ----------
    criterion : {"gini", "entropy"}
        What a split lowers; entropy in bits.
    splitter, max_depth, min_samples_split, min_samples_leaf, min_weight_fraction_leaf
        As for `DecisionTreeRegressor`.
    max_features, max_leaf_nodes, min_impurity_decrease, ccp_alpha, random_state
        As for `DecisionTreeRegressor`.
    class_weight : "balanced", dict or None
        Weights of the classes, times those of the rows; "balanced" weighs all classes alike.

    Attributes
    ----------
    classes_ : ndarray (n_classes,)
        The labels, sorted.
    trees_ : TreeArrays
        Its value is the share of ``classes_[1]``; of more than two classes the share of each.
    feature_importances_, n_features_in_, feature_names_in_
        As for `DecisionTreeRegressor`.

    Examples
    --------
    >>> model = DecisionTreeClassifier().fit([[0.0], [1.0], [5.0]], ["no", "no", "yes"])
    >>> model.predict([[2.9], [3.1]]).tolist()
    ['no', 'yes']
    """

    def __init__(
        self,
        *,
        criterion: str = "gini",
        splitter: str = "exact",
        max_depth: int | None = None,
        min_samples_split: int | float = 2,
        min_samples_leaf: int | float = 1,
        min_weight_fraction_leaf: float = 0.0,
        max_features: int | float | str | None = None,
        max_leaf_nodes: int | None = None,
        min_impurity_decrease: float = 0.0,
        class_weight: Any = None,
        ccp_alpha: float = 0.0,
        random_state: int | None = None,
    ) -> None:
        self.criterion = criterion
        self.splitter = splitter
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_features = max_features
        self.max_leaf_nodes = max_leaf_nodes
        self.min_impurity_decrease = min_impurity_decrease
        self.class_weight = class_weight
        self.ccp_alpha = ccp_alpha
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow and prune the tree.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value.
        y : array-like (n_samples,)
            Labels of two classes or more.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights; a weight of 2 is a row given twice.

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
        return self._fit(X, y, sample_weight)

    def _check_parameters(self) -> None:
        self._check_arguments(("gini", "entropy"))

    def _learn(self, X: Any, y: Any, sample_weight: Any) -> _Grown:
        matrix, labels = self._validated_fit(X, y, numeric_target=False)
        codes = self._encode_labels(labels).astype(np.float64)
        weights = as_weights(sample_weight, len(matrix))
        if self.class_weight is not None:
            weights = as_weights(sample_weights(labels, self.class_weight, weights), len(matrix))
        pairs = weighted_pairs(codes, moderate_weights(weights))
        n_outputs = 1 if len(self.classes_) == 2 else len(self.classes_)
        # The variance of the share of one of two classes is half their Gini index.
        gain_unit = 2.0 if self.criterion == "gini" and n_outputs == 1 else 1.0
        return self._grow(matrix, codes, pairs, n_outputs, gain_unit)
