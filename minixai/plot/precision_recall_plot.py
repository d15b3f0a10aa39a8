"""Precision-recall curves: how pure the positives are against how many of them are found.

Drawn in steps: between two thresholds nothing lies on a straight line. The thin grey line is
chance, the share of the positive class, where all curves have one.

Source of the form: Davis & Goadrich (2006), ICML, pp. 233-240.
Cost: O(n_points).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.plot.curve_frame import below, draw_curves, reference_line
from minixai.plot.text import PLAIN_TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_precision_recall"]


def plot_precision_recall(curves: Any, ax: Axes | None = None) -> Any:
    """Draw precision-recall curves.

    Parameters
    ----------
    curves : PrecisionRecallCurve, or mapping of name to PrecisionRecallCurve
        With ``precision``, ``recall`` (falling) and, where known, ``average_precision`` and
        ``prevalence``; at most 6 are drawn, and the figure says of how many.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.lines`` are the curves, then chance.

    Raises
    ------
    DataError
        There is no curve.
    """
    axes, drawn = draw_curves(
        curves,
        ax,
        lambda on, curve, style: on.plot(
            curve.recall,
            curve.precision,
            color=style.color,
            linestyle=style.dashes,
            linewidth=1.8,
            drawstyle="steps-post",
            clip_on=False,
        )[0],
        ("average_precision", "AP"),
        "lower left",
    )
    shares = {getattr(curve, "prevalence", None) for curve in drawn}
    if len(shares) == 1 and None not in shares:
        reference_line(axes, [0, 1], [shares.pop()] * 2)
        below(axes, "recall", "chance")
    else:
        axes.set_xlabel("recall", **PLAIN_TEXT)
    axes.set_ylabel("precision", **PLAIN_TEXT)
    axes.set(xlim=(0, 1), ylim=(0, 1.005), aspect="equal")
    return axes
