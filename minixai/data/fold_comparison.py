r"""How sure a cross-validated score is, and whether two models differ on the same folds.

.. math::
    t = \bar d \Big/ \sqrt{\left(\tfrac1K + \tfrac{n_2}{n_1}\right) \hat\sigma_d^2}      (1)

with d_k the difference of two models' scores on fold k, its variance over the folds (K - 1 below),
and n_1, n_2 the mean numbers of training and held-out rows: training parts overlap, so the folds
are not independent, and the second term pays for it. t has K - 1 degrees of freedom.

The interval of a mean resamples the held-out rows of each fold (those of each class of a
classifier apart) and takes quantiles; two models are resampled by the same draws. It holds the
trained models fixed: it is about these rows, not about other training parts.

Source: Nadeau & Bengio (2003), Machine Learning 52, p. 239 (the corrected resampled t-test);
Efron & Tibshirani (1993), An Introduction to the Bootstrap, for the quantiles.
Cost: n_bootstrap * n_folds evaluations of the metric a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from minixai._validation import generator
from minixai.errors import ParameterError
from minixai.metrics import Metric
from minixai.protocols import Array
from minixai.statistics.tail_probability import t_tail_probability

if TYPE_CHECKING:
    from minixai.data.cross_validation import CrossValidation
    from minixai.data.validation_folds import Folds

__all__ = ["FoldComparison", "compared", "quantiles", "resampled"]


@dataclass(frozen=True, eq=False)
class FoldComparison:
    """The difference of two models on the same folds.

    Parameters
    ----------
    models : (str, str)
        The differences are of the first minus the second.
    metric : Metric
    differences : array (n_folds,)
    interval : (float, float)
        Of the mean difference, by resampling the same rows for both.
    level : float
    t_value, p_value : float
        The corrected resampled t-test, two-sided; NaN where every fold differs by the same.
    """

    models: tuple[str, str]
    metric: Metric
    differences: Array
    interval: tuple[float, float]
    level: float
    t_value: float
    p_value: float

    @property
    def mean(self) -> float:
        """The mean difference."""
        return float(self.differences.mean())

    def __str__(self) -> str:
        low, high = self.interval
        better = "higher" if self.metric.higher_is_better else "lower"
        return (
            f"{self.models[0]} - {self.models[1]}: {self.metric.name} ({better} is better) "
            f"{self.mean:+.4g} ({100 * self.level:g} % {low:+.4g} to {high:+.4g}), "
            f"t = {self.t_value:.3g}, p = {self.p_value:.3g}"
        )


def compared(one: CrossValidation, other: CrossValidation) -> FoldComparison:
    """Return the test of one model against another on the same folds."""
    _check_alike(one, other)
    differences = one.scores - other.scores
    t = _corrected_t(differences, one.folds)
    return FoldComparison(
        models=(one.model, other.model),
        metric=one.metric,
        differences=differences,
        interval=quantiles(resampled(one) - resampled(other), one.level),
        level=one.level,
        t_value=t,
        p_value=float(t_tail_probability(t, len(differences) - 1)),
    )


def resampled(found: CrossValidation) -> Array:
    """Return the mean score of resampled held-out rows, once a draw: (n_bootstrap,)."""
    n_bootstrap, seed = found.draws
    totals = np.zeros(n_bootstrap)
    for k, (output, truth) in enumerate(zip(found.outputs, found.targets, strict=True)):
        rng = generator(seed, k, len(truth))
        strata = np.zeros(len(truth), dtype=np.int64)
        if found.by_class:
            strata = np.unique(truth, return_inverse=True)[1]
        members = [np.flatnonzero(strata == stratum) for stratum in range(strata.max() + 1)]
        for b in range(n_bootstrap):
            rows = np.concatenate([rng.choice(each, len(each)) for each in members])
            totals[b] += found.metric.of_output(truth[rows], output[rows])
    return totals / len(found.outputs)


def quantiles(values: Array, level: float) -> tuple[float, float]:
    """Return the ends of the middle ``level`` of the values."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _corrected_t(differences: Array, folds: Folds) -> float:
    spread = float(differences.var(ddof=1)) if len(differences) > 1 else 0.0
    if spread == 0.0:
        return float("nan") if differences.mean() != 0.0 else 0.0
    sizes = np.array([(len(train), len(test)) for train, test in folds], dtype=float)
    n_train, n_test = sizes.mean(axis=0)
    share = 1.0 / len(differences) + n_test / n_train
    return float(differences.mean() / np.sqrt(share * spread))  # (1)


def _check_alike(one: CrossValidation, other: CrossValidation) -> None:
    if one.metric.name != other.metric.name:
        raise ParameterError(
            f"One model was measured by {one.metric.name!r}, the other by {other.metric.name!r}: "
            "use the same `metric`."
        )
    same = len(one.folds) == len(other.folds) and all(
        np.array_equal(a, b)
        for mine, theirs in zip(one.folds, other.folds, strict=True)
        for a, b in zip(mine, theirs, strict=True)
    )
    same = same and all(map(np.array_equal, one.targets, other.targets))
    if not same or one.draws != other.draws:
        raise ParameterError(
            "The models were measured on different folds or targets: use the same rows, `splits` "
            "and `random_state`."
        )
