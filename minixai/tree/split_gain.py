r"""What a split gains: how much purer two children are than their node.

With the weights W of the rows and the sums S_k of weight times target k (for classes the weight
of class k), L and R the children, squared error and Gini gain

.. math::
    G = \frac{W}{W_L W_R} \sum_k \left(S_{Lk} - W_L \frac{S_k}{W}\right)^2               (1)

which is the node's sum of squares less those of its children, without subtracting large numbers
that nearly agree. Two classes have one target, the share of the second, whose Gini impurity is
twice its variance. Entropy gains, in bits,

.. math::
    G = h_L + h_R - h, \quad h = \sum_k S_k \log_2 (S_k / W)                             (2)

Equal gains go to the first candidate: a later one has to be better by more than rounding.

Source: Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees, chapters
4 (Gini) and 8 (squared error); Quinlan (1986), Induction of decision trees, for entropy.
Cost: O(n_outputs) a candidate.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from minixai._numba import kernel
from minixai.protocols import Array

__all__ = ["Limits", "bar_above", "fits", "measure_gain", "noise_of"]

GAIN, BAR, FEATURE, CUT, MISSING_LEFT, LEFT_WEIGHT = 0, 1, 2, 3, 4, 5
"""Places in the array of the best split found so far."""


class Limits(NamedTuple):
    """What a split has to fulfil, and how a tree stops."""

    max_depth: int
    min_split: int
    """Fewest rows of a node to be split."""
    min_leaf: int
    """Fewest rows of a child."""
    min_weight: float
    """Least weight of a child."""
    min_gain: float
    """Least gain, by (1) or (2)."""
    max_leaves: int
    """Best first up to so many leaves; 0 grows depth first without end."""
    n_drawn: int
    """Features looked at in a node, drawn anew for each."""
    entropy: bool


@kernel
def measure_gain(left: Array, totals: Array, n_outputs: int, entropy: bool) -> float:
    """Return the gain; both arrays hold the weight, then the sums of the outputs."""
    w, w_left = totals[0], left[0]
    w_right = w - w_left
    found = 0.0
    if entropy:
        for k in range(1, n_outputs + 1):
            right = totals[k] - left[k]
            found += _bits(left[k], w_left) + _bits(right, w_right) - _bits(totals[k], w)
        if n_outputs == 1:  # the other class has no sum of its own
            lost, right = w_left - left[1], (w - totals[1]) - (w_left - left[1])
            found += _bits(lost, w_left) + _bits(right, w_right) - _bits(w - totals[1], w)
        return found
    for k in range(1, n_outputs + 1):
        apart = left[k] - w_left * (totals[k] / w)
        found += apart * apart
    return float(found * w / (w_left * w_right))  # (1)


@kernel
def _bits(part: float, whole: float) -> float:
    return part * math.log2(part / whole) if part > 0.0 and whole > 0.0 else 0.0  # (2)


@kernel
def noise_of(absolute: float, weight: float, entropy: bool) -> float:
    """Return the size of gains that are rounding, from a node's sum of weight times abs(target)."""
    if entropy:
        return 1e-14 * weight
    return 4e-28 * absolute * absolute / weight


@kernel
def bar_above(gain: float, noise: float) -> float:
    """Return what a later candidate must exceed to be better than ``gain``."""
    return gain * (1.0 + 1e-10) + noise


@kernel
def fits(w_left: float, w_right: float, n_left: int, n_right: int, limits: Limits) -> bool:
    """Say whether both children are large enough."""
    return (
        w_left > 0.0
        and w_right > 0.0
        and w_left >= limits.min_weight
        and w_right >= limits.min_weight
        and n_left >= limits.min_leaf
        and n_right >= limits.min_leaf
    )
