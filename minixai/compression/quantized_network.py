r"""A chain of dense layers whose products are sums of small integers.

Each layer turns its input rows into 8-bit codes, multiplies them with the codes of its weights,
and turns the exact integer sums back into numbers:

.. math::
    s = (\max(x, 0) - \min(x, 0)) / 255                                          (1) \\
    z = \mathrm{round}(-\min(x, 0) / s)                                          (2) \\
    q_{ij} = \mathrm{clip}(\mathrm{round}(x_{ij} / s) + z, 0, 255)               (3) \\
    a_{io} = \sum_j q_{ij} v_{jo}                                                (4) \\
    y_{io} = s \, t_o \, (a_{io} - z \sum_j v_{jo})                              (5) \\
    \delta_{ij} = [\, -1 < x_{ij} / s + z < 256 \,] \sum_o \delta_{io} t_o v_{jo}   (6)

with weight codes v and their scales t (one a layer, or one an output channel); bias and
activation follow (5). The range (1), (2) was calibrated once over data, or is taken from each row
alone, so that a row's answer does not depend on its neighbours. (6) is the slope in the layer's
input: rounding is passed straight through, and an input that is clipped, by a step or more, counts
as constant (less than a step is the rounding of z at the ends of the calibrated range). Halves
are rounded to the even number.

Source: Jacob et al. (2018), arXiv:1712.05877, equations 1, 7 and 9, here with symmetric weights
(their zero point is 0) and the result in floating point; the slope: Bengio, Leonard & Courville
(2013), arXiv:1308.3432, section 4 (straight-through estimator).
Cost: n_in * n_out integer multiplications a row; a weight takes one byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from minixai._estimator import Classifier, Estimator, Regressor
from minixai._numba import integer_product, kernel, pack, product
from minixai.compression.code_packing import layers_from_state, state_of_layers
from minixai.errors import DataError, ParameterError
from minixai.model_summary import LayerRow, ModelSummary
from minixai.neural.activations import ACTIVATIONS, activate, multiply_by_slope
from minixai.protocols import Array, Layer

__all__ = ["QuantizedClassifier", "QuantizedLayer", "QuantizedNetwork", "QuantizedRegressor"]

_BLOCK_ROWS = 1024
"""Rows that go through the network together."""
_TINY = float(np.finfo(np.float32).tiny)
"""The smallest scale: its inverse is finite in float32."""


class QuantizedLayer(NamedTuple):
    """One dense layer in integers; see the module for the formulas."""

    codes: Array
    """(n_in, n_out) int8, the weights' codes."""
    scales: Array
    """(n_out,) float32, the weight that code 1 stands for."""
    bias: Array
    """(n_out,) float32."""
    activation: str
    """Name of the activation that follows."""
    input_scale: float | None = None
    """The input that one step of its code stands for; None: each row has its own."""
    input_zero_point: int = 0
    """The input code of 0.0, in 0 ... 255."""


class _Step(NamedTuple):
    """One layer's part in a forward pass."""

    input: Array
    output: Array
    slope: Array
    """The activation's slope, where it cannot be read off the output (gelu); else empty."""


class QuantizedNetwork(Estimator):
    """What quantized regressors and classifiers share: the integer forward pass and its slope.

    Made by `quantize`, not fitted. Its answers are computed in the type of X (float32 or float64)
    between the integer products.

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
        self._packed = [pack(layer.codes) for layer in quantized_layers]
        self._code_sums = [layer.codes.sum(axis=0, dtype=np.int32) for layer in quantized_layers]

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
        matrix = self._validated(X)
        return [matrix, *(step.output for step in self._steps(matrix))]

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
        """
        matrix = self._validated(X)
        k = len(self.quantized_layers[-1].bias)
        if output is not None and not 0 <= output < k:
            raise ParameterError(f"`output` must be an index below {k} or None, got {output!r}.")
        steps = list(self._steps(matrix))
        slopes = [self._slope(steps, o) for o in (range(k) if output is None else [output])]
        return slopes[0] if len(slopes) == 1 else np.stack(slopes, axis=2)

    def _slope(self, steps: list[_Step], output: int) -> Array:
        """Walk back from one output to the inputs."""
        delta = np.zeros_like(steps[-1].output)
        delta[:, output] = 1.0
        for layer, step in zip(reversed(self.quantized_layers), reversed(steps), strict=True):
            x = step.input
            multiply_by_slope(ACTIVATIONS[layer.activation].code, step.output, step.slope, delta)
            weight = (layer.codes * layer.scales).T.astype(x.dtype, order="C")
            below = np.empty((len(x), weight.shape[1]), dtype=x.dtype)
            _multiply(delta, weight, below)
            if layer.input_scale is not None:
                scale = x.dtype.type(layer.input_scale)
                _drop_clipped(x, scale, layer.input_zero_point, below)
            delta = below
        return delta

    def _raw(self, X: Any) -> Array:
        """Give the raw output (n_samples, k), block by block."""
        matrix = self._validated(X)
        outputs = []
        for start in range(0, len(matrix), _BLOCK_ROWS):
            steps = list(self._steps(matrix[start : start + _BLOCK_ROWS]))
            outputs.append(steps[-1].output)
        raw = outputs[0] if len(outputs) == 1 else np.concatenate(outputs)
        if not np.isfinite(raw).all():
            row = int(np.argmin(np.isfinite(raw).all(axis=1)))
            raise DataError(
                f"The raw score of row {row} is not a finite number: its values lie far outside of "
                "what the weights can take; scale X as in training."
            )
        return raw

    def _steps(self, x: Array) -> Iterator[_Step]:
        """Yield what each layer does to the rows ``x``, the first layer first."""
        for layer, packed, code_sums in zip(
            self.quantized_layers, self._packed, self._code_sums, strict=True
        ):
            n_rows, n_out = len(x), len(layer.bias)
            scales = np.full(n_rows, layer.input_scale or 0.0, dtype=x.dtype)
            zero_points = np.full(n_rows, layer.input_zero_point, dtype=np.int32)
            if layer.input_scale is None:
                row_ranges(x, scales, zero_points)
            codes = np.zeros((n_rows, 4 * packed.shape[1]), dtype=np.uint8)
            sums = np.empty((n_rows, 16 * packed.shape[0]), dtype=np.int32)
            y = np.empty((n_rows, n_out), dtype=x.dtype)
            slope = np.empty_like(y) if layer.activation == "gelu" else np.empty((0, 0), x.dtype)
            _integer_layer(x, scales, zero_points, packed, layer.scales, code_sums, codes, sums, y)
            code, bias = ACTIVATIONS[layer.activation].code, layer.bias.astype(x.dtype)
            activate(code, bias, y, slope)
            yield _Step(x, y, slope)
            x = y

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


