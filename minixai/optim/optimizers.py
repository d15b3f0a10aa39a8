r"""Optimizers on one flat parameter buffer: gradient descent with momentum, and Adam.

With gradient :math:`g`, learning rate :math:`\eta` and step count :math:`t` from 1:

.. math::
    v &\leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v              (1) \\
    m &\leftarrow \beta_1 m + (1 - \beta_1) g                                      (2) \\
    s &\leftarrow \beta_2 s + (1 - \beta_2) g^2                                    (3) \\
    \theta &\leftarrow \theta - \frac{\eta}{1 - \beta_1^t}
        \frac{m}{\sqrt{s} / \sqrt{1 - \beta_2^t} + \epsilon}                       (4)

Momentum 0 in (1) is plain gradient descent. A mask keeps chosen entries at exactly 0:
their gradient is set to 0, and an entry whose gradient was never anything else does not move.
Where gradients stay away, v, m and s die out; below the smallest normal number they are kept
as 0, for processors take many times as long over such numbers, which are nothing beside
:math:`\epsilon`.

Source: Sutskever et al. (2013), ICML, section 2, for (1), with the learning rate outside of the
velocity; Kingma & Ba (2015), arXiv:1412.6980, algorithm 1, for (2) to (4).
Cost: one pass over the buffer; one further buffer for momentum, two for Adam.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._numba import kernel
from minixai._validation import check_number
from minixai.errors import check_option
from minixai.protocols import Array

__all__ = ["OPTIMIZERS", "OptimizerState", "aligned", "start_optimizer", "take_step"]

SGD, ADAM = range(2)

OPTIMIZERS = {"sgd": SGD, "adam": ADAM}


@dataclass(frozen=True)
class OptimizerState:
    r"""Everything that a step reads and writes; the arrays are changed in place.

    Parameters
    ----------
    optimizer : str
        "sgd" or "adam".
    parameters, gradient : array (n_parameters,)
        The weights, and the slope of the loss at them.
    first, second : array (n_parameters,) or (0,)
        Velocity (1) or first moment (2); second moment (3), empty for "sgd".
    mask : array (n_parameters,) or (0,)
        1 for entries that are trained and 0 for those held at 0; empty: all are trained.
    constants : float64 array (3,)
        Momentum or :math:`\beta_1`, :math:`\beta_2`, :math:`\epsilon`.
    n_steps : int64 array (1,)
        Steps taken so far.
    """

    optimizer: str
    parameters: Array
    gradient: Array
    first: Array
    second: Array
    mask: Array
    constants: Array
    n_steps: Array

    @property
    def code(self) -> int:
        """The integer by which kernels know the optimizer."""
        return OPTIMIZERS[self.optimizer]

    def step(self, learning_rate: float) -> None:
        """Change ``parameters`` by one step along ``gradient``."""
        take_step(
            self.code,
            self.parameters,
            self.gradient,
            self.first,
            self.second,
            self.mask,
            self.constants,
            self.n_steps,
            learning_rate,
        )


def start_optimizer(
    optimizer: str,
    parameters: Array,
    *,
    momentum: float = 0.9,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-8,
    mask: Array | None = None,
) -> OptimizerState:
    """Return the state before the first step.

    Parameters
    ----------
    optimizer : str
        "sgd" or "adam".
    parameters : array (n_parameters,)
        Starting point; copied. Its type, float32 or float64, is that of all buffers.
    momentum : float in [0, 1)
        Used by "sgd".
    beta_1, beta_2, epsilon : float
        Used by "adam".
    mask : bool array (n_parameters,), optional
        False where the parameter is set to 0 and stays 0. None: all are trained.

    Raises
    ------
    ParameterError
        An unknown optimizer, or a number out of range.
    """
    check_option("optimizer", optimizer, OPTIMIZERS)
    check_number("momentum", momentum, low=0.0, high=1.0, open_high=True)
    buffers = [aligned(parameters.size, parameters.dtype) for _ in range(4)]
    for buffer in buffers:
        buffer[:] = 0
    buffers[0][:] = parameters
    none = np.empty(0, parameters.dtype)
    kept = none if mask is None else mask.astype(parameters.dtype)
    if mask is not None:
        buffers[0][~mask] = 0
    first_decay = momentum if optimizer == "sgd" else beta_1
    return OptimizerState(
        optimizer,
        buffers[0],
        buffers[1],
        buffers[2],
        buffers[3] if optimizer == "adam" else none,
        kept,
        np.array([first_decay, beta_2, epsilon]),
        np.zeros(1, np.int64),
    )


def aligned(size: int, dtype: Any) -> Array:
    """Return an uninitialised buffer that begins on a cache line: no vector straddles two."""
    kind = np.dtype(dtype)
    raw = np.empty(size * kind.itemsize + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size * kind.itemsize].view(kind)


@kernel
def take_step(
    optimizer: int,
    parameters: Any,
    gradient: Any,
    first: Any,
    second: Any,
    mask: Any,
    constants: Any,
    n_steps: Any,
    learning_rate: float,
) -> None:
    """Take one step on the flat buffers; scalars take the buffers' type."""
    n_steps[0] += 1
    for p in range(mask.size):
        gradient[p] *= mask[p]
    if optimizer == SGD:
        _momentum_step(parameters, gradient, first, constants[0], learning_rate)
        return
    step_size = learning_rate / (1.0 - constants[0] ** n_steps[0])
    root_scale = 1.0 / math.sqrt(1.0 - constants[1] ** n_steps[0])
    _adam_step(parameters, gradient, first, second, constants, step_size, root_scale)


@kernel
def _momentum_step(
    parameters: Any, gradient: Any, velocity: Any, momentum: float, learning_rate: float
) -> None:
    number = parameters.dtype.type
    mu, rate = number(momentum), number(learning_rate)
    zero, least = number(0.0), np.finfo(parameters.dtype).tiny
    for p in range(parameters.size):
        v = mu * velocity[p] + gradient[p]
        velocity[p] = zero if abs(v) < least else v
        parameters[p] -= rate * v  # (1)


@kernel
def _adam_step(
    parameters: Any,
    gradient: Any,
    first: Any,
    second: Any,
    constants: Any,
    step_size: float,
    root_scale: float,
) -> None:
    number = parameters.dtype.type
    decay_1, decay_2, epsilon = number(constants[0]), number(constants[1]), number(constants[2])
    fresh_1, fresh_2 = number(1.0 - constants[0]), number(1.0 - constants[1])
    size, scale = number(step_size), number(root_scale)
    zero, least = number(0.0), np.finfo(parameters.dtype).tiny
    for p in range(parameters.size):
        g = gradient[p]
        m = decay_1 * first[p] + fresh_1 * g  # (2)
        s = decay_2 * second[p] + fresh_2 * g * g  # (3)
        first[p] = zero if abs(m) < least else m
        second[p] = zero if s < least else s
        parameters[p] -= size * (m / (np.sqrt(s) * scale + epsilon))  # (4)
