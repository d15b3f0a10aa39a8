r"""How much each row moves a least-squares fit.

With residuals e (times the roots of the rows' weights, if there are any), leverages h, n rows, p
coefficients and :math:`\mathrm{RSS} = \sum e^2`:

.. math::
    r_i &= e_i / (s \sqrt{1 - h_i}), \quad s^2 = \mathrm{RSS} / (n - p)                  (1) \\
    s_{(i)}^2 &= (\mathrm{RSS} - e_i^2 / (1 - h_i)) / (n - p - 1)                        (2) \\
    t_i &= e_i / (s_{(i)} \sqrt{1 - h_i})                                                (3) \\
    D_i &= r_i^2 h_i / (p (1 - h_i))                                                     (4) \\
    \mathrm{DFFITS}_i &= t_i \sqrt{h_i / (1 - h_i)}                                      (5) \\
    \mathrm{DFBETAS}_{ij} &=
        \frac{c_{ij}\, e_i / (1 - h_i)}{s_{(i)} \sqrt{[(X^\top X)^{-1}]_{jj}}}           (6)

r and t are the internally and the externally studentized residuals, D is Cook's distance, and (5)
and (6) say by how many standard errors the row's own fitted value, and each coefficient, would
change without the row. A usual reading: look at rows with h > 2 p / n, |t| > 3, D > 4 / n,
|DFFITS| > 2 sqrt(p / n) or |DFBETAS| > 2 / sqrt(n).

Source: Belsley, Kuh & Welsch (1980), Regression Diagnostics; Cook
(1977), Technometrics 19, p. 15.
Cost: O(n p^2), no fit is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.protocols import Array
from minixai.statistics.fitted_rows import FittedRows
from minixai.statistics.inference_table import coefficient_map, coefficient_roots
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.reduced_design import ReducedDesign

__all__ = ["RowInfluence", "row_influence_of"]

_SHOWN_ROWS = 10


@dataclass(frozen=True)
class RowInfluence(PrintedTable):
    """Influence of each row; printed, the ten of the largest Cook's distance.

    Parameters
    ----------
    names : tuple of str (p,)
        Of the coefficients, "intercept" first.
    leverage : ndarray (n_samples,)
        In [1 / n, 1]; they sum to p.
    studentized, deleted : ndarray (n_samples,)
        Internally and externally studentized residuals; NaN for a row of leverage 1.
    cooks_distance, dffits : ndarray (n_samples,)
    dfbetas : ndarray (n_samples, p)
    """

    names: tuple[str, ...]
    leverage: Array
    studentized: Array
    deleted: Array
    cooks_distance: Array
    dffits: Array
    dfbetas: Array

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a row of the data, in their order."""
        return [self._row(i) for i in range(len(self.leverage))]

    def _row(self, i: int) -> dict[str, Any]:
        return {
            "row": i,
            "leverage": float(self.leverage[i]),
            "studentized": float(self.studentized[i]),
            "deleted": float(self.deleted[i]),
            "cooks_distance": float(self.cooks_distance[i]),
            "dffits": float(self.dffits[i]),
            **{f"dfbetas {name}": float(self.dfbetas[i, j]) for j, name in enumerate(self.names)},
        }

    def _headings(self) -> list[str]:
        return list(self._row(0))[:6]

    def _cells(self) -> list[list[str]]:
        order = np.argsort(-np.nan_to_num(self.cooks_distance, nan=np.inf), kind="stable")
        return [
            [str(i), *(f"{value:.4g}" for value in list(self._row(int(i)).values())[1:6])]
            for i in order[:_SHOWN_ROWS]
        ]

    def _footer(self) -> str:
        n, p = self.dfbetas.shape
        return (
            f"{min(n, _SHOWN_ROWS)} of {n} rows by Cook's distance, of which "
            f"{int((self.cooks_distance > 4.0 / n).sum())} are above 4 / n = {4.0 / n:.3g}; "
            f"{int((self.leverage > 2.0 * p / n).sum())} have leverage above 2 p / n"
        )


def row_influence_of(
    design: ReducedDesign, rows: FittedRows, names: tuple[str, ...]
) -> RowInfluence:
    """Compute the influence of every row.

    Parameters
    ----------
    design : ReducedDesign
        Of full rank, with a constant.
    rows : FittedRows
    names : tuple of str (p,)

    Returns
    -------
    RowInfluence
        NaN where a row determines a coefficient by itself, where the fit is exact, and, for what
        leaves the row out, where no degree of freedom is left.
    """
    n, p = rows.pull.shape
    e, h = rows.residuals, np.where(rows.alone, np.nan, rows.leverage)
    rest, rss = 1.0 - h, float(e @ e)
    left = rss - e * e / rest
    left = np.where(left > 1e-13 * rss, left, np.nan)  # else the fit without the row is exact
    with np.errstate(divide="ignore", invalid="ignore"):
        r = e / np.sqrt(rss / (n - p) * rest)  # (1)
        s = np.sqrt(left / (n - p - 1 or np.nan))  # (2)
        t = e / (s * np.sqrt(rest))  # (3)
        change = rows.pull @ coefficient_map(design).T / coefficient_roots(design)
        dfbetas = change * (np.sqrt(n) * e / (rest * s))[:, np.newaxis]  # (6)
        distance = r * r * h / (p * rest)  # (4)
        dffits = t * np.sqrt(h / rest)  # (5)
    return RowInfluence(names, rows.leverage, r, t, distance, dffits, dfbetas)
