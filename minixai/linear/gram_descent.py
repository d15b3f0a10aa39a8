r"""Coordinate descent with exact steps on the support, for columns whose products are at hand.

With G = Z'Z of the columns at work, c = Z'(t - Z v) and the penalties a, b of
``penalised_design.py``, one sweep visits every column:

.. math::
    v_j \leftarrow \operatorname{sign}(c_j + v_j)
        \frac{\max(|c_j + v_j| - a_j, 0)}{1 + b_j}                                       (1)

and c moves along with one row of G. When a sweep changes few signs, the quadratic of the present
signs is solved on the support S:

.. math::
    (G_{SS} + \operatorname{diag} b_S)\, d = c_S - b_S v_S - a_S \operatorname{sign} v_S   (2)

and v goes along d to its least value on that line; a coefficient that meets 0 on the way stays
there. Both kinds of step lower the objective, and once the support is right (2) ends the search,
where sweeps alone would creep. The Cholesky factor of (2) is kept from step to step: a column
that enters costs one triangular solve, one that leaves a row of rotations.

Source: Friedman, Hastie & Tibshirani (2010), Regularization Paths for Generalized Linear Models
via Coordinate Descent, Journal of Statistical Software 33(1), for (1) and its covariance form;
Lee, Battle, Raina & Ng (2007), Efficient sparse coding algorithms, for (2); Golub & Van Loan
(2013), Matrix Computations, chapter 6, for changing the factor.
Cost: a sweep |S| * m multiply-adds for m columns at work, a step |S|^2; memory 2 m^2 + m * n.
"""

from __future__ import annotations

import math

import numpy as np

from minixai._numba import kernel, product
from minixai.linear.duality_gap import duality_gap
from minixai.protocols import Array

__all__ = ["GramDescent"]

_ANY_ORDER = "sums of products of columns of norm 1: any order is as exact"
_INDEPENDENT = 1e-10
"""Square of a column beside the support's span from which on it counts as one more direction."""
_FEW_SIGNS = 10
"""Signs change little in a sweep that changes one plus a tenth of the support."""


class GramDescent:
    """The columns at work, their products, and the factor of the support's.

    Parameters
    ----------
    columns : ndarray (n_features, n_samples)
        Z, one column a row, of norm 1.
    """

    def __init__(self, columns: Array) -> None:
        self._columns = columns
        self._which = np.empty(0, dtype=np.int64)
        self._kept = np.empty((0, columns.shape[1]))
        self._gram = self._factor = np.empty((0, 0))
        self._order = np.empty(0, dtype=np.int64)
        self._rank = np.zeros(1, dtype=np.int64)

    @property
    def which(self) -> Array:
        """The columns at work, in the order in which they came."""
        return self._which

    def add(self, new: Array) -> None:
        """Put more columns to work."""
        before, after = len(self._which), len(self._which) + len(new)
        if after > len(self._gram):
            self._grow(before, max(after, 2 * before, 32))
        self._which = np.concatenate([self._which, new])
        self._kept[before:after] = self._columns[new]
        block = np.empty((len(new), after))
        _multiply(self._kept[before:after], self._kept[:after], block)
        self._gram[before:after, :after] = block
        self._gram[:before, before:after] = block[:, :before].T

    def _grow(self, used: int, size: int) -> None:
        rank = int(self._rank[0])
        gram, factor = np.empty((size, size)), np.empty((size, size))
        kept, order = np.empty((size, self._kept.shape[1])), np.empty(size, dtype=np.int64)
        gram[:used, :used] = self._gram[:used, :used]
        factor[:rank, :rank] = self._factor[:rank, :rank]
        kept[:used], order[:rank] = self._kept[:used], self._order[:rank]
        self._gram, self._factor, self._kept, self._order = gram, factor, kept, order

    def forget_factor(self) -> None:
        """Begin the factor anew, as another L2 penalty asks."""
        self._rank[0] = 0

    def minimise(
        self,
        penalties: tuple[Array, Array],
        moment: Array,
        correlation: Array,
        solution: Array,
        tol: float,
        max_sweeps: int,
    ) -> int:
        """Minimise over the columns at work, from ``solution`` on, in place.

        Parameters
        ----------
        penalties : (ndarray, ndarray)
            a and b of every column.
        moment, correlation, solution : ndarray (n_features,)
            Z't, Z'(t - Z v) and v.
        tol : float
            Gap at which to stop.
        max_sweeps : int

        Returns
        -------
        int
            Sweeps made.
        """
        at = self._which
        own = solution[at]
        n_sweeps = _descend(
            self._gram,
            self._factor,
            self._order,
            self._rank,
            (penalties[0][at], penalties[1][at], moment[at]),
            correlation[at],
            own,
            tol,
            max_sweeps,
        )
        solution[at] = own
        return int(n_sweeps)


