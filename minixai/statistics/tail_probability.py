r"""Tails of the normal, t, F and chi-square distributions, for p-values and intervals.

.. math::
    P(|T| \ge |t|) &= I_{\nu / (\nu + t^2)}(\nu / 2, 1 / 2)                              (1) \\
    P(F \ge f) &= I_{b / (b + a f)}(b / 2, a / 2)                                        (2) \\
    P(\chi^2_\nu \ge x) &= Q(\nu / 2, x / 2)                                            (3) \\
    P(|Z| \ge |z|) &= \mathrm{erfc}(|z| / \sqrt 2)                                       (4)

with the regularised incomplete beta function I and upper gamma function Q.

Source: Abramowitz & Stegun (1964), Handbook of Mathematical Functions, chapter 26; its 26.5.27 is
(1).
All but the normal distribution needs SciPy (the ``stats`` extra), loaded at the first call.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minixai.errors import require
from minixai.protocols import Array

__all__ = [
    "chi_square_tail_probability",
    "f_tail_probability",
    "normal_tail_probability",
    "t_quantile",
    "t_tail_probability",
]


def t_tail_probability(t: Any, df: float) -> Array:
    """Two-sided p-value of t statistics.

    Parameters
    ----------
    t : array-like
        Statistics; infinity gives 0.
    df : float
        Degrees of freedom, above 0.

    Returns
    -------
    ndarray
        In [0, 1], of the shape of ``t``.

    Raises
    ------
    MissingDependencyError
        SciPy is not installed.
    """
    special = require("scipy.special", "stats")
    with np.errstate(over="ignore"):
        square = np.square(np.asarray(t, dtype=np.float64))
        return np.asarray(special.betainc(0.5 * df, 0.5, df / (df + square)))  # (1)


def f_tail_probability(f: float, df_between: float, df_within: float) -> float:
    """p-value of an F statistic.

    Parameters
    ----------
    f : float
        Statistic, 0 or above; infinity gives 0.
    df_between, df_within : float
        Degrees of freedom of its numerator and of its denominator, above 0.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    MissingDependencyError
        SciPy is not installed.
    """
    special = require("scipy.special", "stats")
    left = df_within / (df_within + df_between * f)
    return float(special.betainc(0.5 * df_within, 0.5 * df_between, left))  # (2)


def t_quantile(level: float, df: float) -> float:
    """Half width of a two-sided interval, in standard errors.

    Parameters
    ----------
    level : float
        Coverage, in (0, 1).
    df : float
        Degrees of freedom, above 0.

    Returns
    -------
    float
        q with P(|T| <= q) = level.

    Raises
    ------
    MissingDependencyError
        SciPy is not installed.
    """
    special = require("scipy.special", "stats")
    return float(special.stdtrit(df, 0.5 + 0.5 * level))


def chi_square_tail_probability(x: float, df: float) -> float:
    """p-value of a chi-square statistic.

    Parameters
    ----------
    x : float
        Statistic, 0 or above; infinity gives 0.
    df : float
        Degrees of freedom, above 0.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    MissingDependencyError
        SciPy is not installed.
    """
    special = require("scipy.special", "stats")
    return float(special.gammaincc(0.5 * df, 0.5 * x))  # (3)


def normal_tail_probability(z: float) -> float:
    """Two-sided p-value of a standard normal statistic."""
    return math.erfc(abs(z) / math.sqrt(2.0))  # (4)
