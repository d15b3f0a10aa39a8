"""What do pruning and int8 quantization save, and what do they cost in accuracy?

Bytes on disk and latency of a 512-512-512-1 network, float32, pruned to 80 % zeros and in int8;
then the test accuracy of all three over five shuffled folds of the digits and the breast-cancer
tables (scikit-learn brings them; without it, tables drawn with the same shapes). A pruned model
predicts no faster: zeros are multiplied like other numbers, they only pack well in a file.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed
from minixai.compression import measure, prune, quantize
from minixai.neural import MLPClassifier

SPARSITY = 0.8
N_FOLDS = 5


def make_wide_problem(n_rows: int) -> tuple[Any, Any]:
    """Draw 512 columns and a label that a quarter of them decide."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, 512)).astype(np.float32)
    slopes = np.where(np.arange(512) < 128, rng.standard_normal(512), 0.0)
    return X, (X @ slopes + rng.standard_normal(n_rows) > 0).astype(int)


def read_tables(n_rows: int | None) -> dict[str, tuple[Any, Any]]:
    """Return digits and breast cancer, or tables drawn with their shapes."""
    if installed("sklearn"):
        from sklearn.datasets import load_breast_cancer, load_digits

        found = {
            "digits": load_digits(return_X_y=True),
            "breast cancer": load_breast_cancer(return_X_y=True),
        }
    else:
        found = {
            "ten drawn classes": _clusters(1797, 64, 10),
            "two drawn classes": _clusters(569, 30, 2),
        }
    return {name: (X[:n_rows], y[:n_rows]) for name, (X, y) in found.items()}


def _clusters(n_rows: int, n_columns: int, n_classes: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    centres = 1.2 * rng.standard_normal((n_classes, 8)) @ rng.standard_normal((8, n_columns)) / 2.0
    y = rng.integers(n_classes, size=n_rows)
    return centres[y] + 1.5 * rng.standard_normal((n_rows, n_columns)), y


def compress(model: Any, X: Any, y: Any, n_epochs: int) -> dict[str, Any]:
    """Return the model beside its pruned and its quantized forms."""
    pruned = prune(model, sparsity=SPARSITY, X=X, y=y, n_epochs=n_epochs)
    return {
        "float32": model,
        f"{SPARSITY:.0%} pruned": pruned,
        "int8": quantize(model, X_calibration=X),
        "int8, by channel": quantize(model, X_calibration=X, granularity="channel"),
        "int8, dynamic": quantize(model),
        f"{SPARSITY:.0%} pruned, int8": quantize(pruned, X_calibration=X),
    }


def folds(n_rows: int) -> Iterator[tuple[Any, Any]]:
    """Give the training and the test rows of each shuffled fold."""
    order = np.random.default_rng(0).permutation(n_rows)
    for test in np.array_split(order, N_FOLDS):
        yield np.setdiff1d(order, test), test


def accuracies(X: Any, y: Any, n_epochs: int) -> dict[str, list[float]]:
    """Return the test accuracy of every form in every fold."""
    found: dict[str, list[float]] = {}
    for train, test in folds(len(X)):
        centre, scale = X[train].mean(axis=0), X[train].std(axis=0)
        Z = ((X - centre) / np.where(scale > 0, scale, 1.0)).astype(np.float32)
        model = MLPClassifier((64, 32), n_epochs=n_epochs, l2=1e-4).fit(Z[train], y[train])
        for name, form in compress(model, Z[train], y[train], n_epochs).items():
            found.setdefault(name, []).append(form.score(Z[test], y[test]))
    return found


def show_sizes(n_rows: int, n_epochs: int) -> dict[str, Any]:
    """Print bytes, latency and accuracy of the wide network's forms."""
    X, y = make_wide_problem(2 * n_rows)
    model = MLPClassifier((512, 512), batch_size=256, n_epochs=n_epochs)
    model.fit(X[:n_rows], y[:n_rows])
    forms = compress(model, X[:n_rows], y[:n_rows], 1)
    measured = {name: measure(form, X[n_rows:], y[n_rows:]) for name, form in forms.items()}
    whole = measured["float32"].bytes_on_disk or 1
    print("\n512-512-512-1: file, non-zero weights, latency (p50, p99), test accuracy")
    for name, found in measured.items():
        (one, many), size = found.latency.values(), found.bytes_on_disk or 0
        print(
            f"  {name:<18}{size / 1e3:>8.1f} kB {size / whole:>6.1%}  {found.n_nonzero:>8,}  "
            f"1 row {one['p50'] * 1e6:>5.0f}, {one['p99'] * 1e6:>5.0f} us  "
            f"256 rows {many['p50'] * 1e3:>5.2f}, {many['p99'] * 1e3:>5.2f} ms  "
            f"{found.metric_value:.3f}"
        )
    return {name: (found.bytes_on_disk or 0) / whole for name, found in measured.items()}


def show_accuracies(name: str, X: Any, y: Any, n_epochs: int) -> dict[str, float]:
    """Print each form's test accuracy over the folds, and the points it loses to float32."""
    found = accuracies(X, y, n_epochs)
    base = np.array(found["float32"])
    print(f"\n{name}, {len(X):,} x {X.shape[1]}: test accuracy over {N_FOLDS} shuffled folds")
    for form, values in found.items():
        change = 100.0 * (np.array(values) - base)
        print(
            f"  {form:<18}{100.0 * np.mean(values):>6.2f} %  {change.mean():>+6.2f} points "
            f"(folds {', '.join(f'{points:+.2f}' for points in change)})"
        )
    return {form: float(np.mean(values)) for form, values in found.items()}


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the benchmark; return shares of the bytes and accuracies by table."""
    parser = argparse.ArgumentParser(prog="benchmarks compression", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, two epochs")
    options = parser.parse_args(arguments)
    print(describe_machine(["scikit-learn"]))
    n_rows, n_wide, n_epochs = (150, 300, 2) if options.quick else (None, 4000, 40)
    with warnings.catch_warnings():  # columns too narrow for a code of their own
        warnings.simplefilter("ignore")
        results: dict[str, Any] = {"bytes": show_sizes(n_wide, 2 if options.quick else 5)}
        for name, (X, y) in read_tables(n_rows).items():
            results[name] = show_accuracies(name, X, y, n_epochs)
    return results
