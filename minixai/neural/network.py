r"""A chain of dense layers: forward and backward pass by hand, over one flat parameter buffer.

For layers :math:`l = 1 \dots L` with weights :math:`W_l` (n_in, n_out), rows in :math:`A_0 = X`
and a mean loss J:

.. math::
    Z_l &= A_{l-1} W_l + b_l, \qquad A_l = g_l(Z_l)                                   (1) \\
    \Delta_l &= \partial J / \partial Z_l
              = (\Delta_{l+1} W_{l+1}^\top) \odot g_l'(Z_l)                           (2) \\
    \partial J / \partial W_l &= A_{l-1}^\top \Delta_l + \lambda W_l                  (3) \\
    \partial J / \partial b_l &= \textstyle\sum_i \Delta_{l, i}                       (4) \\
    \partial J / \partial X &= \Delta_1 W_1^\top                                      (5)

The last layer is linear (its scores are the logits), so :math:`\Delta_L` is the loss's own
slope. The penalty :math:`\tfrac{\lambda}{2} \sum_l \|W_l\|^2` leaves the biases alone.

Source: Rumelhart, Hinton & Williams (1986), Nature 323, eqs. (4) to (7), for rows at once.
Differs from the source: (2) is in matrices, with any activation.
Cost: one pass of n rows spends 2 n multiply-adds a weight forward and twice that backward;
memory is all activations of n rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from minixai._validation import generator
from minixai.neural.activations import ACTIVATIONS
from minixai.optim.losses import Loss
from minixai.protocols import Array, Layer

__all__ = ["ForwardPass", "Network", "backward", "forward", "input_slope", "loss_slopes"]

WEIGHT_KEY = 0
"""Key of the generator that draws the first weights."""


@dataclass(frozen=True)
class Network:
    """Widths and activation of a chain of dense layers; the parameters are kept flat elsewhere.

    Parameters
    ----------
    widths : tuple of int
        Columns of X, widths of the hidden layers, number of raw outputs.
    activation : str
        Of every hidden layer; the output is linear.
    """

    widths: tuple[int, ...]
    activation: str

    @property
    def depth(self) -> int:
        """Number of dense layers."""
        return len(self.widths) - 1

    @property
    def n_parameters(self) -> int:
        """Weights and biases of all layers."""
        return sum((n_in + 1) * n_out for n_in, n_out in self._shapes())

    @property
    def activations(self) -> tuple[str, ...]:
        """The name of each layer's activation."""
        return (self.activation,) * (self.depth - 1) + ("identity",)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape by name of parameter, in the order in which they lie in the flat buffer."""
        found: dict[str, tuple[int, ...]] = {}
        for i, (n_in, n_out) in enumerate(self._shapes()):
            found[f"layers.{i}.weight"] = (n_in, n_out)
            found[f"layers.{i}.bias"] = (n_out,)
        return found

    def layers(self, flat: Array) -> tuple[Layer, ...]:
        """Return the layers as views of a flat parameter buffer."""
        found, start = [], 0
        for (n_in, n_out), name in zip(self._shapes(), self.activations, strict=True):
            middle = start + n_in * n_out
            weight = flat[start:middle].reshape(n_in, n_out)
            found.append(Layer(weight, flat[middle : middle + n_out], name))
            start = middle + n_out
        return tuple(found)

    def codes(self) -> tuple[Array, Array]:
        """Return widths and activation codes as the integer arrays that kernels take."""
        codes = [ACTIVATIONS[name].code for name in self.activations]
        return np.array(self.widths, np.int64), np.array(codes, np.int64)

    def first_weights(self, random_state: Any, dtype: Any) -> Array:
        """Draw starting weights, uniform with the variance that keeps signals their size.

        The half-width is sqrt(6 / n_in) before relu and gelu (He et al. 2015, eq. 10),
        sqrt(6 / (n_in + n_out)) else (Glorot & Bengio 2010, eq. 16); biases start at 0.
        """
        draws = generator(random_state, WEIGHT_KEY)
        flat = np.zeros(self.n_parameters)
        for layer in self.layers(flat):
            n_in, n_out = layer.weight.shape
            rectified = layer.activation in ("relu", "gelu")
            width = np.sqrt(6.0 / n_in if rectified else 6.0 / (n_in + n_out))
            layer.weight[:] = draws.uniform(-width, width, layer.weight.shape)
        return flat.astype(dtype)

    def _shapes(self) -> list[tuple[int, int]]:
        return list(pairwise(self.widths))


@dataclass(frozen=True)
class ForwardPass:
    """Every quantity of one forward pass.

    Parameters
    ----------
    inputs : list of array
        :math:`A_0 = X, A_1, ..., A_L`; the last is the raw output.
    sums : list of array
        :math:`Z_1, ..., Z_L`.
    """

    inputs: list[Array]
    sums: list[Array]


def forward(layers: Sequence[Layer], X: Array) -> ForwardPass:
    """Run rows ``X`` (n, n_in) through the layers."""
    passed = ForwardPass([X], [])
    for layer in layers:
        z = passed.inputs[-1] @ layer.weight + layer.bias  # (1)
        passed.sums.append(z)
        passed.inputs.append(ACTIVATIONS[layer.activation].function(z))
    return passed


def backward(layers: Sequence[Layer], passed: ForwardPass, delta: Array) -> list[Array]:
    r"""Return :math:`\Delta_1, ..., \Delta_L` from the slope ``delta`` in the raw output."""
    deltas = [delta]
    for after, before, z in zip(layers[:0:-1], layers[-2::-1], passed.sums[-2::-1], strict=True):
        slope = ACTIVATIONS[before.activation].slope(z)
        deltas.insert(0, (deltas[0] @ after.weight.T) * slope)  # (2)
    return deltas


def input_slope(layers: Sequence[Layer], deltas: Sequence[Array]) -> Array:
    """Return the slope in X, (n, n_in)."""
    slope: Array = deltas[0] @ layers[0].weight.T  # (5)
    return slope


def loss_slopes(
    layers: Sequence[Layer], passed: ForwardPass, deltas: Sequence[Array], l2: float
) -> list[tuple[Array, Array]]:
    """Return the slopes of the penalised mean loss in each layer's weight and bias."""
    slopes = []
    for layer, below, delta in zip(layers, passed.inputs[:-1], deltas, strict=True):
        weight = below.T @ delta + l2 * layer.weight  # (3)
        bias = delta.sum(axis=0)  # (4)
        slopes.append((weight, bias))
    return slopes


def penalised_loss(
    layers: Sequence[Layer], raw: Array, targets: Array, loss: Loss, l2: float
) -> float:
    """Return the mean loss of the rows, plus the penalty."""
    mean = float(np.mean(loss.values(raw, targets), dtype=np.float64))
    if l2 == 0.0:
        return mean
    squares = sum(float(np.sum(np.square(layer.weight, dtype=np.float64))) for layer in layers)
    return mean + 0.5 * l2 * squares
