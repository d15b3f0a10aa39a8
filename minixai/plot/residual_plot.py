"""Residuals (true minus predicted) against predictions: what the model leaves unexplained.

Points above the line were predicted too low, points below it too high. A band that bends or
widens from left to right is structure the model has missed. At most 5,000 points are drawn; of
more rows a seeded sample is taken, and the figure says so.

Cost: O(n_samples).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.plot.canvas import BLUE, new_axes, note
from minixai.plot.point_sample import point_alpha, sampled_pairs
from minixai.plot.text import PLAIN_TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_residuals"]


def plot_residuals(
    y_true: Any,
    y_pred: Any,
    ax: Axes | None = None,
    *,
    max_points: int = 5000,
    random_state: int | None = 0,
) -> Any:
    """Draw one point per row: its prediction across, what is missing to the truth up.

    Parameters
    ----------
    y_true, y_pred : array-like (n_samples,)
        True and predicted values, in the target's unit.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    max_points : int
        How many points are drawn at most, at least 1.
    random_state : int or None
        Seed of the sample where there are more rows; None means 0.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.collections[0]`` holds the points.

    Raises
    ------
    DataError
        The two have different lengths, none, or values that are not finite.

    Examples
    --------
    >>> ax = plot_residuals([1.0, 2.0], [1.5, 1.0])
    >>> ax.collections[0].get_offsets().tolist()
    [[1.5, -0.5], [1.0, 1.0]]
    """
    true, predicted, sentence = sampled_pairs(y_true, y_pred, max_points, random_state)
    residual = true - predicted
    axes = new_axes(ax, (4.8, 4.6))
    line = axes.spines["left"].get_edgecolor()
    axes.axhline(0.0, color=line, linewidth=1, linestyle="--", zorder=3)
    alpha = point_alpha(true.size)
    axes.scatter(predicted, residual, s=14, color=BLUE, alpha=alpha, linewidths=0, rasterized=True)
    reach = float(np.abs(residual).max()) or 1.0
    axes.set_ylim(-1.12 * reach, 1.12 * reach)
    corners = ((0.985, "top", "predicted too low"), (0.015, "bottom", "predicted too high"))
    for height, side, words in corners:
        axes.text(
            0.985,
            height,
            words,
            transform=axes.transAxes,
            ha="right",
            va=side,
            fontsize="small",
            **PLAIN_TEXT,
        )
    axes.set_xlabel("predicted value", **PLAIN_TEXT)
    axes.set_ylabel("residual: true − predicted", **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    if sentence:
        note(axes, sentence)
    return axes
