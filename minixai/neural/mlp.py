"""Multi-layer perceptrons trained by hand-written gradients: a classifier and a regressor.

The training is that of ``trained_network``, the passes and the penalty those of ``network``,
the losses those of ``optim.losses``; this file says what the outputs mean. A binary classifier
has one output, the logit of class 1, whose probability is its logistic function; one of k > 2
classes has k logits and their softmax; a regressor has one output per column of y.

Source: Goodfellow, Bengio & Courville (2016), Deep Learning, chapter 6.
Cost: a training step of n rows spends about 6 n multiply-adds a weight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from minixai._estimator import Classifier, Regressor, all_or_nothing
from minixai._validation import as_vector, check_number, one_dimensional
from minixai.errors import ParameterError, check_option
from minixai.neural.trained_network import TrainedNetwork
from minixai.optim.losses import Loss, make_loss, probabilities
from minixai.optim.training import EpochRecord
from minixai.protocols import Array

__all__ = ["MLPClassifier", "MLPRegressor"]


class MLPClassifier(TrainedNetwork, Classifier):
    """A network that gives the probability of each class; trained on cross-entropy.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
        Widths of the hidden layers; ``()`` is logistic regression.
    activation : {"relu", "tanh", "sigmoid", "gelu"}
        Of the hidden layers.
    optimizer : {"adam", "sgd"}
    learning_rate : float > 0
        Size of the first epoch's steps.
    batch_size : int
        Rows of a step; the whole table where it is smaller.
    n_epochs : int
        Walks through the table, at most.
    l2 : float >= 0
        Penalty: l2 / 2 times the sum of the squared weights (not the biases) is added to the loss.
    momentum : float in [0, 1)
        For "sgd": share of the last step that is carried on.
    schedule : {"constant", "step", "cosine", "exponential", "linear"}
        How the learning rate falls over the epochs.
    early_stopping : bool
        Hold rows out and stop when their loss no longer falls; the best weights are kept.
    validation_fraction : float in (0, 1)
        Share of rows held out.
    patience : int
        Epochs to wait for a lower loss.
    shuffle : bool
        New order of rows in each epoch.
    warm_start : bool
        Start `fit` from the present weights (see `with_parameters`), not from new ones.
    random_state : int or None
        Seed of weights, order and held-out rows; None means 0.

    Attributes
    ----------
    classes_ : array of labels, sorted
    loss_curve_ : array (n_iter_,)
        Mean loss of each epoch's steps, penalty included.
    validation_curve_ : array (n_iter_,) or None
        Mean loss of the held-out rows; None without early stopping.
    n_iter_ : int
        Epochs walked.
    interrupted_ : bool
        Whether Ctrl-C ended the training.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    >>> model = MLPClassifier((), learning_rate=0.1).fit(X, ["no", "no", "yes", "yes"])
    >>> model.predict([[-3.0], [3.0]]).tolist()
    ['no', 'yes']
    """

    _methods = ("predict", "predict_proba", "decision_function")

    def __init__(
        self,
        hidden_layer_sizes: Any = (64, 32),
        activation: str = "relu",
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        batch_size: int = 32,
        n_epochs: int = 50,
        l2: float = 0.0,
        momentum: float = 0.9,
        schedule: str = "constant",
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        shuffle: bool = True,
        warm_start: bool = False,
        random_state: int | None = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_epochs = n_epochs
        self.l2 = l2
        self.momentum = momentum
        self.schedule = schedule
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.shuffle = shuffle
        self.warm_start = warm_start
        self.random_state = random_state

    def fit(
        self, X: Any, y: Any, *, callbacks: Sequence[Callable[[EpochRecord], Any]] = ()
    ) -> Self:
        """Train on labelled rows.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            float32 trains in float32, all else in float64.
        y : array-like (n_samples,)
            Labels of two classes or more, numbers or text.
        callbacks : sequence of functions
            Called with an `EpochRecord` after each epoch; one that returns True stops.

        Raises
        ------
        ParameterError
            An argument out of range, a training that diverged, or a warm start with other
            classes; a model fitted before stays as it was.
        DataError
            Data that cannot be learned from: one class only, NaN, values too large to train on.

        Warns
        -----
        ConvergenceWarning
            The training ended worse than a constant prediction, or was interrupted.
        """
        self._check_arguments()
        before = self.classes_ if self.warm_start and hasattr(self, "_flat") else None
        with all_or_nothing(self):
            rows, labels = self._validated_fit(X, y, numeric_target=False)
            codes = self._encode_labels(labels)
            if before is not None and not np.array_equal(before, self.classes_):
                raise ParameterError(
                    f"`warm_start` has weights for the classes {before.tolist()[:10]}, and y has "
                    f"{self.classes_.tolist()[:10]}: fit a new model, or set `warm_start` to False."
                )
            n_classes = len(self.classes_)
            n_outputs = 1 if n_classes == 2 else n_classes
            return self._learn(rows, codes[:, None].astype(float), n_outputs, callbacks)

    def decision_function(self, X: Any) -> Array:
        """Return the logits: (n_samples,) of class 1 for two classes, else (n_samples, k)."""
        return self._answer("decision_function", X)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (n_samples, k), in the order of ``classes_``."""
        return self._answer("predict_proba", X)

    def predict(self, X: Any) -> Array:
        """Return the most likely label of each row, (n_samples,)."""
        return self._answer("predict", X)

    def _from_raw(self, method: str, raw: Array) -> Array:
        if method == "decision_function":
            return raw[:, 0] if raw.shape[1] == 1 else raw
        return self._labels_of(raw) if method == "predict" else probabilities(raw)

    def _loss(self) -> Loss:
        binary = len(self.classes_) == 2
        return make_loss("binary_cross_entropy" if binary else "categorical_cross_entropy")

    def _targets(self, y: Any, n_rows: int) -> Array:
        return self._known_codes(one_dimensional(y, n_rows))[:, None].astype(float)

    def _adopt_outputs(self, n_outputs: int, source: Any) -> None:
        n_classes = max(2, n_outputs)
        self.classes_ = getattr(source, "classes_", np.arange(n_classes))
        if len(self.classes_) != n_classes:
            raise ParameterError(
                f"These weights have {n_outputs} outputs, and the model knows "
                f"{len(self.classes_)} classes: start from a model that is not fitted."
            )

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        return meta | self._labels_to_state(), arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._from_state(meta, arrays)
        model.classes_ = cls._labels_from_state(meta)
        return model


