r"""How strongly two columns go together, be they numbers or labels.

Two columns of numbers by the correlation of their ranks, with its sign; numbers and labels by the
share of the variance of the ranks that lies between the labels, two columns of labels by Cramer's
V, both freed of what chance gives with k labels in n rows (of m in the other column):

.. math::
    \epsilon^2 &= 1 - (1 - \eta^2) \frac{n - 1}{n - k}                                   (1) \\
    V^2 &= \frac{\max(0,\ \phi^2 - (k - 1)(m - 1)/(n - 1))}{\min(k', m') - 1}, \quad
        k' = k - \frac{(k - 1)^2}{n - 1}                                                 (2)

The root of (1) and V lie in [0, 1]. NaN where a column does not vary.

Source: Kelley (1935), Proceedings of the National Academy of Sciences 21, for (1); Bergsma (2013),
Journal of the Korean Statistical Society 42, for (2).
Cost: O(n log n).
"""

from __future__ import annotations

import numpy as np

from minixai.protocols import Array
from minixai.statistics.contingency import cramers_v
from minixai.statistics.pair_count import count_table
from minixai.statistics.rank_measures import average_ranks
from minixai.statistics.standard_form import standardise

__all__ = ["label_association", "rank_association", "rank_correlation"]


def rank_correlation(a: Array, b: Array) -> float:
    """Return Spearman's correlation of two columns of numbers (n,), in [-1, 1]."""
    form = standardise(np.column_stack([average_ranks(a), average_ranks(b)]))
    if not form.varies.all():
        return float("nan")
    return float(np.clip(form.matrix[:, 0] @ form.matrix[:, 1] / len(a), -1.0, 1.0))


def rank_association(numbers: Array, codes: Array) -> float:
    """Return how much of the ranks of numbers (n,) labels (n,) tell, in [0, 1]."""
    ranks, places = average_ranks(numbers), np.unique(codes, return_inverse=True)[1]
    ranks = ranks - ranks.mean()
    counts = np.bincount(places)
    total, n, k = float(ranks @ ranks), len(ranks), len(counts)
    if total == 0.0 or k < 2 or n <= k:
        return float("nan")
    between = float((np.bincount(places, ranks) ** 2 / counts).sum())
    return float(np.sqrt(max(0.0, 1.0 - (1.0 - between / total) * (n - 1) / (n - k))))  # (1)


def label_association(a: Array, b: Array) -> float:
    """Return Cramer's V of two columns of labels (n,), freed of what chance gives, in [0, 1]."""
    observed = count_table(*(np.unique(labels, return_inverse=True)[1] for labels in (a, b)))
    (k, m), n = observed.shape, len(a)
    if min(k, m) < 2:
        return float("nan")
    phi = cramers_v(observed) ** 2 * (min(k, m) - 1)
    free = max(0.0, phi - (k - 1) * (m - 1) / (n - 1))
    smaller = min(k - (k - 1) ** 2 / (n - 1), m - (m - 1) ** 2 / (n - 1)) - 1.0
    return float(min(1.0, np.sqrt(free / smaller))) if smaller > 0 else float("nan")  # (2)
