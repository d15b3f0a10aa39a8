"""Tables to fit foreign models on, and rows that try their thresholds to the last bit."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

CATEGORIES = np.array([0, 2, 5, 11, 30])
CATEGORICAL = 3  # the column of whole numbers that some models take as categories


class Table(NamedTuple):
    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    rng: np.random.Generator

    def classes(self, n):
        """Return labels 0 to n - 1, each there."""
        return np.argsort(np.argsort(self.y)) * n // len(self.y)

    def rows_for(self, trees, missing):
        """Return rows of values and of the trees' thresholds, and what float32 would make of them.

        Between a threshold and its neighbours in float64 the models decide by a bit.
        """
        rows = self.rng.normal(size=(24, self.X.shape[1])) + 1e-9
        for j in range(rows.shape[1]):
            asked = trees.threshold[(trees.feature == j) & np.isfinite(trees.threshold)]
            if len(asked):
                near = self.rng.choice(asked, 16)
                near[4:8] = np.nextafter(near[4:8], np.inf)
                near[8:12] = near[8:12].astype(np.float32)
                rows[:16, j] = self.rng.permutation(near)
        rows[:, CATEGORICAL] = self.rng.choice([*CATEGORIES, 1, 99], len(rows))
        if missing:
            rows[self.rng.random(rows.shape) < 0.2] = np.nan
        return rows


@st.composite
def tables(draw, gaps=True):
    """A table of four columns, the last of categories; some with ties, some with gaps."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(60, 120))
    X = rng.normal(size=(n, 4)) * 10.0 ** draw(st.integers(-3, 3))
    if draw(st.booleans()):
        X[:, 1] = X[:, 1].round(2)
    X[:, CATEGORICAL] = rng.choice(CATEGORIES, n)
    y = np.sign(X[:, 0]) + np.sin(X[:, 1]) + (X[:, CATEGORICAL] % 5 == 0) + rng.normal(size=n) / 4
    if gaps and draw(st.booleans()):
        X[rng.random(X.shape) < 0.15] = np.nan
    weight = rng.integers(1, 4, n).astype(float)
    return Table(X, y, weight, rng)


def leaf_numbers(trees, X):
    """Return the leaves as numbers within their trees."""
    return trees.leaves(X) - trees.roots
