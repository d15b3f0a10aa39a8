"""The shape of one column in an additive model, with the data that it was learned from below.

The band is twice the standard error over bags on either side: where it is wide, or where there are
few rows below, the shape is a guess.

Cost: O(n_bins * n_outputs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.plot.canvas import BLUE, SERIES, legend, new_axes, note
from minixai.plot.text import PLAIN_TEXT, number_text, shortened, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array
    from minixai.tree.shape_function import ShapeFunction

__all__ = ["plot_shape"]

_DATA_HEIGHT = 0.16
"""Share of the axes' height that the data take."""


def plot_shape(shape: ShapeFunction, ax: Axes | None = None) -> Any:
    """Draw the score of each value of one column.

    Parameters
    ----------
    shape : ShapeFunction
        Of ``model.shape(column)``; of several outputs the first six are drawn, without bands.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; its first patches are the outputs' scores, ``get_data()`` of each its
        heights, and the last is the data.

    Examples
    --------
    >>> from minixai.tree import BoostedGAMRegressor
    >>> model = BoostedGAMRegressor(n_bags=1, max_rounds=5).fit([[0.0], [1.0]] * 9, [0.0, 2.0] * 9)
    >>> plot_shape(model.shape(0)).get_ylabel()
    'score'
    """
    axes = new_axes(ax, (6.0, 3.8))
    edges = _drawable(shape.edges)
    scores = shape.values.reshape(len(shape.values), -1).T
    names = shape.output_names or ("score",)
    shown = min(len(scores), len(SERIES))
    lines = [
        axes.stairs(scores[k], edges, baseline=None, color=style.color, linestyle=style.dashes,
                    linewidth=1.6)
        for k, style in zip(range(shown), SERIES, strict=False)
    ]  # fmt: skip
    if shape.std_errors is not None and len(scores) == 1:
        low, high = shape.values - 2 * shape.std_errors, shape.values + 2 * shape.std_errors
        axes.fill_between(
            edges, *(np.append(end, end[-1]) for end in (low, high)), step="post", color=BLUE,
            alpha=0.22, linewidth=0,
        )  # fmt: skip
    if len(scores) > 1:
        legend(axes, lines, shortened_all(names[:shown]))
    axes.axhline(0.0, color="#7f7f7f", linewidth=0.6, zorder=0)
    _draw_data(axes, shape, edges)
    axes.set_xlabel(shortened(shape.name, 40), **PLAIN_TEXT)
    axes.set_ylabel("score", **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    note(
        axes,
        f"{shown} of {len(scores)} outputs shown" if shown < len(scores) else "",
        _missing_text(shape) if len(scores) == 1 else "",
    )
    return axes


def _draw_data(axes: Any, shape: ShapeFunction, edges: Array) -> None:
    """Draw bars of the data along the foot of the axes, and make room for them."""
    ends, shares = shape.histogram() if edges is shape.edges else (edges, shape.density)
    low, high = axes.get_ylim()
    axes.set_ylim(low - _DATA_HEIGHT / (1 - _DATA_HEIGHT) * (high - low), high)
    top = shares.max() or 1.0
    axes.stairs(
        0.9 * _DATA_HEIGHT * shares / top, ends, fill=True, facecolor="#b0b0b0",
        transform=axes.get_xaxis_transform(), zorder=0,
    )  # fmt: skip
    axes.set_xlim(edges[0], edges[-1])


def _drawable(edges: Array) -> Array:
    """Return the edges, or room for the one bin of a column without two values."""
    if edges[0] < edges[-1]:
        return edges
    middle = float(np.nan_to_num(edges[0]))
    return np.array([middle - 0.5, middle + 0.5])


def _missing_text(shape: ShapeFunction) -> str:
    if shape.missing_share == 0:
        return ""
    share = f"{100 * shape.missing_share:.2g} % of rows"
    return f"missing ({share}): {number_text(float(shape.missing_value))}"
