"""What a column of the encoded matrix says about the table, in words.

A threshold on a standardised column is a number that nobody knows; undone through the steps that
made the column it is one in the column's own unit. A 0/1 column is a level that a row has or has
not, a place in an order is a label.

Cost: undoing one number costs one row through each step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.data.column_encoding import ColumnEncoder
from minixai.data.composed_encoding import ComposedEncoding
from minixai.data.kind_conversion import label_texts
from minixai.data.missing_indicator import MissingIndicator
from minixai.data.multi_hot_encoding import MultiHotEncoder
from minixai.data.one_hot_encoding import OneHotEncoder
from minixai.data.ordinal_encoding import OrdinalEncoder

__all__ = ["ColumnMeaning", "meanings_of", "number_words", "plain_meanings"]

_HAS = {
    "is": ("is not", "is"),
    "includes": ("does not include", "includes"),
}


@dataclass(frozen=True)
class ColumnMeaning:
    """What one column of a matrix stands for.

    Parameters
    ----------
    quantity : str
        What its numbers measure: a raw column's name, or that of what was made of it.
    level : str, optional
        The level whose presence it marks by 1 and absence by 0.
    verb : {"is", "includes"}
        How a row has the level.
    labels : tuple of str, optional
        The labels whose places, from 0, its numbers are.
    steps : tuple of transformers
        What made the numbers from those in the quantity's unit, first to last.
    place : int
        Its column among those of the steps.
    width : int
        How many columns the steps have.
    """

    quantity: str
    level: str | None = None
    verb: str = "is"
    labels: tuple[str, ...] | None = None
    steps: tuple[Any, ...] = ()
    place: int = 0
    width: int = 1

    def raw(self, value: float) -> float:
        """Return a number of the column in the quantity's own unit."""
        if not math.isfinite(value):
            return value
        for step in reversed(self.steps):
            row = np.zeros((1, self.width))
            row[0, self.place] = value
            value = float(np.asarray(step.inverse_transform(row))[0, self.place])
        return value

    def value(self, value: float, *beside: float) -> str:
        """Return a row's number in words, told apart from the numbers that stand beside it."""
        if math.isnan(value):
            return f"{self.quantity} is missing"
        if self.level is not None and value in (0.0, 1.0):
            return self._presence(value == 1.0)
        return f"{self.quantity} = {self._shown(value, self._digits(value, *beside))}"

    def between(self, low: float, high: float, *beside: float) -> str:
        """Return ``low < x <= high`` in words; an infinite bound is none.

        Numbers have digits enough to be told apart, from those ``beside`` them too.
        """
        if self.level is not None and (low < 0.0 <= high < 1.0 or 0.0 <= low < 1.0 <= high):
            return self._presence(low >= 0.0)
        if low == -math.inf and high == math.inf:
            return f"{self.quantity} is anything"
        if self.labels is not None:
            return self._between_labels(low, high)
        digits = self._digits(low, high, *beside)
        above, most = self._shown(low, digits), self._shown(high, digits)
        if low == -math.inf:
            return f"{self.quantity} <= {most}"
        if high == math.inf:
            return f"{self.quantity} > {above}"
        return f"{above} < {self.quantity} <= {most}"

    def _presence(self, has: bool) -> str:
        if self.level == "(missing)":
            return f"{self.quantity} is {'missing' if has else 'known'}"
        level = "a rare level" if self.level == "(rare)" else self.level
        return f"{self.quantity} {_HAS[self.verb][int(has)]} {level}"

    def _between_labels(self, low: float, high: float) -> str:
        labels = self.labels or ()
        first = 0 if low == -math.inf else math.floor(self.raw(low)) + 1
        last = len(labels) - 1 if high == math.inf else math.floor(self.raw(high))
        held = labels[max(first, 0) : last + 1]
        if not held:
            return f"{self.quantity} is none of its labels"
        if len(held) <= 2:
            return f"{self.quantity} is {' or '.join(held)}"
        return f"{self.quantity} is {held[0]} to {held[-1]}"

    def _digits(self, *values: float) -> int:
        """Return how many digits keep different numbers different, 6 at least."""
        raw = {self.raw(value) for value in values if math.isfinite(value)}
        for digits in (6, 9, 12):
            if len({number_words(value, digits) for value in raw}) == len(raw):
                return digits
        return 17

    def _shown(self, value: float, digits: int) -> str:
        raw = self.raw(value)
        if self.labels is not None and raw == round(raw) and 0 <= raw < len(self.labels):
            return self.labels[int(raw)]
        return number_words(raw, digits)


def number_words(value: float, digits: int) -> str:
    """Return a number with so many significant digits; below 10^15 its whole part is whole."""
    if 1.0 <= abs(value) < 1e15:
        digits = max(digits, math.floor(math.log10(abs(value))) + 2)
    return f"{value:.{digits}g}"


def plain_meanings(names: Sequence[str]) -> list[ColumnMeaning]:
    """Return the meanings of columns that stand for themselves."""
    return [ColumnMeaning(str(name)) for name in names]


def meanings_of(encodings: Sequence[ComposedEncoding]) -> list[ColumnMeaning]:
    """Return the meanings of the columns that encodings make, in the order of their outputs."""
    return [
        meaning
        for encoding in encodings
        for branch in encoding.branches
        for meaning in _of_branch(branch)
    ]


def _of_branch(branch: Sequence[Any]) -> list[ColumnMeaning]:
    """Return the meanings of what fitted steps make, undone as far as they can be."""
    names = [str(name) for name in branch[-1].get_feature_names_out()]
    first = branch[0]
    typed = isinstance(first, ColumnEncoder)
    steps = tuple(branch[1:] if typed else branch)
    undone = all(_keeps_columns(step) for step in steps)
    if not undone:
        return plain_meanings(names)
    given = [_of_encoder(first, k) for k in range(len(names))] if typed else []
    if not typed:
        given = plain_meanings([str(name) for name in steps[0]._input_names(None)])
    return [
        ColumnMeaning(each.quantity, each.level, each.verb, each.labels, steps, k, len(names))
        for k, each in enumerate(given)
    ]


def _keeps_columns(step: Any) -> bool:
    """Whether a step gives one number a column, and can take it back."""
    same = len(step.get_feature_names_out()) == step.n_features_in_
    return same and hasattr(step, "inverse_transform")


def _of_encoder(encoder: Any, k: int) -> ColumnMeaning:
    """Return the meaning of a column that an encoder makes."""
    name, source = encoder._made_columns(encoder._input_names(None))[k]
    if isinstance(encoder, (OneHotEncoder, MultiHotEncoder, MissingIndicator)):
        verb = "includes" if isinstance(encoder, MultiHotEncoder) else "is"
        return ColumnMeaning(source, level=name.removeprefix(f"{source}="), verb=verb)
    if isinstance(encoder, OrdinalEncoder):
        return ColumnMeaning(source, labels=tuple(label_texts(encoder.categories_[k])))
    return ColumnMeaning(name)
