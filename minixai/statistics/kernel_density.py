r"""The density of a column, estimated with Gaussian kernels.

.. math::
    \hat f(x) = \frac1{n h} \sum_i \varphi\!\left(\frac{x - x_i}{h}\right)               (1) \\
    h = s\, n^{-1/5}                                                                     (2)

with the standard normal density :math:`\varphi` and the standard deviation s (n - 1 below).

Source: Scott (1992), Multivariate Density Estimation; the width as SciPy
rounds it: a factor of 1 in place of 1.06.
Cost: n_samples * n_points exponentials, in blocks of a few megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.protocols import Array
from minixai.statistics.class_groups import ByClass, part_by_class

__all__ = ["Density", "density"]

_BLOCK = 1 << 18
_REACH = 3.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Density(ByClass):
    """The estimated density of a column, one curve a class.

    Parameters
    ----------
    points : ndarray (n_classes, n_points)
        Where the density is given, rising, in the column's unit.
    values : ndarray (n_classes, n_points)
        The density there, per unit of the column; NaN for a class without spread.
    bandwidth : ndarray (n_classes,)
        h in the column's unit; 0 for a class without spread.
    medians : ndarray (n_classes,)
    counts : ndarray of int (n_classes,)
        Number of values.
    """

    points: Array
    values: Array
    bandwidth: Array
    medians: Array
    counts: Array


def density(
    values: Any,
    by: Any = None,
    *,
    points: Any = None,
    n_points: int = 256,
    bandwidth: float | None = None,
) -> Density:
    """Estimate the density of a numeric column, of each class apart where classes are given.

    Parameters
    ----------
    values : array-like (n_samples,), data frame's column or numeric Column
        Numbers; missing ones are left out and counted.
    by : array-like (n_samples,), data frame's column or Column, optional
        The class of each row.
    points : array-like (n_points,), optional
        Where to give the density, rising; None: half of them at equal steps from 3 h below the
        smallest to 3 h above the largest value of the class, half at its quantiles.
    n_points : int
        Their number where ``points`` is None, at least 4.
    bandwidth : float, optional
        h in the column's unit, above 0; None is Scott's rule, of each class its own.

    Returns
    -------
    Density

    Raises
    ------
    DataError
        No value, infinity, different lengths, or no class with two different values.
    DataTypeError
        Text.
    ParameterError
        An argument out of its range.

    Examples
    --------
    >>> density([1.0, 2.0, 3.0], points=[2.0]).values.round(4)
    array([[0.3182]])
    """
    check_number("n_points", n_points, low=4, integer=True)
    if bandwidth is not None:
        check_number("bandwidth", bandwidth, low=0, open_low=True)
    groups = part_by_class(values, by)
    widths = np.array([_scott(each) if bandwidth is None else bandwidth for each in groups.values])
    if not widths.any():
        raise DataError(
            f"Column {groups.name!r} has no spread within a class, so no density: draw its "
            "histogram, or give a `bandwidth`."
        )
    pairs = list(zip(groups.values, widths.tolist(), strict=True))
    grid = np.array([_grid(each, h, n_points) if points is None else points for each, h in pairs])
    grid = grid.astype(np.float64)
    if grid.ndim != 2 or not grid.shape[1] or (np.diff(grid) < 0).any():
        raise DataError(f"`points` must be a rising vector, got shape {grid.shape[1:]}.")
    curves = [_curve(each, h, x) for (each, h), x in zip(pairs, grid, strict=True)]
    return Density(
        **groups.shared(),
        points=grid,
        values=np.array(curves),
        bandwidth=widths,
        medians=np.array([np.median(each) for each in groups.values]),
        counts=groups.counts,
    )


def _scott(values: Array) -> float:
    if values[0] == values[-1]:
        return 0.0
    size = max(abs(values[0]), abs(values[-1]))  # squares of 1e200 would overflow
    spread = np.std(values / size, ddof=1) * size
    return float(spread * len(values) ** -0.2)  # (2)


def _grid(values: Array, h: float, n_points: int) -> Array:
    low, high = values[0] - _REACH * h, values[-1] + _REACH * h
    n_even = n_points - n_points // 2
    quantiles = np.quantile(values, np.linspace(0.0, 1.0, n_points // 2))
    return np.sort(np.concatenate([np.linspace(low, high, n_even), quantiles]))


def _curve(values: Array, h: float, points: Array) -> Array:
    if h == 0.0:
        return np.full(len(points), np.nan)
    total = np.zeros(len(points))
    step = max(1, _BLOCK // len(points))
    with np.errstate(under="ignore"):
        for start in range(0, len(values), step):
            z = (points[:, None] - values[start : start + step]) / h
            total += np.exp(-0.5 * z * z).sum(axis=1)
        return np.asarray(total / (len(values) * h * np.sqrt(2.0 * np.pi)))  # (1)
