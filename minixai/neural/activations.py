r"""Activations of dense layers and their slopes, in NumPy and as kernels.

.. math::
    \mathrm{relu}(z) &= \max(0, z)                                     (1) \\
    \sigma(z) &= 1 / (1 + e^{-z})                                      (2) \\
    \mathrm{gelu}(z) &= \tfrac12 z (1 + \mathrm{erf}(z / \sqrt 2))     (3)

and tanh. The slopes: 1 where z > 0, else 0 (0 at the kink); :math:`\sigma (1 - \sigma)`;
:math:`\Phi(z) + z \varphi(z)` with the normal distribution and density;
:math:`1 - \tanh^2 z`. Those of relu, sigmoid and tanh are read off the activation itself;
only gelu keeps its slope from the forward pass.

Source: Hendrycks & Gimpel (2016), arXiv:1606.08415, section 2, for (3), in its exact form.
Cost: one pass over the layer's outputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minixai._numba import exp, expm1, kernel, scaled_erfc
from minixai.optim.losses import logistic
from minixai.protocols import Array

__all__ = ["ACTIVATIONS", "Activation", "activate", "add_rows", "multiply_by_slope"]

IDENTITY, RELU, TANH, SIGMOID, GELU = range(5)
_ROOT_HALF = math.sqrt(0.5)
_DENSITY_AT_0 = 1.0 / math.sqrt(2.0 * math.pi)


class Activation(NamedTuple):
    """An activation by its kernel code, its function and its slope, both of z."""

    code: int
    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def _identity(z: Array) -> Array:
    return z


def _relu(z: Array) -> Array:
    return np.maximum(z, 0)


def _sigmoid_slope(z: Array) -> Array:
    value = logistic(z)
    slope: Array = value * (1 - value)
    return slope


def _normal_distribution(z: Array) -> Array:
    error = np.asarray(np.frompyfunc(math.erf, 1, 1)(z * _ROOT_HALF)).astype(z.dtype)
    return np.asarray(0.5 * (1 + error))


def _gelu(z: Array) -> Array:
    return z * _normal_distribution(z)


def _gelu_slope(z: Array) -> Array:
    return _normal_distribution(z) + z * (_DENSITY_AT_0 * np.exp(-0.5 * z * z))


ACTIVATIONS = {
    "identity": Activation(IDENTITY, _identity, np.ones_like),
    "relu": Activation(RELU, _relu, lambda z: (z > 0).astype(z.dtype)),
    "tanh": Activation(TANH, np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": Activation(SIGMOID, logistic, _sigmoid_slope),
    "gelu": Activation(GELU, _gelu, _gelu_slope),
}


@kernel
def activate(code: int, bias: Any, z: Any, slope: Any) -> None:
    """Turn the products ``z`` (n, m) into activations in place; gelu also writes its slope."""
    zero = z.dtype.type(0.0)
    n_rows, n_columns = z.shape
    for i in range(n_rows):
        if code == RELU:
            for j in range(n_columns):
                v = z[i, j] + bias[j]
                z[i, j] = zero if v < zero else v  # (1)
        elif code == TANH:
            for j in range(n_columns):
                v = float(z[i, j] + bias[j])
                small = expm1(-2.0 * abs(v))
                size = -small / (2.0 + small)
                z[i, j] = size if v >= 0.0 else -size
        elif code == SIGMOID:
            for j in range(n_columns):
                v = float(z[i, j] + bias[j])
                small = exp(-abs(v))
                z[i, j] = (1.0 if v >= 0.0 else small) / (1.0 + small)  # (2)
        elif code == GELU:
            for j in range(n_columns):
                v = float(z[i, j] + bias[j])
                height = exp(-0.5 * v * v)
                tail = 0.5 * height * scaled_erfc(abs(v) * _ROOT_HALF)
                share = tail if v < 0.0 else 1.0 - tail
                z[i, j] = v * share  # (3)
                slope[i, j] = share + v * _DENSITY_AT_0 * height
        else:
            for j in range(n_columns):
                z[i, j] += bias[j]


@kernel
def multiply_by_slope(code: int, value: Any, slope: Any, delta: Any) -> None:
    """Multiply ``delta`` (n, m), a slope in the activations, by the activations' own slope."""
    number = value.dtype.type
    zero, one = number(0.0), number(1.0)
    n_rows, n_columns = value.shape
    for i in range(n_rows):
        if code == RELU:
            for j in range(n_columns):
                delta[i, j] = delta[i, j] if value[i, j] > zero else zero
        elif code == TANH:
            for j in range(n_columns):
                delta[i, j] *= one - value[i, j] * value[i, j]
        elif code == SIGMOID:
            for j in range(n_columns):
                delta[i, j] *= value[i, j] * (one - value[i, j])
        elif code == GELU:
            for j in range(n_columns):
                delta[i, j] *= slope[i, j]


@kernel
def add_rows(delta: Any, total: Any) -> None:
    """Write the sum of the rows of ``delta`` (n, m) into ``total`` (m,)."""
    for j in range(total.size):
        total[j] = delta[0, j]
    for i in range(1, delta.shape[0]):
        for j in range(total.size):
            total[j] += delta[i, j]
