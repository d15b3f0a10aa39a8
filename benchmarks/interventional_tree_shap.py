"""How fast are interventional Shapley values of trees, and of pairs, beside shap and woodelf?

The models of ``benchmarks tree_shap``: 100 boosted trees of depth 6 and of depth 8, a forest of
depth 12. A hundred background rows. shap gets the arrays as a plain dict, which its C kernel takes
on one thread, and fewer rows where all would take minutes: its times are by row. woodelf gets the
model, and always constructs anew. shap's interventional interactions are zeros, so woodelf alone
is raced there. Then: two threads, and single rows by percentile. The largest difference of the
values, relative to the largest value, stands beside the times; both peers sum in float32 in places.
"""

from __future__ import annotations

import argparse
import contextlib
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed
from benchmarks.tree_shap import (
    OURS,
    SHAP,
    TWO,
    WOODELF,
    as_dict,
    compare,
    difference,
    make_models,
    make_rows,
    single_rows,
)
from minixai.explain import TreeShap
from minixai.tree_arrays import as_tree_arrays

BUILT = "minixai, construction included"


def woodelf_values(model: Any, X: Any, background: Any, *, pairs: bool) -> Any:
    """Return woodelf's values, or those of pairs; what it prints is kept away."""
    import pandas
    from woodelf import WoodelfExplainer

    names = [f"f{j}" for j in range(X.shape[1])]
    frame, rows = pandas.DataFrame(background, columns=names), pandas.DataFrame(X, columns=names)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        explainer = WoodelfExplainer(model, frame)
        find = explainer.shap_interaction_values if pairs else explainer.shap_values
        return find(rows)


def race_values(
    title: str, model: Any, background: Any, sizes: tuple[int, int], n_rounds: int, peers: set[str]
) -> dict[str, float]:
    """Race the values: prepared, constructed anew, on two threads, and by the peers."""
    trees, X = as_tree_arrays(model), make_rows(sizes[0], 2)
    few = X[: sizes[1]]
    explainer, threads = TreeShap(trees, background), TreeShap(trees, background, n_jobs=2)
    turns: dict[str, Callable[[], Any]] = {
        OURS: lambda: explainer.explain(X),
        BUILT: lambda: TreeShap(trees, background).explain(X),
        TWO: lambda: threads.explain(X),
    }
    ours = explainer.explain(few)
    notes = {OURS: f"completeness gap {np.abs(ours.completeness_gap).max():.0e}"}
    if SHAP in peers:
        import shap

        peer = shap.TreeExplainer(as_dict(trees), data=background)
        turns[SHAP] = lambda: peer.shap_values(few, check_additivity=False)
        notes[SHAP] = f"difference {difference(ours.values, turns[SHAP]()):.0e}"
    if WOODELF in peers:
        turns[WOODELF] = lambda: woodelf_values(model, X, background, pairs=False)
        found = woodelf_values(model, few, background, pairs=False)
        notes[WOODELF] = f"difference {difference(ours.values, found):.0e}"
    rows = {OURS: len(X), BUILT: len(X), TWO: len(X), SHAP: len(few), WOODELF: len(X)}
    return compare(title, rows, turns, n_rounds, notes)


def race_pairs(
    title: str, model: Any, background: Any, n_rows: int, n_rounds: int, peers: set[str]
) -> dict[str, float]:
    """Race the interactions, construction included."""
    trees, X = as_tree_arrays(model), make_rows(n_rows, 2)
    turns: dict[str, Callable[[], Any]] = {
        OURS: lambda: TreeShap(trees, background).explain_interactions(X)
    }
    notes = {}
    if WOODELF in peers:
        turns[WOODELF] = lambda: woodelf_values(model, X, background, pairs=True)
        off = difference(turns[OURS]().values, turns[WOODELF]())
        notes[WOODELF] = f"difference {off:.0e}"
    return compare(f"{title}, pairs", dict.fromkeys(turns, len(X)), turns, n_rounds, notes)


def main(words: Sequence[str] | None = None) -> dict[str, Any]:
    """Print the times, and return the ratios by question."""
    parser = argparse.ArgumentParser(prog="interventional_tree_shap", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few small trees, few rows")
    options = parser.parse_args(words)
    print(describe_machine(["scikit-learn", "shap", "woodelf-explainer"]))
    if not installed("sklearn"):
        return {}
    packages = {SHAP: "shap", WOODELF: "woodelf"}
    peers = {name for name, package in packages.items() if installed(package)}
    quick = options.quick
    models = make_models(3, (2, 3, 4), 300) if quick else make_models(100, (6, 8, 12), 20_000)
    background = make_rows(10 if quick else 100, 4)
    sizes = [(300, 20)] * 3 if quick else [(16_000, 200), (16_000, 80), (16_000, 20)]
    results: dict[str, Any] = {}
    for (name, model), size in zip(models.items(), sizes, strict=True):
        boosted = name.startswith("boosted")
        held = peers if boosted or quick else peers - {WOODELF}
        results[name] = race_values(name, model, background, size, 3, held)
        if boosted:
            results[f"{name}, pairs"] = race_pairs(name, model, background, size[0] // 4, 3, held)
    first = next(iter(models.values()))
    results["one row"] = single_rows(first, 100 if quick else 5_000, background)
    return results


if __name__ == "__main__":
    main()
