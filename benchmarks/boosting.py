"""How long does gradient boosting take beside LightGBM and scikit-learn's HistGradientBoosting?

100 trees of 31 leaves, learning rate 0.1, at least 20 rows a leaf, 255 bins, one thread; a fit
starts from the plain matrix, so binning is part of every time, and ours stands on a line of its
own too. Tables: 100,000 x 20 continuous, for two classes and for a number; 30,000 x 14 of columns
of 2 to 100 levels and some continuous. ``--large`` adds 1,000,000 x 20. The scores on as many rows
again (AUC, R2) stand beside the times: a faster fit of worse trees would be none.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.metrics import r2, roc_auc
from minixai.tree import GradientBoostingClassifier, GradientBoostingRegressor
from minixai.tree.feature_bins import learn_bins
from minixai.tree.gradient_histogram import bin_rows

OURS, BINNING, LIGHTGBM, SKLEARN = "minixai", "minixai binning", "LightGBM", "scikit-learn"
LEVELS = (2, 2, 2, 3, 4, 5, 8, 12, 30, 100)


def continuous(n_rows: int, draws: Any) -> tuple[Any, Any]:
    """Return 20 normal columns and the score that five of them make."""
    X = draws.standard_normal((n_rows, 20))
    return X, X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 3] ** 2 - 1 + 0.5 * X[:, 4]


def mixed(n_rows: int, draws: Any) -> tuple[Any, Any]:
    """Return 10 columns of few levels, 4 continuous ones, and a score."""
    few = [draws.integers(0, n, n_rows).astype(float) for n in LEVELS]
    X = np.column_stack([*few, draws.standard_normal((n_rows, 4))])
    tail = X[:, 10] * X[:, 11] + np.sin(X[:, 12])
    return X, X[:, 0] + 0.3 * X[:, 5] - 0.05 * X[:, 8] + tail - 0.5


def drawn(make: Any, n_rows: int, task: str, seed: int) -> tuple[Any, Any]:
    """Return rows, and labels or numbers around their score."""
    draws = np.random.default_rng(seed)
    X, score = make(n_rows, draws)
    noise = draws.logistic(size=n_rows)
    return X, (score + noise > 0).astype(int) if task == "binary" else score + noise


def one_openmp_thread() -> AbstractContextManager[Any]:
    """Keep scikit-learn to one thread, which it takes from OpenMP."""
    if not installed("threadpoolctl"):
        return nullcontext()
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits


def contestants(X: Any, y: Any, task: str, n_trees: int) -> dict[str, Callable[[], Any]]:
    """Return functions that fit and return a function from rows to scores."""
    binary = task == "binary"

    def ours() -> Any:
        make: Any = GradientBoostingClassifier if binary else GradientBoostingRegressor
        model = make(n_estimators=n_trees).fit(X, y)
        return model.decision_function if binary else model.predict

    found: dict[str, Callable[[], Any]] = {
        OURS: ours,
        BINNING: lambda: bin_rows(X, learn_bins(X)),
    }
    if installed("lightgbm"):
        import lightgbm

        options = {"objective": "binary" if binary else "regression", "num_leaves": 31,
                   "learning_rate": 0.1, "min_data_in_leaf": 20, "max_bin": 255,
                   "num_threads": 1, "verbose": -1}  # fmt: skip
        found[LIGHTGBM] = lambda: (
            lightgbm.train(options, lightgbm.Dataset(X, y, params=options), n_trees).predict
        )
    if installed("sklearn"):
        from sklearn import ensemble

        def theirs() -> Any:
            make = getattr(
                ensemble, f"HistGradientBoosting{'Classifier' if binary else 'Regressor'}"
            )
            with one_openmp_thread():
                model = make(max_iter=n_trees, early_stopping=False).fit(X, y)
            return model.decision_function if binary else model.predict

        found[SKLEARN] = theirs
    return found


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the benchmark; return ratios and scores by table."""
    parser = argparse.ArgumentParser(prog="benchmarks boosting", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small tables, for tests")
    parser.add_argument("--large", action="store_true", help="a million rows, too")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each")
    options = parser.parse_args(arguments)
    print(describe_machine(["lightgbm", "scikit-learn"]))
    cases = [(continuous, 100_000, "binary"), (mixed, 30_000, "binary"),
             (continuous, 100_000, "regression")]  # fmt: skip
    if options.large:
        cases.append((continuous, 1_000_000, "binary"))
    results = {}
    for make, n_rows, task in cases:
        n_trees, n_rounds = (5, 3) if options.quick else (100, options.rounds)
        n_rows = n_rows // 100 if options.quick else n_rows
        key = f"{make.__name__} {n_rows} {task}"
        results[key] = compare(make, n_rows, task, n_trees, n_rounds)
    return results


def compare(make: Any, n_rows: int, task: str, n_trees: int, n_rounds: int) -> dict[str, Any]:
    """Print one table; return the ratios of the times and the scores."""
    X, y = drawn(make, n_rows, task, seed=0)
    X_test, y_test = drawn(make, n_rows, task, seed=1)
    turns = contestants(X, y, task, n_trees)
    name, measure = ("AUC", roc_auc) if task == "binary" else ("R2", r2)
    scores = {
        each: float(measure(y_test, turn()(X_test)))
        for each, turn in turns.items()
        if each != BINNING
    }
    notes = {each: f"{name} {score:.4f}" for each, score in scores.items()}
    result = race(turns, n_rounds=n_rounds, seconds=240.0)
    print(f"\n{n_rows:,} x {X.shape[1]} {make.__name__}, {task}, {n_trees} trees of 31 leaves")
    print("\n".join(result.lines(OURS, "fit", 1, notes)))
    return {"ratios": {each: result.ratio(each, OURS) for each in turns}, "scores": scores}
