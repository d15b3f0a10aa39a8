"""Logistic regression by loops: the objective, its gradient, plain descent, one Newton step."""

import math

import numpy as np


def scores_of(x, W, b):
    return [b[c] + sum(x[j] * W[j][c] for j in range(len(x))) for c in range(len(b))]


def probabilities(x, W, b):
    """One of each class; a single score is the log-odds of the second."""
    found = scores_of(x, W, b)
    if len(found) == 1:
        found = [0.0, found[0]]
    highest = max(found)
    likely = [math.exp(f - highest) for f in found]
    return [each / sum(likely) for each in likely]


def objective(X, codes, weights, W, b, C, l1_ratio):
    """C times the weighted cross-entropies plus the penalty, in scikit-learn's scaling."""
    total = 0.0
    for x, y, weight in zip(X, codes, weights, strict=True):
        total -= C * weight * math.log(probabilities(x, W, b)[y])
    for row in W:
        for w in row:
            total += l1_ratio * abs(w) + 0.5 * (1.0 - l1_ratio) * w * w
    return total


def loss_gradient(X, codes, weights, W, b):
    """The gradient of the weighted sum of cross-entropies in W and b."""
    slope, start = np.zeros(np.shape(W)), np.zeros(len(b))
    for x, y, weight in zip(X, codes, weights, strict=True):
        p = probabilities(x, W, b)
        for c in range(len(b)):
            own = c if len(b) > 1 else 1
            error = weight * (p[own] - (1.0 if y == own else 0.0))
            start[c] += error
            for j in range(len(x)):
                slope[j, c] += error * x[j]
    return slope, start


def shortfall(X, codes, weights, W, b, C, l1_ratio):
    """The largest violation of the condition of a minimum of the objective."""
    slope, start = loss_gradient(X, codes, weights, W, b)
    worst = C * np.abs(start).max()
    for j, row in enumerate(W):
        for c, w in enumerate(row):
            smooth = C * slope[j, c] + (1.0 - l1_ratio) * w
            if w == 0.0:
                off = max(abs(smooth) - l1_ratio, 0.0)
            else:
                off = abs(smooth + l1_ratio * math.copysign(1.0, w))
            worst = max(worst, off)
    return worst


def newton(X, codes, weights, C, n_steps):
    """Two classes, squared penalty, with a constant: undamped steps from 0."""
    A = np.column_stack([X, np.ones(len(X))])
    beta = np.zeros(A.shape[1])
    for _ in range(n_steps):
        gradient = np.append(beta[:-1], 0.0)
        H = np.diag(np.append(np.ones(len(beta) - 1), 0.0))
        for a, y, weight in zip(A, codes, weights, strict=True):
            p = 1.0 / (1.0 + math.exp(-float(a @ beta)))
            gradient += C * weight * (p - y) * a
            H += C * weight * p * (1.0 - p) * np.outer(a, a)
        beta = beta - np.linalg.solve(H, gradient)
    return beta[:-1], beta[-1]
