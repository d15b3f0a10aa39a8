"""The boosted additive model, a glass box: shapes of all columns, grids of the strongest pairs.

``additive_model.py`` says what such a model computes and shows, ``bag_boosting.py`` and
``term_boosting.py`` how it is learned; this file says what the raw score means. A binary
classifier has one, the log odds of ``classes_[1]``; one of k > 2 classes has k, whose softmax are
the probabilities; a regressor's is its prediction.

Source: Lou, Caruana & Gehrke (2012), Intelligible models for classification and regression,
doi:10.1145/2339530.2339556; Lou, Caruana, Gehrke & Hooker (2013), Accurate intelligible models
with pairwise interactions, doi:10.1145/2487575.2487579; Nori, Jenkins, Koch & Caruana (2019),
InterpretML, arXiv:1909.09223.
Cost: O(n_bags * n_rounds * n_samples * n_terms), and O(n_features^2 * n_samples) to rank pairs;
memory one byte a cell of X and bag at work.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._estimator import Classifier, Regressor, all_or_nothing
from minixai._validation import as_ratio_weights
from minixai.errors import DataError
from minixai.metrics.class_weight import sample_weights
from minixai.optim.losses import probabilities
from minixai.protocols import Array
from minixai.tree.boosted_model import BoostedModel

__all__ = ["BoostedGAMClassifier", "BoostedGAMRegressor"]


class BoostedGAMClassifier(BoostedModel, Classifier):
    """A sum of shapes of columns and pairs that gives log odds; trained on cross-entropy.

    Parameters
    ----------
    n_pairs : int >= 0
        Pairs of columns at most, the strongest ones; fewer where there are not so many. Ranking
        costs the square of the number of columns: take 0 for thousands of them.
    n_bags : int >= 1
        Models that are averaged, each with other rows held out.
    learning_rate : float in (0, 1]
        Share of a term's best step that is taken.
    max_rounds : int
        Rounds at most, in each of which every term steps once.
    patience : int
        Rounds to wait for a lower loss of the held-out rows; the best round is kept.
    validation_fraction : float in (0, 1)
        Share of the rows that each bag holds out, at least one row.
    max_leaves : int
        Pieces of a step at most.
    min_samples_leaf : int
        Fewest rows of a piece; from fewer missing values of a column nothing is learned.
    l2 : float >= 0
        Added to the curvature of every piece.
    min_gain : float >= 0
        What a cut must raise twice the log likelihood of the rows by; a cut in noise gains about
        1. A pair's step, of three cuts, must gain five times as much.
    max_bins, max_pair_bins : int
        Bins at most of a column's shape (2 to 255), and of an axis of a pair's grid (2 to 128).
    monotonic_cst : sequence of int or dict, optional
        1 for columns whose score must not fall as the value rises, -1 for those whose score must
        not rise, 0 for others; as one a column, or by name or index. Such columns get no pairs,
        and their missing values any score. For several classes it holds for each raw score.
    class_weight : {"balanced"}, dict or None
        Weights of the classes, as those of `minixai.metrics.class_weights`.
    random_state : int or None
        Seed of the rows held out; None means 0.
    n_jobs : int or Engine
        Threads over bags; the bits do not depend on it.

    Attributes
    ----------
    classes_ : array of labels, sorted
    pairs_ : list of (int, int)
        Columns of each pair, the strongest pair first.
    term_names_ : tuple of str
        Columns, then pairs.
    intercept_ : float, or array (n_classes,)
    n_rounds_ : int array (n_bags, 2)
        Rounds kept of the columns and of the pairs.

    Notes
    -----
    Missing values (NaN) are a bin of their own. Where the fit saw none in a column they score 0
    there, the mean of the column's score.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1.0, 1.0, 200)[:, None]
    >>> model = BoostedGAMClassifier(n_bags=2).fit(X, np.abs(X[:, 0]) > 0.5)
    >>> model.predict([[-0.8], [0.0], [0.8]]).tolist()
    [True, False, True]
    >>> model.terms([[0.8]]).values.shape
    (1, 1)
    """

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
        class_weight: Any = None,
        random_state: int | None = 0,
        n_jobs: Any = 1,
    ) -> None:
        super().__init__(
            n_pairs=n_pairs,
            n_bags=n_bags,
            learning_rate=learning_rate,
            max_rounds=max_rounds,
            patience=patience,
            validation_fraction=validation_fraction,
            max_leaves=max_leaves,
            min_samples_leaf=min_samples_leaf,
            l2=l2,
            min_gain=min_gain,
            max_bins=max_bins,
            max_pair_bins=max_pair_bins,
            monotonic_cst=monotonic_cst,
            random_state=random_state,
            n_jobs=n_jobs,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn the terms.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            At least two rows; NaN is a missing value.
        y : array-like (n_samples,)
            Labels of two classes or more, numbers or text.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights, whose unit does not matter; rows of weight 0 count as absent. A
            weight of 2 is a row twice only on average over seeds: bags draw rows.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            An argument out of range.
        DataError
            Data that cannot be learned from: one class only, infinity.
        """
        self._check_arguments()
        with all_or_nothing(self):
            matrix, labels = self._validated_fit(X, y, numeric_target=False, min_rows=2)
            weights = as_ratio_weights(sample_weight, len(matrix))
            matrix, labels, weights = _with_weight(matrix, labels, weights)
            codes = self._encode_labels(labels)
            if self.class_weight is not None:
                weights = sample_weights(labels, self.class_weight, weights)
                matrix, codes, weights = _with_weight(matrix, codes, weights)
            share = np.bincount(codes, weights, len(self.classes_)) / weights.sum()
            binary = len(share) == 2
            target = np.arange(len(share))[:, np.newaxis] == codes
            base = np.log(share[1:] / share[:1]) if binary else np.log(share)
            self._learn(
                "logistic" if binary else "softmax", matrix, target[binary:].astype(float),
                weights / weights.mean(), base,
            )  # fmt: skip
        return self

    def decision_function(self, X: Any) -> Array:
        """Return the log odds of ``classes_[1]``, (n_samples,), or (n_samples, k) raw scores."""
        return self._raw_score(X)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (n_samples, k), in the order of ``classes_``."""
        return probabilities(self._raw_score(X))

    def predict(self, X: Any) -> Array:
        """Return the most likely label of each row, (n_samples,)."""
        return self._labels_of(self._raw_score(X))

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        state, arrays = super()._to_state()
        return state | self._labels_to_state(), arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._from_state(meta, arrays)
        model.classes_ = cls._labels_from_state(meta)
        return model


class BoostedGAMRegressor(BoostedModel, Regressor):
    """A sum of shapes of columns and pairs that gives a number; trained on squared error.

    Parameters
    ----------
    n_pairs, n_bags, learning_rate, max_rounds, patience, validation_fraction, max_leaves
        As for `BoostedGAMClassifier`.
    min_samples_leaf, l2, min_gain, max_bins, max_pair_bins, monotonic_cst, random_state, n_jobs
        As for `BoostedGAMClassifier`.

    Attributes
    ----------
    pairs_, term_names_, intercept_, n_rounds_
        As for `BoostedGAMClassifier`.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).uniform(-1.0, 1.0, size=(500, 2))
    >>> model = BoostedGAMRegressor(n_bags=2).fit(X, X[:, 0] ** 2 + X[:, 1])
    >>> model.score(X, X[:, 0] ** 2 + X[:, 1]) > 0.98
    True
    >>> model.term_names_
    ('x0', 'x1', 'x0 x x1')
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn the terms.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            At least two rows; NaN is a missing value.
        y : array-like (n_samples,)
            Numbers.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights, whose unit does not matter; rows of weight 0 count as absent. A
            weight of 2 is a row twice only on average over seeds: bags draw rows.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            An argument out of range.
        DataError
            NaN in y, infinity, or fewer than two rows.
        """
        self._check_arguments()
        with all_or_nothing(self):
            matrix, target = self._validated_fit(X, y, numeric_target=True, min_rows=2)
            weights = as_ratio_weights(sample_weight, len(matrix))
            matrix, target, weights = _with_weight(matrix, target, weights)
            unit = float(np.abs(target).max()) or 1.0  # squares of 1e200 are no floats
            target = target / unit
            mean = float(np.average(target, weights=weights))
            spread = float(np.sqrt(np.average((target - mean) ** 2, weights=weights))) or 1.0
            self._learn(
                "squared", matrix, ((target - mean) / spread)[np.newaxis],
                weights / weights.mean(), np.zeros(1),
            )  # fmt: skip
            self._terms = self._terms.rescaled(spread, mean).rescaled(unit, 0.0)
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
            float64, in the target's unit.
        """
        return self._raw_score(X)


def _with_weight(X: Array, y: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Leave rows of weight 0 out; two at least must be left."""
    if weights.all():
        return X, y, weights
    kept = weights > 0
    if kept.sum() < 2:
        raise DataError(
            f"The fit needs at least 2 rows of positive weight, got {kept.sum()}: a part of them "
            "is held out."
        )
    return X[kept], y[kept], weights[kept]
