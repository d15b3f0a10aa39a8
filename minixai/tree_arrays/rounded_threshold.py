r"""Thresholds of models that round their rows to float32, for rows that are not rounded.

Let r be rounding to float32, half to even, and s the largest float32 that passes the model's
test: ``s <= t``, or ``s < t`` where it is strict. Rounding never turns an order round, so

.. math::
    r(x) \le s \iff x \le \max \{z : r(z) = s\}                                          (1)

and that z is the middle between s and the next float32, or the float64 just below the middle if
the tie goes to the next one, whose significand is then even. The middle needs one bit more than
float32 has, so float64 holds it. Past the largest float32 the next is taken as 2^128: that is
where rounding takes the tie from.

Source: IEEE 754-2019, section 4.3.1, roundTiesToEven.
Cost: O(n_nodes).
"""

from __future__ import annotations

import numpy as np

from minixai.protocols import Array

__all__ = ["threshold_of_float32"]

_BEYOND = 2.0**128


def threshold_of_float32(threshold: Array, *, strict: bool = False) -> Array:
    """Return t' such that ``x <= t'`` is the model's test of float32(x), for every float64 x.

    Parameters
    ----------
    threshold : float array
        What the model compares the rounded value with.
    strict : bool
        Whether it asks ``<`` instead of ``<=``.

    Returns
    -------
    ndarray
        float64; infinite where all or none of the finite numbers pass.
    """
    given = np.asarray(threshold, dtype=np.float64)
    with np.errstate(over="ignore"):
        passing = given.astype(np.float32)
        fails = passing >= given if strict else passing > given
        passing = np.where(fails, np.nextafter(passing, np.float32(-np.inf)), passing)
        above = np.nextafter(passing, np.float32(np.inf))
    middle = (_bounded(passing) + _bounded(above)) / 2
    is_even = passing.view(np.uint32) % 2 == 0
    last = np.where(is_even, middle, np.nextafter(middle, -np.inf))  # (1)
    last = np.where(np.isposinf(passing), np.inf, last)
    return np.where(strict & np.isneginf(given), -np.inf, last)


def _bounded(single: Array) -> Array:
    return np.clip(single.astype(np.float64), -_BEYOND, _BEYOND)
