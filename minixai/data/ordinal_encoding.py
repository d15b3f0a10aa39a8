r"""Ordinal encoding: each label is its place in an order.

.. math::
    x_i = k \quad\text{where}\quad v_i = c_k, \; k = 0, 1, \dots                       (1)

The order c is the one given; else an ordinal column's own (unused categories included), else
the sorted order of the labels that training holds. Numbers are ordered by value.

Differs from scikit-learn's OrdinalEncoder, to which the numbers are otherwise equal: a missing
value is NaN though training had none, and labels are compared as text (1, 1.0 and "1" are one).

Cost: one pass over the rows of each column.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.column_container import as_columns, as_labels
from minixai.data.column_encoding import (
    TargetBlindEncoder,
    check_no_unknown,
    labels_from_state,
    labels_to_state,
    levels_of,
    look_up,
    positions,
)
from minixai.data.kind_conversion import as_objects, label_texts
from minixai.errors import ParameterError, suggestion
from minixai.protocols import Array

__all__ = ["OrdinalEncoder"]


class OrdinalEncoder(TargetBlindEncoder):
    """Number the labels of each column in order.

    Parameters
    ----------
    categories : "auto", sequence of sequences, or mapping of str to sequence
        The labels of every column in order, or of the columns named; "auto" takes the columns'
        own order.
    unknown : "error" or float
        What stands for a label that is in no order: an error, or this number (-1, say).
    missing_value : float
        What stands for a missing value; NaN by default.

    Attributes
    ----------
    categories_ : list of arrays
        The labels of each input, in order.

    Examples
    --------
    >>> from minixai.data import OrdinalEncoder
    >>> encoder = OrdinalEncoder(categories=[["small", "large"]], unknown=-1)
    >>> encoder.fit_transform([["large"], ["small"], ["huge"]]).ravel()
    array([ 1.,  0., -1.])
    """

    categories_: list[Array]

    def __init__(
        self,
        categories: Any = "auto",
        unknown: str | float = "error",
        missing_value: float = math.nan,
    ) -> None:
        self.categories = categories
        self.unknown = unknown
        self.missing_value = missing_value

    def inverse_transform(self, X: Any) -> Array:
        """Return the labels (n_samples, n_features), object; None where missing or unknown."""
        matrix = self._given_back(X, allow_nan=True)
        restored = np.full(matrix.shape, None, dtype=object)
        for j, labels in enumerate(self.categories_):
            values = matrix[:, j]
            known = (values >= 0) & (values < len(labels)) & (values == np.floor(values))
            for special in (self.unknown, self.missing_value):
                known &= values != special if not isinstance(special, str) else known
            restored[known, j] = labels[values[known].astype(np.int64)]
        return restored

    def _check_options(self) -> None:
        for name in ("unknown", "missing_value"):
            value = getattr(self, name)
            word = name == "unknown" and value == "error"
            number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
            if not word and not number:
                either = "'error' or " if name == "unknown" else ""
                raise ParameterError(f"`{name}` must be {either}a number, got {value!r}.")
        if isinstance(self.categories, str) and self.categories != "auto":
            raise ParameterError(
                f"`categories` must be 'auto' or the labels of every column, got "
                f"{self.categories!r}."
            )

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        orders = self._given_orders(columns)
        found = []
        for j, column in enumerate(map(as_labels, columns)):
            labels = orders.get(j)
            if labels is None and column.kind == "ordinal":
                labels = column.categories
                labels = labels if labels.dtype.kind in "biuf" else as_objects(labels.tolist())
            elif labels is None:
                labels = levels_of(column)[0]
            elif self.unknown == "error":
                places = positions(column, labels)
                check_no_unknown(column, places, "add it to `categories`, or pass unknown=-1")
            found.append(labels)
        return {"categories_": found}

    def _given_orders(self, columns: list[Column]) -> dict[int, Array]:
        """Return the orders that `categories` gives, by the column's position."""
        given = self.categories
        if isinstance(given, str):
            return {}
        names = [column.name for column in columns]
        if isinstance(given, Mapping):
            for name in given:
                if name not in names:
                    raise ParameterError(
                        f"`categories` names {name!r}, which is no column.{suggestion(name, names)}"
                    )
            return {names.index(name): _checked(name, labels) for name, labels in given.items()}
        if len(given) != len(columns):
            raise ParameterError(
                f"`categories` must hold one list a column ({len(columns)}), got {len(given)}."
            )
        return {j: _checked(names[j], labels) for j, labels in enumerate(given)}

    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        for j, column in enumerate(map(as_labels, columns)):
            labels = self.categories_[j]
            places = positions(column, labels)
            if self.unknown == "error":
                check_no_unknown(column, places, "pass unknown=-1, or give the `categories`")
                other = math.nan
            else:
                other = float(self.unknown)
            values = np.where(places >= 0, places.astype(np.float64), other)  # (1)
            values[-1] = self.missing_value
            look_up(column.values, values[:, None], matrix, first + j)

    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        return [(name, name) for name in names]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = self._column_state()
        categories = [labels_to_state(each) for each in self.categories_]
        return {**meta, "categories": categories}, {}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> OrdinalEncoder:
        encoder = cls._with_column_state(meta)
        encoder.categories_ = [labels_from_state(each) for each in meta["categories"]]
        return encoder


def _checked(name: str, labels: Sequence[Any]) -> Array:
    """Return given labels as an array, or say what is wrong with them."""
    column = as_columns([[label] for label in labels], "categories")[0]
    if column.missing.any():
        raise ParameterError(f"`categories` of {name!r} must not hold missing values.")
    order = column.labels()
    texts = label_texts(order)
    repeated = sorted({text for text in texts if texts.count(text) > 1})
    if repeated:
        raise ParameterError(f"`categories` of {name!r} holds {repeated[0]!r} more than once.")
    if column.kind == "numeric":
        whole = column.values.astype(np.int64)
        return whole if (whole == column.values).all() else column.values.copy()
    return order if column.kind != "boolean" else order.astype(bool)
