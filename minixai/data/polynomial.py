r"""Products and powers of columns, so that a linear model can bend.

.. math::
    t_i = \prod_j x_{ij}^{p_j}, \quad \textstyle\sum_j p_j \in [d_0, d_1]             (1)

one column for each combination of powers, in the order of scikit-learn's PolynomialFeatures: by
degree, then by the columns' order. Each is one earlier column times one input column, a single
multiplication. Names are ``a^2``, ``a * b``, ``a^2 * b``; a power belongs to the group of its
column, a product of several columns is a group of its own. A product beyond the range of floats
is an error here (infinity there).

Cost: one multiplication a value made; memory the output.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import chain, combinations, combinations_with_replacement
from typing import Any, Self

import numpy as np

from minixai._numba import kernel
from minixai._transformer import Transformer, finite_result
from minixai._validation import as_matrix, check_number
from minixai.errors import ParameterError
from minixai.protocols import Array

__all__ = ["PolynomialFeatures"]

_MOST_COLUMNS = 1_000_000


class PolynomialFeatures(Transformer):
    """Make all products of columns up to a degree.

    Parameters
    ----------
    degree : int or (int, int)
        The highest degree, or the lowest and the highest.
    interaction_only : bool
        Whether a column enters a product at most once: no powers.
    include_bias : bool
        Whether a column of ones, named ``1``, comes first.

    Examples
    --------
    >>> from minixai.data import PolynomialFeatures
    >>> polynomial = PolynomialFeatures(include_bias=False).fit([[2.0, 3.0]])
    >>> list(polynomial.get_feature_names_out(["a", "b"]))
    ['a', 'b', 'a^2', 'a * b', 'b^2']
    >>> polynomial.transform([[2.0, 3.0]])
    array([[2., 3., 4., 6., 9.]])
    """

    def __init__(
        self, degree: Any = 2, interaction_only: bool = False, include_bias: bool = True
    ) -> None:
        self.degree = degree
        self.interaction_only = interaction_only
        self.include_bias = include_bias

    def fit(self, X: Any, y: Any = None) -> Self:
        """Count the columns and list their products; ``y`` is ignored.

        Raises
        ------
        ParameterError
            A degree that is none, no column to make, or more than a million.
        DataError
            Missing values or infinity: fill them first.
        """
        matrix = as_matrix(X, owner=type(self).__name__)
        self._terms(matrix.shape[1])
        self._learn_columns(X, matrix)
        return self

    @property
    def powers_(self) -> Array:
        """The power of each input in each output, int64 (n_outputs, n_features)."""
        self._check_fitted()
        terms = self._terms(self.n_features_in_)
        powers = np.zeros((len(terms), self.n_features_in_), dtype=np.int64)
        for position, term in enumerate(terms):
            np.add.at(powers[position], list(term), 1)
        return powers

    def transform(self, X: Any) -> Any:
        """Return the products (n, n_outputs), float32 where X is."""
        matrix = self._validated(X)
        lowest = self._degrees()[0]
        terms = self._terms(matrix.shape[1], from_degree=0)
        place = {term: position for position, term in enumerate(terms)}
        parents = np.array([place[term[1:]] if term else 0 for term in terms], dtype=np.int64)
        factors = np.array([term[0] if term else 0 for term in terms], dtype=np.int64)
        made = np.empty((len(matrix), len(terms)), dtype=matrix.dtype)
        _products(matrix, parents, factors, made)
        kept = [k for k, term in enumerate(terms) if len(term) >= max(lowest, 1)]
        kept = [0, *kept] if self.include_bias else kept
        made = made if len(kept) == len(terms) else made[:, kept]
        return self._output(finite_result(made, matrix.dtype, self.get_feature_names_out()), X)

    def _degrees(self) -> tuple[int, int]:
        """Return the lowest and the highest degree."""
        given = self.degree if isinstance(self.degree, (tuple, list)) else (0, self.degree)
        if len(given) != 2:
            raise ParameterError(f"`degree` must be one number or two, got {self.degree!r}.")
        for each in given:
            check_number("degree", each, low=0, integer=True)
        if given[0] > given[1]:
            raise ParameterError(
                f"`degree` must be (lowest, highest), got {self.degree!r}: turn it round."
            )
        return int(given[0]), int(given[1])

    def _terms(self, n_columns: int, from_degree: int | None = None) -> list[tuple[int, ...]]:
        """Return the columns multiplied in each output, the empty product first, if wanted."""
        lowest, highest = self._degrees()
        if from_degree is not None:
            lowest = from_degree
        only = bool(self.interaction_only)
        count = sum(
            math.comb(n_columns, k) if only else math.comb(n_columns + k - 1, k)
            for k in range(1, highest + 1)
        )
        if count > _MOST_COLUMNS:
            raise ParameterError(
                f"`degree` {self.degree!r} makes {count} columns of {n_columns}, more than "
                f"{_MOST_COLUMNS}: lower it, or choose columns first."
            )
        choose = combinations if only else combinations_with_replacement
        bias: list[tuple[int, ...]] = [()] if self.include_bias or from_degree == 0 else []
        degrees = range(max(lowest, 1), highest + 1)
        terms = [*bias, *chain.from_iterable(choose(range(n_columns), k) for k in degrees)]
        if not terms:
            raise ParameterError(
                f"`degree` {self.degree!r} makes no column of {n_columns}: raise it, or set "
                "`include_bias`."
            )
        return terms

    def _output_columns(self, names: list[str]) -> list[tuple[str, str]]:
        made = []
        for term in self._terms(len(names)):
            powers = Counter(term)
            parts = [names[j] if p == 1 else f"{names[j]}^{p}" for j, p in powers.items()]
            name = " * ".join(parts) or "1"
            made.append((name, names[term[0]] if len(powers) == 1 else name))
        return made

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> PolynomialFeatures:
        return cls._with_column_state(meta)


@kernel
def _products(X: Array, parents: Array, factors: Array, made: Array) -> None:
    """Write every output of each row; the first is the empty product, 1."""
    for i in range(X.shape[0]):
        made[i, 0] = 1.0
        for k in range(1, len(parents)):
            made[i, k] = made[i, parents[k]] * X[i, factors[k]]  # (1)
