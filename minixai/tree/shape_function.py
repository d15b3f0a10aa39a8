"""What one term of an additive model looks like: the score of each value, or pair of values.

Both are data only: they are what the model computes with, not an estimate of it.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np

from minixai.protocols import Array

__all__ = ["PairFunction", "ShapeFunction"]


@dataclass(frozen=True, eq=False)
class ShapeFunction:
    """The score that each value of one column adds to the raw score.

    Parameters
    ----------
    name : str
        Of the column.
    edges : array (n_bins + 1,)
        Ends of the bins, the least and the largest value included; a value on an edge belongs to
        the bin below.
    values : array (n_bins,) or (n_bins, n_outputs)
        Score of each bin, in the unit of the raw score; weighted mean 0 over the rows of the fit.
    density : array (n_bins,)
        Share of the rows of the fit in each bin.
    missing_value : float or array (n_outputs,)
        Score of a missing value; 0 where the fit saw none.
    missing_share : float
        Share of the rows of the fit that miss the value.
    std_errors : array like ``values``, optional
        Standard errors over bags; None for a single bag.
    output_names : tuple of str, optional
        Of the outputs, where there are several.
    """

    name: str
    edges: Array
    values: Array
    density: Array
    missing_value: float | Array
    missing_share: float
    std_errors: Array | None = None
    output_names: tuple[str, ...] | None = None

    def histogram(self, n_bars: int = 40) -> tuple[Array, Array]:
        """Return the ends of bars of equal width and the share of rows under each.

        The rows of a bin are taken to lie evenly in it.
        """
        ends = np.linspace(self.edges[0], self.edges[-1], n_bars + 1)
        below = np.concatenate([[0.0], np.cumsum(self.density)])
        return ends, np.diff(np.interp(ends, self.edges, below))

    def __str__(self) -> str:
        low, high = self.values.min(), self.values.max()
        missing = f"; missing: {self.missing_share:.1%} of rows" if self.missing_share > 0 else ""
        return f"{self.name}: {len(self.values)} bins, scores {low:.3g} to {high:.3g}{missing}"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


@dataclass(frozen=True, eq=False)
class PairFunction:
    """The score that two values add together, beyond what each adds alone.

    Parameters
    ----------
    names : tuple of two str
        Of the columns.
    edges : tuple of two arrays (n_a + 1,) and (n_b + 1,)
        Ends of the bins, as those of `ShapeFunction`.
    values : array (n_a + 1, n_b + 1) or (n_a + 1, n_b + 1, n_outputs)
        Scores in the unit of the raw score; the last line and the last column are those of
        missing values. Weighted mean 0 in every line and column.
    density : array (n_a + 1, n_b + 1)
        Share of the rows of the fit in each cell; scores of cells without rows are guesses.
    std_errors : array like ``values``, optional
        Standard errors over bags; None for a single bag.
    output_names : tuple of str, optional
        Of the outputs, where there are several.
    """

    names: tuple[str, str]
    edges: tuple[Array, Array]
    values: Array
    density: Array
    std_errors: Array | None = None
    output_names: tuple[str, ...] | None = None

    def __str__(self) -> str:
        low, high = self.values.min(), self.values.max()
        n_a, n_b = (len(edges) - 1 for edges in self.edges)
        name = " x ".join(self.names)
        return f"{name}: {n_a} x {n_b} bins, scores {low:.3g} to {high:.3g}"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"
