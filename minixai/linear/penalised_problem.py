r"""A penalised loss of linear raw scores, brought to standardised columns without changing it.

In the user's units, with weights omega of the rows whose sum is W:

.. math::
    F(w, b) &= \frac{1}{W} \sum_i \omega_i\, \ell_i(x_i w + b)
        + \frac{1}{C W} \sum_j \Big( \alpha |w_j| + \frac{1 - \alpha}{2} w_j^2 \Big)      (1)

The constant b carries no penalty. With z = (x - m) / s, the mean m taken away only beside a
constant, and v = s w the scores stay what they were, and so does F if the penalties become

.. math::
    \lambda_j &= \frac{\alpha}{C W s_j}, \qquad \mu_j = \frac{1 - \alpha}{C W s_j^2}     (2)

so that ids in the millions stand beside shares below 1 without harm, and the minimum is that of
the user's columns. The constant is the last column of Z, 1 for every row, without a penalty.

Where there are more columns than rows and no absolute values in the penalty, the minimum lies in
the span of the rows: with A = Z / sqrt(mu) (or Z where nothing is penalised),

.. math::
    A^\top = Q R, \qquad v = \mu^{-1/2} Q q, \qquad Z v = R^\top q                       (3)

and the penalty is half the square of q: n_samples unknowns for n_features.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, sections 4.4
and 18.3.5, the latter for (3).
Cost: three copies of X; (3) is O(n_samples^2 * n_features).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from minixai.linear.score_loss import ScoreLoss
from minixai.protocols import Array
from minixai.statistics.standard_form import StandardForm, standardise

__all__ = ["PenalisedProblem", "pose_problem"]

_BLOCK, _LEAST_ROWS = 1 << 16, 512
"""Numbers in a block of rows, so that it stays in the cache, and rows at least."""
_FAR = 1e300
"""A penalty beyond it, or below its inverse, is as good as it."""


@dataclass(frozen=True)
class PenalisedProblem:
    """What solvers minimise over theta (p, k), and the way back to the user's units.

    Parameters
    ----------
    Z : ndarray (n, p)
        Columns; the last is the constant, if there is one.
    share : ndarray (n,)
        Weights of the rows; they sum to 1.
    loss : ScoreLoss
    l1, l2 : ndarray (p,)
        Penalties of (2); 0 for the constant.
    centred : bool
        Whether there is a constant.
    columns : StandardForm
        Means and scales of the user's columns; its matrix is empty.
    back : ndarray (n_features, p - centred), optional
        From q to v where (3) was used.
    """

    Z: Array
    share: Array
    loss: ScoreLoss
    l1: Array
    l2: Array
    centred: bool
    columns: StandardForm
    back: Array | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of theta."""
        return self.Z.shape[1], self.loss.signs.shape[1]

    @cached_property
    def has_kinks(self) -> bool:
        """Whether the penalty has absolute values."""
        return bool(np.any(self.l1))

    def value(self, theta: Array, scores: Array) -> float:
        """Return F at theta, whose scores are Z theta."""
        return float(self.share @ self.loss.values(scores)) + self.penalty(theta)  # (1)

    def penalty(self, theta: Array) -> float:
        """Return what the penalty adds to F."""
        return float((self.l1 @ np.abs(theta)).sum() + 0.5 * (self.l2 @ (theta * theta)).sum())

    def gradient(self, theta: Array, scores: Array) -> Array:
        """Return the gradient of all but the absolute values, (p, k)."""
        slopes = self.loss.slopes(scores) * self.share[:, np.newaxis]
        return np.asarray(self.Z.T @ slopes + self.l2[:, np.newaxis] * theta)

    def residual(self, theta: Array, gradient: Array) -> Array:
        """Return how far each entry is from the condition of a minimum, (p, k), 0 or above."""
        l1 = self.l1[:, np.newaxis]
        at_zero = np.maximum(np.abs(gradient) - l1, 0.0)
        used = np.abs(gradient + l1 * np.sign(theta))
        return np.asarray(np.where(theta == 0.0, at_zero, used))

    def hessian(self, scores: Array, columns: Array | slice = slice(None)) -> Array:
        """Return the second derivative of the loss in some columns, (p', k, p', k)."""
        chosen, weights = self.Z[:, columns], self.loss.weights(scores)
        n_columns, k = chosen.shape[1], self.shape[1]
        pairs = [(a, c) for a in range(k) for c in range(a, k) if (a == c) != self.loss.couples]
        products = np.zeros((len(pairs), n_columns, n_columns))
        size = max(_LEAST_ROWS, _BLOCK // n_columns)
        for start in range(0, len(chosen), size):
            rows = slice(start, start + size)
            for product, (a, c) in zip(products, pairs, strict=True):
                bend = self.share[rows] * self.loss.curvature(weights[rows], a, c)
                half = chosen[rows] * np.sqrt(bend)[:, np.newaxis]
                product += half.T @ half
        found = np.zeros((n_columns, k, n_columns, k))
        for product, (a, c) in zip(products, pairs, strict=True):
            if a == c:
                found[:, a, :, a] = product
            else:  # the scores' derivatives sum to 0, so that the diagonal is minus the rest
                found[:, a, :, c] = found[:, c, :, a] = -product
                found[:, a, :, a] += product
                found[:, c, :, c] += product
        return found

    def to_user(self, theta: Array) -> tuple[Array, Array]:
        """Return the coefficients (n_features, k) and the constants (k,) in the user's units."""
        v = theta[: self.Z.shape[1] - self.centred]
        if self.back is not None:
            v = self.back @ v
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            coef = np.asarray(v / self.columns.scale[:, np.newaxis])
            if not self.centred:
                return coef, np.zeros(theta.shape[1])
            start = theta[-1] - (self.columns.mean / self.columns.scale) @ v
            return coef, np.asarray(start)


def pose_problem(
    X: Array,
    weight: Array,
    loss: ScoreLoss,
    *,
    C: float,
    l1_ratio: float,
    centred: bool,
    reduced: bool = True,
) -> PenalisedProblem:
    """Standardise the columns and carry the penalty over.

    Parameters
    ----------
    X : ndarray (n, d)
    weight : ndarray (n,)
        Positive.
    loss : ScoreLoss
    C : float
        Inverse of the penalty's strength; infinity is none.
    l1_ratio : float
        alpha, in [0, 1].
    centred : bool
        Whether there is a constant.
    reduced : bool
        Whether (3) may be used.
    """
    share = weight / weight.max()
    total = float(share.sum()) * float(weight.max())
    share = share / share.sum()
    form = standardise(X, share, centred=centred)
    strength = 1.0 / C / total
    with np.errstate(over="ignore", under="ignore"):
        l1 = np.minimum(strength * l1_ratio / form.scale, _FAR)
        l2 = np.minimum(strength * (1.0 - l1_ratio) / form.scale / form.scale, _FAR)  # (2)
    Z, back = form.matrix, None
    if reduced and Z.shape[1] > len(Z) and not l1.any():
        Z, l2, back = _reduced(Z, l2)
        l1 = np.zeros(len(l2))
    if centred:
        Z = np.column_stack([Z, np.ones(len(Z))])
        l1, l2 = np.append(l1, 0.0), np.append(l2, 0.0)
    columns = StandardForm(form.matrix[:0], form.mean, form.scale, form.varies)
    return PenalisedProblem(Z, share, loss, l1, l2, centred, columns, back)


def _reduced(Z: Array, l2: Array) -> tuple[Array, Array, Array]:
    """Return the n columns that do for d, their penalty, and the way back from them."""
    size = np.sqrt(np.maximum(l2, 1.0 / _FAR)) if l2.any() else np.ones(len(l2))
    A = Z / size
    unit = float(np.sqrt((A * A).mean(axis=0)).max()) or 1.0
    Q, R = np.linalg.qr((A / unit).T)  # (3)
    size_of_rows = np.sqrt((R * R).sum(axis=1))
    kept = size_of_rows > np.finfo(np.float64).eps * max(Z.shape) * size_of_rows.max()
    Q, R = Q[:, kept], R[kept]  # what rounding leaves of rows that depend on others
    strength = 1.0 / unit / unit if l2.any() else 0.0
    return np.ascontiguousarray(R.T), np.full(len(R), strength), Q / (size * unit)[:, np.newaxis]
