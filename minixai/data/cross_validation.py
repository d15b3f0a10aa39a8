r"""Cross-validation: a model's score on rows that nothing has learned from, fold by fold.

.. math::
    \bar s = \frac1K \sum_{k=1}^K s_k                                                    (1)

with s_k the score on the held-out rows of fold k. `fold_comparison` has the interval of the mean
and the test of two models on the same folds.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, chapter 7,
there with the loss of each row, here with any metric of each fold.
Cost: n_folds fits, and n_bootstrap * n_folds evaluations of the metric for the interval.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from minixai._estimator import unfitted_copy
from minixai._validation import as_matrix, check_mask, check_number, seed_of, take_rows
from minixai.data.fold_comparison import FoldComparison, compared, quantiles, resampled
from minixai.data.table import Table
from minixai.data.table_encoder import TableEncoder
from minixai.data.validation_folds import Folds, random_folds, stratified_folds
from minixai.errors import DataError, ParameterError, require
from minixai.metrics import Metric, get_metric
from minixai.parallel import as_engine
from minixai.protocols import Array

__all__ = ["CrossValidation", "cross_validate", "folds_for"]


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """The scores of one model on held-out rows, fold by fold.

    Parameters
    ----------
    model : str
        What was fitted, as it prints.
    metric : Metric
    scores : array (n_folds,)
        In the metric's own direction.
    interval : (float, float)
        Of the mean, at ``level``; of a measure that few rows push one way (calibration error) it
        may lie beside the mean.
    level : float
    folds : list of (train_rows, test_rows)
    outputs, targets : tuple of arrays, one a fold
        What the model said of the held-out rows, and what was true.
    """

    model: str
    metric: Metric
    scores: Array
    interval: tuple[float, float]
    level: float
    folds: Folds
    outputs: tuple[Array, ...] = field(repr=False)
    targets: tuple[Array, ...] = field(repr=False)
    by_class: bool = False
    """Whether held-out rows are resampled within each class."""
    draws: tuple[int, int] = (500, 0)
    """Number of resamples and their seed."""
    train_scores: Array | None = None
    """The scores on the rows each fold was fitted on, (n_folds,), where they were asked for."""

    @property
    def mean(self) -> float:
        """The mean of the scores."""
        return float(self.scores.mean())  # (1)

    @property
    def std(self) -> float:
        """The standard deviation of the scores over the folds (n_folds - 1 below)."""
        return float(self.scores.std(ddof=1)) if len(self.scores) > 1 else float("nan")

    def compare(self, other: CrossValidation) -> FoldComparison:
        """Test the difference to another model on the same folds.

        Parameters
        ----------
        other : CrossValidation
            Of the same rows, folds and metric.

        Returns
        -------
        FoldComparison
            This model's scores minus the other's.

        Raises
        ------
        ParameterError
            Another metric, other folds or another target.
        MissingDependencyError
            SciPy is not installed.
        """
        if not isinstance(other, CrossValidation):
            raise ParameterError(
                f"`other` must be what `cross_validate` returned, got {type(other).__name__}."
            )
        return compared(self, other)

    def to_frame(self) -> Any:
        """Return a pandas frame, one row a fold: n_train, n_test, score."""
        pandas = require("pandas", "table")
        sizes = [(len(train), len(test)) for train, test in self.folds]
        frame = pandas.DataFrame(sizes, columns=["n_train", "n_test"])
        frame[self.metric.name] = self.scores
        return frame

    def __str__(self) -> str:
        shown = "  ".join(f"{score:.4g}" for score in self.scores)
        low, high = self.interval
        return (
            f"{self.model}: {self.metric.name} {self.mean:.4g} "
            f"({100 * self.level:g} % {low:.4g} to {high:.4g}); by fold {shown}"
        )


def cross_validate(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    metric: Any = None,
    splits: Any = 5,
    encoder: Any = None,
    random_state: int | None = 0,
    n_bootstrap: int = 500,
    level: float = 0.95,
    with_train_scores: bool = False,
    n_jobs: Any = 1,
) -> CrossValidation:
    """Fit a model on each fold's training rows and score it on the rows held out.

    Parameters
    ----------
    model : estimator
        Copied for each fold, never fitted itself; scikit-learn's will do.
    X : Table, array-like or data frame (n_samples, n_features)
        A Table brings its target, and is encoded anew from each fold's training rows.
    y : array-like (n_samples,), optional
        None for a Table.
    metric : None, str, callable or Metric
        None is the model's own score: accuracy or R2.
    splits : int or list of (train_rows, test_rows)
        A number of folds, stratified for a classifier; or the folds, such as those of
        `grouped_folds` or `time_folds`.
    encoder : object with ``fit_transform`` and ``transform``, optional
        How a Table is encoded; None is `TableEncoder`. Copied for each fold.
    random_state : int, optional
        Seed of folds, encoder and resampling; None means 0.
    n_bootstrap : int
        Resamples behind the interval.
    level : float
        Of the interval, in (0, 1).
    with_train_scores : bool
        Whether each model is scored on its training rows too.
    n_jobs : int or Engine
        How the folds are spread.

    Returns
    -------
    CrossValidation

    Raises
    ------
    DataError
        Different lengths, or rows that the folds do not fit.
    ParameterError
        An argument out of its range, or a class in place of a model.
    """
    seed = seed_of(random_state)
    check_number("n_bootstrap", n_bootstrap, low=1, integer=True)
    check_number("level", level, low=0, high=1, open_low=True, open_high=True)
    if isinstance(model, type) or not hasattr(model, "get_params"):
        raise ParameterError(f"`model` must be an estimator to be fitted, got {model!r}.")
    parts = _table_parts(X, encoder, seed) if isinstance(X, Table) else _array_parts(X, y)
    if isinstance(X, Table) and y is not None:
        raise ParameterError("`y` stands in the Table already: leave it out.")
    folds = folds_for(model, parts.target, splits, seed)

    def judged(fold: tuple[Array, Array]) -> tuple[Metric, bool, float, float, Array, Array]:
        X_train, y_train, X_test, y_test = parts.of(*fold)
        fitted = unfitted_copy(model).fit(X_train, y_train)
        chosen = get_metric(metric, fitted)
        told = getattr(fitted, chosen.method)
        output = np.asarray(told(X_test))
        score, known = chosen.of_output(y_test, output), float("nan")
        if with_train_scores:
            known = chosen.of_output(y_train, np.asarray(told(X_train)))
        return chosen, hasattr(fitted, "classes_"), score, known, output, y_test

    results = as_engine(n_jobs).map(judged, folds)
    metrics, has_classes, scores, known, outputs, targets = zip(*results, strict=True)
    found = CrossValidation(
        model=repr(model),
        metric=metrics[0],
        scores=np.array(scores),
        interval=(float("nan"), float("nan")),
        level=level,
        folds=folds,
        outputs=outputs,
        targets=targets,
        by_class=all(has_classes),
        draws=(n_bootstrap, seed),
        train_scores=np.array(known) if with_train_scores else None,
    )
    return replace(found, interval=quantiles(resampled(found), level))


@dataclass(frozen=True)
class _Parts:
    """The target of all rows, and a function of a fold's rows that gives what is fitted."""

    target: Array
    of: Callable[[Array, Array], tuple[Any, Array, Any, Array]]


