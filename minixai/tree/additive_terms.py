r"""The fitted shapes of columns and pairs: tables by code, and the scores that rows find in them.

.. math::
    f_j(x) = T_j[c_j(x_j)], \quad f_{jk}(x) = T_{jk}[u_j(c_j(x_j)), u_k(c_k(x_k))]        (1)

with c the code of a column's bin (``feature_bins.py``) and u its coarser code in a pair. Every
table has weighted mean 0 over the rows of the fit, a pair's in each line and column too
(``pair_purification.py``), and all scores together with the intercept are the raw score.

Cost: one table look-up a row and term.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.feature_bins import MISSING, FeatureBins
from minixai.tree.pair_purification import purify

__all__ = ["AdditiveTerms", "coarse_codes", "settle_terms"]


@dataclass(frozen=True, eq=False)
class AdditiveTerms:
    """Tables of every term; see the module.

    Parameters
    ----------
    edges, indptr : array
        Of the `FeatureBins`.
    limits : array (2, n_features)
        Least and largest value of each column; NaN where there was none.
    coarse : uint8 array (n_features, 256)
        Code in pairs of each code; the code after the last bin is that of missing values.
    pairs : int64 array (n_pairs, 2)
    intercept : array (n_outputs,)
    mains, main_spread : array (n_outputs, n_features, 256)
        Scores by code, 255 for missing values, and their standard errors over bags.
    grids, grid_spread : array (n_outputs, n_pairs, n_codes, n_codes)
    main_weight : array (n_features, 256)
        Share of the rows of the fit under each code.
    grid_weight : array (n_pairs, n_codes, n_codes)
    importances : array (n_terms, n_bags)
        Mean size of each term's score in each bag's model, over rows and outputs.
    """

    edges: Array
    indptr: Array
    limits: Array
    coarse: Array
    pairs: Array
    intercept: Array
    mains: Array
    main_spread: Array
    grids: Array
    grid_spread: Array
    main_weight: Array
    grid_weight: Array
    importances: Array

    @property
    def bins(self) -> FeatureBins:
        """The bins of every column."""
        return FeatureBins(self.edges, self.indptr)

    @property
    def n_terms(self) -> int:
        """Number of columns and pairs."""
        return len(self.coarse) + len(self.pairs)

    def look_up(self, X: Array, *, spread: bool = False) -> Array:
        """Return the score of each row in each term (n_samples, n_terms, n_outputs).

        With ``spread`` their standard errors.
        """
        mains, grids = (self.main_spread, self.grid_spread) if spread else (self.mains, self.grids)
        out = np.empty((len(X), self.n_terms, len(mains)))
        _write_scores(self.bins.codes(X), self.coarse, self.pairs, mains, grids, out)
        return out

    def rescaled(self, unit: float, shift: float) -> Self:
        """Return the terms of ``unit`` times the raw score plus ``shift``."""
        names = ("mains", "main_spread", "grids", "grid_spread", "importances")
        changed = {name: unit * getattr(self, name) for name in names}
        return replace(self, intercept=unit * self.intercept + shift, **changed)

    def to_arrays(self) -> dict[str, Array]:
        """Return everything by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, Array]) -> Self:
        """Rebuild what `to_arrays` gave."""
        return cls(**{each.name: arrays[each.name] for each in fields(cls)})


def coarse_codes(codes: Array, n_bins: Array, weights: Array, max_bins: int) -> Array:
    """Merge neighbouring bins of each column into at most ``max_bins`` of about equal weight.

    Parameters
    ----------
    codes : uint8 array (n_features, n_samples)
    n_bins : array (n_features,)
    weights : array (n_samples,)
    max_bins : int

    Returns
    -------
    uint8 array (n_features, 256)
        Merged code of each code; missing values come after the last.
    """
    out = np.zeros((len(codes), MISSING + 1), dtype=np.uint8)
    for j, n in enumerate(n_bins):
        merged = np.arange(n)
        if n > max_bins:
            amount = np.bincount(codes[j], weights, minlength=MISSING + 1)[:n]
            centre = (np.cumsum(amount) - 0.5 * amount) / amount.sum()
            merged = np.unique((centre * max_bins).astype(int), return_inverse=True)[1]
        out[j, :n] = merged
        out[j, n:] = merged[-1] + 1
    return out


