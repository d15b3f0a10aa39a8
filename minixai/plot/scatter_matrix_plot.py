"""Every column against every other: a square of scatters with the columns' names on the diagonal.

Below and above the diagonal stand the same pairs with their axes exchanged. At most 5 columns and
2,000 rows are drawn, the first columns and a seeded sample of the rows, and the figure says so.

Source of the form: Hartigan (1975), Journal of Statistical Computation and Simulation 4, 187-213.
Cost: O(n_columns^2 * n_points).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError, require
from minixai.plot.canvas import note
from minixai.plot.point_color import PointColor, numbers_of, point_color
from minixai.plot.point_sample import point_alpha, sampled_rows
from minixai.plot.text import PLAIN_TEXT, shortened_all

__all__ = ["plot_scatter_matrix"]


def plot_scatter_matrix(
    columns: Any,
    ax: Any = None,
    *,
    color: Any = None,
    color_name: str | None = None,
    max_display: int = 5,
    max_classes: int = 6,
    max_points: int = 2000,
    random_state: int | None = 0,
) -> Any:
    """Draw a scatter of each pair of columns.

    Parameters
    ----------
    columns : mapping of name to column, data frame, Table, or array-like (n_samples, d)
        Numbers; of a Table its numeric columns. Give those that matter most first.
    ax : ndarray of matplotlib.axes.Axes (d, d), optional
        Where to draw, as many as are drawn; None makes a figure of its own.
    color : array-like (n_samples,), data frame's column or Column, optional
        Numbers colour the points on a scale, anything else by class.
    color_name : str, optional
        None takes the column's own name.
    max_display : int
        How many columns are drawn, the first ones; the figure says how many there are.
    max_classes : int
        How many classes are drawn, the most frequent ones, at most 6.
    max_points : int
        How many rows are drawn at most, at least 1.
    random_state : int or None
        Seed of the sample where there are more rows; None means 0.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (d, d)
        The axes drawn into: ``[i, j]`` has column j across and column i up, the name of column i
        where i = j.

    Raises
    ------
    DataError
        No numeric column, text, different lengths, no row with a value in every column drawn, or
        another number of axes than columns.

    Examples
    --------
    >>> axes = plot_scatter_matrix({"age": [1.0, 2.0], "price": [5.0, 3.0]})
    >>> axes[0, 1].collections[0].get_offsets().tolist()
    [[5.0, 1.0], [3.0, 2.0]]
    """
    check_number("max_display", max_display, low=1, integer=True)
    named = _columns(columns)
    names = list(named)[:max_display]
    numbers = [numbers_of(named[name], str(name))[1] for name in names]
    if len({each.size for each in numbers}) != 1:
        raise DataError(f"Columns must be equally long, got {[n.size for n in numbers]} rows.")
    colors = point_color(color, numbers[0].size, color_name, max_classes)
    known = np.isfinite(numbers).all(axis=0)
    complete = np.flatnonzero(known & colors.present)
    if not complete.size:
        raise DataError("No row has a value in every column drawn: choose other columns.")
    some, sentence = sampled_rows(complete.size, max_points, random_state)
    axes = _axes(ax, len(names))
    _draw(axes, numbers, shortened_all(names, 18), colors, complete[some])
    n_lost = int(known.size - known.sum())
    note(
        axes[0, -1],
        f"{len(names)} of {len(named):,} columns shown" if len(names) < len(named) else "",
        sentence,
        colors.sentence,
        f"left out: {n_lost:,} rows with a missing value" if n_lost else "",
        inches=len(names) * axes[0, -1].bbox.width / axes[0, -1].figure.dpi,
    )
    return axes


def _columns(columns: Any) -> Mapping[Any, Any]:
    if hasattr(columns, "iloc"):
        return {str(name): columns.iloc[:, j] for j, name in enumerate(columns.columns)}
    found = getattr(columns, "columns", columns)
    if isinstance(found, Mapping):
        kept = {k: v for k, v in found.items() if getattr(v, "kind", "numeric") == "numeric"}
    else:
        matrix = np.asarray(columns, dtype=np.float64)
        if matrix.ndim != 2:
            raise DataError(f"Columns must be a matrix, got shape {matrix.shape}.")
        kept = {f"x{j}": matrix[:, j] for j in range(matrix.shape[1])}
    if not kept:
        raise DataError("There is no numeric column to draw: encode some first.")
    return kept


def _axes(ax: Any, d: int) -> Any:
    if ax is None:
        figure = require("matplotlib.figure", "plot")
        side = min(9.0, 1.2 + 1.7 * d)
        made = figure.Figure(figsize=(side + 1.0, side), layout="constrained")
        return made.subplots(d, d, squeeze=False)
    axes = np.asarray(ax, dtype=object)
    if axes.size != d * d:
        raise DataError(f"{d} columns need {d} x {d} axes, got {axes.size}.")
    return axes.reshape(d, d)


def _draw(axes: Any, numbers: list[Any], names: list[str], colors: PointColor, rows: Any) -> None:
    d = len(names)
    drawn: list[Any] = []
    look = {"alpha": max(0.5, point_alpha(rows.size)), "s": 7}
    for i in range(d):
        for j in range(d):
            ax = axes[i, j]
            if i == j:
                ax.text(
                    0.5, 0.5, names[i], transform=ax.transAxes, ha="center", va="center",
                    **PLAIN_TEXT,
                )  # fmt: skip
                _span(ax, numbers[i][rows])
            else:
                drawn = colors.draw(ax, numbers[j], numbers[i], rows, **look)
            ax.tick_params(labelsize="x-small", labelbottom=i == d - 1, labelleft=j == 0, length=2)
            ax.locator_params(nbins=3)
    if drawn:
        spot = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}
        colors.explain(axes[0, -1], drawn, axes=axes.ravel().tolist(), **spot)


def _span(ax: Any, values: Any) -> None:
    """Give an empty cell the limits of its row and column, so that its ticks say the same."""
    low, high = float(values.min()), float(values.max())
    slack = 0.05 * (high - low) or 0.5
    ax.set_xlim(low - slack, high + slack)
    ax.set_ylim(low - slack, high + slack)
