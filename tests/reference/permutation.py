"""Permutation importance by loops: shuffle, score, subtract."""

import numpy as np


def permutation_importance(predict, loss, X, y, orders, players):
    """Return the rise of the loss for every player (list of columns) and every order of rows."""
    before = loss(y, predict(X))
    rises = []
    for columns in players:
        row = []
        for order in orders:
            shuffled = [list(values) for values in X]
            for i, source in enumerate(order):
                for j in columns:
                    shuffled[i][j] = X[source][j]
            row.append(loss(y, predict(np.array(shuffled))) - before)
        rises.append(row)
    return np.array(rises)


def mean_squared_error(y, prediction):
    """Return the mean of the squared differences."""
    return sum((a - b) ** 2 for a, b in zip(y, prediction, strict=True)) / len(y)
