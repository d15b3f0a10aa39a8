"""The training that networks of every kind of output share.

From checked rows and targets to weights: first weights, rows held out for early stopping, the
loop of ``optim.training`` over a `NetworkTrainer`, and what is kept of it.

Cost: a training step of n rows spends about 6 n multiply-adds a weight.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from minixai._validation import check_number, feature_names_of, generator
from minixai.errors import ConvergenceWarning, DataError, ParameterError, check_option
from minixai.neural.activations import ACTIVATIONS
from minixai.neural.fitted_network import FittedNetwork
from minixai.neural.network import Network
from minixai.neural.network_trainer import NetworkTrainer, raw_scores
from minixai.optim.optimizers import OPTIMIZERS, OptimizerState, start_optimizer
from minixai.optim.schedules import SCHEDULES
from minixai.optim.training import TrainingHistory, TrainingPlan, train
from minixai.protocols import Array

__all__ = ["TrainedNetwork"]

HELD_OUT_KEY = 2
"""Key of the generator that draws the rows held out for early stopping."""
LARGE = 1e4
"""Values beyond this make a training that did not halve its loss suspect."""


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
        state = start_optimizer(self.optimizer, flat, momentum=self.momentum)
        check = None
        if len(held):
            unseen, truth = rows[held], targets[held]

            def check(parameters: Array) -> float:
                raw = raw_scores(network, parameters, unseen)
                return float(np.mean(loss.values(raw, truth), dtype=np.float64))

        history = train(trainer, state, len(part), self._plan(callbacks), check)
        self._keep(network, state, history)
        _check_learned(rows, targets, history)
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
            raise DataError("`early_stopping` holds rows out and needs 2: set it to False.")
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


def _check_learned(rows: Array, targets: Array, history: TrainingHistory) -> None:
    """Say so where steps of the usual size could not reach the size of the values."""
    largest = max(float(np.abs(rows).max()), float(np.abs(targets).max()))
    losses = history.losses
    if largest > LARGE and losses and losses[-1] > 0.5 * losses[0]:
        warnings.warn(
            f"Training hardly lowered the loss ({losses[0]:.3g} to {losses[-1]:.3g}) on values up "
            f"to {largest:.3g}: scale the columns of X and y to about 1.",
            ConvergenceWarning,
            stacklevel=4,
        )
