r"""Behaviour features: what is known of a row's user and item from the past of that row alone.

For a row with entity e (a user, an item) at time t, over the rows i of the learned log with
entity e and time t_i < t:

.. math::
    n &= |\{i\}|                                                                         (1) \\
    m &= \frac{1}{n + s} \sum_i (v_i - \bar v_t)                                         (2) \\
    a &= t - \max_i t_i                                                                  (3) \\
    c_l &= \frac1n \left|\{i : l \in \text{labels}_i\}\right|                            (4)

the count as log(1 + n), the mean of a value as a distance from the mean of all rows before t
(shrunk by s rows' worth of it), the time since the last row (where there is none: since the log
began), and the share of each label of a column. Rows of the same moment do not see each other,
and a row never sees itself, so `fit_transform` of a log and `transform` follow one rule. Sums
run within an entity and from the first value on, so that later rows change no earlier one by a
bit; which labels have a share at all is chosen from the whole log. A row without an entity has no
history.

Source: Koren (2010), Communications of the ACM 53(4), section 3, for means that move with time;
shrinkage as in `target_encoding`.
Cost: O((n + m) log n) for n rows of log and m rows asked about, times the labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from minixai._numba import kernel
from minixai._transformer import Transformer
from minixai._validation import check_number
from minixai.data.column import Column
from minixai.data.table import Table
from minixai.errors import DataError, ParameterError
from minixai.protocols import Array

__all__ = ["BehaviourFeatures"]


class BehaviourFeatures(Transformer):
    """Counts, means, recency and shares of labels of users and items, from a row's past.

    Parameters
    ----------
    entities : sequence of str
        Columns that name who or what a row is of, such as ``("user_id", "item_id")``.
    time : str
        A column of numbers or dates.
    value : str, optional
        A column of numbers whose mean in the past is given, the target included: it is known
        once it has happened.
    categories : sequence of str
        Columns of labels, one or several a row, whose shares in the past are given.
    max_labels : int
        The most frequent labels of each column that get a share.
    smoothing : float
        Rows' worth of weight that the mean of all has, 0 or more.

    Examples
    --------
    >>> from minixai.data import make_shop
    >>> shop = make_shop(n_rows=200).table
    >>> made = BehaviourFeatures(["user_id"], time="hour", value="price").fit(shop)
    >>> made.get_feature_names_out().tolist()
    ['user_id:past_log_count', 'user_id:recency', 'user_id:past_price']
    """

    def __init__(
        self,
        entities: Sequence[str],
        time: str,
        value: str | None = None,
        categories: Sequence[str] = (),
        max_labels: int = 10,
        smoothing: float = 5.0,
    ) -> None:
        self.entities = entities
        self.time = time
        self.value = value
        self.categories = categories
        self.max_labels = max_labels
        self.smoothing = smoothing

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_log")

    def fit(self, table: Table, y: Any = None) -> Self:
        """Keep the log: who, when, what value, which labels; ``y`` is ignored.

        Raises
        ------
        DataError
            A column that is not there, of the wrong kind, or a time that is missing.
        ParameterError
            An argument out of its range.
        """
        if isinstance(self.entities, str) or not len(self.entities):
            raise ParameterError(
                f"`entities` must be a list of columns, such as ['user_id'], got {self.entities!r}."
            )
        check_number("max_labels", self.max_labels, low=1, integer=True)
        check_number("smoothing", self.smoothing, low=0)
        moments = _times(table, self.time)
        values = np.full(table.n_rows, np.nan)
        if self.value is not None:
            values = _numbers(table, self.value)
        self._labels = {name: _frequent(table, name, self.max_labels) for name in self.categories}
        order = np.argsort(moments, kind="stable")
        self._log = _Log(
            times=moments[order],
            entities={name: _names(table, name)[order] for name in self.entities},
            values=values[order],
            labels={
                name: _membership(table.column(name), levels)[order]
                for name, levels in self._labels.items()
            },
        )
        self.n_features_in_ = len(self.entities)
        self.feature_names_in_ = np.array(list(self.entities), dtype=object)
        return self

    def transform(self, table: Table) -> Any:
        """Return each row's features (n_rows, n_outputs), float64, from the log before its time."""
        self._check_fitted()
        moments = _times(table, self.time)
        made: list[Array] = []
        for name in self.entities:
            missing = table.column(name).missing
            made += self._of_entity(name, _names(table, name), missing, moments)
        return self._output(np.column_stack(made), table)

    def fit_transform(self, table: Any, y: Any = None) -> Any:
        """Learn the log and return its own rows' features, each from its past."""
        return self.fit(table, y).transform(table)

    def add_to(self, table: Table) -> Table:
        """Return the table with the features as numeric columns beside the others."""
        matrix = np.asarray(self.transform(table))
        for name, values in zip(self.get_feature_names_out(), matrix.T, strict=True):
            table = table.with_column(Column(name, "numeric", values.copy()))
        return table

    def _of_entity(self, name: str, asked: Array, missing: Array, moments: Array) -> list[Array]:
        log = self._log
        known, codes = np.unique(log.entities[name], return_inverse=True)
        entity = np.searchsorted(known, asked)
        found = (np.append(known, "")[entity] == asked) & ~missing
        order = np.argsort(codes, kind="stable")  # by entity, and by time within one
        first = np.searchsorted(codes[order], np.arange(len(known) + 1))
        entity = np.where(found, entity, len(known))
        start = np.where(found, first[np.minimum(entity, len(known))], 0)
        end = _before(codes[order], log.times[order], entity, moments)
        end = np.where(found, end, 0)
        count = end - start  # (1)
        last = np.where(count > 0, log.times[order][np.maximum(end - 1, 0)], log.times[0])
        recency = np.maximum(moments - last, 0.0)  # (3)
        made = [np.log1p(count), recency]
        if self.value is not None:
            values = log.values[order]
            made.append(self._past_mean(values, codes[order], start, end, moments))
        for members in log.labels.values():
            sums = np.vstack([np.zeros(members.shape[1]), np.cumsum(members[order], axis=0)])
            made += list(((sums[end] - sums[start]) / np.maximum(count, 1)[:, None]).T)  # (4)
        return made

    def _past_mean(
        self, values: Array, codes: Array, start: Array, end: Array, moments: Array
    ) -> Array:
        """Return the shrunk distance of an entity's past mean from the past mean of all."""
        log = self._log
        there = ~np.isnan(log.values)
        centre = float(log.values[np.argmax(there)]) if there.any() else 0.0
        present = ~np.isnan(values)
        sums = np.zeros(len(values) + 1)
        _running_sums(np.where(present, values - centre, 0.0), codes, sums[1:])
        own = np.where(end > start, sums[end], 0.0)
        counts = np.append(0, np.cumsum(present))
        all_sums = np.append(0.0, np.cumsum(np.where(there, log.values - centre, 0.0)))
        all_counts = np.append(0, np.cumsum(there))
        before = np.searchsorted(log.times, moments, side="left")
        of_all = all_sums[before] / np.maximum(all_counts[before], 1)
        n = counts[end] - counts[start]
        distance = own - n * of_all
        weight = n + self.smoothing
        shrunk: Array = np.divide(distance, weight, out=np.zeros(len(n)), where=weight > 0)  # (2)
        return shrunk

    def _output_columns(self, names: list[str]) -> list[tuple[str, str]]:
        found = []
        for name in names:
            made = [f"{name}:past_log_count", f"{name}:recency"]
            made += [f"{name}:past_{self.value}"] if self.value is not None else []
            for category, levels in self._labels.items():
                made += [f"{name}:past_share[{category}={level}]" for level in levels]
            found += [(each, name) for each in made]
        return found

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = self._column_state()
        meta["params"] = {
            k: list(v) if isinstance(v, tuple) else v for k, v in meta["params"].items()
        }
        meta["labels"] = self._labels
        meta["entities"] = {name: ids.tolist() for name, ids in self._log.entities.items()}
        arrays = {"times": self._log.times, "values": self._log.values}
        arrays |= {f"labels.{name}": members for name, members in self._log.labels.items()}
        return meta, arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> BehaviourFeatures:
        made = cls._with_column_state(meta)
        made._labels = {name: list(levels) for name, levels in meta["labels"].items()}
        made._log = _Log(
            times=arrays["times"],
            entities={name: np.array(ids, dtype=np.str_) for name, ids in meta["entities"].items()},
            values=arrays["values"],
            labels={name: arrays[f"labels.{name}"] for name in made._labels},
        )
        return made


