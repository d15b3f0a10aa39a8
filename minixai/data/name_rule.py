"""What a column's name says of its whole numbers: codes of classes, an amount, or nothing.

Decided by the noun that a name is about, its last word (`OperatingSystems`, `marital_status`),
or the last one before a preposition (`country_of_birth`); digits behind it do not count. Words
that only stand before another noun (`class_size`, `state_tax`, `TypeCount`) say nothing.

- Codes of classes: a noun such as type, region or sex, in the singular: people count in the
  plural (`jobs`, `n_types`); `systems` alone is both, and read as codes. A first word that
  counts or measures (`n_type`, `total_state`, `years_job`) makes the rest what is counted.
- An amount: such a first word, or a noun that counts or measures (count, size, rate, rating).

Cost: nothing beside the cells.
"""

from __future__ import annotations

import re

__all__ = ["name_words", "names_amount", "names_codes"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CODE_NOUNS = """
borough branch brand browser carrier category channel class cluster code color colour country
county currency department device district ethnicity gender genre group industry job label
language method mode nationality occupation os platform province race region religion sector
segment sex species state status subclass system systems type vendor zone
"""
_COUNTING_WORDS = """
n nb nr num number cnt count total sum mean avg average median min max std per percent pct
distinct unique seconds minutes hours days weeks months years
"""
_MEASURING_NOUNS = """
amount age counts day hour length minute month price rank rate rating ratio score second share
size totals week year
"""
_CODES, _COUNTS = frozenset(_CODE_NOUNS.split()), frozenset(_COUNTING_WORDS.split())
_AMOUNTS = _COUNTS | frozenset(_MEASURING_NOUNS.split())
_PREPOSITIONS = frozenset(["at", "by", "for", "from", "in", "of", "on", "since", "to", "with"])


def name_words(name: str) -> list[str]:
    """Return the words of a name in small letters: `OperatingSystems`, `n_types`, `class size`."""
    return [word.lower() for word in _WORD.findall(name)]


def names_codes(name: str) -> bool:
    """Whether whole numbers under this name are codes of classes."""
    words = name_words(name)
    return _noun(words) in _CODES and words[0] not in _COUNTS


def names_amount(name: str) -> bool:
    """Whether whole numbers under this name count or measure something."""
    words = name_words(name)
    return bool(words) and (words[0] in _COUNTS or _noun(words) in _AMOUNTS)


def _noun(words: list[str]) -> str:
    """Return what the name is about, or nothing."""
    ends = [k for k, word in enumerate(words) if k > 0 and word in _PREPOSITIONS]
    about = [word for word in words[: min(ends, default=len(words))] if not word.isdigit()]
    return about[-1] if about else ""
