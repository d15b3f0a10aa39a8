r"""Hash encoding: labels of any number in a fixed number of columns, without a vocabulary.

Each label's UTF-8 text is hashed to 64 bits by FNV-1a,

.. math::
    h \leftarrow (h \oplus b) \cdot 1099511628211 \mod 2^{64}                          (1)

from 14695981039346656037 over its bytes b, and mixed by the finaliser of MurmurHash3, since the
low bits of FNV alone follow the last byte. The label then sets one column of its input's own:

.. math::
    x_{i,c} = \pm 1 \;\text{at}\; c = h \bmod m                                        (2)

negative where the highest bit of h is set, if signed: labels that share a column then cancel on
average instead of adding up (Weinberger et al. 2009, arXiv:0902.2206, section 2). The hash does
not depend on the process, the machine or PYTHONHASHSEED. Missing values are rows of zeros.

Differs from scikit-learn's FeatureHasher: each input has columns of its own, so that what is
found about them leads back to it, and the hash is another one.

Source: Fowler, Noll & Vo, draft-eastlake-fnv-17; Appleby, MurmurHash3, fmix64.
Cost: one hash a distinct label, one pass over the rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._numba import kernel
from minixai._validation import check_number
from minixai.data.column import Column
from minixai.data.column_container import as_labels
from minixai.data.column_encoding import TargetBlindEncoder, levels_of
from minixai.data.kind_conversion import label_texts
from minixai.errors import ParameterError
from minixai.protocols import Array

__all__ = ["HashingEncoder", "hash_places", "hashes_of"]


class HashingEncoder(TargetBlindEncoder):
    """Hash the labels of each input into a fixed number of columns.

    Parameters
    ----------
    n_columns : int
        Columns of each input, at least 1.
    signed : bool
        Whether half of the labels count as -1.

    Attributes
    ----------
    collision_share_ : array (n_features,), float64
        Share of each input's labels of training that share their column with another one.

    Examples
    --------
    >>> from minixai.data import HashingEncoder
    >>> encoder = HashingEncoder(n_columns=4).fit([["red"], ["green"]])
    >>> encoder.transform([["red"], ["never seen"], [None]]).shape
    (3, 4)
    >>> list(encoder.get_feature_names_out())[:2]
    ['x0:hash0', 'x0:hash1']
    """

    collision_share_: Array

    def __init__(self, n_columns: int = 32, signed: bool = True) -> None:
        self.n_columns = n_columns
        self.signed = signed

    def _check_options(self) -> None:
        check_number("n_columns", self.n_columns, low=1, integer=True)
        if not isinstance(self.signed, (bool, np.bool_)):
            raise ParameterError(f"`signed` must be True or False, got {self.signed!r}.")

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        shares = []
        for column in columns:
            texts = label_texts(levels_of(as_labels(column))[0])
            places, _ = hash_places(texts, self.n_columns, self.signed)
            held = np.bincount(places, minlength=self.n_columns)
            shares.append(float((held[places] > 1).mean()) if len(places) else 0.0)
        return {"collision_share_": np.array(shares)}

    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        for j, column in enumerate(map(as_labels, columns)):
            texts = label_texts(column.categories)
            places, signs = hash_places(texts, self.n_columns, self.signed)
            _set_signs(column.values, places + (first + j * self.n_columns), signs, matrix)

    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        return [(f"{name}:hash{k}", name) for name in names for k in range(self.n_columns)]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"collision_share": self.collision_share_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> HashingEncoder:
        encoder = cls._with_column_state(meta)
        encoder.collision_share_ = arrays["collision_share"]
        return encoder


def hash_places(texts: list[str], n_columns: int, signed: bool) -> tuple[Array, Array]:
    """Return the column of each text, int64 (n,), and its sign, float64 (n,)."""
    hashes = hashes_of(texts)
    places = (hashes % np.uint64(n_columns)).astype(np.int64)
    negative = (hashes >> np.uint64(63)).astype(bool) & bool(signed)
    return places, np.where(negative, -1.0, 1.0)


def hashes_of(texts: list[str]) -> Array:
    """Return the 64-bit hash of each text, uint64 (n,)."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
    hashes = np.empty(len(texts), dtype=np.uint64)
    _hash(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends, hashes)
    hashes ^= hashes >> np.uint64(33)
    hashes *= np.uint64(0xFF51AFD7ED558CCD)
    hashes ^= hashes >> np.uint64(33)
    hashes *= np.uint64(0xC4CEB9FE1A85EC53)
    hashes ^= hashes >> np.uint64(33)
    return hashes


@kernel
def _hash(content: Array, ends: Array, hashes: Array) -> None:
    """Hash each stretch of bytes by FNV-1a."""
    prime = np.uint64(1099511628211)
    for k in range(len(ends) - 1):
        value = np.uint64(14695981039346656037)
        for place in range(ends[k], ends[k + 1]):
            value = (value ^ np.uint64(content[place])) * prime  # (1)
        hashes[k] = value


@kernel
def _set_signs(codes: Array, places: Array, signs: Array, matrix: Array) -> None:
    """Set each row's column to its label's sign; a missing value sets none."""
    for i in range(len(codes)):
        if codes[i] >= 0:
            matrix[i, places[codes[i]]] = signs[codes[i]]  # (2)
