"""Where a figure is drawn, and in which colours.

The two colours are told apart by people who see few colours and stand out on white and on
black; since in grey they look alike, a sign is never shown by colour alone. Several things in one
axes differ in their `SERIES`: in lightness as well as in hue, in dashes and in the form of points.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from minixai.errors import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array

__all__ = [
    "BLUE",
    "SERIES",
    "VERMILLION",
    "Style",
    "cell_texts",
    "diverging_map",
    "legend",
    "new_axes",
    "note",
    "point_map",
    "sequential_map",
    "whole_numbers",
]

BLUE = "#0072B2"
VERMILLION = "#D55E00"


class Style(NamedTuple):
    """How one of several things is drawn: colour, dashes of its lines, form of its points."""

    color: str
    dashes: Any
    marker: str


SERIES = (
    Style(BLUE, "-", "o"),
    Style("#E69F00", (0, (5, 1.8)), "^"),
    Style("#7A2F7D", (0, (1.2, 1.4)), "s"),
    Style("#009E73", (0, (6, 1.5, 1.2, 1.5)), "D"),
    Style("#56B4E9", (0, (9, 2.5)), "v"),
    Style("#5B4636", (0, (5, 1.4, 1.2, 1.4, 1.2, 1.4)), "P"),
)
"""Styles in the order in which they are given out; what exceeds them is not drawn, and said."""

_LETTERS_AN_INCH = 15  # of small print
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


def point_map() -> Any:
    """Return the colours of numbers on single points: none so pale that it is lost on white."""
    colors = require("matplotlib.colors", "plot")
    steps = ["#f0c36a", "#7fb8d8", BLUE, "#003a5c"]
    return _with_gap(colors.LinearSegmentedColormap.from_list("minixai_point", steps))


def _with_gap(colors: Any) -> Any:
    return colors.with_extremes(bad="#bdbdbd")


def whole_numbers() -> Any:
    """Return where the ticks of an axis that counts are set."""
    return require("matplotlib.ticker", "plot").MaxNLocator(integer=True, min_n_ticks=1)


def note(ax: Any, *sentences: str, inches: float | None = None) -> None:
    """Write what the figure leaves out above its right corner; empty sentences are none.

    A sentence wider than ``inches`` (None: the axes) is broken into lines.
    """
    width = ax.bbox.width / ax.figure.dpi if inches is None else inches
    n_letters = max(12, int(_LETTERS_AN_INCH * width))
    lines = [line for each in sentences for line in textwrap.wrap(each, n_letters)]
    if lines:
        look = {"fontsize": "small", "parse_math": False, "usetex": False}
        ax.set_title("\n".join(lines), loc="right", **look)


def legend(ax: Any, handles: Any, names: Iterable[str], **options: Any) -> Any:
    """Draw a legend without a frame; nothing in it is a formula, no name is left out.

    matplotlib passes over names that begin with an underscore: they are written afterwards.
    """
    texts = list(names)
    places = [str(i) for i in range(len(texts))]
    found = ax.legend(handles, places, **{"frameon": False, "fontsize": "small", **options})
    for text, name in zip(found.get_texts(), texts, strict=True):
        text.set(text=name, parse_math=False, usetex=False)
    found.get_title().set(parse_math=False, usetex=False, fontsize="small")
    return found


def cell_texts(ax: Any, image: Any, values: Array, texts: list[list[str]]) -> None:
    """Write a text into each cell of a heatmap, dark on light cells and light on dark ones.

    An empty text is none.
    """
    colors = cell_text_colors(image, values)
    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            if not text:
                continue
            ax.text(
                j,
                i,
                text,
                ha="center",
                va="center",
                fontsize="small",
                color=colors[i, j],
                parse_math=False,
                usetex=False,
            )


def cell_text_colors(image: Any, values: Array) -> Array:
    """Return the colour that stands out on each cell of a heatmap, of the shape of ``values``."""
    shades = image.cmap(image.norm(np.ma.masked_invalid(values)))[..., :3]
    return np.where(shades @ [0.299, 0.587, 0.114] > 0.55, _DARK_TEXT, _LIGHT_TEXT)
