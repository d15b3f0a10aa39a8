"""A decision tree by trying everything: every column, every cut, every side for missing values."""

import itertools
import math

__all__ = ["grow", "impurity", "predict"]


def impurity(y, w, criterion):
    """The impurity of rows times their weight; y are numbers or labels."""
    total = sum(w)
    if criterion == "squared_error":
        mean = sum(a * b for a, b in zip(w, y, strict=True)) / total
        return sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
    shares = [sum(a for a, b in zip(w, y, strict=True) if b == label) / total for label in set(y)]
    if criterion == "gini":
        return total * sum(p * (1 - p) for p in shares)
    return -total * sum(p * math.log2(p) for p in shares if p > 0)


def cuts_of(values):
    """Every cut of a column with the sides that missing values may take: (cut, missing left)."""
    present = sorted({v for v in values if not math.isnan(v)})
    middles = [a + (b - a) / 2 for a, b in itertools.pairwise(present)]
    if len(present) == len(set(values)) and not any(math.isnan(v) for v in values):
        return [(cut, None) for cut in middles]
    right = [(cut, False) for cut in middles] + ([(math.inf, False)] if present else [])
    return right + [(cut, True) for cut in middles]


def goes_left(x, cut, missing_left):
    return missing_left if math.isnan(x) else x <= cut


def best_split(X, y, w, criterion, min_leaf):
    """(gain, column, cut, missing left) of the best split, the first of equal ones, or None."""
    best = None
    before = impurity(y, w, criterion)
    for j in range(len(X[0])):
        for cut, missing_left in cuts_of([row[j] for row in X]):
            left = [i for i, row in enumerate(X) if goes_left(row[j], cut, missing_left)]
            right = [i for i in range(len(X)) if i not in set(left)]
            if min(len(left), len(right)) < min_leaf:
                continue
            after = sum(
                impurity([y[i] for i in side], [w[i] for i in side], criterion)
                for side in (left, right)
            )
            gain = before - after
            if best is None or gain > best[0] * (1 + 1e-10) + 1e-12:
                side = missing_left
                if side is None:
                    side = sum(w[i] for i in left) > sum(w[i] for i in right)
                best = (gain, j, cut, side)
    return best


def grow(X, y, w, criterion, max_depth=99, min_leaf=1):
    """The tree as nested tuples (column, cut, missing left, gain, left, right), leaves (y, w)."""
    if max_depth == 0 or len(set(y)) == 1:
        return (y, w)
    split = best_split(X, y, w, criterion, min_leaf)
    if split is None:
        return (y, w)
    gain, j, cut, missing_left = split
    sides = ([], [])
    for i, row in enumerate(X):
        sides[0 if goes_left(row[j], cut, missing_left) else 1].append(i)
    below = [
        grow(
            [X[i] for i in side],
            [y[i] for i in side],
            [w[i] for i in side],
            criterion,
            max_depth - 1,
            min_leaf,
        )
        for side in sides
    ]
    return (j, cut, missing_left, gain, *below)


def predict(tree, row, labels=None):
    """The mean of the leaf, or the share of each label."""
    while len(tree) == 6:
        j, cut, missing_left, _, left, right = tree
        tree = left if goes_left(row[j], cut, missing_left) else right
    y, w = tree
    total = sum(w)
    if labels is None:
        return sum(a * b for a, b in zip(w, y, strict=True)) / total
    return [sum(a for a, b in zip(w, y, strict=True) if b == label) / total for label in labels]
