r"""Losses of the raw score, their derivatives, and one kernel that computes both for a batch.

For one row with raw scores :math:`z` (k of them) and target :math:`y`:

.. math::
    \ell &= \tfrac12 \sum_j (z_j - y_j)^2                                            (1) \\
    \ell &= \max(z, 0) - z y + \log(1 + e^{-|z|})                                    (2) \\
    \ell &= \log \textstyle\sum_j e^{z_j - m} + m - z_y, \quad m = \max_j z_j        (3) \\
    \ell &= \textstyle\sum_j h(z_j - y_j), \quad h(r) = \tfrac12 r^2 \text{ for }
            |r| \le \delta, \text{ else } \delta (|r| - \tfrac12 \delta)             (4)

(1) is the half squared error (the 1/2 makes the derivative the plain residual), (2) the
cross-entropy of one logit, (3) that of k logits, (4) Huber's loss. The derivatives are
:math:`z - y`, :math:`\sigma(z) - y`, :math:`\mathrm{softmax}(z) - e_y` and the residual clipped
to :math:`[-\delta, \delta]`. Written from logits, none overflows where the result does not.

Source: Goodfellow, Bengio & Courville (2016), Deep Learning, section 6.2.2, for (1) to (3);
Huber (1964), Annals of Mathematical Statistics 35(1), section 4, for (4).
Cost: one pass over the scores; no memory beside the answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._numba import kernel
from minixai.errors import check_option
from minixai.protocols import Array

__all__ = ["LOSSES", "Loss", "make_loss", "mean_loss_gradient"]

HALF_SQUARED_ERROR, BINARY_CROSS_ENTROPY, CATEGORICAL_CROSS_ENTROPY, HUBER = range(4)

LOSSES = {
    "half_squared_error": HALF_SQUARED_ERROR,
    "binary_cross_entropy": BINARY_CROSS_ENTROPY,
    "categorical_cross_entropy": CATEGORICAL_CROSS_ENTROPY,
    "huber": HUBER,
}


@dataclass(frozen=True)
class Loss:
    """One loss by name, in plain NumPy.

    Parameters
    ----------
    name : str
        A key of ``LOSSES``.
    delta : float
        Where Huber's loss turns from square to straight, in units of y; else unused.

    Examples
    --------
    >>> loss = Loss("half_squared_error")
    >>> loss.values(np.array([[3.0]]), np.array([[1.0]])).tolist()
    [2.0]
    >>> loss.gradient(np.array([[3.0]]), np.array([[1.0]])).tolist()
    [[2.0]]
    """

    name: str
    delta: float = 1.0

    @property
    def code(self) -> int:
        """The integer by which kernels know the loss."""
        return LOSSES[self.name]

    def values(self, raw: Array, targets: Array) -> Array:
        """Return each row's loss.

        Parameters
        ----------
        raw : array (n_samples, k)
            Raw scores; one column for (2).
        targets : array (n_samples, k), or (n_samples, 1) for the cross-entropies
            Numbers; 0 or 1 for (2); the index of the class for (3).

        Returns
        -------
        array (n_samples,)
        """
        if self.code == BINARY_CROSS_ENTROPY:
            tail = np.log1p(np.exp(-np.abs(raw)))
            return (np.maximum(raw, 0) - raw * targets + tail)[:, 0]
        if self.code == CATEGORICAL_CROSS_ENTROPY:
            highest = raw.max(axis=1, keepdims=True)
            total = np.log(np.exp(raw - highest).sum(axis=1, keepdims=True)) + highest
            return (total - np.take_along_axis(raw, targets.astype(np.int64), axis=1))[:, 0]
        residual = raw - targets
        if self.code == HALF_SQUARED_ERROR:
            return 0.5 * (residual**2).sum(axis=1)
        size = np.abs(residual)
        straight = self.delta * (size - 0.5 * self.delta)
        return np.where(size <= self.delta, 0.5 * residual**2, straight).sum(axis=1)

    def gradient(self, raw: Array, targets: Array) -> Array:
        """Return d loss / d raw of each row, (n_samples, k); arguments as in `values`."""
        if self.code == BINARY_CROSS_ENTROPY:
            return _logistic(raw) - targets
        if self.code == CATEGORICAL_CROSS_ENTROPY:
            likely = np.exp(raw - raw.max(axis=1, keepdims=True))
            likely /= likely.sum(axis=1, keepdims=True)
            codes = targets[:, 0].astype(np.int64)
            likely[np.arange(len(raw)), codes] -= 1
            return likely
        residual = raw - targets
        if self.code == HALF_SQUARED_ERROR:
            return residual
        return np.clip(residual, -self.delta, self.delta)


def make_loss(name: str, delta: float = 1.0) -> Loss:
    """Return the loss called ``name``.

    Raises
    ------
    ParameterError
        A name that is not in ``LOSSES``.
    """
    check_option("loss", name, LOSSES)
    return Loss(name, delta)


def _logistic(raw: Array) -> Array:
    small = np.exp(-np.abs(raw))
    return np.where(raw >= 0, 1 / (1 + small), small / (1 + small))


@kernel
def mean_loss_gradient(code: int, delta: float, raw: Any, targets: Any, gradient: Any) -> float:
    """Write d(mean loss) / d raw into ``gradient`` and return the mean loss, summed in float64."""
    n_rows, n_outputs = raw.shape
    total = 0.0
    share = 1.0 / n_rows
    if code == CATEGORICAL_CROSS_ENTROPY:
        for i in range(n_rows):
            total += _categorical_row(raw, targets, gradient, i, share)
        return total * share
    for i in range(n_rows):
        for j in range(n_outputs):
            z, y = float(raw[i, j]), float(targets[i, j])
            if code == BINARY_CROSS_ENTROPY:
                small = math.exp(-abs(z))
                total += max(z, 0.0) - z * y + math.log1p(small)  # (2)
                likely = 1.0 / (1.0 + small) if z >= 0.0 else small / (1.0 + small)
                gradient[i, j] = (likely - y) * share
            elif code == HALF_SQUARED_ERROR or abs(z - y) <= delta:
                total += 0.5 * (z - y) * (z - y)  # (1)
                gradient[i, j] = (z - y) * share
            else:
                size = abs(z - y)
                total += delta * (size - 0.5 * delta)  # (4)
                gradient[i, j] = math.copysign(delta, z - y) * share if size > delta else math.nan
    return total * share


@kernel
def _categorical_row(raw: Any, targets: Any, gradient: Any, i: int, share: float) -> float:
    n_classes = raw.shape[1]
    highest = float(raw[i, 0])
    for j in range(1, n_classes):
        highest = max(highest, float(raw[i, j]))
    total = 0.0
    for j in range(n_classes):
        total += math.exp(float(raw[i, j]) - highest)
    for j in range(n_classes):
        gradient[i, j] = math.exp(float(raw[i, j]) - highest) / total * share
    label = int(targets[i, 0])
    gradient[i, label] -= raw.dtype.type(share)
    return math.log(total) + highest - float(raw[i, label])  # (3)
