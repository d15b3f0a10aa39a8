"""Measures of prediction: plain functions, ``Metric`` for what a model is measured by, curves."""

from minixai.metrics.calibration import CalibrationCurve, calibration_curve, calibration_error
from minixai.metrics.class_weight import class_weights, sample_weights
from minixai.metrics.classification import (
    accuracy,
    balanced_accuracy,
    cohen_kappa,
    confusion_matrix,
    matthews_correlation,
)
from minixai.metrics.curve import (
    LiftCurve,
    PrecisionRecallCurve,
    RocCurve,
    lift_curve,
    precision_recall_curve,
    roc_curve,
)
from minixai.metrics.decision_threshold import ThresholdChoice, choose_threshold
from minixai.metrics.discrimination import average_precision, roc_auc
from minixai.metrics.metric import METRICS, Metric, get_metric
from minixai.metrics.probability import brier, log_loss
from minixai.metrics.regression import (
    half_mean_squared_error,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    quantile_loss,
    r2,
    root_mean_squared_error,
)
from minixai.metrics.retrieval import f_score, precision, recall

__all__ = [
    "METRICS",
    "CalibrationCurve",
    "LiftCurve",
    "Metric",
    "PrecisionRecallCurve",
    "RocCurve",
    "ThresholdChoice",
    "accuracy",
    "average_precision",
    "balanced_accuracy",
    "brier",
    "calibration_curve",
    "calibration_error",
    "choose_threshold",
    "class_weights",
    "cohen_kappa",
    "confusion_matrix",
    "f_score",
    "get_metric",
    "half_mean_squared_error",
    "lift_curve",
    "log_loss",
    "matthews_correlation",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "precision",
    "precision_recall_curve",
    "quantile_loss",
    "r2",
    "recall",
    "roc_auc",
    "roc_curve",
    "root_mean_squared_error",
    "sample_weights",
]