def _array_parts(X: Any, y: Any) -> _Parts:
    frame = X if hasattr(X, "iloc") else as_matrix(X, owner="cross_validate", allow_nan=True)
    check_mask(y, "y")
    target = np.asarray(y)
    if target.shape[:1] != (len(frame),):
        raise DataError(
            f"X has {len(frame)} rows and `y` has shape {target.shape}: give one value a row."
        )

    def of(train: Array, test: Array) -> tuple[Any, Array, Any, Array]:
        return take_rows(frame, train), target[train], take_rows(frame, test), target[test]

    return _Parts(target, of)


def _table_parts(table: Table, encoder: Any, seed: int) -> _Parts:
    if table.target is None:
        raise ParameterError("Which column is to be predicted? Use table.with_target(name).")
    kept = TableEncoder(random_state=seed) if encoder is None else encoder

    def of(train: Array, test: Array) -> tuple[Any, Array, Any, Array]:
        own = deepcopy(kept)
        learned = own.fit_transform(table.take(train))
        held = own.transform(table.take(test))
        return learned.to_frame(), learned.target, held.to_frame(), held.target

    return _Parts(table.y, of)


def _is_classifier(model: Any) -> bool:
    kind = getattr(model, "_estimator_type", None)
    if kind is None and hasattr(model, "__sklearn_tags__"):
        kind = model.__sklearn_tags__().estimator_type
    return bool(kind == "classifier")


def folds_for(model: Any, target: Array, splits: Any, seed: int) -> Folds:
    """Return the folds that `cross_validate` makes of ``splits``."""
    if isinstance(splits, (int, np.integer)) and not isinstance(splits, bool):
        if _is_classifier(model):
            return stratified_folds(target, int(splits), seed)
        return random_folds(len(target), int(splits), seed)
    if not isinstance(splits, (list, tuple)) or not splits:
        raise ParameterError(
            f"`splits` must be a number of folds or a list of (train_rows, test_rows), got "
            f"{splits!r}."
        )
    folds = [(_row_numbers(train), _row_numbers(test)) for train, test in splits]
    for train, test in folds:
        rows = np.concatenate([train, test])
        if len(train) == 0 or len(test) == 0 or rows.min() < 0 or rows.max() >= len(target):
            raise DataError(
                f"A fold has {len(train)} training and {len(test)} held-out rows, which must lie "
                f"in 0 to {len(target) - 1}, one at least of each."
            )
        if np.isin(test, train).any():
            raise DataError("A fold trains on rows that it holds out: they must not overlap.")
    return folds


def _row_numbers(rows: Any) -> Array:
    """Return the rows of a side of a fold, int64; masks and fractions are refused."""
    numbers = np.asarray(rows)
    if numbers.ndim != 1 or (numbers.dtype.kind not in "iu" and len(numbers)):
        raise ParameterError(
            f"`splits` must hold row numbers, integers, got {numbers.dtype} of shape "
            f"{numbers.shape}: pass np.flatnonzero(mask) for a mask."
        )
    return numbers.astype(np.int64)
