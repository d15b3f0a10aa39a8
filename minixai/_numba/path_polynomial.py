r"""Polynomials along the paths of a tree, at given points and for many rows: steps for kernels.

A node splits what reaches it into two shares that sum to 1. With o = 1 for rows that go left and
a = 1 for those that the node's feature has let pass so far (0 else), at point i, for row r,

.. math::
    s_r &= o_r - \mathrm{share} \, a_r                                                (1) \\
    w_{ir} &= \mathrm{share} + \beta_i s_r                                            (2)

w goes to the left child and 1 - w to the right one. Products of shares are carried down, sums of
leaf values x (left) and y (right) up:

.. math::
    \mathrm{down}_{ir} &= p_{ir} w_{ir}                                               (3) \\
    \mathrm{up}_{ir} &= y_{ir} + w_{ir} (x_{ir} - y_{ir})                             (4) \\
    e_{ir} &= \gamma_i p_{ir} (x_{ir} - y_{ir})                                       (5)

The steps add :math:`s_r \sum_i e_{ir}`, or :math:`s_r \sum_i c_i e_{ir}` with numbers c chosen by
row. Rows lie in groups of ``LANES``, the points of a group one after the other: arrays are
(n_groups, n_points, LANES), those without points (n_groups, LANES); each step takes the first
``n_groups`` and ``n_points``. Every row is worked out alone, whatever lies in the other lanes.

Cost: 2 multiply-adds a row and point in (3), 5 in (4) and (5); memory is read once, in order.
Numba's own loops take twice as long: they test for overlapping arrays at each entry and send
the running sums through memory.
"""

import functools
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from minixai._numba.emission import at, loop, spread

__all__ = [
    "LANES",
    "Vectors",
    "add_pair",
    "define",
    "descend",
    "flip",
    "fold",
    "gain",
    "merge",
    "split",
]

LANES = 8
"""Rows that lie side by side."""


def split(
    x: Any, a: Any, threshold: float, share: float, nan_left: bool, o: Any, s: Any, n_groups: int
) -> None:
    """Write o, for values x that go left up to the threshold, and (1)."""
    g = slice(n_groups)
    passes = (x[g] <= threshold) | (nan_left & np.isnan(x[g]))
    o[g] = np.where(passes, a[g], 0.0)
    s[g] = o[g] - share * a[g]


def flip(a: Any, o: Any, n_groups: int) -> None:
    """Write a - o to o: the rows of the other child."""
    o[:n_groups] = a[:n_groups] - o[:n_groups]


def descend(
    p: Any, s: Any, share: float, beta: Any, down: Any, n_groups: int, n_points: int
) -> None:
    """Write (3)."""
    g, i = slice(n_groups), slice(n_points)
    down[g, i] = p[g, i] * (share + beta[i, None] * s[g, None])


def merge(
    x: Any, y: Any, p: Any, s: Any, share: float, beta: Any, gamma: Any, up: Any, total: Any,
    n_groups: int, n_points: int,
) -> None:  # fmt: skip
    """Write (4) and add s times the sum of (5) to ``total``; x and y are arrays or leaf values."""
    g, i = slice(n_groups), slice(n_points)
    x, y = (each if np.ndim(each) == 0 else each[g, i] for each in (x, y))
    up[g, i] = y + (share + beta[i, None] * s[g, None]) * (x - y)
    total[g] += s[g] * (gamma[i, None] * p[g, i] * (x - y)).sum(axis=1)


def gain(x: Any, y: Any, p: Any, gamma: Any, e: Any, n_groups: int, n_points: int) -> None:
    """Write (5)."""
    g, i = slice(n_groups), slice(n_points)
    e[g, i] = gamma[i, None] * p[g, i] * (x[g, i] - y[g, i])


def fold(e: Any, c: Any, out: Any, n_groups: int, n_points: int) -> None:
    """Write the sum of c e over the points to ``out``."""
    g, i = slice(n_groups), slice(n_points)
    out[g] = (c[i, None] * e[g, i]).sum(axis=1)


def add_pair(
    e: Any, c: Any, o: Any, rest: Any, s: Any, total: Any, n_groups: int, n_points: int
) -> None:
    """Add to ``total`` s times the sum of c e where o is not 0, and s times ``rest`` elsewhere."""
    g, i = slice(n_groups), slice(n_points)
    total[g] += s[g] * np.where(o[g] != 0.0, (c[i, None] * e[g, i]).sum(axis=1), rest[g])


