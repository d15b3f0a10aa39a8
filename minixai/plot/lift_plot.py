"""Lift and gain: what is won by turning first to the rows with the highest scores.

The lift at a share of the rows is how many times as many positives are among them as by chance; the
gain is the share of all positives that they hold. The thin grey line is chance.

Source of the form: Piatetsky-Shapiro & Masand (1999), Estimating campaign benefits and modeling
lift, KDD.
Cost: O(n_points).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.errors import check_option
from minixai.plot.curve_frame import below, draw_curves, reference_line
from minixai.plot.text import PLAIN_TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_lift"]


def plot_lift(curves: Any, ax: Axes | None = None, *, kind: str = "lift") -> Any:
    """Draw lift or gain curves.

    Parameters
    ----------
    curves : LiftCurve, or mapping of name to LiftCurve
        With ``share``, ``lift`` and ``gain``; at most 6 are drawn, and the figure says of how many.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    kind : {"lift", "gain"}
        Which of the two.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.lines`` are the curves, then chance.

    Raises
    ------
    DataError
        There is no curve.
    ParameterError
        Another kind.
    """
    check_option("kind", kind, ("lift", "gain"))
    axes, _ = draw_curves(
        curves,
        ax,
        lambda on, curve, style: on.plot(
            curve.share,
            getattr(curve, kind),
            color=style.color,
            linestyle=style.dashes,
            linewidth=1.8,
            clip_on=False,
        )[0],
        corner="upper right" if kind == "lift" else "lower right",
    )
    reference_line(axes, [0, 1], [1, 1] if kind == "lift" else [0, 1])
    below(axes, "share of rows, highest scores first", "chance")
    words = "lift: times as many as by chance" if kind == "lift" else "share of class 1 reached"
    axes.set_ylabel(words, **PLAIN_TEXT)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    return axes
