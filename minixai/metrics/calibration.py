r"""Calibration: is what is said to be 70 % likely true of 70 % of the rows?

The rows are put into bins b by their probability. With :math:`W_b` the weight of a bin, W that of
all, :math:`\bar p_b` the mean probability and :math:`\bar y_b` the share of class 1 in it:

.. math::
    \bar p_b &= \sum_{i \in b} w_i p_i / W_b                                             (1) \\
    \bar y_b &= \sum_{i \in b} w_i [y_i = 1] / W_b                                       (2) \\
    \mathrm{ECE}_q &= \big( \sum_b (W_b / W) |\bar y_b - \bar p_b|^q \big)^{1/q}         (3) \\
    \mathrm{MCE} &= \max_b |\bar y_b - \bar p_b|                                         (4)

A bin holds its upper edge and not its lower one; the first holds both. Bins without weight are
left out. The error depends on the bins: compare it between models with the same number only.

Source: Naeini, Cooper & Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian
binning (q = 1 and the maximum); Guo et al. (2017), On calibration of modern neural networks,
arXiv:1706.04599 (the winning class of several); Kumar, Liang & Ma (2019), Verified uncertainty
calibration, arXiv:1909.10155 (any q).
Cost: one pass over the rows; quantile bins sort them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import as_weights, check_number
from minixai.errors import DataError, check_option
from minixai.metrics.label import as_labels, codes_of, known_classes, positive_rows
from minixai.metrics.probability import class_shares
from minixai.protocols import Array

__all__ = ["CalibrationCurve", "calibration_curve", "calibration_error"]

_NORMS = ("l1", "l2", "max")
_STRATEGIES = ("uniform", "quantile")


@dataclass(frozen=True)
class CalibrationCurve:
    """What ``calibration_curve`` returns: one point per bin that holds rows.

    Parameters
    ----------
    predicted : ndarray (n_points,)
        Mean probability of class 1 in the bin.
    observed : ndarray (n_points,)
        Share of class 1 in the bin.
    weight : ndarray (n_points,)
        Sum of the weights of the bin, the number of rows by default.
    edges : ndarray (n_bins + 1,)
        Of all bins, empty ones included.
    """

    predicted: Array
    observed: Array
    weight: Array
    edges: Array

    def error(self, norm: str = "l1") -> float:
        """Return the distance of ``observed`` from ``predicted``, in [0, 1].

        Parameters
        ----------
        norm : {"l1", "l2", "max"}
            The weighted mean of the bins' distances, the root of that of their squares, or the
            largest.

        Raises
        ------
        ParameterError
            Another norm.
        """
        check_option("norm", norm, _NORMS)
        gap = np.abs(self.observed - self.predicted)
        if norm == "max":
            return float(gap.max())  # (4)
        power = 1.0 if norm == "l1" else 2.0
        mean = np.dot(self.weight, gap**power) / self.weight.sum()
        return float(mean ** (1.0 / power))  # (3)


def calibration_curve(
    y_true: Any,
    probability: Any,
    sample_weight: Any = None,
    labels: Any = None,
    *,
    pos_label: Any = None,
    n_bins: int = 10,
    strategy: str = "uniform",
) -> CalibrationCurve:
    """Share of class 1 against the mean probability of class 1, bin by bin.

    Parameters
    ----------
    y_true : array-like (n_samples,)
        Labels.
    probability : array-like (n_samples,) or (n_samples, 2)
        Of class 1, in [0, 1]; of two columns the second is taken.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; None counts every row once.
    labels : array-like (2,), optional
        Both classes, sorted; None takes those of ``y_true``.
    pos_label : label, optional
        Class 1, set against all others; None takes the greater of two.
    n_bins : int
        At least 1; the default 10 suits a thousand rows or more.
    strategy : {"uniform", "quantile"}
        Bins of one width in [0, 1], or edges at the quantiles of the probability over the rows
        that have a weight; how large it is counts within the bins alone.

    Returns
    -------
    CalibrationCurve

    Raises
    ------
    DataError
        Other lengths, probabilities outside [0, 1], or more than two classes.
    ParameterError
        No bins, or an unknown strategy.

    Examples
    --------
    >>> calibration_curve([0, 0, 1, 1], [0.1, 0.3, 0.7, 0.8], n_bins=2).observed
    array([0., 1.])
    """
    _check_bins(n_bins, strategy)
    positive = positive_rows(y_true, labels, pos_label)
    share = class_shares(probability, len(positive), 2)[:, 1].astype(np.float64)
    return _binned(positive, share, sample_weight, n_bins, strategy)


def calibration_error(
    y_true: Any,
    probability: Any,
    sample_weight: Any = None,
    labels: Any = None,
    *,
    pos_label: Any = None,
    n_bins: int = 10,
    strategy: str = "uniform",
    norm: str = "l1",
) -> float:
    """Mean distance between what was said and what came true, over bins; lower is better.

    Parameters and errors are those of :func:`calibration_curve`, and:

    Parameters
    ----------
    probability : array-like (n_samples,) or (n_samples, n_classes)
        Of class 1; or of each of more than two classes, sorted: then the largest of each row
        is measured against whether its class is the true one (the first of equal ones).
    norm : {"l1", "l2", "max"}
        The expected calibration error, its root mean square, or the largest of the bins.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> round(calibration_error([0, 0, 1, 1], [0.1, 0.3, 0.7, 0.8], n_bins=2), 4)
    0.225
    """
    check_option("norm", norm, _NORMS)
    _check_bins(n_bins, strategy)
    if np.ndim(probability) < 2 or np.shape(probability)[1] < 3:
        curve = calibration_curve(
            y_true,
            probability,
            sample_weight,
            labels,
            pos_label=pos_label,
            n_bins=n_bins,
            strategy=strategy,
        )
        return curve.error(norm)
    if pos_label is not None:
        raise DataError("`pos_label` says whose probability one column is, and there are several.")
    truth = as_labels(y_true, "y_true")
    known = known_classes(truth, labels)
    share = class_shares(probability, len(truth), len(known)).astype(np.float64)
    winner = share.argmax(axis=1)
    hit = winner == codes_of(truth, known)
    curve = _binned(hit, share.max(axis=1), sample_weight, n_bins, strategy)
    return curve.error(norm)


def _check_bins(n_bins: int, strategy: str) -> None:
    check_number("n_bins", n_bins, low=1, integer=True)
    check_option("strategy", strategy, _STRATEGIES)


def _binned(
    hit: Array, share: Array, sample_weight: Any, n_bins: int, strategy: str
) -> CalibrationCurve:
    weight = as_weights(sample_weight, len(share))
    kept = weight > 0
    hit, share, weight = hit[kept], share[kept], weight[kept]
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    if strategy == "quantile":
        edges = np.percentile(share, 100.0 * edges)
    bins = np.searchsorted(edges[1:-1], share)
    total = np.bincount(bins, weight, n_bins)
    full = total > 0
    predicted = np.bincount(bins, weight * share, n_bins)[full] / total[full]  # (1)
    observed = np.bincount(bins, weight * hit, n_bins)[full] / total[full]  # (2)
    return CalibrationCurve(predicted, observed, total[full], edges)
