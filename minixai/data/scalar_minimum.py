r"""The minimum of a function of one variable in an interval, without derivatives.

A parabola through the three lowest points proposes the next one; where its step is not less
than half the step before the last, or leaves the interval, the larger part is cut in golden
section,

.. math::
    u = x + \tfrac12 (3 - \sqrt 5)(e - x), \quad e \text{ the far end}                (1)

Source: Brent (1973), Algorithms for Minimization without Derivatives, chapter 5, ``localmin``.
Cost: some 20 to 40 evaluations for half of all digits; more cannot be had from values alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["minimum_in_interval"]

_GOLDEN = 0.5 * (3.0 - math.sqrt(5.0))
_HALF_OF_DIGITS = 2.0**-26


def minimum_in_interval(
    function: Callable[[float], float],
    low: float,
    high: float,
    tolerance: float = 1.48e-8,
    n_evaluations: int = 500,
) -> float:
    """Return where ``function`` is smallest in [low, high], if it has one dip there.

    Parameters
    ----------
    function : callable
        May give infinity where it is not defined.
    low, high : float
    tolerance : float
        Absolute error allowed, besides half of the digits of the place.
    n_evaluations : int
        At most so many, at least 1.
    """
    a, b = low, high
    x = w = v = a + _GOLDEN * (b - a)  # the lowest point so far, the second, the one before it
    fx = fw = fv = function(x)
    step = previous = 0.0
    for _ in range(n_evaluations - 1):
        middle = 0.5 * (a + b)
        least = _HALF_OF_DIGITS * abs(x) + tolerance / 3.0
        if abs(x - middle) <= 2.0 * least - 0.5 * (b - a):
            break
        vertex = _parabola_step(x, w, v, fx, fw, fv) if abs(previous) > least else math.inf
        if abs(vertex) < 0.5 * abs(previous) and a < x + vertex < b:
            previous, step = step, vertex
            if x + step - a < 2.0 * least or b - x - step < 2.0 * least:
                step = math.copysign(least, middle - x)
        else:
            previous = (a if x >= middle else b) - x
            step = _GOLDEN * previous  # (1)
        u = x + (step if abs(step) >= least else math.copysign(least, step))
        fu = function(u)
        if fu <= fx:
            a, b = (x, b) if u >= x else (a, x)
            v, w, x, fv, fw, fx = w, x, u, fw, fx, fu
            continue
        a, b = (u, b) if u < x else (a, u)
        if fu <= fw or w == x:
            v, w, fv, fw = w, u, fw, fu
        elif fu <= fv or v in (x, w):
            v, fv = u, fu
    return x


def _parabola_step(x: float, w: float, v: float, fx: float, fw: float, fv: float) -> float:
    """Return how far from x the vertex of the parabola through three points lies."""
    r = (x - w) * (fx - fv)
    q = (x - v) * (fx - fw)
    below = 2.0 * (q - r)
    above = (x - v) * q - (x - w) * r
    if below == 0.0 or not math.isfinite(above) or not math.isfinite(below):
        return math.inf
    return -above / below
