"""How fast are exact Shapley values of trees, path-dependent, beside shap and woodelf?

Boosted trees of depth 6 and 8 and a forest of depth 12, 100 trees each, grown by scikit-learn on 20
columns and read into arrays. shap gets the arrays as a plain dict, which its C kernel takes on one
thread; woodelf gets the model. A peer's rows are fewer where all would take minutes: times are by
row, but for woodelf, whose cost hardly depends on the rows (it gets all of them). Then: with the
construction, at 2,000 rows; interactions; two threads; single rows by percentile. The largest
difference of the values, relative to the largest value, stands beside the times.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.explain import TreeShap
from minixai.tree_arrays import TreeArrays, as_tree_arrays

OURS, TWO, SHAP, WOODELF = "minixai", "minixai, two threads", "shap", "woodelf"
N_COLUMNS = 20


def make_rows(n_rows: int, seed: int) -> Any:
    """Return rows whose numbers are exact in float32, which scikit-learn's trees compare."""
    X = np.random.default_rng(seed).normal(size=(n_rows, N_COLUMNS))
    return X.astype(np.float32).astype(np.float64)


def make_models(n_trees: int, depths: Sequence[int], n_rows: int) -> dict[str, Any]:
    """Return fitted ensembles of scikit-learn: two boosted, one forest."""
    from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor

    X = make_rows(n_rows, 0)
    y = X[:, 0] * X[:, 1] + np.sin(2.0 * X[:, 2]) + 0.3 * X[:, 3:10].sum(axis=1)
    y = y + 0.3 * np.random.default_rng(1).normal(size=n_rows)
    shared = {"n_estimators": n_trees, "max_features": 0.5, "random_state": 0}
    models = {
        f"boosted, depth {depth}": GradientBoostingRegressor(
            max_depth=depth, subsample=0.5, **shared
        )
        for depth in depths[:2]
    }
    models[f"forest, depth {depths[2]}"] = RandomForestRegressor(max_depth=depths[2], **shared)
    return {name: model.fit(X, y) for name, model in models.items()}


def as_dict(trees: TreeArrays) -> dict[str, Any]:
    """Return the arrays as the plain dict that shap takes."""
    held = []
    cuts = [*trees.roots, trees.n_nodes]
    for start, end in itertools.pairwise(cuts):
        part = slice(start, end)
        left, right = (
            np.where(each[part] < 0, -1, each[part] - start)
            for each in (trees.children_left, trees.children_right)
        )
        held.append(
            {
                "children_left": left,
                "children_right": right,
                "children_default": left,
                "features": trees.feature[part],
                "thresholds": trees.threshold[part],
                "values": trees.value[part],
                "node_sample_weight": trees.cover[part].copy(),
            }
        )
    return {"trees": held}


def shap_explainer(trees: TreeArrays) -> Any:
    """Return shap's explainer of the arrays."""
    import shap

    return shap.TreeExplainer(as_dict(trees), feature_perturbation="tree_path_dependent")


def woodelf_values(model: Any, X: Any, *, pairs: bool) -> Any:
    """Return woodelf's values, or those of pairs; what it prints is kept away."""
    import pandas
    from woodelf import WoodelfExplainer

    frame = pandas.DataFrame(X, columns=[f"f{j}" for j in range(X.shape[1])])
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        explainer = WoodelfExplainer(model)
        if pairs:
            return explainer.shap_interaction_values(frame)
        return explainer.shap_values(frame)


def difference(found: Any, expected: Any) -> float:
    """Return the largest difference relative to the largest value."""
    expected = np.asarray(expected)
    return float(np.abs(found.reshape(expected.shape) - expected).max() / np.abs(expected).max())


def compare(
    title: str, rows: dict[str, int], turns: dict[str, Callable[[], Any]], n_rounds: int,
    notes: dict[str, str],
) -> dict[str, float]:  # fmt: skip
    """Race the turns and print and return how many times as long a row takes the others."""
    result = race(turns, n_rounds=n_rounds, seconds=120.0)
    most = rows[OURS]
    print(f"\n{title}: " + ", ".join(f"{name} {rows[name]:,} rows" for name in turns))
    ratios = {}
    for name in turns:
        scale = most / rows[name]
        wall, busy = result.ratio(name, OURS) * scale, result.processor_ratio(name, OURS) * scale
        micro = 1e6 * result.median(name) / rows[name]
        print(
            f"  {name:<22} {micro:>9.2f} us a row  x {wall:>6.1f} wall  x {busy:>6.1f} cpu  "
            f"first {result.warm_up[name]:.2f} s  {notes.get(name, '')}".rstrip()
        )
        ratios[name] = busy if name != TWO else wall
    return ratios


