"""Which kind a column's name and its distinct values suggest.

The rules, first match wins; each can be overridden by naming the kind.

pandas' ordered categories are ``ordinal``, its times ``datetime``, its truth values ``boolean``.
Text: dates are ``datetime``, and numbers written as text numbers (`cell_reading` says which
formats, and when it refuses); a name such as ``user_id``, ``placeID`` or ``zip`` is an ``id``; a
pair of truth words (yes and no, y and n, true and false, t and f) is ``boolean``; labels joined
by ``|`` or ``;`` are ``multi``; cells of five words and more on average, of which hardly any comes
twice, are free ``text``; more than 50 different labels, names included, are an ``id`` too
(`TableEncoder` leaves out what hardly ever repeats, and says so); the rest is ``categorical``.

Whole numbers: under an id's name, and the row numbers that a spreadsheet leaves in a column
without a name, they are an ``id``; 0 and 1, both and nothing else, are ``boolean`` but under the
name of an amount (``n_children``); under a name that says classes (``Region``, ``blood_type``:
`name_rule`) they are labels, as text would be. All other numbers are ``numeric``: counts, years
and amounts repeat just as codes do, so their values cannot tell them apart. Codes under cryptic
names (``cp``, ``thal``) therefore stay numbers: name their kind. Durations become days.

Cost: one look at each distinct label.
"""

from __future__ import annotations

import re

import numpy as np

from minixai.data.cell_reading import TRUTH_PAIRS
from minixai.data.name_rule import names_amount, names_codes
from minixai.protocols import Array

__all__ = ["kind_of_numbers", "kind_of_text", "may_be_labels", "separator_of"]

_THING = (
    "user|item|movie|product|customer|client|place|shop|store|session|member|visitor|restaurant"
)
_ID_NAME = re.compile(
    rf"(?i:(^|[^a-z])(id|uuid|guid)|({_THING})[ _-]?(id|code|key)|zip([ _-]?code)?|postcode|sku)$"
    r"|[a-z](Id|ID)$"
)
_BARE_ID_NAME = re.compile(r"(?i)^(user|item|movie|product|customer|place)s?$")
_ROW_NUMBER_NAME = re.compile(r"(?i)^(|unnamed: ?\d+|column_1|index|rownames|row)$")
_MOST_CATEGORIES = 50  # more different labels than this are an id: encoded by target, not one-hot
_MOST_TAGS = 200  # a vocabulary beyond this is text that happens to hold the separator
_LEAST_JOINED = 0.02  # share of cells that hold the separator
_LEAST_TEXTS, _LEAST_WORDS, _SINGLES = 10, 5.0, 0.9  # cells, words a cell, share that stand once


def may_be_labels(name: str) -> bool:
    """Whether whole numbers under this name may be other than numbers."""
    rules = (_ID_NAME, _BARE_ID_NAME, _ROW_NUMBER_NAME)
    return any(rule.search(name) for rule in rules) or names_codes(name)


def kind_of_numbers(name: str, codes: Array, categories: Array) -> str:
    """Return the kind of a column of numbers or truth values, as codes and sorted values."""
    if categories.dtype.kind == "b":
        return "boolean"
    if categories.dtype.kind == "f":
        return "numeric"
    if _ID_NAME.search(name) or _BARE_ID_NAME.search(name):
        return "id"
    if _ROW_NUMBER_NAME.search(name) and _counts_up(codes, categories):
        return "id"
    if categories.tolist() == [0, 1] and not names_amount(name):
        return "boolean"
    return _label_kind(len(categories)) if names_codes(name) else "numeric"


def _counts_up(codes: Array, categories: Array) -> bool:
    """Whether each row has the number after the last one's."""
    n_rows = len(codes)
    by_one = len(categories) == n_rows > 2 and categories[-1] - categories[0] == n_rows - 1
    return bool(by_one and (np.diff(codes) == 1).all())


def kind_of_text(name: str, counts: Array, labels: list[str], separator: str | None) -> str:
    """Return the kind of a column of text, from its labels and how often each comes."""
    if _ID_NAME.search(name):
        return "id"
    if tuple(sorted(label.lower() for label in labels)) in TRUTH_PAIRS:
        return "boolean"
    if separator is not None:
        return "multi"
    if _is_free_text(counts, labels):
        return "text"
    return _label_kind(len(labels))


def _label_kind(n_labels: int) -> str:
    return "id" if n_labels > _MOST_CATEGORIES else "categorical"


def _is_free_text(counts: Array, labels: list[str]) -> bool:
    """Whether cells are long and hardly any comes twice."""
    if len(labels) < _LEAST_TEXTS:
        return False
    if (counts == 1).sum() <= _SINGLES * counts.sum():
        return False
    return bool(np.mean([len(cell.split()) for cell in labels]) >= _LEAST_WORDS)


def separator_of(counts: Array, labels: list[str]) -> str | None:
    """Return the sign that joins several labels in one cell, or None."""
    for sign in "|;":
        joined = np.array([sign in label for label in labels])
        if counts[joined].sum() < max(1.0, _LEAST_JOINED * counts.sum()):
            continue
        tags = {part.strip() for label in labels for part in label.split(sign)}
        if len(tags) <= _MOST_TAGS:
            return sign
    return None
