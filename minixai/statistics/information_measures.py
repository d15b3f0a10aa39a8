r"""Mutual information of columns with a target: from counts, or from nearest neighbours.

.. math::
    I &= \sum_{a, b} p_{ab} \log \frac{p_{ab}}{p_a p_b}                                  (1) \\
    I &= \psi(n) + \psi(k) - \langle \psi(n_x + 1) + \psi(n_y + 1) \rangle               (2) \\
    I &= \psi(n) + \langle \psi(k_i) - \psi(n_{c_i}) - \psi(m_i) \rangle                 (3) \\
    \psi(m) &= -\gamma + \sum_{i = 1}^{m - 1} 1 / i                                      (4)

in nats. (1) is for labels with labels. (2) is for numbers with numbers: n_x and n_y count the
other rows that are nearer in x, and in y, than the k-th neighbour in the larger of both distances.
(3) is for numbers with labels: the k-th neighbour in x among the rows of the same label (k_i is k,
or the others of that label if they are fewer), and m_i rows of any label, the row itself included,
that are nearer; labels that come once are left out. Estimates below 0 become 0. For (2), columns
are brought to standard deviation 1. (2) and (3) suppose that no number comes twice, so columns of
numbers get noise of ``noise`` of their size first; with ``noise=0`` equal numbers are neighbours at
distance 0.

Source: Kraskov, Stoegbauer & Grassberger (2004), Phys. Rev. E 69, 066138, eq. (8); Ross (2014),
PLoS ONE 9(2), e87357.
Differs from the source: neighbours are found along the sorted column, not in a tree. Against
scikit-learn: the same estimators, scaling and size of noise, but draws of our own; within labels of
few rows it expands the square of a distance and loses digits, which can move its count by one.
Cost: (1) and (3) O(n log n) a column, (2) about O(n sqrt(k n)); O(n) memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._numba import kernel
from minixai._validation import check_number, generator
from minixai.errors import DataError, ParameterError, check_option
from minixai.protocols import Array
from minixai.statistics.column_set import as_numbers, is_numeric, label_codes, named_columns
from minixai.statistics.pair_count import count_pairs
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.standard_form import standardise

__all__ = ["InformationTable", "mutual_information"]


@dataclass(frozen=True)
class InformationTable(PrintedTable):
    """Mutual information of each column with the target.

    Parameters
    ----------
    names : tuple of str (d,)
    values : ndarray (d,)
        In nats, 0 or above; NaN where there is none.
    estimators : tuple of str (d,)
        "counts", "neighbours" (numbers with numbers) or "neighbours within labels".
    n_samples : ndarray of int (d,)
        Rows in which the column and the target have a value.
    notes : tuple of str (d,)
        Why a value is NaN, or 0 without an estimate.
    n_neighbors : int
    """

    names: tuple[str, ...]
    values: Array
    estimators: tuple[str, ...]
    n_samples: Array
    notes: tuple[str, ...]
    n_neighbors: int

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a column."""
        return [
            {
                "name": name,
                "nats": float(self.values[j]),
                "estimator": self.estimators[j],
                "n": int(self.n_samples[j]),
                "note": self.notes[j],
            }
            for j, name in enumerate(self.names)
        ]

    def _footer(self) -> str:
        return f"mutual information, {self.n_neighbors} neighbours where numbers are compared"


