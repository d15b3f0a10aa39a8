r"""How columns go together: Pearson's correlations and variance inflation factors.

With the standardised columns :math:`Z` (mean 0, mean square 1):

.. math::
    C = Z^\top Z / n                                                                     (1) \\
    \mathrm{VIF}_j = 1 / (1 - R_j^2) = (C^{-1})_{jj}                                     (2)

where :math:`R_j^2` is that of the regression of column j on the others. A factor of 10 says
that the variance of a coefficient is ten times what it would be without the other columns.

Source: Belsley, Kuh & Welsch (1980), Regression Diagnostics, for (2).
Differs from the source: (2) is computed from the singular values of Z, never by inverting C, so
that a column which is an exact combination of others gets infinity.
Cost: O(n d^2) time, one copy of the matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._validation import as_matrix
from minixai.errors import DataError
from minixai.protocols import Array
from minixai.statistics.standard_form import StandardForm, standardise

__all__ = [
    "correlation_matrix",
    "cross_correlation",
    "inverse_diagonal",
    "variance_inflation_factors",
]


def correlation_matrix(X: Any) -> Array:
    """Pearson's correlation of every pair of columns.

    Parameters
    ----------
    X : array-like (n_samples, n_features)
        At least two rows.

    Returns
    -------
    ndarray (n_features, n_features)
        Symmetric, in [-1, 1], 1 on the diagonal; NaN in the row and column of a constant one.

    Raises
    ------
    DataError
        One row, NaN or infinity.

    Examples
    --------
    >>> correlation_matrix([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    array([[1., 1.],
           [1., 1.]])
    """
    form = standardise(_rows(X))
    table = cross_correlation(form, form)
    np.fill_diagonal(table, np.where(form.varies, 1.0, np.nan))
    return table


def cross_correlation(A: StandardForm, B: StandardForm) -> Array:
    """Pearson's correlation of every column of A with every column of B, of the same rows."""
    table = np.clip(A.matrix.T @ B.matrix / len(A.matrix), -1.0, 1.0)  # (1)
    table[~A.varies, :] = np.nan
    table[:, ~B.varies] = np.nan
    return table


def variance_inflation_factors(X: Any) -> Array:
    """Variance inflation factor of every column, a constant term being in the model.

    Parameters
    ----------
    X : array-like (n_samples, n_features)
        At least two rows.

    Returns
    -------
    ndarray (n_features,)
        In [1, inf]: infinity for a column that is a combination of others, as all are where
        there are not more rows than columns; NaN for a constant column.

    Raises
    ------
    DataError
        One row, NaN or infinity.

    Examples
    --------
    >>> variance_inflation_factors([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    array([1., 1.])
    """
    form = standardise(_rows(X))
    factors = np.full(len(form.varies), np.nan)
    matrix = form.matrix[:, form.varies] / np.sqrt(len(form.matrix))
    if matrix.shape[1]:
        factors[form.varies] = np.maximum(inverse_diagonal(matrix), 1.0)  # (2)
    return factors


def inverse_diagonal(A: Array) -> Array:
    """Diagonal of the inverse of A'A, infinity for columns that depend on others.

    Parameters
    ----------
    A : ndarray (n_rows, n_columns)
        Columns of comparable length.

    Returns
    -------
    ndarray (n_columns,)
        Where A has dependent columns, the others keep the value that they have without one of
        the dependent ones.
    """
    _, singular, right = np.linalg.svd(A, full_matrices=A.shape[0] < A.shape[1])
    singular = np.concatenate([singular, np.zeros(len(right) - len(singular))])
    kept = singular > np.finfo(np.float64).eps * max(A.shape) * singular[0]
    lost = (right[~kept] ** 2).sum(axis=0) > np.sqrt(np.finfo(np.float64).eps)
    inverse = ((right[kept] / singular[kept, np.newaxis]) ** 2).sum(axis=0)
    return np.where(lost, np.inf, inverse)


def _rows(X: Any) -> Array:
    matrix = as_matrix(X, owner="A correlation")
    if len(matrix) < 2:
        raise DataError("A correlation needs at least 2 rows, got 1.")
    return matrix
