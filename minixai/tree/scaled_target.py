r"""A numeric target made fit for sums of squares.

.. math::
    t = 2^{-e} y                                                                         (1)
    \qquad
    t - c, \quad c = g\, \mathrm{round}(\bar t / g)                                      (2)

with 2^e above every abs(y), so that no square leaves the range of floats, and c near the mean on
a grid g, the power of two next below the spread, so that a large mean costs no digits. Both are
exact for targets of few digits, such as whole numbers: equal sums stay equal.

Cost: O(n_samples).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minixai.protocols import Array

__all__ = ["ScaledTarget", "moderate_weights", "scale_target", "weighted_pairs"]


class ScaledTarget(NamedTuple):
    """A target on a scale of its own."""

    values: Array
    """float64 (n_samples,), in [-1, 1]."""
    centred: Array
    """float64 (n_samples,): about the mean."""
    exponent: int
    """``ldexp(values, exponent)`` is the target."""

    @property
    def gain_unit(self) -> float:
        """What a gain of 1 is in squares of the target's unit; infinite beyond floats."""
        with np.errstate(over="ignore", under="ignore"):
            return float(np.ldexp(1.0, 2 * self.exponent))


def scale_target(y: Array, weights: Array) -> ScaledTarget:
    """Scale and centre a target.

    Parameters
    ----------
    y : array (n_samples,)
    weights : array (n_samples,)
        Rows of weight 0 have no say.
    """
    has_say = weights > 0
    exponent = int(np.frexp(np.abs(y[has_say]).max())[1])
    values = np.where(has_say, np.ldexp(np.where(has_say, y, 0.0), -exponent), 0.0)  # (1)
    mean = np.average(values, weights=weights)
    spread = np.sqrt(np.average((values - mean) ** 2, weights=weights))
    grid = np.ldexp(0.5, np.frexp(spread)[1]) if spread > 0 else 1.0
    centre = grid * np.rint(mean / grid)  # (2)
    return ScaledTarget(values, values - centre, exponent)


def weighted_pairs(values: Array, weights: Array) -> Array:
    """Return weight and weight times value side by side, as kernels read them."""
    pairs = np.empty((len(values), 2))
    pairs[:, 0] = weights
    np.multiply(weights, values, out=pairs[:, 1])
    return pairs


def moderate_weights(weights: Array) -> Array:
    """Return weights whose sums and products are floats: extreme ones by a power of two."""
    largest = float(weights.max())
    if 1e-100 < largest < 1e100:
        return weights
    return np.ldexp(weights, -int(np.frexp(largest)[1]))
