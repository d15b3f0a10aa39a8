"""What two columns add together in an additive model: a heatmap over both.

Cells in which the fit had no row are grey: their score is a guess. Each cell is as wide and as high
as its bins.

Cost: O(n_bins_a * n_bins_b).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.errors import ParameterError, suggestion
from minixai.plot.canvas import diverging_map, new_axes, note
from minixai.plot.text import PLAIN_TEXT, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array
    from minixai.tree.shape_function import PairFunction

__all__ = ["plot_pair"]


def plot_pair(
    pair: PairFunction, ax: Axes | None = None, *, output: int | str | None = None
) -> Any:
    """Draw the score of each pair of values.

    Parameters
    ----------
    pair : PairFunction
        Of ``model.pair(first, second)``; the second column runs along the horizontal axis.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    output : int or str, optional
        Which output, by index or name; None where there is one.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.collections[0]`` holds the scores.

    Raises
    ------
    ParameterError
        There is no such output, or there are several and none is named.

    Examples
    --------
    >>> import numpy as np
    >>> from minixai.tree import BoostedGAMRegressor
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> model = BoostedGAMRegressor(n_bags=1).fit(X, X[:, 0] * X[:, 1])
    >>> plot_pair(model.pair(0, 1)).get_xlabel()
    'x1'
    """
    scores = _of_output(pair, output)
    axes = new_axes(ax, (5.6, 4.4))
    a, b = (_drawable(edges) for edges in pair.edges)
    drawn = np.ma.masked_where(pair.density[:-1, :-1] == 0, scores[:-1, :-1])
    largest = float(np.abs(drawn).max()) if drawn.count() else 0.0
    image = axes.pcolormesh(
        b, a, drawn, cmap=diverging_map(), vmin=-(largest or 1.0), vmax=largest or 1.0,
        rasterized=True,
    )  # fmt: skip
    axes.set_facecolor("#bdbdbd")
    axes.figure.colorbar(image, ax=axes, label="score")
    axes.set_xlabel(shortened(pair.names[1], 40), **PLAIN_TEXT)
    axes.set_ylabel(shortened(pair.names[0], 40), **PLAIN_TEXT)
    missing = 1.0 - float(pair.density[:-1, :-1].sum())
    note(
        axes, f"{100 * missing:.2g} % of rows not shown: a value missing" if missing > 1e-9 else ""
    )
    return axes


def _of_output(pair: PairFunction, output: int | str | None) -> Array:
    """Return the scores of one output, (n_a + 1, n_b + 1)."""
    names = pair.output_names
    if names is None:
        if output in (None, 0):
            return pair.values
        raise ParameterError(f"`output` must be None or 0 for one output, got {output!r}.")
    if isinstance(output, str) and output in names:
        output = names.index(output)
    if isinstance(output, int) and 0 <= output < len(names):
        return np.asarray(pair.values[..., output])
    near = suggestion(output, names) if output is not None else ""
    raise ParameterError(f"`output` must be one of {names} or its index, got {output!r}.{near}")


def _drawable(edges: Array) -> Array:
    """Return the edges, or room for the one bin of a column without two values."""
    if edges[0] < edges[-1]:
        return edges
    middle = float(np.nan_to_num(edges[0]))
    return np.array([middle - 0.5, middle + 0.5])
