"""Cyclic boosting of columns, cuts of grids and purification by plain loops."""

import math

import numpy as np

MISSING = 255


def derivatives(loss, score, y, w):
    """Gradient and curvature of one row."""
    if loss == "squared":
        return w * (score - y), w
    p = 1.0 / (1.0 + math.exp(-score))
    return w * (p - y), w * max(p * (1.0 - p), 1e-6)


def mean_loss(loss, scores, y, w):
    total = 0.0
    for s, target, weight in zip(scores, y, w, strict=True):
        if loss == "squared":
            total += weight * 0.5 * (s - target) ** 2
        else:
            total += weight * math.log1p(math.exp(-s if target == 1 else s))
    return total / sum(w)


def column_step(groups, n_bins, max_leaves, min_rows, l2, min_gain):
    """Step of every code; ``groups[c]`` is (gradient, curvature, rows) of code c."""

    def total(codes):
        return [sum(groups[c][part] for c in codes) for part in range(3)]

    def worth(codes):
        g, h, _ = total(codes)
        return g * g / (h + l2)

    pieces = [list(range(n_bins))]
    while len(pieces) < max_leaves:
        best, chosen = min_gain, None
        for p, piece in enumerate(pieces):
            for k in range(1, len(piece)):
                left, right = piece[:k], piece[k:]
                few = min(total(left)[2], total(right)[2]) < min_rows
                if few or groups[piece[k - 1]][2] == 0:
                    continue
                gain = worth(left) + worth(right) - worth(piece)
                if gain > best:
                    best, chosen = gain, (p, left, right)
        if chosen is None:
            break
        p, left, right = chosen
        pieces[p : p + 1] = [left, right]
    step = dict.fromkeys(groups, 0.0)
    for piece in pieces:
        g, h, _ = total(piece)
        for c in piece:
            step[c] = -g / (h + l2)
    g, h, n = groups[MISSING]
    if n >= min_rows and g * g / (h + l2) > min_gain:
        step[MISSING] = -g / (h + l2)
    return step


def boost_columns(
    loss, codes, y, w, held_codes, held_y, held_w, n_bins, base, *,
    learning_rate, max_rounds, patience, max_leaves, min_rows, l2, min_gain,
):  # fmt: skip
    """Tables (n_features, 256) of the best round, and its number; codes are by row."""
    n_features = len(n_bins)
    tables = np.zeros((n_features, 256))

    def scores(rows):
        return [base + sum(tables[j, row[j]] for j in range(n_features)) for row in rows]

    least = first = mean_loss(loss, scores(held_codes), held_y, held_w)
    best, best_round = tables.copy(), 0
    h = [0.0] * len(y)
    for number in range(1, max_rounds + 1):
        start = scores(codes)
        g = []
        for i in range(len(y)):
            slope, bend = derivatives(loss, start[i], y[i], w[i])
            g.append(slope)
            if number % 8 == 1:
                h[i] = bend
        unit = 2.0 * least if loss == "squared" else 1.0
        for j in range(n_features):
            now = scores(codes)
            groups = {c: [0.0, 0.0, 0] for c in [*range(n_bins[j]), MISSING]}
            for i in range(len(y)):
                cell = groups[codes[i][j]]
                cell[0] += g[i] + h[i] * (now[i] - start[i])
                cell[1] += h[i]
                cell[2] += 1
            step = column_step(groups, n_bins[j], max_leaves, min_rows, l2, unit * min_gain)
            for c, value in step.items():
                tables[j, c] += learning_rate * value
        if number % 5 == 0 or number == max_rounds:
            now = mean_loss(loss, scores(held_codes), held_y, held_w)
            if now < least - 1e-5 * first:
                least, best, best_round = now, tables.copy(), number
            elif number - best_round >= patience:
                break
    return best, best_round


def best_tree_gain(G, H, N, min_rows, l2):
    """Most that one cut of an axis, and a cut or none of each side along the other, can gain."""
    best = 0.0

    def worth(part):
        g, h = G[part].sum(), H[part].sum()
        return g * g / (h + l2)

    def side(rows, columns):
        options = [worth(np.ix_(rows, columns))]
        for k in range(1, len(columns)):
            parts = [np.ix_(rows, columns[:k]), np.ix_(rows, columns[k:])]
            if min(N[part].sum() for part in parts) >= min_rows:
                options.append(sum(worth(part) for part in parts))
        return max(options)

    whole = G.sum() ** 2 / (H.sum() + l2)
    for grids in ((G, H, N), (G.T, H.T, N.T)):
        G, H, N = grids
        rows, columns = list(range(G.shape[0])), list(range(G.shape[1]))
        for k in range(1, len(rows)):
            if min(N[:k].sum(), N[k:].sum()) >= min_rows:
                best = max(best, side(rows[:k], columns) + side(rows[k:], columns) - whole)
    return best


def purify(grid, weights, n_rounds=4000):
    """What is left of a grid after its weighted means by line and by column, taken in turns."""
    left = grid.copy()
    for _ in range(n_rounds):
        for axis in (0, 1):
            total = weights.sum(axis=axis, keepdims=True)
            mean = (left * weights).sum(axis=axis, keepdims=True) / np.where(total > 0, total, 1.0)
            left = left - mean
    return left
