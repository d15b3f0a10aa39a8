"""A table becomes a matrix: learned from the training part, told column by column.

`encoding_plan` says which columns are encoded together and how; ``steps`` puts transformers of
the caller's choice in the place of that. ``groups`` says which matrix columns a raw column
became, so that what is found about the matrix folds back; they stand side by side, in the order
of the table. Left out, each with its reason in `describe`: constant columns; ids of which hardly
any comes twice (names, row numbers), since nothing learned about them holds for another row; and
an id that says the same as an earlier one (a title beside an item's id), which would halve that
one's weight.

Cost: 100,000 rows with two ids below a second; memory the matrix, float64, and a block of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from minixai._estimator import unfitted_copy
from minixai._validation import check_number, seed_of
from minixai.data.column_meaning import ColumnMeaning, meanings_of
from minixai.data.composed_encoding import ComposedEncoding, learn_composed
from minixai.data.encoding_plan import Part, chosen_steps, default_parts, grouped_parts
from minixai.data.kind_conversion import as_kind
from minixai.data.selection import description, left_out
from minixai.data.table import Table
from minixai.errors import DataError, DataTypeError, ParameterError, require, suggestion
from minixai.protocols import Array

__all__ = ["Encoded", "TableEncoder"]

_BLOCK = 16_384  # rows that are put in the table's order at a time


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

    def to_frame(self) -> Any:
        """Return X as a pandas DataFrame with its names, without a copy."""
        pandas = require("pandas", "table")
        return pandas.DataFrame(self.X, columns=list(self.feature_names), copy=False)


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
        In place of what ``encoding_plan`` describes: a transformer, a list of them (one after
        another), a tuple of these (side by side), or ``"drop"``. A column's own name goes before
        its kind. All columns of a kind go through its steps together, so that
        `PolynomialFeatures` makes their products; such a product is a group of its own.

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

    def fit_transform(self, table: Table) -> Encoded:
        """Learn from the training part and return it encoded, no row by its own target."""
        return self._encoded(table, self._learn(table))

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

    def _learn(self, table: Table) -> dict[int, Array]:
        """Learn, and return what training rows become where `transform` makes something else."""
        self._check_options(table)
        self.target, self.task, self._kinds = table.target, table.task, table.kinds
        chosen = chosen_steps(self.steps, table)
        parts = self._parts(table, chosen)
        self._encodings: list[ComposedEncoding] = []
        self._places = {part.place: k for k, part in enumerate(parts) if part.place}
        self._dropped = [place for place, each in (self.steps or {}).items() if _is_drop(each)]
        trained: dict[int, Array] = {}
        for part in parts:
            columns = [table.columns[name] for name in part.columns]
            encoding, made = learn_composed(columns, part.branches, table)
            if made is not None:
                trained[len(self._encodings)] = made
            self._encodings.append(encoding)
        self._features = table.features
        self._name_columns()
        for name in table.features:
            if name not in self.groups:
                self._left_out.setdefault(name, "constant in training")
        if not self.feature_names:
            raise self._nothing_left()
        self._rows = description(table, self._encodings, self.groups, self._left_out, chosen)
        return trained

    def _parts(self, table: Table, chosen: Mapping[str, str]) -> list[Part]:
        """Return what is encoded together, and note what is left out."""
        steps = self.steps or {}
        self._left_out = {k: why for k, why in left_out(table).items() if k not in chosen}
        dropped = [name for name, place in chosen.items() if _is_drop(steps[place])]
        self._left_out |= dict.fromkeys(dropped, "dropped by `steps`")
        rest = [k for k in table.features if k not in chosen and k not in self._left_out]
        return grouped_parts(steps, chosen) + default_parts(
            table,
            rest,
            rare_share=self.rare_share,
            smoothing=self.smoothing,
            n_folds=self.n_folds,
            random_state=self.random_state,
        )

    def _check_options(self, table: Table) -> None:
        check_number("rare_share", self.rare_share, low=0, high=1, open_high=True)
        check_number("smoothing", self.smoothing, low=0)
        check_number("n_folds", self.n_folds, low=2, integer=True)
        seed_of(self.random_state)
        kind = table.kinds.get(table.target or "")
        if table.task == "regression" and kind != "numeric":
            raise DataTypeError(f"Target {table.target!r} is {kind}: regression needs numbers.")

    def _encoded(self, table: Table, known: dict[int, Array]) -> Encoded:
        """Return the table encoded; what is ``known`` of parts is taken over and let go."""
        X = np.zeros((table.n_rows, len(self.feature_names)))
        first = 0
        for number, encoding in enumerate(self._encodings):
            columns = [self._column_of(table, name) for name in encoding.columns]
            if number in known:
                made = known.pop(number)
                X[:, first : first + made.shape[1]] = made
            else:
                encoding.encode_into(columns, X, first)
            first += len(encoding.outputs)
        if (np.diff(self._order) != 1).any():
            for start in range(0, len(X), _BLOCK):
                X[start : start + _BLOCK] = X[start : start + _BLOCK, self._order]
        groups = {name: list(names) for name, names in self.groups.items()}
        return Encoded(X, self._target_of(table), groups, list(self.feature_names))

    def _column_of(self, table: Table, name: str) -> Any:
        """Return a column of a table in the kind of training."""
        if name not in table.columns:
            raise DataError(
                f"Column {name!r} was there in training and is missing now."
                f"{suggestion(name, [n for n in table.columns if n not in self._kinds])}"
            )
        return as_kind(table.columns[name], self._kinds[name])

    def describe(self) -> list[dict[str, Any]]:
        """Return what became of each raw column, one dict a column.

        Keys: column, kind, missing (rows), n_unique, encoded_as (in words), n_columns. What was
        made of several columns stands behind them, of the kind "product".
        """
        return [dict(row) for row in self._rows]

    def meanings(self) -> list[ColumnMeaning]:
        """Return what each column of the matrix says about the table, for words about it."""
        meanings = meanings_of(self._encodings)
        return [meanings[k] for k in self._order]

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

    def _name_columns(self) -> None:
        """Set ``groups``, ``feature_names`` and their order; a name that is taken gets a prime."""
        taken, raw_taken = set(self._features), set()
        outputs = []
        for encoding in self._encodings:
            products: dict[str, str] = {}
            columns = set(encoding.columns)
            for proposed, source in encoding.outputs:
                raw = source in columns
                own = raw and proposed == source and proposed not in raw_taken
                made = proposed if own else _free(proposed, taken)
                raw_taken |= {made} if own else set()
                taken.add(made)
                group = source if raw else products.setdefault(source, made)
                outputs.append((made, group))
        rank = {name: k for k, name in enumerate(self._features)}
        places = [rank.get(group, len(rank)) for _, group in outputs]
        self._order = np.argsort(np.array(places, dtype=np.int64), kind="stable")
        self.groups: dict[str, list[str]] = {}
        for k in self._order:
            made, group = outputs[k]
            self.groups.setdefault(group, []).append(made)
        self.feature_names: list[str] = [outputs[k][0] for k in self._order]

    def _nothing_left(self) -> DataError:
        return DataError(
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
        saved = [encoding.to_state() for encoding in self._encodings]
        meta = {
            "params": {k: getattr(self, k) for k in _PARAMETERS},
            "target": self.target,
            "task": self.task,
            "kinds": self._kinds,
            "features": self._features,
            "left_out": self._left_out,
            "rows": self._rows,
            "encodings": [each for each, _ in saved],
            "places": self._places,
            "dropped": self._dropped,
        }
        own = enumerate(arrays for _, arrays in saved)
        return meta, {f"{k}.{key}": array for k, arrays in own for key, array in arrays.items()}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> TableEncoder:
        encoder = cls(**meta["params"])
        encoder.target, encoder.task = meta["target"], meta["task"]
        encoder._kinds, encoder._left_out = meta["kinds"], meta["left_out"]
        encoder._features, encoder._rows = list(meta["features"]), meta["rows"]
        encoder._encodings = []
        for number, saved in enumerate(meta["encodings"]):
            own = {k.partition(".")[2]: v for k, v in arrays.items() if k.startswith(f"{number}.")}
            encoder._encodings.append(ComposedEncoding.from_state(saved, own))
        encoder._places, encoder._dropped = dict(meta["places"]), list(meta["dropped"])
        steps: dict[str, Any] = dict.fromkeys(encoder._dropped, "drop")
        for place, number in encoder._places.items():
            branches = encoder._encodings[number].branches
            steps[place] = tuple([unfitted_copy(step) for step in branch] for branch in branches)
        encoder.steps = steps or None
        encoder._name_columns()
        return encoder


_PARAMETERS = ("rare_share", "smoothing", "n_folds", "random_state")


def _is_drop(steps: Any) -> bool:
    return isinstance(steps, str) and steps == "drop"


def _free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken, by primes."""
    while name in taken:
        name += "'"
    return name
