"""Calibration curves: the share of positives among rows that were given one probability.

A curve below the thin diagonal promises too much, one above it too little. The area of a point
follows the number of rows in its bin, so that a bin of three rows is seen to be one.

Source of the form: DeGroot & Fienberg (1983), The Statistician 32, pp. 12-22.
Cost: O(n_bins).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.plot.canvas import Style
from minixai.plot.curve_frame import below, draw_curves, reference_line
from minixai.plot.text import PLAIN_TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_calibration"]

_LARGEST, _SMALLEST = 90.0, 8.0


def plot_calibration(curves: Any, ax: Axes | None = None) -> Any:
    """Draw calibration curves.

    Parameters
    ----------
    curves : CalibrationCurve, or mapping of name to CalibrationCurve
        With ``predicted``, ``observed`` and ``weight``, one entry a bin; at most 6 are drawn, and
        the figure says of how many.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.lines`` are the curves, then the diagonal; ``ax.collections``
        their points.

    Raises
    ------
    DataError
        There is no curve.
    """
    axes, _ = draw_curves(curves, ax, _draw, corner="upper left")
    reference_line(axes, [0, 1], [0, 1])
    below(axes, "predicted probability, mean of the bin", "perfect; larger point: more rows")
    axes.set_ylabel("share of class 1 in the bin", **PLAIN_TEXT)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    return axes


def _draw(ax: Any, curve: Any, style: Style) -> Any:
    weight = np.asarray(curve.weight, dtype=np.float64)
    areas = np.maximum(_SMALLEST, _LARGEST * weight / max(float(weight.max(initial=0.0)), 1e-300))
    look = {"color": style.color, "clip_on": False}
    ax.scatter(curve.predicted, curve.observed, s=areas, marker=style.marker, **look)
    return ax.plot(
        curve.predicted,
        curve.observed,
        linestyle=style.dashes,
        linewidth=1.6,
        marker=style.marker,
        markersize=2.5,
        **look,
    )[0]
