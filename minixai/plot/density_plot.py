"""Density curves: where a column's values lie, one curve a class.

Each curve has area 1, so that a rare class is seen as well as a frequent one. Curves differ in
dashes and lightness as well as in hue.

Cost: O(n_classes * n_points).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.plot.canvas import SERIES, legend, new_axes, note
from minixai.plot.class_frame import left_out, shown_classes
from minixai.plot.text import PLAIN_TEXT, shortened, shortened_all
from minixai.plot.violin_plot import flat_sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.statistics import Density

__all__ = ["plot_density"]


def plot_density(density: Density, ax: Axes | None = None, *, max_display: int = 6) -> Any:
    """Draw one density curve per class.

    Parameters
    ----------
    density : Density
        Of ``minixai.statistics.density(values, by)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    max_display : int
        How many classes are drawn, the most frequent ones, at most 6; the figure says how many
        there are.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.lines`` are the curves of the classes with a density.

    Raises
    ------
    ParameterError
        ``max_display`` is not a whole number above 0.

    Examples
    --------
    >>> from minixai.statistics import density
    >>> ax = plot_density(density([1.0, 2.0, 3.0], points=[1.0, 2.0]))
    >>> ax.lines[0].get_ydata().round(4).tolist()
    [0.2493, 0.3182]
    """
    shown, sentence = shown_classes(density.counts, min(max_display, len(SERIES)))
    axes = new_axes(ax, (6.4, 3.6))
    names = shortened_all([density.classes[c] for c in shown])
    drawn = []
    for style, name, c in zip(SERIES, names, shown, strict=False):
        if not np.isfinite(density.values[c]).all():
            continue
        drawn.append(name)
        axes.plot(
            density.points[c],
            density.values[c],
            color=style.color,
            linestyle=style.dashes,
            linewidth=1.8,
        )
        if density.by_name is None:
            axes.fill_between(density.points[c], density.values[c], color=style.color, alpha=0.15)
    if density.by_name is not None and drawn:
        lines = axes.lines[-len(drawn) :]
        legend(axes, lines, drawn, title=shortened(density.by_name))
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel(shortened(density.name, 40), **PLAIN_TEXT)
    axes.set_ylabel("density", **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    note(axes, sentence, left_out(density), flat_sentence(len(shown) - len(drawn)))
    return axes
