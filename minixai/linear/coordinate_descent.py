r"""Coordinate descent with working sets and gap-safe screening, warm from one penalty to the next.

A few columns are at work at a time: those whose :math:`|c_j|`, c = Z'(t - Z v), exceeds their
penalty a_j, the largest first. They are minimised by ``gram_descent.py``, then all others are
checked, and those that now exceed their penalty join in. The gap of ``duality_gap.py`` over all
columns is what ends the search.

A check need not read every column. Where the residual r has become r', a column of norm 1 whose
:math:`|c_j| \le u_j` has

.. math::
    |z_j^\top r'| \le |\kappa|\, u_j + \lVert r' - \kappa\, r \rVert,
        \quad \kappa = r^\top r' / \lVert r \rVert^2                                     (1)

and is passed over while that bound stays below its penalty. And with a gap g at the dual point
s r, a column is 0 at the minimum, and out of the search for this penalty, if

.. math::
    s\, u_j + \sqrt{2 g\, (1 + b_j)} < a_j .                                             (2)

Where more columns would be at work than their products are worth, the residual itself is kept and
coefficients are moved one by one along it, ten sweeps between two checks.

Source: Massias, Gramfort & Salmon (2018), Celer: a Fast Solver for the Lasso with Dual
Extrapolation, arXiv:1802.07481, for the working sets; Ndiaye, Fercoq, Gramfort & Salmon (2017),
Gap Safe Screening Rules for Sparsity Enforcing Penalties, Journal of Machine Learning Research 18,
for (2).
Differs from the sources: exact steps on the support stand in for extrapolation.
Cost: a check n_samples * n_features multiply-adds at most; what is at work, see there.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from minixai._numba import kernel
from minixai.linear.duality_gap import duality_gap
from minixai.linear.gram_descent import GramDescent
from minixai.linear.penalised_design import PenalisedDesign, correlate, take_away
from minixai.protocols import Array

__all__ = ["CoordinateDescent", "Minimum"]

_FIRST = 100
"""Columns that may come to work at once; twice the support where that is more."""
_MOST = 3000
"""Columns whose products are kept: two squares of 72 MB."""
_EXACT = 1e-11
"""Gap to which the columns at work are minimised at least: cheap, and it spares checks."""
_MARGIN = 0.9
"""Share of the penalty below which a bound must lie for a column to be passed over."""
_SWEEPS = 10
_PATIENCE = 10
"""Rounds without a sweep, all columns at work being at their minimum to the last digit."""


class Minimum(NamedTuple):
    """Where the search ended for one penalty."""

    solution: Array
    """v, (n_features,); it stays as it is when the search goes on."""
    gap: float
    """In units of the target's mean square."""
    n_sweeps: int


