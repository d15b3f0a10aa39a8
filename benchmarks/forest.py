"""How long does a random forest of binned trees take beside scikit-learn's of sorted ones?

Two problems. A regressor that looks at every column: 20,000 rows, 20 continuous columns, depth 12.
A classifier that draws the root of the columns in each node, without limit of depth: 30,000 rows,
14 columns of mixed cardinality, two values to all different, as a census has. Both forests have
100 trees, all of each fit counts (the finding of bins too), and the scores of rows not seen stand
beside the times with their standard deviation over seeds. A second line has the same fit on two
threads.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.tree import RandomForestClassifier, RandomForestRegressor

OURS, TWO_THREADS, THEIRS = "minixai", "minixai, 2 threads", "scikit-learn"
CARDINALITIES = (2, 2, 5, 6, 7, 9, 15, 16, 16, 42, 74, 96, 120)


def regression(n_rows: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return rows of 20 normal columns and a target of four of them, with noise."""
    X = rng.normal(size=(n_rows, 20))
    y = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 3] ** 2 + 0.3 * rng.normal(size=n_rows)
    return X, y


def census(n_rows: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return rows of 13 columns of few values and one of all different, and two classes."""
    levels = [rng.integers(0, size, n_rows) for size in CARDINALITIES]
    X = np.column_stack([*levels, rng.lognormal(size=n_rows)]).astype(np.float64)
    score = X[:, 0] * (X[:, 6] > 7) + np.sin(X[:, 10] / 12) + 0.1 * X[:, 7] - (X[:, 3] == 2)
    score = score + 0.4 * (X[:, 9] > 20) * X[:, 1]
    return X, (score + 0.5 * rng.logistic(size=n_rows) > np.quantile(score, 0.7)).astype(int)


def compare(
    title: str,
    make: Callable[..., Any],
    peer: Callable[..., Any] | None,
    problem: Callable[..., tuple[Any, Any]],
    sizes: tuple[int, int, int, int],
) -> dict[str, Any]:
    """Race one forest against its peer, print both, and return ratios and scores."""
    n_rows, n_trees, n_rounds, n_seeds = sizes
    rng = np.random.default_rng(0)
    X, y = problem(n_rows, rng)
    new, truth = problem(n_rows // 2, rng)
    makers = {
        OURS: lambda seed: make(n_trees, random_state=seed),
        TWO_THREADS: lambda seed: make(n_trees, random_state=seed, n_jobs=2),
    }
    if peer is not None:
        makers[THEIRS] = lambda seed: peer(n_trees, random_state=seed, n_jobs=1)
    turns = {name: lambda maker=maker: maker(0).fit(X, y) for name, maker in makers.items()}
    result = race(turns, n_rounds=n_rounds, seconds=300.0)
    scores = {
        name: np.array([maker(seed).fit(X, y).score(new, truth) for seed in range(n_seeds)])
        for name, maker in makers.items()
        if name != TWO_THREADS
    }
    notes = {
        name: f"score {each.mean():.4f} +- {each.std():.4f} over {n_seeds} seeds"
        for name, each in scores.items()
    }
    print(f"\n{title}: {X.shape[0]:,} x {X.shape[1]}, {n_trees} trees")
    print("\n".join(result.lines(OURS, "tree", n_trees, notes)))
    return {"ratios": {name: result.ratio(name, OURS) for name in turns}, "scores": scores}


def main(words: Sequence[str] | None = None) -> dict[str, Any]:
    """Print the times, and return ratios and scores of both problems."""
    parser = argparse.ArgumentParser(prog="forest", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, trees and rounds")
    parser.add_argument("--seeds", type=int, default=10, help="seeds that scores are averaged over")
    parser.add_argument("--trees", type=int, default=100, help="trees of a forest")
    options = parser.parse_args(words)
    print(describe_machine(["scikit-learn"]))
    ensemble: Any = None
    if installed("sklearn"):
        from sklearn import ensemble
    sizes = (20_000, options.trees, 3, options.seeds)
    if options.quick:
        sizes = (400, 5, 3, 2)

    def bounded(make: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **given: make(*args, max_depth=12, **given)

    return {
        "regressor": compare(
            "regressor, all columns, depth 12",
            bounded(RandomForestRegressor),
            None if ensemble is None else bounded(ensemble.RandomForestRegressor),
            regression,
            sizes,
        ),
        "classifier": compare(
            "classifier, root of the columns, no limit of depth",
            RandomForestClassifier,
            None if ensemble is None else ensemble.RandomForestClassifier,
            census,
            (sizes[0] * 3 // 2, *sizes[1:]),
        ),
    }
