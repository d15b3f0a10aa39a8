"""What does permutation importance of an MLP cost beside scikit-learn's on its own MLP?

569 rows of 30 columns, two classes (the breast-cancer table where scikit-learn brings it, else
one drawn with the same shape), hidden layers 64 and 32, 10 repeats, accuracy, one thread. Both
hold the same network: scikit-learn's after its training, whose weights our model is given. So
the predictions are the same, and the importances differ by the draws of the shuffles alone; the
rank agreement of the two stands beside the times, and with it that of two seeds of one library,
which is what the draws account for.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.explain import permutation_importance
from minixai.neural import MLPClassifier

HIDDEN = (64, 32)
OURS, THEIRS, FOREIGN = "minixai", "scikit-learn", "minixai on scikit-learn's model"


def make_problem(n_rows: int | None, dtype: Any) -> tuple[Any, Any]:
    """Return standardised rows and labels."""
    try:
        from sklearn.datasets import load_breast_cancer

        X, y = load_breast_cancer(return_X_y=True)
    except ImportError:
        rng = np.random.default_rng(0)
        factors = rng.standard_normal((569, 6))
        X = factors @ rng.standard_normal((6, 30)) + 0.5 * rng.standard_normal((569, 30))
        y = (factors[:, 0] + 0.5 * factors[:, 1] + 0.3 * rng.standard_normal(569) > 0).astype(int)
    X = ((X - X.mean(axis=0)) / X.std(axis=0)).astype(dtype)
    return X[:n_rows], y[:n_rows]


def models(X: Any, y: Any) -> tuple[Any, Any]:
    """Return our MLP and scikit-learn's (None without it), with the same weights."""
    ours = MLPClassifier(HIDDEN, n_epochs=20).fit(X, y)
    if not installed("sklearn"):
        return ours, None
    import warnings

    from sklearn.neural_network import MLPClassifier as Theirs

    with warnings.catch_warnings():  # it says that 20 epochs are few
        warnings.simplefilter("ignore")
        theirs = Theirs(HIDDEN, max_iter=20, batch_size=32, random_state=0).fit(X, y)
    named = {}
    for i, (weight, bias) in enumerate(zip(theirs.coefs_, theirs.intercepts_, strict=True)):
        named[f"layers.{i}.weight"], named[f"layers.{i}.bias"] = weight, bias
    return ours.with_parameters(named), theirs


def contestants(X: Any, y: Any, n_repeats: int) -> dict[str, Callable[[int], Any]]:
    """Return functions from a seed to the mean importances (n_features,)."""
    ours, theirs = models(X, y)

    def of(model: Any) -> Callable[[int], Any]:
        return lambda seed: (
            permutation_importance(model, X, y, n_repeats=n_repeats, random_state=seed).mean
        )

    found = {OURS: of(ours)}
    if theirs is not None:
        from sklearn.inspection import permutation_importance as by_scikit_learn

        same = float(np.mean(ours.predict(X) == theirs.predict(X)))
        print(f"same predictions of the two models: {100.0 * same:.2f} % of rows")
        found[THEIRS] = lambda seed: (
            by_scikit_learn(
                theirs, X, y, n_repeats=n_repeats, random_state=seed, n_jobs=1
            ).importances_mean
        )
        found[FOREIGN] = of(theirs)
    return found


def rank_agreement(first: Any, second: Any) -> float:
    """Return Spearman's correlation, ties sharing their mean rank."""
    ranks = [_mean_ranks(np.asarray(values)) for values in (first, second)]
    return float(np.corrcoef(*ranks)[0, 1])


def _mean_ranks(values: Any) -> Any:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - 0.5 * (count + 1.0))[place]


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the benchmark; return ratios and agreements by type of number."""
    parser = argparse.ArgumentParser(prog="benchmarks permutation_importance", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, for a look at the output")
    options = parser.parse_args(arguments)
    print(describe_machine(["scikit-learn", "scipy"]))
    n_rows, n_repeats, n_rounds = (60, 2, 3) if options.quick else (None, 10, 20)
    results: dict[str, Any] = {}
    for dtype in ("float32", "float64"):
        X, y = make_problem(n_rows, dtype)
        print(f"\n{len(X)} rows, {X.shape[1]} columns, {n_repeats} repeats, {dtype}")
        found = contestants(X, y, n_repeats)
        turns = {name: lambda call=call: call(0) for name, call in found.items()}
        result = race(turns, n_rounds=n_rounds, seconds=60.0)
        reference = found[OURS](0)
        agreement = {name: rank_agreement(call(1), reference) for name, call in found.items()}
        notes = {name: f"ranks agree {rho:.3f}" for name, rho in agreement.items()}
        notes[OURS] += " (seed 1 with seed 0)"
        print("\n".join(result.lines(OURS, "call", 1, notes)))
        ratios = {name: result.ratio(name, OURS) for name in found}
        results[dtype] = {"ratios": ratios, "agreement": agreement}
    return results
