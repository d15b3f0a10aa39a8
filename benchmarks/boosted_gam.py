"""How much faster than InterpretML's EBM is a boosted additive model of the same bags and pairs?

25,000 rows and 16 columns, two of them levels, with five pairs that matter; one bag without pairs,
and eight bags with ten pairs, both models with their own defaults beside that and on one thread.
Beside the times stand the area under the curve on as many fresh rows, that of the true odds, and
the error of the first shape, a sine wave, in the unit of log odds, with its jaggedness: how far it
goes up and down altogether, as a multiple of the wave's own way.

``--data`` asks instead how both rank the rows of real tables (the folder named by MINIXAI_DATA):
churn of customers and heart disease, ten shuffled splits with 25 % held out, ten pairs and eight
bags, the same encoded columns for both. ``--plot FOLDER`` draws the shapes and pairs of the first
split.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.data import SimpleImputer, Table, TableEncoder
from minixai.metrics import roc_auc
from minixai.tree import BoostedGAMClassifier

OURS, THEIRS = "minixai", "EBM"
TABLES = {
    "telco": ("telco-churn/WA_Fn-UseC_-Telco-Customer-Churn.csv.gz", "Churn", "Yes"),
    "heart": ("heart-disease/heart_kaggle.csv", "target", 0),  # there 1 is no disease
}


def make_rows(n: int, d: int = 16, seed: int = 0) -> tuple[Any, Any, Any]:
    """Return columns, classes and the true log odds."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    X[:, 1] = 0.6 * X[:, 0] + 0.8 * X[:, 1]
    X[:, 4], X[:, 5], X[:, 6] = rng.integers(0, 5, n), rng.integers(0, 2, n), np.exp(X[:, 6])
    odds = (
        np.sin(2 * X[:, 0]) + 0.5 * X[:, 1] ** 2 + 0.8 * (X[:, 2] > 0.5) + 0.3 * X[:, 3]
        + 0.3 * X[:, 4] + 0.5 * X[:, 5] + 0.5 * np.log(X[:, 6]) - 1.35
        + 0.8 * X[:, 7] * X[:, 8] + 0.6 * (X[:, 9] > 0) * X[:, 2] + 0.5 * X[:, 5] * X[:, 10]
    )  # fmt: skip
    return X, (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int), odds


def ours(n_bags: int, n_pairs: int) -> BoostedGAMClassifier:
    return BoostedGAMClassifier(n_bags=n_bags, n_pairs=n_pairs, random_state=0)


def theirs(n_bags: int, n_pairs: int) -> Any:
    from interpret.glassbox import ExplainableBoostingClassifier

    return ExplainableBoostingClassifier(
        outer_bags=n_bags, interactions=n_pairs, n_jobs=1, random_state=0
    )


def first_shape(model: Any, X: Any) -> Any:
    """Return what the first column scores in each row."""
    if hasattr(model, "eval_terms"):
        return model.eval_terms(X)[:, 0]
    return model.terms(X).values[:, 0]


def quality(model: Any, X: Any, y: Any) -> tuple[float, float, float]:
    """Return the area under the curve, and error and jaggedness of the first shape."""
    grid = np.zeros((2000, X.shape[1]))
    grid[:, 0] = np.linspace(-2.0, 2.0, 2000)
    wave, shape = np.sin(2 * grid[:, 0]), first_shape(model, grid)
    error = (shape - shape.mean()) - (wave - wave.mean())
    way = np.abs(np.diff(shape)).sum() / np.abs(np.diff(wave)).sum()
    score = model.decision_function(X)
    return roc_auc(y, score), float(np.sqrt(np.mean(error**2))), float(way)