class CoordinateDescent:
    """A search that goes on from its last minimum.

    Parameters
    ----------
    design : PenalisedDesign
    """

    def __init__(self, design: PenalisedDesign) -> None:
        n_features, n_samples = design.columns.shape
        self._design = design
        self._gram: GramDescent | None = GramDescent(design.columns)
        self._most = min(_MOST, max(2 * n_samples, 500))
        self._at_work = np.zeros(n_features, dtype=bool)
        self._solution = np.zeros(n_features)
        self._known = design.target
        self._residual = design.target.copy()
        self._correlation = design.moment.copy()
        self._bound = np.abs(design.moment)

    def minimise(self, alpha: float, l1_ratio: float, *, tol: float, max_iter: int) -> Minimum:
        """Minimise for one penalty, in the user's units.

        Parameters
        ----------
        alpha, l1_ratio : float
            alpha above 0.
        tol : float
            Gap at which to stop, as a share of the target's mean square.
        max_iter : int
            Most sweeps.

        Returns
        -------
        Minimum
            Its gap is above ``tol`` if the sweeps or the digits of a float did not suffice.
        """
        a, b = self._design.penalties(alpha, l1_ratio)
        if self._gram is not None and l1_ratio < 1.0:
            self._gram.forget_factor()
        alive = np.ones(len(a), dtype=bool)
        n_sweeps = n_idle = 0
        while True:
            new = self._exceeding(a, alive)
            made = self._descend(a, b, new, alive, tol, max_iter - n_sweeps)
            n_sweeps += made
            n_idle += made == 0
            gap, radius, shrink = self._check(a, b, alive)
            if gap <= tol or n_sweeps >= max_iter or n_idle >= (_PATIENCE if len(new) else 1):
                return Minimum(self._solution.copy(), gap, n_sweeps)
            far = math.sqrt(2.0 * radius)
            alive &= (self._solution != 0.0) | (
                shrink * self._bound + far * np.sqrt(1.0 + b) >= a  # (2)
            )

    def _exceeding(self, a: Array, alive: Array) -> Array:
        """Give the columns to be put to work next."""
        size = np.abs(self._correlation)
        new = np.flatnonzero((size > a) & alive & ~self._at_work)
        return self._strongest(a, new, max(_FIRST, 2 * int(np.count_nonzero(self._solution))))

    def _strongest(self, a: Array, new: Array, most: int) -> Array:
        """Give at most so many of some columns, those that exceed their penalty by most."""
        if len(new) <= most:
            return new
        with np.errstate(divide="ignore", over="ignore"):
            ratio = np.abs(self._correlation[new]) / a[new]
        return np.sort(new[np.argsort(-ratio, kind="stable")[:most]])

    def _begin_anew(self, a: Array, new: Array) -> Array:
        """Let go of the columns at work that have no coefficient; give those to work next.

        Where the support alone leaves little room, products are given up for good.
        """
        support = np.flatnonzero(self._solution)
        room = self._most - len(support)
        self._at_work[:] = False
        if room < max(1, self._most // 4):
            self._gram = None
            return new
        self._gram = GramDescent(self._design.columns)
        return np.concatenate([support, self._strongest(a, new, room)])

    def _descend(
        self, a: Array, b: Array, new: Array, alive: Array, tol: float, max_sweeps: int
    ) -> int:
        if self._gram is not None and len(self._gram.which) + len(new) > self._most:
            new = self._begin_anew(a, new)
        if self._gram is not None:
            if len(new):
                self._gram.add(new)
                self._at_work[new] = True
            return self._gram.minimise(
                (a, b),
                self._design.moment,
                self._correlation,
                self._solution,
                min(0.3 * tol, _EXACT),
                max_sweeps,
            )
        which = np.flatnonzero(alive)
        made = min(_SWEEPS, max_sweeps)
        for _ in range(made):
            _visit(self._design.columns, which, a, b, self._solution, self._residual)
            which = np.flatnonzero(self._solution)
        return made

    def _check(self, a: Array, b: Array, alive: Array) -> tuple[float, float, float]:
        """Bring the residual and what is needed of c up to date; give both gaps and s."""
        columns, solution = self._design.columns, self._solution
        before, residual = self._known, self._design.target.copy()
        take_away(columns, np.flatnonzero(solution), solution, residual)
        square = float(before @ before)
        turn = float(before @ residual) / square if square > 0.0 else 0.0
        moved = residual - turn * before
        self._correlation *= turn
        self._bound *= abs(turn)
        self._bound += math.sqrt(float(moved @ moved))  # (1)
        near = (self._bound >= _MARGIN * a) & alive
        which = np.flatnonzero(near | (solution != 0.0) | self._at_work)
        correlate(columns, residual, which, self._correlation)
        found = self._correlation[which]
        self._bound[which] = np.abs(found)
        self._known, self._residual = residual, residual.copy()
        gap, radius, shrink = duality_gap(
            a[which], b[which], found, solution[which], float(residual @ residual)
        )
        return gap, radius, shrink


@kernel(reassociate="a sum over rows of which any order is as exact")
def _visit(
    columns: Array, which: Array, a: Array, b: Array, solution: Array, residual: Array
) -> None:
    """Move some coefficients one after another to their least objective."""
    n = residual.size
    for k in range(which.size):
        j = which[k]
        row = columns[j]
        old = solution[j]
        pull = old
        for i in range(n):
            pull += row[i] * residual[i]
        size = abs(pull) - a[j]
        new = math.copysign(size / (1.0 + b[j]), pull) if size > 0.0 else 0.0
        if new != old:
            solution[j] = new
            for i in range(n):
                residual[i] -= (new - old) * row[i]
