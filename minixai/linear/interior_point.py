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
from minixai.linear.newton_descent import solve_symmetric
from minixai.protocols import Array

__all__ = ["climb_inside"]

_NEAR, _VAIN_STEPS = 1e-8, 3
"""Gap below which more steps that do not halve it show that rounding is all that is left."""
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
    alpha, rest, b = 0.5 * p, 0.5 * p, 0.0  # rest is p - alpha, to its own last digit
    w = (alpha * s) @ A
    lack = 1.0 - s * (A @ w)
    size = max(1.0, float(np.abs(lack).mean()))
    z, xi = np.maximum(-lack, 0.0) + size, np.maximum(lack, 0.0) + size
    best, curve = (w, b, alpha), [problem.primal(np.zeros_like(w), 0.0)]
    least, n_vain = np.inf, 0
    for _ in range(max_iter):
        gap = problem.relative_gap(w, b, alpha)
        n_vain = n_vain + 1 if gap > 0.5 * least else 0
        ended = gap <= tol or (least <= _NEAR and n_vain > _VAIN_STEPS)
        if gap < least:
            least, best = gap, (w, b, alpha)
        if ended or not np.isfinite(gap):
            break
        theta = z / alpha + xi / rest  # (4)
        system = _system(problem, theta)
        off = s * (A @ w + b) - 1.0 - z + xi  # (1)
        drift = w - (alpha * s) @ A
        nu = float(alpha @ z + rest @ xi) / (2.0 * len(p))
        state = (alpha, rest, z, xi, off, drift, theta)
        plain = _step(problem, system, state, -alpha * z, -rest * xi)
        reach = _reach(plain, alpha, rest, z, xi)
        ahead = float(
            (alpha + reach * plain[2]) @ (z + reach * plain[3])
            + (rest - reach * plain[2]) @ (xi + reach * plain[4])
        ) / (2.0 * len(p))
        goal = nu * (ahead / nu) ** 3
        low = goal - alpha * z - plain[2] * plain[3]  # (2)
        high = goal - rest * xi + plain[2] * plain[4]
        step = _step(problem, system, state, low, high)
        length = _BACK * _reach(step, alpha, rest, z, xi)
        w, b, rest = w + length * step[0], b + length * step[1], rest - length * step[2]
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
    state: tuple[Array, Array, Array, Array, Array, Array, Array],
    low: Array,
    high: Array,
) -> tuple[Array, float, Array, Array, Array]:
    """Give the changes of w, b, alpha, z and xi that meet (1), and (2) up to low and high."""
    alpha, rest, z, xi, off, drift, theta = state
    A, s = problem.A, problem.signs
    h = -off + low / alpha - high / rest
    pull = s * h / theta
    right = pull @ A - drift
    if problem.centred:
        right = np.append(right, pull.sum() + float(alpha @ s))
    found = _solved(system, right)  # (3)
    w, b = found[: A.shape[1]], float(found[-1]) if problem.centred else 0.0
    change = (h - s * (A @ w + b)) / theta
    return w, b, change, (low - z * change) / alpha, (high + xi * change) / rest


def _solved(system: Array, right: Array) -> Array:
    """Solve for all the digits there are: the last steps' systems are nearly singular."""
    unit = np.sqrt(np.diagonal(system))
    try:
        return np.asarray(np.linalg.solve(system / unit[:, np.newaxis] / unit, right / unit) / unit)
    except np.linalg.LinAlgError:
        return solve_symmetric(system, right)


def _reach(
    step: tuple[Array, float, Array, Array, Array], alpha: Array, rest: Array, z: Array, xi: Array
) -> float:
    """Give how much of a step, at most all, leaves alpha, rest, z and xi at 0 or above."""
    longest = 1.0
    for value, change in ((alpha, step[2]), (rest, -step[2]), (z, step[3]), (xi, step[4])):
        falls = change < 0.0
        if falls.any():
            longest = min(longest, float((-value[falls] / change[falls]).min()))
    return longest
