r"""Accelerated gradient descent for a penalised loss of linear scores.

.. math::
    u &= \theta_t + \frac{\tau_t - 1}{\tau_{t+1}} (\theta_t - \theta_{t-1}),
        \qquad \tau_{t+1} = \tfrac12 \big( 1 + \sqrt{1 + 4 \tau_t^2} \big)               (1) \\
    \theta_{t+1} &= S(u - \eta \nabla(u), \eta \lambda) / (1 + \eta \mu)                 (2) \\
    \eta &= 1 / L, \qquad L = h \lVert Z^\top \mathrm{diag}(p) Z \rVert_2                (3)

with the gradient of the mean loss alone, the penalties lambda (of absolute values) and mu (of half
squares) in the closed step S(x, l) = sign(x) max(|x| - l, 0), where they cost no small steps, h the
largest second derivative of the loss in the scores, and p the shares of the rows. Where the last
step points against the way the momentum takes, tau starts again from 1.

Source: Beck & Teboulle (2009), A fast iterative shrinkage-thresholding algorithm, section 4;
O'Donoghue & Candes (2015), Adaptive restart for accelerated gradient schemes, for the restart.
Cost: 4 * n_samples * n_features * n_outputs a step; the square root of the condition of the
standardised columns, times some ten, in steps.
"""

from __future__ import annotations

import numpy as np

from minixai.linear.newton_descent import Minimum
from minixai.linear.penalised_problem import PenalisedProblem
from minixai.protocols import Array

__all__ = ["descend_by_gradient"]


def descend_by_gradient(problem: PenalisedProblem, *, tol: float, max_iter: int) -> Minimum:
    """Minimise from 0; arguments as for ``descend_by_newton``."""
    Z, l1, l2 = problem.Z, problem.l1[:, np.newaxis], problem.l2[:, np.newaxis]
    step = 1.0 / _steepest(problem)
    theta = before = np.zeros(problem.shape)
    scores = scores_before = np.zeros((len(Z), problem.shape[1]))
    curve, residual, tau = [], np.inf, 1.0
    for done in range(max_iter + 1):
        curve.append(problem.value(theta, scores))
        residual = float(problem.residual(theta, problem.gradient(theta, scores)).max())
        if residual <= tol or done == max_iter:
            break
        tau_next = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * tau * tau))
        share = (tau - 1.0) / tau_next
        u = theta + share * (theta - before)  # (1)
        slopes = problem.loss.slopes(scores + share * (scores - scores_before))
        moved = u - step * (Z.T @ (slopes * problem.share[:, np.newaxis]))
        shrunk = np.sign(moved) * np.maximum(np.abs(moved) - step * l1, 0.0)
        after = shrunk / (1.0 + step * l2)  # (2)
        against = float(((u - after) * (after - theta)).sum()) > 0.0
        tau = 1.0 if against else tau_next
        before, scores_before = theta, scores
        theta, scores = after, Z @ after
    return Minimum(theta, residual, curve)


def _steepest(problem: PenalisedProblem) -> float:
    """Return L, by the smaller of the two products of Z with itself."""
    A: Array = problem.Z * np.sqrt(problem.share)[:, np.newaxis]
    product = A @ A.T if len(A) < A.shape[1] else A.T @ A
    return problem.loss.steepest * float(np.linalg.eigvalsh(product)[-1])  # (3)
