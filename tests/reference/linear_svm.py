"""Linear support vector machines by loops: objective, dual, plain walks over rows and pairs."""

import numpy as np


def hinge(score, sign, squared):
    lack = max(0.0, 1.0 - sign * score)
    return lack * lack if squared else lack


def objective(X, signs, costs, w, b, squared):
    """Half the squared coefficients plus each row's cost times its hinge."""
    total = 0.5 * sum(float(v) ** 2 for v in w)
    for x, sign, cost in zip(X, signs, costs, strict=True):
        total += cost * hinge(
            sum(float(a) * float(v) for a, v in zip(x, w, strict=True)) + b, sign, squared
        )
    return total


def walk_rows(X, signs, costs, squared, n_epochs):
    """Without a constant: minimise the dual over one alpha after the other."""
    alpha, w = np.zeros(len(X)), np.zeros(X.shape[1])
    for _ in range(n_epochs):
        for i, x in enumerate(X):
            bend = 0.5 / costs[i] if squared else 0.0
            slope = signs[i] * float(x @ w) - 1.0 + bend * alpha[i]
            top = np.inf if squared else costs[i]
            new = min(max(alpha[i] - slope / (float(x @ x) + bend), 0.0), top)
            w = w + (new - alpha[i]) * signs[i] * x
            alpha[i] = new
    return w, alpha


def walk_pairs(X, signs, costs, squared, n_epochs):
    """With a constant: two alpha at a time, so that their sum by sign stays 0."""
    alpha, w, n = np.zeros(len(X)), np.zeros(X.shape[1]), len(X)
    bend = [0.5 / c if squared else 0.0 for c in costs]
    top = [np.inf if squared else c for c in costs]
    for _ in range(n_epochs):
        for i in range(n):
            for j in range(i):
                way = signs[i] * X[i] - signs[i] * X[j]  # alpha_i up by t, alpha_j by -t s_i s_j
                back = -signs[i] * signs[j]
                slope = signs[i] * float((X[i] - X[j]) @ w) - 1.0 - back
                slope += bend[i] * alpha[i] + back * bend[j] * alpha[j]
                steep = float(way @ way) + bend[i] + bend[j]
                if steep == 0.0:
                    continue
                low, high = -alpha[i], top[i] - alpha[i]
                ends = (-alpha[j] * back, (top[j] - alpha[j]) * back)
                low, high = max(low, min(ends)), min(high, max(ends))
                t = min(max(-slope / steep, low), high)
                alpha[i] += t
                alpha[j] += back * t
                w = w + t * way
    return w, alpha


def best_constant(X, signs, costs, w, squared):
    """The constant of least objective beside w, by halving an interval on the slope's sign."""
    scores = X @ w
    low, high = -np.abs(scores).max() - 2.0, np.abs(scores).max() + 2.0
    for _ in range(200):
        b = 0.5 * (low + high)
        lack = 1.0 - signs * (scores + b)
        pull = np.where(lack > 0, 2.0 * lack if squared else 1.0, 0.0)
        if float((costs * signs * pull).sum()) > 0.0:
            low = b
        else:
            high = b
    return 0.5 * (low + high)
