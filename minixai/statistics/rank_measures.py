r"""Ranks, and Kendall's tau-b by merge counting with its distribution by chance.

With S = concordant - discordant pairs, :math:`n_0 = n (n - 1) / 2`, and :math:`n_1 = \sum t (t -
1) / 2`, :math:`n_2 = \sum u (u - 1) / 2` over the groups of t and u tied values of x and y:

.. math::
    \tau_b &= S / \sqrt{(n_0 - n_1) (n_0 - n_2)}                                         (1) \\
    18\, v_0 &= n (n - 1) (2 n + 5) - \sum t (t - 1) (2 t + 5) - \sum u (u - 1) (2 u + 5)  (2) \\
    \mathrm{Var}\, S &= v_0 + \frac{n_1 n_2}{n_0}
        + \frac{\sum t (t - 1) (t - 2) \sum u (u - 1) (u - 2)}{9 n (n - 1) (n - 2)}      (3) \\
    P_j(c) &= \frac{1}{j} \sum_{i = 0}^{j - 1} P_{j - 1}(c - i)                          (4)

(4) is the distribution of the number of discordant pairs by chance, without ties. It gives the
p-value where there are no ties and n <= 33, or at most one pair stands against the rest; the
normal distribution with variance (3) gives it otherwise.

Source: Kendall (1970), Rank Correlation Methods; Knight (1966), JASA
61, p. 436, for the counting.
Cost: O(n log n) time for tau, in NumPy sorts; O(n^3) for (4), n <= 33.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from minixai.protocols import Array
from minixai.statistics.tail_probability import normal_tail_probability

__all__ = ["KendallTau", "average_ranks", "kendall_tau"]

_LARGEST_EXACT = 33


class KendallTau(NamedTuple):
    """Tau-b, its two-sided p-value, and whether that is exact."""

    tau: float
    p_value: float
    exact: bool


def average_ranks(x: Array) -> Array:
    """Give ranks 1 ... n; tied values share the mean of theirs."""
    _, codes, counts = np.unique(x, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - 0.5 * (counts - 1))[codes])


def kendall_tau(x: Array, y: Array) -> KendallTau:
    """Tau-b of two columns of finite numbers.

    Parameters
    ----------
    x, y : ndarray (n,)

    Returns
    -------
    KendallTau
        NaN where a column is constant or there are fewer than 2 rows.
    """
    n = len(x)
    _, a, t = np.unique(x, return_inverse=True, return_counts=True)
    _, b, u = np.unique(y, return_inverse=True, return_counts=True)
    if n < 2 or len(t) == 1 or len(u) == 1:
        return KendallTau(math.nan, math.nan, False)
    _, both = np.unique(a * len(u) + b, return_counts=True)
    total, x_ties, y_ties, joint = n * (n - 1) // 2, _pairs(t), _pairs(u), _pairs(both)
    discordant = _inversions(b[np.lexsort((b, a))])
    s = total - x_ties - y_ties + joint - 2 * discordant
    tau = s / math.sqrt(total - x_ties) / math.sqrt(total - y_ties)  # (1)
    tau = max(-1.0, min(1.0, tau))
    fewer = min(discordant, total - discordant)
    if x_ties == y_ties == 0 and (n <= _LARGEST_EXACT or fewer <= 1):
        return KendallTau(tau, _exact_p_value(n, fewer), True)
    p_value = normal_tail_probability(s / math.sqrt(_variance(n, t, u)))
    return KendallTau(tau, p_value, False)


def _pairs(counts: Array) -> int:
    return int((counts * (counts - 1) // 2).sum())


def _variance(n: int, t: Array, u: Array) -> float:
    """Variance of S by chance, given the ties."""
    t, u, m = t.astype(np.float64), u.astype(np.float64), float(n) * (n - 1)
    lost = (t * (t - 1) * (2 * t + 5)).sum() + (u * (u - 1) * (2 * u + 5)).sum()
    plain = (m * (2 * n + 5) - lost) / 18.0  # (2)
    pairs = (t * (t - 1)).sum() * (u * (u - 1)).sum() / (2.0 * m)
    threes = (t * (t - 1) * (t - 2)).sum() * (u * (u - 1) * (u - 2)).sum()
    return float(plain + pairs + (threes / (9.0 * m * (n - 2)) if threes else 0.0))  # (3)


def _exact_p_value(n: int, fewer: int) -> float:
    """Two-sided probability of at most ``fewer`` pairs on the rarer side."""
    if 4 * fewer == n * (n - 1):
        return 1.0
    if n > _LARGEST_EXACT:  # at most one pair: 1 or n permutations of n!
        return 2.0 * math.exp(math.log(n if fewer else 1) - math.lgamma(n + 1))
    chance = np.ones(1)
    for j in range(2, n + 1):
        chance = np.convolve(chance, np.full(j, 1.0 / j))  # (4)
    return min(1.0, 2.0 * float(chance[: fewer + 1].sum()))


def _inversions(values: Array) -> int:
    """Count the pairs i < j with values[i] > values[j], merging sorted halves level by level."""
    size = 1 << max(len(values) - 1, 0).bit_length()
    padded = np.full(size, len(values), dtype=np.int64)
    padded[: len(values)] = values
    count, width = 0, 1
    while width < size:
        blocks = padded.reshape(-1, 2 * width)
        order = np.argsort(blocks, axis=1, kind="stable")
        # the r-th of the right half, come to place p, has passed width - (p - r) of the left
        places = int((order >= width).sum(axis=0) @ np.arange(2 * width))
        count += len(blocks) * (width * width + width * (width - 1) // 2) - places
        padded = np.take_along_axis(blocks, order, axis=1).ravel()
        width *= 2
    return count
