r"""Quantiles and medians of columns, values present only, safe from overflow.

.. math::
    Q(p) = (1 - f)\, x_{(k)} + f\, x_{(k + 1)}, \quad k + f = 1 + p (n - 1)           (1)

with x_(1) <= ... <= x_(n) the sorted values, as NumPy's quantiles and scikit-learn's scalers. The
difference of two floats may be none: columns near the ends of their range are divided by a power
of two first, which changes no bit of a normal number.

Cost: a selection a column, O(n); memory one copy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.protocols import Array

__all__ = ["column_medians", "column_quantiles", "safe_exponents"]

_WIDEST, _NARROWEST = 1022, -900


def column_quantiles(matrix: Array, percent: Any) -> Array:
    """Return (n_quantiles, n_features) of float64 columns that have a value each."""
    exponents = safe_exponents(matrix)
    small = np.ldexp(matrix, -exponents)
    return np.asarray(np.ldexp(np.nanpercentile(small, percent, axis=0), exponents))  # (1)


def column_medians(matrix: Array) -> Array:
    """Return the medians (n_features,) of float64 columns that have a value each."""
    exponents = safe_exponents(matrix)
    small = np.ldexp(matrix, -exponents)
    return np.asarray(np.ldexp(np.nanmedian(small, axis=0), exponents))


def safe_exponents(matrix: Array) -> Array:
    """Return a power of two for each column, int (n_features,), 0 for all but extreme ones.

    Divided by it, the column's values have differences and quotients within range.
    """
    exponents = np.frexp(np.nanmax(np.abs(matrix), axis=0))[1]
    outside = np.maximum(exponents - _WIDEST, 0)
    return np.asarray(np.where(exponents < _NARROWEST, exponents, outside))
