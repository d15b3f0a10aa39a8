"""Labels of a column: how many rows have each, one bar a label.

The last bar, paler, holds the labels that are not shown.

Cost: O(n_levels).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.plot.canvas import BLUE, new_axes, note, whole_numbers
from minixai.plot.text import PLAIN_TEXT, shortened, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_levels"]

_LEAST_PLACES = 4
"""Bars of fewer labels are no thicker than these."""


def plot_levels(
    counts: Any,
    ax: Axes | None = None,
    *,
    names: Sequence[object],
    name: str = "",
    n_rest: int = 0,
    n_levels: int | None = None,
    max_display: int = 12,
) -> Any:
    """Draw how many rows have each label.

    Parameters
    ----------
    counts : array-like (n_shown,)
        Rows of each label, from top to bottom.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    names : sequence (n_shown,)
        The labels.
    name : str
        Of the column.
    n_rest : int
        Rows with other labels than those given; 0 where a row may have several, and the figure
        says how many labels there are.
    n_levels : int, optional
        How many labels there are; None: those given.
    max_display : int
        How many labels are drawn, the first ones; the others are drawn together.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.patches`` are the bars.

    Raises
    ------
    DataError
        No label, or another number of names than of counts.
    ParameterError
        ``max_display`` is not a whole number above 0.

    Examples
    --------
    >>> ax = plot_levels([3, 1], names=["no", "yes"])
    >>> [bar.get_width() for bar in ax.patches]
    [3.0, 1.0]
    """
    check_number("max_display", max_display, low=1, integer=True)
    numbers = np.asarray(counts, dtype=np.float64)
    if numbers.ndim != 1 or not numbers.size or len(names) != numbers.size:
        raise DataError(f"One name a count is needed, got {len(names)} for {numbers.shape}.")
    drawn, texts = numbers[:max_display], shortened_all(names[:max_display], 18)
    n_rest += int(numbers[max_display:].sum())
    n_others = (numbers.size if n_levels is None else n_levels) - len(drawn)
    axes = new_axes(ax, (5.2, float(np.clip(1.2 + 0.3 * len(drawn), 2.0, 5.0))))
    axes.barh(range(len(drawn)), drawn, color=BLUE, height=0.72)
    if n_rest == 0 and n_others > 0:
        note(axes, f"{len(drawn)} of {len(drawn) + n_others:,} labels shown")
    if n_rest:
        texts = [*texts, f"{n_others:,} others"]
        axes.barh([len(drawn)], [n_rest], color="#a9d1e8", edgecolor=BLUE, height=0.72)
    axes.set_yticks(range(len(texts)), texts, **PLAIN_TEXT)
    axes.set_ylim(max(len(texts), _LEAST_PLACES) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(whole_numbers())
    axes.set_xlabel("rows", **PLAIN_TEXT)
    if name:
        axes.set_title(shortened(name, 30), loc="left", fontsize="medium", **PLAIN_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    return axes