class MLPRegressor(TrainedNetwork, Regressor):
    """A network that gives numbers; trained on half the squared error, or on Huber's loss.

    Parameters
    ----------
    hidden_layer_sizes, activation, optimizer, learning_rate, batch_size, n_epochs, l2, momentum
        As for `MLPClassifier`; ``hidden_layer_sizes=()`` is linear regression.
    schedule, early_stopping, validation_fraction, patience, shuffle, warm_start, random_state
        As for `MLPClassifier`.
    loss : {"half_squared_error", "huber"}
        Of one row; "huber" grows only linearly beyond ``huber_delta``.
    huber_delta : float > 0
        In units of y.

    Attributes
    ----------
    loss_curve_, validation_curve_, n_iter_
        As for `MLPClassifier`.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1.0, 1.0, 40)[:, None]
    >>> model = MLPRegressor((16,), learning_rate=0.01, n_epochs=200).fit(X, 2.0 * X[:, 0])
    >>> model.score(X, 2.0 * X[:, 0]) > 0.99
    True
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (64, 32),
        activation: str = "relu",
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        batch_size: int = 32,
        n_epochs: int = 50,
        l2: float = 0.0,
        momentum: float = 0.9,
        schedule: str = "constant",
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        loss: str = "half_squared_error",
        huber_delta: float = 1.0,
        shuffle: bool = True,
        warm_start: bool = False,
        random_state: int | None = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_epochs = n_epochs
        self.l2 = l2
        self.momentum = momentum
        self.schedule = schedule
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.loss = loss
        self.huber_delta = huber_delta
        self.shuffle = shuffle
        self.warm_start = warm_start
        self.random_state = random_state

    def fit(
        self, X: Any, y: Any, *, callbacks: Sequence[Callable[[EpochRecord], Any]] = ()
    ) -> Self:
        """Train on rows with known numbers.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            float32 trains in float32, all else in float64.
        y : array-like (n_samples,) or (n_samples, k)
        callbacks : sequence of functions
            Called with an `EpochRecord` after each epoch; one that returns True stops.

        Raises
        ------
        ParameterError
            An argument out of range, or a training that diverged; a model fitted before stays as
            it was.
        DataError
            NaN, or values too large to train on.

        Warns
        -----
        ConvergenceWarning
            The training ended worse than a constant prediction, about as badly as one because y
            is too large to reach, or was interrupted.
        """
        self._check_arguments()
        check_option("loss", self.loss, ("half_squared_error", "huber"))
        check_number("huber_delta", self.huber_delta, low=0.0, open_low=True)
        columns = np.asarray(y)
        wide = columns.ndim == 2 and columns.shape[1] > 1
        first = columns[:, 0] if wide else y
        with all_or_nothing(self):
            rows, first = self._validated_fit(X, first, numeric_target=True)
            targets = self._targets(y, len(rows)) if wide else first[:, None]
            return self._learn(rows, targets, targets.shape[1], callbacks)

    def predict(self, X: Any) -> Array:
        """Return the predicted numbers, (n_samples,), or (n_samples, k) for k outputs."""
        return self._answer("predict", X)

    def _from_raw(self, method: str, raw: Array) -> Array:
        return raw[:, 0] if raw.shape[1] == 1 else raw

    def _loss(self) -> Loss:
        return make_loss(self.loss, self.huber_delta)

    def _targets(self, y: Any, n_rows: int) -> Array:
        columns = np.asarray(y)
        if columns.ndim == 2 and columns.shape[1] > 1:
            return np.stack([as_vector(column, n_rows) for column in columns.T], axis=1)
        return as_vector(y, n_rows)[:, None]

    def _adopt_outputs(self, n_outputs: int, source: Any) -> None:
        """Any number of outputs will do."""
