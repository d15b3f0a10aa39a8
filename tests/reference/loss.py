"""Losses of one row, as the formulas stand, one number at a time."""

import math


def half_squared_error(z, y):
    return sum((a - b) ** 2 for a, b in zip(z, y, strict=True)) / 2


def binary_cross_entropy(z, y):
    p = 1 / (1 + math.exp(-z[0]))
    return -(y[0] * math.log(p) + (1 - y[0]) * math.log(1 - p))


def categorical_cross_entropy(z, y):
    return -math.log(math.exp(z[int(y[0])]) / sum(math.exp(a) for a in z))


def huber(z, y, delta):
    total = 0.0
    for a, b in zip(z, y, strict=True):
        r = abs(a - b)
        total += r * r / 2 if r <= delta else delta * (r - delta / 2)
    return total
