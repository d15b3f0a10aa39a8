"""Columns encoded by transformers in sequence and side by side.

Each branch is a sequence whose first step gets the columns themselves; transformers of numbers
need columns of numbers there. Branches stand side by side. In training each step's
``fit_transform`` is what the next one sees, so that a row's value out of fold is what goes on.
A later step that learns (a scaler's mean and width) learns from all rows' values, in which
every target had its part: only what is learned by row stays blind to the row's own target.

Cost: that of the steps; memory in `encode_into` the matrix, and what a block of rows takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from minixai._estimator import unfitted_copy
from minixai._transformer import Transformer, composed_groups
from minixai.data.column import Column
from minixai.data.table import Table
from minixai.errors import DataTypeError, require
from minixai.protocols import Array

__all__ = ["ComposedEncoding", "learn_composed"]

_BLOCK = 16_384  # rows of numbers that go through a sequence at a time


def learn_composed(
    columns: Sequence[Column], branches: Sequence[Sequence[Transformer]], table: Table
) -> tuple[ComposedEncoding, Array | None]:
    """Fit copies of the steps to training columns.

    Parameters
    ----------
    columns : sequence of Column
    branches : sequence of sequences of transformers
    table : Table
        The columns' own, for its target.

    Returns
    -------
    encoding : ComposedEncoding
    training : array (n_rows, n_columns), optional
        What the training rows become, no row of it having seen its own target; None where that is
        what ``encode_into`` writes.
    """
    apart = any(step._trains_apart for branch in branches for step in branch)
    fitted, made = [], []
    y = None if table.target is None else table.y
    for branch in branches:
        own, given = [], _first(branch[0], columns, table)
        for step in branch:
            copy = unfitted_copy(step)
            learns = y if not isinstance(given, Table) else None  # a Table brings its target
            own.append(copy)
            if step is branch[-1] and not apart:
                copy.fit(given, learns)
            else:
                matrix = np.asarray(copy.fit_transform(given, learns))
                given = _framed(matrix, copy)
        fitted.append(own)
        if apart:
            made.append(matrix)
    names = [column.name for column in columns]
    return ComposedEncoding(names, fitted), np.hstack(made) if apart else None


class ComposedEncoding:
    """Fitted branches of some columns.

    Parameters
    ----------
    columns : list of str
    branches : list of lists of transformers
        Fitted.
    """

    def __init__(self, columns: list[str], branches: list[list[Transformer]]) -> None:
        self.columns = columns
        self.branches = branches

    @property
    def outputs(self) -> list[tuple[str, str]]:
        """Name and raw column of every column made, in order.

        A column made from several, such as a product, stands for itself.
        """
        only = self.columns[0] if len(self.columns) == 1 else None
        found: list[tuple[str, str]] = []
        for branch in self.branches:
            groups = composed_groups([step.groups for step in branch])
            source = {made: group for group, names in groups.items() for made in names}
            found += [
                (str(made), only or source[made]) for made in branch[-1].get_feature_names_out()
            ]
        return found

    def encode_into(self, columns: Sequence[Column], matrix: Array, first: int) -> None:
        """Write the columns made into a matrix of zeros, beginning with column ``first``."""
        for branch in self.branches:
            width = len(branch[-1].get_feature_names_out())
            step: Any = branch[0]
            if len(branch) == 1 and _takes_columns(step):
                step.encode_into(Table({each.name: each for each in columns}), matrix, first)
            else:
                _write(branch, columns, matrix[:, first : first + width])
            first += width

    def in_words(self) -> str:
        """Return the steps as they print."""
        return ", and ".join(" then ".join(map(repr, branch)) for branch in self.branches)

    def to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return what brings the encoding back, as JSON and as arrays."""
        arrays: dict[str, Array] = {}
        saved: list[list[dict[str, Any]]] = []
        for b, branch in enumerate(self.branches):
            saved.append([])
            for s, step in enumerate(branch):
                meta, own = step._to_state()  # type: ignore[attr-defined]
                saved[-1].append({"class": type(step).__name__, "meta": meta})
                arrays |= {f"{b}.{s}.{key}": array for key, array in own.items()}
        return {"columns": self.columns, "branches": saved}, arrays

    @classmethod
    def from_state(cls, meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> ComposedEncoding:
        """Rebuild an encoding from `to_state`; only registered classes are known."""
        branches: list[list[Transformer]] = []
        for b, branch in enumerate(meta["branches"]):
            branches.append([])
            for s, saved in enumerate(branch):
                start = f"{b}.{s}."
                own = {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}
                branches[-1].append(_class_of(saved["class"])._from_state(saved["meta"], own))
        return cls(list(meta["columns"]), branches)


def _takes_columns(step: Transformer) -> bool:
    """Whether a step reads typed columns, not a matrix of numbers."""
    return hasattr(step, "encode_into")


def _write(branch: Sequence[Any], columns: Sequence[Column], matrix: Array) -> None:
    """Write what a sequence of steps makes; numbers go through it block by block."""
    n_rows = len(matrix)
    n_block = n_rows if _takes_columns(branch[0]) else _BLOCK
    for start in range(0, n_rows, n_block):
        stop = min(start + n_block, n_rows)
        whole = stop - start == n_rows
        part = columns if whole else [each.take(np.arange(start, stop)) for each in columns]
        given = _first(branch[0], part, None)
        for step in branch:
            made = np.asarray(step.transform(given))
            given = _framed(made, step)
        matrix[start:stop] = made


def _first(step: Transformer, columns: Sequence[Column], table: Table | None) -> Any:
    """Return the columns as the first step of a branch takes them; ``table`` has the target."""
    if _takes_columns(step):
        typed = {each.name: each for each in columns}
        if table is None or table.target is None:
            return Table(typed)
        typed[table.target] = table.columns[table.target]
        return Table(typed, table.target, task=table.task)
    for each in columns:
        if len(each.categories) or each.indptr is not None:
            raise DataTypeError(
                f"Column {each.name!r} is {each.kind}, and {type(step).__name__} needs numbers: "
                "begin its `steps` with an encoder, such as OneHotEncoder()."
            )
    pandas = require("pandas", "table")
    matrix = np.column_stack([each.values for each in columns]).astype(np.float64, copy=False)
    return pandas.DataFrame(matrix, columns=[each.name for each in columns], copy=False)


def _framed(matrix: Array, step: Transformer) -> Any:
    pandas = require("pandas", "table")
    return pandas.DataFrame(matrix, columns=list(step.get_feature_names_out()), copy=False)


def _class_of(name: str) -> Any:
    from minixai.files import REGISTRY

    module, _, attribute = REGISTRY[name].partition(":")
    found = getattr(import_module(module), attribute)
    if not issubclass(found, Transformer):
        raise ValueError(f"{name} is no transformer")
    return found