@kernel
def _multiply(a: Array, b: Array, out: Array) -> None:
    product(a, b.T, out)


@kernel
def _descend(
    gram: Array,
    factor: Array,
    order: Array,
    rank: Array,
    given: tuple[Array, Array, Array],
    c: Array,
    v: Array,
    tol: float,
    max_sweeps: int,
) -> int:
    a, b, h = given
    m = v.size
    inside = np.zeros(m, np.uint8)
    for i in range(rank[0]):
        inside[order[i]] = 1
    work = np.empty((6, m))
    gap = _gap(a, b, h, c, v)
    n_sweeps = 0
    while gap > tol and n_sweeps < max_sweeps:
        n_changes, n_support = _sweep(gram, a, b, c, v)
        n_sweeps += 1
        gap = _gap(a, b, h, c, v)
        if gap > tol and n_changes <= 1 + n_support // _FEW_SIGNS:
            _follow_support(gram, factor, order, rank, inside, b, v, work)
            _minimise_on_support(gram, factor, order, rank, inside, a, b, c, v, work)
            gap = _gap(a, b, h, c, v)
    return n_sweeps


@kernel(reassociate=_ANY_ORDER)
def _sweep(gram: Array, a: Array, b: Array, c: Array, v: Array) -> tuple[int, int]:
    """Visit every column once; return how many signs changed and how many are not 0."""
    m = v.size
    n_changes = 0
    n_support = 0
    for k in range(m):
        old = v[k]
        pull = c[k] + old
        size = abs(pull) - a[k]
        new = 0.0
        if size > 0.0:
            new = math.copysign(size / (1.0 + b[k]), pull)  # (1)
            n_support += 1
        if new != old:
            if (new > 0.0) != (old > 0.0) or (new < 0.0) != (old < 0.0):
                n_changes += 1
            v[k] = new
            row = gram[k]
            delta = new - old
            for i in range(m):
                c[i] -= delta * row[i]
    return n_changes, n_support


@kernel(reassociate=_ANY_ORDER)
def _gap(a: Array, b: Array, h: Array, c: Array, v: Array) -> float:
    """Give the gap over the columns at work; the target has norm 1."""
    square = 1.0
    for k in range(v.size):
        square -= (h[k] + c[k]) * v[k]
    gap, _, _ = duality_gap(a, b, c, v, max(square, 0.0))
    return gap


@kernel
def _follow_support(
    gram: Array,
    factor: Array,
    order: Array,
    rank: Array,
    inside: Array,
    b: Array,
    v: Array,
    work: Array,
) -> None:
    """Make the factor that of the columns whose coefficients are not 0, as far as independent."""
    for place in range(rank[0] - 1, -1, -1):
        if v[order[place]] == 0.0:
            inside[order[place]] = 0
            _drop(factor, order, rank, place, work)
    for k in range(v.size):
        if v[k] != 0.0 and inside[k] == 0:
            inside[k] = _append(gram, factor, order, rank, k, b[k])


