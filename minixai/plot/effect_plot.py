"""What each label of a column adds to a score: one bar a label and output, right of 0 for plus.

Cost: O(n_labels * n_outputs).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.plot.canvas import BLUE, SERIES, VERMILLION, legend, new_axes, note
from minixai.plot.text import PLAIN_TEXT, shortened, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_effects"]

_BAR = 0.72
_LEAST_PLACES = 4  # bars of fewer labels are no thicker than these


def plot_effects(
    values: Any,
    ax: Axes | None = None,
    *,
    names: Sequence[object],
    name: str = "",
    output_names: Sequence[object] | None = None,
    max_display: int = 12,
) -> Any:
    """Draw what each label adds.

    Parameters
    ----------
    values : array-like (n_labels,) or (n_labels, n_outputs)
        In the unit of the raw score; of several outputs the first six are drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    names : sequence (n_labels,)
        The labels, from top to bottom.
    name : str
        Of the column.
    output_names : sequence (n_outputs,), optional
        Of several outputs.
    max_display : int
        How many labels are drawn, those that add or take most.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.patches`` are the bars, output after output.

    Raises
    ------
    DataError
        No label, or another number of names than of values.

    Examples
    --------
    >>> ax = plot_effects([0.5, -0.25], names=["monthly", "yearly"])
    >>> [bar.get_width() for bar in ax.patches]
    [0.5, -0.25]
    """
    check_number("max_display", max_display, low=1, integer=True)
    table = np.asarray(values, dtype=np.float64)
    table = table.reshape(len(table), -1) if table.ndim else table.reshape(0, 0)
    if not table.size or len(names) != len(table):
        raise DataError(f"One name a label is needed, got {len(names)} for {len(table)}.")
    largest = np.sort(np.argsort(-np.abs(table).max(axis=1), kind="stable")[:max_display])
    n_outputs = min(table.shape[1], len(SERIES))
    axes = new_axes(ax, (6.0, float(np.clip(1.2 + 0.3 * len(largest), 2.0, 5.0))))
    places, height = np.arange(len(largest)), _BAR / n_outputs
    bars = []
    for k in range(n_outputs):
        drawn = table[largest, k]
        colors: Any = SERIES[k].color
        if n_outputs == 1:
            colors = [VERMILLION if value < 0 else BLUE for value in drawn]
        at = places + (k - (n_outputs - 1) / 2) * height
        bars.append(axes.barh(at, drawn, height=height, color=colors))
    if n_outputs > 1:
        said = output_names or [str(k) for k in range(n_outputs)]
        legend(axes, bars, shortened_all(said[:n_outputs]))
    axes.axvline(0.0, color=axes.spines["left"].get_edgecolor(), linewidth=0.8)
    axes.set_yticks(places, shortened_all([names[i] for i in largest], 24), **PLAIN_TEXT)
    axes.set_ylim(max(len(largest), _LEAST_PLACES) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("score", **PLAIN_TEXT)
    if name:
        axes.set_title(shortened(name, 30), loc="left", fontsize="medium", **PLAIN_TEXT)
    if len(largest) < len(table):
        note(axes, f"{len(largest)} of {len(table)} labels shown")
    axes.spines[["top", "right", "left"]].set_visible(False)
    return axes
