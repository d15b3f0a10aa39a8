r"""A primal-dual interior-point method for the support vector machine with the hinge loss.

The conditions of a minimum of ``margin_problem.py``, with z and xi for the two ends of alpha:

.. math::
    s_i (a_i w + b) - 1 - z_i + \xi_i &= 0, \qquad w = \sum_i \alpha_i s_i a_i,
        \qquad \sum_i \alpha_i s_i = 0                                                   (1) \\
    \alpha_i z_i &= \nu, \qquad (p_i - \alpha_i)\, \xi_i = \nu                           (2)

are solved by Newton's method while nu falls to 0. Without alpha, z and xi a step is a weighted
least-squares problem in as many unknowns as there are columns:

.. math::
    \Big( I + A^\top \Theta^{-1} A \Big) \Delta w + A^\top \Theta^{-1} 1\, \Delta b
        &= A^\top (s h / \Theta)                                                         (3) \\
    \Theta_i &= z_i / \alpha_i + \xi_i / (p_i - \alpha_i)                                (4)

with h what (1) and (2) lack, and the row of b below. Each step is taken twice with one matrix:
first towards nu = 0, to see how far that leads, then towards the nu that this suggests, corrected
for the products of the first.

Source: Mehrotra (1992), SIAM J. Optimization 2, p. 575; Ferris & Munson (2003), Interior-point
methods for massive support vector machines, for (3).
Cost: O(n_samples * n_features^2) a step, some twenty steps, whatever the columns' scales or C.
"""

from __future__ import annotations

import numpy as np

from minixai.linear.margin_problem import MarginProblem
from minixai.protocols import Array

__all__ = ["climb_inside"]

_BACK = 0.995
"""Share of the way to the nearest end that a step may take."""


def climb_inside(
    problem: MarginProblem, *, tol: float, max_iter: int
) -> tuple[Array, float, Array, list[float]]:
    """Minimise P by way of D.

    Parameters
    ----------
    problem : MarginProblem
        With the hinge loss.
    tol : float
        Relative duality gap at which to stop.
    max_iter : int
        Most steps.

    Returns
    -------
    w : ndarray (d,)
    b : float
    alpha : ndarray (n,)
    curve : list of float
        P at the start and after every step.
    """
    A, s, p = problem.A, problem.signs, problem.share
    alpha, b = 0.5 * p, 0.0
    w = (alpha * s) @ A
    lack = 1.0 - s * (A @ w)
    size = max(1.0, float(np.abs(lack).mean()))
    z, xi = np.maximum(-lack, 0.0) + size, np.maximum(lack, 0.0) + size
    best, curve = (w, b, alpha), [problem.primal(np.zeros_like(w), 0.0)]
    least = np.inf
    for _ in range(max_iter):
        gap = problem.relative_gap(w, b, alpha)
        if gap < least:
            least, best = gap, (w, b, alpha)
        if gap <= tol or gap > 1e3 * max(least, tol):
            break
        theta = z / alpha + xi / (p - alpha)  # (4)
        system = _system(problem, theta)
        off = s * (A @ w + b) - 1.0 - z + xi  # (1)
        drift = w - (alpha * s) @ A
        nu = float(alpha @ z + (p - alpha) @ xi) / (2.0 * len(p))
        state = (alpha, z, xi, off, drift, theta)
        plain = _step(problem, system, state, -alpha * z, -(p - alpha) * xi)
        reach = _reach(plain, alpha, z, xi, p)
        ahead = float(
            (alpha + reach * plain[2]) @ (z + reach * plain[3])
            + (p - alpha - reach * plain[2]) @ (xi + reach * plain[4])
        ) / (2.0 * len(p))
        goal = nu * (ahead / nu) ** 3
        low = goal - alpha * z - plain[2] * plain[3]  # (2)
        high = goal - (p - alpha) * xi + plain[2] * plain[4]
        step = _step(problem, system, state, low, high)
        length = _BACK * _reach(step, alpha, z, xi, p)
        w, b = w + length * step[0], b + length * step[1]
        alpha, z, xi = (x + length * d for x, d in zip((alpha, z, xi), step[2:], strict=True))
        curve.append(problem.primal(w, b))
        if length < 1e-6:
            break
    return *best, curve


def _system(problem: MarginProblem, theta: Array) -> Array:
    """Give the matrix of (3), the row of b last if there is one."""
    A = problem.A
    if problem.centred:
        A = np.column_stack([A, np.ones(len(A))])
    half = A / np.sqrt(theta)[:, np.newaxis]
    system: Array = half.T @ half
    places = np.arange(problem.A.shape[1])
    system[places, places] += 1.0
    return system


def _step(
    problem: MarginProblem,
    system: Array,
    state: tuple[Array, Array, Array, Array, Array, Array],
    low: Array,
    high: Array,
) -> tuple[Array, float, Array, Array, Array]:
    """Give the changes of w, b, alpha, z and xi that meet (1), and (2) up to low and high."""
    alpha, z, xi, off, drift, theta = state
    A, s, rest = problem.A, problem.signs, problem.share - alpha
    h = -off + low / alpha - high / rest
    pull = s * h / theta
    right = pull @ A - drift
    if problem.centred:
        right = np.append(right, pull.sum() + float(alpha @ s))
    unit = np.sqrt(np.diagonal(system))
    found = np.linalg.solve(system / unit[:, np.newaxis] / unit, right / unit) / unit  # (3)
    w, b = found[: A.shape[1]], float(found[-1]) if problem.centred else 0.0
    change = (h - s * (A @ w + b)) / theta
    return w, b, change, (low - z * change) / alpha, (high + xi * change) / rest


def _reach(
    step: tuple[Array, float, Array, Array, Array], alpha: Array, z: Array, xi: Array, p: Array
) -> float:
    """Give how much of a step, at most all, leaves alpha, p - alpha, z and xi at 0 or above."""
    longest = 1.0
    for value, change in ((alpha, step[2]), (p - alpha, -step[2]), (z, step[3]), (xi, step[4])):
        falls = change < 0.0
        if falls.any():
            longest = min(longest, float((-value[falls] / change[falls]).min()))
    return longest
