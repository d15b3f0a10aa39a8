"""Figures: each takes a result and an axes, draws into it, and returns it.

Without an axes a figure of its own is made (reach it as ``ax.figure`` and write it with
``ax.figure.savefig(path)``); nothing is ever shown, and pyplot is never touched. matplotlib is
imported when the first figure is drawn.
"""

from minixai.plot.confusion_plot import plot_confusion
from minixai.plot.correlation_plot import plot_correlation
from minixai.plot.importance_plot import plot_importance
from minixai.plot.loss_curve_plot import plot_loss_curve
from minixai.plot.network_plot import plot_network
from minixai.plot.prediction_plot import plot_predictions
from minixai.plot.residual_plot import plot_residuals
from minixai.plot.weight_plot import plot_weights

__all__ = [
    "plot_confusion",
    "plot_correlation",
    "plot_importance",
    "plot_loss_curve",
    "plot_network",
    "plot_predictions",
    "plot_residuals",
    "plot_weights",
]