def race_fits(n_rows: int, n_rounds: int, settings: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Print times and qualities of every setting; return ratios and areas."""
    X, y, odds = make_rows(2 * n_rows)
    train, fresh = slice(0, n_rows), slice(n_rows, None)
    results = {}
    for n_bags, n_pairs in settings:
        makers = {OURS: ours, THEIRS: theirs} if installed("interpret") else {OURS: ours}
        models = {name: make(n_bags, n_pairs) for name, make in makers.items()}
        turns = {name: partial(model.fit, X[train], y[train]) for name, model in models.items()}
        result = race(turns, n_rounds=n_rounds)
        found = {name: quality(model, X[fresh], y[fresh]) for name, model in models.items()}
        notes = {
            name: f"AUC {area:.4f}  shape off by {error:.3f}  jaggedness {way:.2f}"
            for name, (area, error, way) in found.items()
        }
        print(f"\n{n_rows:,} rows, {X.shape[1]} columns, {n_bags} bags, {n_pairs} pairs")
        print("\n".join(result.lines(OURS, "fit", 1, notes)))
        print(f"AUC of the true odds: {roc_auc(y[fresh], odds[fresh]):.4f}")
        results[f"{n_bags} bags, {n_pairs} pairs"] = {
            "ratios": {name: result.ratio(name, OURS) for name in makers},
            "areas": {name: each[0] for name, each in found.items()},
        }
    return results


def real_table(name: str) -> tuple[Any, Any]:
    """Return the table and which rows are of the class that is looked for."""
    import pandas

    path, target, positive = TABLES[name]
    frame = pandas.read_csv(Path(os.environ["MINIXAI_DATA"]) / path)
    return Table.from_frame(frame, target=target), (frame[target] == positive).to_numpy()


def compare_on_data(
    n_splits: int, folder: str | None, n_bags: int = 8, names: Sequence[str] = tuple(TABLES)
) -> dict[str, Any]:
    """Print the areas of both on every real table; return the mean paired differences."""
    results = {}
    for name in names:
        table, y = real_table(name)
        areas: dict[str, list[float]] = {}
        for seed in range(n_splits):
            order = np.random.default_rng(seed).permutation(len(y))
            held, train = np.split(order, [round(0.25 * len(y))])
            encoder = TableEncoder(steps={"numeric": SimpleImputer("median")})  # in raw units
            encoder.fit(table.take(np.sort(train)))
            known, unknown = (
                encoder.transform(table.take(rows)) for rows in (np.sort(train), held)
            )
            y_known = y[np.sort(train)]
            for who, make in {OURS: ours, THEIRS: theirs}.items():
                if who == THEIRS and not installed("interpret"):
                    continue
                model = make(n_bags, 10).fit(known.to_frame(), y_known)
                score = model.decision_function(unknown.to_frame())
                areas.setdefault(who, []).append(roc_auc(y[held], score))
                if who == OURS and seed == 0 and folder is not None:
                    draw(model, Path(folder) / f"{name}.png")
        means = "  ".join(f"{who} {np.mean(each):.4f}" for who, each in areas.items())
        print(f"{name}: {len(y):,} rows, mean AUC of {n_splits} splits: {means}")
        if THEIRS in areas:
            gaps = np.subtract(areas[OURS], areas[THEIRS])
            results[name] = float(gaps.mean())
            print(f"  paired difference {gaps.mean():+.4f} (spread {gaps.std():.4f})")
    return results


def draw(model: Any, path: Path) -> None:
    """Draw the six most important terms into one file."""
    from matplotlib.figure import Figure

    from minixai.plot import plot_pair, plot_shape

    figure = Figure(figsize=(16, 9), layout="constrained")
    n_columns = model.n_features_in_
    for axes, t in zip(figure.subplots(2, 3).flat, model.term_importances().order(), strict=False):
        if t < n_columns:
            plot_shape(model.shape(int(t)), axes)
        else:
            plot_pair(model.pair(*model.pairs_[t - n_columns]), axes)
    figure.savefig(path)
    print(f"  drawn: {path}")


def main(words: Sequence[str] | None = None) -> dict[str, Any]:
    """Print times, or areas on real tables; return ratios, or differences."""
    parser = argparse.ArgumentParser(prog="boosted_gam", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, one bag, or two splits")
    parser.add_argument("--data", action="store_true", help="real tables instead of speed")
    parser.add_argument("--plot", metavar="FOLDER", help="with --data: where to draw the shapes")
    options = parser.parse_args(words)
    print(describe_machine(["interpret-core"]))
    if options.data:
        if not os.environ.get("MINIXAI_DATA"):
            parser.error("MINIXAI_DATA must name the folder of real tables")
        return compare_on_data(2 if options.quick else 10, options.plot)
    if options.quick:
        return race_fits(1_000, 3, [(1, 2)])
    return race_fits(25_000, 3, [(1, 0), (8, 10)])
