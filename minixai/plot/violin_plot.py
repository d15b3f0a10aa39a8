"""Violins: the density of a column drawn to both sides of a line, class by class.

All violins have one greatest width, so that each is read by its form. The bar across is the
median. A class without spread is a bar alone.

Source: Hintze & Nelson (1998), The American Statistician 52, pp. 181-184; without their box.
Cost: O(n_classes * n_points).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.plot.canvas import BLUE, new_axes, note
from minixai.plot.class_frame import class_ticks, left_out, shown_classes
from minixai.plot.text import PLAIN_TEXT, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.statistics import Density

__all__ = ["flat_sentence", "plot_violin"]

_HALF_WIDTH = 0.4


def plot_violin(density: Density, ax: Axes | None = None, *, max_display: int = 20) -> Any:
    """Draw one violin per class.

    Parameters
    ----------
    density : Density
        Of ``minixai.statistics.density(values, by)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    max_display : int
        How many classes are drawn, the most frequent ones; the figure says how many there are.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.collections`` holds a body for each class with a density and
        ``ax.lines`` the medians.

    Raises
    ------
    ParameterError
        ``max_display`` is not a whole number above 0.

    Examples
    --------
    >>> from minixai.statistics import density
    >>> ax = plot_violin(density([1.0, 2.0, 4.0, 5.0], ["a", "a", "b", "b"]))
    >>> [line.get_ydata().tolist() for line in ax.lines]
    [[1.5, 1.5], [4.5, 4.5]]
    """
    shown, sentence = shown_classes(density.counts, max_display)
    axes = new_axes(ax, (float(np.clip(2.4 + 0.8 * len(shown), 3.2, 9.0)), 4.0))
    flat = sum(not _draw_body(axes, density, c, place) for place, c in enumerate(shown))
    class_ticks(axes, density, shown)
    axes.set_xlim(-0.6, len(shown) - 0.4)
    axes.set_ylabel(shortened(density.name, 40), **PLAIN_TEXT)
    if density.by_name is not None:
        axes.set_xlabel(shortened(density.by_name, 40), **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    note(axes, sentence, left_out(density), flat_sentence(flat))
    return axes


def _draw_body(ax: Any, density: Density, c: int, place: int) -> bool:
    """Draw one violin and its median; return whether it has a body."""
    points, curve, median = density.points[c], density.values[c], density.medians[c]
    has_body = bool(np.isfinite(curve).all() and curve.max() > 0)
    reach, color = 0.5 * _HALF_WIDTH, BLUE
    if has_body:
        side = _HALF_WIDTH * curve / curve.max()
        body = {"facecolor": "#a9d1e8", "edgecolor": BLUE, "linewidth": 1.2}
        ax.fill_betweenx(points, place - side, place + side, **body)
        reach, color = max(0.1, float(np.interp(median, points, side))), "#003a5c"
    bar = {"color": color, "linewidth": 2.2, "solid_capstyle": "butt"}
    ax.plot([place - reach, place + reach], [median, median], **bar)
    return has_body


def flat_sentence(n_flat: int) -> str:
    """Return the sentence on classes without spread, "" where there are none."""
    if not n_flat:
        return ""
    return f"{n_flat:,} {'class' if n_flat == 1 else 'classes'} without spread: no density"
