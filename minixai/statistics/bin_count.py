r"""How many values of a column fall into each of equal bins, of each class apart.

The number of bins is the larger of

.. math::
    k_1 &= \lceil \log_2 n + 1 \rceil                                                    (1) \\
    k_2 &= \lceil (\max - \min) / (2\,\mathrm{IQR}\, n^{-1/3}) \rceil                    (2)

but at most 100: a heavy tail would ask for millions.

Source: Sturges (1926), JASA 21, p. 65, for (1); Freedman & Diaconis (1981), Z. Wahrsch. 57, p. 453,
for (2).
Cost: O(n log n).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.protocols import Array
from minixai.statistics.class_groups import ByClass, part_by_class

__all__ = ["Histogram", "histogram"]

_MOST_BINS = 100


@dataclass(frozen=True, eq=False, kw_only=True)
class Histogram(ByClass):
    """Counts of a column's values in equal bins, one row a class.

    Parameters
    ----------
    edges : ndarray (n_bins + 1,)
        Bins hold their left edge; the last one holds both.
    counts : ndarray of int (n_classes, n_bins)
    """

    edges: Array
    counts: Array

    @property
    def shares(self) -> Array:
        """Each count as a share of its class, (n_classes, n_bins)."""
        return np.asarray(self.counts / self.counts.sum(axis=1, keepdims=True))


def histogram(values: Any, by: Any = None, *, n_bins: int | None = None) -> Histogram:
    """Count the values of a numeric column in equal bins.

    Parameters
    ----------
    values : array-like (n_samples,), data frame's column or numeric Column
        Numbers; missing ones are left out and counted.
    by : array-like (n_samples,), data frame's column or Column, optional
        The class of each row; all classes share the bins.
    n_bins : int, optional
        At least 1; None follows the values, up to 100. A constant column gets one bin.

    Returns
    -------
    Histogram

    Raises
    ------
    DataError
        No value, infinity or different lengths.
    DataTypeError
        Text.

    Examples
    --------
    >>> histogram([0.0, 1.0, 1.0, 2.0], n_bins=2).counts
    array([[1, 3]])
    """
    if n_bins is not None:
        check_number("n_bins", n_bins, low=1, integer=True)
    groups = part_by_class(values, by)
    low = min(float(each[0]) for each in groups.values)
    high = max(float(each[-1]) for each in groups.values)
    if low == high:
        n_bins, half = 1, max(0.5, abs(low) * 1e-3)
        edges = np.array([low - half, low + half])
    else:
        edges = np.linspace(low, high, (n_bins or _bins_for(np.concatenate(groups.values))) + 1)
    counts = np.array([np.histogram(each, edges)[0] for each in groups.values], dtype=np.int64)
    return Histogram(
        **groups.shared(),
        edges=edges,
        counts=counts,
    )


def _bins_for(values: Array) -> int:
    width = float(np.ptp(values))
    n_bins = int(np.ceil(np.log2(len(values)) + 1))  # (1)
    quartiles = np.quantile(values, [0.25, 0.75])
    step = 2.0 * float(quartiles[1] - quartiles[0]) * len(values) ** (-1.0 / 3.0)
    if step > width / _MOST_BINS:
        n_bins = max(n_bins, int(np.ceil(width / step)))  # (2)
    elif step > 0:
        n_bins = _MOST_BINS
    return min(n_bins, _MOST_BINS)
