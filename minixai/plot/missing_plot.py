"""Missing values: dark where they are missing, one line a column, rows from left to right.

Beside each column stands its share missing. Columns with the most missing stand on top; a column
without any is drawn only while there is room.

Cost: O(n_columns * n_blocks).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.plot.canvas import new_axes, note, sequential_map
from minixai.plot.text import PLAIN_TEXT, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.data import MissingMap

__all__ = ["plot_missing"]


def plot_missing(missing: MissingMap, ax: Axes | None = None, *, max_display: int = 30) -> Any:
    """Draw the share of missing values of each column and block of rows.

    Parameters
    ----------
    missing : MissingMap
        Of ``minixai.data.missing_map(table)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    max_display : int
        How many columns are drawn, those with the most missing; the figure says how many there
        are.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.images[0]`` holds the shares, ``ax.texts`` those of whole
        columns.

    Raises
    ------
    ParameterError
        ``max_display`` is not a whole number above 0.

    Examples
    --------
    >>> from minixai.data import missing_map
    >>> ax = plot_missing(missing_map({"age": [1.0, None], "price": [2.0, 3.0]}))
    >>> ax.images[0].get_array().tolist(), [text.get_text() for text in ax.texts]
    ([[0.0, 1.0], [0.0, 0.0]], ['50 %', '0 %'])
    """
    check_number("max_display", max_display, low=1, integer=True)
    order = np.argsort(-missing.share, kind="stable")[:max_display]
    n_shown, n_columns = len(order), len(missing.names)
    axes = new_axes(ax, (7.2, float(np.clip(1.7 + 0.24 * n_shown, 2.4, 8.6))))
    ends = missing.edges[[0, -1]] + 0.5
    image = axes.imshow(
        missing.block_share[order],
        cmap=sequential_map(),
        vmin=0,
        vmax=1,
        interpolation="none",
        aspect="auto",
        extent=(ends[0], ends[1], n_shown - 0.5, -0.5),
    )
    names = shortened_all([missing.names[j] for j in order])
    axes.set_yticks(range(n_shown), names, **PLAIN_TEXT)
    axes.set_yticks(np.arange(n_shown + 1) - 0.5, minor=True)
    axes.grid(which="minor", axis="y", color="#7f7f7f", linewidth=0.4)
    axes.tick_params(axis="y", which="both", length=0)
    for place, j in enumerate(order):
        axes.text(
            1.012, place, percent_text(missing.share[j]), transform=axes.get_yaxis_transform(),
            va="center", fontsize="small", **PLAIN_TEXT,
        )  # fmt: skip
    axes.spines[:].set_visible(False)
    axes.locator_params(axis="x", nbins=6, integer=True)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("row; on the right: share missing of all rows", **PLAIN_TEXT)
    axes.figure.colorbar(image, ax=axes, label="share missing", pad=0.03, ticks=[0, 0.5, 1])
    some = f"{n_shown} of {n_columns:,} columns shown, those with the most missing"
    note(
        axes,
        some if n_shown < n_columns else "",
        "" if missing.share.any() else "no value is missing",
    )
    return axes


def percent_text(share: float) -> str:
    """Return a share in per cent, never 0 or 100 where it is not."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    digits = 0 if share in (0, 1) or 0.1 <= share <= 0.99 else 1
    return f"{100 * share:.{digits}f} %"
