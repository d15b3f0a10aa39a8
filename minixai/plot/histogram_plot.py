"""Histograms: how many values lie in each bin, one outline a class.

Outlines differ in dashes and lightness as well as in hue; without classes the bars are filled.
Classes are compared by their shares, so that a rare one is seen beside a frequent one.

Cost: O(n_classes * n_bins).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.plot.canvas import BLUE, SERIES, legend, new_axes, note, whole_numbers
from minixai.plot.class_frame import left_out, shown_classes
from minixai.plot.text import PLAIN_TEXT, shortened, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.statistics import Histogram

__all__ = ["plot_histogram"]


def plot_histogram(
    histogram: Histogram,
    ax: Axes | None = None,
    *,
    share: bool | None = None,
    max_display: int = 6,
) -> Any:
    """Draw the counts of each bin, or their shares of each class.

    Parameters
    ----------
    histogram : Histogram
        Of ``minixai.statistics.histogram(values, by)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    share : bool, optional
        Whether heights are shares of the class; None: where there are several classes.
    max_display : int
        How many classes are drawn, the most frequent ones, at most 6; the figure says how many
        there are.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.patches`` are the classes, ``get_data()`` of each its heights.

    Raises
    ------
    ParameterError
        ``max_display`` is not a whole number above 0.

    Examples
    --------
    >>> from minixai.statistics import histogram
    >>> ax = plot_histogram(histogram([0.0, 1.0, 1.0, 2.0], n_bins=2))
    >>> ax.patches[0].get_data().values
    array([1, 3])
    """
    shown, sentence = shown_classes(histogram.counts.sum(axis=1), min(max_display, len(SERIES)))
    shares = histogram.by_name is not None if share is None else share
    heights = histogram.shares if shares else histogram.counts
    axes = new_axes(ax, (6.4, 3.6))
    if histogram.by_name is None:
        axes.stairs(
            heights[0], histogram.edges, fill=True, facecolor=BLUE, edgecolor="#a9d1e8",
            linewidth=0.6,
        )  # fmt: skip
    else:
        outlines = [
            axes.stairs(
                heights[c],
                histogram.edges,
                color=style.color,
                linestyle=style.dashes,
                linewidth=1.8,
            )
            for style, c in zip(SERIES, shown, strict=False)
        ]
        names = shortened_all([histogram.classes[c] for c in shown])
        legend(axes, outlines, names, title=shortened(histogram.by_name))
    axes.set_ylim(bottom=0)
    if not shares:
        axes.yaxis.set_major_locator(whole_numbers())
    axes.set_xlabel(shortened(histogram.name, 40), **PLAIN_TEXT)
    words = "share of the class" if histogram.by_name is not None else "share of rows"
    axes.set_ylabel(words if shares else "rows", **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    note(axes, sentence, left_out(histogram))
    return axes
