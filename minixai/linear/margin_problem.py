r"""The support vector machine of one class against the rest: primal, dual, and the gap between.

With shares p of the rows, signs s, columns a that carry the penalty's strength, and a constant b
without penalty (or none):

.. math::
    P(w, b) &= \tfrac12 \lVert w \rVert^2 + \sum_i p_i \max(0, 1 - s_i (a_i w + b))^q     (1) \\
    D(\alpha) &= \sum_i \alpha_i - \tfrac12 \Big\lVert \sum_i \alpha_i s_i a_i \Big\rVert^2
        - [q = 2] \sum_i \frac{\alpha_i^2}{4 p_i}                                         (2)

over alpha of 0 or above (at most p for the hinge, q = 1), with sum_i alpha_i s_i = 0 where there is
a constant. D never exceeds P and reaches it at the minimum, so that P - D tells how far P is from
it at most, and half the squared error of w.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, section 12.2;
Fan et al. (2008), LIBLINEAR, section 2, for the squared hinge.
Cost: O(n_samples * n_features) a value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai.linear.penalised_problem import PenalisedProblem
from minixai.protocols import Array

__all__ = ["MarginProblem", "pose_margins"]

_FAINT = 1e-10
"""Root of a penalty that is too faint beside the loss for floats to tell it from a fainter one."""


@dataclass(frozen=True)
class MarginProblem:
    """What the solvers of a support vector machine see.

    Parameters
    ----------
    A : ndarray (n, d)
        Columns a.
    signs : ndarray (n,)
        +1 for the class, -1 for the rest.
    share : ndarray (n,)
        p; they sum to 1.
    squared : bool
        Whether q is 2.
    centred : bool
        Whether there is a constant.
    unit : ndarray (d,)
        What w is divided by to give the coefficients of the standardised columns.
    """

    A: Array
    signs: Array
    share: Array
    squared: bool
    centred: bool
    unit: Array

    @property
    def upper(self) -> Array:
        """Largest value of each alpha, (n,)."""
        return np.full(len(self.share), np.inf) if self.squared else self.share

    def primal(self, w: Array, b: float) -> float:
        """Return P."""
        lack = np.maximum(1.0 - self.signs * (self.A @ w + b), 0.0)
        return float(0.5 * (w @ w) + self.share @ (lack * lack if self.squared else lack))  # (1)

    def dual(self, alpha: Array) -> float:
        """Return D at the nearest alpha that is allowed: the heavier side is scaled down."""
        alpha = np.clip(alpha, 0.0, self.upper)
        if self.centred:
            above = self.signs > 0.0
            heavy, light = float(alpha[above].sum()), float(alpha[~above].sum())
            least = min(heavy, light)
            alpha = alpha * np.where(above, least / (heavy or 1.0), least / (light or 1.0))
        w = (alpha * self.signs) @ self.A
        bend = float((alpha * alpha / self.share).sum()) / 4.0 if self.squared else 0.0
        return float(alpha.sum() - 0.5 * (w @ w) - bend)  # (2)

    def relative_gap(self, w: Array, b: float, alpha: Array) -> float:
        """Return (P - D) / P, 0 or above but for rounding."""
        primal = self.primal(w, b)
        return (primal - self.dual(alpha)) / primal

    def natural_alpha(self, w: Array, b: float) -> Array:
        """Return the alpha that belong to the minimum of the squared hinge, (n,)."""
        return 2.0 * self.share * np.maximum(1.0 - self.signs * (self.A @ w + b), 0.0)

    def to_theta(self, w: Array, b: float) -> Array:
        """Return the solution as that of a `PenalisedProblem`, (p, 1)."""
        v = w / self.unit
        return (np.append(v, b) if self.centred else v)[:, np.newaxis]

    def from_theta(self, theta: Array) -> tuple[Array, float]:
        """Return w and b of a solution of a `PenalisedProblem`."""
        b = float(theta[-1, 0]) if self.centred else 0.0
        return theta[: len(self.unit), 0] * self.unit, b


def pose_margins(problem: PenalisedProblem, *, squared: bool) -> MarginProblem:
    """Give the columns their penalty's strength.

    Parameters
    ----------
    problem : PenalisedProblem
        Of one output, with a squared penalty.
    squared : bool
    """
    n_columns = problem.shape[0] - problem.centred
    unit = np.maximum(np.sqrt(problem.l2[:n_columns]), _FAINT)
    return MarginProblem(
        A=problem.Z[:, :n_columns] / unit,
        signs=problem.loss.signs[:, 0],
        share=problem.share,
        squared=squared,
        centred=problem.centred,
        unit=unit,
    )