@dataclass(frozen=True)
class _Log:
    """The rows learned, in the order of time."""

    times: Array
    entities: dict[str, Array]
    values: Array
    labels: dict[str, Array]


def _before(codes: Array, times: Array, entity: Array, moments: Array) -> Array:
    """Return how many log rows, sorted by (code, time), come before (entity, moment)."""
    _, rank = np.unique(np.concatenate([times, moments]), return_inverse=True)
    width = int(rank.max()) + 1
    keys = codes * width + rank[: len(times)]
    return np.searchsorted(keys, entity * width + rank[len(times) :], side="left")


def _times(table: Table, name: str) -> Array:
    moments = _numbers(table, name)
    if np.isnan(moments).any():
        row = int(np.argmax(np.isnan(moments)))
        raise DataError(f"Column {name!r} has no time in row {row}: drop such rows first.")
    return moments


def _numbers(table: Table, name: str) -> Array:
    column = table.column(name)
    numbers = column.values if column.kind == "datetime" else column.numbers
    if numbers is None:
        raise DataError(f"Column {name!r} is {column.kind}: numbers or dates are needed.")
    return np.asarray(numbers, dtype=np.float64)


def _names(table: Table, name: str) -> Array:
    """Return each row's entity as text."""
    column = table.column(name)
    if column.indptr is not None:
        raise DataError(f"Column {name!r} has several labels a row: name one entity a row.")
    if len(column.categories):
        return np.append(column.categories.astype(np.str_), "(missing)")[column.values]
    return column.values.astype(np.str_)


def _frequent(table: Table, name: str, most: int) -> list[str]:
    column = table.column(name)
    if not len(column.categories):
        raise DataError(f"Column {name!r} is {column.kind}: labels are needed for shares.")
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
    chosen = np.sort(np.argsort(-counts, kind="stable")[:most])
    return [str(column.categories[code]) for code in chosen if counts[code] > 0]


def _membership(column: Column, levels: list[str]) -> Array:
    """Return which of the levels each row has, float64 (n, n_levels)."""
    place = {level: k for k, level in enumerate(levels)}
    of_code = [place.get(label, -1) for label in column.categories.astype(np.str_).tolist()]
    codes = np.array([*of_code, -1], dtype=np.int64)[column.values]
    members = np.zeros((len(column), len(levels) + 1))
    members[column.row_of_value, codes] = 1.0
    return members[:, :-1]


@kernel
def _running_sums(values: Array, codes: Array, sums: Array) -> None:
    """Write the sum of the values so far with the same code, codes being sorted."""
    total = 0.0
    for i in range(len(values)):
        if i > 0 and codes[i] != codes[i - 1]:
            total = 0.0
        total += values[i]
        sums[i] = total
