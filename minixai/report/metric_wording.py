"""What the report calls each metric, and what it says of it: meaning, unit and range."""

from __future__ import annotations

__all__ = ["METRIC_WORDS"]

METRIC_WORDS: dict[str, tuple[str, str]] = {
    "root_mean_squared_error": (
        "RMSE",
        "the square root of the mean squared error: a typical size of the error in the target's "
        "own unit, large errors counting more; from 0 (perfect) up without end",
    ),
    "mean_absolute_error": (
        "MAE",
        "the mean distance between prediction and truth, in the target's own unit; from 0 "
        "(perfect) up without end",
    ),
    "r2": (
        "R²",
        "the share of the target's variance that is explained: 1 is perfect, 0 is no better than "
        "the mean of the rows scored, and worse predictions go below 0 without end; no unit",
    ),
    "half_mean_squared_error": (
        "J",
        "half the mean squared error, in the square of the target's unit, the cost that the "
        "gradient of linear regression is usually written for; RMSE is the square root of 2 J; "
        "from 0 (perfect) up without end",
    ),
    "mean_squared_error": (
        "MSE",
        "the mean squared error, in the square of the target's unit; from 0 (perfect) up without "
        "end",
    ),
    "mean_absolute_percentage_error": (
        "MAPE",
        "the mean error as a share of the true value, so that 0.1 is a tenth of it; from 0 "
        "(perfect) up without end, and huge where a true value is near 0",
    ),
    "quantile_loss": (
        "quantile loss",
        "the mean error, in the target's own unit, with its own price for predicting too low and "
        "too high; without more being said both cost a half, which makes it half the MAE; from 0 "
        "(perfect) up without end",
    ),
    "accuracy": (
        "accuracy",
        "the share of rows whose class is predicted right, from 0 to 1 (perfect); with a rare "
        "class it is high even for a model that never says it",
    ),
    "balanced_accuracy": (
        "balanced accuracy",
        "the share predicted right within each class, averaged over the classes, from 0 to 1 "
        "(perfect); saying the same of every row gets 1 divided by the number of classes",
    ),
    "precision": (
        "precision",
        "the share of the rows predicted as a class that are of it, from 0 to 1 (perfect)",
    ),
    "recall": (
        "recall",
        "the share of the rows of a class that are predicted as it, from 0 to 1 (perfect)",
    ),
    "f_score": (
        "F score",
        "the harmonic mean of precision and recall, from 0 to 1 (perfect): high only where both "
        "are",
    ),
    "cohen_kappa": (
        "Cohen's kappa",
        "the agreement of prediction and truth beyond that of chance: 1 is perfect, 0 is what "
        "chance gets, and it goes down to −1",
    ),
    "matthews_correlation": (
        "Matthews correlation",
        "the correlation of predicted and true classes: 1 is perfect, 0 is guessing or always the "
        "same answer, −1 is wrong in every row of two classes",
    ),
    "roc_auc": (
        "ROC AUC",
        "the chance that a row of the second class gets a higher score than a row of the first: "
        "0.5 is guessing, 1 is perfect",
    ),
    "average_precision": (
        "average precision",
        "the mean of the precision at the score of each row of the second class: from 0 to 1 "
        "(perfect), and the share of that class is what guessing gets",
    ),
    "log_loss": (
        "log loss",
        "the mean of minus the natural logarithm of the probability given to the true class: "
        "confident mistakes cost most; from 0 (perfect) up without end",
    ),
    "brier": (
        "Brier score",
        "the mean squared error of the probabilities: 0 is perfect; of two classes 0.25 is what "
        "always saying 0.5 gets and 1 the worst, of more classes 2 is the worst",
    ),
    "calibration_error": (
        "calibration error",
        "the mean distance between the probability that was said and the share that came true, "
        "over bins of rows; from 0 (what is said at 0.8 is true in 8 of 10) to 1",
    ),
}
"""Label and meaning of every metric that has a name; a meaning ends without a full stop."""
