"""The loss by epoch, on the training rows and on the rows held out to watch it.

A training curve that falls while the other rises is a model learning its rows by heart; both
still falling at the end is a training that stopped early. The axis is logarithmic where the
loss spans more than two orders of magnitude.

Cost: O(n_epochs).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.errors import DataError
from minixai.plot.canvas import BLUE, VERMILLION, new_axes, note, whole_numbers
from minixai.plot.text import PLAIN_TEXT, number_text, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array

__all__ = ["plot_loss_curve"]


def plot_loss_curve(
    curve: Any,
    ax: Axes | None = None,
    *,
    validation_curve: Sequence[float] | None = None,
    validation_name: str = "validation",
    loss_name: str | None = None,
) -> Any:
    """Draw the loss of every epoch.

    Parameters
    ----------
    curve : sequence of float (n_epochs,), or a fitted model
        Training loss by epoch, the first epoch first; of a model its ``loss_curve_`` and
        ``validation_curve_`` are drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    validation_curve : sequence of float (n_epochs,), optional
        Loss or score on the rows held out, by epoch; empty or None where none were.
    validation_name : str
        What the second curve is called.
    loss_name : str, optional
        What the loss is, for the axis: ``"cross-entropy"``; None calls it the loss.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.lines`` are the training curve and then the validation curve.

    Raises
    ------
    DataError
        There is no loss to draw.

    Examples
    --------
    >>> ax = plot_loss_curve([0.9, 0.5, 0.4])
    >>> [float(loss) for loss in ax.lines[0].get_ydata()]
    [0.9, 0.5, 0.4]
    """
    if hasattr(curve, "loss_curve_"):
        if validation_curve is None:
            validation_curve = getattr(curve, "validation_curve_", None)
        curve = curve.loss_curve_
    training = _as_curve(curve)
    if training.size == 0:
        raise DataError("There is no loss to draw, `curve` is empty: fit with a solver of epochs.")
    held_out = _as_curve(validation_curve if validation_curve is not None else [])
    axes = new_axes(ax, (6.4, 3.4))
    marker = "o" if training.size < 12 else None
    epochs = np.arange(1, training.size + 1)
    axes.plot(epochs, training, color=BLUE, marker=marker, markersize=4, label="training")
    across = "epoch"
    if held_out.size:
        axes.plot(
            np.arange(1, held_out.size + 1),
            held_out,
            color=VERMILLION,
            linestyle="--",
            marker=marker,
            markersize=4,
            label=validation_name,
        )
        across += _mark_lowest(axes, held_out, validation_name)
        legend = axes.legend(frameon=False)
        for text in legend.get_texts():
            text.set(**PLAIN_TEXT)
    _scale(axes, np.concatenate([training, held_out]), loss_name)
    axes.set_xlabel(across, **PLAIN_TEXT)
    axes.xaxis.set_major_locator(whole_numbers())
    axes.spines[["top", "right"]].set_visible(False)
    n_missing = int((~np.isfinite(training)).sum() + (~np.isfinite(held_out)).sum())
    if n_missing:
        note(axes, f"{n_missing} epochs without a finite loss are not drawn")
    return axes


def _as_curve(values: Any) -> Array:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _mark_lowest(ax: Any, held_out: Array, name: str) -> str:
    """Mark the epoch where the held-out curve is lowest; return the line below that says so.

    Beside the mark the words would lie across a curve.
    """
    if not np.isfinite(held_out).any():
        return ""
    best = int(np.nanargmin(held_out))
    ax.plot([best + 1], [held_out[best]], "o", color=VERMILLION, markersize=7, label="_lowest")
    lowest = number_text(float(held_out[best]))
    return f"\nlarge dot: lowest {shortened(name, 40)}, {lowest} at epoch {best + 1}"


def _scale(ax: Any, losses: Array, loss_name: str | None) -> None:
    label = "loss" if loss_name is None else f"loss: {shortened(loss_name, 40)}"
    finite = losses[np.isfinite(losses)]
    if finite.size and finite.min() > 0 and finite.max() > 100 * finite.min():
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        label += " (logarithmic)"
    ax.set_ylabel(label, **PLAIN_TEXT)
