"""Boxes: the middle half of a column's values, its whiskers and what lies beyond, class by class.

The line in the box is the median; whiskers reach to the last value within 1.5 times the length of
the box. Of more than 500 outliers of a class a seeded sample is drawn, the most extreme two always,
and the figure says so.

Source: Tukey (1977), Exploratory Data Analysis.
Cost: O(n_classes + outliers drawn).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.plot.canvas import BLUE, new_axes, note
from minixai.plot.class_frame import class_ticks, left_out, shown_classes
from minixai.plot.point_sample import sampled_rows
from minixai.plot.text import PLAIN_TEXT, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array
    from minixai.statistics import BoxSummary

__all__ = ["plot_box"]


def plot_box(
    summary: BoxSummary,
    ax: Axes | None = None,
    *,
    max_display: int = 20,
    max_outliers: int = 500,
    random_state: int | None = 0,
) -> Any:
    """Draw one box per class.

    Parameters
    ----------
    summary : BoxSummary
        Of ``minixai.statistics.box_summary(values, by)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    max_display : int
        How many classes are drawn, the most frequent ones; the figure says how many there are.
    max_outliers : int
        How many outliers of a class are drawn at most, at least 2.
    random_state : int or None
        Seed of the sample of outliers; None means 0.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into. Of each class ``ax.patches`` holds the box and ``ax.lines`` two
        whiskers, two caps, the median and the outliers, in that order.

    Raises
    ------
    ParameterError
        An argument out of its range.

    Examples
    --------
    >>> from minixai.statistics import box_summary
    >>> ax = plot_box(box_summary([1.0, 2.0, 3.0, 4.0, 100.0]))
    >>> ax.lines[4].get_ydata().tolist(), ax.lines[5].get_ydata().tolist()
    ([3.0, 3.0], [100.0])
    """
    check_number("max_outliers", max_outliers, low=2, integer=True)
    shown, sentence = shown_classes(summary.counts, max_display)
    axes = new_axes(ax, (float(np.clip(2.4 + 0.7 * len(shown), 3.2, 9.0)), 4.0))
    n_hidden = 0
    for place, c in enumerate(shown.tolist()):
        outliers = _some(summary.outliers[c], max_outliers, random_state)
        n_hidden += len(summary.outliers[c]) - len(outliers)
        _draw_box(axes, summary, c, place, outliers)
    class_ticks(axes, summary, shown)
    axes.set_xlim(-0.6, len(shown) - 0.4)
    axes.set_ylabel(shortened(summary.name, 40), **PLAIN_TEXT)
    if summary.by_name is not None:
        axes.set_xlabel(shortened(summary.by_name, 40), **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    hidden = f"{n_hidden:,} outliers not drawn" if n_hidden else ""
    note(axes, sentence, left_out(summary), hidden)
    return axes


def _draw_box(ax: Any, summary: BoxSummary, c: int, place: int, outliers: Array) -> None:
    line = ax.spines["left"].get_edgecolor()
    numbers = {
        "med": summary.median[c],
        "q1": summary.q1[c],
        "q3": summary.q3[c],
        "whislo": summary.whisker_low[c],
        "whishi": summary.whisker_high[c],
        "fliers": outliers,
    }
    ax.bxp(
        [numbers],
        positions=[place],
        widths=0.55,
        patch_artist=True,
        manage_ticks=False,
        boxprops={"facecolor": "#a9d1e8", "edgecolor": BLUE, "linewidth": 1.2},
        medianprops={"color": "#003a5c", "linewidth": 2.2, "solid_capstyle": "butt"},
        whiskerprops={"color": line, "linewidth": 1.1},
        capprops={"color": line, "linewidth": 1.1},
        flierprops={"marker": "o", "markersize": 3, "markerfacecolor": "none",
                    "markeredgecolor": line, "markeredgewidth": 0.7, "rasterized": True},
    )  # fmt: skip


def _some(outliers: Array, most: int, random_state: int | None) -> Array:
    """Return the outliers, of too many the ends and a sample of the others."""
    if len(outliers) <= most:
        return outliers
    if most == 2:
        return outliers[[0, -1]]
    rows, _ = sampled_rows(len(outliers) - 2, most - 2, random_state)
    kept: Array = outliers[np.concatenate([[0], rows + 1, [len(outliers) - 1]])]
    return kept
