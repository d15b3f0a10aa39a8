r"""Losses of boosting: each row's loss, gradient and curvature in the raw score z.

.. math::
    \ell &= \tfrac12 (z - y)^2, & g &= z - y, & h &= 1                                   (1) \\
    \ell &= e^z - y z + y \log y - y, & g &= e^z - y, & h &= e^z                         (2) \\
    \ell &= \log(1 + e^z) - y z, & g &= p - y, & h &= p (1 - p),
            \quad p = 1 / (1 + e^{-z})                                                   (3) \\
    \ell &= \log \textstyle\sum_j e^{z_j} - z_y, & g_k &= p_k - [k = y], & h_k &= p_k (1 - p_k),
            \quad p = \mathrm{softmax}(z)                                                (4)

(1) squared error, (2) half the Poisson deviance, (3) and (4) the cross-entropies of two and of k
classes. In (4) the curvature is the diagonal of the matrix, for one tree a class. All are times
the row's weight. Boosting starts from the constant of least loss: the mean of y, its logarithm,
the logit or the logarithms of the shares.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, table 10.2,
for (1), (3) and (4); McCullagh & Nelder (1989), Generalized Linear Models, chapter 6, for (2).
Cost: one pass over the rows a round.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from minixai._numba import exp, kernel, log1p
from minixai.protocols import Array

__all__ = ["LOSS_LINKS", "BoostingLoss"]

LOSS_LINKS = {
    "squared_error": "identity",
    "poisson": "log",
    "binary": "logit",
    "multinomial": "softmax",
}
"""The losses and the links of their raw scores."""
_BLOCK = 256
_REASON = "the loss is only watched, and the other sums only set a power of two"


@dataclass(frozen=True, eq=False)
class BoostingLoss:
    """A loss and the rows it is taken over.

    Parameters
    ----------
    name : str
        A key of ``LOSS_LINKS``.
    target : array (n_samples,)
        Numbers; 0 or 1; or the numbers of classes.
    weights : array (n_samples,)
        Above 0.
    n_outputs : int
    """

    name: str
    target: Array
    weights: Array
    n_outputs: int = 1

    def start(self) -> Array:
        """Return the constant raw score of least loss, (n_outputs,)."""
        if self.name == "multinomial":
            shares = np.bincount(self.target.astype(np.int64), self.weights, self.n_outputs)
            return np.asarray(np.log(shares / shares.sum()))
        unit = float(np.abs(self.target).max()) or 1.0
        mean = float(np.average(self.target / unit, weights=self.weights)) * unit
        if self.name == "poisson":
            return np.array([np.log(mean)])
        return np.array([np.log(mean / (1.0 - mean)) if self.name == "binary" else mean])

    def derive(self, raw: Array, gradient: Array, curvature: Array) -> tuple[float, Array]:
        """Write the derivatives of each row.

        Parameters
        ----------
        raw, gradient, curvature : array (n_outputs, n_samples)
            The first is read, the others are written.

        Returns
        -------
        tuple of float and array (n_outputs, 2)
            The mean loss, and the sums of the sizes of gradients and curvatures.
        """
        sums = np.zeros((self.n_outputs, 2))
        y, w = self.target, self.weights
        if self.name == "multinomial":
            room = np.empty((2, _BLOCK))
            total = _multinomial(raw, y, w, gradient, curvature, sums, room)
        else:
            write = {"squared_error": _squared_error, "poisson": _poisson, "binary": _binary}
            total = write[self.name](raw[0], y, w, gradient[0], curvature[0], sums[0])
        return (total + self._least()) / float(w.sum()), sums

    def _least(self) -> float:
        """Return the part of the loss that does not depend on the raw score."""
        if self.name != "poisson":
            return 0.0
        y = self.target
        return float(self.weights @ (y * np.log(np.where(y > 0, y, 1.0)) - y))


@kernel(reassociate=_REASON)
def _squared_error(
    raw: Array, y: Array, weights: Array, gradient: Array, curvature: Array, sums: Array
) -> float:
    total, size, curve = 0.0, 0.0, 0.0
    for i in range(y.size):
        w = weights[i]
        g = w * (raw[i] - y[i])
        total += 0.5 * g * (raw[i] - y[i])  # (1)
        gradient[i], curvature[i] = g, w
        size += abs(g)
        curve += w
    sums[0], sums[1] = size, curve
    return total


@kernel(reassociate=_REASON)
def _poisson(
    raw: Array, y: Array, weights: Array, gradient: Array, curvature: Array, sums: Array
) -> float:
    total, size, curve = 0.0, 0.0, 0.0
    for i in range(y.size):
        w = weights[i]
        mean = exp(raw[i])
        total += w * (mean - y[i] * raw[i])  # (2)
        gradient[i], curvature[i] = w * (mean - y[i]), w * mean
        size += abs(gradient[i])
        curve += w * mean
    sums[0], sums[1] = size, curve
    return total


@kernel(reassociate=_REASON)
def _binary(
    raw: Array, y: Array, weights: Array, gradient: Array, curvature: Array, sums: Array
) -> float:
    total, size, curve = 0.0, 0.0, 0.0
    for i in range(y.size):
        z, w = raw[i], weights[i]
        small = exp(-abs(z))
        total += w * ((z if z > 0.0 else 0.0) - z * y[i] + log1p(small))  # (3)
        scale = 1.0 / (1.0 + small)
        g = w * ((scale if z >= 0.0 else small * scale) - y[i])
        h = w * small * scale * scale
        gradient[i], curvature[i] = g, h
        size += abs(g)
        curve += h
    sums[0], sums[1] = size, curve
    return total


@kernel(reassociate=_REASON)
def _multinomial(
    raw: Array,
    y: Array,
    weights: Array,
    gradient: Array,
    curvature: Array,
    sums: Array,
    room: Array,
) -> float:
    """Rows in blocks, classes in turn, so that the loops over rows become vectors."""
    total = 0.0
    highest, likely = room[0], room[1]
    for start in range(0, y.size, highest.size):
        n = min(highest.size, y.size - start)
        for t in range(n):
            highest[t], likely[t] = raw[0, start + t], 0.0
        for k in range(1, raw.shape[0]):
            for t in range(n):
                z = raw[k, start + t]
                highest[t] = z if z > highest[t] else highest[t]
        for k in range(raw.shape[0]):
            for t in range(n):
                gradient[k, start + t] = exp(raw[k, start + t] - highest[t])
                likely[t] += gradient[k, start + t]
        for t in range(n):
            own = raw[int(y[start + t]), start + t]
            total += weights[start + t] * (math.log(likely[t]) + highest[t] - own)  # (4)
        for k in range(raw.shape[0]):
            for t in range(n):
                w = weights[start + t]
                p = gradient[k, start + t] / likely[t]
                g = w * (p - (1.0 if y[start + t] == k else 0.0))
                gradient[k, start + t], curvature[k, start + t] = g, w * p * (1.0 - p)
                sums[k, 0] += abs(g)
                sums[k, 1] += w * p * (1.0 - p)
    return total
