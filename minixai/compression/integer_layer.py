r"""One dense layer in small integers: its forward pass and its slope.

The layer turns its input rows into 8-bit codes, multiplies them with the codes of its weights,
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

from typing import Any, NamedTuple

import numpy as np

from minixai._numba import integer_product, kernel, pack, product
from minixai.neural.activations import ACTIVATIONS, activate, multiply_by_slope
from minixai.protocols import Array

__all__ = ["IntegerLayer", "LayerPass", "QuantizedLayer", "row_ranges"]

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


class LayerPass(NamedTuple):
    """What a layer did to some rows."""

    input: Array
    """(n, n_in)."""
    output: Array
    """(n, n_out), after the activation."""
    slope: Array
    """(n, n_out), the activation's slope where the output does not tell it (gelu); else empty."""


class IntegerLayer:
    """A quantized layer made ready to run.

    Parameters
    ----------
    layer : QuantizedLayer
    """

    def __init__(self, layer: QuantizedLayer) -> None:
        self.layer = layer
        self._packed = pack(layer.codes)
        self._code_sums = layer.codes.sum(axis=0, dtype=np.int32)
        self._activation = ACTIVATIONS[layer.activation].code

    def forward(self, x: Array) -> LayerPass:
        """Run rows (n, n_in), float32 or float64, through the layer; the type is kept."""
        layer, n_rows, n_out = self.layer, len(x), len(self.layer.bias)
        scales = np.full(n_rows, layer.input_scale or 0.0, dtype=x.dtype)
        zero_points = np.full(n_rows, layer.input_zero_point, dtype=np.int32)
        if layer.input_scale is None:
            row_ranges(x, scales, zero_points)
        codes = np.zeros((n_rows, 4 * self._packed.shape[1]), dtype=np.uint8)
        sums = np.empty((n_rows, 16 * self._packed.shape[0]), dtype=np.int32)
        y = np.empty((n_rows, n_out), dtype=x.dtype)
        slope = np.empty_like(y) if layer.activation == "gelu" else np.empty((0, 0), x.dtype)
        weights = self._packed, layer.scales, self._code_sums
        _integer_layer(x, scales, zero_points, *weights, codes, sums, y)
        activate(self._activation, layer.bias.astype(x.dtype), y, slope)
        return LayerPass(x, y, slope)

    def backward(self, passed: LayerPass, delta: Array) -> Array:
        """Turn a slope in the layer's output, changed in place, into the slope in its input."""
        layer, x = self.layer, passed.input
        multiply_by_slope(self._activation, passed.output, passed.slope, delta)
        weight = (layer.codes * layer.scales).T.astype(x.dtype, order="C")
        below = np.empty((len(x), weight.shape[1]), dtype=x.dtype)
        _multiply(delta, weight, below)
        if layer.input_scale is not None:
            scale = x.dtype.type(layer.input_scale)
            _drop_clipped(x, scale, layer.input_zero_point, below)
        return below


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
