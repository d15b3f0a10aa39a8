"""One column encoded by transformers of the caller's choice, in sequence and side by side.

``steps`` is a transformer, a list of transformers that are done one after another, or a tuple of
these, done side by side: ``(TargetEncoder(), [FrequencyEncoder("log_count"), StandardScaler()])``.
The first of a sequence gets the column itself; transformers of numbers need a column of numbers
there. In training each step's ``fit_transform`` is what the next one sees, so that what is learned
out of fold stays so to the end.

Cost: that of the steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from minixai._estimator import unfitted_copy
from minixai._transformer import Transformer, composed_groups
from minixai.data.column import KINDS, Column
from minixai.data.table import Table
from minixai.data.text_encoding import TextEncoder
from minixai.errors import DataTypeError, ParameterError, require, suggestion
from minixai.protocols import Array

__all__ = ["ComposedEncoding", "chosen_steps", "learn_composed"]


def chosen_steps(steps: Mapping[str, Any] | None, table: Table) -> dict[str, Any]:
    """Return the branches, or "drop", of each feature that steps are given for.

    Parameters
    ----------
    steps : mapping of a column's name or a kind -> transformers, or "drop"
        A column's own name goes before its kind; free text has `TextEncoder` where none is given.
    table : Table

    Raises
    ------
    ParameterError
        Steps of no column and no kind, or what is no transformer.
    """
    given = {"text": TextEncoder(), **(steps or {})}
    known = [*table.features, *KINDS]
    for place in steps or {}:
        if place not in known:
            raise ParameterError(
                f"`steps` names {place!r}, which is neither a column nor a kind."
                f"{suggestion(place, known)}"
            )
    checked = {
        place: each if isinstance(each, str) and each == "drop" else _checked(each, place)
        for place, each in given.items()
    }
    places = {name: name if name in checked else table.kinds[name] for name in table.features}
    return {name: checked[place] for name, place in places.items() if place in checked}


def _checked(steps: Any, place: str) -> list[list[Transformer]]:
    """Return steps as branches that stand side by side, each a list of transformers.

    Raises
    ------
    ParameterError
        Anything but transformers, lists and tuples of them.
    """
    branches = steps if isinstance(steps, tuple) else (steps,)
    listed = [list(branch) if isinstance(branch, list) else [branch] for branch in branches]
    for step in [step for branch in listed for step in branch]:
        if not isinstance(step, Transformer):
            raise ParameterError(
                f"`steps[{place!r}]` must be a transformer, a list of them (one after another) or "
                f"a tuple (side by side), got {step!r}."
            )
    if not listed or not all(listed):
        raise ParameterError(f"`steps[{place!r}]` is empty: give a transformer, or 'drop'.")
    return listed


def learn_composed(
    column: Column, branches: list[list[Transformer]], table: Table
) -> tuple[ComposedEncoding, Array | None]:
    """Fit copies of the steps to a training column.

    Parameters
    ----------
    column : Column
    branches : list of lists of transformers
    table : Table
        The column's own, for its target.

    Returns
    -------
    encoding : ComposedEncoding
    training : array (n_rows, n_columns), optional
        What the training rows become, no row of it having seen its own target; None where that is
        what ``encode`` gives.
    """
    of_training = any(_trains_apart(step) for branch in branches for step in branch)
    fitted, made = [], []
    y = None if table.target is None else table.y
    for branch in branches:
        own, given = [], _first(branch[0], column, table)
        for step in branch:
            copy = unfitted_copy(step)
            learns = y if not isinstance(given, Table) else None  # a Table brings its target
            own.append(copy)
            if step is branch[-1] and not of_training:
                copy.fit(given, learns)
            else:
                matrix = np.asarray(copy.fit_transform(given, learns))
                given = _framed(matrix, copy)
        fitted.append(own)
        if of_training:
            made.append(matrix)
    return ComposedEncoding(column.name, fitted), np.hstack(made) if of_training else None


def _trains_apart(step: Transformer) -> bool:
    """Whether training rows become something else than the same rows later."""
    return type(step).fit_transform is not Transformer.fit_transform


class ComposedEncoding:
    """Fitted branches of one column; an `Encoding` like those of the kinds.

    Parameters
    ----------
    name : str
        The column.
    branches : list of lists of transformers
        Fitted.
    """

    def __init__(self, name: str, branches: list[list[Transformer]]) -> None:
        self.name = name
        self.branches = branches

    @property
    def names(self) -> list[str]:
        """Names of the columns made, branch by branch."""
        found: list[str] = []
        for branch in self.branches:
            groups = composed_groups([step.groups for step in branch])
            made = [str(each) for each in branch[-1].get_feature_names_out()]
            assert sorted(made) == sorted(each for group in groups.values() for each in group)
            found += made
        return found

    def encode_into(self, column: Column, matrix: Array, first: int) -> None:
        """Write the columns made into a matrix of zeros, beginning with column ``first``."""
        step = self.branches[0][0]
        if len(self.branches) == len(self.branches[0]) == 1 and hasattr(step, "encode_into"):
            step.encode_into(Table({column.name: column}), matrix, first)
        else:
            made = self.encode(column)
            matrix[:, first : first + made.shape[1]] = made

    def encode(self, column: Column) -> Array:
        """Return the columns made, float64 (n, len(names))."""
        made = []
        for branch in self.branches:
            given = _first(branch[0], column, Table({column.name: column}))
            for step in branch:
                matrix = np.asarray(step.transform(given))  # type: ignore[attr-defined]
                given = _framed(matrix, step)
            made.append(matrix)
        return made[0] if len(made) == 1 else np.hstack(made)

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
        return {"name": self.name, "branches": saved}, arrays

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
        return cls(meta["name"], branches)


def _first(step: Transformer, column: Column, table: Table) -> Any:
    """Return the column as the first step of a branch takes it."""
    if hasattr(step, "encode_into"):
        columns = {column.name: column}
        if table.target is None or table.target == column.name:
            return Table(columns)
        columns[table.target] = table.columns[table.target]
        return Table(columns, table.target, task=table.task)
    if len(column.categories) or column.indptr is not None:
        raise DataTypeError(
            f"Column {column.name!r} is {column.kind}, and {type(step).__name__} needs numbers: "
            "begin its `steps` with an encoder, such as OneHotEncoder()."
        )
    pandas = require("pandas", "table")
    return pandas.DataFrame({column.name: np.asarray(column.values, dtype=np.float64)})


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
