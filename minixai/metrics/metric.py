"""One measure of a model: a function, what it needs from the model, and its direction.

``get_metric`` turns what a user writes as ``metric=`` into a :class:`Metric`:

- None is the model's own score: accuracy where it has ``classes_``, R2 elsewhere;
- a name is looked up in ``METRICS``, which knows what it needs and which way is better;
- a function of this package means the metric of its name;
- another bare ``f(y_true, y_pred)`` gets the predictions and counts as higher-is-better;
- ``Metric(f, needs="probability", higher_is_better=False)`` says otherwise.

Cost: one call of the model and one of the function; ``of_output`` saves the former.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from minixai.errors import ParameterError, check_option
from minixai.metrics.calibration import calibration_error
from minixai.metrics.classification import (
    accuracy,
    balanced_accuracy,
    cohen_kappa,
    matthews_correlation,
)
from minixai.metrics.discrimination import average_precision, roc_auc
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

__all__ = ["METRICS", "Metric", "get_metric"]

Needs = Literal["prediction", "probability", "raw"]

_METHOD_OF: dict[str, str] = {
    "prediction": "predict",
    "probability": "predict_proba",
    "raw": "decision_function",
}


@dataclass(frozen=True)
class Metric:
    """A measure of a model on data.

    Parameters
    ----------
    function : callable
        ``f(y_true, output) -> float``.
    needs : {"prediction", "probability", "raw"}
        Which output of the model it gets: that of ``predict``, ``predict_proba`` or
        ``decision_function``.
    higher_is_better : bool
        Its direction.
    name : str, optional
        What it is called in results; None takes the function's own name.
    two_columns : bool
        Whether a two-class probability is handed over as (n_samples, 2); by default it is
        (n_samples,), that of class 1, as everywhere in minixai.

    Raises
    ------
    ParameterError
        Not a function, or an unknown need.

    Examples
    --------
    >>> def worst(y_true, y_pred):
    ...     return abs(y_true - y_pred).max()
    >>> Metric(worst, higher_is_better=False).name
    'worst'
    """

    function: Callable[..., Any]
    needs: Needs = "prediction"
    higher_is_better: bool = True
    name: str | None = None
    two_columns: bool = False

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise ParameterError(
                f"`function` must be a function f(y_true, output), got {self.function!r}."
            )
        check_option("needs", self.needs, _METHOD_OF)
        if self.name is None:
            named = getattr(self.function, "__name__", type(self.function).__name__)
            object.__setattr__(self, "name", str(named))

    @property
    def method(self) -> str:
        """Name of the model's method whose output is measured."""
        return _METHOD_OF[self.needs]

    @property
    def sign(self) -> float:
        """1.0 where higher is better, -1.0 where lower is."""
        return 1.0 if self.higher_is_better else -1.0

    def evaluate(self, model: Any, X: Any, y: Any) -> float:
        """Measure ``model`` on ``X`` and ``y``.

        Parameters
        ----------
        model : object or callable
            With the method that the metric needs; a bare function X -> output will do.
        X : array-like (n_samples, n_features)
        y : array-like (n_samples,)

        Returns
        -------
        float
            In the metric's own direction.

        Raises
        ------
        ParameterError
            The model lacks the method, or the function did not return one number.
        """
        method = getattr(model, self.method, None)
        if method is None and callable(model) and not hasattr(model, "predict"):
            method = model
        if method is None:
            raise _lacking(self, model)
        return self.of_output(y, method(X))

    def of_output(self, y: Any, output: Any) -> float:
        """Measure an output of the method named by ``method`` that is already there.

        Parameters
        ----------
        y : array-like (n_samples,)
        output : ndarray (n_samples,) or (n_samples, n_classes)

        Returns
        -------
        float

        Raises
        ------
        ParameterError
            The function did not return one number.
        """
        one_of_two = self.needs == "probability" and not self.two_columns
        if one_of_two and np.ndim(output) == 2 and np.shape(output)[1] == 2:
            output = output[:, 1]
        value = self.function(y, output)
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise ParameterError(
                f"The metric {self.name!r} must return one number, got {type(value).__name__}."
            ) from error


