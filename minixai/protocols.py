"""The capabilities: what code may ask of a model, never which class it is.

Shapes: ``X (n_samples, n_features)``; k outputs or classes; d features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from minixai.explanation import Explanation

__all__ = [
    "Additive",
    "Array",
    "ColumnReplacer",
    "Engine",
    "Explainer",
    "InputDifferentiable",
    "Layer",
    "Layered",
    "MaskedPredictor",
    "MaskedRefit",
    "ParameterDifferentiable",
    "Predictor",
    "Saveable",
    "Shaped",
    "Trainable",
    "TrainedByEpochs",
    "TreeEnsemble",
]

Array = NDArray[Any]
Item = TypeVar("Item")
Result = TypeVar("Result")


class Layer(NamedTuple):
    """One dense layer: ``activation(input @ weight + bias)``."""

    weight: Array
    """(n_in, n_out); the last axis is the output channel."""
    bias: Array
    """(n_out,)"""
    activation: str
    """Name of the activation; ``"identity"`` for the raw output."""


@runtime_checkable
class Predictor(Protocol):
    """Anything with ``predict``; classifiers add ``predict_proba`` and ``decision_function``."""

    def predict(self, X: Any) -> Array:
        """Return (n,) or (n, k) predictions."""
        ...


@runtime_checkable
class InputDifferentiable(Protocol):
    """A model that knows the slope of its raw score in its inputs."""

    def input_gradient(self, X: Any, output: int | None = None) -> Array:
        """Return d raw score / d X: (n, d), or (n, d, k) for k outputs and ``output=None``."""
        ...


@runtime_checkable
class ParameterDifferentiable(Protocol):
    """A model that is a function of named arrays and knows its loss's slope in them."""

    def parameters(self) -> dict[str, Array]:
        """Return copies of the arrays: ``layers.0.weight (n_in, n_out)``, ``layers.0.bias``."""
        ...

    def with_parameters(self, parameters: dict[str, Array]) -> Any:
        """Return a new model with these arrays; other widths are accepted."""
        ...

    def loss_gradient(self, X: Any, y: Any) -> tuple[float, dict[str, Array]]:
        """Return the mean loss with its penalty, and its gradient by parameter name."""
        ...


@runtime_checkable
class Layered(Protocol):
    """A model that is a chain of layers."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, input first."""
        ...

    def forward_trace(self, X: Any) -> list[Array]:
        """Return every activation, the input first and the raw output last."""
        ...


@runtime_checkable
class MaskedPredictor(Protocol):
    """A model that answers with some inputs taken from a background."""

    def predict_masked(self, X: Any, masks: Array, background: Any) -> Array:
        """Return (n, n_masks[, k]) mean outputs; a mask is True where X's value is kept."""
        ...


@runtime_checkable
class ColumnReplacer(Protocol):
    """A model that can answer cheaply when few columns of a known X change."""

    def column_replacer(self, X: Any, method: str) -> Callable[[Sequence[int], Array], Array]:
        """Return f(columns, values (n, n_columns)) -> ``method``'s answer for the changed X.

        ``method`` is "predict", "predict_proba" or "decision_function".
        """
        ...


@runtime_checkable
class Additive(Protocol):
    """A model whose raw score is an exact sum of named terms."""

    def terms(self, X: Any) -> Explanation:
        """Return the terms; values and base sum to the raw score."""
        ...


@runtime_checkable
class Trainable(Protocol):
    """A model that walks one epoch by itself; the training loop drives it."""

    def run_epoch(
        self, order: NDArray[np.int64], optimizer_state: Any, learning_rate: float
    ) -> float:
        """Take one step per mini-batch in ``order`` and return the mean loss seen."""
        ...


@runtime_checkable
class TrainedByEpochs(Protocol):
    """A model that can be bound to data, to be trained further from its present weights."""

    def trainer(self, X: Any, y: Any) -> Trainable:
        """Return the model bound to data as given to ``fit``."""
        ...


@runtime_checkable
class Shaped(Protocol):
    """A model whose raw score is a sum of functions of single columns, and perhaps of pairs."""

    def shape(self, feature: int | str) -> Any:
        """Return what a column adds, as a `minixai.tree.ShapeFunction`."""
        ...


@runtime_checkable
class TreeEnsemble(Protocol):
    """A model whose raw score is a sum of leaf values."""

    def tree_arrays(self) -> Any:
        """Return all trees as one `minixai.tree_arrays.TreeArrays`."""
        ...


@runtime_checkable
class MaskedRefit(Protocol):
    """A model whose minimum with some parameters held at 0 can be computed at once."""

    def refit_masked(self, X: Any, y: Any, masks: Mapping[str, Array]) -> Any:
        """Return a new model at that minimum; a mask is True where a parameter is free."""
        ...


@runtime_checkable
class Explainer(Protocol):
    """An object that holds a model and options, and explains rows."""

    def explain(self, X: Any) -> Explanation:
        """Return one value per row and feature."""
        ...

    def with_options(self, **changes: Any) -> Explainer:
        """Return the same explainer with some options changed."""
        ...


@runtime_checkable
class Saveable(Protocol):
    """A class that can be written as JSON and arrays, and rebuilt from them."""

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]: ...

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Any: ...


class Engine(Protocol):
    """How independent pieces of work are spread."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Return ``[function(item) for item in items]``, in order."""
        ...
