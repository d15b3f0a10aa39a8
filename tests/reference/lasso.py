"""The elastic net by loops: plain coordinate descent, its objective, and what optimality asks."""

import math

import numpy as np


def objective(X, y, w, b, alpha, l1_ratio, weights):
    """1/2 of the weighted mean square and the penalty."""
    total = 0.0
    for row, target, weight in zip(X, y, weights, strict=True):
        total += weight * (target - b - sum(x * c for x, c in zip(row, w, strict=True))) ** 2
    penalty = sum(l1_ratio * abs(c) + 0.5 * (1 - l1_ratio) * c * c for c in w)
    return 0.5 * total / sum(weights) + alpha * penalty


def elastic_net(X, y, alpha, l1_ratio, weights, fit_intercept=True, n_sweeps=3000):
    """Visit one coefficient after another, the constant among them."""
    n, d = X.shape
    share = [weight / sum(weights) for weight in weights]
    w, b = [0.0] * d, 0.0
    rest = [float(value) for value in y]
    square = [sum(share[i] * float(X[i, j]) ** 2 for i in range(n)) for j in range(d)]
    for _ in range(n_sweeps):
        largest = 0.0
        if fit_intercept:
            shift = sum(share[i] * rest[i] for i in range(n))
            b += shift
            rest = [value - shift for value in rest]
            largest = abs(shift)
        for j in range(d):
            if square[j] == 0.0:
                continue
            pull = sum(share[i] * float(X[i, j]) * rest[i] for i in range(n)) + square[j] * w[j]
            size = max(abs(pull) - alpha * l1_ratio, 0.0)
            new = math.copysign(size, pull) / (square[j] + alpha * (1 - l1_ratio))
            step = new - w[j]
            w[j] = new
            rest = [rest[i] - step * float(X[i, j]) for i in range(n)]
            largest = max(largest, abs(step))
        if largest < 1e-14:
            break
    return np.array(w), b


def kkt_residual(X, y, w, b, alpha, l1_ratio, weights):
    """How far the objective's subgradient is from holding 0, at worst."""
    share = np.asarray(weights) / np.sum(weights)
    error = y - X @ w - b
    worst = abs(float(share @ error))
    for j in range(X.shape[1]):
        slope = float((share * error) @ X[:, j]) - alpha * (1 - l1_ratio) * w[j]
        if w[j] == 0.0:
            worst = max(worst, abs(slope) - alpha * l1_ratio)
        else:
            worst = max(worst, abs(slope - math.copysign(alpha * l1_ratio, w[j])))
    return worst
