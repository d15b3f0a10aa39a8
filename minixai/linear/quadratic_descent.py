r"""Gradient descent on a quadratic, whole and in mini-batches.

With the triangle R, q and the rest rho of ``reduced_design.py``, which stand for the standardised
columns, target and residual:

.. math::
    J(w) &= \tfrac12 (\lVert R w - q \rVert^2 + \rho^2)                                 (1) \\
    \nabla J(w) &= R^\top (R w - q)                                                      (2) \\
    w_{t+1} &= w_t - \eta \nabla J(w_t) + \beta (w_t - w_{t-1})                          (3) \\
    \beta &= (1 - \sqrt{\eta \mu})^2                                                     (4)

with the step :math:`\eta = 1/L` unless given, and :math:`\mu, L` the least positive and the
largest eigenvalue of R'R. Without momentum, (3) needs in the order of L / mu steps, with it the
root of that: 25,000 instead of 10 million where the columns' condition is 1e3. Because
:math:`\lVert w - w^* \rVert \le \lVert \nabla J(w) \rVert / \mu`, the gradient certifies how
far the minimum is, and that is when descent stops. (2) is never written as G w - b: that loses
twice as many digits where columns are nearly dependent.

In mini-batches of size B the same gradient is estimated from B rows, without momentum:

.. math::
    w &\leftarrow w - \frac{\eta}{B} \sum_{i \in B} p_i n\, (z_i w - t_i)\, z_i          (5) \\
    \eta &= 1 / (2 \mathcal L), \quad \mathcal L = \frac{n (B - 1)}{B (n - 1)} L
        + \frac{n - B}{B (n - 1)} \max_i p_i n \lVert z_i \rVert^2                       (6)

and the answer is the mean of all steps of the second half of the epochs, in which the noise of
a constant step averages out.

Source: Polyak (1964), Some methods of speeding up the convergence of iteration methods, for
(3); Gower et al. (2019), arXiv:1901.09401, Proposition 3.8 and Theorem 3.1 for (6); Jain et al.
(2018), arXiv:1610.03774, section 2 for the average.
Differs from Polyak: his step 4 / (sqrt L + sqrt mu)^2 is at best twice as fast; 1/L is the one
that a reader knows, and (4) suits any step below 2/L.
Cost: a step of (3) is 2 * n_features^2; an epoch of (5) 4 * n_samples * n_features, in one kernel.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from minixai._numba import kernel
from minixai._validation import generator
from minixai.errors import ParameterError
from minixai.protocols import Array

if TYPE_CHECKING:
    from minixai.statistics.reduced_design import ReducedDesign

__all__ = ["descend", "descend_in_batches"]

_RAN_AWAY = 1e6
"""Times the J at the start that a step may lead to: more is no detour."""


def descend(
    design: ReducedDesign, *, learning_rate: float | None, n_steps: int, tol: float
) -> tuple[Array, list[float]]:
    """Minimise J from 0 by the whole gradient with momentum.

    Parameters
    ----------
    design : ReducedDesign
    learning_rate : float or None
        eta; None is 1 / L.
    n_steps : int
        Most steps.
    tol : float
        Error of any coefficient at which to stop, relative to the largest, in the user's units.

    Returns
    -------
    coef : ndarray (n_features,)
        Standardised.
    curve : list of float
        J, standardised, before every step and at the end.

    Raises
    ------
    ParameterError
        A step of 2/L or more, with which descent runs away.
    """
    factor, moment, unit = design.factor, design.moment, design.unit
    coef = np.zeros(factor.shape[1])
    least, largest = design.curvature
    if largest == 0.0:
        return coef, [0.5 * design.rest]
    step = 1.0 / largest if learning_rate is None else learning_rate
    if step >= 2.0 / largest:
        raise ParameterError(
            f"`learning_rate` must be below {2.0 / largest:.6g} (2 / L) for these data, "
            f"got {step}: descent runs away beyond it; None takes half of it."
        )
    momentum = (1.0 - math.sqrt(step * least)) ** 2  # (4)
    patience = 100 + int(20.0 / math.sqrt(step * least))
    before, best, best_at = coef, math.inf, 0
    curve = []
    for k in range(n_steps + 1):
        error = factor @ coef - moment
        gradient = error @ factor  # (2)
        curve.append(0.5 * (float(error @ error) + design.rest))  # (1)
        size = math.sqrt(float(gradient @ gradient))
        if size <= tol * least * float(np.abs(coef * unit).max()) or k == n_steps:
            break
        if size < 0.5 * best:
            best, best_at = size, k
        elif k - best_at > patience:
            break  # rounding is all that moves it
        after = coef - step * gradient + momentum * (coef - before)  # (3)
        coef, before = after, coef
    return coef, curve


def descend_in_batches(
    design: ReducedDesign,
    Z: Array,
    t: Array,
    weight: Array,
    *,
    learning_rate: float | None,
    batch_size: int,
    n_epochs: int,
    tol: float,
    random_state: int | None,
) -> tuple[Array, list[float]]:
    """Minimise J from 0 by gradients of shuffled mini-batches.

    Parameters
    ----------
    design : ReducedDesign
        Tells the curvature and, after each epoch, J.
    Z, t, weight : ndarray (n, d), (n,), (n,)
        Standardised rows, targets, and weights of mean 1.
    learning_rate : float or None
        eta; None is equation (6).
    batch_size, n_epochs : int
        Rows of a step; most passes over the rows.
    tol : float
        Excess of J over its minimum at which to stop: see ``ReducedDesign.relative_excess``.
    random_state : int or None
        Seed of the shuffling.

    Returns
    -------
    coef : ndarray (n_features,)
        Standardised.
    curve : list of float
        J(0), then J of the averaged coefficients after each epoch, standardised.

    Raises
    ------
    ParameterError
        A step with which descent ran away.
    """
    n_rows, n_features = Z.shape
    least, largest = design.curvature
    mean, curve = np.zeros(n_features), [0.5 * design.square]
    if largest == 0.0:
        return mean, curve
    size = min(batch_size, n_rows)
    safe = _safe_step(Z, weight, largest, size)
    step = safe if learning_rate is None else learning_rate
    coef, gradient = np.zeros(n_features), np.empty(n_features)
    epochs: list[Array] = []
    for epoch in range(n_epochs):
        order = generator(random_state, epoch).permutation(n_rows)
        total = np.zeros(n_features)
        with np.errstate(all="ignore"):
            _walk_batches(Z, t, weight, order, size, step, coef, gradient, total)
        epochs.append(total / -(-n_rows // size))
        with np.errstate(all="ignore"):
            mean = np.mean(epochs[epoch // 2 :], axis=0)
            error = design.factor @ mean - design.moment
            curve.append(0.5 * (float(error @ error) + design.rest))
        if not curve[-1] <= _RAN_AWAY * curve[0]:
            raise ParameterError(
                f"`learning_rate` {step:g} is too large for these data, descent ran away: "
                f"try {safe:.3g}, which None takes."
            )
        slope = error @ design.factor
        excess = 0.5 * float(slope @ slope) / least
        if excess <= tol * (curve[-1] + tol * curve[0]):
            break
    return mean, curve


def _safe_step(Z: Array, weight: Array, largest: float, size: int) -> float:
    n_rows = len(Z)
    longest = float((weight * np.einsum("ij,ij->i", Z, Z)).max())
    if n_rows == 1:
        return 0.5 / longest
    whole = n_rows * (size - 1) / (size * (n_rows - 1))
    single = (n_rows - size) / (size * (n_rows - 1))
    return 0.5 / (whole * largest + single * longest)  # (6)


@kernel
def _walk_batches(
    Z: Array,
    t: Array,
    weight: Array,
    order: Array,
    size: int,
    step: float,
    coef: Array,
    gradient: Array,
    total: Array,
) -> None:
    """Take one step a batch, in place; add the coefficients after each step to ``total``."""
    n_rows, n_features = Z.shape
    for start in range(0, n_rows, size):
        stop = min(start + size, n_rows)
        for j in range(n_features):
            gradient[j] = 0.0
        for place in range(start, stop):
            i = order[place]
            error = -t[i]
            for j in range(n_features):
                error += Z[i, j] * coef[j]
            error *= weight[i]
            for j in range(n_features):
                gradient[j] += error * Z[i, j]
        pace = step / (stop - start)
        for j in range(n_features):
            coef[j] -= pace * gradient[j]  # (5)
            total[j] += coef[j]
