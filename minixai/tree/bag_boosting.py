"""Bags of boosted terms: shapes of columns first, then grids of the pairs that rank highest.

Each bag holds other rows out, one in so many along the sorted target, so that every class and
every part of the target's range is on both sides. Pairs are ranked on what the mean of all bags has
left over, and every bag then boosts the same pairs on top of its own shapes.

Source: Lou, Caruana, Gehrke & Hooker (2013), doi:10.1145/2487575.2487579, for the two stages.
Differs from the source: bags differ in the rows held out, not by a bootstrap.
Cost: that of ``term_boosting.py`` a bag, and of ``pair_ranking.py`` once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from minixai._validation import generator
from minixai.protocols import Array, Engine
from minixai.tree.additive_terms import AdditiveTerms, coarse_codes, settle_terms
from minixai.tree.feature_bins import MISSING, learn_bins
from minixai.tree.pair_ranking import rank_pairs
from minixai.tree.second_order_loss import expand_loss
from minixai.tree.term_boosting import (
    BoostingOptions,
    BoostingRows,
    add_terms,
    boost_terms,
)

__all__ = ["BagOptions", "boost_bags"]


@dataclass(frozen=True)
class BagOptions:
    """How many bags and pairs there are, and in which bins; see `BoostedGAMClassifier`."""

    n_bags: int
    n_pairs: int
    validation_fraction: float
    max_bins: int
    max_pair_bins: int
    random_state: Any
    engine: Engine


def boost_bags(
    X: Array, target: Array, weights: Array, base: Array, boosting: BoostingOptions,
    options: BagOptions,
) -> tuple[AdditiveTerms, Array]:  # fmt: skip
    """Learn the terms of every bag and their mean.

    Parameters
    ----------
    X : float array (n_samples, n_features)
        At least two rows.
    target : array (n_outputs, n_samples)
    weights : array (n_samples,)
        Above 0.
    base : array (n_outputs,)
        Raw score before any term.
    boosting : BoostingOptions
    options : BagOptions

    Returns
    -------
    terms : AdditiveTerms
    n_rounds : int64 array (n_bags, 2)
        Best rounds of the columns and of the pairs.
    """
    bins = learn_bins(X, weights, options.max_bins)
    codes, n_bins = np.ascontiguousarray(bins.codes(X).T), bins.n_bins
    rows = BoostingRows(codes, target, weights, np.repeat(base[:, np.newaxis], len(X), axis=1))
    draws = [_draw(target, options, bag) for bag in range(options.n_bags)]
    main_shapes = np.column_stack([n_bins, np.zeros_like(n_bins)])

    def boost_mains(draw: tuple[Array, Array]) -> tuple[Array, int]:
        return boost_terms(_part(rows, draw[0]), _part(rows, draw[1]), main_shapes, boosting)

    mains, main_rounds = zip(*options.engine.map(boost_mains, draws), strict=True)
    coarse = coarse_codes(codes, n_bins, weights, options.max_pair_bins)
    coarse_rows = np.stack([table[code] for table, code in zip(coarse, codes, strict=True)])
    pairs = _strongest(rows, np.mean(mains, axis=0), coarse, coarse_rows, boosting, options)
    shapes = coarse[:, MISSING].astype(np.int64)[pairs] + 1
    cells = _cells(coarse_rows, pairs, shapes)
    pair_options = replace(boosting, signs=np.zeros(len(pairs), dtype=np.int64))

    def boost_grids(bag: int) -> tuple[Array, int]:
        score = rows.score.copy()
        add_terms(codes, mains[bag], score)
        above = replace(rows, codes=cells, score=score)
        learned, held = draws[bag]
        return boost_terms(_part(above, learned), _part(above, held), shapes, pair_options)

    grids = np.zeros((len(draws), len(base), len(pairs), *2 * [int(coarse.max()) + 1]))
    grid_rounds: list[int] = [0] * len(draws)
    if len(pairs):
        for bag, (found, number) in enumerate(options.engine.map(boost_grids, range(len(draws)))):
            grid_rounds[bag] = number
            for p, (n_a, n_b) in enumerate(shapes):
                flat = found[:, p, : n_a * n_b]
                grids[bag, :, p, :n_a, :n_b] = flat.reshape(-1, n_a, n_b)
    settled = settle_terms(codes, weights, n_bins, coarse, pairs, base, np.stack(mains), grids)
    limits = np.stack([np.fmin.reduce(X), np.fmax.reduce(X)]).astype(np.float64)
    terms = AdditiveTerms(bins.edges, bins.indptr, limits, coarse, pairs, **settled)
    return terms, np.column_stack([main_rounds, grid_rounds])


def _draw(target: Array, options: BagOptions, bag: int) -> tuple[Array, Array]:
    """Return the rows that a bag learns from and those that it holds out, both rising."""
    draws = generator(options.random_state, bag)
    key = target[0] if len(target) == 1 else target.argmax(axis=0)
    order = draws.permutation(len(key))
    order = order[np.argsort(key[order], kind="stable")]
    n_held = min(max(1, round(options.validation_fraction * len(key))), len(key) - 1)
    places = ((np.arange(n_held) + draws.random()) * (len(key) / n_held)).astype(int)
    held = np.zeros(len(key), dtype=bool)
    held[order[places]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)


def _part(rows: BoostingRows, chosen: Array) -> BoostingRows:
    parts = (np.ascontiguousarray(a[:, chosen]) for a in (rows.codes, rows.target, rows.score))
    codes, target, score = parts
    return BoostingRows(codes, target, rows.weights[chosen], score)


def _strongest(
    rows: BoostingRows, mains: Array, coarse: Array, coarse_rows: Array,
    boosting: BoostingOptions, options: BagOptions,
) -> Array:  # fmt: skip
    """Return the pairs that rank highest on what the columns' shapes leave, (n_pairs, 2)."""
    n_codes = coarse[:, MISSING].astype(np.int64) + 1
    free = np.flatnonzero(
        (boosting.signs == 0) & (coarse_rows.min(axis=1) < coarse_rows.max(axis=1))
    )
    if options.n_pairs == 0 or len(free) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    score = rows.score.copy()
    add_terms(rows.codes, mains, score)
    offset, curvature = np.empty_like(score), np.empty_like(score)
    expand_loss(boosting.loss_code, rows.target, rows.weights, score, offset, curvature, True)
    gradient = offset + curvature * score
    ranked, _ = rank_pairs(
        coarse_rows, n_codes, free, gradient, curvature, boosting.min_samples_leaf, boosting.l2
    )
    return np.ascontiguousarray(ranked[: options.n_pairs])


def _cells(coarse_rows: Array, pairs: Array, shapes: Array) -> Array:
    """Return the cell of each pair's grid that each row lies in, uint16 (n_pairs, n_samples)."""
    cells = np.empty((len(pairs), coarse_rows.shape[1]), dtype=np.uint16)
    for p, (a, b) in enumerate(pairs):
        cells[p] = coarse_rows[a].astype(np.uint16) * np.uint16(shapes[p, 1]) + coarse_rows[b]
    return cells
