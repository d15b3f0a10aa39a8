r"""Post-training quantization: weights become small symmetric integers, inputs 8-bit codes.

.. math::
    t = \max |w| / (2^{b-1} - 1)                                   (1)
    \qquad
    v = \mathrm{round}(w / t)                                      (2)

with b bits a weight; the largest magnitude is taken over a whole weight matrix ("tensor") or over
the weights of each output channel ("channel"). A weight of exactly 0 keeps the code 0. The range
of each layer's input comes from calibration data: its smallest and largest value there, and 0
(values beyond it are clipped later); without data it is each row's own range. ``integer_layer``
has the formulas of the inputs.

Source: Jacob et al. (2018), arXiv:1712.05877, section 2.1; Krishnamoorthi (2018),
arXiv:1806.08342, sections 2.2 and 3.1.
Cost: one forward pass over the calibration data and one over the weights.
"""

from __future__ import annotations

import warnings
from inspect import getattr_static
from typing import Any

import numpy as np

from minixai._validation import check_model, check_number, feature_names_of
from minixai.compression.integer_layer import QuantizedLayer, row_ranges
from minixai.compression.quantized_network import (
    QuantizedClassifier,
    QuantizedMarginClassifier,
    QuantizedNetwork,
    QuantizedRegressor,
)
from minixai.errors import DataError, DataWarning, ParameterError, check_option
from minixai.protocols import Array

__all__ = ["quantize"]

_MOST_INPUTS = (2**31 - 1) // (255 * 128)
"""Inputs of a layer whose sum of products surely fits into 32 bits."""


def quantize(
    model: Any, X_calibration: Any = None, n_bits: int = 8, granularity: str = "tensor"
) -> QuantizedNetwork:
    """Turn a fitted chain of dense layers into integers.

    Parameters
    ----------
    model : fitted model with ``layers`` and ``forward_trace``
        A linear model or a network; it stays as it is. One with ``classes_`` becomes a
        classifier (two classes with one raw output: sigmoid; else softmax), without
        probabilities if it has none.
    X_calibration : array-like or data frame (n_samples, n_features), optional
        Rows such as the model will meet, standardised as in fit: they fix the range of every
        layer's input; values outside are clipped, and those more than 100 widths outside are a
        DataError when predicting. None: the range of each row alone, found as it comes (slower,
        never clipped).
    n_bits : int
        Bits of a weight, 2 to 8; inputs always have 8.
    granularity : {"tensor", "channel"}
        One scale a weight matrix, or one an output channel (more exact).

    Returns
    -------
    QuantizedClassifier, QuantizedMarginClassifier or QuantizedRegressor
        Predicts, saves and can be explained like the model given.

    Warns
    -----
    DataWarning
        Calibration columns so narrow beside the widest that their values all get one code.

    Raises
    ------
    ParameterError
        A class, a model without layers, one that is quantized already, a wrong option, or a layer
        too wide for 32-bit sums.
    DataError
        Weights or biases beyond the range of float32.

    Examples
    --------
    >>> from minixai.linear import LinearRegression
    >>> model = LinearRegression().fit([[0.0], [1.0], [2.0]], [0.0, 2.0, 4.0])
    >>> quantize(model).predict([[1.0]]).round(2)
    array([2.])
    """
    check_model(model)
    check_number("n_bits", n_bits, low=2, high=8, integer=True)
    check_option("granularity", granularity, ("tensor", "channel"))
    if getattr(model, "n_bits", None) is not None:
        raise ParameterError(
            f"The model is quantized already, to {model.n_bits} bits: quantize the model that it "
            "was made from."
        )
    if getattr_static(model, "layers", None) is None or not hasattr(model, "forward_trace"):
        raise ParameterError(
            f"quantize needs a model with `layers` and `forward_trace`, and {type(model).__name__} "
            "does not have them: quantize a linear model or a network."
        )
    inputs = None if X_calibration is None else model.forward_trace(X_calibration)
    layers = []
    for i, layer in enumerate(model.layers):
        codes, scales = _weight_codes(np.asarray(layer.weight), int(n_bits), granularity, i)
        ranges = (None, 0) if inputs is None else _calibrated_range(inputs[i], i)
        bias = _float32_bias(np.asarray(layer.bias), i)
        layers.append(QuantizedLayer(codes, scales, bias, layer.activation, *ranges))
    if inputs is not None and layers[0].input_scale is not None:
        names = feature_names_of(model, inputs[0])
        _warn_of_narrow_columns(inputs[0], layers[0].codes, layers[0].input_scale, names)
    learned = getattr(model, "feature_names_in_", None)
    options = tuple(layers), int(n_bits), granularity, learned
    classes = getattr(model, "classes_", None)
    if classes is None:
        return QuantizedRegressor(*options)
    kind = QuantizedClassifier if hasattr(model, "predict_proba") else QuantizedMarginClassifier
    return kind(*options, classes)


