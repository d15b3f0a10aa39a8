"""ROC curves: true positives against false positives as the threshold falls.

The thin grey diagonal is chance. Curves differ in dashes and lightness as well as in hue.

Source of the form: Fawcett (2006), Pattern Recognition Letters 27, pp. 861-874.
Cost: O(n_points).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.plot.curve_frame import below, draw_curves, reference_line
from minixai.plot.text import PLAIN_TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_roc"]


def plot_roc(curves: Any, ax: Axes | None = None) -> Any:
    """Draw ROC curves.

    Parameters
    ----------
    curves : RocCurve, or mapping of name to RocCurve
        With ``false_positive_rate``, ``true_positive_rate`` and, where known, ``area``; at most 6
        are drawn, and the figure says of how many.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.lines`` are the curves, then the diagonal.

    Raises
    ------
    DataError
        There is no curve.
    """
    axes, _ = draw_curves(
        curves,
        ax,
        lambda on, curve, style: on.plot(
            curve.false_positive_rate,
            curve.true_positive_rate,
            color=style.color,
            linestyle=style.dashes,
            linewidth=1.8,
            clip_on=False,
        )[0],
        ("area", "AUC"),
    )
    reference_line(axes, [0, 1], [0, 1])
    below(axes, "false positive rate", "chance")
    axes.set_ylabel("true positive rate", **PLAIN_TEXT)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    return axes
