"""A table becomes a matrix: learned from the training part, told column by column.

Every raw column has an encoding (`encoding`), ids also offsets of the target
(`target_offset`); ``groups`` says which matrix columns a raw column became, so that what
is found about the matrix folds back. Left out, each with its reason in `describe`: constant
columns; ids of which hardly any comes twice (names, row numbers), since nothing
learned about them holds for another row; and an id that says the same as an earlier one
(a title beside an item's id), which would halve that one's weight. ``steps`` puts transformers of
the caller's choice in the place of an encoding (`composed_encoding`).

Cost: 100,000 rows with two ids below a second; memory the matrix, float64, and one column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from minixai._validation import check_number, seed_of
from minixai.data.composed_encoding import ComposedEncoding, chosen_steps, learn_composed
from minixai.data.encoding import (
    Encoding,
    IdEncoding,
    encodable,
    learn_encoding,
    restore_encoding,
)
from minixai.data.kind_conversion import as_kind
from minixai.data.selection import description, left_out
from minixai.data.table import Table
from minixai.data.target_offset import deal_folds, fit_offsets, out_of_fold_offsets
from minixai.errors import DataError, DataTypeError, ParameterError, suggestion
from minixai.protocols import Array

__all__ = ["Encoded", "TableEncoder"]

_MOST_CLASSES = 10  # with an offset column each, the most frequent ones


@dataclass(frozen=True, eq=False)
class Encoded:
    """A matrix with its names, and the target as models take it.

    Parameters
    ----------
    X : array (n_samples, n_features), float64, C-contiguous
    y : array (n_samples,), optional
        float64, or the labels as they were given; None without a target.
    groups : dict of str to list of str
        Raw column -> its columns in X.
    feature_names : list of str (n_features,)
    """

    X: Array
    y: Array | None
    groups: dict[str, list[str]]
    feature_names: list[str]

    @property
    def names(self) -> list[str]:
        """The names of X's columns."""
        return self.feature_names

    @property
    def target(self) -> Array:
        """``y``, which must be there."""
        if self.y is None:
            raise ParameterError(
                "The encoded table has no target: choose one by with_target(name)."
            )
        return self.y


