r"""Text encoding: bags of words, counted or weighted by how rare a word is.

A text's tokens are its words in lower case: runs of Unicode letters, digits and underscores, an
apostrophe inside a word included (``don't``), and every Chinese character by itself. The bag of
text i counts each token t of the vocabulary, n(i, t). As tf-idf,

.. math::
    s_t = \ln \frac{1 + N}{1 + d_t} + 1                                                (1)

.. math::
    w_{it} = n_{it} s_t, \qquad x_{it} = w_{it} / \lVert w_i \rVert_2                  (2)

with d of the N training rows holding t; texts without a known token are rows of zeros, missing
ones among them. The vocabulary is the n tokens that come most often in training, ties in
alphabetical order; or there is none, and tokens are hashed into n columns (`hash_encoding`),
each with the sign of its hash.

The numbers are scikit-learn's TfidfVectorizer's and CountVectorizer's with the same tokens. Its
own tokens are words of two characters and more.

Source: Salton & Buckley (1988), Information Processing & Management 24(5); idf smoothed as in
scikit-learn.
Cost: one regular expression a distinct text; memory the matrix, and the tokens of the texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from minixai._numba import kernel
from minixai._validation import check_number
from minixai.data.column import Column
from minixai.data.column_container import as_labels
from minixai.data.column_encoding import TargetBlindEncoder
from minixai.data.hash_encoding import hash_places
from minixai.data.kind_conversion import label_texts
from minixai.errors import check_option
from minixai.protocols import Array

__all__ = ["TextEncoder", "tokens_of"]

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W{_HAN}]+(?:['\u2019][^\W{_HAN}]+)*")


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text, in order.

    Examples
    --------
    >>> tokens_of("I don't; 12 Äpfel")
    ['i', "don't", '12', 'äpfel']
    """
    return _TOKEN.findall(text.lower())