@kernel(reassociate=_ANY_ORDER)
def _minimise_on_support(
    gram: Array,
    factor: Array,
    order: Array,
    rank: Array,
    inside: Array,
    a: Array,
    b: Array,
    c: Array,
    v: Array,
    work: Array,
) -> None:
    """Go to the minimum of the support's quadratic, leaving out what meets 0 on the way."""
    m = v.size
    slope = work[0]
    step = work[1]
    bend = work[2]
    start = work[3]
    for k in range(m):
        start[k] = v[k]
        slope[k] = c[k] - b[k] * v[k] - math.copysign(a[k], v[k])
    whole = False
    while not whole and rank[0] > 0:
        r = rank[0]
        for i in range(r):
            step[i] = slope[order[i]]
            bend[i] = step[i]
        _solve(factor, r, step)  # (2)
        whole = _walk(gram, order, r, inside, b, v, slope, step, bend)
        for place in range(r - 1, -1, -1):
            if inside[order[place]] == 0:
                _drop(factor, order, rank, place, work)
    for k in range(m):
        delta = v[k] - start[k]
        if delta != 0.0:
            row = gram[k]
            for i in range(m):
                c[i] -= delta * row[i]


@kernel(reassociate=_ANY_ORDER)
def _walk(
    gram: Array,
    order: Array,
    r: int,
    inside: Array,
    b: Array,
    v: Array,
    slope: Array,
    step: Array,
    bend: Array,
) -> bool:
    """Walk along ``step`` to the least value; return whether nothing met 0.

    ``bend`` is the matrix of (2) times what is left of the step.
    """
    whole = True
    while True:
        gain = 0.0
        curve = 0.0
        limit = 1e300
        hit = -1
        for i in range(r):
            gain += slope[order[i]] * step[i]
            curve += bend[i] * step[i]
            if v[order[i]] * step[i] < 0.0 and -v[order[i]] < limit * abs(step[i]):
                reach = abs(v[order[i]] / step[i])
                if reach < limit:
                    limit = reach
                    hit = i
        if not (gain > 0.0 and curve > 0.0):
            return whole
        length = gain / curve
        if hit >= 0 and limit <= length:
            length = limit
        else:
            hit = -1
        for i in range(r):
            v[order[i]] += length * step[i]
            slope[order[i]] -= length * bend[i]
        if hit < 0:
            return whole
        whole = False
        gone = order[hit]
        row = gram[gone]
        part = step[hit]
        v[gone] = 0.0
        inside[gone] = 0
        step[hit] = 0.0
        for i in range(r):
            bend[i] -= part * row[order[i]]
        bend[hit] -= part * b[gone]


@kernel(reassociate=_ANY_ORDER)
def _append(gram: Array, factor: Array, order: Array, rank: Array, k: int, extra: float) -> int:
    """Add a row to the factor; return 1, or 0 for a column in the span of the others."""
    r = rank[0]
    row = factor[r]
    rest = 1.0 + extra
    for i in range(r):
        left = factor[i]
        total = gram[k, order[i]]
        for p in range(i):
            total -= left[p] * row[p]
        row[i] = total / left[i]
        rest -= row[i] * row[i]
    if rest < _INDEPENDENT:
        return 0
    row[r] = math.sqrt(rest)
    order[r] = k
    rank[0] = r + 1
    return 1


@kernel
def _drop(factor: Array, order: Array, rank: Array, place: int, work: Array) -> None:
    """Take a row out of the factor; rotations make it triangular again."""
    cosine = work[4]
    sine = work[5]
    for i in range(place + 1, rank[0]):
        row = factor[i]
        above = factor[i - 1]
        for p in range(place):
            above[p] = row[p]
        x = row[place]
        for p in range(place, i - 1):
            y = row[p + 1]
            above[p] = cosine[p] * x + sine[p] * y
            x = cosine[p] * y - sine[p] * x
        size = math.sqrt(x * x + row[i] * row[i])
        cosine[i - 1] = x / size
        sine[i - 1] = row[i] / size
        above[i - 1] = size
        order[i - 1] = order[i]
    rank[0] -= 1


@kernel(reassociate=_ANY_ORDER)
def _solve(factor: Array, r: int, x: Array) -> None:
    """Solve L L' x = x in place."""
    for i in range(r):
        row = factor[i]
        total = x[i]
        for p in range(i):
            total -= row[p] * x[p]
        x[i] = total / row[i]
    for i in range(r - 1, -1, -1):
        row = factor[i]
        x[i] /= row[i]
        part = x[i]
        for p in range(i):
            x[p] -= part * row[p]