def mutual_information(
    X: Any,
    y: Any,
    *,
    discrete: bool | Sequence[str | int] | None = None,
    discrete_target: bool | None = None,
    n_neighbors: int = 3,
    noise: float = 1e-10,
    random_state: int | None = None,
) -> InformationTable:
    """Estimate what each column tells about the target.

    Parameters
    ----------
    X : array-like (n_samples,) or (n_samples, d), data frame, mapping of columns, or Table
        NaN and None are missing: each column uses the rows in which it and y have a value.
    y : array-like (n_samples,)
    discrete : bool or list of columns (names or places), optional
        Which columns are labels, though they may be numbers. None: those that are not numbers.
        Columns that are not numbers are labels in any case.
    discrete_target : bool, optional
        None: labels unless y holds numbers. Give True for classes that are numbered.
    n_neighbors : int
        k: more is steadier, and blunter.
    noise : float
        Standard deviation of the noise that parts equal numbers, as a share of the larger of 1
        and the mean size of the scaled column; 0 adds none.
    random_state : int, optional
        Seed of the noise; None is 0.

    Returns
    -------
    InformationTable

    Raises
    ------
    DataError
        Not more rows than neighbours, infinity, or different lengths.
    ParameterError
        Columns that are not there, or numbers outside their range.

    Examples
    --------
    >>> mutual_information({"a": ["u", "u", "v", "v"]}, [0, 0, 1, 1], discrete_target=True).values
    array([0.69314718])
    """
    check_number("n_neighbors", n_neighbors, low=1, integer=True)
    check_number("noise", noise, low=0.0)
    columns, target = named_columns(X, "x"), next(iter(named_columns(y, "y").values()))
    n_rows = len(next(iter(columns.values())))
    if np.ndim(y) != 1 or n_rows != len(target):
        raise DataError(f"`y` must be one column of {n_rows} rows like X, got shape {np.shape(y)}.")
    labels = _label_columns(columns, discrete)
    labelled = discrete_target or not is_numeric(target)
    if discrete_target is False and not is_numeric(target):
        raise ParameterError("`discrete_target` is False, but y holds labels: leave it out.")
    b, y_missing = _prepared(target, "y", labelled)
    found = []
    for name, column in columns.items():
        a, missing = _prepared(column, name, name in labels)
        kept = ~missing & ~y_missing
        draws = generator(random_state).normal(size=(2, n_rows))[:, kept] * noise
        found.append(
            _information(name, (a[kept], b[kept]), (name in labels, labelled), n_neighbors, draws)
        )
    values, estimators, n_samples, notes = zip(*found, strict=True)
    return InformationTable(
        names=tuple(columns),
        values=np.array(values),
        estimators=estimators,
        n_samples=np.array(n_samples),
        notes=notes,
        n_neighbors=int(n_neighbors),
    )


def _label_columns(columns: dict[str, Array], discrete: Any) -> set[str]:
    names = list(columns)
    labels = {name for name in names if not is_numeric(columns[name])}
    if discrete is None or isinstance(discrete, (bool, np.bool_)):
        return set(names) if discrete else labels
    for each in discrete:
        if isinstance(each, (int, np.integer)) and not isinstance(each, bool):
            check_number("discrete", each, low=0, high=len(names) - 1, integer=True)
            labels.add(names[each])
        else:
            check_option("discrete", each, names)
            labels.add(each)
    return labels


def _prepared(column: Array, name: str, labelled: bool) -> tuple[Array, Array]:
    """Give codes or numbers, and where they are missing."""
    if labelled:
        codes = label_codes(column)[1]
        return codes, codes < 0
    numbers = as_numbers(column, name)
    return numbers, np.isnan(numbers)


def _information(
    name: str, pair: tuple[Array, Array], labelled: tuple[bool, bool], k: int, noise: Array
) -> tuple[float, str, int, str]:
    """Give the value, its estimator, the rows and the note of one column."""
    (a, b), n = pair, len(pair[0])
    kind = ("neighbours", "neighbours within labels", "counts")[sum(labelled)]
    if n == 0:
        return np.nan, kind, n, "no row has both"
    if kind == "counts":
        return count_information(a, b), kind, n, ""
    if (a == a[0]).all() or (b == b[0]).all():
        return 0.0, kind, n, "one of the two is constant"
    numbers = [
        values if is_label else _scaled(values, noise[i])
        for i, (values, is_label) in enumerate(zip(pair, labelled, strict=True))
    ]
    if kind != "neighbours":
        a, b = numbers if labelled[1] else numbers[::-1]
        value = label_information(a, b, k)
        return value, kind, n, "every label comes once" if np.isnan(value) else ""
    if n <= k:
        raise DataError(
            f"Column {name!r} and y have {n} rows in common, and {k} neighbours need {k + 1}: "
            "lower `n_neighbors` or add rows."
        )
    return neighbor_information(numbers[0], numbers[1], k), kind, n, ""


def _scaled(values: Array, draws: Array) -> Array:
    form = standardise(values[:, np.newaxis])
    scaled = values / form.scale[0]
    return np.asarray(scaled + draws * max(1.0, float(np.abs(scaled).mean())))


def count_information(a: Array, b: Array) -> float:
    """Mutual information of two columns of codes, by (1)."""
    first, second, counts = count_pairs(a, b)
    share = counts / len(a)
    p, q = np.bincount(first, weights=share), np.bincount(second, weights=share)
    value = share @ (np.log(share) - np.log(p[first]) - np.log(q[second]))  # (1)
    return max(0.0, float(value))


