r"""The one training loop: epochs, order, schedule, early stopping, progress, interrupt.

The loop owns no formula. It hands a *trainer* - a model bound to its data - the rows in the
order in which they are to be seen, and the trainer takes one step per mini-batch:

    for each epoch: draw the order -> trainer.run_epoch(part, state, rate), part by part
                    -> losses -> better than ever? keep a copy -> patience at an end? stop

A part is a whole number of mini-batches that takes a fraction of a second, so that Ctrl-C is
answered between parts; where the cuts fall changes no number. `BatchWalk` is the trainer of
any model that has ``loss_gradient``; a model with a faster way offers ``trainer(X, y)``.

Source: Prechelt (1998), Early stopping - but when?, in Neural Networks: Tricks of the Trade,
for stopping after a number of epochs without improvement (his third class of criteria).
Cost: that of the trainer; with early stopping one further copy of the parameters.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from minixai._progress import Progress
from minixai._validation import check_number, generator, take_rows
from minixai.errors import ConvergenceWarning, ParameterError, suggestion
from minixai.optim.optimizers import OPTIMIZERS, OptimizerState, start_optimizer
from minixai.optim.schedules import learning_rate_at
from minixai.protocols import Array, MaskedRefit, TrainedByEpochs

__all__ = ["BatchWalk", "EpochRecord", "TrainingHistory", "TrainingPlan", "fine_tune", "train"]

ORDER_KEY = 1
"""Key of the generator that draws the order of rows."""
LOSS_ROWS = 4096
"""Rows whose loss is computed at once."""


class EpochRecord(NamedTuple):
    """What a callback is told after an epoch."""

    epoch: int
    """Counted from 0."""
    loss: float
    """Mean loss of the epoch's mini-batches, each before its step, with the penalty."""
    validation_loss: float | None
    """Mean loss of the held-out rows, without the penalty; None without early stopping."""
    learning_rate: float


@dataclass(frozen=True)
class TrainingPlan:
    """How long to train, how fast, and when to stop.

    Parameters
    ----------
    n_epochs : int
    learning_rate : float
    schedule : str
        A key of ``minixai.optim.schedules.SCHEDULES``.
    shuffle : bool
        Draw a new order of the rows for each epoch; False: as they stand.
    random_state : int or None
        Seed of the order.
    patience : int
        Epochs without a better validation loss before stopping.
    callbacks : sequence of functions
        Called with an `EpochRecord` after each epoch; one that returns True stops the training.
    """

    n_epochs: int
    learning_rate: float
    schedule: str = "constant"
    shuffle: bool = True
    random_state: Any = 0
    patience: int = 10
    callbacks: Sequence[Callable[[EpochRecord], Any]] = ()


@dataclass
class TrainingHistory:
    """What happened: the losses by epoch, and why the training ended.

    Parameters
    ----------
    losses, validation_losses : list of float
        One per finished epoch, as in `EpochRecord`; the second empty without early stopping.
    best_epoch : int or None
        The epoch whose weights were kept, from 0; None without early stopping.
    interrupted : bool
        Whether Ctrl-C ended it.
    """

    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    interrupted: bool = False


class BatchWalk:
    """The trainer of any model with ``loss_gradient``: one call of it per mini-batch.

    Parameters
    ----------
    model : ParameterDifferentiable
    X, y : as given to the model's ``fit``
    batch_size : int
        Rows in a mini-batch; the last one of an epoch may be smaller.
    """

    def __init__(self, model: Any, X: Any, y: Any, batch_size: int) -> None:
        self.model = model
        self.X = X
        self.y = np.asarray(y)
        self.batch_size = batch_size
        self.rows_per_call = batch_size
        self.shapes = {name: array.shape for name, array in model.parameters().items()}

    def run_epoch(
        self, order: Array, optimizer_state: OptimizerState, learning_rate: float
    ) -> float:
        """Take one step per mini-batch of ``order`` and return the mean loss before the steps."""
        total = 0.0
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            model = self.model.with_parameters(unflatten(optimizer_state.parameters, self.shapes))
            loss, gradient = model.loss_gradient(take_rows(self.X, rows), self.y[rows])
            optimizer_state.gradient[:] = flatten(gradient)
            optimizer_state.step(learning_rate)
            total += loss * len(rows)
        return total / len(order)


def flatten(arrays: Mapping[str, Array]) -> Array:
    """Return all entries of named arrays in one flat array, in the order of the mapping."""
    return np.concatenate([np.asarray(array).ravel() for array in arrays.values()])


