r"""Losses of the raw score, their derivatives, and one kernel that computes both for a batch.

For one row with raw scores :math:`z` (k of them) and target :math:`y`:

.. math::
    \ell &= \tfrac12 \sum_j (z_j - y_j)^2                                            (1) \\
    \ell &= \max(z, 0) - z y + \log(1 + e^{-|z|})                                    (2) \\
    \ell &= \log \textstyle\sum_j e^{z_j - m} + m - z_y, \quad m = \max_j z_j        (3) \\
    \ell &= \textstyle\sum_j h(z_j - y_j), \quad h(r) = \tfrac12 r^2 \text{ for }
            |r| \le \delta, \text{ else } \delta (|r| - \tfrac12 \delta)             (4) \\
    \sigma(z) &= 1 / (1 + e^{-z})                                                   (5) \\
    \mathrm{softmax}(z)_j &= e^{z_j - m} / \textstyle\sum_i e^{z_i - m}             (6)

(1) is the half squared error (the 1/2 makes the derivative the plain residual), (2) the
cross-entropy of one logit, (3) that of k logits, (4) Huber's loss; (5) and (6) are the
probabilities that belong to (2) and (3). The derivatives are
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

from minixai._numba import exp, kernel, log1p
from minixai.errors import check_option
from minixai.protocols import Array

__all__ = [
    "LOSSES",
    "Loss",
    "logistic",
    "make_loss",
    "mean_loss_gradient",
    "probabilities",
    "softmax",
]

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
            values: Array = (np.maximum(raw, 0) - raw * targets + tail)[:, 0]
        elif self.code == CATEGORICAL_CROSS_ENTROPY:
            highest = raw.max(axis=1, keepdims=True)
            total = np.log(np.exp(raw - highest).sum(axis=1, keepdims=True)) + highest
            values = (total - np.take_along_axis(raw, targets.astype(np.int64), axis=1))[:, 0]
        elif self.code == HALF_SQUARED_ERROR:
            values = 0.5 * ((raw - targets) ** 2).sum(axis=1)
        else:
            size = np.abs(raw - targets)
            straight = self.delta * (size - 0.5 * self.delta)
            values = np.where(size <= self.delta, 0.5 * size**2, straight).sum(axis=1)
        return values

    def gradient(self, raw: Array, targets: Array) -> Array:
        """Return d loss / d raw of each row, (n_samples, k); arguments as in `values`."""
        if self.code == BINARY_CROSS_ENTROPY:
            slope: Array = logistic(raw) - targets
            return slope
        if self.code == CATEGORICAL_CROSS_ENTROPY:
            slope = softmax(raw)
            slope[np.arange(len(raw)), targets[:, 0].astype(np.int64)] -= 1
            return slope
        slope = raw - targets
        if self.code == HUBER:
            slope = np.clip(slope, -self.delta, self.delta)
        return slope


def make_loss(name: str, delta: float = 1.0) -> Loss:
    """Return the loss called ``name``.

    Raises
    ------
    ParameterError
        A name that is not in ``LOSSES``.
    """
    check_option("loss", name, LOSSES)
    return Loss(name, delta)


def logistic(raw: Array) -> Array:
    """Return (5) of every entry; neither end overflows, and small values keep their digits."""
    small = np.exp(-np.abs(raw))
    return np.where(raw >= 0, 1 / (1 + small), small / (1 + small))  # (5)


def softmax(raw: Array) -> Array:
    """Return (6) of every row, (n_samples, k); each row sums to 1."""
    likely = np.exp(raw - raw.max(axis=1, keepdims=True))
    shares: Array = likely / likely.sum(axis=1, keepdims=True)  # (6)
    return shares


def probabilities(raw: Array) -> Array:
    """Return the probability of each class, (n_samples, k), from logits (n_samples, k).

    One logit, (n_samples,) or (n_samples, 1), is that of the second of two classes.
    """
    if raw.ndim == 2 and raw.shape[1] > 1:
        return softmax(raw)
    one = raw.reshape(-1, 1)
    return np.hstack([logistic(-one), logistic(one)])


@kernel
def mean_loss_gradient(code: int, delta: float, raw: Any, targets: Any, gradient: Any) -> Any:
    """Write d(mean loss) / d raw into ``gradient`` and return the mean loss, summed in float64."""
    n_rows, n_outputs = raw.shape
    total = 0.0
    share = 1.0 / n_rows
    if code == CATEGORICAL_CROSS_ENTROPY:
        for i in range(n_rows):
            total += _categorical_row(raw, targets, gradient, i, share)
    elif code == BINARY_CROSS_ENTROPY:
        total = _binary_rows(raw.reshape(-1), targets.reshape(-1), gradient.reshape(-1), share)
    else:
        for i in range(n_rows):
            for j in range(n_outputs):
                rest = float(raw[i, j]) - float(targets[i, j])
                size = abs(rest)
                if code == HALF_SQUARED_ERROR or size <= delta:
                    total += 0.5 * rest * rest  # (1)
                    gradient[i, j] = rest * share
                else:
                    total += delta * (size - 0.5 * delta)  # (4)
                    slope = math.copysign(delta, rest) if size > delta else math.nan
                    gradient[i, j] = slope * share
    return total * share


@kernel(
    reassociate="the loss of a mini-batch is only watched, and summing in order forbids vectors"
)
def _binary_rows(raw: Any, targets: Any, gradient: Any, share: float) -> float:
    total = 0.0
    for i in range(raw.size):
        z, y = float(raw[i]), float(targets[i])
        small = exp(-abs(z))
        total += (z if z > 0.0 else 0.0) - z * y + log1p(small)  # (2)
        likely = (1.0 if z >= 0.0 else small) / (1.0 + small)
        gradient[i] = (likely - y) * share
    return total


@kernel
def _categorical_row(raw: Any, targets: Any, gradient: Any, i: int, share: float) -> Any:
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
