"""Linear regression by loops: the cost, its gradient, plain descent, and the normal equations."""

from fractions import Fraction

import numpy as np


def cost(X, y, w, b):
    """J = 1/(2m) sum (h - y)^2."""
    total = 0.0
    for x, target in zip(X, y, strict=True):
        h = b + sum(float(a) * float(c) for a, c in zip(x, w, strict=True))
        total += (h - target) ** 2
    return total / (2 * len(X))


def cost_gradient(X, y, w, b):
    slope, start = [0.0] * len(w), 0.0
    for x, target in zip(X, y, strict=True):
        error = b + sum(float(a) * float(c) for a, c in zip(x, w, strict=True)) - target
        for j, value in enumerate(x):
            slope[j] += error * float(value) / len(X)
        start += error / len(X)
    return np.array(slope), start


def plain_descent(X, y, learning_rate, n_steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(n_steps):
        slope, start = cost_gradient(X, y, w, b)
        w, b = w - learning_rate * slope, b - learning_rate * start
    return w, b


def normal_equations(X, y, weights):
    """Solve X'WX b = X'Wy with a column of ones in front."""
    A = np.column_stack([np.ones(len(X)), X])
    left, right = np.zeros((A.shape[1],) * 2), np.zeros(A.shape[1])
    for row, target, weight in zip(A, y, weights, strict=True):
        left += weight * np.outer(row, row)
        right += weight * row * target
    return np.linalg.solve(left, right)


def averaged_batches(Z, t, weights, orders, size, step):
    """Descend in mini-batches; give the mean of all steps of the second half of the epochs."""
    w, epochs = np.zeros(Z.shape[1]), []
    for order in orders:
        steps = []
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            slope = np.zeros(len(w))
            for i in batch:
                slope += weights[i] * (Z[i] @ w - t[i]) * Z[i]
            w = w - step * slope / len(batch)
            steps.append(w)
        epochs.append(sum(steps) / len(steps))
    return np.mean(epochs[(len(epochs) - 1) // 2 :], axis=0)


def inference(X, y, weights):
    """Standard errors, R2, F and residual deviation of weighted least squares, in fractions.

    Exact but for the last roots and quotients, so columns of any scale cost no digits.
    """
    exact = np.vectorize(Fraction, otypes=[object])
    A, y, weights = exact(np.column_stack([np.ones(len(X)), X])), exact(y), exact(weights)
    inverse = inverse_in_fractions((A.T * weights) @ A)
    beta = inverse @ (A.T @ (weights * y))
    rest = (weights * (y - A @ beta) ** 2).sum()
    mean = (weights * y).sum() / weights.sum()
    total = (weights * (y - mean) ** 2).sum()
    df = len(X) - A.shape[1]
    variances = np.diag(inverse) * rest / df
    return {
        "std_errors": np.sqrt(variances.astype(float)),
        "r2": float(1 - rest / total),
        "f_value": float((total - rest) / X.shape[1] / (rest / df)),
        "residual_std": float(rest / df) ** 0.5,
    }


def inverse_in_fractions(matrix):
    """Gauss and Jordan's elimination of a positive definite matrix, which needs no pivoting."""
    n = len(matrix)
    rows = np.hstack([matrix, np.vectorize(Fraction, otypes=[object])(np.eye(n))])
    for k in range(n):
        rows[k] = rows[k] / rows[k, k]
        for i in range(n):
            if i != k:
                rows[i] = rows[i] - rows[i, k] * rows[k]
    return rows[:, n:]
