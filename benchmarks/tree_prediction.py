"""How fast are trees that were read into arrays beside the library that grew them?

Regression on 20,000 rows of 20 columns, one thread each: forests of 50 trees of depth 12 by
scikit-learn; 100 boosted trees of 31 leaves by LightGBM and of depth 6 by XGBoost; and one row
alone. Each gets the rows in the type it takes without a copy (float32 for scikit-learn and
XGBoost, the latter through its in-place prediction). The largest difference of the two answers,
over their spread, stands beside the ratio; XGBoost sums in float32.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.tree_arrays import as_tree_arrays

OURS = "minixai"


def make_problem(n_rows: int) -> tuple[Any, Any]:
    """Return rows and a target that trees of depth 12 still learn from."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 20))
    return X, X[:, 0] * X[:, 1] + np.sin(3.0 * X[:, 2]) + 0.3 * rng.normal(size=n_rows)


def forest(X: Any, y: Any, n_trees: int) -> tuple[Any, Callable[[Any], Any], Any]:
    """Return scikit-learn's forest, its prediction, and the rows as it takes them."""
    from sklearn.ensemble import RandomForestRegressor

    model = RandomForestRegressor(n_trees, max_depth=12, max_features=0.4, random_state=0)
    return model.fit(X, y), model.predict, X.astype(np.float32)


def lightgbm_trees(X: Any, y: Any, n_trees: int) -> tuple[Any, Callable[[Any], Any], Any]:
    """Return LightGBM's booster, its prediction, and the rows as it takes them."""
    import lightgbm

    options = {"num_threads": 1, "verbose": -1}
    booster = lightgbm.train(options, lightgbm.Dataset(X, y), n_trees)
    return booster, lambda rows: booster.predict(rows, num_threads=1), X


def xgboost_trees(X: Any, y: Any, n_trees: int) -> tuple[Any, Callable[[Any], Any], Any]:
    """Return XGBoost's booster, its prediction, and the rows as it takes them."""
    import xgboost

    options = {"nthread": 1, "max_depth": 6}
    booster = xgboost.train(options, xgboost.DMatrix(X, y, nthread=1), n_trees)
    return booster, booster.inplace_predict, X.astype(np.float32)


PEERS = {
    "sklearn": (forest, "scikit-learn forest", 50),
    "lightgbm": (lightgbm_trees, "LightGBM", 100),
    "xgboost": (xgboost_trees, "XGBoost", 100),
}


def compare(peer: str, X: Any, y: Any, n_trees: int, n_rounds: int) -> dict[str, Any]:
    """Print the times of one peer and of its trees in arrays, of all rows and of one."""
    grow, label, _ = PEERS[peer]
    model, predict, rows = grow(X, y, n_trees)
    trees = as_tree_arrays(model)
    expected = predict(rows)
    difference = float(np.abs(trees.predict(rows) - expected).max() / np.std(expected))
    results: dict[str, Any] = {"difference": difference}
    for name, some, n_calls in (("rows", rows, 1), ("one row", rows[:1].copy(), 100)):

        def repeated(call: Callable[[Any], Any], some: Any = some, n_calls: int = n_calls) -> Any:
            return lambda: [call(some) for _ in range(n_calls)]

        turns = {OURS: repeated(trees.predict), label: repeated(predict)}
        found = race(turns, n_rounds=n_rounds)
        results[name] = found.ratio(label, OURS)
        print(f"\n{label}, {n_trees} trees, {len(some):,} rows a call")
        notes = {OURS: f"largest difference {difference:.1e}"}
        print("\n".join(found.lines(OURS, "call", n_calls, notes)))
    return results


def main(words: Sequence[str] | None = None) -> dict[str, Any]:
    """Print the times, and return ratios and largest differences."""
    parser = argparse.ArgumentParser(prog="tree_prediction", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, few trees, few rounds")
    options = parser.parse_args(words)
    print(describe_machine(["scikit-learn", "lightgbm", "xgboost"]))
    n_rows, n_rounds = (500, 3) if options.quick else (20_000, 15)
    X, y = make_problem(n_rows)
    return {
        peer: compare(peer, X, y, 5 if options.quick else n_trees, n_rounds)
        for peer, (_, _, n_trees) in PEERS.items()
        if installed(peer)
    }
