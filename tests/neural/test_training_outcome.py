"""Whether a training that ended worse than a constant says so, and no other does."""

import warnings

import numpy as np
import pytest

from minixai.errors import ConvergenceWarning
from minixai.neural import MLPClassifier, MLPRegressor
from minixai.neural.trained_network import _constant_loss
from minixai.optim.losses import make_loss
from tests.conftest import COMPILED

many_steps = pytest.mark.skipif(not COMPILED, reason="thousands of steps: run compiled only")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 4))
Y = X @ [1, 2, -1, 0.5] + 0.1 * RNG.normal(size=400)
NOISE = RNG.normal(size=400)


def classes(y):
    return np.digitize(y, [-1, 1])


UNLEARNED = {
    "a column far too large": ({}, X * [1, 1, 1, 1e20], X[:, :3].sum(axis=1)),
    "columns too large": ({}, 100 * X, Y),
    "far from 0": ({}, X, 3000 + 100 * Y),
    "further from 0": ({}, X, 5000 + Y),
    "further from 0, huber": ({"loss": "huber"}, X, 5000 + Y),
    "tiny": ({}, X, 1e-4 * Y),
    "small": ({}, X, 1e-2 * Y),
    "far from 0 and stopped early": ({"early_stopping": True}, X, 5000 + Y),
    "far from 0, two outputs": ({}, X, np.stack([5000 + Y, Y], axis=1)),
    "made worse by few steps": ({"n_epochs": 2, "learning_rate": 10.0}, X, Y),
    "a constant far off": ({"n_epochs": 30}, X, np.full(400, 5000.0)),
    "steps of Adam too long": ({"learning_rate": 1e10}, X, Y),
    "steps of Adam somewhat too long": ({"learning_rate": 10.0}, X, Y),
    "steps of SGD too long": (
        {"hidden_layer_sizes": (), "optimizer": "sgd", "learning_rate": 1.6, "n_epochs": 10},
        X,
        Y,
    ),
}


@many_steps
@pytest.mark.parametrize("name", UNLEARNED)
def test_numbers_worse_than_a_constant(name):
    arguments, rows, y = UNLEARNED[name]
    with pytest.warns(ConvergenceWarning, match=r"worse than the .*: standardise X and y") as seen:
        MLPRegressor(**arguments).fit(rows, y)
    assert len(seen) == 1
    assert seen[0].filename == __file__


@pytest.mark.parametrize("loss", ["half_squared_error", "huber"])
@pytest.mark.parametrize("scale", [1e4, 1e8])
def test_numbers_too_large_to_reach(scale, loss):
    """The loss is that of the best constant, the shape is learned."""
    with pytest.warns(ConvergenceWarning, match="follow y, far too small: standardise"):
        MLPRegressor(loss=loss).fit(X, scale * Y)


@pytest.mark.parametrize("target", [Y > 0, classes(Y)], ids=["two", "three"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_classes_worse_than_their_shares(optimizer, target):
    model = MLPClassifier(optimizer=optimizer, learning_rate=100.0)
    with pytest.warns(ConvergenceWarning, match="worse than the"):
        model.fit(X, target)


@many_steps
@pytest.mark.parametrize("n_epochs", [1, 3, 50])
@pytest.mark.parametrize("stops", [False, True])
def test_silence_over_noise_and_over_what_is_learned(n_epochs, stops):
    options = {"n_epochs": n_epochs, "early_stopping": stops}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for y in (NOISE, Y, 10 * Y, 100 * Y, np.full(400, 7.0), np.zeros(400)):
            MLPRegressor(**options).fit(X, y)
        for y in (NOISE > 0, classes(NOISE), Y > 0, np.arange(400) % 100 == 0):
            MLPClassifier(**options).fit(X, y)


@pytest.mark.parametrize("n_rows", [1, 2, 5, 20])
@pytest.mark.parametrize("n_epochs", [1, 5])
def test_silence_where_there_were_few_steps(n_rows, n_epochs):
    """Untrained is no fault: an offset of some spreads is what ratings have."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPRegressor(n_epochs=n_epochs).fit(X[:n_rows], 4.0 + Y[:n_rows])


def test_silence_where_epochs_are_short():
    """50 epochs are 150 steps: what check_estimator does with columns around 100."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPRegressor(loss="huber", early_stopping=True).fit(100.0 + X[:100, :2], Y[:100])


def test_silence_where_a_penalty_keeps_the_predictions_small():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPRegressor(l2=30.0).fit(X, Y)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        ("half_squared_error", np.array([[0.0, 5.0], [1.0, 7.0], [5.0, 5.5]])),
        ("huber", np.array([[0.0], [0.2], [0.3], [0.5], [9.0]])),
        ("binary_cross_entropy", np.array([[0.0], [1.0], [1.0], [1.0]])),
        ("categorical_cross_entropy", np.array([[0.0], [1.0], [2.0], [2.0]])),
    ],
)
def test_no_other_constant_is_clearly_better(loss, targets):
    loss = make_loss(loss)
    best = _constant_loss(loss, targets)
    width = 3 if loss.name == "categorical_cross_entropy" else targets.shape[1]
    draws = np.random.default_rng(0).normal(scale=3.0, size=(4000, width))
    others = [
        loss.values(np.broadcast_to(each, (len(targets), width)), targets).mean() for each in draws
    ]
    assert min(others) > 0.95 * best
    if loss.name == "half_squared_error":
        assert best == pytest.approx(0.5 * targets.var(axis=0).sum())


def test_a_hopeless_loss_is_told_after_any_number_of_steps():
    X = np.random.default_rng(0).normal(size=(150, 4))
    with pytest.warns(ConvergenceWarning, match="worse than the"):
        MLPRegressor((4,), n_epochs=2).fit(X * 1e10, X[:, 0])
