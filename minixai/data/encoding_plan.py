"""Which columns of a table are encoded together, and by which transformers.

A part of the plan is some columns and the steps they take: the caller's own for a column or for
all columns of a kind, else those of the kind:

- numeric: the median where missing, standardised.
- ordinal: its place in the order, the median where missing, standardised.
- categorical: a 0/1 column a level; levels below the rare share stand in one column ``(rare)``,
  as does a level never seen; the most frequent level where missing. Two levels are one column.
- boolean: the same, however rare one of the two is.
- multi: a 0/1 column a label, the rare and the unknown ones in one.
- id: the offset of the target, all ids' together (`target_offset`), and log(1 + other rows in
  training), standardised, so that an id never seen is like a training row whose id is its alone.
- datetime: parts of the calendar and age, standardised. Text: its most frequent words (tf-idf).

Numbers, labels and moments with gaps in training also have a 0/1 indicator. A column that says
nothing (one value, or all of its levels rare) has no part.

Cost: one pass over every column, to see whether it varies.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._transformer import Transformer
from minixai.data.calendar_encoding import DatetimeEncoder
from minixai.data.column import KINDS, Column
from minixai.data.column_encoding import levels_of, split_rare
from minixai.data.frequency_encoding import FrequencyEncoder
from minixai.data.imputation import SimpleImputer
from minixai.data.missing_indicator import MissingIndicator
from minixai.data.multi_hot_encoding import MultiHotEncoder
from minixai.data.one_hot_encoding import OneHotEncoder
from minixai.data.ordinal_encoding import OrdinalEncoder
from minixai.data.scaling import StandardScaler
from minixai.data.table import Table
from minixai.data.target_encoding import TargetEncoder
from minixai.data.text_encoding import TextEncoder
from minixai.errors import ParameterError, suggestion

__all__ = ["Part", "chosen_steps", "default_parts", "grouped_parts"]

_MARKED = ("numeric", "categorical", "ordinal", "boolean", "datetime")  # kinds whose gaps are told
_MOST_CLASSES = 10  # with an offset column each, the most frequent ones


@dataclass(frozen=True)
class Part:
    """Columns that are encoded together, in branches that stand side by side.

    Parameters
    ----------
    columns : list of str
    branches : list of lists of transformers
        Unfitted; those of a branch are done one after another.
    place : str
        The column or kind that the caller gave the steps for; empty for those of the kind.
    """

    columns: list[str]
    branches: list[list[Transformer]]
    place: str = ""


def chosen_steps(steps: Mapping[str, Any] | None, table: Table) -> dict[str, str]:
    """Return the place in ``steps`` (its own name before its kind) of each feature that has one.

    Raises
    ------
    ParameterError
        Steps of no column and no kind.
    """
    known = [*table.features, *KINDS]
    for place in steps or {}:
        if place not in known:
            raise ParameterError(
                f"`steps` names {place!r}, which is neither a column nor a kind."
                f"{suggestion(place, known)}"
            )
    kinds = table.kinds
    places = {name: name if name in (steps or {}) else kinds[name] for name in table.features}
    return {name: place for name, place in places.items() if place in (steps or {})}


def grouped_parts(steps: Mapping[str, Any], chosen: Mapping[str, str]) -> list[Part]:
    """Return the parts that the caller's steps make; columns of one place go together.

    Raises
    ------
    ParameterError
        Anything but transformers, lists and tuples of them, or "drop".
    """
    together: dict[str, list[str]] = {}
    for name, place in chosen.items():
        together.setdefault(place, []).append(name)
    branches = {place: _branches(each, place) for place, each in steps.items() if each != "drop"}
    return [
        Part(names, branches[place], place)
        for place, names in together.items()
        if place in branches
    ]


def _branches(steps: Any, place: str) -> list[list[Transformer]]:
    """Return steps as branches that stand side by side, each a list of transformers."""
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


def default_parts(
    table: Table,
    names: list[str],
    *,
    rare_share: float,
    smoothing: float,
    n_folds: int,
    random_state: int | None,
) -> list[Part]:
    """Return the parts of columns that no steps were chosen for; arguments of `TableEncoder`."""
    columns = [table.columns[name] for name in names]
    labels = OneHotEncoder(rare_share=rare_share, missing="most_frequent", drop="if_binary")
    frequency = [FrequencyEncoder("log_count", leave_one_out=True), StandardScaler()]
    offset = TargetEncoder(smoothing, n_folds, max_classes=_MOST_CLASSES, random_state=random_state)
    by_kind: dict[str, list[list[Transformer]]] = {
        "numeric": [[SimpleImputer(), StandardScaler()]],
        "ordinal": [[OrdinalEncoder(unknown=math.nan), SimpleImputer(), StandardScaler()]],
        "categorical": [[labels]],
        "boolean": [[OneHotEncoder(missing="most_frequent", drop="if_binary")]],
        "multi": [[MultiHotEncoder(rare_share=rare_share)]],
        "id": [[offset], frequency] if _has_offsets(table) else [frequency],
        "datetime": [[DatetimeEncoder(add_indicator=False), StandardScaler()]],
        "text": [[TextEncoder()]],
    }
    parts = [
        Part([c.name for c in columns if c.kind == kind and _varies(c, rare_share)], branches)
        for kind, branches in by_kind.items()
    ]
    gaps = [c.name for c in columns if c.kind in _MARKED and c.missing.any()]
    return [part for part in [*parts, Part(gaps, [[MissingIndicator()]])] if part.columns]


def _has_offsets(table: Table) -> bool:
    """Whether there is a target of which labels can tell something."""
    return table.target is not None and table.columns[table.target].n_unique > 1


def _varies(column: Column, rare_share: float) -> bool:
    """Whether a column's encoding would differ between rows."""
    if column.kind == "categorical":
        counts = levels_of(column)[1]
        frequent = split_rare(counts, counts.sum(), rare_share, 1)
        return bool(frequent.sum() + (not frequent.all()) > 1)
    if column.kind in ("numeric", "datetime"):
        return bool(np.nanmin(column.values) < np.nanmax(column.values))
    return column.kind not in ("ordinal", "boolean") or column.n_unique > 1
