r"""Losses of a linear classifier's raw scores, with the slopes and curvatures that Newton needs.

For one row with raw scores f (k of them) and class y; p is the softmax of f, s = +1 for the class
that a binary score stands for and -1 for the other:

.. math::
    \ell &= \log(1 + e^{-s f}), \quad \ell' = \sigma(f) - [s = 1],
        \quad \ell'' = \sigma(f)(1 - \sigma(f))                                          (1) \\
    \ell &= \textstyle\log \sum_c e^{f_c} - f_y, \quad \ell'_c = p_c - [y = c],
        \quad \ell''_{ac} = p_a ([a = c] - p_c)                                          (2) \\
    \ell &= \max(0, 1 - s f)^2, \quad \ell' = -2 s \max(0, 1 - s f),
        \quad \ell'' = 2\, [s f < 1]                                                     (3) \\
    \ell &= \max(0, 1 - s f), \quad \ell' = -s\, [s f < 1]                               (4)

(3) is the squared hinge, whose second derivative jumps at the margin, and (4) the hinge, whose
first does. Both count a score of each of k classes by itself, the class against the rest.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, sections 4.4
and 12.3.2; Mangasarian (2002), A finite Newton method for classification, for the derivative (3).
Cost: one pass over the scores.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from minixai.optim.losses import logistic, softmax
from minixai.protocols import Array

__all__ = ["Hinge", "LogisticLoss", "ScoreLoss", "SoftmaxLoss", "SquaredHinge", "class_signs"]


def class_signs(codes: Array, n_classes: int) -> Array:
    """Return +1 for a row's own class and -1 for the others: (n, k), or (n, 1) for two classes."""
    if n_classes == 2:
        return np.where(codes == 1, 1.0, -1.0)[:, np.newaxis]
    signs = np.full((len(codes), n_classes), -1.0)
    signs[np.arange(len(codes)), codes] = 1.0
    return signs


@dataclass(frozen=True)
class ScoreLoss(ABC):
    """The loss of n rows as a function of their raw scores (n, k).

    Parameters
    ----------
    signs : ndarray (n, k)
        What `class_signs` gives.
    """

    signs: Array
    couples = False
    """Whether the outputs of a row share a loss, so that they bend each other's slopes."""
    steepest = 0.25
    """Largest eigenvalue of the second derivative."""

    @abstractmethod
    def values(self, scores: Array) -> Array:
        """Return the loss of each row, (n,)."""

    @abstractmethod
    def slopes(self, scores: Array) -> Array:
        """Return the derivatives in the scores, (n, k)."""

    @abstractmethod
    def weights(self, scores: Array) -> Array:
        """Return what `curvature` is made of, (n, k)."""

    def curvature(self, weights: Array, a: int, c: int) -> Array:
        """Return the size of the second derivative in the scores a and c of each row, (n,).

        With ``couples`` only for a and c that differ, where it is below 0, and those of a row sum
        to 0; without only for a = c, as the others are 0.
        """
        return weights[:, a] * weights[:, c] if self.couples else weights[:, a]


@dataclass(frozen=True)
class LogisticLoss(ScoreLoss):
    """Cross-entropy of one logit."""

    def values(self, scores: Array) -> Array:
        """Return each row's loss, (n,)."""
        margin = scores * self.signs
        inner = np.log1p(np.exp(-np.abs(margin))) - np.minimum(margin, 0.0)  # (1)
        return np.asarray(inner[:, 0])

    def slopes(self, scores: Array) -> Array:
        """Return its derivatives in the scores, (n, k)."""
        return -self.signs * logistic(-self.signs * scores)

    def weights(self, scores: Array) -> Array:
        """Return what `curvature` is made of, (n, k)."""
        small = np.exp(-np.abs(scores))
        return np.asarray(small / (1.0 + small) ** 2)


@dataclass(frozen=True)
class SoftmaxLoss(ScoreLoss):
    """Cross-entropy of k logits."""

    couples = True
    steepest = 0.5

    def values(self, scores: Array) -> Array:
        """Return each row's loss, (n,)."""
        own = scores[self.signs > 0][:, np.newaxis]
        above = scores - own
        highest = above.max(axis=1)
        total = np.exp(above - highest[:, np.newaxis]).sum(axis=1)
        return np.asarray(np.log(total) + highest)  # (2)

    def slopes(self, scores: Array) -> Array:
        """Return its derivatives in the scores, (n, k)."""
        shares = softmax(scores)
        own = self.signs > 0
        shares[own] = -np.where(own, 0.0, shares).sum(axis=1)  # p - 1 loses digits near p = 1
        return shares

    def weights(self, scores: Array) -> Array:
        """Return what `curvature` is made of, (n, k)."""
        return softmax(scores)


@dataclass(frozen=True)
class SquaredHinge(ScoreLoss):
    """Squared distance to the margin, where it is not kept."""

    steepest = 2.0

    def values(self, scores: Array) -> Array:
        """Return each row's loss, (n,)."""
        lack = np.maximum(1.0 - self.signs * scores, 0.0)
        return np.asarray((lack * lack).sum(axis=1))  # (3)

    def slopes(self, scores: Array) -> Array:
        """Return its derivatives in the scores, (n, k)."""
        return -2.0 * self.signs * np.maximum(1.0 - self.signs * scores, 0.0)

    def weights(self, scores: Array) -> Array:
        """Return what `curvature` is made of, (n, k)."""
        return np.where(self.signs * scores < 1.0, 2.0, 0.0)


@dataclass(frozen=True)
class Hinge(ScoreLoss):
    """Distance to the margin, where it is not kept; at the margin its slope counts as 0."""

    def values(self, scores: Array) -> Array:
        """Return each row's loss, (n,)."""
        lack = np.maximum(1.0 - self.signs * scores, 0.0)
        return np.asarray(lack.sum(axis=1))  # (4)

    def slopes(self, scores: Array) -> Array:
        """Return its derivatives in the scores, (n, k)."""
        return np.where(self.signs * scores < 1.0, -self.signs, 0.0)

    def weights(self, scores: Array) -> Array:
        """Return zeros, (n, k): the hinge is straight on either side of the margin."""
        return np.zeros_like(scores)
