r"""The passes of a network as kernels: many mini-batches, a prediction, a slope in the inputs.

The formulas are those of ``network``; here they run over flat buffers, whatever the depth and
the widths, so that nothing is compiled twice: layers are views of one parameter buffer, their
shapes are an integer array, their activations integer codes. The work of a mini-batch happens
in one scratch buffer; products go through ``product``, whose operands are sliced to one type
of array (``[::1]``: any strides) so that it is compiled once, not once for each layout.

Source: the equations of ``minixai.neural.network``.
Cost: as there; scratch of three times the activations of a mini-batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minixai._numba import borrow, kernel, product
from minixai.neural.activations import activate, add_rows, multiply_by_slope
from minixai.optim.losses import mean_loss_gradient
from minixai.optim.optimizers import aligned, take_step
from minixai.protocols import Array

__all__ = [
    "forward_rows",
    "input_slope_rows",
    "products_of_other_columns",
    "replaced_rows",
    "scratch_for",
    "train_batches",
]

BLOCK = 128
"""Rows that a prediction holds in the cache at a time."""


def scratch_for(widths: Sequence[int], n_rows: int, dtype: Any) -> Array:
    """Return what kernels work in: values, slopes and deltas of every layer for n_rows rows."""
    line = -(-n_rows * sum(widths) // 16) * 16
    return aligned(3 * line, dtype).reshape(3, line)


def products_of_other_columns(X: Array, weight: Array) -> Callable[[Sequence[int]], Array]:
    """Return a function of columns that gives X @ weight as if these columns were 0.

    Taking their share away from the whole product would leave its rounding error behind, which
    is all there is where a replaced value was large. Repeats ask for the same columns again, so
    each thread remembers its last answer.
    """
    known = threading.local()

    def without(columns: Sequence[int]) -> Array:
        chosen = tuple(columns)
        if getattr(known, "columns", None) != chosen:
            others = weight.copy()
            others[list(chosen)] = 0
            known.products = np.empty((len(X), weight.shape[1]), X.dtype)
            _multiply(X, others, known.products)
            known.columns = chosen
        products: Array = known.products
        return products

    return without


@kernel
def train_batches(
    X: Any,
    targets: Any,
    order: Any,
    batch_size: int,
    widths: Any,
    codes: Any,
    loss: int,
    delta: float,
    l2: float,
    optimizer: int,
    parameters: Any,
    gradient: Any,
    first: Any,
    second: Any,
    mask: Any,
    constants: Any,
    n_steps: Any,
    learning_rate: float,
    scratch: Any,
) -> Any:
    """Take one step per mini-batch of ``order``; return the mean loss before the steps."""
    total = 0.0
    whole = order.size - order.size % batch_size
    for part in range(2):
        begin = 0 if part == 0 else whole
        end = whole if part == 0 else order.size
        if begin == end:
            continue
        n_rows = min(batch_size, end - begin)
        weights, biases = _layer_views(parameters, widths)
        weight_slopes, bias_slopes = _layer_views(gradient, widths)
        values = _row_views(scratch[0], n_rows, widths)
        deltas = _row_views(scratch[1], n_rows, widths)
        slopes = _row_views(scratch[2], n_rows, widths)
        unused = slopes[codes.size].reshape(-1)  # the last layer is linear
        goal = unused[: n_rows * targets.shape[1]].reshape((n_rows, targets.shape[1]))
        for start in range(begin, end, n_rows):
            _gather(X, order, start, values[0])
            _gather(targets, order, start, goal)
            product(values[0][::1], weights[0][::1], values[1])
            _climb(weights, biases, codes, values, slopes)
            raw = values[codes.size]
            total += mean_loss_gradient(loss, delta, raw, goal, deltas[codes.size]) * n_rows
            for k in range(codes.size - 1, -1, -1):
                product(values[k].T[::1], deltas[k + 1][::1], weight_slopes[k])
                add_rows(deltas[k + 1], bias_slopes[k])
                if k > 0:
                    product(deltas[k + 1][::1], weights[k].T[::1], deltas[k])
                    multiply_by_slope(codes[k - 1], values[k], slopes[k], deltas[k])
                if l2 != 0.0:
                    total += _add_penalty(l2, weights[k], weight_slopes[k]) * n_rows
            take_step(
                optimizer,
                parameters,
                gradient,
                first,
                second,
                mask,
                constants,
                n_steps,
                learning_rate,
            )
    return total / order.size


@kernel
def forward_rows(X: Any, parameters: Any, widths: Any, codes: Any, scratch: Any, out: Any) -> None:
    """Write the raw output of every row of ``X`` into ``out`` (n, n_outputs)."""
    weights, biases = _layer_views(parameters, widths)
    for start in range(0, X.shape[0], BLOCK):
        stop = min(start + BLOCK, X.shape[0])
        values = _row_views(scratch[0], stop - start, widths)
        slopes = _row_views(scratch[1], stop - start, widths)
        product(X[start:stop:1], weights[0][::1], values[1])
        _climb(weights, biases, codes, values, slopes)
        _put(values[codes.size], start, out)


@kernel
def replaced_rows(
    products: Any,
    columns: Any,
    fresh: Any,
    parameters: Any,
    widths: Any,
    codes: Any,
    scratch: Any,
    out: Any,
) -> None:
    """Write the raw output of rows with some columns replaced by ``fresh`` (n, n_columns).

    ``products`` is X @ W_1 without these columns; each adds its fresh value times its row of W_1.
    """
    weights, biases = _layer_views(parameters, widths)
    for start in range(0, products.shape[0], BLOCK):
        stop = min(start + BLOCK, products.shape[0])
        values = _row_views(scratch[0], stop - start, widths)
        slopes = _row_views(scratch[1], stop - start, widths)
        sums = values[1]
        for i in range(stop - start):
            for j in range(widths[1]):
                sums[i, j] = products[start + i, j]
            for c in range(columns.size):
                value = fresh[start + i, c]
                row = weights[0][columns[c]]
                for j in range(widths[1]):
                    sums[i, j] += value * row[j]
        _climb(weights, biases, codes, values, slopes)
        _put(values[codes.size], start, out)


@kernel
def input_slope_rows(
    X: Any, delta: Any, parameters: Any, widths: Any, codes: Any, scratch: Any, out: Any
) -> None:
    """Write the slope in ``X`` of the raw outputs weighted by ``delta`` (n, n_outputs)."""
    weights, biases = _layer_views(parameters, widths)
    for start in range(0, X.shape[0], BLOCK):
        stop = min(start + BLOCK, X.shape[0])
        values = _row_views(scratch[0], stop - start, widths)
        slopes = _row_views(scratch[1], stop - start, widths)
        deltas = _row_views(scratch[2], stop - start, widths)
        product(X[start:stop:1], weights[0][::1], values[1])
        _climb(weights, biases, codes, values, slopes)
        top = deltas[codes.size]
        for i in range(stop - start):
            for j in range(top.shape[1]):
                top[i, j] = delta[start + i, j]
        for k in range(codes.size - 1, 0, -1):
            product(deltas[k + 1][::1], weights[k].T[::1], deltas[k])
            multiply_by_slope(codes[k - 1], values[k], slopes[k], deltas[k])
        product(deltas[1][::1], weights[0].T[::1], deltas[0])
        _put(deltas[0], start, out)


@kernel
def _climb(weights: Any, biases: Any, codes: Any, values: Any, slopes: Any) -> None:
    """Go on from the first layer's products in ``values[1]`` to the raw output."""
    activate(codes[0], biases[0], values[1], slopes[1])
    for k in range(1, codes.size):
        product(values[k][::1], weights[k][::1], values[k + 1])
        activate(codes[k], biases[k], values[k + 1], slopes[k + 1])


