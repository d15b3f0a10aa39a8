"""What do a lasso, a path of lassos and a cross-validated one cost beside scikit-learn's?

Both are asked for the same duality gap, as a share of the target's mean square, on centred
columns in the order each likes best, float64, one thread (set OPENBLAS_NUM_THREADS=1). Beside
each time stand the gap reached and the objective above the lower of both, as such shares too; the
path's are those of its worst penalty. A single lasso is timed on wide, tall, small and correlated
tables, with few and with many coefficients.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.linear import Lasso, LassoCV, lasso_path

TABLES = {
    "wide": (1000, 10_000, 0.0),
    "wide correlated": (500, 2_000, 0.9),
    "tall": (50_000, 50, 0.3),
    "square": (2_000, 500, 0.5),
    "square correlated": (1_000, 500, 0.95),
    "small": (100, 10, 0.0),
}
"""Name -> rows, columns, correlation of neighbouring columns."""
QUICK = {"wide": (30, 60, 0.0), "small": (40, 5, 0.5)}
SHARES = (0.5, 0.1, 0.01)
"""Penalties as shares of the one that leaves all coefficients at 0."""


def make_problem(n_rows: int, n_columns: int, correlation: float) -> tuple[Any, Any]:
    """Draw columns each correlated with the one before; a tenth, at most 100, matter."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, n_columns))
    for j in range(1, n_columns if correlation else 0):
        X[:, j] = correlation * X[:, j - 1] + np.sqrt(1 - correlation**2) * X[:, j]
    chosen = rng.choice(n_columns, min(100, max(1, n_columns // 10)), replace=False)
    signal = X[:, chosen] @ rng.choice([-1.0, 1.0], len(chosen))
    y = signal + rng.standard_normal(n_rows) * signal.std() / 3.0
    return np.asfortranarray(X - X.mean(axis=0)), y - y.mean()


def objective(X: Any, y: Any, coef: Any, alpha: Any, l1_ratio: float) -> Any:
    """Return the objective of each column of coefficients as a share of the mean square."""
    error = y[:, np.newaxis] - X @ coef
    penalty = l1_ratio * np.abs(coef).sum(axis=0) + 0.5 * (1 - l1_ratio) * (coef**2).sum(axis=0)
    return (0.5 * (error**2).mean(axis=0) + alpha * penalty) / np.mean(y**2)


def compare(
    title: str,
    X: Any,
    y: Any,
    calls: dict[str, Callable[[], tuple[Any, Any, Any]]],
    l1_ratio: float,
    n_rounds: int,
) -> dict[str, Any]:
    """Race functions that give (alphas, coefficients by column, gaps); print and return."""
    answers = {name: call() for name, call in calls.items()}
    result = race(calls, n_rounds=n_rounds, seconds=60.0)
    values = {
        name: objective(X, y, coef, alphas, l1_ratio) for name, (alphas, coef, _) in answers.items()
    }
    least = np.min(list(values.values()), axis=0)
    gaps = {name: float(np.max(gap) / np.mean(y**2)) for name, (_, _, gap) in answers.items()}
    above = {name: float((value - least).max()) for name, value in values.items()}
    notes = {name: f"gap {gaps[name]:.1e}, objective +{above[name]:.1e}" for name in calls}
    print(f"\n{title}")
    print("\n".join(result.lines("minixai", "fit", 1, notes)))
    ratios = {name: result.ratio(name, "minixai") for name in calls}
    return {"ratios": ratios, "gaps": gaps, "above": above}


def single_fits(X: Any, y: Any, alpha: float, l1_ratio: float, tol: float) -> dict[str, Any]:
    """Return functions that fit one penalty."""

    def run(model: Any) -> tuple[Any, Any, Any]:
        model.fit(X, y)
        return np.array([alpha]), model.coef_[:, np.newaxis], np.array([model.dual_gap_])

    found = {"minixai": lambda: run(Lasso(alpha, l1_ratio=l1_ratio, tol=tol))}
    if installed("sklearn"):
        from sklearn.linear_model import ElasticNet

        found["scikit-learn"] = lambda: run(
            ElasticNet(alpha=alpha, l1_ratio=l1_ratio, tol=tol, max_iter=100_000)
        )
    return found


def whole_paths(X: Any, y: Any, n_alphas: int, tol: float) -> dict[str, Any]:
    """Return functions that fit a grid of penalties, down to a thousandth."""

    def ours() -> tuple[Any, Any, Any]:
        path = lasso_path(X, y, n_alphas=n_alphas, fit_intercept=False, tol=tol)
        return path.alphas, path.coefs, path.dual_gaps

    found = {"minixai": ours}
    if installed("sklearn"):
        from sklearn.linear_model import lasso_path as theirs

        found["scikit-learn"] = lambda: theirs(X, y, alphas=n_alphas, tol=tol, max_iter=100_000)
    return found


def validated(X: Any, y: Any, n_alphas: int, tol: float) -> dict[str, Any]:
    """Return functions that choose among penalties by five folds, the same for both."""
    edges = np.linspace(0, len(y), 6).astype(int)
    rows = np.arange(len(y))
    folds = [
        (np.concatenate([rows[:low], rows[high:]]), rows[low:high]) for low, high in pairwise(edges)
    ]

    def run(model: Any) -> tuple[Any, Any, Any]:
        model.fit(X, y)
        return np.array([model.alpha_]), model.coef_[:, np.newaxis], np.array([model.dual_gap_])

    found = {"minixai": lambda: run(LassoCV(n_alphas=n_alphas, splits=folds, tol=tol))}
    if installed("sklearn"):
        from sklearn.linear_model import LassoCV as Theirs

        found["scikit-learn"] = lambda: run(
            Theirs(alphas=n_alphas, cv=folds, tol=tol, max_iter=100_000)
        )
    return found


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the benchmark; return ratios, gaps and objectives by task."""
    parser = argparse.ArgumentParser(prog="benchmarks lasso", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, for a look at the output")
    options = parser.parse_args(arguments)
    print(describe_machine(["scikit-learn", "scipy"]))
    tables, n_rounds = (QUICK, 3) if options.quick else (TABLES, 5)
    results = {}
    with warnings.catch_warnings():  # a gap that a solver owns up to stands in the table
        warnings.simplefilter("ignore")
        n_alphas, tol = (10, 1e-4) if options.quick else (100, 1e-4)
        X, y = make_problem(*tables["wide"])
        title = f"path: {len(y):,} rows, {X.shape[1]:,} columns, {n_alphas} penalties, tol {tol:g}"
        results["path"] = compare(title, X, y, whole_paths(X, y, n_alphas, tol), 1.0, 3)
        for name, size in tables.items():
            X, y = make_problem(*size)
            strongest = float(np.abs(X.T @ y).max()) / len(y)
            for l1_ratio in (1.0, 0.5):
                for share in SHARES:
                    calls = single_fits(X, y, share * strongest / l1_ratio, l1_ratio, tol)
                    title = f"{name} {X.shape}: l1_ratio {l1_ratio}, {share:g} of the strongest"
                    found = compare(title, X, y, calls, l1_ratio, n_rounds)
                    results[f"{name} {l1_ratio} {share}"] = found
        X, y = make_problem(*(QUICK["wide"] if options.quick else TABLES["wide correlated"]))
        calls = validated(X, y, n_alphas, tol)
        title = f"five folds: {len(y):,} rows, {X.shape[1]:,} columns, {n_alphas} penalties"
        results["folds"] = compare(title, X, y, calls, 1.0, 3)
    return results
