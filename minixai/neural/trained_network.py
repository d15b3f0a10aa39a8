"""The training that networks of every kind of output share.

From checked rows and targets to weights: first weights, rows held out for early stopping, the
loop of ``optim.training`` over a `NetworkTrainer`, what is kept of it, and whether it ended
better than a constant would have.

Cost: a training step of n rows spends about 6 n multiply-adds a weight, and the look at how it
ended 2 n.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import numpy as np

from minixai._validation import check_number, feature_names_of, generator
from minixai.errors import ConvergenceWarning, DataError, ParameterError, check_option
from minixai.neural.activations import ACTIVATIONS
from minixai.neural.fitted_network import FittedNetwork
from minixai.neural.network import Network
from minixai.neural.network_trainer import NetworkTrainer, raw_scores
from minixai.optim.losses import Loss
from minixai.optim.optimizers import OPTIMIZERS, OptimizerState, start_optimizer
from minixai.optim.schedules import SCHEDULES
from minixai.optim.training import TrainingHistory, TrainingPlan, train
from minixai.protocols import Array

__all__ = ["TrainedNetwork"]

HELD_OUT_KEY = 2
"""Key of the generator that draws the rows held out for early stopping."""
CLEARLY = 1.5
"""A loss this many times another is clearly worse: pure noise ends near the best constant."""
HOPELESS = 1e6
"""A loss this many times a constant's is told after any number of steps: no few more mend it."""
ENOUGH_STEPS = 300
"""Steps of the usual size (1e-3) by which standardised data are far from their first weights."""


class TrainedNetwork(FittedNetwork):
    """The training that the classifier and the regressor share."""

    schedule: str
    n_epochs: int
    early_stopping: bool
    validation_fraction: float
    patience: int
    shuffle: bool
    warm_start: bool
    random_state: Any

    def _learn(self, rows: Array, targets: Array, n_outputs: int, callbacks: Sequence[Any]) -> Self:
        """Train on checked rows (n, d) and targets (n, t), and keep what was learned."""
        _check_size(rows, targets, feature_names_of(self, rows))
        network = Network((rows.shape[1], *self._hidden(), n_outputs), self.activation)
        flat = self._start(network, rows.dtype)
        targets = targets.astype(rows.dtype)
        kept, held = self._divide(len(rows))
        loss = self._loss()
        size = min(self.batch_size, len(kept))
        part, goal = (rows, targets) if len(held) == 0 else (rows[kept], targets[kept])
        trainer = NetworkTrainer(network, loss, self.l2, part, goal, size)
        state = start_optimizer(self.optimizer, flat.copy(), momentum=self.momentum)
        check = None
        if len(held):
            unseen, truth = rows[held], targets[held]

            def check(parameters: Array) -> float:
                raw = raw_scores(network, parameters, unseen)
                return float(np.mean(loss.values(raw, truth), dtype=np.float64))

        history = train(trainer, state, len(part), self._plan(callbacks), check)
        self._keep(network, state, history)
        if not history.interrupted:
            n_steps = _n_epochs_kept(history) * -(-len(part) // size)
            last = raw_scores(network, self._flat, rows)
            first = partial(raw_scores, network, flat, rows)
            _warn_if_unlearned(loss, targets, first, last, n_steps, self.l2)
        return self

    def _keep(self, network: Network, state: OptimizerState, history: TrainingHistory) -> None:
        self._network = network
        self._flat = state.parameters.copy()
        self.n_iter_ = len(history.losses)
        self.interrupted_ = history.interrupted
        self.loss_curve_ = np.array(history.losses)
        held_out = history.validation_losses
        self.validation_curve_ = np.array(held_out) if self.early_stopping else None

    def _start(self, network: Network, dtype: Any) -> Array:
        if not (self.warm_start and hasattr(self, "_flat")):
            return network.first_weights(self.random_state, dtype)
        if self._network != network:
            raise ParameterError(
                f"`warm_start` has a network of widths {self._network.widths}, and these data need "
                f"{network.widths}: fit a new model, or set `warm_start` to False."
            )
        return self._flat.astype(dtype)

    def _divide(self, n_rows: int) -> tuple[Array, Array]:
        """Return the rows to train on and those held out for early stopping."""
        if not self.early_stopping:
            return np.arange(n_rows), np.arange(0)
        if n_rows < 2:
            raise DataError(
                f"`early_stopping` holds rows out and needs 2 of them, got n_samples = {n_rows}: "
                "set it to False."
            )
        n_held = min(max(1, round(self.validation_fraction * n_rows)), n_rows - 1)
        order = generator(self.random_state, HELD_OUT_KEY).permutation(n_rows)
        return np.sort(order[n_held:]), np.sort(order[:n_held])

    def _plan(self, callbacks: Sequence[Any]) -> TrainingPlan:
        return TrainingPlan(
            n_epochs=self.n_epochs,
            learning_rate=self.learning_rate,
            schedule=self.schedule,
            shuffle=self.shuffle,
            random_state=self.random_state,
            patience=self.patience,
            callbacks=callbacks,
        )

    def _check_arguments(self) -> None:
        self._hidden()
        check_option("activation", self.activation, [n for n in ACTIVATIONS if n != "identity"])
        check_option("optimizer", self.optimizer, OPTIMIZERS)
        check_option("schedule", self.schedule, SCHEDULES)
        check_number("learning_rate", self.learning_rate, low=0.0, open_low=True)
        check_number("batch_size", self.batch_size, low=1, integer=True)
        check_number("n_epochs", self.n_epochs, low=1, integer=True)
        check_number("l2", self.l2, low=0.0)
        check_number("momentum", self.momentum, low=0.0, high=1.0, open_high=True)
        check_number("patience", self.patience, low=1, integer=True)
        check_number(
            "validation_fraction",
            self.validation_fraction,
            low=0.0,
            high=1.0,
            open_low=True,
            open_high=True,
        )


def _check_size(rows: Array, targets: Array, names: Sequence[str]) -> None:
    """Refuse values whose products could not be squared: the steps would silently be 0."""
    limit = float(np.finfo(rows.dtype).max) ** 0.25
    columns = [*zip(names, rows.T, strict=True), *(("y", column) for column in targets.T)]
    for name, column in columns:
        largest = float(np.abs(column).max())
        if largest > limit:
            raise DataError(
                f"Column {name!r} reaches {largest:.3g}; training in {rows.dtype} takes up to "
                f"{limit:.2g}: scale it first (minixai.data.StandardScaler)."
            )


def _n_epochs_kept(history: TrainingHistory) -> int:
    """Return how many epochs made the weights that are kept."""
    return len(history.losses) if history.best_epoch is None else history.best_epoch + 1


def _warn_if_unlearned(
    loss: Loss,
    targets: Array,
    first: Callable[[], Array],
    last: Array,
    n_steps: int,
    l2: float,
) -> None:
    """Say so where the last weights are no better than a constant and ought to be.

    The measure is the mean loss of the rows trained on, without the penalty. It needs no size of
    the values: whatever unit they have, a constant can be predicted, and the optimum of a network
    lies no higher. Pure noise ends at the constant or, learned by heart, below it. After few
    steps a network may still be as bad as its first weights, which is no fault, but not worse.
    """
    known = targets.astype(np.float64)
    end, constant = _mean_loss(loss, last, known), _constant_loss(loss, known)
    failed = constant > 0.0 and not end <= CLEARLY * constant
    if failed and n_steps < ENOUGH_STEPS and end <= HOPELESS * constant:
        failed = not end <= CLEARLY * _mean_loss(loss, first(), known)
    remedy = (
        "standardise X and y (minixai.data.StandardScaler), lower `learning_rate` or raise "
        "`n_epochs`."
    )
    if failed:
        _warn(
            f"Training ended at a loss of {end:.3g}, worse than the {constant:.3g} of the best "
            f"constant prediction: {remedy}"
        )
    # A strong penalty keeps predictions small because it was asked to.
    elif n_steps >= ENOUGH_STEPS and l2 == 0.0 and _too_small(loss, last, known, end, constant):
        _warn(
            f"Training ended at a loss of {end:.3g}, about the {constant:.3g} of the best constant "
            f"prediction, though the predictions follow y, far too small: {remedy}"
        )


def _warn(message: str) -> None:
    warnings.warn(message, ConvergenceWarning, stacklevel=5)


def _mean_loss(loss: Loss, raw: Array, targets: Array) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.mean(loss.values(raw.astype(np.float64), targets)))


