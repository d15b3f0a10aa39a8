"""The coefficients of a linear model by the strength of its penalty: who enters when, and stays.

From left to right the penalty grows weaker, on a logarithmic scale, and a line that leaves 0 is a
column that enters. A line that bends when another enters shares what it knows with it. Lines are
as high as their columns' units make them: standardise the columns before comparing heights.

Cost: O(n_features * n_alphas).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.plot.canvas import SERIES, legend, new_axes, note
from minixai.plot.text import PLAIN_TEXT, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_coefficient_path"]

_GREY = "#9a9a9a"


def plot_coefficient_path(
    path: Any,
    ax: Axes | None = None,
    *,
    alpha: float | None = None,
    max_display: int = 6,
    max_lines: int = 200,
) -> Any:
    """Draw one line a column that is not 0 for every penalty.

    Parameters
    ----------
    path : LassoPath
        What `minixai.linear.lasso_path` returned, or anything with its ``alphas``, ``coefs`` and
        ``feature_names``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    alpha : float, optional
        A penalty to be marked, such as the ``alpha_`` of `LassoCV`; above 0.
    max_display : int
        How many columns are named, at most 6: those that reach highest; the others are grey.
    max_lines : int
        How many lines are drawn at most; the figure says how many are left out.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; the first of ``ax.lines`` are the grey columns, then the named ones.

    Raises
    ------
    DataError
        There is no penalty to draw.
    ParameterError
        An argument outside its range.

    Examples
    --------
    >>> from minixai.linear import lasso_path
    >>> path = lasso_path([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]], [0.0, 1.0, 2.0], n_alphas=5)
    >>> ax = plot_coefficient_path(path)
    >>> [line.get_label() for line in ax.lines][:1]
    ['x0']
    """
    check_number("max_display", max_display, low=0, high=len(SERIES), integer=True)
    check_number("max_lines", max_lines, low=1, integer=True)
    if alpha is not None:
        check_number("alpha", alpha, low=0.0, open_low=True)
    alphas, coefs = np.asarray(path.alphas), np.asarray(path.coefs)
    if len(alphas) == 0:
        raise DataError("There is no penalty to draw: give the path at least one alpha.")
    reach = np.abs(coefs).max(axis=1)
    moving = np.argsort(-reach, kind="stable")[: int(np.count_nonzero(reach))]
    named, others = moving[:max_display], moving[max_display:max_lines]
    axes = new_axes(ax, (6.4, 4.0))
    marker = "o" if len(alphas) == 1 else None
    for j in others:
        axes.plot(alphas, coefs[j], color=_GREY, linewidth=0.7, marker=marker, label="_other")
    names = shortened_all([str(path.feature_names[j]) for j in named])
    lines = []
    for j, style, name in zip(named, SERIES, names, strict=False):
        look = {"color": style.color, "linestyle": style.dashes, "marker": marker}
        lines += axes.plot(alphas, coefs[j], linewidth=1.6, label=name, **look)
    axes.axhline(0.0, color="black", linewidth=0.6, zorder=0)
    axes.set_xscale("log")
    axes.set_xlim(*_ends(alphas))
    across = "alpha, the strength of the penalty (weaker to the right)"
    if alpha is not None:
        axes.axvline(alpha, color="black", linewidth=1.0, linestyle=":")
        across += f"\ndotted: {alpha:.3g}"
    axes.set_xlabel(across, **PLAIN_TEXT)
    axes.set_ylabel("coefficient", **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    if lines:
        legend(axes, lines, names, loc="upper left")
    left_out = len(moving) - len(named) - len(others)
    grey = f"{len(others)} more columns in grey" if len(others) else ""
    note(axes, grey, f"{left_out} of {len(moving)} columns are not drawn" if left_out else "")
    return axes


def _ends(alphas: Any) -> tuple[float, float]:
    """Return the ends of the axis, the strongest penalty on the left."""
    high, low = float(alphas.max()), float(alphas.min())
    return (high, low) if high > low else (2.0 * high, 0.5 * low)
