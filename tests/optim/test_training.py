"""The training loop: two paths, early stopping, interrupt, divergence, fine-tuning."""

import os
import signal
import subprocess
import sys
import warnings

import numpy as np
import pytest

from minixai.errors import ConvergenceWarning, ParameterError
from minixai.neural import MLPClassifier, MLPRegressor, network_trainer
from minixai.optim.optimizers import start_optimizer
from minixai.optim.training import (
    BatchWalk,
    TrainingPlan,
    fine_tune,
    flatten,
    train,
    unflatten,
)


class Line:
    """y = w x with half the squared error: a model that knows loss_gradient and nothing else."""

    def __init__(self, weight=0.0):
        self.weight = np.array([[weight]], dtype=float)

    def parameters(self):
        return {"layers.0.weight": self.weight.copy()}

    def with_parameters(self, parameters):
        return Line(parameters["layers.0.weight"][0, 0])

    def loss_gradient(self, X, y):
        residual = X @ self.weight[:, 0] - y
        return 0.5 * np.mean(residual**2), {"layers.0.weight": X.T @ residual[:, None] / len(X)}


class Told:
    """A trainer that reports losses it was told, one per epoch, and counts the epochs in theta."""

    rows_per_call = 4

    def __init__(self, losses):
        self.losses = iter(losses)

    def run_epoch(self, order, state, learning_rate):
        state.parameters[0] += 1
        loss = next(self.losses)
        if loss == "interrupt":
            raise KeyboardInterrupt
        return loss


def told(losses, held_out=None, n_epochs=None, **options):
    state = start_optimizer("sgd", np.zeros(1))
    plan = TrainingPlan(n_epochs or len(losses), 0.1, **options)
    check = None if held_out is None else (lambda theta: held_out[int(theta[0]) - 1])
    return state, train(Told(losses), state, 4, plan, check)


