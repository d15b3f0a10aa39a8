r"""Newton's method for a penalised loss of linear scores, with coordinate descent for kinks.

At theta, with the gradient g and the second derivative H of all but the absolute values, the next
direction leads to the minimum u of

.. math::
    q(u) &= c^\top u + \tfrac12 u^\top H u + \sum_j \lambda_j |u_j|,
        \qquad c = g - H \theta                                                          (1)

which without absolute values solves a linear system, and with them is found by

.. math::
    u_j &\leftarrow S(H_{jj} u_j - r_j, \lambda_j) / H_{jj}, \qquad r = c + H u          (2)

with S(x, l) = sign(x) max(|x| - l, 0), coordinate by coordinate, and then, on the coordinates
that are not 0, by the linear system that their signs leave. Only the columns that may move are in
H: those in use, and those that break the condition of a minimum most. The step is the first of
1, 1/2, 1/4, ... with

.. math::
    F(\theta + t d) &\le F(\theta) + 10^{-4}\, t\, \Delta, \qquad
        \Delta = g^\top d + \sum_j \lambda_j (|\theta_j + d_j| - |\theta_j|)             (3)

Where H is singular the shortest direction is taken. The softmax of k scores does not change when
all get the same addition, so H is singular along those; adding 1 to the entries of such blocks
leaves the direction as it is and the system regular.

Source: Yuan, Ho & Lin (2012), An improved GLMNET for L1-regularized logistic regression, for (1)
and (3); Friedman, Hastie & Tibshirani (2010), J. Statistical Software 33(1), section 2, for (2).
Differs from the source: H is formed for the columns that may move, and the signs found are solved
exactly, so that correlated columns cost no accuracy; the additions that the softmax does not see
are chosen for the penalty alone.
Cost: O(n p^2 k^2) a step for the p columns in H, O((p k)^3) for the system; some ten steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai._numba import kernel
from minixai.linear.penalised_problem import PenalisedProblem
from minixai.protocols import Array

__all__ = ["Minimum", "descend_by_newton", "newton_direction", "solve_symmetric"]

_EPS = float(np.finfo(np.float64).eps)
_VAIN_STEPS = 3
"""Steps on end that lower neither F nor its slope, after which rounding is all that is left."""
_NEW_COLUMNS = 100
"""Columns that may join those in use in one step, at least."""


@dataclass(frozen=True)
class Minimum:
    """Where a solver ended.

    Parameters
    ----------
    theta : ndarray (p, k)
    residual : float
        Largest violation of the condition of a minimum.
    curve : list of float
        F before every step and at the end.
    """

    theta: Array
    residual: float
    curve: list[float]


def descend_by_newton(
    problem: PenalisedProblem, *, tol: float, max_iter: int, free: Array | None = None
) -> Minimum:
    """Minimise from 0.

    Parameters
    ----------
    problem : PenalisedProblem
    tol : float
        Largest violation of the condition of a minimum at which to stop.
    max_iter : int
        Most steps.
    free : ndarray of bool (p, k), optional
        False holds an entry of theta at 0; for penalties without kinks.
    """
    theta, scores = np.zeros(problem.shape), np.zeros((len(problem.Z), problem.shape[1]))
    curve = [problem.value(theta, scores)]
    residual, least, n_vain = np.inf, np.inf, 0
    for done in range(max_iter + 1):
        gradient = problem.gradient(theta, scores)
        violation = problem.residual(theta, gradient)
        if free is not None:
            violation[~free] = 0.0
        residual = float(violation.max())
        n_vain = n_vain + 1 if residual >= least and curve[-1] >= min(curve[:-1]) else 0
        least = min(least, residual)
        if residual <= tol or done == max_iter or n_vain > _VAIN_STEPS:
            break
        columns = _moving_columns(problem, theta, violation)
        H = _curved(problem, scores, columns)
        if problem.has_kinks:
            step = _kinked_step(problem, H, gradient, theta, columns, residual)
        else:
            step = _smooth_step(H, gradient, free)
        direction = np.zeros_like(theta)
        direction[columns] = step
        length, moved, value = _search(problem, theta, scores, direction, gradient, curve[-1])
        if length == 0.0:
            break
        theta = theta + length * direction
        scores = moved
        curve.append(value)
    return Minimum(theta, residual, curve)


def newton_direction(problem: PenalisedProblem, theta: Array, scores: Array) -> Array:
    """Return the direction to the minimum of (1), (p, k), for penalties without kinks."""
    columns = np.arange(len(theta))
    return _smooth_step(_curved(problem, scores, columns), problem.gradient(theta, scores), None)


def solve_symmetric(H: Array, right: Array) -> Array:
    """Solve H x = right for a positive semidefinite H, by its pseudo-inverse where singular."""
    unit = np.sqrt(np.maximum(np.diagonal(H), 0.0))
    unit = np.where(unit > 0.0, unit, 1.0)
    scaled = H / unit[:, np.newaxis] / unit
    try:
        root = np.diagonal(np.linalg.cholesky(scaled))
        regular = bool(root.min() > 1e-6)
    except np.linalg.LinAlgError:
        regular = False
    if regular:
        return np.asarray(np.linalg.solve(scaled, right / unit) / unit)
    values, vectors = np.linalg.eigh(scaled)
    kept = values > 10.0 * _EPS * len(H) * max(values[-1], 0.0)
    inverse = np.where(kept, 1.0, 0.0) / np.where(kept, values, 1.0)
    return np.asarray(vectors @ (inverse * (vectors.T @ (right / unit))) / unit)


def _moving_columns(problem: PenalisedProblem, theta: Array, violation: Array) -> Array:
    """Give the columns in use and those that break the condition most, in order."""
    if not problem.has_kinks:
        return np.arange(len(theta))
    used = np.any(theta != 0.0, axis=1) | (problem.l1 == 0.0)
    worst = np.where(used, 0.0, violation.max(axis=1))
    n_new = max(_NEW_COLUMNS, 2 * int(used.sum()))
    joining = np.argsort(-worst, kind="stable")[:n_new]
    used[joining[worst[joining] > 0.0]] = True
    return np.flatnonzero(used)


def _curved(problem: PenalisedProblem, scores: Array, columns: Array) -> Array:
    """Give the second derivative in some columns, of everything without a kink, as a matrix."""
    whole = len(columns) == problem.shape[0]
    H = problem.hessian(scores, slice(None) if whole else columns)
    n_columns, k = H.shape[:2]
    places = np.arange(n_columns)
    for c in range(k):
        H[places, c, places, c] += problem.l2[columns]
    return H.reshape(n_columns * k, n_columns * k)


def _smooth_step(H: Array, gradient: Array, free: Array | None) -> Array:
    """Solve H d = -g, some entries of d held at 0."""
    shape, right = gradient.shape, -gradient.ravel()
    if free is not None and not free.all():
        chosen, step = np.flatnonzero(free.ravel()), np.zeros(len(right))
        step[chosen] = solve_symmetric(H[np.ix_(chosen, chosen)], right[chosen])
        return step.reshape(shape)
    if shape[1] > 1:
        blocks = H.reshape(*shape, *shape)
        places = np.arange(shape[0])
        for j in places:
            blocks[j, :, j, :] += max(float(np.trace(blocks[j, :, j, :])), _EPS)
    return solve_symmetric(H, right).reshape(shape)


def _kinked_step(
    problem: PenalisedProblem,
    H: Array,
    gradient: Array,
    theta: Array,
    columns: Array,
    residual: float,
) -> Array:
    """Minimise (1) to a thousandth of the residual, and give the way there."""
    shape, l1, l2 = (len(columns), theta.shape[1]), problem.l1[columns], problem.l2[columns]
    start = theta[columns].ravel()
    penalty = np.repeat(l1, shape[1])
    c = gradient[columns].ravel() - H @ start  # (1)
    u = start.copy()
    for _ in range(100):
        r = c + H @ u
        _descend_by_coordinate(H, penalty, 10, u, r)
        if problem.loss.couples:
            u = _shifted(u.reshape(shape), l1[:, np.newaxis], l2[:, np.newaxis]).ravel()
        u = _signs_solved(H, c, penalty, u)
        r = c + H @ u
        off = np.where(u == 0.0, np.abs(r) - penalty, np.abs(r + penalty * np.sign(u)))
        if off.max() <= 1e-3 * residual:
            break
    return (u - start).reshape(shape)


def _shifted(u: Array, l1: Array, l2: Array) -> Array:
    """Add to each row (of all scores of a column) what makes its penalty least.

    The softmax does not see it, and steps of one coordinate at a time cannot take it.
    """
    k = u.shape[1]
    ends = -np.sort(u, axis=1)[:, ::-1]
    signs = np.arange(-k, k + 1, 2)  # how many more entries are above 0 than below, by interval
    with np.errstate(divide="ignore", invalid="ignore"):
        level = (-signs * l1 / l2 - u.sum(axis=1, keepdims=True)) / k
    low = np.column_stack([np.full(len(u), -np.inf), ends])
    high = np.column_stack([ends, np.full(len(u), np.inf)])
    inner = np.where((level > low) & (level < high), level, 0.0)
    shift = np.column_stack([np.zeros(len(u)), ends, inner])
    moved = u[:, np.newaxis, :] + shift[:, :, np.newaxis]
    costs = l1 * np.abs(moved).sum(axis=2) + 0.5 * l2 * (moved * moved).sum(axis=2)
    return np.asarray(moved[np.arange(len(u)), costs.argmin(axis=1)])


def _signs_solved(H: Array, c: Array, penalty: Array, u: Array) -> Array:
    """Give the minimum of (1) among the points of u's signs, if it has them; else u."""
    chosen = np.flatnonzero((u != 0.0) | (penalty == 0.0))
    if len(chosen) == 0:
        return u
    sign = np.sign(u[chosen])
    found = np.zeros(len(u))
    found[chosen] = solve_symmetric(H[np.ix_(chosen, chosen)], -c[chosen] - penalty[chosen] * sign)
    kept = (np.sign(found[chosen]) == sign) | (penalty[chosen] == 0.0)
    if not kept.all() or _quadratic(H, c, penalty, found) > _quadratic(H, c, penalty, u):
        return u
    return found