def race_values(
    title: str, model: Any, sizes: tuple[int, int], n_rounds: int, peers: set[str]
) -> dict[str, float]:
    """Race the values of many rows on one thread, on two, and by the peers."""
    trees = as_tree_arrays(model)
    X = make_rows(sizes[0], 2)
    few = X[: sizes[1]]
    explainer, threads = TreeShap(trees), TreeShap(trees, n_jobs=2)
    rows = {OURS: len(X), TWO: len(X), SHAP: len(few), WOODELF: len(X)}
    turns: dict[str, Callable[[], Any]] = {
        OURS: lambda: explainer.explain(X),
        TWO: lambda: threads.explain(X),
    }
    notes = {OURS: f"completeness gap {np.abs(explainer.explain(few).completeness_gap).max():.0e}"}
    if SHAP in peers:
        peer = shap_explainer(trees)
        turns[SHAP] = lambda: peer.shap_values(few, check_additivity=False)
        off = difference(explainer.explain(few).values, turns[SHAP]())
        notes[SHAP] = f"difference {off:.0e}"
    if WOODELF in peers:
        turns[WOODELF] = lambda: woodelf_values(model, X, pairs=False)
        off = difference(explainer.explain(few).values, woodelf_values(model, few, pairs=False))
        notes[WOODELF] = f"difference {off:.0e}"
    return compare(title, rows, turns, n_rounds, notes)


def race_construction(
    title: str, model: Any, n_rows: int, n_rounds: int, peers: set[str]
) -> dict[str, float]:
    """Race construction and values together; shap explains a tenth of the rows."""
    trees, X = as_tree_arrays(model), make_rows(n_rows, 2)
    few = X[: max(n_rows // 10, 1)]
    turns: dict[str, Callable[[], Any]] = {OURS: lambda: TreeShap(trees).explain(X)}
    if SHAP in peers:
        turns[SHAP] = lambda: shap_explainer(trees).shap_values(few, check_additivity=False)
    return compare(title, {OURS: len(X), SHAP: len(few)}, turns, n_rounds, {})


def race_pairs(
    title: str, model: Any, n_rows: int, n_rounds: int, peers: set[str]
) -> dict[str, float]:
    """Race the interactions."""
    explainer, X = TreeShap(model), make_rows(n_rows, 2)
    few = X[: max(n_rows // 100, 1)]
    rows = {OURS: len(X), SHAP: len(few), WOODELF: len(X)}
    turns: dict[str, Callable[[], Any]] = {OURS: lambda: explainer.explain_interactions(X)}
    notes = {}
    if SHAP in peers:
        peer = shap_explainer(as_tree_arrays(model))
        turns[SHAP] = lambda: peer.shap_interaction_values(few)
        off = difference(explainer.explain_interactions(few).values, turns[SHAP]())
        notes[SHAP] = f"difference {off:.0e}"
    if WOODELF in peers:
        turns[WOODELF] = lambda: woodelf_values(model, X, pairs=True)
    return compare(title, rows, turns, n_rounds, notes)


def single_rows(model: Any, n_calls: int, background: Any = None) -> dict[str, float]:
    """Time one row at a time; return the median and the 99th percentile in microseconds."""
    explainer, X = TreeShap(model, background), make_rows(256, 3)
    for i in range(50):
        explainer.explain(X[i : i + 1])
    spent = np.empty(n_calls)
    for i in range(n_calls):
        row = X[i % 256 : i % 256 + 1]
        start = time.perf_counter()
        explainer.explain(row)
        spent[i] = 1e6 * (time.perf_counter() - start)
    middle, high = np.percentile(spent, [50, 99])
    print(f"\none row: median {middle:.0f} us, 99th percentile {high:.0f} us of {n_calls:,} calls")
    return {"median": float(middle), "p99": float(high)}


def main(words: Sequence[str] | None = None) -> dict[str, Any]:
    """Print the times, and return the ratios by question."""
    parser = argparse.ArgumentParser(prog="tree_shap", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few small trees, few rows")
    options = parser.parse_args(words)
    print(describe_machine(["scikit-learn", "shap", "woodelf-explainer"]))
    if not installed("sklearn"):
        return {}
    packages = {SHAP: "shap", WOODELF: "woodelf"}
    peers = {name for name, package in packages.items() if installed(package)}
    quick = options.quick
    models = make_models(3, (2, 3, 4), 300) if quick else make_models(100, (6, 8, 12), 20_000)
    sizes = [(300, 20)] * 3 if quick else [(16_000, 500), (16_000, 160), (4_000, 32)]
    n_rounds = 3 if quick else 7
    results: dict[str, Any] = {}
    for (name, model), size in zip(models.items(), sizes, strict=True):
        held = peers if name.startswith("boosted") else peers - {WOODELF}
        results[name] = race_values(name, model, size, n_rounds, held)
    first = next(iter(models))
    for name in list(models)[:2]:
        title = f"{name}, with construction"
        results[title] = race_construction(title, models[name], 200 if quick else 2_000, 5, peers)
    title = f"{first}, interactions"
    results[title] = race_pairs(title, models[first], 100 if quick else 2_000, 3, peers)
    results["one row"] = single_rows(models[first], 300 if quick else 5_000)
    return results