METRICS: dict[str, Metric] = {
    "r2": Metric(r2),
    "mean_squared_error": Metric(mean_squared_error, higher_is_better=False),
    "half_mean_squared_error": Metric(half_mean_squared_error, higher_is_better=False),
    "root_mean_squared_error": Metric(root_mean_squared_error, higher_is_better=False),
    "mean_absolute_error": Metric(mean_absolute_error, higher_is_better=False),
    "mean_absolute_percentage_error": Metric(
        mean_absolute_percentage_error, higher_is_better=False
    ),
    "quantile_loss": Metric(quantile_loss, higher_is_better=False),
    "accuracy": Metric(accuracy),
    "balanced_accuracy": Metric(balanced_accuracy),
    "precision": Metric(precision),
    "recall": Metric(recall),
    "f_score": Metric(f_score),
    "cohen_kappa": Metric(cohen_kappa),
    "matthews_correlation": Metric(matthews_correlation),
    "roc_auc": Metric(roc_auc, "raw"),
    "average_precision": Metric(average_precision, "raw"),
    "log_loss": Metric(log_loss, "probability", higher_is_better=False, two_columns=True),
    "brier": Metric(brier, "probability", higher_is_better=False),
    "calibration_error": Metric(calibration_error, "probability", higher_is_better=False),
}
"""The metrics that have a name."""

_OF_SCORES = (log_loss, brier, calibration_error, roc_auc, average_precision)
_OF_ONE_CLASS = (precision, recall, f_score)


def get_metric(metric: Any, model: Any) -> Metric:
    """Give the :class:`Metric` that ``metric`` means for ``model``.

    Parameters
    ----------
    metric : None, str, callable or Metric
        None is the model's own score; a name is one of ``METRICS``, and so is a function of
        this package; another bare function ``f(y_true, y_pred)`` gets predictions and counts as
        higher-is-better.
    model : object or callable
        Its ``classes_`` tell a classifier, and fix the classes even where the data lack some of
        them: of two, ``classes_[1]`` is class 1 for every measure by name; of more, "precision",
        "recall" and "f_score" are the mean over the classes ("macro"), and "roc_auc" and
        "average_precision" that of each class against the rest, by probabilities.

    Returns
    -------
    Metric
        Whose ``method`` the model has.

    Raises
    ------
    ParameterError
        An unknown name, something that is no metric, or a model without the method needed.

    Examples
    --------
    >>> get_metric("log_loss", None).higher_is_better
    False
    """
    if metric is None:
        metric = "accuracy" if hasattr(model, "classes_") else "r2"
    metric = next((name for name, known in METRICS.items() if known.function is metric), metric)
    if isinstance(metric, str):
        check_option("metric", metric, METRICS)
        return _resolved(_with_classes(METRICS[metric], model), model)
    if isinstance(metric, Metric):
        return _resolved(metric, model)
    if not callable(metric):
        raise ParameterError(
            f"`metric` must be None, a name, f(y_true, y_pred) or a Metric, got {metric!r}."
        )
    return _resolved(Metric(metric), model)


def _with_classes(metric: Metric, model: Any) -> Metric:
    """Bind the model's classes where the function wants them, and areas to what there is."""
    classes = getattr(model, "classes_", None)
    many = classes is not None and len(classes) > 2
    if metric.needs == "raw" and (many or not hasattr(model, "decision_function")):
        metric = replace(metric, needs="probability")  # of two classes the same order of the rows
    if classes is None:
        return metric
    options: dict[str, Any] = {}
    if metric.function in _OF_SCORES:
        options = {"labels": classes}
    elif metric.function in _OF_ONE_CLASS:
        options = {"labels": classes, "average": "macro"} if many else {"pos_label": classes[-1]}
    return replace(metric, function=partial(metric.function, **options)) if options else metric


def _resolved(metric: Metric, model: Any) -> Metric:
    """Check that the model can give what the metric needs; a regressor's raw score is predict."""
    if model is None or hasattr(model, metric.method):
        return metric
    if metric.needs == "raw" and not hasattr(model, "classes_") and hasattr(model, "predict"):
        return replace(metric, needs="prediction")
    if metric.needs == "prediction" and callable(model):
        return metric
    raise _lacking(metric, model)


def _lacking(metric: Metric, model: Any) -> ParameterError:
    return ParameterError(
        f"The metric {metric.name!r} needs `{metric.method}`, which {type(model).__name__} "
        "does not have: choose a metric of predictions."
    )
