r"""Shapiro and Wilk's test: do values lie as a normal sample of their number would?

With the values sorted, and a the scores of n normal values, antisymmetric and of length 1:

.. math::
    m_i &= \Phi^{-1}\left(\frac{i - 3/8}{n + 1/4}\right)                                 (1) \\
    a_n &= m_n / \lVert m \rVert + C_1(n^{-1/2}), \quad
        a_{n-1} = m_{n-1} / \lVert m \rVert + C_2(n^{-1/2})                              (2) \\
    W &= \frac{(\sum_i a_i x_{(i)})^2}{\sum_i (x_i - \bar x)^2}                          (3) \\
    z &= (g(1 - W) - \mu_n) / \sigma_n                                                   (4)

Up to n = 5 only the outermost score is corrected; the others are in proportion to m. z is about
standard normal, large where W is small: g is :math:`\log(1 - W)` above n = 11 and
:math:`-\log(\gamma_n - \log(1 - W))` up to it, mu, sigma and gamma being polynomials of n or of
its logarithm. For n = 3 the distribution of W is known.

Source: Shapiro & Wilk (1965), Biometrika 52, for (3); Royston (1995), Remark AS R94, Applied
Statistics 44, for the rest, fitted there for n up to 5000.
Differs from the source: 1 - W is a sum of squares, not a difference; scores and p-values use
quantiles and tails to the last bits, where the source's are good to about 1e-9.
Cost: O(n log n).
"""

from __future__ import annotations

import math

import numpy as np

from minixai.protocols import Array
from minixai.statistics.normal_distribution import normal_quantile

__all__ = ["shapiro_wilk"]

# Polynomials, highest power first.
_OUTERMOST = (-2.706056, 4.434685, -2.07119, -0.147981, 0.221157, 0.0)
_SECOND = (-3.582633, 5.682633, -1.752461, -0.293762, 0.042981, 0.0)
_GAMMA = (0.459, -2.273)
_SMALL = ((-0.0006714, 0.025054, -0.39978, 0.544), (-0.0020322, 0.062767, -0.77857, 1.3822))
_LARGE = ((0.0038915, -0.083751, -0.31082, -1.5861), (0.0030302, -0.082676, -0.4803))


def shapiro_wilk(values: Array) -> tuple[float, float]:
    """Give W and its p-value; a small p speaks against a normal distribution.

    Parameters
    ----------
    values : ndarray (n,)
        Three or more finite numbers that are not all equal, in a unit in which their squares
        are floats.

    Returns
    -------
    w : float
        In (0, 1].
    p_value : float
        In [0, 1]; 0 where W is smaller than the approximation reaches (n up to 11).
    """
    n = len(values)
    a = _scores(n)
    ordered = np.sort(values)
    ordered = ordered - ordered[n // 2]
    ordered -= ordered.mean()
    ordered /= math.sqrt(ordered @ ordered)
    along = float(a @ ordered)
    w = min(along * along, 1.0)  # (3)
    missed = ordered - along * a
    return w, _p_value(w, float(missed @ missed), n)


def _scores(n: int) -> Array:
    if n == 3:
        return np.array([-math.sqrt(0.5), 0.0, math.sqrt(0.5)])
    m = normal_quantile((np.arange(1, n + 1) - 0.375) / (n + 0.25))  # (1)
    length, u = math.sqrt(m @ m), n**-0.5
    outer = [m[-1] / length + np.polyval(_OUTERMOST, u)]
    if n > 5:
        outer.append(m[-2] / length + np.polyval(_SECOND, u))  # (2)
    k = len(outer)
    inner = m[k:-k]
    left = 1.0 - 2.0 * sum(each * each for each in outer)
    inner = inner * math.sqrt(left / (inner @ inner))
    return np.concatenate([-np.array(outer), inner, outer[::-1]])


def _p_value(w: float, rest: float, n: int) -> float:
    if n == 3:
        return max(0.0, 6.0 / math.pi * (math.asin(math.sqrt(w)) - math.asin(math.sqrt(0.75))))
    if rest <= 0.0:
        return 1.0
    y = math.log(rest)
    if n <= 11:
        gamma = np.polyval(_GAMMA, n)
        if y >= gamma:
            return 0.0
        y = -math.log(gamma - y)
    centre, spread = (np.polyval(c, n if n <= 11 else math.log(n)) for c in _polynomials(n))
    z = (y - centre) / math.exp(spread)  # (4)
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def _polynomials(n: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return _SMALL if n <= 11 else _LARGE
