r"""Losses of raw scores, and their second-order expansion in which terms are boosted.

With target y and weight w of a row, raw score F and :math:`p = 1 / (1 + e^{-F})`, or
:math:`p_k = e^{F_k} / \sum_l e^{F_l}` for several classes,

.. math::
    \text{squared:} \quad & \tfrac12 w (F - y)^2, \quad g = w (F - y), \quad h = w    (1) \\
    \text{logistic:} \quad & w \log(1 + e^{\mp F}), \quad g = w (p - y),
        \quad h = w\, p (1 - p)                                                       (2) \\
    \text{softmax:} \quad & -w \log p_y, \quad g_k = w (p_k - y_k),
        \quad h_k = w\, p_k (1 - p_k)                                                 (3)

and an expansion at s is held as the line :math:`a + h F` that its gradient follows, a = g - h s.

Source: Friedman, Hastie & Tibshirani (2000), Additive logistic regression, Annals of Statistics
28(2), for Newton steps on these losses.
Differs from the source: curvatures below 1e-6 w are that.
Cost: one exponential a row and output (k of them for softmax).
"""

from __future__ import annotations

import numpy as np

from minixai._numba import exp, kernel, log1p
from minixai.protocols import Array

__all__ = ["LOSSES", "SQUARED", "expand_loss", "total_loss"]

SQUARED, LOGISTIC, SOFTMAX = 0, 1, 2
"""What kernels call the losses."""
LOSSES = {"squared": SQUARED, "logistic": LOGISTIC, "softmax": SOFTMAX}


@kernel
def expand_loss(
    loss: int, target: Array, weights: Array, score: Array, offset: Array, curvature: Array,
    renew: bool,
) -> None:  # fmt: skip
    """Write a, and h where it is to be renewed, of every output and row (n_outputs, n_rows)."""
    n_outputs, n_rows = score.shape
    for k in range(n_outputs):
        F, y, a, h = score[k], target[k], offset[k], curvature[k]
        if loss == SQUARED:
            for i in range(n_rows):
                h[i] = weights[i]
                a[i] = -weights[i] * y[i]
        else:
            if loss == LOGISTIC:
                for i in range(n_rows):
                    a[i] = 1.0 / (1.0 + exp(-F[i]))
            else:
                for i in range(n_rows):
                    a[i] = 0.0
                for other in range(n_outputs):
                    for i in range(n_rows):
                        a[i] += exp(score[other, i] - F[i])
                for i in range(n_rows):
                    a[i] = 1.0 / a[i]
            if renew:
                for i in range(n_rows):
                    h[i] = weights[i] * max(a[i] * (1.0 - a[i]), 1e-6)
            for i in range(n_rows):
                a[i] = weights[i] * (a[i] - y[i]) - h[i] * F[i]


@kernel
def total_loss(loss: int, target: Array, weights: Array, score: Array) -> float:
    """Return the sum over rows."""
    n_outputs, n_rows = score.shape
    total = 0.0
    for i in range(n_rows):
        if loss == SQUARED:
            total += 0.5 * weights[i] * (score[0, i] - target[0, i]) ** 2  # (1)
        elif loss == LOGISTIC:
            x = score[0, i] if target[0, i] == 0.0 else -score[0, i]
            total += weights[i] * (max(x, 0.0) + log1p(exp(-abs(x))))  # (2)
        else:
            top, own, parts = score[0, i], 0.0, 0.0
            for k in range(n_outputs):
                top = max(top, score[k, i])
                own += score[k, i] * target[k, i]
            for k in range(n_outputs):
                parts += exp(score[k, i] - top)
            total += weights[i] * (top + np.log(parts) - own)  # (3)
    return total
