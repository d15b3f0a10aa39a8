"""Points: one column against another, coloured by a third.

Classes differ in the form of their points and in lightness as well as in hue; numbers are on a
scale from pale to dark. At most 5,000 points are drawn; of more rows a seeded sample is taken, and
the figure says so.

Cost: O(n_samples).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.errors import DataError
from minixai.plot.canvas import new_axes, note
from minixai.plot.point_color import numbers_of, point_color
from minixai.plot.point_sample import point_alpha, sampled_rows
from minixai.plot.text import PLAIN_TEXT, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_scatter"]


def plot_scatter(
    x: Any,
    y: Any,
    ax: Axes | None = None,
    *,
    color: Any = None,
    x_name: str | None = None,
    y_name: str | None = None,
    color_name: str | None = None,
    max_classes: int = 6,
    max_points: int = 5000,
    random_state: int | None = 0,
) -> Any:
    """Draw one point per row.

    Parameters
    ----------
    x, y : array-like (n_samples,), data frame's column or numeric Column
        Across and up; rows without both (or with infinity) are left out and counted.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    color : array-like (n_samples,), data frame's column or Column, optional
        Numbers colour the points on a scale, anything else by class; rows without one are left
        out and counted.
    x_name, y_name, color_name : str, optional
        None takes the columns' own names.
    max_classes : int
        How many classes are drawn, the most frequent ones, at most 6.
    max_points : int
        How many points are drawn at most, at least 1.
    random_state : int or None
        Seed of the sample where there are more rows; None means 0.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.collections`` hold the points, one collection a class.

    Raises
    ------
    DataError
        Text, different lengths, or no row with every value.

    Examples
    --------
    >>> ax = plot_scatter([1.0, 2.0], [3.0, 1.0], color=["no", "yes"])
    >>> [each.get_offsets().tolist() for each in ax.collections]
    [[[1.0, 3.0]], [[2.0, 1.0]]]
    """
    across, left = numbers_of(x, "x")
    up, right = numbers_of(y, "y")
    if left.shape != right.shape:
        raise DataError(f"`x` and `y` must be equally long, got {left.size} and {right.size}.")
    colors = point_color(color, left.size, color_name, max_classes)
    known = np.isfinite(left) & np.isfinite(right)
    complete = np.flatnonzero(known & colors.present)
    if not complete.size:
        raise DataError("No row has a value in every column: there is no point to draw.")
    some, sentence = sampled_rows(complete.size, max_points, random_state)
    rows = complete[some]
    axes = new_axes(ax, (5.6 if color is not None else 4.8, 4.6))
    alpha = max(0.55, point_alpha(rows.size)) if color is not None else point_alpha(rows.size)
    drawn = colors.draw(axes, left, right, rows, alpha=alpha, s=16)
    colors.explain(axes, drawn, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    axes.set_xlabel(shortened(across if x_name is None else x_name, 40), **PLAIN_TEXT)
    axes.set_ylabel(shortened(up if y_name is None else y_name, 40), **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    n_lost = int(left.size - known.sum())
    lost = f"left out: {n_lost:,} rows without both values" if n_lost else ""
    note(axes, sentence, colors.sentence, lost)
    return axes
