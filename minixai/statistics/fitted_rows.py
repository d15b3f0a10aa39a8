r"""What each row has to do with a least-squares fit, and coefficient errors that rest on it.

With weights omega of mean 1 (all 1 by default), standardised columns of which
:math:`\sqrt{\omega_i} Z_i = \sqrt n\, W_i R`, R being the triangle of ``reduced_design.py``, and p
coefficients, the constant among them:

.. math::
    h_i &= \omega_i / n + \lVert W_i \rVert^2                                            (1) \\
    c_i &= (\sqrt{\omega_i} / n, \; R^{-1} W_i / \sqrt n)                                (2) \\
    V &= \sum_i v_i\, c_i c_i^\top                                                       (3) \\
    e_i &= \sqrt{\omega_i}\, (t_i - \hat t_i)                                            (4)

The leverage h is what a row's own target weighs in its fitted value, c how the coefficients move
with the target times the root of its weight. V is the covariance of the coefficients when errors
differ in variance in another way than the weights say, with v being :math:`e^2` (HC0),
:math:`e^2 n / (n - p)` (HC1), :math:`e^2 / (1 - h)` (HC2) or :math:`e^2 / (1 - h)^2` (HC3).

Source: Hoaglin & Welsch (1978), American Statistician 32, p. 17, for (1); White (1980),
Econometrica 48, p. 817, and MacKinnon & White (1985), J. Econometrics 29, p. 305, for (3).
Cost: O(n d^2) time, n (d + 1) numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai.errors import DataError
from minixai.protocols import Array
from minixai.statistics.reduced_design import ReducedDesign

__all__ = ["ROBUST", "FittedRows", "fit_rows", "robust_covariance"]

ROBUST = ("HC0", "HC1", "HC2", "HC3")
_ALONE = 1e-12  # a row whose leverage is nearer to 1 has a coefficient to itself


@dataclass(frozen=True)
class FittedRows:
    """Rows of a fit with a constant, in standardised units.

    Parameters
    ----------
    fitted : ndarray (n_samples,)
        Of the standardised target.
    residuals : ndarray (n_samples,)
        Its residuals times ``root``: of one variance, if the weights are right.
    root : ndarray (n_samples,)
        Roots of the weights, whose mean square is 1.
    leverage : ndarray (n_samples,)
        In [1 / n, 1].
    pull : ndarray (n_samples, p)
        Change of the coefficients, the constant first, for one unit of a row's residual.
    """

    fitted: Array
    residuals: Array
    root: Array
    leverage: Array
    pull: Array

    @property
    def alone(self) -> Array:
        """Whether a row determines a coefficient by itself, bool (n_samples,)."""
        return np.asarray(1.0 - self.leverage < _ALONE)


def fit_rows(design: ReducedDesign, Z: Array, t: Array, weight: Array) -> FittedRows:
    """Look at the rows of a problem of full rank, with a constant.

    Parameters
    ----------
    design : ReducedDesign
    Z : ndarray (n_samples, n_features)
        The standardised columns.
    t : ndarray (n_samples,)
        The standardised target.
    weight : ndarray (n_samples,)
        Positive, as the design was made with.

    Returns
    -------
    FittedRows
    """
    n, fitted = len(Z), Z @ design.solution
    share = weight / weight.max()
    root = np.sqrt(share / share.mean())
    W = np.linalg.solve(design.factor.T, (Z * root[:, np.newaxis]).T).T / np.sqrt(n)
    slopes = np.linalg.solve(design.factor, W.T).T / np.sqrt(n)
    return FittedRows(
        fitted=fitted,
        residuals=root * (t - fitted),  # (4)
        root=root,
        leverage=np.minimum(root * root / n + (W * W).sum(axis=1), 1.0),  # (1)
        pull=np.column_stack([root / n, slopes]),  # (2)
    )


def robust_covariance(rows: FittedRows, kind: str) -> Array:
    """Covariance of the standardised coefficients, the constant first, (p, p).

    Parameters
    ----------
    rows : FittedRows
    kind : {"HC0", "HC1", "HC2", "HC3"}

    Raises
    ------
    DataError
        HC2 or HC3 where a row determines a coefficient by itself.
    """
    n, p = rows.pull.shape
    if kind in ("HC2", "HC3") and rows.alone.any():
        raise DataError(
            f"Row {int(np.argmax(rows.alone))} determines a coefficient by itself (leverage 1), "
            f"which {kind} cannot weigh: use robust='HC1', or leave the column out."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = {
            "HC0": 1.0,
            "HC1": n / (n - p),
            "HC2": 1.0 / (1.0 - rows.leverage),
            "HC3": 1.0 / (1.0 - rows.leverage) ** 2,
        }[kind] * rows.residuals**2
    return np.asarray((rows.pull * weight[:, np.newaxis]).T @ rows.pull)  # (3)
