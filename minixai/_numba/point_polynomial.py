r"""Polynomials along the paths of a tree for one row: its points lie side by side.

The formulas are those of `path_polynomial`, with s one number and the points in vectors of
``POINTS``: arrays are (n_vectors, POINTS). Points past the last have t = 1 and weight 0, and change
nothing. With z the share of a node's player so far, at points t of weights v,

.. math::
    w &= \mathrm{share} + s \, t / f, \quad f = t + (1 - t) z                         (1) \\
    g &= s \, v z p / f^2                                                             (2)

are kept on the way down, where p w goes left and p - p w right; on the way up a node sends on

.. math::
    y + w (x - y)                                                                     (3)

and gains g (x - y) at each point.

Cost: as many vector operations as one point takes for a group of rows; a division where z < 1.
"""

import functools
from typing import Any

from minixai._numba.path_polynomial import Vectors, define

__all__ = ["POINTS", "join", "part"]

POINTS = 4
"""Points that lie side by side: those of up to seven players."""


def part(
    p: Any, t: Any, v: Any, z: float, share: float, s: float, w: Any, g: Any, left: Any, right: Any,
    n_vectors: int,
) -> None:  # fmt: skip
    """Write (1), (2) and the products for the two children; callable inside kernels."""
    n = slice(n_vectors)
    inverse = 1.0 / (t[n] + (1.0 - t[n]) * z)
    w[n] = share + s * t[n] * inverse
    g[n] = s * v[n] * z * p[n] * inverse * inverse
    left[n] = p[n] * w[n]
    right[n] = p[n] - left[n]


def join(x: Any, y: Any, w: Any, g: Any, up: Any, total: Any, n_vectors: int) -> None:
    """Write (3) and add the gains to ``total`` (POINTS,); callable inside kernels."""
    n = slice(n_vectors)
    gap = x[n] - y[n]
    up[n] = y[n] + w[n] * gap
    total[:] += (g[n] * gap).sum(axis=0)


@functools.cache
def install() -> None:
    """Tell numba what the steps mean; called once, before the first kernel is compiled."""
    define(part, _part, POINTS)
    define(join, _join, POINTS)


def _part(
    a: Vectors, p: Any, t: Any, v: Any, z: Any, share: Any, s: Any, w: Any, g: Any, left: Any,
    right: Any, n_vectors: Any,
) -> None:  # fmt: skip
    b, one = a.b, a.spread(a.vector.element(1.0))
    seen, base, apart = a.spread(z), a.spread(share), a.spread(s)
    first = b.fcmp_ordered("==", z, z.type(1.0))

    def write(again: bool) -> None:
        with a.groups(n_vectors) as (row, _):
            above, point = a.load(p, row), a.load(t, row)
            step, gained = point, b.fmul(a.load(v, row), apart)
            if again:
                f = a.multiply_add(b.fsub(one, point), seen, point)
                inverse = b.fdiv(one, f)
                step = b.fmul(point, inverse)
                gained = b.fmul(b.fmul(gained, seen), b.fmul(inverse, inverse))
            weight = a.multiply_add(step, apart, base)  # (1)
            lower = b.fmul(above, weight)
            a.store(weight, w, row)
            a.store(b.fmul(gained, above), g, row)  # (2)
            a.store(lower, left, row)
            a.store(b.fsub(above, lower), right, row)

    with b.if_else(first) as (plain, divided):
        with plain:
            write(again=False)
        with divided:
            write(again=True)


def _join(a: Vectors, x: Any, y: Any, w: Any, g: Any, up: Any, total: Any, n_vectors: Any) -> None:
    b = a.b
    with a.groups(n_vectors) as (row, _):
        low = a.load(y, row)
        gap = b.fsub(a.load(x, row), low)
        a.store(a.multiply_add(a.load(w, row), gap, low), up, row)  # (3)
        a.store(a.multiply_add(a.load(g, row), gap, a.load(total)), total)