def settle_terms(
    codes: Array, weights: Array, n_bins: Array, coarse: Array, pairs: Array, base: Array,
    mains: Array, grids: Array,
) -> dict[str, Array]:  # fmt: skip
    """Purify and centre the tables of every bag and average them.

    Parameters
    ----------
    codes : uint8 array (n_features, n_samples)
    weights : array (n_samples,)
    n_bins, coarse, pairs : array
        As `AdditiveTerms` has them.
    base : array (n_outputs,)
        Raw score before any term.
    mains : array (n_bags, n_outputs, n_features, 256)
    grids : array (n_bags, n_outputs, n_pairs, n_codes, n_codes)
        Both are changed.

    Returns
    -------
    dict
        What `AdditiveTerms` has beside the bins.
    """
    share = weights / weights.sum()
    n_bags, n_outputs = mains.shape[:2]
    main_weight = np.stack([np.bincount(code, share, minlength=MISSING + 1) for code in codes])
    grid_weight = np.zeros((len(pairs), *grids.shape[3:]))
    intercept = np.tile(base, (n_bags, 1)).astype(np.float64)
    for p, (a, b) in enumerate(pairs):
        np.add.at(grid_weight[p], (coarse[a][codes[a]], coarse[b][codes[b]]), share)
        shape = grids.shape[3:]
        parts = purify(grids[:, :, p].reshape(-1, *shape), grid_weight[p])
        left, first, second, mean = (
            part.reshape(n_bags, n_outputs, *part.shape[1:]) for part in parts
        )
        grids[:, :, p] = left
        mains[:, :, a] += first[:, :, coarse[a]]
        mains[:, :, b] += second[:, :, coarse[b]]
        intercept += mean
    mean = (mains * main_weight).sum(axis=3)
    intercept += mean.sum(axis=2)
    known = main_weight > 0
    for j, n in enumerate(n_bins):
        known[j, :n] = True
    mains = np.where(known, mains - mean[..., np.newaxis], 0.0)
    sizes = [
        (np.abs(mains) * main_weight).sum(axis=3),
        (np.abs(grids) * grid_weight).sum(axis=(3, 4)),
    ]
    return {
        "intercept": intercept.mean(axis=0),
        "mains": mains.mean(axis=0),
        "main_spread": _standard_error(mains),
        "grids": grids.mean(axis=0),
        "grid_spread": _standard_error(grids),
        "main_weight": main_weight,
        "grid_weight": grid_weight,
        "importances": np.concatenate(sizes, axis=2).mean(axis=1).T,
    }


def _standard_error(tables: Array) -> Array:
    """Return the standard error of the mean over bags; 0 for one bag."""
    if len(tables) == 1:
        return np.zeros(tables.shape[1:])
    return np.asarray(tables.std(axis=0, ddof=1) / np.sqrt(len(tables)))


@kernel
def _write_scores(
    codes: Array, coarse: Array, pairs: Array, mains: Array, grids: Array, out: Array
) -> None:
    n_features = codes.shape[1]
    for i in range(codes.shape[0]):
        for j in range(n_features):
            for k in range(mains.shape[0]):
                out[i, j, k] = mains[k, j, codes[i, j]]
        for p in range(pairs.shape[0]):
            a, b = pairs[p, 0], pairs[p, 1]
            u, v = coarse[a, codes[i, a]], coarse[b, codes[i, b]]
            for k in range(grids.shape[0]):
                out[i, n_features + p, k] = grids[k, p, u, v]  # (1)
