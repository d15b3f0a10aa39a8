"""Where a figure is drawn, and in which colours.

The two colours are told apart by people who see few colours and stand out on white and on
black; since in grey they look alike, a sign is never shown by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.errors import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array

__all__ = [
    "BLUE",
    "VERMILLION",
    "cell_texts",
    "diverging_map",
    "new_axes",
    "note",
    "sequential_map",
    "whole_numbers",
]

BLUE = "#0072B2"
VERMILLION = "#D55E00"

_DARK_TEXT = "#101010"
_LIGHT_TEXT = "#fefefe"


def new_axes(ax: Axes | None, size: tuple[float, float]) -> Any:
    """Return ``ax``, or the axes of a new figure of ``size`` inches that no window knows of."""
    figure = require("matplotlib.figure", "plot")
    if ax is not None:
        return ax
    return figure.Figure(figsize=size, layout="constrained").subplots()


def diverging_map() -> Any:
    """Return the colours of signed values: vermillion below 0, near white at 0, blue above."""
    colors = require("matplotlib.colors", "plot")
    steps = ["#7a3300", VERMILLION, "#f5b58b", "#f4f4f2", "#8fc4e3", BLUE, "#003a5c"]
    return _with_gap(colors.LinearSegmentedColormap.from_list("minixai_diverging", steps))


def sequential_map() -> Any:
    """Return the colours of counts: near white at 0, darker blue with more."""
    colors = require("matplotlib.colors", "plot")
    steps = ["#f4f4f2", "#a9d1e8", BLUE, "#003a5c"]
    return _with_gap(colors.LinearSegmentedColormap.from_list("minixai_sequential", steps))


def _with_gap(colors: Any) -> Any:
    return colors.with_extremes(bad="#bdbdbd")


def whole_numbers() -> Any:
    """Return where the ticks of an axis that counts are set."""
    return require("matplotlib.ticker", "plot").MaxNLocator(integer=True, min_n_ticks=1)


def note(ax: Any, sentence: str) -> None:
    """Write what the figure leaves out above its right corner."""
    ax.set_title(sentence, loc="right", fontsize="small", parse_math=False, usetex=False)


def cell_texts(ax: Any, image: Any, values: Array, texts: list[list[str]]) -> None:
    """Write a text into each cell of a heatmap, dark on light cells and light on dark ones."""
    shades = image.cmap(image.norm(np.ma.masked_invalid(values)))
    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            red, green, blue = shades[i, j, :3]
            light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
            ax.text(
                j,
                i,
                text,
                ha="center",
                va="center",
                fontsize="small",
                color=_DARK_TEXT if light else _LIGHT_TEXT,
                parse_math=False,
                usetex=False,
            )