class TextEncoder(TargetBlindEncoder):
    """Make a bag of words of each text.

    Parameters
    ----------
    n_tokens : int
        Columns of each input: its most frequent tokens, or the hashed ones; at least 1.
    weighting : {"tf-idf", "count"}
        Weighted and scaled to length 1, or the counts.
    vocabulary : {"frequent", "hashed"}
        Columns are tokens, or hashes of them.

    Attributes
    ----------
    tokens_ : list of lists of str
        For each input the tokens that have a column, in alphabetical order; none if hashed.
    idf_ : list of arrays, float64
        The weight of every column.

    Examples
    --------
    >>> from minixai.data import TextEncoder
    >>> encoder = TextEncoder(n_tokens=2, weighting="count")
    >>> encoder.fit_transform([["Good, very good!"], ["Not good"], [None]])
    array([[2., 0.],
           [1., 1.],
           [0., 0.]])
    >>> list(encoder.get_feature_names_out())
    ['x0:good', 'x0:not']
    """

    tokens_: list[list[str]]
    idf_: list[Array]

    def __init__(
        self, n_tokens: int = 256, weighting: str = "tf-idf", vocabulary: str = "frequent"
    ) -> None:
        self.n_tokens = n_tokens
        self.weighting = weighting
        self.vocabulary = vocabulary

    def _check_options(self) -> None:
        check_number("n_tokens", self.n_tokens, low=1, integer=True)
        check_option("weighting", self.weighting, ("tf-idf", "count"))
        check_option("vocabulary", self.vocabulary, ("frequent", "hashed"))

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        found, weights = [], []
        for column in map(as_labels, columns):
            rows = np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
            seen = np.flatnonzero(rows)
            bags = [tokens_of(text) for text in label_texts(column.categories[seen])]
            tokens: list[str] = []
            if self.vocabulary == "frequent":
                tokens = _most_frequent(bags, rows[seen], self.n_tokens)
            ends, places, signs = self._placed(bags, tokens)
            width = self._width(tokens)
            held = np.zeros((len(bags), width))
            _count(ends, places, signs, np.arange(len(bags)), held, 0)
            documents = rows[seen] @ (held != 0)
            found.append(tokens)
            weights.append(np.log((1.0 + len(column)) / (1.0 + documents)) + 1.0)  # (1)
        return {"tokens_": found, "idf_": weights}

    def _width(self, tokens: Sequence[str]) -> int:
        return self.n_tokens if self.vocabulary == "hashed" else len(tokens)

    def _placed(self, bags: list[list[str]], tokens: list[str]) -> tuple[Array, Array, Array]:
        """Return where each bag ends, and the column (-1: none) and sign of all their tokens."""
        ends = np.cumsum([0, *map(len, bags)]).astype(np.int64)
        index: dict[str, int] = {}
        codes = [index.setdefault(token, len(index)) for bag in bags for token in bag]
        distinct = list(index)
        if self.vocabulary == "hashed":
            places, signs = hash_places(distinct, self.n_tokens, True)
        else:
            known = {token: k for k, token in enumerate(tokens)}
            places = np.array([known.get(token, -1) for token in distinct], dtype=np.int64)
            signs = np.ones(len(distinct))
        order = np.array(codes, dtype=np.int64)
        return ends, places[order], signs[order]

    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        for j, column in enumerate(map(as_labels, columns)):
            width = self._width(self.tokens_[j])
            used = np.flatnonzero(
                np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
            )
            bag_of = np.full(len(column.categories) + 1, -1, dtype=np.int64)
            bag_of[used] = np.arange(len(used))
            bags = [tokens_of(text) for text in label_texts(column.categories[used])]
            ends, places, signs = self._placed(bags, self.tokens_[j])
            _count(ends, places, signs, bag_of[column.values], matrix, first)
            if self.weighting == "tf-idf":
                _weigh(matrix, first, self.idf_[j])
            first += width

    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        made = []
        for j, name in enumerate(names):
            tokens = self.tokens_[j]
            if self.vocabulary == "hashed":
                tokens = [f"hash{k}" for k in range(self.n_tokens)]
            made += [(f"{name}:{token}", name) for token in tokens]
        return made

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = {**self._column_state(), "tokens": [list(each) for each in self.tokens_]}
        return meta, {f"{j}.idf": each for j, each in enumerate(self.idf_)}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> TextEncoder:
        encoder = cls._with_column_state(meta)
        encoder.tokens_ = [list(each) for each in meta["tokens"]]
        encoder.idf_ = [arrays[f"{j}.idf"] for j in range(encoder.n_features_in_)]
        return encoder


def _most_frequent(bags: list[list[str]], rows: Array, n_tokens: int) -> list[str]:
    """Return the tokens that come most often, a bag counted as often as rows hold it, sorted."""
    counts: dict[str, int] = {}
    for bag, n_rows in zip(bags, rows.tolist(), strict=True):
        for token in bag:
            counts[token] = counts.get(token, 0) + n_rows
    ranked = sorted(counts, key=lambda token: (-counts[token], token))
    return sorted(ranked[:n_tokens])


@kernel
def _count(
    ends: Array, places: Array, signs: Array, bag_of_row: Array, matrix: Array, first: int
) -> None:
    """Add the tokens of each row's bag to the row; bag -1 is empty."""
    for i in range(len(bag_of_row)):
        bag = bag_of_row[i]
        if bag < 0:
            continue
        for place in range(ends[bag], ends[bag + 1]):
            if places[place] >= 0:
                matrix[i, first + places[place]] += signs[place]


@kernel
def _weigh(matrix: Array, first: int, idf: Array) -> None:
    """Weight each row's counts and scale them to length 1."""
    for i in range(len(matrix)):
        total = 0.0
        for k in range(len(idf)):
            weight = matrix[i, first + k] * idf[k]
            matrix[i, first + k] = weight
            total += weight * weight
        if total > 0.0:
            length = np.sqrt(total)
            for k in range(len(idf)):
                matrix[i, first + k] /= length  # (2)
