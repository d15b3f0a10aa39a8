"""Boosting by the formulas: every split of every node is tried, one row after the other."""

import math

import numpy as np


def power_below(space, total):
    """The largest power of two p with p * total < space, by the bits of both."""
    return 2.0 ** (math.frexp(space)[1] - math.frexp(total)[1] - 1) if total > 0 else 1.0


def whole_numbers(g, h):
    """The derivatives in the whole numbers that histograms are made of, and their units."""
    n = len(g)
    s_g = power_below(2.0**31 - n, float(np.abs(g).sum()))
    s_h = power_below(2.0**32 - n, float(h.sum()))
    return np.floor(g * s_g + 0.5), np.floor(h * s_h + 0.5), s_g, s_h


def value(G, H, lower=-np.inf, upper=np.inf):
    best = -G / H if H > 0 else 0.0
    return min(max(best, lower), upper)


def saved(G, H, v):
    return -(2 * G * v + H * v * v)


def best_split(codes, rows, G, H, rules, bounds):
    """The best split of a node: gain, column, code, whether missing goes left (code 255), ..."""
    s_h = rules["units"][1]
    penalty, least = rules["l2"] * s_h, max(1, math.ceil(rules["min_child_weight"] * s_h))
    whole_g, whole_h = G[rows].sum(), H[rows].sum()
    whole = saved(whole_g, whole_h + penalty, value(whole_g, whole_h + penalty, *bounds))
    best, found = whole + 1e-12 * abs(whole), None
    for j in range(codes.shape[1]):
        column = codes[rows, j]
        absent = column == 255
        for missing_left in [False, True] if absent.any() else [None]:
            for code in np.unique(column[~absent]):
                left = (column <= code) & ~absent | (absent & bool(missing_left))
                if min(left.sum(), (~left).sum()) < max(1, rules["min_samples_leaf"]):
                    continue
                sums = [(G[rows][side].sum(), H[rows][side].sum()) for side in (left, ~left)]
                if min(sums[0][1], sums[1][1]) < least:
                    continue
                values = [value(g, h + penalty, *bounds) for g, h in sums]
                if rules["signs"][j] * (values[1] - values[0]) < 0:
                    continue
                gain = sum(saved(g, h + penalty, v) for (g, h), v in zip(sums, values, strict=True))
                if gain > best:
                    goes = 2 * sums[0][1] > whole_h if missing_left is None else missing_left
                    best, found = gain, (j, int(code), bool(goes), left, values)
    return None if found is None else (best - whole, *found)


def grow(codes, g, h, **rules):
    """A tree as a list of nodes (dicts), the leaf of the largest gain split first."""
    G, H, s_g, s_h = whole_numbers(g, h)
    rules = {"l2": 0.0, "min_child_weight": 1e-3, "min_samples_leaf": 20, "max_leaf_nodes": 31,
             "signs": np.zeros(codes.shape[1]), **rules, "units": (s_g, s_h)}  # fmt: skip

    def node(rows, bounds):
        split = best_split(codes, rows, G, H, rules, bounds)
        unit = s_g / s_h
        v = value(g[rows].sum(), h[rows].sum() + rules["l2"], bounds[0] / unit, bounds[1] / unit)
        return {"rows": rows, "bounds": bounds, "split": split, "value": v, "left": None}

    nodes = [node(np.arange(len(g)), (-np.inf, np.inf))]
    while sum(each["left"] is None for each in nodes) < rules["max_leaf_nodes"]:
        ready = [i for i, each in enumerate(nodes) if each["left"] is None and each["split"]]
        if not ready:
            break
        parent = nodes[max(ready, key=lambda i: (nodes[i]["split"][0], -i))]
        _, j, _, _, left, values = parent["split"]
        lower, upper = parent["bounds"]
        middle = sum(values) / 2
        bounds = {1: ((lower, middle), (middle, upper)), -1: ((middle, upper), (lower, middle))}
        sides = bounds.get(rules["signs"][j], (parent["bounds"],) * 2)
        parent["left"] = len(nodes)
        nodes += [node(parent["rows"][m], s) for m, s in zip((left, ~left), sides, strict=True)]
    return nodes
