"""Measures of prediction by loops over the rows."""

import math


def mean_squared_error(y, h, w):
    return sum(c * (a - b) ** 2 for a, b, c in zip(y, h, w, strict=True)) / sum(w)


def mean_absolute_error(y, h, w):
    return sum(c * abs(a - b) for a, b, c in zip(y, h, w, strict=True)) / sum(w)


def r2_score(y, h, w):
    mean = sum(a * c for a, c in zip(y, w, strict=True)) / sum(w)
    total = sum(c * (a - mean) ** 2 for a, c in zip(y, w, strict=True))
    return 1 - sum(c * (a - b) ** 2 for a, b, c in zip(y, h, w, strict=True)) / total


def accuracy(y, h, w):
    return sum(c for a, b, c in zip(y, h, w, strict=True) if a == b) / sum(w)


def confusion_matrix(y, h, labels, w):
    table = [[0.0] * len(labels) for _ in labels]
    for a, b, c in zip(y, h, w, strict=True):
        table[labels.index(a)][labels.index(b)] += c
    return table


def balanced_accuracy(y, h, w):
    shares = []
    for label in sorted(set(y)):
        met = sum(c for a, b, c in zip(y, h, w, strict=True) if a == b == label)
        shares.append(met / sum(c for a, c in zip(y, w, strict=True) if a == label))
    return sum(shares) / len(shares)


def log_loss(y, p, w):
    """y holds 0 .. k-1, p rows of k probabilities."""
    return -sum(c * math.log(row[a]) for a, row, c in zip(y, p, w, strict=True)) / sum(w)


def roc_auc(y, s, w):
    """Compare every row of class 1 with every row of class 0."""
    won = pairs = 0.0
    for a, s_a, w_a in zip(y, s, w, strict=True):
        for b, s_b, w_b in zip(y, s, w, strict=True):
            if a == 1 and b == 0:
                pairs += w_a * w_b
                won += w_a * w_b * (1.0 if s_a > s_b else 0.5 if s_a == s_b else 0.0)
    return won / pairs
