"""Figures: each takes a result and an axes, draws into it, and returns it.

Without an axes a figure of its own is made (reach it as ``ax.figure`` and write it with
``ax.figure.savefig(path)``); nothing is ever shown, and pyplot is never touched. matplotlib is
imported when the first figure is drawn.
"""

from minixai.plot.box_plot import plot_box
from minixai.plot.calibration_plot import plot_calibration
from minixai.plot.confusion_plot import plot_confusion
from minixai.plot.correlation_plot import plot_correlation
from minixai.plot.density_plot import plot_density
from minixai.plot.histogram_plot import plot_histogram
from minixai.plot.importance_plot import plot_importance
from minixai.plot.learning_curve_plot import plot_learning_curve
from minixai.plot.level_plot import plot_levels
from minixai.plot.lift_plot import plot_lift
from minixai.plot.loss_curve_plot import plot_loss_curve
from minixai.plot.missing_plot import plot_missing
from minixai.plot.network_plot import plot_network
from minixai.plot.pair_heatmap_plot import plot_pair
from minixai.plot.precision_recall_plot import plot_precision_recall
from minixai.plot.prediction_plot import plot_predictions
from minixai.plot.residual_plot import plot_residuals
from minixai.plot.roc_plot import plot_roc
from minixai.plot.scatter_matrix_plot import plot_scatter_matrix
from minixai.plot.scatter_plot import plot_scatter
from minixai.plot.shape_plot import plot_shape
from minixai.plot.tree_plot import plot_tree
from minixai.plot.violin_plot import plot_violin
from minixai.plot.weight_plot import plot_weights

__all__ = [
    "plot_box",
    "plot_calibration",
    "plot_confusion",
    "plot_correlation",
    "plot_density",
    "plot_histogram",
    "plot_importance",
    "plot_learning_curve",
    "plot_levels",
    "plot_lift",
    "plot_loss_curve",
    "plot_missing",
    "plot_network",
    "plot_pair",
    "plot_precision_recall",
    "plot_predictions",
    "plot_residuals",
    "plot_roc",
    "plot_scatter",
    "plot_scatter_matrix",
    "plot_shape",
    "plot_tree",
    "plot_violin",
    "plot_weights",
]
