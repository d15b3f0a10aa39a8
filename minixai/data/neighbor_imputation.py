r"""Missing values by neighbours: the mean of the k rows that are nearest among those with a value.

.. math::
    d(x, z) &= \sqrt{\frac{n_\text{features}}{|P|} \sum_{j \in P} (x_j - z_j)^2},
        \quad P = \{j : x_j \text{ and } z_j \text{ present}\}                        (1) \\
    x'_j &= \sum_{i \in N_j} w_i z_{ij} \Big/ \sum_{i \in N_j} w_i,
        \quad w_i = 1 \text{ or } 1 / d(x, z_i)                                       (2)

over the k rows z of fit nearest to x that have a value in column j. Neighbours at distance 0 are
the only ones that count with 1/d. A row that shares no column with any of them gets the column's
mean. Distances are taken between values over a power of two, so that 1e200 does not overflow.

Source: Troyanskaya et al. (2001), Bioinformatics 17(6), 520. As scikit-learn's KNNImputer, but
of rows equally near those that come first in fit are taken (there it is left to chance, and
distances are differences of large products), and a column without any value is an error.

Cost: O(n_features) for each pair of a row with gaps and a row of fit; memory: the rows of fit
in float64, and two numbers for each of them and block of rows.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Self

import numpy as np

from minixai._numba import kernel
from minixai._validation import as_matrix, check_number, check_values
from minixai.data.imputation import Imputer
from minixai.data.scaling import column_moments
from minixai.errors import check_option
from minixai.parallel.engine import as_engine
from minixai.protocols import Array

__all__ = ["NeighborImputer"]

WEIGHTS = ("uniform", "distance")
_BLOCK = 64  # rows with gaps at a time


class NeighborImputer(Imputer):
    """Fill NaN with the mean of the nearest rows that have a value there.

    Columns count by their units: scale them first (`StandardScaler` lets NaN pass).

    Parameters
    ----------
    n_neighbors : int
        Rows averaged, at least 1; fewer where fit had fewer with a value.
    weights : {"uniform", "distance"}
        Whether neighbours count alike or by the inverse of their distance.
    add_indicator : bool
        Whether a 0/1 column is added for every column that had missing values in fit.
    n_jobs : int or Engine
        How many threads fill blocks of rows; -1 means one a processor.

    Attributes
    ----------
    donors_ : array (n_features, n_samples), float64
        The rows of fit, one a column.
    indicated_ : array, int64
        Indices of the columns that have an indicator.

    Examples
    --------
    >>> import numpy as np
    >>> from minixai.data import NeighborImputer
    >>> X = [[1.0, 10.0], [2.0, 20.0], [9.0, 90.0], [1.4, np.nan]]
    >>> NeighborImputer(n_neighbors=2).fit_transform(X)[3]
    array([ 1.4, 15. ])
    """

    def __init__(
        self,
        n_neighbors: int = 5,
        weights: str = "uniform",
        add_indicator: bool = False,
        n_jobs: Any = 1,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.add_indicator = add_indicator
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> Self:
        """Keep the rows; ``y`` is ignored.

        Raises
        ------
        ParameterError
            No neighbour, or unknown weights.
        DataError
            A column without any value, or infinity.
        """
        check_number("n_neighbors", self.n_neighbors, low=1, integer=True)
        check_option("weights", self.weights, WEIGHTS)
        as_engine(self.n_jobs)
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        check_values(matrix, X)
        self._learn_columns(X, matrix)
        self.donors_ = np.array(matrix.T, dtype=np.float64, order="C")
        self.indicated_ = self._indicated(np.isnan(matrix))
        return self

    def transform(self, X: Any) -> Any:
        """Return the filled columns, then the indicators: (n, n_features + n_indicators)."""
        matrix = self._validated(X)
        filled = matrix.astype(np.float64)
        rows = np.flatnonzero(np.isnan(filled).any(axis=1))
        fill = functools.partial(self._filled, column_moments(self.donors_.T)[0])
        blocks = [filled[rows[i : i + _BLOCK]] for i in range(0, len(rows), _BLOCK)]
        made = as_engine(self.n_jobs).map(fill, blocks)
        if made:
            filled[rows] = np.concatenate(made)
        return self._completed(matrix, filled, X)

    def _filled(self, means: Array, block: Array) -> Array:
        """Return a block of rows (m, n_features) without gaps."""
        largest = np.maximum(np.nanmax(np.abs(self.donors_)), np.abs(np.nan_to_num(block)).max(1))
        factors = np.ldexp(1.0, -np.clip(np.frexp(largest)[1], -1000, 1000))
        filled = block.copy()
        n_neighbors = min(self.n_neighbors, self.donors_.shape[1])
        _fill(block, self.donors_, factors, means, n_neighbors, self.weights == "distance", filled)
        return filled

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = self._column_state()
        if not isinstance(self.n_jobs, int):  # an engine is of this process
            meta["params"]["n_jobs"] = 1
        return meta, {"donors": self.donors_, "indicated": self.indicated_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> NeighborImputer:
        imputer = cls._with_column_state(meta)
        imputer.donors_, imputer.indicated_ = arrays["donors"], arrays["indicated"]
        return imputer


@kernel
def _fill(
    rows: Array,
    donors: Array,
    factors: Array,
    means: Array,
    n_neighbors: int,
    weighted: bool,
    filled: Array,
) -> None:
    """Fill the gaps of ``rows`` (m, d) from ``donors`` (d, n)."""
    n = donors.shape[1]
    distance, shared = np.empty(n), np.empty(n)
    nearest, who = np.empty(n_neighbors), np.empty(n_neighbors, np.int64)
    for r in range(rows.shape[0]):
        _distances(rows[r], donors, factors[r], distance, shared)
        for j in range(rows.shape[1]):
            if rows[r, j] == rows[r, j]:
                continue
            found = _nearest(distance, donors[j], nearest, who)
            filled[r, j] = _average(donors[j], nearest, who, found, weighted) if found else means[j]


@kernel
def _distances(row: Array, donors: Array, factor: float, distance: Array, shared: Array) -> None:
    """Write the distance of a row to every donor, infinite where no column is shared."""
    for i in range(donors.shape[1]):
        distance[i] = 0.0
        shared[i] = 0.0
    for j in range(len(row)):
        if row[j] != row[j]:
            continue
        x = row[j] * factor
        for i in range(donors.shape[1]):
            gap = x - donors[j, i] * factor
            present = gap == gap
            distance[i] += gap * gap if present else 0.0
            shared[i] += 1.0 if present else 0.0
    for i in range(donors.shape[1]):
        mean = distance[i] / shared[i] if shared[i] > 0.0 else math.inf
        distance[i] = math.sqrt(len(row) * mean)  # (1)


@kernel
def _nearest(distance: Array, values: Array, nearest: Array, who: Array) -> int:
    """Write the nearest donors that have a value, rising, and return how many there are."""
    found = 0
    for i in range(len(distance)):
        if values[i] != values[i] or distance[i] == math.inf:
            continue
        if found < len(nearest):
            place = found
            found += 1
        elif distance[i] < nearest[found - 1]:
            place = found - 1
        else:
            continue
        while place > 0 and nearest[place - 1] > distance[i]:
            nearest[place] = nearest[place - 1]
            who[place] = who[place - 1]
            place -= 1
        nearest[place] = distance[i]
        who[place] = i
    return found


@kernel
def _average(values: Array, nearest: Array, who: Array, found: int, weighted: bool) -> float:
    """Return the mean of the donors' values, by weight; shares first, so no sum overflows."""
    touching = weighted and nearest[0] == 0.0
    total = 0.0
    for k in range(found):
        total += _weight(nearest[k], weighted, touching)
    mean = 0.0
    for k in range(found):
        mean += _weight(nearest[k], weighted, touching) / total * values[who[k]]  # (2)
    return mean


@kernel
def _weight(distance: float, weighted: bool, touching: bool) -> float:
    if touching:
        return 1.0 if distance == 0.0 else 0.0
    return 1.0 / distance if weighted else 1.0
