r"""The standard normal distribution: its quantiles and its probabilities, without SciPy.

.. math::
    \Phi(z) &= \tfrac12 \,\mathrm{erfc}(-z / \sqrt 2)                                 (1) \\
    \Phi^{-1}(p) &= q\, R(0.180625 - q^2), \quad q = p - 1/2, \; |q| \le 0.425        (2) \\
    |\Phi^{-1}(p)| &= R(r), \quad r = \sqrt{-\log \min(p, 1 - p)} \text{ else}        (3)

with R a quotient of polynomials of degree 7, another one beyond r = 5; relative error 1e-16.

Source: Wichura (1988), Algorithm AS 241, Applied Statistics 37(3), PPND16, for (2) and (3).
Cost: some twenty operations a value.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array

__all__ = ["normal_probability", "normal_quantile"]

_ROOT_HALF = math.sqrt(0.5)
_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_MIDDLE = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
     1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
     1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
     0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187,
     1.0),
)  # fmt: skip
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
     0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
     6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
     7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
     0.59983220655588793769, 1.0),
)  # fmt: skip


def normal_quantile(probability: Any) -> Array:
    """Return the values that a standard normal variable stays below with these probabilities.

    Parameters
    ----------
    probability : array-like
        In [0, 1]; 0 and 1 give minus and plus infinity, NaN and anything else NaN.
    """
    p = np.asarray(probability, dtype=np.float64)
    q = p - 0.5
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.sqrt(-np.log(np.minimum(p, 1.0 - p)))
        outer = np.where(r <= 5.0, _quotient(_MIDDLE, r - 1.6), _quotient(_TAIL, r - 5.0))
        outer = np.copysign(np.where(np.isinf(r), np.inf, outer), q)  # (3)
    centre = q * _quotient(_CENTRE, 0.180625 - q * q)  # (2)
    return np.where(np.abs(q) <= 0.425, centre, outer)


def normal_probability(z: Any) -> Array:
    """Return the probabilities that a standard normal variable stays below ``z``; NaN stays."""
    values = np.ascontiguousarray(z, dtype=np.float64)
    found = np.empty(values.size)
    _probabilities(values.ravel(), found)
    return found.reshape(values.shape)


def _quotient(polynomials: tuple[tuple[float, ...], ...], x: Array) -> Array:
    """Return one polynomial over the other by Horner's rule, highest coefficient first."""
    above, below = (np.polyval(np.array(each), x) for each in polynomials)
    return np.asarray(above / below)


@kernel
def _probabilities(z: Array, found: Array) -> None:
    for i in range(len(z)):
        found[i] = 0.5 * math.erfc(-z[i] * _ROOT_HALF)  # (1)