def data(n=22, d=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, X[:, 0] - np.sin(X[:, 1])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(
    ("make", "activation"),
    [
        (lambda y: (MLPRegressor, y), "relu"),
        (lambda y: (MLPRegressor, np.stack([y, -y, y**2], axis=1)), "tanh"),
        (lambda y: (MLPClassifier, y > 0), "gelu"),
        (lambda y: (MLPClassifier, np.digitize(y, [-0.5, 0.5])), "sigmoid"),
    ],
    ids=["regressor", "outputs", "binary", "classes"],
)
def test_the_two_paths_walk_to_the_same_weights(make, activation, optimizer):
    X, y = data()
    kind, goal = make(y)
    model = kind((4, 3), activation=activation, l2=0.02, n_epochs=1, batch_size=5).fit(X, goal)
    start = flatten(model.parameters())
    order = np.random.default_rng(1).permutation(len(X))
    ends = []
    for trainer in (model.trainer(X, goal), BatchWalk(model, X, goal, batch_size=5)):
        state = start_optimizer(optimizer, start)
        losses = [trainer.run_epoch(order, state, 0.01) for _ in range(3)]
        ends.append((losses, state.parameters, state.first, state.second))
    for fast, slow in zip(*ends, strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-12, atol=1e-12)
    assert np.abs(ends[0][1] - start).max() > 1e-3


def test_where_the_order_is_cut_changes_no_bit():
    X, y = data()
    model = MLPRegressor((4,), n_epochs=1, batch_size=5).fit(X, y)
    ends = []
    for rows in (5, 10, 100):
        trainer = model.trainer(X, y)
        trainer.rows_per_call = rows
        state = start_optimizer("adam", flatten(model.parameters()))
        history = train(trainer, state, len(X), TrainingPlan(2, 0.01))
        ends.append((state.parameters, history.losses))
    for parameters, losses in ends[1:]:
        assert np.array_equal(parameters, ends[0][0])
        np.testing.assert_allclose(losses, ends[0][1], rtol=1e-14)


def test_early_stopping_waits_and_puts_the_best_back():
    state, history = told([1.0] * 9, held_out=[5, 3, 4, 2, 2, 6, 7, 1, 1], patience=3)
    assert history.validation_losses == [5, 3, 4, 2, 2, 6, 7]
    assert history.best_epoch == 3
    assert state.parameters[0] == 4


def test_without_early_stopping_the_last_weights_stay():
    state, history = told([3.0, 1.0, 2.0])
    assert history.losses == [3.0, 1.0, 2.0]
    assert history.best_epoch is None
    assert state.parameters[0] == 3


def test_ctrl_c_keeps_the_best_weights_with_early_stopping():
    with pytest.warns(ConvergenceWarning, match="after 3 of 9 epochs; the best weights"):
        state, history = told([1.0, 1.0, 1.0, "interrupt"], held_out=[2, 1, 3], n_epochs=9)
    assert history.interrupted
    assert len(history.losses) == 3
    assert state.parameters[0] == 2


def test_ctrl_c_keeps_the_weights_so_far_without():
    with pytest.warns(ConvergenceWarning, match="after 2 of 9 epochs; the weights so far"):
        state, history = told([1.0, 1.0, "interrupt"], n_epochs=9)
    assert history.interrupted
    assert state.parameters[0] == 3


def test_ctrl_c_before_the_first_epoch_is_done_leaves_no_model():
    with pytest.raises(KeyboardInterrupt):
        told(["interrupt"], held_out=[1.0], n_epochs=9)


def test_ctrl_c_before_any_epoch_keeps_the_model_of_an_earlier_fit():
    X, y = data()
    model = MLPRegressor((4,), n_epochs=2).fit(X, y)
    before = model.predict(X)

    def interrupted(*arguments):
        raise KeyboardInterrupt

    network_trainer.train_batches, kept = interrupted, network_trainer.train_batches
    try:
        with pytest.raises(KeyboardInterrupt):
            model.fit(X + 1.0, y)
    finally:
        network_trainer.train_batches = kept
    assert np.array_equal(model.predict(X), before)


def test_ctrl_c_leaves_a_model_that_predicts():
    X, y = data()
    epochs = []

    def press(record):
        epochs.append(record.validation_loss)
        if record.epoch == 4:
            raise KeyboardInterrupt

    model = MLPRegressor((4,), n_epochs=50, early_stopping=True, learning_rate=0.05)
    with pytest.warns(ConvergenceWarning, match="interrupted"):
        model.fit(X, y, callbacks=[press])
    assert model.n_iter_ == 5
    assert np.array_equal(model.validation_curve_, epochs)
    assert np.isfinite(model.predict(X)).all()


def test_a_callback_is_told_and_may_stop():
    records = []

    def stop_at_two(record):
        records.append(record)
        return record.epoch == 2

    _, history = told([3.0, 2.0, 1.0, 0.5], callbacks=[stop_at_two], schedule="linear")
    assert [record.loss for record in records] == history.losses == [3.0, 2.0, 1.0]
    np.testing.assert_allclose([record.learning_rate for record in records], [0.1, 0.075, 0.05])


@pytest.mark.parametrize("loss", [np.nan, np.inf])
def test_a_loss_that_is_no_number_is_an_error_with_a_remedy(loss):
    with pytest.raises(ParameterError, match=r"diverged in epoch 1.*Lower `learning_rate`"):
        told([1.0, loss])


def test_orders_depend_on_the_seed_alone():
    seen = []

    class Seen(Told):
        def run_epoch(self, order, state, learning_rate):
            seen.append(tuple(order))
            return 1.0

    for seed, shuffle in ((0, True), (0, True), (1, True), (0, False)):
        plan = TrainingPlan(2, 0.1, random_state=seed, shuffle=shuffle)
        train(Seen([]), start_optimizer("sgd", np.zeros(1)), 4, plan)
    assert seen[0:2] == seen[2:4] != seen[4:6]
    assert seen[6:8] == [(0, 1, 2, 3)] * 2
    assert seen[0] != seen[1]


def test_flat_and_named_are_inverse():
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.arange(2.0), "c": np.array([[7.0]])}
    flat = flatten(arrays)
    back = unflatten(flat, {name: array.shape for name, array in arrays.items()})
    assert flat.tolist() == [0, 1, 2, 3, 4, 5, 0, 1, 7]
    assert all(np.array_equal(back[name], arrays[name]) for name in arrays)