def _quadratic(H: Array, c: Array, penalty: Array, u: Array) -> float:
    return float(u @ (c + 0.5 * (H @ u)) + penalty @ np.abs(u))


def _search(
    problem: PenalisedProblem,
    theta: Array,
    scores: Array,
    direction: Array,
    gradient: Array,
    value: float,
) -> tuple[float, Array, float]:
    """Give the length of the step, the scores and F behind it; 0 where nothing is gained."""
    slope = float((gradient * direction).sum())
    slope += float((problem.l1 @ (np.abs(theta + direction) - np.abs(theta))).sum())
    along = problem.Z @ direction
    length, rounding = 1.0, 4.0 * _EPS * abs(value)
    if slope > rounding:
        return 0.0, scores, value
    while length > 1e-10:
        moved = scores + length * along
        reached = problem.value(theta + length * direction, moved)
        if reached <= value + 1e-4 * length * slope + rounding:  # (3)
            return length, moved, reached
        length *= 0.5
    return 0.0, scores, value


@kernel
def _descend_by_coordinate(H: Array, penalty: Array, n_passes: int, u: Array, r: Array) -> None:
    """Walk n_passes times over the coordinates of (1); u and r = c + H u change in place."""
    n = len(u)
    for _ in range(n_passes):
        for j in range(n):
            if H[j, j] <= 0.0:
                continue
            pull = H[j, j] * u[j] - r[j]
            size = abs(pull) - penalty[j]
            target = 0.0
            if size > 0.0:
                target = (size if pull > 0.0 else -size) / H[j, j]  # (2)
            change = target - u[j]
            if change != 0.0:
                u[j] = target
                for i in range(n):
                    r[i] += change * H[j, i]
