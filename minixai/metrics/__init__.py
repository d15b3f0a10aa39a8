"""Measures of prediction: plain functions, and ``Metric`` for what a model is measured by."""

from minixai.metrics.classification import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    log_loss,
    roc_auc,
)
from minixai.metrics.metric import METRICS, Metric, get_metric
from minixai.metrics.regression import (
    half_mean_squared_error,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    quantile_loss,
    r2,
    root_mean_squared_error,
)

__all__ = [
    "METRICS",
    "Metric",
    "accuracy",
    "balanced_accuracy",
    "confusion_matrix",
    "get_metric",
    "half_mean_squared_error",
    "log_loss",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "quantile_loss",
    "r2",
    "roc_auc",
    "root_mean_squared_error",
]
