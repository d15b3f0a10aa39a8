"""A correlation matrix as a heatmap, from -1 (vermillion) over 0 (pale) to 1 (blue).

Cells carry their number while they are large enough to hold one. A column without spread has no
correlation: its cells are grey.

Cost: O(n_names^2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.plot.canvas import cell_texts, diverging_map, new_axes, note
from minixai.plot.text import PLAIN_TEXT, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array

__all__ = ["plot_correlation"]

_LARGEST_WITH_NUMBERS = 12


def plot_correlation(
    values: Any,
    ax: Axes | None = None,
    *,
    names: Sequence[str] | None = None,
    max_display: int = 30,
) -> Any:
    """Draw a square matrix of correlations.

    Parameters
    ----------
    values : array-like or data frame (d, d)
        Correlations in [-1, 1]; NaN or None where there is none.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    names : sequence of str (d,), optional
        Names of rows and columns; None means the frame's, or x0, x1, ...
    max_display : int
        How many names are drawn, the first ones; the figure says how many there are.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.images[0]`` holds the matrix.

    Raises
    ------
    DataError
        The matrix is not square, or has another size than the names.

    Examples
    --------
    >>> ax = plot_correlation([[1.0, -0.5], [-0.5, 1.0]], names=["age", "price"])
    >>> [text.get_text() for text in ax.texts]
    ['1.00', '−.50', '−.50', '1.00']
    """
    check_number("max_display", max_display, low=1, integer=True)
    if names is None and hasattr(values, "columns"):
        names = [str(name) for name in values.columns]
    matrix = _square(values)
    if names is None:
        names = [f"x{j}" for j in range(len(matrix))]
    if len(names) != len(matrix):
        raise DataError(f"`names` must have one name a row, got {len(names)} for {len(matrix)}.")
    n_shown = min(len(matrix), max_display)
    drawn = matrix[:n_shown, :n_shown]
    side = min(9.0, 2.6 + 0.36 * n_shown)
    axes = new_axes(ax, (side + 0.8, side))
    image = axes.imshow(
        np.ma.masked_invalid(drawn), cmap=diverging_map(), vmin=-1, vmax=1, interpolation="none"
    )
    labels = shortened_all(names[:n_shown], 22)
    tilt = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(n_shown), labels, **tilt, **PLAIN_TEXT)
    axes.set_yticks(range(n_shown), labels, **PLAIN_TEXT)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if n_shown <= _LARGEST_WITH_NUMBERS:
        cell_texts(axes, image, drawn, [[_cell(v) for v in row] for row in drawn])
    axes.figure.colorbar(
        image, ax=axes, shrink=0.75, label="correlation", ticks=[-1, -0.5, 0, 0.5, 1]
    )
    if n_shown < len(matrix):
        note(axes, f"{n_shown} of {len(matrix)} columns shown")
    return axes


def _square(values: Any) -> Array:
    if not hasattr(values, "columns"):
        values = [[np.nan if v is None else v for v in row] for row in values]
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DataError(f"A correlation matrix must be square, got shape {matrix.shape}.")
    return matrix


def _cell(value: float) -> str:
    """Return two digits without the leading zero, as is the custom for correlations."""
    if value != value:
        return "–"
    text = f"{value:.2f}".replace("-0.00", "0.00")  # what rounds to 0 has no sign
    return text.replace("0.", ".", 1).replace("-", "−")