def _constant_loss(loss: Loss, targets: Array) -> float:
    """Return the mean loss of the best constant raw score (Huber: of the median, close to it)."""
    if loss.name == "binary_cross_entropy":
        share = targets.mean()
        raw = np.log(share / (1.0 - share))
    elif loss.name == "categorical_cross_entropy":
        raw = np.log(np.bincount(targets[:, 0].astype(np.int64)) / len(targets))
    else:
        raw = np.median(targets, axis=0) if loss.name == "huber" else targets.mean(axis=0)
        if not np.ptp(targets, axis=0).any():
            # Its own loss is 0, which no step reaches: within 10 % of the value is learned.
            return _mean_loss(loss, 0.9 * targets, targets)
    width = np.size(raw)
    return _mean_loss(loss, np.broadcast_to(raw, (len(targets), width)), targets)


def _too_small(loss: Loss, raw: Array, targets: Array, end: float, constant: float) -> bool:
    """Whether numbers hardly better than a constant would be far better if only stretched.

    Steps of the usual size cannot reach targets of size 1e8: the predictions get the shape of
    the targets, and nothing of their size.
    """
    steady = not np.ptp(targets, axis=0).any()
    if "cross_entropy" in loss.name or steady or end < 0.8 * constant:
        return False
    centred = raw.astype(np.float64) - raw.mean(axis=0, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        slope = (centred * targets).sum(axis=0) / (centred**2).sum(axis=0)
    stretched = targets.mean(axis=0) + np.nan_to_num(slope) * centred
    return _mean_loss(loss, stretched, targets) < end / 2.0