@kernel
def _multiply(a: Any, b: Any, out: Any) -> None:
    product(a[::1], b[::1], out)


@kernel
def _put(part: Any, start: int, out: Any) -> None:
    for i in range(part.shape[0]):
        for j in range(part.shape[1]):
            out[start + i, j] = part[i, j]


@kernel
def _layer_views(flat: Any, widths: Any) -> Any:
    weights, biases = [], []
    lent, start = borrow(flat), 0
    for k in range(widths.size - 1):
        middle = start + widths[k] * widths[k + 1]
        weights.append(lent[start:middle].reshape((widths[k], widths[k + 1])))
        start = middle + widths[k + 1]
        biases.append(lent[middle:start])
    return weights, biases


@kernel
def _row_views(flat: Any, n_rows: int, widths: Any) -> Any:
    views = []
    lent, start = borrow(flat), 0
    for k in range(widths.size):
        stop = start + n_rows * widths[k]
        views.append(lent[start:stop].reshape((n_rows, widths[k])))
        start = stop
    return views


@kernel
def _gather(matrix: Any, order: Any, start: int, out: Any) -> None:
    for i in range(out.shape[0]):
        row = order[start + i]
        for j in range(out.shape[1]):
            out[i, j] = matrix[row, j]


@kernel
def _add_penalty(l2: float, weight: Any, slope: Any) -> float:
    total = 0.0
    factor = weight.dtype.type(l2)
    for i in range(weight.shape[0]):
        for j in range(weight.shape[1]):
            total += float(weight[i, j]) * float(weight[i, j])
            slope[i, j] += factor * weight[i, j]
    return 0.5 * l2 * total
