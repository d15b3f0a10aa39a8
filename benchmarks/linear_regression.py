"""What do the three solvers of LinearRegression cost beside scikit-learn and numpy.linalg.lstsq?

One table of correlated columns on very different scales, float64, one thread. Beside each time
stands how far the coefficients are from the most exact ones at hand (lstsq on standardised
columns), relative to the largest, each coefficient counted in standard deviations of its
column; scikit-learn's two solvers here are its default (a singular value decomposition of the
centred matrix) and its SGDRegressor, which needs standardised columns and gets them for free.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.linear import LinearRegression

SIZES = ((100_000, 20), (5_000, 200))
QUICK = ((500, 5),)


def make_problem(n_rows: int, n_columns: int) -> tuple[Any, Any]:
    """Draw columns that share a common factor, scaled from 1e-2 to 1e3, and a noisy target."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, n_columns)) + 0.7 * rng.standard_normal((n_rows, 1))
    slopes = rng.standard_normal(n_columns)
    y = X @ slopes + 3.0 + rng.standard_normal(n_rows)
    return X * np.logspace(-2, 3, n_columns) + 10.0, y


def contestants(X: Any, y: Any) -> dict[str, Callable[[], Any]]:
    """Return functions that fit and return coefficients in the units of ``X``."""
    found: dict[str, Callable[[], Any]] = {
        f"minixai {solver}": lambda solver=solver: LinearRegression(solver=solver).fit(X, y).coef_
        for solver in ("closed_form", "gradient_descent", "sgd")
    }
    design = np.column_stack([X, np.ones(len(X))])
    found["numpy lstsq"] = lambda: np.linalg.lstsq(design, y, rcond=None)[0][:-1]
    if installed("sklearn"):
        from sklearn.linear_model import LinearRegression as Theirs
        from sklearn.linear_model import SGDRegressor

        found["scikit-learn"] = lambda: Theirs().fit(X, y).coef_
        scale, centre = X.std(axis=0), X.mean(axis=0)
        Z = (X - centre) / scale
        found["scikit-learn SGD"] = lambda: (
            SGDRegressor(alpha=0.0, random_state=0).fit(Z, y).coef_ / scale
        )
    return found


def differences(X: Any, y: Any, found: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Return each contestant's largest error, in standardised units, over the largest slope."""
    scale = X.std(axis=0)
    Z = (X - X.mean(axis=0)) / scale
    best = np.linalg.lstsq(Z, y - y.mean(), rcond=None)[0]
    return {
        name: float(np.abs(fit() * scale - best).max() / np.abs(best).max())
        for name, fit in found.items()
    }


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the benchmark; return ratios and differences by table."""
    parser = argparse.ArgumentParser(prog="benchmarks linear_regression", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, for a look at the output")
    options = parser.parse_args(arguments)
    print(describe_machine(["scikit-learn", "scipy"]))
    base, results = "minixai closed_form", {}
    for n_rows, n_columns in QUICK if options.quick else SIZES:
        X, y = make_problem(n_rows, n_columns)
        found = contestants(X, y)
        with warnings.catch_warnings():  # a gap that a solver owns up to stands in the table
            warnings.simplefilter("ignore")
            result = race(found, n_rounds=3 if options.quick else 15, seconds=60.0)
            off = differences(X, y, found)
        print(f"\n{n_rows:,} rows, {n_columns} columns")
        notes = {name: f"coefficients off by {gap:.1e}" for name, gap in off.items()}
        print("\n".join(result.lines(base, "fit", 1, notes)))
        ratios = {name: result.ratio(name, base) for name in found}
        results[f"{n_rows} x {n_columns}"] = {"ratios": ratios, "differences": off}
    return results
