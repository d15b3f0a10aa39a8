"""A network as neurons and connections: a line's width is the size of its weight.

Positive weights are solid blue lines, negative ones dashed vermillion lines, weights of exactly
0 (pruned) no lines at all; weights below a twentieth of the largest drawn in their layer share
the thinnest line. Wide layers show the neurons with the largest sum of absolute
weights, in and out, and say of how many; the order from top to bottom stays the model's.

Cost: O(number of weights).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError, require
from minixai.plot.canvas import BLUE, VERMILLION, new_axes
from minixai.plot.network_frame import NetworkFrame, figure_width, network_frame
from minixai.plot.text import PLAIN_TEXT, shortened, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array

__all__ = ["plot_network"]

_THICKEST = 3.2
_THINNEST = 0.16


def plot_network(
    network: Any,
    ax: Axes | None = None,
    *,
    names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    widths: Sequence[int] | None = None,
    max_neurons: int = 12,
) -> Any:
    """Draw neurons, and the weights between them.

    Parameters
    ----------
    network : a model with ``layers``, or a sequence of layers or of weight matrices
        Each weight has shape (n_in, n_out), the first layer first.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    names : sequence of str, optional
        Names of the inputs; None means none are written.
    output_names : sequence of str, optional
        Names of the outputs.
    widths : sequence of int, optional
        Neurons in every layer, inputs first, where the weights given are only a part.
    max_neurons : int
        How many neurons of a layer are drawn at most, at least 1.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.collections`` are, for every pair of layers, the positive and
        the negative connections (label ``layer i +`` and ``layer i -``), and then the neurons.

    Raises
    ------
    DataError
        There are no weights, or two layers do not fit together.

    Examples
    --------
    >>> ax = plot_network([[[2.0], [-1.0]]], names=["age", "price"])
    >>> [[float(w) for w in lines.get_linewidth()] for lines in ax.collections[:2]]
    [[3.2], [1.6]]
    """
    check_number("max_neurons", max_neurons, low=1, integer=True)
    weights, activations = _weights_of(network)
    chosen = _chosen_neurons(weights, max_neurons)
    counts = [len(weights[0]), *(weight.shape[1] for weight in weights)]
    captions = _captions(chosen, list(widths) if widths is not None else counts, activations)
    first, last = _shown_names(chosen[0], names), _shown_names(chosen[-1], output_names)
    axes = new_axes(ax, (figure_width(captions, first, last), 4.6))
    frame = network_frame(axes, captions, first, last)
    heights = [_heights(len(rows)) for rows in chosen]
    for i, weight in enumerate(weights):
        part = weight[np.ix_(chosen[i], chosen[i + 1])]
        _draw_connections(axes, i, part, heights[i], heights[i + 1])
    line = axes.spines["left"].get_edgecolor()
    paper = axes.get_facecolor() if axes.get_facecolor()[3] > 0 else line
    for i, height in enumerate(heights):
        axes.scatter(
            np.full(len(height), i), height, s=60, facecolor=paper, edgecolor=line, zorder=4
        )
    _write_captions(axes, captions, frame)
    _write_names(axes, -frame.name_gap(), heights[0], first, "right")
    _write_names(axes, len(weights) + frame.name_gap(), heights[-1], last, "left")
    _write_legend(axes)
    axes.set_axis_off()
    axes.set_xlim(frame.x_limits())
    axes.set_ylim(frame.y_limits())
    return axes


def _weights_of(network: Any) -> tuple[list[Array], list[str]]:
    layers = getattr(network, "layers", network)
    weights = [np.asarray(getattr(each, "weight", each), dtype=np.float64) for each in layers]
    activations = [str(getattr(each, "activation", "")) for each in layers]
    if not weights or any(weight.ndim != 2 or weight.size == 0 for weight in weights):
        raise DataError("A network needs weight matrices (n_in, n_out), one a layer; got none.")
    for i, (left, right) in enumerate(pairwise(weights)):
        if left.shape[1] != right.shape[0]:
            raise DataError(
                f"Layer {i} gives {left.shape[1]} values and layer {i + 1} takes {right.shape[0]}: "
                "the weights must belong to one network, the first layer first."
            )
    return [np.where(np.isfinite(weight), weight, 0.0) for weight in weights], activations


def _chosen_neurons(weights: list[Array], max_neurons: int) -> list[Array]:
    """Return for every layer, inputs first, which neurons are drawn, in their order."""
    size = [np.abs(weights[0]).sum(axis=1)]
    size += [np.abs(weight).sum(axis=0) for weight in weights]
    for i, weight in enumerate(weights[1:], start=1):
        size[i] = size[i] + np.abs(weight).sum(axis=1)
    return [np.sort(np.argsort(-each, kind="stable")[:max_neurons]) for each in size]


def _heights(n_neurons: int) -> Array:
    """Spread neurons from top to bottom; few of them stay together in the middle."""
    reach = min(0.5, 0.06 * (n_neurons - 1) + 0.02 * n_neurons)
    return np.linspace(0.5 + reach, 0.5 - reach, n_neurons) if n_neurons > 1 else np.array([0.5])


def _draw_connections(ax: Any, i: int, part: Array, left: Array, right: Array) -> None:
    collections = require("matplotlib.collections", "plot")
    largest = float(np.abs(part).max())
    for sign, color, style in ((1, BLUE, "solid"), (-1, VERMILLION, (0, (4, 1.6)))):
        share = np.clip(sign * part / largest, 0.0, None) if largest > 0 else np.zeros_like(part)
        pairs = [(int(j), int(k)) for j, k in np.argwhere(share > 0)]
        lines = collections.LineCollection(
            [[(i, left[j]), (i + 1, right[k])] for j, k in pairs],
            linewidths=[max(_THICKEST * share[j, k], _THINNEST) for j, k in pairs],
            colors=color,
            linestyles=[style],
            alpha=0.75,
            label=f"layer {i} {'+' if sign > 0 else '-'}",
        )
        ax.add_collection(lines, autolim=False)


def _captions(chosen: list[Array], counts: list[int], activations: list[str]) -> list[str]:
    """Say for every column what it is, and how many of its neurons are drawn."""
    last = len(chosen) - 1
    captions = []
    for i, rows in enumerate(chosen):
        role = "inputs" if i == 0 else "output" if i == last else f"hidden layer {i}"
        n_shown, n_all = len(rows), counts[i]
        count = f"{n_all}" if n_shown == n_all else f"{n_shown} of {n_all} shown"
        activation = activations[i - 1] if i and activations[i - 1] else ""
        captions.append(
            f"{role}\n{count}" + (f", {shortened(activation, 16)}" if activation else "")
        )
    return captions


def _write_captions(ax: Any, captions: list[str], frame: NetworkFrame) -> None:
    for i, caption in enumerate(captions):
        place = (i, frame.caption_height(i))
        ax.text(*place, caption, ha="center", va="bottom", fontsize=frame.points, **PLAIN_TEXT)


def _shown_names(rows: Array, names: Sequence[str] | None) -> list[str]:
    """Return the names of the neurons drawn; a neuron that has none gets its number."""
    if names is None:
        return []
    return shortened_all([names[row] if row < len(names) else f"{row}" for row in rows], 24)


def _write_names(ax: Any, place: float, heights: Array, names: list[str], side: str) -> None:
    for name, height in zip(names, heights if names else (), strict=True):
        ax.text(place, height, name, ha=side, va="center", fontsize="small", **PLAIN_TEXT)


def _write_legend(ax: Any) -> None:
    lines = require("matplotlib.lines", "plot")
    legend = ax.legend(
        handles=[
            lines.Line2D([], [], color=BLUE, linewidth=2, label="positive weight (+)"),
            lines.Line2D([], [], color=VERMILLION, linewidth=2, linestyle=(0, (4, 1.6)),
                         label="negative weight (−)"),
        ],
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=2,
        frameon=False,
        fontsize="small",
    )  # fmt: skip
    legend.set_zorder(5)
