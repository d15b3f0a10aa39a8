"""Filling gaps from the nearest rows: loops over pairs of rows."""

import math

import numpy as np


def distance(x, z):
    """Euclidean over the columns both have, blown up to all columns; None if they share none."""
    gaps = [a - b for a, b in zip(x, z, strict=True)]
    shared = [gap**2 for gap in gaps if not math.isnan(gap)]
    if not shared:
        return None
    return math.sqrt(len(x) / len(shared) * sum(shared))


def filled(rows, donors, n_neighbors, weights):
    made = np.array(rows, dtype=float)
    for r, row in enumerate(rows):
        for j, value in enumerate(row):
            if not math.isnan(value):
                continue
            known = [(distance(row, z), i, z[j]) for i, z in enumerate(donors) if z[j] == z[j]]
            near = sorted((d, i, v) for d, i, v in known if d is not None)[:n_neighbors]
            if not near:
                made[r, j] = np.mean([v for _, _, v in known])
            elif weights == "uniform":
                made[r, j] = np.mean([v for _, _, v in near])
            elif near[0][0] == 0:
                made[r, j] = np.mean([v for d, _, v in near if d == 0])
            else:
                total = sum(1 / d for d, _, _ in near)
                made[r, j] = sum(v / d for d, _, v in near) / total
    return made