def neighbor_information(x: Array, y: Array, k: int) -> float:
    """Mutual information of two columns of scaled numbers, by (2)."""
    if np.median(np.diff(np.sort(x))) < np.median(np.diff(np.sort(y))):
        x, y = y, x  # the walk is short along the column with fewer near ties
    order = np.argsort(x, kind="stable")
    x, y = np.ascontiguousarray(x[order]), np.ascontiguousarray(y[order])
    radius = np.empty(len(x))
    _neighbor_distances(x, y, np.empty(k), radius)
    radius = np.nextafter(radius, 0.0)
    psi = _digamma(len(x))
    n_x, n_y = _counts_within(x, x, radius), _counts_within(np.sort(y), y, radius)
    value = psi[len(x)] + psi[k] - psi[n_x].mean() - psi[n_y].mean()  # (2)
    return max(0.0, float(value))


def label_information(x: Array, codes: Array, k: int) -> float:
    """Mutual information of a column of numbers with one of codes, by (3); NaN if none repeats."""
    sizes = np.bincount(codes)[codes]
    x, codes, sizes = (values[sizes > 1] for values in (x, codes, sizes))
    if len(x) == 0:
        return float("nan")
    order = np.lexsort((x, codes))
    x, sizes = x[order], sizes[order]
    radius, start = np.empty(len(x)), 0
    while start < len(x):
        end = start + sizes[start]
        radius[start:end] = _sorted_distances(x[start:end], min(k, end - start - 1))
        start = end
    nearer = _counts_within(np.sort(x), x, np.nextafter(radius, 0.0))
    psi = _digamma(len(x))
    mean = (psi[np.minimum(k, sizes - 1)] - psi[sizes] - psi[nearer]).mean()
    return max(0.0, float(psi[len(x)] + mean))  # (3)


def _digamma(n: int) -> Array:
    """Give psi at 0 (unused), 1, ..., n."""
    psi = np.zeros(n + 1)
    psi[2:] = np.cumsum(1.0 / np.arange(1, n))
    return psi - np.euler_gamma  # (4)


def _sorted_distances(x: Array, k: int) -> Array:
    """Give the distance of each value to its k-th neighbour; ``x`` is sorted and longer than k."""
    wide = np.concatenate([np.full(k, -np.inf), x, np.full(k, np.inf)])
    n, best = len(x), np.full(len(x), np.inf)
    for below in range(k + 1):  # this many of the k lie below
        left = x - wide[k - below : k - below + n]
        right = wide[2 * k - below : 2 * k - below + n] - x
        best = np.minimum(best, np.maximum(left, right))
    return best


def _counts_within(ordered: Array, values: Array, radius: Array) -> Array:
    """Count the ``ordered`` values no further than each radius; the value itself is one."""
    counts = np.empty(len(values), dtype=np.int64)
    _count_within(ordered, np.ascontiguousarray(values), radius, counts)
    return counts


@kernel
def _neighbor_distances(x: Array, y: Array, nearest: Array, radius: Array) -> None:
    """Distance to the k-th neighbour: the larger of |dx| and |dy|; x is sorted, nearest holds k."""
    n, k = x.shape[0], nearest.shape[0]
    for i in range(n):
        for j in range(k):
            nearest[j] = np.inf
        low, high = i - 1, i + 1
        while low >= 0 or high < n:
            below = x[i] - x[low] if low >= 0 else np.inf
            above = x[high] - x[i] if high < n else np.inf
            gap = min(below, above)
            if gap >= nearest[k - 1]:
                break
            if below <= above:
                distance = max(gap, abs(y[low] - y[i]))
                low -= 1
            else:
                distance = max(gap, abs(y[high] - y[i]))
                high += 1
            place = k - 1
            if distance < nearest[place]:
                while place > 0 and nearest[place - 1] > distance:
                    nearest[place] = nearest[place - 1]
                    place -= 1
                nearest[place] = distance
        radius[i] = nearest[k - 1]


@kernel
def _count_within(ordered: Array, values: Array, radius: Array, counts: Array) -> None:
    """Halve intervals over differences, whose rounding is that of the distances themselves."""
    n = ordered.shape[0]
    for i in range(values.shape[0]):
        low, high = 0, n
        while low < high:  # the first value not too far below
            middle = (low + high) // 2
            if values[i] - ordered[middle] > radius[i]:
                low = middle + 1
            else:
                high = middle
        first = low
        high = n
        while low < high:  # the first value too far above
            middle = (low + high) // 2
            if ordered[middle] - values[i] > radius[i]:
                high = middle
            else:
                low = middle + 1
        counts[i] = low - first
