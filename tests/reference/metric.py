"""Measures of prediction by loops over the rows."""

import math


def mean_squared_error(y, h, w):
    return sum(c * (a - b) ** 2 for a, b, c in zip(y, h, w, strict=True)) / sum(w)


def mean_absolute_error(y, h, w):
    return sum(c * abs(a - b) for a, b, c in zip(y, h, w, strict=True)) / sum(w)


def mean_absolute_percentage_error(y, h, w):
    return sum(c * abs(a - b) / abs(a) for a, b, c in zip(y, h, w, strict=True)) / sum(w)


def quantile_loss(y, h, w, alpha=0.5):
    loss = 0.0
    for a, b, c in zip(y, h, w, strict=True):
        loss += c * (alpha * (a - b) if a > b else (1 - alpha) * (b - a))
    return loss / sum(w)


def r2(y, h, w):
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


def average_precision(y, s, w):
    """Visit the distinct scores from the highest; y holds 0 and 1."""
    total = sum(c for a, c in zip(y, w, strict=True) if a == 1)
    value = before = 0.0
    for t in sorted(set(s), reverse=True):
        reached = [(a, c) for a, b, c in zip(y, s, w, strict=True) if b >= t]
        met = sum(c for a, c in reached if a == 1)
        everything = sum(c for _, c in reached)
        if everything > 0:
            value += (met - before) / total * met / everything
        before = met
    return value


def gain(y, s, w, t):
    """Share of the rows, and of the rows of class 1, whose score is at least t."""
    reached = [(a, c) for a, b, c in zip(y, s, w, strict=True) if b >= t]
    positives = sum(c for a, c in zip(y, w, strict=True) if a == 1)
    return (
        sum(c for _, c in reached) / sum(w),
        sum(c for a, c in reached if a == 1) / positives,
    )


def calibration_error(hit, p, w, edges, norm):
    """Put each row into the first bin whose upper edge is not below its probability."""
    bins = [[] for _ in edges[1:]]
    for a, b, c in zip(hit, p, w, strict=True):
        place = next((j for j, e in enumerate(edges[1:-1]) if b <= e), len(bins) - 1)
        bins[place].append((a, b, c))
    value = 0.0
    for rows in bins:
        weight = sum(c for _, _, c in rows)
        if weight == 0:
            continue
        gap = abs(sum(c * (a - b) for a, b, c in rows)) / weight
        share = weight / sum(w)
        if norm == "max":
            value = max(value, gap)
        else:
            value += share * (gap if norm == "l1" else gap * gap)
    return math.sqrt(value) if norm == "l2" else value


def mean_cost(y, s, w, t, false_positive, false_negative):
    """Say class 1 from t on; y holds 0 and 1."""
    cost = 0.0
    for a, b, c in zip(y, s, w, strict=True):
        if b >= t and a == 0:
            cost += c * false_positive
        if b < t and a == 1:
            cost += c * false_negative
    return cost / sum(w)


def matthews_correlation(y, h, w):
    """Correlate the indicators of all classes, summed over the classes (Gorodkin's eq. 2)."""
    classes = sorted(set(y) | set(h))

    def covariance(u, v):
        total = 0.0
        for k in classes:
            a = [float(each == k) for each in u]
            b = [float(each == k) for each in v]
            mean_a = sum(x * c for x, c in zip(a, w, strict=True)) / sum(w)
            mean_b = sum(x * c for x, c in zip(b, w, strict=True)) / sum(w)
            for p, q, c in zip(a, b, w, strict=True):
                total += c * (p - mean_a) * (q - mean_b)
        return total

    spread = covariance(y, y) * covariance(h, h)
    return covariance(y, h) / math.sqrt(spread) if spread > 0 else 0.0


def cohen_kappa(y, h, w, distance):
    """Compare the disagreement of the rows with that of every row paired with every other."""
    found = sum(c * distance(a, b) for a, b, c in zip(y, h, w, strict=True)) / sum(w)
    chance = 0.0
    for a, c in zip(y, w, strict=True):
        for b, d in zip(h, w, strict=True):
            chance += c * d * distance(a, b)
    return 1 - found / (chance / sum(w) ** 2)