def _float32_bias(bias: Array, i: int) -> Array:
    largest = float(np.abs(bias).max(initial=0.0))
    if largest > float(np.finfo(np.float32).max):
        raise DataError(
            f"The bias of layer {i} reaches {largest:.3g}, which float32 does not hold: "
            "standardise the target and fit again."
        )
    return bias.astype(np.float32)


def _weight_codes(weight: Array, n_bits: int, granularity: str, i: int) -> tuple[Array, Array]:
    """Give int8 codes (n_in, n_out) and float32 scales (n_out,)."""
    if weight.shape[0] > _MOST_INPUTS:
        raise ParameterError(
            f"Layer {i} has {weight.shape[0]} inputs, and sums in 32 bits hold {_MOST_INPUTS} at "
            "most: split the layer."
        )
    largest = np.abs(weight).max(axis=0 if granularity == "channel" else None)
    steps = (1 << (n_bits - 1)) - 1
    exact = np.where(largest == 0, 1.0, np.asarray(largest, dtype=np.float64) / steps)  # (1)
    _check_scale(exact, f"Layer {i}'s weights")
    scales = np.ascontiguousarray(np.broadcast_to(exact, weight.shape[1:]), dtype=np.float32)
    inverse = np.float32(1.0) / scales
    codes = np.clip(np.rint(weight * inverse), -steps, steps).astype(np.int8)  # (2)
    return codes, scales


def _calibrated_range(values: Array, i: int) -> tuple[float, int]:
    """Give scale and zero point of the smallest range that holds all values and 0."""
    scale, zero_point = np.empty(1, dtype=values.dtype), np.empty(1, dtype=np.int32)
    row_ranges(np.ascontiguousarray(values).reshape(1, -1), scale, zero_point)
    if not values.any():
        return 1.0, 0
    _check_scale(scale, f"Layer {i}'s calibration inputs")
    return float(np.float32(scale[0])), int(zero_point[0])


def _check_scale(scale: Array, owner: str) -> None:
    limits = np.finfo(np.float32)
    if not ((scale > limits.tiny) & (scale < limits.max)).all():
        raise DataError(
            f"{owner} have steps of {np.ravel(scale)[0]:.3g}, which float32 does not hold: "
            "standardise the data and fit again."
        )


def _warn_of_narrow_columns(X: Array, codes: Array, scale: float, names: list[str]) -> None:
    """Warn of columns that vary and count, but get the same code everywhere."""
    width = X.max(axis=0) - X.min(axis=0)
    narrow = np.flatnonzero((width > 0) & (width < scale) & codes.any(axis=1))
    if narrow.size:
        named = ", ".join(repr(names[j]) for j in narrow[:5])
        warnings.warn(
            f"{narrow.size} columns vary by less than one step ({scale:.3g}) of the 8-bit input "
            f"range, and so count as constant: {named}. Standardise the columns before fitting.",
            DataWarning,
            stacklevel=3,
        )
