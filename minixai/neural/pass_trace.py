"""The page a student reads with a pencil: one pass forward, one backward, one step.

Every quantity has its symbol, its formula, its shape, its numbers, and one entry worked out:
the first on the way forward, the largest on the way back. The numbers are those of
``loss_gradient`` and of the optimizer's own kernel, so the page cannot drift away from what the
training does; only what is shown is rounded.

Cost: one forward and backward pass; long tables are cut to a corner in the text, never in
``steps``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from minixai.errors import ParameterError, suggestion
from minixai.neural.activations import ACTIVATIONS
from minixai.neural.network import ForwardPass, backward, forward, loss_slopes, penalised_loss
from minixai.optim.losses import Loss, logistic, softmax
from minixai.optim.optimizers import start_optimizer
from minixai.protocols import Array, Layer

__all__ = ["Trace", "TraceStep", "trace_pass"]

_SHOWN = 8
"""Rows, columns and terms that are written out; the rest is counted."""
_FUNCTIONS = {
    "identity": "{z}",
    "relu": "max(0, {z})",
    "tanh": "tanh({z})",
    "sigmoid": "1 / (1 + exp(-{z}))",
    "gelu": "{z} / 2 * (1 + erf({z} / sqrt(2)))",
}
_SLOPES = {
    "relu": "(1 where {z} > 0, else 0)",
    "tanh": "(1 - {a}^2)",
    "sigmoid": "{a} * (1 - {a})",
    "gelu": "(Phi({z}) + {z} * phi({z}))",
}
_LOSSES = {
    "half_squared_error": ("sum over outputs of (z - y)^2 / 2", "z - y"),
    "binary_cross_entropy": ("max(z, 0) - z * y + log(1 + exp(-|z|))", "1 / (1 + exp(-z)) - y"),
    "categorical_cross_entropy": (
        "log(sum over classes of exp(z)) - z[y]",
        "softmax(z) - (1 at y, else 0)",
    ),
    "huber": (
        "sum over outputs of (z - y)^2 / 2 where |z - y| <= d, else d * (|z - y| - d / 2)",
        "z - y, cut to [-d, d]",
    ),
}


@dataclass(frozen=True)
class TraceStep:
    """One quantity of the page.

    Parameters
    ----------
    part : str
        "given", "forward", "loss", "backward" or "step".
    symbol : str
        Its name: ``Z1``, ``dJ/dW1``.
    formula : str
        How it comes from quantities above it.
    values : array
        Its numbers, all of them, not rounded.
    worked : str
        One entry written out, or an empty string.
    """

    part: str
    symbol: str
    formula: str
    values: Array
    worked: str = ""


@dataclass(frozen=True)
class Trace:
    """A forward and a backward pass and a step of the optimizer, in order.

    Parameters
    ----------
    title : str
    steps : tuple of TraceStep
    """

    title: str
    steps: tuple[TraceStep, ...]

    def __getitem__(self, symbol: str) -> Array:
        """Return the numbers of one quantity, such as ``trace["dJ/dW1"]``."""
        for step in self.steps:
            if step.symbol == symbol:
                return step.values
        known = [step.symbol for step in self.steps]
        raise ParameterError(f"The trace has no {symbol!r}.{suggestion(symbol, known)}")

    @property
    def text(self) -> str:
        """The page as plain text."""
        lines, part = [self.title, "=" * len(self.title)], ""
        for step in self.steps:
            if step.part != part:
                part = step.part
                lines += ["", part.upper()]
            lines += ["", f"{step.symbol} = {step.formula}    {_shape(step.values)}"]
            cells = _cells(step.values)
            widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
            for line in cells:
                padded = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
                lines.append("    " + "  ".join(padded))
            if step.worked:
                lines.append(f"    {step.worked}")
        return "\n".join(lines) + "\n"

    @property
    def html(self) -> str:
        """The page as a fragment of HTML that needs nothing from outside."""
        body, part = [f"<h3>{escape(self.title)}</h3>"], ""
        for step in self.steps:
            if step.part != part:
                part = step.part
                body.append(f"<h4>{escape(part.capitalize())}</h4>")
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>"
                for line in _cells(step.values)
            )
            body.append(
                f"<table><caption><b>{escape(step.symbol)}</b> = {escape(step.formula)} "
                f"<small>{escape(_shape(step.values))}</small></caption>"
                f"<tbody>{rows}</tbody></table>"
            )
            if step.worked:
                body.append(f"<p><code>{escape(step.worked)}</code></p>")
        return f'<section class="minixai-trace">{"".join(body)}</section>'

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.text


def trace_pass(
    layers: Sequence[Layer],
    X: Array,
    targets: Array,
    loss: Loss,
    *,
    l2: float,
    optimizer: str,
    learning_rate: float,
    momentum: float,
) -> Trace:
    """Run a mini-batch forward and backward, take a first step, and write all of it down.

    Parameters
    ----------
    layers : sequence of Layer
    X : array (n_samples, n_features)
    targets : array (n_samples, n_targets)
        As `Loss` takes them.
    loss : Loss
    l2, learning_rate, momentum : float
    optimizer : {"adam", "sgd"}

    Returns
    -------
    Trace
    """
    passed = forward(layers, X)
    raw = passed.inputs[-1]
    deltas = backward(layers, passed, loss.gradient(raw, targets) / len(X))
    slopes = loss_slopes(layers, passed, deltas, l2)
    steps = [
        *_given(layers, X, targets),
        *_forward_steps(layers, passed),
        *_loss_steps(layers, raw, targets, loss, l2),
        *_backward_steps(layers, passed, deltas, slopes, loss, l2),
        *_update_steps(layers, slopes, optimizer, learning_rate, momentum),
    ]
    moved = _moved(layers, steps)
    after = penalised_loss(moved, forward(moved, X).inputs[-1], targets, loss, l2)
    steps.append(TraceStep("step", "J new", "J of the same rows after the step", np.array(after)))
    shape = "-".join(str(n) for n in (X.shape[1], *(layer.bias.size for layer in layers)))
    rows = "1 row" if len(X) == 1 else f"{len(X)} rows"
    return Trace(f"{rows} through a {shape} network, {loss.name}, {optimizer}", tuple(steps))


def _given(layers: Sequence[Layer], X: Array, targets: Array) -> Iterator[TraceStep]:
    yield TraceStep("given", "A0", "X, the rows", X)
    yield TraceStep("given", "y", "the targets", targets)
    for k, layer in enumerate(layers, start=1):
        yield TraceStep("given", f"W{k}", f"weights of layer {k}, a column per unit", layer.weight)
        yield TraceStep("given", f"b{k}", f"biases of layer {k}", layer.bias)


def _forward_steps(layers: Sequence[Layer], passed: ForwardPass) -> Iterator[TraceStep]:
    for k, layer in enumerate(layers, start=1):
        below, z, a = passed.inputs[k - 1], passed.sums[k - 1], passed.inputs[k]
        terms = _terms(below[0], layer.weight[:, 0])
        worked = f"Z{k}[0,0] = {terms} + {_number(layer.bias[0])} = {_number(z[0, 0])}"
        yield TraceStep("forward", f"Z{k}", f"A{k - 1} W{k} + b{k}", z, worked)
        if k < len(layers):
            form = _FUNCTIONS[layer.activation]
            filled = form.format(z=_number(z[0, 0]))
            worked = f"A{k}[0,0] = {filled} = {_number(a[0, 0])}"
            yield TraceStep("forward", f"A{k}", form.format(z=f"Z{k}"), a, worked)


def _loss_steps(
    layers: Sequence[Layer], raw: Array, targets: Array, loss: Loss, l2: float
) -> Iterator[TraceStep]:
    top = f"Z{len(layers)}"
    if loss.name == "binary_cross_entropy":
        yield TraceStep("loss", "p", f"1 / (1 + exp(-{top}))", logistic(raw))
    if loss.name == "categorical_cross_entropy":
        yield TraceStep("loss", "p", f"exp({top}) / sum over its row of exp({top})", softmax(raw))
    formula = f"{_LOSSES[loss.name][0]},  z = {top}"
    values = loss.values(raw, targets)
    worked = f"z = {_line(raw[0])},  y = {_line(targets[0])}:  loss[0] = {_number(values[0])}"
    if loss.name == "huber":
        formula += f",  d = {_number(loss.delta)}"
    yield TraceStep("loss", "loss", formula, values, worked)
    mean = penalised_loss(layers, raw, targets, loss, l2)
    formula = f"sum of loss / {len(raw)}"
    if l2 != 0.0:
        formula += f" + {_number(l2)} / 2 * sum of all W^2"
    yield TraceStep("loss", "J", formula, np.array(mean))


def _backward_steps(
    layers: Sequence[Layer],
    passed: ForwardPass,
    deltas: Sequence[Array],
    slopes: Sequence[tuple[Array, Array]],
    loss: Loss,
    l2: float,
) -> Iterator[TraceStep]:
    depth, n_rows = len(layers), len(deltas[-1])
    formula = f"({_LOSSES[loss.name][1]}) / {n_rows},  z = Z{depth}"
    for k in range(depth, 0, -1):
        delta, below, (weight, bias) = deltas[k - 1], passed.inputs[k - 1], slopes[k - 1]
        if k < depth:
            name, after = layers[k - 1].activation, layers[k].weight
            slope = ACTIVATIONS[name].slope(passed.sums[k - 1])
            formula = f"(dJ/dZ{k + 1} W{k + 1}^T) * {_SLOPES[name].format(z=f'Z{k}', a=f'A{k}')}"
            i, j = _largest(delta)
            product = f"({_terms(deltas[k][i], after[j])}) * {_number(slope[i, j])}"
            worked = f"dJ/dZ{k}[{i},{j}] = {product} = {_number(delta[i, j])}"
            yield TraceStep("backward", f"dJ/dZ{k}", formula, delta, worked)
        else:
            yield TraceStep("backward", f"dJ/dZ{k}", formula, delta)
        i, j = _largest(weight)
        tail = f" + {_number(l2)} * {_number(layers[k - 1].weight[i, j])}" if l2 != 0.0 else ""
        terms = _terms(below[:, i], delta[:, j])
        worked = f"dJ/dW{k}[{i},{j}] = {terms}{tail} = {_number(weight[i, j])}"
        formula = f"A{k - 1}^T dJ/dZ{k}" + (f" + {_number(l2)} * W{k}" if l2 != 0.0 else "")
        yield TraceStep("backward", f"dJ/dW{k}", formula, weight, worked)
        yield TraceStep("backward", f"dJ/db{k}", f"sum of the rows of dJ/dZ{k}", bias)


def _update_steps(
    layers: Sequence[Layer],
    slopes: Sequence[tuple[Array, Array]],
    optimizer: str,
    learning_rate: float,
    momentum: float,
) -> Iterator[TraceStep]:
    """Give each parameter after the first step, taken by the optimizer's own kernel."""
    rate = _number(learning_rate)
    for k, (layer, (weight, bias)) in enumerate(zip(layers, slopes, strict=True), start=1):
        for symbol, old, slope in ((f"W{k}", layer.weight, weight), (f"b{k}", layer.bias, bias)):
            state = start_optimizer(optimizer, old.ravel(), momentum=momentum)
            state.gradient[:] = slope.ravel()
            state.step(learning_rate)
            new = state.parameters.reshape(old.shape)
            g, start = f"dJ/d{symbol}", _number(old.flat[0])
            if optimizer == "sgd":
                formula = f"{symbol} - {rate} * {g}   (the first velocity is the gradient)"
                worked = f"{start} - {rate} * {_number(slope.flat[0])} = {_number(new.flat[0])}"
            else:
                m, v = state.first.reshape(old.shape), state.second.reshape(old.shape)
                yield TraceStep("step", f"m of {symbol}", f"0.9 * 0 + 0.1 * {g}", m)
                yield TraceStep("step", f"s of {symbol}", f"0.999 * 0 + 0.001 * ({g})^2", v)
                formula = f"{symbol} - {rate} * m / (1 - 0.9) / (sqrt(s / (1 - 0.999)) + 1e-8)"
                worked = (
                    f"{start} - {rate} * {_number(m.flat[0])} / 0.1 / "
                    f"(sqrt({_number(v.flat[0])} / 0.001) + 1e-8) = {_number(new.flat[0])}"
                )
            yield TraceStep("step", f"{symbol} new", formula, new, worked)


