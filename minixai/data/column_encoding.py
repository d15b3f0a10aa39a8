"""What every encoder of columns shares: X in any container, levels, names, the way back.

An encoder learns from each column by itself and writes what it makes of a row into that row of
a matrix, so a row's encoding never depends on other rows. ``X`` is a Table (its features, taken
by name; columns that training did not have are passed over), a data frame or a 2-D array.

Levels are the labels that training rows hold, not all that a column's categories name: a split
shares its categories with the rows held out. They are compared by their text, so that a later
file may hold 1, 1.0 or "1".

Cost: learning and applying map the distinct labels, then look up one code a row.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np

from minixai._numba import kernel
from minixai._transformer import Transformer
from minixai._validation import as_matrix, column_names
from minixai.data.cell_reading import TRUTH_PAIRS
from minixai.data.column import Column
from minixai.data.column_container import as_columns
from minixai.data.kind_conversion import as_objects, label_texts
from minixai.data.table import Table
from minixai.errors import DataError, suggestion
from minixai.protocols import Array

__all__ = [
    "ColumnEncoder",
    "TargetBlindEncoder",
    "check_no_unknown",
    "labels_from_state",
    "labels_to_state",
    "levels_of",
    "look_up",
    "positions",
    "split_rare",
]


class ColumnEncoder(Transformer):
    """Base of the encoders: a subclass fits, names (`_made_columns`) and writes columns."""

    _allows_nan = True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        return tags

    def transform(self, X: Any) -> Any:
        """Return the columns made from ``X``, float64 (n_samples, n_outputs)."""
        columns = self._known_columns(X)
        matrix = np.zeros((len(columns[0]), self._n_outputs))
        self._write(columns, matrix, 0)
        return self._output(matrix, X)

    def encode_into(self, X: Any, matrix: Array, first: int = 0) -> None:
        """Write what `transform` returns into a part of a larger matrix.

        Parameters
        ----------
        X : Table, data frame, or array (n_samples, n_features)
        matrix : array (n_samples, n_columns), float64, C-contiguous
            Holds zeros in the columns that are written.
        first : int
            The first of them.
        """
        self._write(self._known_columns(X), matrix, first)

    def _given_back(self, X: Any, *, allow_nan: bool = False) -> Array:
        """Return what `transform` gave as a matrix (n_samples, n_outputs), checked."""
        self._check_fitted()
        n_outputs = self._n_outputs
        if n_outputs == 0 and np.shape(X)[1:] == (0,):
            return np.empty(np.shape(X))
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=allow_nan)
        if matrix.shape[1] != n_outputs:
            raise DataError(
                f"X has {matrix.shape[1]} columns, and transform gives {n_outputs}: pass what it "
                "gave."
            )
        return matrix

    @abstractmethod
    def _check_options(self) -> None:
        """Raise `ParameterError` where an argument is out of its range."""

    @abstractmethod
    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        """Write the columns made into a matrix of zeros, beginning with column ``first``."""

    @abstractmethod
    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        """Return (name, input column) of every column made."""

    def _output_columns(self, names: list[str]) -> list[tuple[str, str]]:
        """Return what `_made_columns` does; a name that is taken gets a prime."""
        taken: set[str] = set()
        unique = []
        for made, source in self._made_columns(names):
            while made in taken:
                made += "'"
            taken.add(made)
            unique.append((made, source))
        return unique

    @property
    def _n_outputs(self) -> int:
        return len(self._made_columns(self._input_names(None)))

    def _keep(self, X: Any, columns: list[Column], learned: dict[str, Any]) -> None:
        """Take on the widths, the names and what was learned, all at once."""
        if isinstance(X, Table):
            self.n_features_in_ = len(columns)
            self.feature_names_in_ = np.array([each.name for each in columns], dtype=object)
        else:
            self._learn_columns(X, np.empty((0, len(columns))))
        vars(self).update(learned)

    def _known_columns(self, X: Any) -> list[Column]:
        """Return the columns of ``X`` after checking them against those of training."""
        self._check_fitted()
        owner = type(self).__name__
        known = getattr(self, "feature_names_in_", None)
        if isinstance(X, Table) and known is not None:
            for name in known:
                if name not in X.columns:
                    raise DataError(
                        f"Column {name!r} was there in training and is missing now."
                        f"{suggestion(name, X.columns)}"
                    )
            return [X.columns[name] for name in known]
        if not isinstance(X, Table):
            self._check_names(column_names(X))
        columns = as_columns(X, owner)
        if len(columns) != self.n_features_in_:
            raise DataError(
                f"X has {len(columns)} features, but {owner} is expecting "
                f"{self.n_features_in_} features as input."
            )
        return columns


class TargetBlindEncoder(ColumnEncoder):
    """Base of the encoders that look at the columns alone: a subclass says what it learns."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from each column of ``X`` (n_samples, n_features); ``y`` is ignored.

        Raises
        ------
        ParameterError
            An argument out of its range.
        DataError
            Cells that cannot be encoded.
        """
        self._check_options()
        columns = as_columns(X, type(self).__name__)
        self._keep(X, columns, self._learn(columns))
        return self

    @abstractmethod
    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        """Return the attributes that are learned, each by its name."""


def levels_of(column: Column) -> tuple[Array, Array]:
    """Return the labels that the rows hold, in the categories' order, and how many rows each."""
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
    seen = np.flatnonzero(counts)
    labels = column.categories[seen]
    if labels.dtype.kind not in "biuf":
        labels = as_objects(label_texts(labels))
    return labels, counts[seen]


