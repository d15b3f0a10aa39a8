"""Predicted against true values: a perfect model lies on the diagonal.

At most 5,000 points are drawn; of more rows a sample is taken, always the same one for the same
seed, and the figure says so.

Cost: O(n_samples).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.plot.canvas import BLUE, new_axes, note
from minixai.plot.point_sample import point_alpha, sampled_pairs
from minixai.plot.text import PLAIN_TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_predictions"]


def plot_predictions(
    y_true: Any,
    y_pred: Any,
    ax: Axes | None = None,
    *,
    max_points: int = 5000,
    random_state: int | None = 0,
) -> Any:
    """Draw one point per row: its true value across, its predicted value up.

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
    >>> ax = plot_predictions([1.0, 2.0], [1.5, 1.0])
    >>> ax.collections[0].get_offsets().tolist()
    [[1.0, 1.5], [2.0, 1.0]]
    """
    true, predicted, sentence = sampled_pairs(y_true, y_pred, max_points, random_state)
    axes = new_axes(ax, (4.8, 4.6))
    low = float(min(true.min(), predicted.min()))
    high = float(max(true.max(), predicted.max()))
    line = axes.spines["left"].get_edgecolor()
    axes.plot([low, high], [low, high], color=line, linewidth=1, linestyle="--", zorder=3)
    alpha = point_alpha(true.size)
    axes.scatter(true, predicted, s=14, color=BLUE, alpha=alpha, linewidths=0, rasterized=True)
    words = "dashed: predicted = true"
    axes.text(
        0.985,
        0.015,
        words,
        transform=axes.transAxes,
        ha="right",
        va="bottom",
        fontsize="small",
        **PLAIN_TEXT,
    )
    axes.set_xlabel("true value", **PLAIN_TEXT)
    axes.set_ylabel("predicted value", **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_aspect("equal", adjustable="datalim")
    if sentence:
        note(axes, sentence)
    return axes
