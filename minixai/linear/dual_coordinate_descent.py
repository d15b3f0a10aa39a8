r"""Dual coordinate descent for linear support vector machines, with an unpenalised constant.

One alpha of ``margin_problem.py`` at a time, w and b kept up to date:

.. math::
    G_i &= s_i (a_i w + b) - 1 + [q = 2]\, \alpha_i / (2 p_i)                            (1) \\
    \alpha_i &\leftarrow \min(\max(\alpha_i - G_i / Q_i, 0), U_i), \qquad
        Q_i = \lVert a_i \rVert^2 + \kappa + [q = 2] / (2 p_i)                           (2)

A constant without penalty ties all alpha by one sum, which steps of one cannot keep. So b is
penalised by its distance from where it was, and that place is moved up again and again:

.. math::
    b &= b_0 + \kappa \sum_i \alpha_i s_i, \qquad b_0 \leftarrow b                       (3)

until the sum is 0 and the penalty gone: the answer is that of the constant without penalty, unlike
where the constant is penalised as if it were a column.

Source: Hsieh, Chang, Lin, Keerthi & Sundararajan (2008), A dual coordinate descent method for
large-scale linear SVM, Algorithm 1; Rockafellar (1976), SIAM J. Control 14, p. 877, for (3).
Differs from the source: no shrinking; the constant is exact.
Cost: 4 * n_samples * n_features an epoch, in one kernel; epochs grow with C and the scales.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai._validation import generator
from minixai.linear.margin_problem import MarginProblem
from minixai.protocols import Array

__all__ = ["descend_in_dual"]

_EPOCHS_A_LOOK = 10
"""Epochs between two looks at the gap, and two moves of b_0."""


def descend_in_dual(
    problem: MarginProblem, *, tol: float, max_iter: int, random_state: int | None
) -> tuple[Array, float, Array, list[float]]:
    """Minimise P by way of D; arguments and results as for ``climb_inside``.

    Parameters
    ----------
    problem : MarginProblem
    tol : float
    max_iter : int
        Most epochs.
    random_state : int or None
        Seed of the order of the rows.
    """
    n_rows, n_columns = problem.A.shape
    squares = np.einsum("ij,ij->i", problem.A, problem.A)
    kappa = float(squares.mean()) or 1.0 if problem.centred else 0.0
    bend = 0.5 / problem.share if problem.squared else np.zeros(n_rows)
    steep = squares + kappa + bend
    steep[steep == 0.0] = 1.0
    alpha, w, b = np.zeros(n_rows), np.zeros(n_columns), np.zeros(1)
    curve = [problem.primal(w, 0.0)]
    for epoch in range(max_iter):
        order = generator(random_state, epoch).permutation(n_rows)
        _walk(problem.A, problem.signs, bend, steep, problem.upper, kappa, order, alpha, w, b)
        if (epoch + 1) % _EPOCHS_A_LOOK and epoch + 1 < max_iter:
            continue
        w = (alpha * problem.signs) @ problem.A  # the rounding of many small changes
        curve.append(problem.primal(w, float(b[0])))
        if problem.relative_gap(w, float(b[0]), alpha) <= tol:
            break
        b += kappa * float(alpha @ problem.signs)  # (3)
    return w, float(b[0]), alpha, curve


@kernel
def _walk(
    A: Array,
    signs: Array,
    bend: Array,
    steep: Array,
    upper: Array,
    kappa: float,
    order: Array,
    alpha: Array,
    w: Array,
    b: Array,
) -> None:
    """Walk once over the rows in the order given; alpha, w and b change in place."""
    n_columns = A.shape[1]
    for place in range(len(order)):
        i = order[place]
        score = b[0]
        for j in range(n_columns):
            score += A[i, j] * w[j]
        slope = signs[i] * score - 1.0 + bend[i] * alpha[i]  # (1)
        target = min(max(alpha[i] - slope / steep[i], 0.0), upper[i])  # (2)
        change = (target - alpha[i]) * signs[i]
        if change != 0.0:
            alpha[i] = target
            b[0] += kappa * change
            for j in range(n_columns):
                w[j] += change * A[i, j]
