"""A correlation matrix as a heatmap, from -1 (vermillion) over 0 (pale) to 1 (blue).

Cells carry their number while they are large enough to hold one; in larger matrices those of -0.2
and below carry a minus sign, since in grey both signs are dark. A column without spread has no
correlation: its cells are grey. Of too many columns those are drawn that are most correlated with
any other. Columns that go together stand side by side where the result holds their order.

Cost: O(n_names^2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError, ParameterError
from minixai.plot.canvas import cell_texts, diverging_map, new_axes, note
from minixai.plot.text import PLAIN_TEXT, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array

__all__ = ["plot_correlation"]

_LARGEST_WITH_NUMBERS = 12
_MARKED = 0.2


def plot_correlation(
    values: Any,
    ax: Axes | None = None,
    *,
    names: Sequence[str] | None = None,
    cluster: Any = None,
    max_display: int = 30,
) -> Any:
    """Draw a square matrix of correlations.

    Parameters
    ----------
    values : ColumnClusters, CorrelationTable, array-like or data frame (d, d)
        Correlations in [-1, 1]; NaN or None where there is none.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    names : sequence of str (d,), optional
        Names of rows and columns; None means those of ``values``, or x0, x1, ...
    cluster : bool or sequence of int (d,), optional
        Whether columns that go together stand side by side: True takes the ``order`` of the
        result of ``statistics.correlation`` or ``statistics.cluster_columns``, False the order of
        the matrix, None that of ``cluster_columns`` alone; an order is taken as it is. A matrix
        without a result knows no order: pass it through ``cluster_columns``.
    max_display : int
        How many names are drawn, those with the largest correlation to any other, in the order
        they stand in; the figure says how many there are.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.images[0]`` holds the matrix.

    Raises
    ------
    DataError
        The matrix is not square, or has another size than the names.
    ParameterError
        ``cluster`` is True and ``values`` hold no order, or it is not an order of the columns.

    Examples
    --------
    >>> ax = plot_correlation([[1.0, -0.5], [-0.5, 1.0]], names=["age", "price"])
    >>> [text.get_text() for text in ax.texts]
    ['1.00', '−.50', '−.50', '1.00']
    """
    check_number("max_display", max_display, low=1, integer=True)
    own_names, matrix = _parts(values)
    names = own_names if names is None else names
    if len(names) != len(matrix):
        raise DataError(f"`names` must have one name a row, got {len(names)} for {len(matrix)}.")
    order = _order(values, cluster, len(matrix))
    shown = order[_strongest(matrix, max_display)[order]]
    axes = _draw(matrix[np.ix_(shown, shown)], [names[j] for j in shown], ax)
    if len(shown) < len(matrix):
        note(axes, f"{len(shown)} of {len(matrix)} columns shown")
    return axes


def _draw(drawn: Array, names: Sequence[str], ax: Any) -> Any:
    n_shown = len(drawn)
    side = min(9.0, 2.6 + 0.36 * n_shown)
    axes = new_axes(ax, (side + 0.8, side))
    image = axes.imshow(
        np.ma.masked_invalid(drawn), cmap=diverging_map(), vmin=-1, vmax=1, interpolation="none"
    )
    labels = shortened_all(names, 22)
    tilt = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(n_shown), labels, **tilt, **PLAIN_TEXT)
    axes.set_yticks(range(n_shown), labels, **PLAIN_TEXT)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    cell = _cell if n_shown <= _LARGEST_WITH_NUMBERS else _minus
    cell_texts(axes, image, drawn, [[cell(v) for v in row] for row in drawn])
    axes.figure.colorbar(
        image, ax=axes, shrink=0.75, label="correlation", ticks=[-1, -0.5, 0, 0.5, 1]
    )
    return axes


def _parts(values: Any) -> tuple[Sequence[str], Array]:
    """Return names and matrix of a result, a frame or a plain matrix."""
    if hasattr(values, "x_names"):
        matrix = _square(np.reshape(values.coef, (len(values.x_names), -1)))
        return values.x_names, matrix
    if hasattr(values, "order"):
        return values.names, _square(values.values)
    matrix = _square(values)
    if hasattr(values, "columns"):
        return [str(name) for name in values.columns], matrix
    return [f"x{j}" for j in range(len(matrix))], matrix


def _order(values: Any, cluster: Any, d: int) -> Array:
    if cluster is None:
        cluster = hasattr(values, "merges")
    if cluster is False:
        return np.arange(d)
    if cluster is True:
        cluster = getattr(values, "order", None)
        if cluster is None:
            raise ParameterError(
                f"`cluster=True` needs a result that knows its order, got a "
                f"{type(values).__name__}: draw minixai.statistics.cluster_columns(values), or "
                "minixai.statistics.correlation(table) of the table itself."
            )
    order = np.asarray(cluster)
    if order.shape != (d,) or not np.array_equal(np.sort(order), np.arange(d)):
        raise ParameterError(f"`cluster` must hold each of 0 to {d - 1} once, got {cluster!r}.")
    return order


def _strongest(matrix: Array, most: int) -> Array:
    """Return whether each column is among those most correlated with another."""
    size = np.abs(np.where(np.isnan(matrix) | np.eye(len(matrix), dtype=bool), 0.0, matrix))
    ranked = np.argsort(-size.max(axis=0, initial=0.0), kind="stable")
    return np.isin(np.arange(len(matrix)), ranked[:most])


def _square(values: Any) -> Array:
    if not hasattr(values, "columns"):
        values = [[np.nan if v is None else v for v in row] for row in values]
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DataError(f"A correlation matrix must be square, got shape {matrix.shape}.")
    return matrix


def _minus(value: float) -> str:
    """Return the sign of a strong negative correlation: in grey both signs are dark."""
    return "−" if value <= -_MARKED else ""


def _cell(value: float) -> str:
    """Return two digits without the leading zero, as is the custom for correlations."""
    if value != value:
        return "–"
    text = f"{value:.2f}".replace("-0.00", "0.00")  # what rounds to 0 has no sign
    return text.replace("0.", ".", 1).replace("-", "−")