class QuantizedClassifier(QuantizedNetwork, Classifier):
    """A classifier in integers; made by `quantize`. Its score is the accuracy.

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
        codes = (raw[:, 0] > 0) if raw.shape[1] == 1 else np.argmax(raw, axis=1)
        return np.asarray(self.classes_[codes.astype(np.intp)])

    def predict_proba(self, X: Any) -> Array:
        """Return probabilities (n_samples, n_classes), in the order of ``classes_``."""
        raw = self._raw(X)
        if raw.shape[1] == 1:
            raw = np.hstack([np.zeros_like(raw), raw])
        powers = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def decision_function(self, X: Any) -> Array:
        """Return raw scores (n_samples,) for two classes, else (n_samples, n_classes)."""
        raw = self._raw(X)
        return raw[:, 0] if raw.shape[1] == 1 else raw

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        kind = "O" if self.classes_.dtype == object else self.classes_.dtype.str
        return {**meta, "classes": self.classes_.tolist(), "classes_dtype": kind}, arrays

    @classmethod
    def _options_from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> dict[str, Any]:
        classes = np.array(meta["classes"], dtype=np.dtype(meta["classes_dtype"]))
        return {**super()._options_from_state(meta, arrays), "classes": classes}


@kernel
def row_ranges(x: Any, scales: Any, zero_points: Any) -> None:
    """Set each row's scale and zero point so that its codes span its values and 0."""
    number = x.dtype.type
    steps = number(255.0)
    tiny = number(_TINY)
    for i in range(x.shape[0]):
        low = high = number(0.0)
        for j in range(x.shape[1]):
            low = min(low, x[i, j])
            high = max(high, x[i, j])
        scales[i] = max(high / steps - low / steps, tiny)  # (1)
        zero_points[i] = np.int32(np.rint(-low / scales[i]))  # (2)


@kernel
def _integer_layer(
    x: Any,
    scales: Any,
    zero_points: Any,
    packed: Any,
    weight_scales: Any,
    code_sums: Any,
    codes: Any,
    sums: Any,
    y: Any,
) -> None:
    """Set y = x @ weight by way of 8-bit codes; columns of ``codes`` beyond those of x stay 0."""
    number = x.dtype.type
    for i in range(x.shape[0]):
        inverse = number(1.0) / scales[i]
        zero_point = number(zero_points[i])
        for j in range(x.shape[1]):
            code = np.rint(x[i, j] * inverse) + zero_point
            codes[i, j] = np.uint8(min(max(code, number(0.0)), number(255.0)))  # (3)
    integer_product(codes, packed, sums)  # (4)
    for i in range(x.shape[0]):
        for o in range(y.shape[1]):
            total = np.int32(sums[i, o] - np.int32(zero_points[i] * code_sums[o]))
            y[i, o] = number(total) * (scales[i] * number(weight_scales[o]))  # (5)


@kernel
def _multiply(a: Any, b: Any, out: Any) -> None:
    product(a, b, out)


@kernel
def _drop_clipped(x: Any, scale: Any, zero_point: Any, delta: Any) -> None:
    """Set the slope to 0 where the input's code was clipped."""
    number = x.dtype.type
    inverse = number(1.0) / scale
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            place = x[i, j] * inverse + number(zero_point)
            if place <= number(-1.0) or place >= number(256.0):
                delta[i, j] = number(0.0)  # (6)