@functools.cache
def install() -> None:
    """Tell numba what the steps mean; called once, before the first kernel is compiled."""
    writers = {
        split: _split, flip: _flip, descend: _descend, merge: _merge, gain: _gain, fold: _fold,
        add_pair: _add_pair,
    }  # fmt: skip
    for step, write in writers.items():
        define(step, write)


def define(step: Any, write: Any, lanes: int = LANES) -> None:
    """Let kernels that call ``step`` run what ``write(vectors, *arguments)`` writes.

    Arrays are passed as places, other numbers as they are.
    """
    from numba import types
    from numba.core.extending import lower_builtin, type_callable

    def typer(context: Any) -> Any:
        def call(*arguments: Any) -> Any:
            return types.void

        call.__signature__ = inspect.signature(step)  # type: ignore[attr-defined]
        return call

    def lower(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        word = context.get_value_type(types.int64)
        arguments, width = [], word(0)
        for kind, value in zip(signature.args, values, strict=True):
            if isinstance(kind, types.Array):
                array = context.make_array(kind)(context, builder, value)
                arguments.append(builder.ptrtoint(array.data, word))
                if kind.ndim == 3:
                    width = builder.extract_value(array.shape, 1)
            else:
                target = types.float64 if isinstance(kind, types.Float) else types.int64
                arguments.append(context.cast(builder, value, kind, target))
        write(Vectors(builder, width, lanes), *arguments)
        return context.get_dummy_value()

    type_callable(step)(typer)
    lower_builtin(step, types.VarArg(types.Any))(lower)


class Vectors:
    """Writers of the vector code that the steps share; ``width`` is the points of a whole group."""

    def __init__(self, builder: Any, width: Any, lanes: int) -> None:
        from llvmlite import ir

        self.b, self.width, self.n_bytes = builder, width, 8 * lanes
        self.vector = ir.VectorType(ir.DoubleType(), lanes)
        self.zero = self.vector([0.0] * lanes)

    @contextmanager
    def groups(self, n_groups: Any) -> Iterator[tuple[Any, Any]]:
        """Each group: its place in arrays without points and in arrays with them."""
        line = self.width.type(self.n_bytes)
        pitch = self.b.mul(self.width, line)
        with loop(self.b, n_groups) as c:
            yield self.b.mul(c, line), self.b.mul(c, pitch)

    @contextmanager
    def points(self, group: Any, n_points: Any) -> Iterator[tuple[Any, Any]]:
        """Each point of a group: the place of its number and that of its rows."""
        with loop(self.b, n_points) as i:
            yield self.b.mul(i, i.type(8)), self.b.add(group, self.b.mul(i, i.type(self.n_bytes)))

    def load(self, *places: Any) -> Any:
        """The rows at a place."""
        return self.b.load(at(self.b, self.vector, *places), align=8)

    def store(self, rows: Any, *places: Any) -> None:
        """Write rows to a place."""
        self.b.store(rows, at(self.b, self.vector, *places), align=8)

    def number(self, *places: Any) -> Any:
        """The number at a place, for every row."""
        return self.spread(self.b.load(at(self.b, self.vector.element, *places)))

    def spread(self, number: Any) -> Any:
        """A number for every row."""
        from llvmlite import ir

        return spread(self.b, number, ir.VectorType(number.type, self.vector.count))

    def reader(self, side: Any) -> Any:
        """What gives a child's rows at a place: read there, or a leaf's value everywhere."""
        if side.type == self.vector.element:
            value = self.spread(side)
            return lambda cell: value
        return lambda cell: self.load(side, cell)

    def multiply_add(self, x: Any, y: Any, z: Any) -> Any:
        """X y + z."""
        from llvmlite import ir
        from numba.core import cgutils

        kind = ir.FunctionType(self.vector, [self.vector] * 3)
        name = f"llvm.fmuladd.v{self.vector.count}f64"
        return self.b.call(cgutils.get_or_insert_function(self.b.module, kind, name), [x, y, z])

    def sum_of(self, terms: Any, group: Any, n_points: Any) -> Any:
        """The sum over the points of x y for the pairs (x, y) that ``terms(place, cell)`` gives."""
        from numba.core import cgutils

        running = cgutils.alloca_once(self.b, self.vector)
        self.b.store(self.zero, running)
        with self.points(group, n_points) as (place, cell):
            x, y = terms(place, cell)
            self.b.store(self.multiply_add(x, y, self.b.load(running)), running)
        return self.b.load(running)


def _split(
    v: Vectors, x: Any, a: Any, threshold: Any, share: Any, nan_left: Any, o: Any, s: Any,
    n_groups: Any,
) -> None:  # fmt: skip
    b, bar, minus = v.b, v.spread(threshold), v.spread(v.b.fneg(share))
    nan_passes = v.spread(b.icmp_signed("!=", nan_left, nan_left.type(0)))
    with v.groups(n_groups) as (row, _):
        value, above = v.load(x, row), v.load(a, row)
        gap = b.and_(b.fcmp_unordered("uno", value, value), nan_passes)
        left = b.select(b.or_(b.fcmp_ordered("<=", value, bar), gap), above, v.zero)
        v.store(left, o, row)
        v.store(v.multiply_add(minus, above, left), s, row)  # (1)


def _flip(v: Vectors, a: Any, o: Any, n_groups: Any) -> None:
    with v.groups(n_groups) as (row, _):
        v.store(v.b.fsub(v.load(a, row), v.load(o, row)), o, row)


def _descend(
    v: Vectors, p: Any, s: Any, share: Any, beta: Any, down: Any, n_groups: Any, n_points: Any
) -> None:
    base = v.spread(share)
    with v.groups(n_groups) as (row, group):
        apart = v.load(s, row)
        with v.points(group, n_points) as (place, cell):
            weight = v.multiply_add(v.number(beta, place), apart, base)  # (2)
            v.store(v.b.fmul(v.load(p, cell), weight), down, cell)  # (3)


def _merge(
    v: Vectors, x: Any, y: Any, p: Any, s: Any, share: Any, beta: Any, gamma: Any, up: Any,
    total: Any, n_groups: Any, n_points: Any,
) -> None:  # fmt: skip
    b, base, left, right = v.b, v.spread(share), v.reader(x), v.reader(y)
    with v.groups(n_groups) as (row, group):
        apart = v.load(s, row)

        def terms(place: Any, cell: Any) -> tuple[Any, Any]:
            low = right(cell)
            gap = b.fsub(left(cell), low)
            weight = v.multiply_add(v.number(beta, place), apart, base)
            v.store(v.multiply_add(weight, gap, low), up, cell)  # (4)
            return b.fmul(v.number(gamma, place), v.load(p, cell)), gap

        gained = v.sum_of(terms, group, n_points)
        v.store(v.multiply_add(apart, gained, v.load(total, row)), total, row)


def _gain(
    v: Vectors, x: Any, y: Any, p: Any, gamma: Any, e: Any, n_groups: Any, n_points: Any
) -> None:
    with v.groups(n_groups) as (_, group), v.points(group, n_points) as (place, cell):
        gap = v.b.fsub(v.load(x, cell), v.load(y, cell))
        share = v.b.fmul(v.number(gamma, place), v.load(p, cell))
        v.store(v.b.fmul(share, gap), e, cell)  # (5)


def _fold(v: Vectors, e: Any, c: Any, out: Any, n_groups: Any, n_points: Any) -> None:
    with v.groups(n_groups) as (row, group):
        v.store(v.sum_of(_numbers_times(v, c, e), group, n_points), out, row)


def _add_pair(
    v: Vectors, e: Any, c: Any, o: Any, rest: Any, s: Any, total: Any, n_groups: Any,
    n_points: Any,
) -> None:  # fmt: skip
    with v.groups(n_groups) as (row, group):
        inside = v.sum_of(_numbers_times(v, c, e), group, n_points)
        is_in = v.b.fcmp_ordered("!=", v.load(o, row), v.zero)
        gained = v.b.select(is_in, inside, v.load(rest, row))
        v.store(v.multiply_add(v.load(s, row), gained, v.load(total, row)), total, row)


def _numbers_times(v: Vectors, c: Any, e: Any) -> Any:
    return lambda place, cell: (v.number(c, place), v.load(e, cell))
