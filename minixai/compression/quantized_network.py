"""Estimators that are chains of quantized layers: they predict, save and can be explained.

A classifier of two classes has one raw output, the logit of the second class; one of k > 2
classes has k, whose softmax are the probabilities. The layers' formulas stand in
``integer_layer``.

Cost: n_in * n_out integer multiplications a row and layer; a weight takes one byte, in a file as
few bits as its code has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minixai._estimator import Classifier, Estimator, Regressor
from minixai._validation import feature_names_of
from minixai.compression.code_packing import layers_from_state, state_of_layers
from minixai.compression.integer_layer import IntegerLayer, LayerPass, QuantizedLayer
from minixai.errors import DataError, ParameterError
from minixai.model_summary import LayerRow, ModelSummary
from minixai.protocols import Array, Layer

__all__ = [
    "QuantizedClassifier",
    "QuantizedMarginClassifier",
    "QuantizedNetwork",
    "QuantizedRegressor",
]

_BLOCK_ROWS = 1024
"""Rows that go through the network together."""
_FARTHEST = 100.0
"""Widths of the calibrated range that an input may lie outside of it and still be clipped."""


class QuantizedNetwork(Estimator):
    """What quantized regressors and classifiers share: the integer forward pass and its slope.

    Made by `quantize`, not fitted. Its answers are computed in the type of X (float32 or float64)
    between the integer products. A calibrated one clips inputs outside of its range, and refuses
    those more than 100 times its width away, where the answer would have nothing to do with them.

    Parameters
    ----------
    quantized_layers : tuple of QuantizedLayer
        From the input to the raw output.
    n_bits : int
        Bits of a weight's code.
    granularity : {"tensor", "channel"}
        Whether a scale belongs to a whole weight matrix or to an output channel.
    feature_names : sequence of str, optional
        Names of the columns, as learned by the model that was quantized.
    """

    def __init__(
        self,
        quantized_layers: tuple[QuantizedLayer, ...],
        n_bits: int = 8,
        granularity: str = "tensor",
        feature_names: Any = None,
    ) -> None:
        self.quantized_layers = quantized_layers
        self.n_bits = n_bits
        self.granularity = granularity
        self.feature_names = feature_names
        self.n_features_in_ = quantized_layers[0].codes.shape[0]
        if feature_names is not None:
            self.feature_names_in_ = np.array(list(feature_names), dtype=object)
        self._ready = [IntegerLayer(layer) for layer in quantized_layers]

    def __repr__(self) -> str:
        widths = [self.n_features_in_, *(len(layer.bias) for layer in self.quantized_layers)]
        ranges = "dynamic" if self.quantized_layers[0].input_scale is None else "calibrated"
        return f"{type(self).__name__}({'-'.join(map(str, widths))}, {self.n_bits} bits, {ranges})"

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers with weights turned back into float32: codes times scales."""
        return tuple(
            Layer(layer.codes * layer.scales, layer.bias.copy(), layer.activation)
            for layer in self.quantized_layers
        )

    def parameters(self) -> dict[str, Array]:
        """Return the weights turned back into float32, and the biases, by name."""
        return {
            f"layers.{i}.{part}": array
            for i, layer in enumerate(self.layers)
            for part, array in (("weight", layer.weight), ("bias", layer.bias))
        }

    def summary(self) -> ModelSummary:
        """Return the table of the layers; bytes are those of codes, scales and biases."""
        return ModelSummary(
            tuple(
                LayerRow(
                    name=f"layers.{i}",
                    kind=f"dense int{self.n_bits}",
                    shape=layer.codes.shape,
                    activation=layer.activation,
                    n_parameters=layer.codes.size + layer.bias.size,
                    n_nonzero=int(np.count_nonzero(layer.codes) + np.count_nonzero(layer.bias)),
                    n_bytes=layer.codes.nbytes + layer.scales.nbytes + layer.bias.nbytes,
                    macs=layer.codes.size,
                )
                for i, layer in enumerate(self.quantized_layers)
            )
        )

    def forward_trace(self, X: Any) -> list[Array]:
        """Return every activation (n_samples, n_out): X first, the raw output last."""
        matrix = self._inputs(X)
        return [matrix, *(passed.output for passed in self._passes(matrix))]

    def input_gradient(self, X: Any, output: int | None = None) -> Array:
        """Return the slope of the raw score in the inputs.

        That of the dequantized weights, with rounding passed straight through and clipped
        activations taken as constant.

        Parameters
        ----------
        X : array-like or data frame (n_samples, n_features)
        output : int or None
            Index of an output; None for all of them.

        Returns
        -------
        array (n_samples, n_features), or (n_samples, n_features, k) for ``None`` and k > 1

        Raises
        ------
        ParameterError
            No such output.
        DataError
            A value far outside of the calibrated range.
        """
        matrix = self._inputs(X)
        k = len(self.quantized_layers[-1].bias)
        is_index = isinstance(output, (int, np.integer)) and not isinstance(output, bool)
        if output is not None and not (is_index and 0 <= output < k):
            raise ParameterError(f"`output` must be an index below {k} or None, got {output!r}.")
        passes = list(self._passes(matrix))
        slopes = [self._slope(passes, o) for o in (range(k) if output is None else [output])]
        return slopes[0] if len(slopes) == 1 else np.stack(slopes, axis=2)

    def _inputs(self, X: Any) -> Array:
        """Give X checked; values that clipping would turn into others altogether are refused."""
        matrix, first = self._validated(X), self.quantized_layers[0]
        if first.input_scale is None:
            return matrix
        width = 255.0 * first.input_scale
        low = -first.input_zero_point * first.input_scale
        least, most = low - _FARTHEST * width, low + (1.0 + _FARTHEST) * width
        if least <= float(matrix.min()) and float(matrix.max()) <= most:
            return matrix
        exact = matrix.astype(np.float64)
        i, j = np.argwhere((exact < least) | (exact > most))[0]
        raise DataError(
            f"Column {feature_names_of(self, X)[j]!r} is {exact[i, j]:.4g} in row {i}, more than "
            f"{_FARTHEST:g} widths outside of the calibrated range {low:.4g} ... {low + width:.4g}:"
            " calibrate with such rows, or quantize without `X_calibration` for ranges that follow "
            "each row."
        )

    def _slope(self, passes: list[LayerPass], output: int) -> Array:
        """Walk back from one output to the inputs."""
        delta = np.zeros_like(passes[-1].output)
        delta[:, output] = 1.0
        for layer, passed in zip(reversed(self._ready), reversed(passes), strict=True):
            delta = layer.backward(passed, delta)
        return delta

    def _raw(self, X: Any) -> Array:
        """Give the raw output (n_samples, k), block by block."""
        matrix = self._inputs(X)
        outputs = []
        for start in range(0, len(matrix), _BLOCK_ROWS):
            *_, last = self._passes(matrix[start : start + _BLOCK_ROWS])
            outputs.append(last.output)
        raw = outputs[0] if len(outputs) == 1 else np.concatenate(outputs)
        if not np.isfinite(raw).all():
            row = int(np.argmin(np.isfinite(raw).all(axis=1)))
            raise DataError(
                f"The raw score of row {row} is not a finite number: its values lie far outside of "
                "what the weights can take; scale X as in training."
            )
        return raw

    def _passes(self, x: Array) -> Iterator[LayerPass]:
        """Yield what each layer does to the rows ``x``, the first layer first."""
        for layer in self._ready:
            passed = layer.forward(x)
            yield passed
            x = passed.output

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = state_of_layers(self.quantized_layers, self.n_bits)
        names = None if self.feature_names is None else [str(name) for name in self.feature_names]
        own = {"n_bits": self.n_bits, "granularity": self.granularity, "feature_names": names}
        return {**meta, **own}, arrays

    @classmethod
    def _options_from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> dict[str, Any]:
        layers = tuple(QuantizedLayer(*parts) for parts in layers_from_state(meta, arrays))
        own = {name: meta[name] for name in ("n_bits", "granularity", "feature_names")}
        return {"quantized_layers": layers, **own}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> QuantizedNetwork:
        return cls(**cls._options_from_state(meta, arrays))