def test_fine_tune_trains_anything_with_a_loss_gradient():
    X = np.arange(1.0, 6.0)[:, None] / 5
    tuned = fine_tune(Line(0.0), X, 2.0 * X[:, 0], n_epochs=60, learning_rate=0.1)
    assert tuned.weight[0, 0] == pytest.approx(2.0, abs=0.05)


def test_fine_tune_keeps_masked_entries_at_zero():
    X, y = data(60)
    model = MLPRegressor((6,), n_epochs=4, l2=0.01, learning_rate=0.01).fit(X, y)
    before = model.parameters()
    masks = {"layers.0.weight": np.abs(before["layers.0.weight"]) > 0.5}
    tuned = fine_tune(model, X, y, n_epochs=8, masks=masks)
    zero = ~masks["layers.0.weight"]
    assert zero.any()
    assert (tuned.parameters()["layers.0.weight"][zero] == 0).all()
    cut = {**before, "layers.0.weight": np.where(zero, 0, before["layers.0.weight"])}
    assert tuned.score(X, y) > model.with_parameters(cut).score(X, y)
    assert all(np.array_equal(model.parameters()[name], before[name]) for name in before)


def test_fine_tune_refuses_what_does_not_fit():
    X, y = data()
    model = MLPRegressor((4,), n_epochs=1).fit(X, y)
    mask = np.ones((3, 4), bool)
    with pytest.raises(ParameterError, match=r"Did you mean 'layers\.0\.weight'"):
        fine_tune(model, X, y, n_epochs=1, masks={"layer.0.weight": mask})
    with pytest.raises(ParameterError, match=r"bool array of shape \(3, 4\)"):
        fine_tune(model, X, y, n_epochs=1, masks={"layers.0.weight": mask.T})
    with pytest.raises(ParameterError, match="n_epochs"):
        fine_tune(model, X, y, n_epochs=0)


def test_fine_tune_takes_a_frame_and_says_nothing():
    pandas = pytest.importorskip("pandas")
    X, y = data()
    frame = pandas.DataFrame(X, columns=["a", "b", "c"])
    model = MLPRegressor((4,), n_epochs=1).fit(frame, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        walk = BatchWalk(model, frame, y, batch_size=8)
        state = start_optimizer("adam", flatten(model.parameters()))
        slow = walk.run_epoch(np.arange(len(X)), state, 0.01)
        tuned = fine_tune(model, frame, y, n_epochs=2)
    assert slow > 0
    assert tuned.loss_gradient(frame, y)[0] < model.loss_gradient(frame, y)[0]


SCRIPT = """
import signal, sys, warnings
import numpy as np
from minixai.neural import MLPRegressor

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
X = np.random.default_rng(0).normal(size=(400, 3))
model = MLPRegressor((8,), n_epochs=100_000, early_stopping=True, patience=100_000)
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    model.fit(X, X[:, 0], callbacks=[lambda record: print("epoch", flush=True)])
assert model.interrupted_ and 0 < model.n_iter_ < 100_000
assert "best weights so far" in str(told[0].message)
best = model.validation_curve_.min()
assert np.mean((model.predict(X) - X[:, 0]) ** 2) < 10.0 * best + 1.0
print("kept")
"""


@pytest.mark.skipif(os.name != "posix", reason="a signal to one process")
def test_a_real_signal_ends_the_training_and_keeps_the_model():
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "epoch\n"
        process.send_signal(signal.SIGINT)
        said, wrong = process.communicate(timeout=120)
    assert process.returncode == 0, wrong
    assert said.endswith("kept\n")
