"""A linear model in words, and the columns of its terms.

``y ~ C(a) * x + b`` names a response and terms: ``C(a)`` takes the numbers of a for labels
(labels are labels without it), ``a:b`` is the interaction of a and b alone, ``a * b`` stands for
``a + b + a:b``, and a name with blanks stands in backquotes. There is always a constant. Terms are
ordered by how many factors they have, then as they were written.

A term of labels is coded in one of two ways. By cells: one 0/1 column for each combination that
comes. By contrasts that sum to zero: a label of k has k - 1 columns, 1 for its level, -1 for the
last; interactions are their products. Numbers are divided by a power of two near their largest.

Source: Wilkinson & Rogers (1973), Applied Statistics 22, p. 392, for the notation; Chambers &
Hastie (1992), Statistical Models in S, for the codings.
Cost: n_samples numbers a column.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import numpy as np

from minixai.errors import DataError, ParameterError, suggestion
from minixai.protocols import Array
from minixai.statistics.column_set import as_numbers, is_numeric, label_codes

__all__ = ["Factor", "ModelFormula", "factors_of", "parse_formula", "term_columns"]

_NAME = r"`[^`]+`|[^\W\d]\w*(?:\.\w+)*"
_TOKEN = re.compile(rf"\s*(?:C\(\s*({_NAME})\s*\)|({_NAME})|([+*:]))")


@dataclass(frozen=True)
class ModelFormula:
    """What a formula says.

    Parameters
    ----------
    response : str
    terms : tuple of tuple of str
        The factors of each term.
    categorical : frozenset of str
        Factors written as ``C(name)``.
    """

    response: str
    terms: tuple[tuple[str, ...], ...]
    categorical: frozenset[str]

    @property
    def factors(self) -> tuple[str, ...]:
        """The names on the right, each once."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term))


@dataclass(frozen=True)
class Factor:
    """A column as a model sees it: numbers (n,), or codes (n,) into ``n_levels`` labels (else 0).

    ``missing`` is bool (n,).
    """

    values: Array
    n_levels: int
    missing: Array

    def take(self, rows: Array) -> Factor:
        """Return some rows, the labels that remain numbered anew."""
        values = self.values[rows]
        if not self.n_levels:
            return Factor(values, 0, self.missing[rows])
        present, codes = np.unique(values, return_inverse=True)
        return Factor(codes, len(present), self.missing[rows])


def parse_formula(text: str) -> ModelFormula:
    """Read a formula.

    Raises
    ------
    ParameterError
        What is no formula, with the place.
    """
    left, mark, right = text.partition("~")
    response = _TOKEN.fullmatch(left.rstrip())
    if not mark or response is None or response[3]:
        raise ParameterError(
            f"A formula is 'response ~ terms', got {text!r}: write such as 'y ~ C(a) * x + b', "
            "names with blanks in backquotes."
        )
    tokens, categorical = _tokens(right, text)
    terms: list[tuple[str, ...]] = []
    for product in _split(tokens, "+"):
        parts = [[name for (name,) in _split(part, ":")] for part in _split(product, "*")]
        terms.extend(
            tuple(dict.fromkeys(itertools.chain(*chosen)))
            for size in range(1, len(parts) + 1)
            for chosen in itertools.combinations(parts, size)
        )
    first = {frozenset(term): term for term in reversed(terms)}
    ordered = sorted((first[each] for each in dict.fromkeys(map(frozenset, terms))), key=len)
    name = (response[1] or response[2]).strip("`")
    if any(name in term for term in ordered):
        raise ParameterError(f"{name!r} stands on both sides of {text!r}: leave it out on one.")
    return ModelFormula(name, tuple(ordered), frozenset(categorical))


def _tokens(right: str, text: str) -> tuple[list[str], set[str]]:
    """Give names and operators in turn, and the names marked as categorical."""
    tokens: list[str] = []
    categorical: set[str] = set()
    place = 0
    while right[place:].strip():
        match = _TOKEN.match(right, place)
        is_name = match is not None and not match[3]
        if match is None or is_name != (len(tokens) % 2 == 0):
            raise ParameterError(
                f"A formula has names joined by +, * or :, got {right[place:].strip()!r} in "
                f"{text!r}: write such as 'y ~ C(a) * x + b'."
            )
        name = (match[1] or match[2] or match[3]).strip("`")
        tokens.append(name)
        if match[1]:
            categorical.add(name)
        place = match.end()
    if len(tokens) % 2 == 0:
        raise ParameterError(f"A formula ends with a name, got {text!r}: name a column there.")
    return tokens, categorical


def _split(tokens: list[str], operator: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for place, token in enumerate(tokens):
        if place % 2 and token == operator:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def factors_of(formula: ModelFormula, columns: dict[str, Array]) -> dict[str, Factor]:
    """Give the factors of a formula out of named columns.

    Raises
    ------
    DataError
        A name that is no column.
    """
    factors = {}
    for name in formula.factors:
        column = column_of(columns, name)
        if name in formula.categorical or not is_numeric(column):
            labels, codes = label_codes(column)
            factors[name] = Factor(codes, len(labels), codes < 0)
        else:
            numbers = as_numbers(column, name)
            factors[name] = Factor(numbers, 0, np.isnan(numbers))
    return factors


def column_of(columns: dict[str, Array], name: str) -> Array:
    """Give a column, or say which there are."""
    if name not in columns:
        raise DataError(
            f"There is no column {name!r}, which the formula names.{suggestion(name, columns)} "
            f"Columns: {', '.join(list(columns)[:40])}."
        )
    return columns[name]


def term_columns(term: tuple[str, ...], factors: dict[str, Factor], *, contrasts: bool) -> Array:
    """Give the columns of a term, (n, n_columns).

    Parameters
    ----------
    term : tuple of str
    factors : dict of str to Factor
        Nothing missing.
    contrasts : bool
        Labels by contrasts that sum to zero, not by cells.
    """
    labelled = [factors[name] for name in term if factors[name].n_levels]
    n = len(factors[term[0]].values)
    if contrasts:
        columns = np.ones((n, 1))
        for factor in labelled:
            coded = _contrasts(factor)
            columns = (columns[:, :, np.newaxis] * coded[:, np.newaxis, :]).reshape(n, -1)
    else:
        cells = np.zeros(n, dtype=np.int64)
        for factor in labelled:
            cells = np.unique(cells * factor.n_levels + factor.values, return_inverse=True)[1]
        columns = (cells[:, np.newaxis] == np.arange(cells.max() + 1)).astype(np.float64)
    for name in term:
        if not factors[name].n_levels:
            values = factors[name].values
            _, exponent = np.frexp(np.abs(values).max())
            columns = columns * np.ldexp(values, -int(exponent))[:, np.newaxis]
    return columns


def _contrasts(factor: Factor) -> Array:
    levels = np.eye(factor.n_levels)[:, :-1]
    levels[-1] = -1.0
    return levels[factor.values]
