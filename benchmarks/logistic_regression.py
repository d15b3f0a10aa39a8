"""What do LogisticRegression and LinearSVM cost beside scikit-learn's at the same minimum?

Tables of correlated columns of one scale, float64, one thread. Beside each time stands how far the
objective lies above the least that any contestant reached, as a share of it: a solver that stops
early is fast and far. scikit-learn's run with tolerances at which they come near, saga and
LIBLINEAR as near as they get in reasonable time. LIBLINEAR penalises the constant: the machines are
raced without one, and its logistic regression with a large intercept_scaling.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.linear import LinearSVM, LogisticRegression

SIZES = ((50_000, 20, 2), (5_000, 100, 2), (20_000, 20, 4))
WIDE = ((500, 2_000, 2),)
QUICK = ((300, 5, 2),)


def make_problem(n_rows: int, n_columns: int, n_classes: int) -> tuple[Any, Any]:
    """Draw columns that share a factor, and classes that a tenth of them tell apart."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, n_columns)) + 0.7 * rng.standard_normal((n_rows, 1))
    score = X[:, : max(2, n_columns // 10)].sum(axis=1) + rng.logistic(size=n_rows)
    cuts = np.quantile(score, np.arange(1, n_classes) / n_classes)
    return X, np.digitize(score, cuts)


def smooth(n_classes: int) -> dict[str, Any]:
    """Return contestants for the squared penalty."""
    found: dict[str, Any] = {
        "minixai newton": LogisticRegression(),
        "minixai gradient_descent": LogisticRegression(solver="gradient_descent", tol=1e-7),
    }
    if installed("sklearn"):
        from sklearn.linear_model import LogisticRegression as Theirs

        found["scikit-learn lbfgs"] = Theirs(tol=1e-7, max_iter=10_000)
        found["scikit-learn newton-cholesky"] = Theirs(solver="newton-cholesky", tol=1e-7)
        found["scikit-learn newton-cg"] = Theirs(solver="newton-cg", tol=1e-7)
    return found


def sparse(n_classes: int) -> dict[str, Any]:
    """Return contestants for the absolute penalty."""
    found: dict[str, Any] = {"minixai newton": LogisticRegression(C=0.1, l1_ratio=1.0)}
    if installed("sklearn"):
        from sklearn.linear_model import LogisticRegression as Theirs

        options = {"C": 0.1, "l1_ratio": 1.0, "random_state": 0}
        found["scikit-learn saga"] = Theirs(solver="saga", tol=1e-5, max_iter=1_000, **options)
        if n_classes == 2:
            found["scikit-learn liblinear"] = Theirs(
                solver="liblinear", tol=1e-7, max_iter=1_000, intercept_scaling=100.0, **options
            )
    return found


def margins(loss: str) -> dict[str, Any]:
    """Return contestants for the support vector machine with a loss."""
    options: dict[str, Any] = {"loss": loss, "fit_intercept": False, "C": 0.1}
    found: dict[str, Any] = {
        "minixai newton": LinearSVM(**options),
        "minixai dual": LinearSVM(solver="dual_coordinate_descent", tol=1e-3, **options),
    }
    if installed("sklearn"):
        from sklearn.svm import LinearSVC

        found["scikit-learn dual"] = LinearSVC(dual=True, tol=1e-3, max_iter=1_000, **options)
        if loss == "squared_hinge":
            found["scikit-learn primal"] = LinearSVC(dual=False, tol=1e-7, **options)
    return found


def objective(model: Any, X: Any, y: Any) -> float:
    """Return what all contestants minimise, C times the losses plus the penalty."""
    scores = X @ model.coef_.T + model.intercept_
    n_classes = int(y.max()) + 1
    ratio = getattr(model, "l1_ratio", 0.0)
    penalty = ratio * np.abs(model.coef_).sum() + 0.5 * (1.0 - ratio) * (model.coef_**2).sum()
    if hasattr(model, "predict_proba"):
        if n_classes == 2:
            scores = np.column_stack([np.zeros(len(X)), scores[:, 0]])
        highest = scores.max(axis=1)
        total = np.log(np.exp(scores - highest[:, np.newaxis]).sum(axis=1)) + highest
        return float(model.C * (total - scores[np.arange(len(y)), y]).sum() + penalty)
    signs = np.where(y == 1, 1.0, -1.0)[:, np.newaxis]
    if n_classes > 2:
        signs = np.where(y[:, np.newaxis] == np.arange(n_classes), 1.0, -1.0)
    lack = np.maximum(1.0 - signs * scores, 0.0)
    return float(model.C * (lack**2 if model.loss == "squared_hinge" else lack).sum() + penalty)


def compare(found: dict[str, Any], X: Any, y: Any, n_rounds: int) -> dict[str, Any]:
    """Race the contestants, print the table, and return ratios and excesses."""
    base = next(iter(found))
    turns: dict[str, Callable[[], Any]] = {
        name: lambda model=model: model.fit(X, y) for name, model in found.items()
    }
    with warnings.catch_warnings():  # where a solver stops short stands in the table
        warnings.simplefilter("ignore")
        result = race(turns, n_rounds=n_rounds, seconds=40.0)
    reached = {name: objective(model, X, y) for name, model in found.items()}
    least = min(reached.values())
    excess = {name: value / least - 1.0 for name, value in reached.items()}
    notes = {name: f"objective above the least by {gap:.1e} of it" for name, gap in excess.items()}
    print("\n".join(result.lines(base, "fit", 1, notes)))
    return {"ratios": {name: result.ratio(name, base) for name in found}, "excess": excess}


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the benchmark; return ratios and excesses by question and table."""
    parser = argparse.ArgumentParser(prog="benchmarks logistic_regression", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, for a look at the output")
    options = parser.parse_args(arguments)
    print(describe_machine(["scikit-learn", "scipy"]))
    n_rounds, results = 3 if options.quick else 9, {}
    tasks: dict[str, tuple[Callable[[int], dict[str, Any]], Any]] = {
        "squared penalty": (smooth, SIZES + WIDE),
        "absolute penalty": (sparse, SIZES + WIDE),
        "machine, squared hinge": (lambda k: margins("squared_hinge"), SIZES[:2]),
        "machine, hinge": (lambda k: margins("hinge"), SIZES[:2]),
    }
    for task, (make, sizes) in tasks.items():
        for n_rows, n_columns, n_classes in QUICK if options.quick else sizes:
            X, y = make_problem(n_rows, n_columns, n_classes)
            name = f"{task}: {n_rows:,} rows, {n_columns:,} columns, {n_classes} classes"
            print(f"\n{name}")
            results[name] = compare(make(n_classes), X, y, n_rounds)
    return results