class TableEncoder:
    """Learn from a training table how its columns become numbers.

    ``fit_transform(train)`` gives the matrix to train on: there an id's offset never
    comes from the row's own target. ``transform`` is for every other table.

    Parameters
    ----------
    rare_share : float
        Levels in fewer rows than this share of the training part are pooled, in [0, 1).
    smoothing : float
        Rows' worth of weight that the mean has in an id's offset, 0 or more.
    n_folds : int
        Folds of the offsets of the training part, at least 2.
    random_state : int, optional
        Seed of the folds; None means 0.
    steps : mapping of a column's name, or of a kind, -> transformers, optional
        In place of the encoding described in ``encoding``: a transformer, a list of them (one
        after another), a tuple of these (side by side), or ``"drop"``. A column's own name goes
        before its kind. Free text is left to `TextEncoder` where nothing else is said.

    Attributes
    ----------
    groups : dict of str to list of str
        Raw column -> names of the columns it became.
    feature_names : list of str
        Names of the matrix's columns, in order.
    task : str or None
        The training table's.

    Examples
    --------
    >>> import numpy as np
    >>> from minixai.data import Column, Table, TableEncoder
    >>> size = Column("size", "numeric", np.array([1.0, np.nan, 3.0]))
    >>> TableEncoder().fit_transform(Table({"size": size})).feature_names
    ['size', 'size=(missing)']
    """

    def __init__(
        self,
        *,
        rare_share: float = 0.01,
        smoothing: float = 5.0,
        n_folds: int = 10,
        random_state: int | None = 0,
        steps: Mapping[str, Any] | None = None,
    ) -> None:
        self.rare_share = rare_share
        self.smoothing = smoothing
        self.n_folds = n_folds
        self.random_state = random_state
        self.steps = steps

    def fit(self, table: Table) -> Self:
        """Learn from the training part.

        Raises
        ------
        ParameterError
            An argument out of its range, or steps of no column and no kind.
        DataError
            No column that can be learned from.
        """
        self._learn(table)
        return self

    def _learn(self, table: Table) -> dict[str, Array]:
        """Learn, and return what the training rows of columns with own steps become."""
        check_number("rare_share", self.rare_share, low=0, high=1, open_high=True)
        check_number("smoothing", self.smoothing, low=0)
        check_number("n_folds", self.n_folds, low=2, integer=True)
        seed_of(self.random_state)
        self.target, self.task, self._kinds = table.target, table.task, table.kinds
        chosen = chosen_steps(self.steps, table)
        self._left_out = {k: why for k, why in left_out(table).items() if k not in chosen}
        self._left_out |= {k: "dropped by `steps`" for k, each in chosen.items() if each == "drop"}
        self._encodings: dict[str, Encoding] = {}
        trained: dict[str, Array] = {}
        for name in table.features:
            column = table.columns[name]
            if name in chosen and chosen[name] != "drop":
                self._encodings[name], made = learn_composed(column, chosen[name], table)
                trained |= {} if made is None else {name: made}
            elif name not in self._left_out:
                self._encodings[name] = learn_encoding(encodable(column), self.rare_share)
        self._classes, targets = _outputs(table)
        self._learn_offsets(table, targets)
        for name, encoding in list(self._encodings.items()):
            if not encoding.names:
                self._left_out[name] = "constant in training"
                del self._encodings[name]
        self._name_columns()
        self._rows = description(table, self._encodings, self._left_out)
        return {name: matrix for name, matrix in trained.items() if name in self._encodings}

    def fit_transform(self, table: Table) -> Encoded:
        """Learn from the training part and return it encoded, ids without the row's own share."""
        encoded = self._encoded(table, self._learn(table))
        ids = self._ids()
        for each in ids:
            others = np.maximum(each.counts[each.codes(encodable(table.columns[each.name]))] - 1, 0)
            place = self.feature_names.index(self.groups[each.name][-1])
            encoded.X[:, place] = each.frequency(others)
        _, targets = _outputs(table)
        if ids and len(targets):
            folds = deal_folds(
                table.n_rows, min(self.n_folds, table.n_rows), seed_of(self.random_state)
            )
            codes = [each.codes(table.columns[each.name]) for each in ids]
            sizes = [len(each.ids) for each in ids]
            for k, target in enumerate(targets):
                picked = out_of_fold_offsets(codes, sizes, target, self.smoothing, folds)
                for position, each in enumerate(ids):
                    encoded.X[:, self.feature_names.index(self.groups[each.name][k])] = picked[
                        :, position
                    ]
        return encoded

    def transform(self, table: Table) -> Encoded:
        """Return a table encoded as learned; its target may be absent.

        Raises
        ------
        DataError
            A column of training that is not there.
        DataTypeError
            A column of another kind than in training.
        """
        if not hasattr(self, "feature_names"):
            raise ParameterError("This TableEncoder is not fitted yet: call `fit` first.")
        return self._encoded(table, {})

    def _encoded(self, table: Table, known: dict[str, Array]) -> Encoded:
        """Return the table encoded; what is ``known`` of columns is taken over and let go."""
        X = np.zeros((table.n_rows, len(self.feature_names)))
        first = 0
        for name, encoding in self._encodings.items():
            if name not in table.columns:
                raise DataError(
                    f"Column {name!r} was there in training and is missing now."
                    f"{suggestion(name, [n for n in table.columns if n not in self._kinds])}"
                )
            stop = first + len(self.groups[name])
            column = as_kind(table.columns[name], self._kinds[name])
            if name in known:
                X[:, first:stop] = known.pop(name)
            elif isinstance(encoding, ComposedEncoding):
                encoding.encode_into(column, X, first)
            else:
                X[:, first:stop] = encoding.encode(encodable(column))
            first = stop
        groups = {name: list(names) for name, names in self.groups.items()}
        return Encoded(X, self._target_of(table), groups, list(self.feature_names))

    def describe(self) -> list[dict[str, Any]]:
        """Return what became of each raw column, one dict a column.

        Keys: column, kind, missing (rows), n_unique, encoded_as (in words), n_columns.
        """
        return [dict(row) for row in self._rows]

    def save(self, path: Any) -> None:
        """Write the fitted encoder to ``path``; `minixai.load` reads it back."""
        from minixai.files import save

        save(self, path)

    def __str__(self) -> str:
        """Return the table of what became of each column, once fitted."""
        if not hasattr(self, "feature_names"):
            return repr(self)
        width = max(len(row["column"]) for row in self._rows)
        lines = []
        for row in self._rows:
            first = f"{row['column']:<{width}}  {row['kind']:<11}  {row['n_columns']:>4}"
            lines.append(f"{first}  {row['encoded_as']}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        fitted = f", {len(self.feature_names)} columns" if hasattr(self, "feature_names") else ""
        return f"TableEncoder(rare_share={self.rare_share}, smoothing={self.smoothing}{fitted})"

    def _ids(self) -> list[IdEncoding]:
        return [each for each in self._encodings.values() if isinstance(each, IdEncoding)]

    def _learn_offsets(self, table: Table, targets: Array) -> None:
        """Give the ids their offsets, learned from all of training."""
        ids = self._ids()
        if not ids or not len(targets):
            return
        codes = [each.codes(table.columns[each.name]) for each in ids]
        sizes = [len(each.ids) for each in ids]
        fitted = [fit_offsets(codes, sizes, target, self.smoothing) for target in targets]
        outputs = tuple(self._classes)
        for position, each in enumerate(ids):
            offsets = np.array([offsets[position] for offsets in fitted])
            self._encodings[each.name] = replace(each, outputs=outputs, offsets=offsets)

    def _name_columns(self) -> None:
        """Set ``groups`` and ``feature_names``; a name that is taken gets a prime."""
        self.groups: dict[str, list[str]] = {}
        self.feature_names: list[str] = []
        taken = set(self._encodings)
        for name, encoding in self._encodings.items():
            self.groups[name] = []
            for proposed in encoding.names:
                made = proposed
                while made != name and made in taken:
                    made += "'"
                taken.add(made)
                self.groups[name].append(made)
            self.feature_names += self.groups[name]
        if not self.feature_names:
            raise DataError(
                "No column is left to learn from: "
                + "; ".join(f"{name!r} {why}" for name, why in self._left_out.items())
                + ". Add a column that varies and repeats."
            )

    def _target_of(self, table: Table) -> Array | None:
        if self.target is None or self.target not in table.columns:
            return None
        kind = self._kinds[self.target]
        column = as_kind(table.columns[self.target], kind)
        return Table({self.target: column}, self.target, task=self.task).y

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta: dict[str, Any] = {
            "params": {k: getattr(self, k) for k in _PARAMETERS},
            "target": self.target,
            "task": self.task,
            "kinds": self._kinds,
            "left_out": self._left_out,
            "classes": list(self._classes),
            "rows": self._rows,
            "encodings": [],
        }
        arrays: dict[str, Array] = {}
        for number, (name, encoding) in enumerate(self._encodings.items()):
            if isinstance(encoding, ComposedEncoding):
                composed, own = encoding.to_state()
                meta["encodings"].append({"kind": "composed", "fields": composed})
                arrays |= {f"{number}.{key}": array for key, array in own.items()}
                continue
            plain: dict[str, Any] = {}
            for each in fields(encoding):  # type: ignore[arg-type]
                value = getattr(encoding, each.name)
                if isinstance(value, np.ndarray) and value.dtype.kind != "U":
                    arrays[f"{number}.{each.name}"] = value
                else:
                    plain[each.name] = (
                        value if isinstance(value, (str, float, bool)) else list(value)
                    )
            meta["encodings"].append({"kind": self._kinds[name], "fields": plain})
        return meta, arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> TableEncoder:
        encoder = cls(**meta["params"])
        encoder.target, encoder.task = meta["target"], meta["task"]
        encoder._kinds, encoder._left_out = meta["kinds"], meta["left_out"]
        encoder._classes, encoder._rows = list(meta["classes"]), meta["rows"]
        encoder._encodings = {}
        for number, saved in enumerate(meta["encodings"]):
            own = {k.partition(".")[2]: v for k, v in arrays.items() if k.startswith(f"{number}.")}
            encoding: Any = (
                ComposedEncoding.from_state(saved["fields"], own)
                if saved["kind"] == "composed"
                else restore_encoding(saved["kind"], {**saved["fields"], **own})
            )
            encoder._encodings[encoding.name] = encoding
        encoder._name_columns()
        return encoder


_PARAMETERS = ("rare_share", "smoothing", "n_folds", "random_state")


def _outputs(table: Table) -> tuple[list[str], Array]:
    """Return what the target is predicted as: suffixes of names, and float64 (k, n) values.

    A number as it is; two classes as 0 and 1; more classes as one 0/1 row a class.
    """
    if table.target is None:
        return [], np.empty((0, table.n_rows))
    column = table.columns[table.target]
    if table.task == "regression":
        if column.kind != "numeric":
            raise DataTypeError(
                f"Target {table.target!r} is {column.kind}: regression needs numbers."
            )
        return [""], column.values[None, :].astype(np.float64)
    column = as_kind(column, "categorical")
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
    seen = np.flatnonzero(counts)
    if len(seen) <= 2:
        return [""], (column.values == seen[-1]).astype(np.float64)[None, :]
    frequent = np.sort(seen[np.argsort(-counts[seen], kind="stable")[:_MOST_CLASSES]])
    suffixes = [f"[{column.categories[code]}]" for code in frequent]
    return suffixes, (column.values == frequent[:, None]).astype(np.float64)
