r"""A least-squares problem reduced to a triangle: all that solvers and inference need of the rows.

With the rows' shares :math:`p_i` of the total weight, standardised columns Z and target t:

.. math::
    \mathrm{diag}(\sqrt p)\, [Z\; t] = Q \begin{pmatrix} R & q \\ 0 & \rho \end{pmatrix}  (1)

so that the mean square :math:`\sum_i p_i (z_i w - t_i)^2 = \lVert R w - q \rVert^2 + \rho^2`,
its Gram matrix is :math:`R^\top R`, and its minimum solves a triangle of n_features rows.

Source: Golub & Van Loan (2013), Matrix Computations, chapter 5; the target is one more column.
Differs from the source: the triangle is solved by its singular values, not by substitution, so
that dependent columns give the solution of least norm.
Cost: O(n_samples * n_features^2) time, O(n_samples * n_features) memory while reducing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai.protocols import Array
from minixai.statistics.standard_form import StandardForm, standardise

__all__ = ["ReducedDesign", "reduce_design"]


@dataclass(frozen=True)
class ReducedDesign:
    """The triangle of a least-squares problem and the way back to the user's units.

    Parameters
    ----------
    factor : ndarray (n_features or fewer, n_features)
        R.
    moment : ndarray (n_features or fewer,)
        q.
    rest : float
        rho squared: the mean square that no coefficient removes, in standardised units.
    columns, target : StandardForm
        Means and scales; their matrices are empty here.
    n_samples : int
        Rows of positive weight.
    total_weight : float
        Sum of the rows' weights.
    solution : ndarray (n_features,)
        The standardised coefficients of least squares (of least norm where not unique).
    singular : ndarray
        Singular values of R, descending.
    rank : int
        How many of them count.
    centred : bool
        Whether means were taken away, which is what an intercept does.
    """

    factor: Array
    moment: Array
    rest: float
    columns: StandardForm
    target: StandardForm
    n_samples: int
    total_weight: float
    solution: Array
    singular: Array
    rank: int
    centred: bool

    @property
    def curvature(self) -> tuple[float, float]:
        """The least positive and the largest eigenvalue of the Gram matrix (0, 0 if none)."""
        if self.rank == 0:
            return 0.0, 0.0
        return float(self.singular[self.rank - 1]) ** 2, float(self.singular[0]) ** 2

    @property
    def square(self) -> float:
        """Mean square of the standardised target: 1, or 0 for a constant one."""
        return float(self.target.varies[0])

    @property
    def unit(self) -> Array:
        """What a standardised coefficient is worth in the user's units, the largest being 1."""
        varies, scale = self.columns.varies, self.columns.scale
        least = scale[varies].min() if varies.any() else 1.0
        return np.where(varies, least / scale, 0.0)

    @property
    def unexplained(self) -> float:
        """The mean square that least squares leaves, in standardised units."""
        error = self.factor @ self.solution - self.moment
        return float(error @ error) + self.rest

    def relative_excess(self, coef: Array, tol: float) -> float:
        """How far J(coef) lies above its minimum, as a share of J(coef) + tol * J(0).

        The second term lets data without noise, where the minimum is 0, come to an end.
        """
        gap = self.factor @ (coef - self.solution)
        excess = 0.5 * float(gap @ gap)
        return excess / (excess + 0.5 * self.rest + 0.5 * tol * self.square or 1.0)

    def distance(self, coef: Array) -> float:
        """Largest error of a coefficient relative to the largest one, in the user's units."""
        size = float(np.abs(self.solution * self.unit).max())
        return float(np.abs((coef - self.solution) * self.unit).max()) / (size or 1.0)


def reduce_design(
    X: Array, y: Array, weight: Array, *, centred: bool
) -> tuple[ReducedDesign, Array, Array]:
    """Standardise, weigh and reduce.

    Parameters
    ----------
    X : ndarray (n_samples, n_features)
    y : ndarray (n_samples,)
    weight : ndarray (n_samples,)
        Positive.
    centred : bool
        Whether the model has an intercept.

    Returns
    -------
    design : ReducedDesign
    Z : ndarray (n_samples, n_features)
        The standardised columns.
    t : ndarray (n_samples,)
        The standardised target.
    """
    share = weight / weight.max()
    share = share / share.sum()
    columns = standardise(X, share, centred=centred)
    target = standardise(y[:, np.newaxis], share, centred=centred)
    Z, t = columns.matrix, target.matrix[:, 0]
    n_features = Z.shape[1]
    both = np.concatenate([Z, target.matrix], axis=1) * np.sqrt(share)[:, np.newaxis]
    triangle: Array = np.asarray(np.linalg.qr(both, mode="r"))  # (1)
    factor = np.ascontiguousarray(triangle[:n_features, :n_features])
    moment = np.ascontiguousarray(triangle[:n_features, n_features])
    cutoff = np.finfo(np.float64).eps * max(Z.shape)
    solution, _, rank, singular = np.linalg.lstsq(factor, moment, rcond=cutoff)
    design = ReducedDesign(
        factor=factor,
        moment=moment,
        rest=float(triangle[n_features, n_features] ** 2) if len(triangle) > n_features else 0.0,
        columns=_without_rows(columns),
        target=_without_rows(target),
        n_samples=len(Z),
        total_weight=float(weight.sum()),
        solution=np.where(columns.varies, solution, 0.0),
        singular=singular,
        rank=int(rank),
        centred=centred,
    )
    return design, Z, t


def _without_rows(form: StandardForm) -> StandardForm:
    return StandardForm(form.matrix[:0], form.mean, form.scale, form.varies)
