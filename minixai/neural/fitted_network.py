"""What every estimator that holds a network can do once it has weights.

The weights live in one flat buffer; everything here reads it through a `Network`. The
estimators of ``mlp`` add the meaning of the outputs and the training.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from minixai._estimator import Estimator
from minixai._validation import check_number
from minixai.errors import DataError, ParameterError, check_option, suggestion
from minixai.model_summary import ModelSummary, summarise_layers
from minixai.neural.network import (
    Network,
    backward,
    forward,
    input_slope,
    loss_slopes,
    penalised_loss,
)
from minixai.neural.network_kernel import (
    BLOCK,
    input_slope_rows,
    products_of_other_columns,
    replaced_rows,
    scratch_for,
)
from minixai.neural.network_trainer import NetworkTrainer, raw_scores
from minixai.neural.pass_trace import Trace, trace_pass
from minixai.optim.losses import Loss
from minixai.protocols import Array, Layer

__all__ = ["FittedNetwork"]


class FittedNetwork(Estimator):
    """A network with weights, and what can be asked of it."""

    hidden_layer_sizes: Any
    activation: str
    optimizer: str
    learning_rate: float
    momentum: float
    batch_size: int
    l2: float
    n_iter_: int
    interrupted_: bool
    loss_curve_: Array
    validation_curve_: Array | None
    _network: Network
    _flat: Array
    _methods: tuple[str, ...] = ("predict",)

    @abstractmethod
    def _loss(self) -> Loss:
        """Return the loss that the outputs are trained by."""

    @abstractmethod
    def _targets(self, y: Any, n_rows: int) -> Array:
        """Return y as the loss takes it, (n_rows, n_targets)."""

    @abstractmethod
    def _adopt_outputs(self, n_outputs: int, source: Any) -> None:
        """Take over from another model what its outputs mean."""

    @abstractmethod
    def _from_raw(self, method: str, raw: Array) -> Array:
        """Return what ``method`` gives for raw scores (n_rows, n_outputs)."""

    def _hidden(self) -> tuple[int, ...]:
        """Return the hidden widths asked for, checked."""
        sizes = self.hidden_layer_sizes
        sizes = (sizes,) if isinstance(sizes, (int, np.integer)) else sizes
        if not np.iterable(sizes):
            raise ParameterError(
                "`hidden_layer_sizes` must be an integer or several such as (64, 32), "
                f"got {sizes!r}: for no hidden layer give ()."
            )
        for size in sizes:
            check_number("hidden_layer_sizes", size, low=1, integer=True)
        return tuple(int(size) for size in sizes)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_flat")

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers from input to output, as copies: weight (n_in, n_out), bias, activation."""
        self._check_fitted()
        return self._network.layers(self._flat.copy())

    def parameters(self) -> dict[str, Array]:
        """Return copies of the arrays: ``layers.0.weight`` (n_in, n_out), ``layers.0.bias``, ..."""
        found: dict[str, Array] = {}
        for i, layer in enumerate(self.layers):
            found[f"layers.{i}.weight"] = layer.weight
            found[f"layers.{i}.bias"] = layer.bias
        return found

    def with_parameters(self, parameters: Mapping[str, Array]) -> Self:
        """Return a new model that has these weights; this one stays as it is.

        Parameters
        ----------
        parameters : mapping
            ``layers.0.weight`` (n_in, n_out), ``layers.0.bias`` (n_out,), ... without gaps; widths
            may differ from this model's, and it need not be fitted. Copied; the new model
            computes in float32 if all are float32, else in float64.

        Raises
        ------
        ParameterError
            Missing or unknown names, or shapes that do not fit together.
        """
        weights = _checked_chain(parameters)
        widths = (weights[0].shape[0], *(weight.shape[1] for weight in weights))
        model = type(self)(**self.get_params(deep=False))
        if widths[1:-1] != self._hidden():
            model.hidden_layer_sizes = widths[1:-1]
        model._network = Network(widths, self.activation)
        arrays = [np.asarray(parameters[name]) for name in model._network.shapes]
        dtype = np.float32 if all(a.dtype == np.float32 for a in arrays) else np.float64
        model._flat = np.concatenate([a.ravel() for a in arrays]).astype(dtype)
        model.n_features_in_ = widths[0]
        names = getattr(self, "feature_names_in_", None)
        if names is not None and len(names) == widths[0]:
            model.feature_names_in_ = names
        model._adopt_outputs(widths[-1], self)
        return model

    def loss_gradient(self, X: Any, y: Any) -> tuple[float, dict[str, Array]]:
        """Return the mean loss with its penalty, and its slope in every parameter.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        y : array-like (n_samples,), as given to `fit`

        Returns
        -------
        loss : float
        gradient : dict
            The names and shapes of `parameters`.
        """
        rows = self._rows(X)
        targets = self._targets(y, len(rows)).astype(rows.dtype)
        layers, loss = self._network.layers(self._flat), self._loss()
        passed = forward(layers, rows)
        raw = passed.inputs[-1]
        deltas = backward(layers, passed, loss.gradient(raw, targets) / len(rows))
        gradient: dict[str, Array] = {}
        for i, (weight, bias) in enumerate(loss_slopes(layers, passed, deltas, self.l2)):
            gradient[f"layers.{i}.weight"] = weight
            gradient[f"layers.{i}.bias"] = bias
        return penalised_loss(layers, raw, targets, loss, self.l2), gradient

    def input_gradient(self, X: Any, output: int | None = None) -> Array:
        """Return the slope of the raw score in the inputs.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        output : int, optional
            One of k outputs; None: all of them.

        Returns
        -------
        array (n_samples, n_features), or (n_samples, n_features, k) for k > 1 and ``output=None``
            In units of the raw score (a classifier's logit) per unit of X.
        """
        rows = self._rows(X)
        n_outputs = self._network.widths[-1]
        if output is not None:
            check_number("output", output, low=0, high=n_outputs - 1, integer=True)
        if output is None and n_outputs > 1:
            return np.stack([self._slope_of(rows, k) for k in range(n_outputs)], axis=2)
        return self._slope_of(rows, 0 if output is None else int(output))

    def _slope_of(self, rows: Array, output: int) -> Array:
        delta = np.zeros((len(rows), self._network.widths[-1]), rows.dtype)
        delta[:, output] = 1
        widths, codes = self._network.codes()
        scratch = scratch_for(self._network.widths, BLOCK, rows.dtype)
        out = np.empty_like(rows)
        input_slope_rows(rows, delta, self._flat, widths, codes, scratch, out)
        return out

    def forward_trace(self, X: Any) -> list[Array]:
        """Return every activation: X first, the raw output (n_samples, k) last."""
        return forward(self._network.layers(self._flat), self._rows(X)).inputs

    def backward(self, X: Any, delta: Array, rule: str = "gradient") -> list[Array]:
        """Carry a slope in the raw output back to every layer.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        delta : array (n_samples, k)
            Slope of some quantity in the raw output of ``X``.
        rule : str
            How a layer passes it on; "gradient" is the chain rule.

        Returns
        -------
        list of array
            Slopes in X, then in the sums of layer 1, 2, ...; the last is ``delta``.
        """
        check_option("rule", rule, ("gradient",))
        layers = self._network.layers(self._flat)
        deltas = backward(layers, forward(layers, self._rows(X)), np.asarray(delta))
        return [input_slope(layers, deltas), *deltas]

    def column_replacer(
        self, X: Any, method: str = "predict"
    ) -> Callable[[Sequence[int], Array], Array]:
        """Return a function that answers for ``X`` with some columns replaced.

        The first layer is linear: a column adds its value times one row of weights to the sums,
        so the products of the other columns are computed once for all repeats.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        method : str
            "predict", or for classifiers also "predict_proba" and "decision_function".

        Returns
        -------
        function of (columns, values (n_samples, len(columns)))
            Gives what ``method`` gives for the changed rows, to rounding.
        """
        check_option("method", method, self._methods)
        rows, flat = self._rows(X), self._flat
        (widths, codes), sizes = self._network.codes(), self._network.widths
        products_without = products_of_other_columns(rows, self._network.layers(flat)[0].weight)

        def replaced(columns: Sequence[int], values: Array) -> Array:
            fresh = np.ascontiguousarray(values, rows.dtype).reshape(len(rows), len(columns))
            raw = np.empty((len(rows), sizes[-1]), rows.dtype)
            scratch = scratch_for(sizes, BLOCK, rows.dtype)
            places = np.asarray(columns, np.int64)
            products = products_without(columns)
            replaced_rows(products, places, fresh, flat, widths, codes, scratch, raw)
            return self._from_raw(method, _finite(raw))

        return replaced

    def trainer(self, X: Any, y: Any) -> NetworkTrainer:
        """Return this network bound to data, for the training loop."""
        rows = self._rows(X)
        targets = self._targets(y, len(rows)).astype(rows.dtype)
        size = min(self.batch_size, len(rows))
        return NetworkTrainer(self._network, self._loss(), self.l2, rows, targets, size)

    def summary(self) -> ModelSummary:
        """Return the table of layers: shapes, parameters, bytes, sparsity and MACs."""
        return summarise_layers(self.layers)

    def trace(self, X: Any, y: Any) -> Trace:
        """Show one forward and one backward pass and one step, number by number.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            The mini-batch; one or a few rows can be followed with a pencil.
        y : array-like (n_samples,), as given to `fit`

        Returns
        -------
        Trace
            With ``text`` and ``html``.
        """
        rows = self._rows(X)
        targets = self._targets(y, len(rows)).astype(rows.dtype)
        return trace_pass(
            self._network.layers(self._flat),
            rows,
            targets,
            self._loss(),
            l2=self.l2,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            momentum=self.momentum,
        )

    def _rows(self, X: Any) -> Array:
        """Return X checked, in the weights' own type."""
        rows = self._validated(X)
        with np.errstate(over="ignore"):
            rows = rows.astype(self._flat.dtype, copy=False)
        return rows if rows.flags.writeable else rows.copy()

    def _raw(self, X: Any) -> Array:
        return _finite(raw_scores(self._network, self._flat, self._rows(X)))

    def _answer(self, method: str, X: Any) -> Array:
        self._check_fitted()
        return self._from_raw(method, self._raw(X))

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        self._check_fitted()
        names = getattr(self, "feature_names_in_", None)
        meta: dict[str, Any] = {
            "params": self.get_params(deep=False),
            "widths": list(self._network.widths),
            "feature_names": None if names is None else [str(name) for name in names],
            "n_iter": getattr(self, "n_iter_", None),
            "interrupted": getattr(self, "interrupted_", None),
            "sizes_are_a_list": isinstance(self.hidden_layer_sizes, list),
        }
        arrays = {"parameters": self._flat}
        for name in ("loss_curve_", "validation_curve_"):
            if getattr(self, name, None) is not None:
                arrays[name] = np.asarray(getattr(self, name))
        return meta, arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        params = dict(meta["params"])
        sizes = params["hidden_layer_sizes"]
        if isinstance(sizes, list) and not meta.get("sizes_are_a_list", False):
            params["hidden_layer_sizes"] = tuple(sizes)  # JSON knows lists only
        model = cls(**params)
        model._network = Network(tuple(int(width) for width in meta["widths"]), model.activation)
        if arrays["parameters"].shape != (model._network.n_parameters,):
            raise ValueError("the parameters do not have the size that the widths need")
        model._flat = arrays["parameters"]
        model.n_features_in_ = model._network.widths[0]
        if meta["feature_names"] is not None:
            model.feature_names_in_ = np.array(meta["feature_names"], dtype=object)
        if meta["n_iter"] is not None:
            model.n_iter_ = int(meta["n_iter"])
            model.interrupted_ = bool(meta.get("interrupted", False))
            model.loss_curve_ = arrays["loss_curve_"]
            model.validation_curve_ = arrays.get("validation_curve_")
        return model