def unflatten(flat: Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Cut a flat array into named views of the given shapes, the inverse of `flatten`."""
    arrays, start = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        arrays[name] = flat[start : start + size].reshape(shape)
        start += size
    return arrays


def train(
    trainer: Any,
    state: OptimizerState,
    n_rows: int,
    plan: TrainingPlan,
    validation_loss: Callable[[Array], float] | None = None,
) -> TrainingHistory:
    """Run the epochs of ``plan``; ``state.parameters`` holds the result.

    Parameters
    ----------
    trainer : Trainable
        A model bound to its data, with ``run_epoch`` and ``rows_per_call``.
    state : OptimizerState
        Changed in place.
    n_rows : int
        Rows of the training data.
    plan : TrainingPlan
    validation_loss : function of the flat parameters, optional
        Turns early stopping on: after ``patience`` epochs without a lower value the training
        stops, and the parameters of the lowest are put back.

    Returns
    -------
    TrainingHistory

    Raises
    ------
    ParameterError
        The loss or the parameters stopped being finite numbers.
    KeyboardInterrupt
        Ctrl-C before the first epoch was done.

    Warns
    -----
    ConvergenceWarning
        Ctrl-C ended the training after that.
    """
    history = TrainingHistory()
    best = state.parameters.copy()
    try:
        _run_epochs(trainer, state, n_rows, plan, validation_loss, history, best)
    except KeyboardInterrupt:
        if not history.losses:
            raise  # nothing is learned yet: who stops now wants no model
        history.interrupted = True
    if history.best_epoch is not None:
        state.parameters[:] = best
    if history.interrupted:
        kept = "weights" if history.best_epoch is None else "best weights"
        warnings.warn(
            f"Training was interrupted after {len(history.losses)} of {plan.n_epochs} epochs; "
            f"the {kept} so far are kept: fit again for the rest.",
            ConvergenceWarning,
            stacklevel=4,
        )
    return history


def _run_epochs(
    trainer: Any,
    state: OptimizerState,
    n_rows: int,
    plan: TrainingPlan,
    validation_loss: Callable[[Array], float] | None,
    history: TrainingHistory,
    best: Array,
) -> None:
    """Run epochs until one of the reasons to stop; ``history`` and ``best`` are filled."""
    draws = generator(plan.random_state, ORDER_KEY)
    lowest, waited = np.inf, 0
    with Progress(plan.n_epochs, "training") as bar:
        for epoch in range(plan.n_epochs):
            rate = learning_rate_at(plan.schedule, plan.learning_rate, epoch, plan.n_epochs)
            order = draws.permutation(n_rows) if plan.shuffle else np.arange(n_rows)
            loss = _one_epoch(trainer, state, order, rate)
            _check_progress(loss, state, epoch, rate)
            held_out = None if validation_loss is None else validation_loss(state.parameters)
            if held_out is not None:
                waited += 1
                if held_out < lowest:
                    best[:] = state.parameters
                    lowest, waited, history.best_epoch = held_out, 0, epoch
                history.validation_losses.append(held_out)
            history.losses.append(loss)
            bar.advance(note=f"loss {loss:.4g}")
            record = EpochRecord(epoch, loss, held_out, rate)
            stops = [callback(record) for callback in plan.callbacks]
            if any(stops) or (held_out is not None and waited >= plan.patience):
                return


def _one_epoch(trainer: Any, state: OptimizerState, order: Array, rate: float) -> float:
    total = 0.0
    for start in range(0, len(order), trainer.rows_per_call):
        part = order[start : start + trainer.rows_per_call]
        total += trainer.run_epoch(part, state, rate) * len(part)
    return total / len(order)


def _check_progress(loss: float, state: OptimizerState, epoch: int, rate: float) -> None:
    """Refuse to go on with infinity or NaN: an infinite second moment would freeze a weight."""
    buffers = (state.parameters, state.first, state.second)
    if not np.isfinite(loss) or not all(np.isfinite(buffer).all() for buffer in buffers):
        raise ParameterError(
            f"Training diverged in epoch {epoch}: the loss is {loss:.4g} and the weights are not "
            f"all finite. Lower `learning_rate` (now {rate:.4g}) or scale the columns of X and y."
        )


def fine_tune(
    model: Any,
    X: Any,
    y: Any,
    *,
    n_epochs: int,
    masks: Mapping[str, Array] | None = None,
    learning_rate: float | None = None,
    random_state: Any = 0,
) -> Any:
    """Train a fitted model further from its present weights, some held at 0 if wanted.

    A model says by what it offers how this is done: ``refit_masked(X, y, masks) -> model`` is a
    minimum in closed form and stands for the whole training; ``trainer(X, y)`` walks its own
    epochs; ``optimizer``, ``momentum`` and ``learning_rate`` are those that its weights were
    found with. Any other takes steps of Adam along its ``loss_gradient``.

    Parameters
    ----------
    model : ParameterDifferentiable
        Not changed.
    X, y : as given to the model's ``fit``
    n_epochs : int, at least 1
    masks : mapping of parameter name -> bool array, optional
        True = trained; False = set to exactly 0 and kept there. Names left out are trained.
    learning_rate : float, optional
        Step of the optimizer; None: the model's own, or 1e-3 where it names no optimizer.
    random_state : int or None
        Seed of the order of rows.

    Returns
    -------
    model
        ``model.with_parameters(...)`` of what was found; of the starting weights (masked) where
        the epochs did not lower the loss.

    Raises
    ------
    ParameterError
        A mask without its parameter or of another shape, a number out of range, or divergence.

    Warns
    -----
    ConvergenceWarning
        The epochs did not lower the loss.
    """
    check_number("n_epochs", n_epochs, low=1, integer=True)
    parameters = model.parameters()
    kept = _flat_mask(parameters, masks or {})
    if isinstance(model, MaskedRefit):
        return model.refit_masked(X, y, masks or {})
    trainer = (
        model.trainer(X, y)
        if isinstance(model, TrainedByEpochs)
        else BatchWalk(model, X, y, batch_size=32)
    )
    state, own_rate = _own_optimizer(model, flatten(parameters), kept)
    rate = own_rate if learning_rate is None else learning_rate
    check_number("learning_rate", rate, low=0.0, open_low=True)
    shapes = {name: array.shape for name, array in parameters.items()}
    start = model.with_parameters(unflatten(state.parameters.copy(), shapes))
    plan = TrainingPlan(n_epochs=n_epochs, learning_rate=rate, random_state=random_state)
    train(trainer, state, np.shape(X)[0], plan)
    tuned = model.with_parameters(unflatten(state.parameters, shapes))
    return _better(start, tuned, X, y, rate)


def _own_optimizer(model: Any, flat: Array, kept: Array | None) -> tuple[OptimizerState, float]:
    """Give the model's optimizer at its weights, and its step: a step belongs to its optimizer."""
    name = getattr(model, "optimizer", None)
    if not isinstance(name, str) or name not in OPTIMIZERS:
        return start_optimizer("adam", flat, mask=kept), 1e-3
    state = start_optimizer(name, flat, momentum=getattr(model, "momentum", 0.9), mask=kept)
    return state, getattr(model, "learning_rate", 1e-3)


def _better(start: Any, tuned: Any, X: Any, y: Any, rate: float) -> Any:
    """Give the tuned model, or the one before it where the loss did not fall."""
    before, after = (_mean_loss(model, X, np.asarray(y)) for model in (start, tuned))
    if after < before:
        return tuned
    warnings.warn(
        f"Fine-tuning did not lower the loss ({before:.4g} to {after:.4g} with a step of "
        f"{rate:.3g}), so the weights before it are kept: lower `learning_rate` or scale X and y.",
        ConvergenceWarning,
        stacklevel=4,
    )
    return start


def _mean_loss(model: Any, X: Any, y: Array) -> float:
    """Give the loss of all rows with its penalty, by blocks: activations of all are large."""
    total = 0.0
    for start in range(0, len(y), LOSS_ROWS):
        rows = slice(start, start + LOSS_ROWS)
        total += model.loss_gradient(take_rows(X, rows), y[rows])[0] * len(y[rows])
    return total / len(y)


def _flat_mask(parameters: Mapping[str, Array], masks: Mapping[str, Array]) -> Array | None:
    if not masks:
        return None
    for name, mask in masks.items():
        if name not in parameters:
            raise ParameterError(
                f"`masks` names {name!r}, which is no parameter of the model."
                f"{suggestion(name, parameters)}"
            )
        if np.shape(mask) != parameters[name].shape or np.asarray(mask).dtype != bool:
            raise ParameterError(
                f"`masks[{name!r}]` must be a bool array of shape {parameters[name].shape}, got "
                f"{np.asarray(mask).dtype} of shape {np.shape(mask)}."
            )
    return flatten({n: masks.get(n, np.ones(a.shape, bool)) for n, a in parameters.items()})
