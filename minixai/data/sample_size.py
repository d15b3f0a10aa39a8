"""What more rows would bring: a model's scores when it is fitted on growing parts of each fold.

Where the held-out score still rises at the last size, more rows will help; where both curves have
met, another model might. The training rows of a fold are drawn once, in an order that keeps the
shares of the classes in every beginning of it, so that each size contains the smaller ones.

Source of the form: Cortes, Jackel, Solla, Vapnik & Denker (1993), Learning Curves: Asymptotic
Values and Rate of Convergence, NIPS 6.
Cost: n_sizes * n_folds fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import generator, seed_of
from minixai.data.cross_validation import cross_validate, folds_for
from minixai.data.table import Table
from minixai.errors import DataError, ParameterError
from minixai.metrics import Metric
from minixai.protocols import Array

__all__ = ["LearningCurve", "learning_curve"]

_SIZES = (0.1, 0.325, 0.55, 0.775, 1.0)


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Scores by number of training rows.

    Parameters
    ----------
    model : str
        What was fitted, as it prints.
    metric : Metric
    n_train : ndarray of int (n_sizes,)
        Training rows, rising.
    train_scores, test_scores : ndarray (n_sizes, n_folds)
        On the rows fitted on and on the rows held out.
    """

    model: str
    metric: Metric
    n_train: Array
    train_scores: Array
    test_scores: Array

    @property
    def train_mean(self) -> Array:
        """Mean training score over the folds, (n_sizes,)."""
        return np.asarray(self.train_scores.mean(axis=1))

    @property
    def test_mean(self) -> Array:
        """Mean held-out score over the folds, (n_sizes,)."""
        return np.asarray(self.test_scores.mean(axis=1))

    @property
    def train_std(self) -> Array:
        """Standard deviation of the training scores over the folds (n_folds below)."""
        return np.asarray(self.train_scores.std(axis=1))

    @property
    def test_std(self) -> Array:
        """Standard deviation of the held-out scores over the folds (n_folds below)."""
        return np.asarray(self.test_scores.std(axis=1))


def learning_curve(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    sizes: Sequence[float] = _SIZES,
    splits: Any = 5,
    metric: Any = None,
    encoder: Any = None,
    random_state: int | None = 0,
    n_jobs: Any = 1,
) -> LearningCurve:
    """Fit a model on growing parts of each fold and score it on what is held out.

    Parameters
    ----------
    model, X, y, splits, metric, encoder, n_jobs
        As in `cross_validate`.
    sizes : sequence of float or int
        Floats in (0, 1] are shares of the smallest fold's training rows, integers numbers of rows.
    random_state : int, optional
        Seed of the folds, of the encoder and of the order of the training rows; None means 0.

    Returns
    -------
    LearningCurve

    Raises
    ------
    DataError
        As in `cross_validate`.
    ParameterError
        A size out of its range, or another argument out of its own.

    Examples
    --------
    >>> import numpy as np
    >>> from minixai.linear import LinearRegression
    >>> x = np.linspace(0.0, 1.0, 40)[:, np.newaxis]
    >>> learning_curve(LinearRegression(), x, x[:, 0], sizes=[8, 1.0]).n_train
    array([ 8, 32])
    """
    seed = seed_of(random_state)
    target = X.y if isinstance(X, Table) else np.asarray(y)
    if target.ndim != 1:
        raise DataError(f"`y` must have one value a row, got shape {target.shape}.")
    folds = folds_for(model, target, splits, seed)
    counts = _counts(sizes, min(len(train) for train, _ in folds))
    labels = None if target.dtype.kind == "f" else target
    orders = [_balanced(train, labels, seed, k) for k, (train, _) in enumerate(folds)]
    tests = [test for _, test in folds]
    found = [
        cross_validate(
            model,
            X,
            y,
            metric=metric,
            splits=[(rows[:count], test) for rows, test in zip(orders, tests, strict=True)],
            encoder=encoder,
            random_state=seed,
            n_bootstrap=1,
            with_train_scores=True,
            n_jobs=n_jobs,
        )
        for count in counts
    ]
    return LearningCurve(
        model=found[0].model,
        metric=found[0].metric,
        n_train=np.array(counts),
        train_scores=np.array([each.train_scores for each in found]),
        test_scores=np.array([each.scores for each in found]),
    )


def _counts(sizes: Any, n_most: int) -> list[int]:
    counts = set()
    for size in np.atleast_1d(np.asarray(sizes, dtype=object)).tolist():
        whole = isinstance(size, (int, np.integer)) and not isinstance(size, bool)
        fits = 1 <= size <= n_most if whole else isinstance(size, float) and 0 < size <= 1
        if not fits:
            raise ParameterError(
                f"`sizes` must be shares in (0, 1] or whole numbers in [1, {n_most}], got {size!r}."
            )
        counts.add(int(size) if whole else max(1, round(size * n_most)))
    if not counts:
        raise ParameterError("`sizes` must name a size at least, got none.")
    return sorted(counts)


def _balanced(train: Array, labels: Array | None, seed: int, fold: int) -> Array:
    """Return the rows shuffled, every beginning with the shares of the classes."""
    rows = generator(seed, fold).permutation(train)
    if labels is None:
        return rows
    codes = np.unique(labels[rows].astype(np.str_), return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    place = np.empty(len(rows))
    place[order] = (within + 0.5) / np.repeat(counts, counts)
    return rows[np.argsort(place, kind="stable")]
