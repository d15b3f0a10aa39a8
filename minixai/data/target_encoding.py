"""Labels by their target: smoothed means, or damped offsets of all columns together.

`target_offset` has the formulas. ``joint=True`` fits the offsets of all columns together, so
that their sum predicts the target, in standard deviations of it; each column alone
(``joint=False``) is the smoothed mean of its labels, that of scikit-learn's TargetEncoder with
``smooth`` = smoothing, missing values a label of their own as there. Several classes have one
column each. What training is given back by ``fit_transform`` is out of fold: no row's encoding
comes from its own target.

Differs from scikit-learn: folds are dealt at random, never by class, since that would look at
the row's own target; whole numbers of more than two values are regression unless ``task`` says.

Cost: one pass over the rows a column, fold, output and, jointly, sweep; memory O(n).
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._validation import as_vector, check_number, one_dimensional, seed_of
from minixai.data.column import Column
from minixai.data.column_container import as_columns, as_labels
from minixai.data.column_encoding import (
    ColumnEncoder,
    labels_from_state,
    labels_to_state,
    levels_of,
    look_up,
    positions,
)
from minixai.data.kind_conversion import as_objects, label_texts
from minixai.data.table import Table
from minixai.data.target_offset import deal_folds, fit_means, fit_offsets, out_of_fold_offsets
from minixai.errors import DataError, ParameterError, check_option
from minixai.protocols import Array

__all__ = ["TargetEncoder"]


class TargetEncoder(ColumnEncoder):
    """Replace each label by what the target is where it stands.

    ``fit_transform`` is for the training part: there no row's encoding comes from its own
    target. ``transform`` is for every other table, and uses all of training.

    Parameters
    ----------
    smoothing : float
        Rows' worth of weight that the target's mean has, 0 or more.
    n_folds : int
        Folds of ``fit_transform``, at least 2.
    joint : bool
        Whether the columns are offsets from the mean, in standard deviations of the target,
        fitted together; else each is the smoothed mean of its labels, in the target's unit.
    task : {"regression", "classification"}, optional
        None: classification for text, truth values and two distinct numbers, else regression.
    max_classes : int, optional
        With more than two classes, have columns for the most frequent ones only; None: for all.
    random_state : int, optional
        Seed of the folds; None means 0.

    Attributes
    ----------
    categories_ : list of arrays
        The labels of training, for each input.
    encodings_ : list of arrays (n_outputs, n_labels + 1), float64
        What they become; the last entry is for an unknown label. With ``joint=False`` the one
        before it is for a missing value, if training had gaps.
    classes_ : array or None
        The classes that have columns: of two the second, or all; None for regression.

    Examples
    --------
    >>> from minixai.data import TargetEncoder
    >>> encoder = TargetEncoder(smoothing=0.0, joint=False)
    >>> encoder.fit([["a"], ["a"], ["b"]], [1.0, 2.0, 6.0]).transform([["a"], ["b"], ["c"]]).ravel()
    array([1.5, 6. , 3. ])
    """

    _needs_y = True
    _trains_apart = True
    categories_: list[Array]
    encodings_: list[Array]
    classes_: Array | None

    def __init__(
        self,
        smoothing: float = 5.0,
        n_folds: int = 10,
        joint: bool = True,
        task: str | None = None,
        max_classes: int | None = None,
        random_state: int | None = 0,
    ) -> None:
        self.smoothing = smoothing
        self.n_folds = n_folds
        self.joint = joint
        self.task = task
        self.max_classes = max_classes
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn each label's encoding from all rows.

        Parameters
        ----------
        X : Table, data frame, or array of labels (n_samples, n_features)
        y : array (n_samples,), optional
            Numbers or classes; a Table's own target where it is left out.

        Raises
        ------
        ParameterError
            An argument out of its range.
        DataError
            A target that is missing, constant in class, or of another length.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from all rows, and return them encoded out of fold (n_samples, n_outputs)."""
        columns, targets = self._fit(X, y)
        n_rows = len(columns[0])
        folds = deal_folds(n_rows, min(self.n_folds, n_rows), seed_of(self.random_state))
        codes = [self._level_codes(j, column) for j, column in enumerate(columns)]
        sizes = [self.encodings_[j].shape[1] - 1 for j in range(len(columns))]
        matrix = np.empty((n_rows, self._n_outputs))
        learn = fit_offsets if self.joint else fit_means
        for k, target in enumerate(targets):
            picked = out_of_fold_offsets(codes, sizes, target, self.smoothing, folds, learn)
            matrix[:, k :: len(targets)] = picked
        return self._output(matrix, X)

    def _fit(self, X: Any, y: Any) -> tuple[list[Column], Array]:
        """Learn; return the columns as labels, and the outputs that the target became."""
        self._check_options()
        columns = [as_labels(column) for column in as_columns(X, type(self).__name__)]
        task = self.task
        if y is None and isinstance(X, Table) and X.target is not None:
            y, task = X.y, task or X.task
        classes, targets = self._outputs(one_dimensional(y, len(columns[0])), task)
        levels = [levels_of(column)[0] for column in columns]
        codes = [
            np.asarray(_level_places(column, each, self.joint)[column.values])
            for column, each in zip(columns, levels, strict=True)
        ]
        sizes = [
            len(each) + (not self.joint and bool(column.missing.any()))
            for column, each in zip(columns, levels, strict=True)
        ]
        learn = fit_offsets if self.joint else fit_means
        fitted = [learn(codes, sizes, target, self.smoothing) for target in targets]
        encodings = [np.array([each[j] for each in fitted]) for j in range(len(columns))]
        learned = {"categories_": levels, "encodings_": encodings, "classes_": classes}
        self._keep(X, columns, learned)
        return columns, targets

    def _check_options(self) -> None:
        check_number("smoothing", self.smoothing, low=0)
        check_number("n_folds", self.n_folds, low=2, integer=True)
        if self.task is not None:
            check_option("task", self.task, ("regression", "classification"))
        if self.max_classes is not None:
            check_number("max_classes", self.max_classes, low=1, integer=True)
        if not isinstance(self.joint, (bool, np.bool_)):
            raise ParameterError(f"`joint` must be True or False, got {self.joint!r}.")
        seed_of(self.random_state)

    def _outputs(self, y: Array, task: str | None) -> tuple[Array | None, Array]:
        """Return the classes that have columns, and the targets (n_outputs, n), float64."""
        if task == "regression" or (task is None and _is_amount(y)):
            return None, as_vector(y)[None, :]
        if y.dtype.kind == "f" and not np.isfinite(y).all():
            as_vector(y)  # which says where
        labels = y if y.dtype.kind in "biufU" else as_objects(label_texts(_without_gaps(y)))
        classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
        if len(classes) < 2:
            raise DataError(
                f"TargetEncoder needs at least 2 classes, got one class: {classes[0]!r}."
            )
        kept = np.array([1])
        if len(classes) > 2:
            most = np.argsort(-counts, kind="stable")[: self.max_classes]
            kept = np.sort(most)
        return classes[kept], (codes == kept[:, None]).astype(np.float64)

    def _level_codes(self, j: int, column: Column) -> Array:
        return np.asarray(_level_places(column, self.categories_[j], self.joint)[column.values])

    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        for j, column in enumerate(map(as_labels, columns)):
            encoding, labels = self.encodings_[j], self.categories_[j]
            places = positions(column, labels)
            if encoding.shape[1] > len(labels) + 1:
                places[-1] = len(labels)
            values = np.ascontiguousarray(encoding.T[places])
            look_up(column.values, values, matrix, first)
            first += values.shape[1]

    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        word = "offset" if self.joint else "mean"
        classes = [] if self.classes_ is None else label_texts(self.classes_)
        marks = [f"[{text}]" for text in classes] if len(classes) > 1 else [""]
        return [(f"{name}:{word}{mark}", name) for name in names for mark in marks]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = {
            **self._column_state(),
            "categories": [labels_to_state(each) for each in self.categories_],
            "classes": None if self.classes_ is None else labels_to_state(self.classes_),
        }
        return meta, {f"{j}.encoding": each for j, each in enumerate(self.encodings_)}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> TargetEncoder:
        encoder = cls._with_column_state(meta)
        encoder.categories_ = [labels_from_state(each) for each in meta["categories"]]
        encoder.classes_ = None if meta["classes"] is None else labels_from_state(meta["classes"])
        encoder.encodings_ = [arrays[f"{j}.encoding"] for j in range(encoder.n_features_in_)]
        return encoder


def _level_places(column: Column, levels: Array, joint: bool) -> Array:
    """Return each category's level; a missing value has none, or alone the one behind the last."""
    has_own = not joint and bool(column.missing.any())
    return positions(column, levels, len(levels) if has_own else -1)


def _is_amount(y: Array) -> bool:
    """Whether a target is numbers of more than two values."""
    if y.dtype.kind == "O":
        amounts = all(isinstance(value, (int, float, np.number)) for value in y)
        return amounts and len(set(y.tolist())) != 2
    return y.dtype.kind in "iufc" and len(np.unique(y)) != 2


def _without_gaps(y: Array) -> Array:
    for row, value in enumerate(y):
        if value is None or value != value:
            raise DataError(f"Input y is missing in row {row}: drop the rows without a target.")
    return y
