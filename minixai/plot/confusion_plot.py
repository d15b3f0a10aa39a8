"""The confusion matrix: how many rows of each true class were given each class.

Counts on the diagonal are right answers. The colour follows the share of the true class, so
that a rare class is as visible as a frequent one; the numbers are the counts.

Cost: O(n_classes^2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.plot.canvas import cell_texts, new_axes, note, sequential_map
from minixai.plot.text import PLAIN_TEXT, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_confusion"]

_LARGEST_WITH_NUMBERS = 15


def plot_confusion(
    counts: Any,
    ax: Axes | None = None,
    *,
    labels: Sequence[object] | None = None,
    max_display: int = 30,
) -> Any:
    """Draw counts of true against predicted classes.

    Parameters
    ----------
    counts : array-like (n_classes, n_classes)
        Rows are true classes, columns predicted ones.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    labels : sequence (n_classes,), optional
        Names of the classes; None means 0, 1, ...
    max_display : int
        How many classes are drawn, those of the most rows; the figure says how many there are.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.images[0]`` holds each row's shares, ``ax.texts`` the counts.

    Raises
    ------
    DataError
        The matrix is not square, or has another size than the labels.

    Examples
    --------
    >>> ax = plot_confusion([[3, 1], [0, 2]], labels=["no", "yes"])
    >>> [text.get_text() for text in ax.texts]
    ['3', '1', '0', '2']
    """
    check_number("max_display", max_display, low=1, integer=True)
    matrix = np.asarray(counts, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DataError(f"A confusion matrix must be square, got shape {matrix.shape}.")
    names = list(labels) if labels is not None else list(range(len(matrix)))
    if len(names) != len(matrix):
        raise DataError(f"`labels` must have one name a class, got {len(names)} for {len(matrix)}.")
    n_shown = min(len(matrix), max_display)
    kept = np.sort(np.argsort(-matrix.sum(axis=1), kind="stable")[:n_shown])
    drawn = matrix[np.ix_(kept, kept)]
    totals = matrix.sum(axis=1)[kept, None]
    shares = np.divide(drawn, totals, out=np.full_like(drawn, np.nan), where=totals > 0)
    side = min(9.0, 2.4 + 0.5 * n_shown)
    axes = new_axes(ax, (side + 1.0, side))
    image = axes.imshow(
        np.ma.masked_invalid(shares), cmap=sequential_map(), vmin=0, vmax=1, interpolation="none"
    )
    texts = shortened_all([names[k] for k in kept], 18)
    tilt = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    crowded = n_shown > 3 and max(map(len, texts)) > 4
    axes.set_xticks(range(n_shown), texts, **(tilt if crowded else {}), **PLAIN_TEXT)
    axes.set_yticks(range(n_shown), texts, **PLAIN_TEXT)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if n_shown <= _LARGEST_WITH_NUMBERS:
        cell_texts(axes, image, shares, [[f"{v:,.0f}" for v in row] for row in drawn])
    axes.set_xlabel("predicted", **PLAIN_TEXT)
    axes.set_ylabel("true", **PLAIN_TEXT)
    axes.figure.colorbar(image, ax=axes, shrink=0.75, label="share of the true class")
    if n_shown < len(matrix):
        note(axes, f"{n_shown} of {len(matrix)} classes shown, the most frequent")
    return axes