def _finite(raw: Array) -> Array:
    if np.isfinite(raw).all():
        return raw
    row = int(np.argmin(np.isfinite(raw).all(axis=1)))
    raise DataError(
        f"The raw score of row {row} is not a finite number: its values lie far outside of what "
        "the weights can take; scale X as in training."
    )


def _checked_chain(parameters: Mapping[str, Any]) -> list[Array]:
    """Return the weights in order after checking names and shapes."""
    depth = (len(parameters) + 1) // 2
    known = [f"layers.{i}.{kind}" for i in range(max(depth, 1)) for kind in ("weight", "bias")]
    for name in known:
        if name not in parameters:
            raise ParameterError(f"`parameters` has no {name!r}: give {known[:4]} and so on.")
    for name in parameters:
        if name not in known:
            raise ParameterError(f"`parameters` names {name!r}.{suggestion(name, known)}")
    weights: list[Array] = []
    for i in range(depth):
        weight = np.asarray(parameters[f"layers.{i}.weight"])
        bias = np.asarray(parameters[f"layers.{i}.bias"])
        fits = weight.ndim == 2 and 0 not in weight.shape and bias.shape == weight.shape[1:]
        if not fits or (weights and weights[-1].shape[1] != weight.shape[0]):
            raise ParameterError(
                f"Layer {i} does not fit: weight {weight.shape} after "
                f"{weights[-1].shape if weights else 'the input'}, bias {bias.shape}; "
                "weights are (n_in, n_out), biases (n_out,)."
            )
        weights.append(weight)
    return weights
