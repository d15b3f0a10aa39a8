"""Naive twins of the associations between columns of any kind: loops over rows and labels."""

import math


def ranks(values):
    return [
        sum(other < v for other in values) + (sum(other == v for other in values) + 1) / 2
        for v in values
    ]


def rank_correlation(a, b):
    x, y = ranks(a), ranks(b)
    mx, my = sum(x) / len(x), sum(y) / len(y)
    top = sum((u - mx) * (v - my) for u, v in zip(x, y, strict=True))
    return top / math.sqrt(sum((u - mx) ** 2 for u in x) * sum((v - my) ** 2 for v in y))


def between_labels(numbers, labels):
    r, n, k = ranks(numbers), len(labels), len(set(labels))
    mean = sum(r) / n
    within = 0.0
    for label in set(labels):
        own = [v for v, each in zip(r, labels, strict=True) if each == label]
        within += sum((v - sum(own) / len(own)) ** 2 for v in own)
    total = sum((v - mean) ** 2 for v in r)
    return math.sqrt(max(0.0, 1.0 - within / (n - k) / (total / (n - 1))))


def corrected_v(a, b):
    n, rows, columns = len(a), sorted(set(a)), sorted(set(b))
    chi = 0.0
    for u in rows:
        for v in columns:
            expected = a.count(u) * b.count(v) / n
            seen = sum(x == u and y == v for x, y in zip(a, b, strict=True))
            chi += (seen - expected) ** 2 / expected
    k, m = len(rows), len(columns)
    free = max(0.0, chi / n - (k - 1) * (m - 1) / (n - 1))
    smaller = min(k - (k - 1) ** 2 / (n - 1), m - (m - 1) ** 2 / (n - 1))
    return min(1.0, math.sqrt(free / (smaller - 1)))
