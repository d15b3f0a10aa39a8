"""Forests to be asked: one tree of known words, and random ones with rows for them."""

import numpy as np
from hypothesis import strategies as st

from minixai.tree_arrays import TreeArrays


def churn_tree(**changes):
    """Contract, then tenure twice: five leaves' worth of a telephone company."""
    given = {
        "n_features": 2,
        "feature": [0, 1, -1, 1, -1, -1, -1],
        "threshold": [0.5, 24.5, 0.0, 60.5, 0.0, 0.0, 0.0],
        "children_left": [1, 2, -1, 4, -1, -1, -1],
        "children_right": [6, 3, -1, 5, -1, -1, -1],
        "value": [[0.0], [0.0], [0.25], [0.0], [0.5], [0.75], [0.875]],
        "cover": [8.0, 4.0, 1.0, 3.0, 1.0, 2.0, 4.0],
        "feature_names": ("monthly", "tenure"),
        "output_names": ("churn",),
    }
    return TreeArrays(**(given | changes))


@st.composite
def forests(draw):
    """A forest of random shape, with missing directions and categories, and rows for it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_features, n_outputs = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    held = {key: [] for key in ("feature", "threshold", "left", "right", "cover", "codes")}
    roots = []

    def grow(depth):
        node = len(held["feature"])
        for key, empty in zip(held, (-1, 0.0, -1, -1, 1.0, ()), strict=True):
            held[key].append(empty)
        if depth and rng.random() < 0.8:
            held["feature"][node] = int(rng.integers(n_features))
            held["threshold"][node] = float(rng.integers(-3, 4)) / 2
            if rng.random() < 0.3:
                held["codes"][node] = tuple(sorted(set(rng.integers(0, 4, 3).tolist())))
            held["left"][node] = grow(depth - 1)
            held["right"][node] = grow(depth - 1)
            below = held["left"][node], held["right"][node]
            held["cover"][node] = sum(held["cover"][child] for child in below)
        else:
            held["cover"][node] = float(rng.integers(1, 9))
        return node

    for _ in range(draw(st.sampled_from([1, 3, 9]))):
        roots.append(len(held["feature"]))
        grow(draw(st.integers(0, 4)))
    n_nodes = len(held["feature"])
    indptr = np.concatenate([[0], np.cumsum([len(each) for each in held["codes"]])])
    codes = np.array([code for each in held["codes"] for code in each], dtype=int)
    trees = TreeArrays(
        n_features,
        held["feature"],
        held["threshold"],
        held["left"],
        held["right"],
        rng.normal(size=(n_nodes, n_outputs)),
        held["cover"],
        roots,
        missing_left=rng.random(n_nodes) < 0.5,
        categories=(indptr, codes) if draw(st.booleans()) else None,
        base_value=rng.normal(size=n_outputs),
    )
    X = rng.integers(-4, 5, size=(19, n_features)) / 2  # eight, eight and three rows
    X[rng.random(X.shape) < draw(st.sampled_from([0.0, 0.2]))] = np.nan
    return trees, X
