"""Correlations and variance inflation factors by their definitions."""

import numpy as np


def correlation_matrix(X):
    n, d = X.shape
    table = np.empty((d, d))
    for a in range(d):
        for b in range(d):
            u = [x - sum(X[:, a]) / n for x in X[:, a]]
            v = [x - sum(X[:, b]) / n for x in X[:, b]]
            top = sum(p * q for p, q in zip(u, v, strict=True))
            table[a, b] = top / (sum(p * p for p in u) * sum(q * q for q in v)) ** 0.5
    return table


def variance_inflation_factors(X):
    """Regress every column on the others and a constant."""
    n, d = X.shape
    factors = []
    for j in range(d):
        others = np.column_stack([np.ones(n), np.delete(X, j, axis=1)])
        fitted = others @ np.linalg.solve(others.T @ others, others.T @ X[:, j])
        left = ((X[:, j] - fitted) ** 2).sum() / ((X[:, j] - X[:, j].mean()) ** 2).sum()
        factors.append(1 / left)
    return np.array(factors)