def split_rare(counts: Array, n_rows: int, rare_share: float, min_frequency: int) -> Array:
    """Return which levels are in enough of the rows to stand for themselves, bool (k,)."""
    return np.asarray(counts >= max(rare_share * n_rows, min_frequency))


def positions(column: Column, levels: Array, missing: int = -1) -> Array:
    """Return each category's position in ``levels`` and then ``missing``, int64 (k + 1,).

    Categories that are no level have -1; a missing value's code, -1, finds the last entry. Of a
    boolean column "Yes", "yes" and True are the same.
    """
    known, asked = label_texts(levels), label_texts(column.categories)
    truths = [_truth(text) for text in known]
    if column.kind == "boolean" and {"True", "False"}.issuperset(truths):
        known, asked = truths, [_truth(text) for text in asked]
    index = {text: k for k, text in enumerate(known)}
    found = [index.get(text, -1) for text in asked]
    return np.array([*found, missing], dtype=np.int64)


def _truth(text: str) -> str:
    """Return a word for true or false in the one way, other text as it is."""
    for pair in TRUTH_PAIRS:
        if text.lower() in pair:
            return str(text.lower() == pair[1])
    return text


def check_no_unknown(column: Column, places: Array, remedy: str) -> None:
    """Raise `DataError` if a row holds a label at place -1; missing values aside."""
    unknown = places < 0
    unknown[-1] = False
    rows = np.flatnonzero(unknown[column.values]) if unknown.any() else np.empty(0, np.int64)
    if len(rows):
        label = column.categories[column.values[rows[0]]]
        raise DataError(
            f"Column {column.name!r} holds {label!r} in row {rows[0]}, which training did not "
            f"have: {remedy}."
        )


def labels_to_state(labels: Array) -> dict[str, Any]:
    """Return labels as JSON can hold them."""
    kind = labels.dtype.kind
    return {"labels": labels.tolist(), "dtype": "text" if kind in "UO" else labels.dtype.str}


def labels_from_state(state: dict[str, Any]) -> Array:
    """Return what `labels_to_state` was given."""
    if state["dtype"] == "text":
        return as_objects([str(label) for label in state["labels"]])
    return np.array(state["labels"], dtype=state["dtype"])


@kernel
def look_up(codes: Array, values: Array, matrix: Array, first: int) -> None:
    """Write ``values[code]`` (k columns) of each row's code; the last row of it is for -1."""
    n_values, n_columns = values.shape
    for i in range(len(codes)):
        code = codes[i] if codes[i] >= 0 else n_values - 1
        for k in range(n_columns):
            matrix[i, first + k] = values[code, k]