class QuantizedRegressor(QuantizedNetwork, Regressor):
    """A regressor in integers; made by `quantize`. Its score is R2."""

    def predict(self, X: Any) -> Array:
        """Return predictions (n_samples,), or (n_samples, k) for k outputs, in units of y."""
        raw = self._raw(X)
        return raw[:, 0] if raw.shape[1] == 1 else raw


class QuantizedMarginClassifier(QuantizedNetwork, Classifier):
    """A classifier in integers without probabilities, such as a support vector machine's.

    Made by `quantize`. Its score is the accuracy.

    Parameters
    ----------
    quantized_layers, n_bits, granularity, feature_names
        See `QuantizedNetwork`.
    classes : array (n_classes,)
        The labels; two of them have one raw output, that of the second.
    """

    def __init__(
        self,
        quantized_layers: tuple[QuantizedLayer, ...],
        n_bits: int = 8,
        granularity: str = "tensor",
        feature_names: Any = None,
        classes: Any = (0, 1),
    ) -> None:
        super().__init__(quantized_layers, n_bits, granularity, feature_names)
        self.classes = classes
        self.classes_ = np.asarray(classes)

    def predict(self, X: Any) -> Array:
        """Return labels (n_samples,)."""
        raw = self._raw(X)
        return self._labels_of(raw)

    def decision_function(self, X: Any) -> Array:
        """Return raw scores (n_samples,) for two classes, else (n_samples, n_classes)."""
        raw = self._raw(X)
        return raw[:, 0] if raw.shape[1] == 1 else raw

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        return meta | self._labels_to_state(), arrays

    @classmethod
    def _options_from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> dict[str, Any]:
        options = super()._options_from_state(meta, arrays)
        return options | {"classes": cls._labels_from_state(meta)}


class QuantizedClassifier(QuantizedMarginClassifier):
    """A classifier in integers; made by `quantize`. Its score is the accuracy.

    Parameters
    ----------
    quantized_layers, n_bits, granularity, feature_names, classes
        See `QuantizedMarginClassifier`.
    """

    def predict_proba(self, X: Any) -> Array:
        """Return probabilities (n_samples, n_classes), in the order of ``classes_``."""
        raw = self._raw(X)
        if raw.shape[1] == 1:
            raw = np.hstack([np.zeros_like(raw), raw])
        powers = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
