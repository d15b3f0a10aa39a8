"""A layer's weights as a heatmap: one row per input, one column per neuron.

A row that is pale all along belongs to an input the layer does not use; two columns alike are
two neurons doing the same work; a pruned weight has the pale colour of 0. Colours reach from
minus (vermillion) to plus (blue) the largest absolute weight; in grey both are dark, so negative
weights from a fifth of the largest on carry a minus, as long as there are no more than 64 rows and
64 columns.

Cost: O(n_in * n_out).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError, ParameterError
from minixai.plot.canvas import cell_text_colors, diverging_map, new_axes, note, whole_numbers
from minixai.plot.text import PLAIN_TEXT, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array

__all__ = ["plot_weights"]

_MOST_NAMED_ROWS = 40
_MOST_MARKED = 64  # rows and columns; in smaller cells no sign can be seen
_MARKED = 0.2


def plot_weights(
    weight: Any,
    ax: Axes | None = None,
    *,
    layer: int = 0,
    names: Sequence[str] | None = None,
    shape: Sequence[int] | None = None,
    max_display: int = 256,
) -> Any:
    """Draw the weight matrix of one layer.

    Parameters
    ----------
    weight : array-like (n_in, n_out), or a model with ``layers``
        The weights; of a model those of ``layers[layer]``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    layer : int
        Which layer of a model, from 0.
    names : sequence of str (n_in,), optional
        Names of the inputs.
    shape : sequence of two int, optional
        (n_in, n_out) of the whole layer where ``weight`` is a part of it; the figure then says so.
    max_display : int
        How many inputs and neurons are drawn at most, the first ones.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.images[0]`` holds the weights, ``ax.collections[0]`` the minus
        signs, if there are any.

    Raises
    ------
    DataError
        The weights are not a matrix with at least one row and one column.
    ParameterError
        The model has no such layer.

    Examples
    --------
    >>> ax = plot_weights([[0.5, -2.0]])
    >>> ax.images[0].get_array().tolist()
    [[0.5, -2.0]]
    """
    check_number("max_display", max_display, low=1, integer=True)
    matrix = _weight_matrix(weight, layer)
    whole = tuple(shape) if shape is not None else matrix.shape
    drawn = matrix[:max_display, :max_display]
    n_in, n_out = drawn.shape
    axes = new_axes(ax, (6.4, float(np.clip(1.4 + 0.2 * n_in, 2.2, 6.0))))
    finite = np.abs(drawn[np.isfinite(drawn)])
    largest = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    image = axes.imshow(
        np.ma.masked_invalid(drawn),
        cmap=diverging_map(),
        vmin=-largest,
        vmax=largest,
        interpolation="none",
        aspect="auto",
    )
    if names is not None and n_in <= _MOST_NAMED_ROWS:
        axes.set_yticks(range(n_in), shortened_all(names[:n_in]), fontsize="small", **PLAIN_TEXT)
        axes.tick_params(axis="y", length=0)
    else:
        axes.yaxis.set_major_locator(whole_numbers())
        axes.set_ylabel("input", **PLAIN_TEXT)
    axes.xaxis.set_major_locator(whole_numbers())
    axes.set_xlabel("neuron", **PLAIN_TEXT)
    axes.spines[:].set_visible(False)
    axes.figure.colorbar(image, ax=axes, label="weight", pad=0.02)
    if max(drawn.shape) <= _MOST_MARKED:
        _mark_negative(axes, image, drawn, -_MARKED * largest)
    if drawn.shape != whole:
        note(axes, f"{n_in} of {whole[0]} inputs and {n_out} of {whole[1]} neurons shown")
    return axes


def _mark_negative(axes: Any, image: Any, drawn: Array, limit: float) -> None:
    """Put a minus into each cell of a weight at or below the limit."""
    rows, columns = np.nonzero(drawn <= limit)
    if not len(rows):
        return
    points = 72.0 / axes.figure.dpi
    cell = points * min(axes.bbox.height / len(drawn), axes.bbox.width / drawn.shape[1])
    axes.scatter(
        columns,
        rows,
        s=min(0.5 * cell, 8.0) ** 2,
        marker="_",
        linewidths=0.8,
        c=cell_text_colors(image, drawn)[rows, columns],
    )


def _weight_matrix(weight: Any, layer: int) -> Array:
    layers = getattr(weight, "layers", None)
    if layers is not None:
        if not 0 <= layer < len(layers):
            raise ParameterError(f"`layer` must lie in [0, {len(layers)}), got {layer}.")
        weight = layers[layer].weight
    matrix = np.asarray(weight, dtype=np.float64)
    if matrix.ndim != 2 or matrix.size == 0:
        raise DataError(f"Weights must be a matrix (n_in, n_out), got shape {matrix.shape}.")
    return matrix
