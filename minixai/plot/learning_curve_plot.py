"""Learning curves: training and held-out scores by number of training rows.

Bands reach one standard deviation over the folds to either side. A held-out curve that still
rises at the right asks for more rows; two curves that have met ask for another model.

Cost: O(n_sizes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.plot.canvas import SERIES, legend, new_axes, note, whole_numbers
from minixai.plot.text import PLAIN_TEXT, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.data import LearningCurve

__all__ = ["plot_learning_curve"]


def plot_learning_curve(curve: LearningCurve, ax: Axes | None = None) -> Any:
    """Draw scores by number of training rows.

    Parameters
    ----------
    curve : LearningCurve
        Of ``minixai.data.learning_curve(model, X, y)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.lines`` are the training curve and the held-out one,
        ``ax.collections`` their bands.
    """
    axes = new_axes(ax, (6.4, 3.8))
    parts = (
        ("training rows", curve.train_mean, curve.train_std, SERIES[1]),
        ("held-out rows", curve.test_mean, curve.test_std, SERIES[0]),
    )
    lines = []
    for _, mean, std, style in parts:
        axes.fill_between(
            curve.n_train, mean - std, mean + std, color=style.color, alpha=0.18, linewidth=0
        )
        lines += axes.plot(
            curve.n_train,
            mean,
            color=style.color,
            linestyle=style.dashes,
            marker=style.marker,
            markersize=5,
            linewidth=1.8,
        )
    legend(axes, lines, [name for name, *_ in parts], handlelength=2.8)
    n_folds = curve.test_scores.shape[1]
    folds = "1 fold" if n_folds == 1 else f"{n_folds} folds; bands: one standard deviation"
    axes.set_xlabel(f"training rows\nmean of {folds}", **PLAIN_TEXT)
    direction = "higher" if curve.metric.higher_is_better else "lower"
    name = shortened(curve.metric.name or "score")
    axes.set_ylabel(f"{name} ({direction} is better)", **PLAIN_TEXT)
    axes.xaxis.set_major_locator(whole_numbers())
    axes.spines[["top", "right"]].set_visible(False)
    scores = np.concatenate([curve.train_scores, curve.test_scores], axis=1)
    n_lost = int((~np.isfinite(scores)).sum())
    note(axes, f"{n_lost} scores are not finite: their sizes are not drawn" if n_lost else "")
    return axes