def _moved(layers: Sequence[Layer], steps: Sequence[TraceStep]) -> list[Layer]:
    new = {step.symbol: step.values for step in steps if step.part == "step"}
    return [
        Layer(new[f"W{k} new"], new[f"b{k} new"], layer.activation)
        for k, layer in enumerate(layers, start=1)
    ]


def _largest(values: Array) -> tuple[int, int]:
    i, j = divmod(int(np.abs(values).argmax()), values.shape[1])
    return i, j


def _number(value: float) -> str:
    return f"{float(value) + 0.0:.6g}"


def _line(values: Array) -> str:
    shown = ", ".join(_number(value) for value in values[:_SHOWN])
    return f"({shown}{', ...' if len(values) > _SHOWN else ''})" if len(values) > 1 else shown


def _terms(left: Array, right: Array) -> str:
    """Write a sum of products out: ``0.5 * 0.1 + ...``."""
    pairs = list(zip(left, right, strict=True))
    shown = " + ".join(f"{_number(a)} * {_number(b)}" for a, b in pairs[:_SHOWN])
    return shown + (f" + ... ({len(pairs)} terms)" if len(pairs) > _SHOWN else "")


def _shape(values: Array) -> str:
    return "(" + ", ".join(map(str, values.shape)) + ")" if values.ndim else "a number"


def _cells(values: Array) -> list[list[str]]:
    """Return the numbers as text, cut to a corner that says how much is left out."""
    table = np.atleast_2d(values)
    n_rows, n_columns = table.shape
    lines = [[_number(value) for value in line[:_SHOWN]] for line in table[:_SHOWN]]
    if n_columns > _SHOWN:
        lines = [[*line, f"... {n_columns - _SHOWN} more"] for line in lines]
    if n_rows > _SHOWN:
        lines.append([f"... {n_rows - _SHOWN} more"] + [""] * (len(lines[0]) - 1))
    return lines
