"""What compression costs on two small real tables, over five shuffled folds."""

import functools
import os

import numpy as np
import pytest

from minixai.compression import prune, quantize
from minixai.neural import MLPClassifier

pytestmark = pytest.mark.skipif(
    os.environ.get("MINIXAI_NUMBA") == "0",
    reason="trains networks, which takes minutes without compiled kernels",
)


@functools.cache
def fitted_folds(name):
    """Return (model, X_train, y_train, X_test, y_test) for each of five folds, standardised."""
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    X = X.astype(np.float32)
    parts = np.array_split(np.random.default_rng(0).permutation(len(X)), 5)
    folds = []
    for held_out in range(5):
        test = parts[held_out]
        train = np.concatenate([part for i, part in enumerate(parts) if i != held_out])
        mean, spread = X[train].mean(axis=0), X[train].std(axis=0)
        scaled = (X - mean) / np.where(spread == 0, 1, spread)
        model = MLPClassifier(
            hidden_layer_sizes=(64, 32), n_epochs=20, batch_size=32, learning_rate=1e-3
        ).fit(scaled[train], y[train])
        folds.append((model, scaled[train], y[train], scaled[test], y[test]))
    return folds


def mean_scores(name, change):
    """Return the mean accuracy before and after a change of the model."""
    scores = [
        (model.score(X_test, y_test), change(model, X, y).score(X_test, y_test))
        for model, X, y, X_test, y_test in fitted_folds(name)
    ]
    return np.mean(scores, axis=0)


@pytest.mark.parametrize("granularity", ["tensor", "channel"])
@pytest.mark.parametrize("calibrated", [True, False])
@pytest.mark.parametrize("name", ["breast_cancer", "digits"])
def test_eight_bits_keep_the_accuracy_within_half_a_point(name, calibrated, granularity):
    before, after = mean_scores(
        name, lambda model, X, y: quantize(model, X if calibrated else None, 8, granularity)
    )
    assert before > 0.95
    assert after >= before - 0.005


def test_four_fifths_pruned_and_tuned_keep_it_within_a_point():
    def pruned(model, X, y):
        small = prune(model, sparsity=0.8, X=X, y=y, n_epochs=20)
        weights = [array for array in small.parameters().values() if array.ndim == 2]
        zeros = sum(np.count_nonzero(array == 0) for array in weights)
        assert zeros == round(0.8 * sum(array.size for array in weights))
        return small

    before, after = mean_scores("digits", pruned)
    assert after >= before - 0.01


def test_pruned_then_quantized_keeps_it_too():
    def smaller(model, X, y):
        return quantize(prune(model, sparsity=0.8, X=X, y=y, n_epochs=20), X)

    before, after = mean_scores("digits", smaller)
    assert after >= before - 0.01
