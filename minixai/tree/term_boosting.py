r"""Cyclic boosting: small steps of one term after another, each a few constant pieces.

The raw score of a row is :math:`F_i = \sum_t f_t(c_{it})`, with :math:`c_{it}` its code in term t:
a bin of one column, or a cell of two. A round starts from scores s, expands the loss there, with
gradient :math:`g_i` and curvature :math:`h_i` of each row, and takes every term once; before a
term's turn the gradient has become, and by code it sums to,

.. math::
    g_i(F) &= a_i + h_i F_i, \quad a_i = g_i - h_i s_i                                   (1) \\
    G_c &= \sum_{i: c_{it} = c} g_i(F), \quad H_c = \sum_{i: c_{it} = c} h_i             (2)

A column's codes step by the pieces of ``column_cut.py``, the cells of two columns by the tree of
``grid_cut.py``, by a share of their best step. What gains less than ``min_gain`` is left alone,
so that columns without effect stay flat; for squared error gains are counted in units of the
variance left, so that a cut in noise gains about 1 for every loss. Held-out rows say when to stop,
and the best tables are kept.

Source: Lou, Caruana & Gehrke (2012), Intelligible models for classification and regression, KDD,
and Nori et al. (2019), InterpretML, arXiv:1909.09223, for the cyclic boosting of shape functions.
Differs from the sources: within a round gradients follow (1) and are not computed afresh, so a
round has one exponential a row; curvatures are renewed every few rounds.
Cost: O(n_rows * n_terms) a round; memory three numbers a row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree.column_cut import write_column_step
from minixai.tree.feature_bins import MISSING
from minixai.tree.grid_cut import write_grid_step
from minixai.tree.second_order_loss import LOSSES, SQUARED, expand_loss, total_loss

__all__ = ["BoostingOptions", "BoostingRows", "add_terms", "boost_terms"]

_N_SHARES = 4  # of a column's sums: neighbouring rows of one bin need not wait for each other
_CHECK_EVERY = 5  # rounds from one look at the held-out rows to the next
_RENEW_EVERY = 8  # rounds that share curvatures
_GAIN_OF_PAIR = 5.0  # times ``min_gain``: a tree has three cuts and more places for them
_TOLERANCE = 1e-5  # share of the first loss by which a better one is better


@dataclass(frozen=True)
class BoostingRows:
    """Rows to learn from, or to judge by.

    Parameters
    ----------
    codes : uint8 or uint16 array (n_terms, n_rows)
    target : array (n_outputs, n_rows)
        Numbers; or 0 and 1 for the classes that have an output.
    weights : array (n_rows,)
        Above 0.
    score : array (n_outputs, n_rows)
        Raw scores that the terms are added to.
    """

    codes: Array
    target: Array
    weights: Array
    score: Array


@dataclass(frozen=True)
class BoostingOptions:
    """How terms are boosted; see `BoostedGAMClassifier`.

    ``signs`` (n_terms,) is 1 for a column whose scores must rise, -1 for one where they must fall.
    """

    loss: str
    learning_rate: float
    max_rounds: int
    patience: int
    max_leaves: int
    min_samples_leaf: int
    l2: float
    min_gain: float
    signs: Array

    @property
    def loss_code(self) -> int:
        """What kernels call the loss."""
        return LOSSES[self.loss]


def boost_terms(
    rows: BoostingRows, held_out: BoostingRows, shapes: Array, options: BoostingOptions
) -> tuple[Array, int]:
    """Boost all terms until the loss of the held-out rows no longer falls.

    Parameters
    ----------
    rows, held_out : BoostingRows
    shapes : int64 array (n_terms, 2)
        Codes of values of a column, and 0; or codes of the two columns of a cell.
    options : BoostingOptions

    Returns
    -------
    tables : array (n_outputs, n_terms, n_codes)
        Score of each code at the best round.
    n_rounds : int
        Number of that round.
    """
    n_outputs, n_terms = len(rows.target), len(shapes)
    n_codes = MISSING + 1 if not shapes[:, 1].any() else int(shapes.prod(axis=1).max())
    tables = np.zeros((n_outputs, n_terms, n_codes))
    counts = np.stack([np.bincount(code, minlength=n_codes) for code in rows.codes]).astype(float)
    score, offset, curvature = rows.score.copy(), *(np.empty_like(rows.score) for _ in range(2))
    sums = np.zeros((_N_SHARES, n_codes))
    H, work = np.zeros(tables.shape), np.zeros((6, int(shapes.max())))
    steps = np.zeros((2, n_codes))
    ends, cuts = np.zeros(options.max_leaves, dtype=np.int64), np.zeros(4, dtype=np.int64)
    limits = (options.learning_rate, options.min_samples_leaf, options.l2)
    loss = options.loss_code
    first = least = _loss_of(loss, held_out, tables)
    best, best_round = tables.copy(), 0
    for number in range(1, options.max_rounds + 1):
        unit = 2.0 * least if loss == SQUARED else 1.0  # the variance left: gains are then chi2
        renew = (number - 1) % _RENEW_EVERY == 0
        expand_loss(loss, rows.target, rows.weights, score, offset, curvature, renew)
        if renew:
            _sum_curvatures(rows.codes, curvature, H)
        _walk_terms(
            rows.codes, shapes, options.signs, counts, H, score, offset, curvature, tables, sums,
            steps, work, ends, cuts, unit * options.min_gain, *limits,
        )  # fmt: skip
        if number % _CHECK_EVERY == 0 or number == options.max_rounds:
            now = _loss_of(loss, held_out, tables)
            if now < least - _TOLERANCE * first:
                least, best, best_round = now, tables.copy(), number
            elif number - best_round >= options.patience:
                break
    return best, best_round


def _loss_of(loss: int, rows: BoostingRows, tables: Array) -> float:
    """Return the mean loss of rows, weighted."""
    score = rows.score.copy()
    add_terms(rows.codes, tables, score)
    return total_loss(loss, rows.target, rows.weights, score) / float(rows.weights.sum())


@kernel
def add_terms(codes: Array, tables: Array, score: Array) -> None:
    """Add the terms' scores to those of every output, (n_outputs, n_rows)."""
    for k in range(score.shape[0]):
        line = score[k]
        for t in range(codes.shape[0]):
            table, code = tables[k, t], codes[t]
            for i in range(line.size):
                line[i] += table[code[i]]


@kernel
def _sum_curvatures(codes: Array, curvature: Array, H: Array) -> None:
    for k in range(curvature.shape[0]):
        h = curvature[k]
        for t in range(codes.shape[0]):
            total, code = H[k, t], codes[t]
            for c in range(total.size):
                total[c] = 0.0
            for i in range(h.size):
                total[code[i]] += h[i]


@kernel
def _walk_terms(
    codes: Array, shapes: Array, signs: Array, counts: Array, H: Array, score: Array,
    offset: Array, curvature: Array, tables: Array, sums: Array, steps: Array, work: Array,
    ends: Array, cuts: Array, min_gain: float, learning_rate: float, min_rows: int, l2: float,
) -> None:  # fmt: skip
    """Take every term once; a term's step reaches the scores as the next one's sums are made."""
    n_codes = sums.shape[1]
    for k in range(score.shape[0]):
        now, before = 0, 0
        for c in range(n_codes):
            steps[1, c] = 0.0
        for t in range(codes.shape[0]):
            step = steps[now]
            _sum_gradients(
                codes[before], steps[1 - now], codes[t], offset[k], curvature[k], score[k], sums
            )
            if shapes[t, 1] == 0:
                write_column_step(
                    sums[0], H[k, t], counts[t], shapes[t, 0], signs[t], min_gain, min_rows, l2,
                    ends, step,
                )  # fmt: skip
            else:
                write_grid_step(
                    sums[0], H[k, t], counts[t], shapes[t, 0], shapes[t, 1],
                    _GAIN_OF_PAIR * min_gain, min_rows, l2, work, cuts, step,
                )  # fmt: skip
            for c in range(n_codes):
                step[c] *= learning_rate
                tables[k, t, c] += step[c]
            now, before = 1 - now, t
        step, code, line = steps[1 - now], codes[before], score[k]
        for i in range(line.size):
            line[i] += step[code[i]]


@kernel
def _sum_gradients(
    before: Array, step: Array, code: Array, a: Array, h: Array, F: Array, sums: Array
) -> None:
    """Add the last step to the scores, and sum the gradients that they give by code."""
    n_codes = sums.shape[1]
    for share in range(_N_SHARES):
        for c in range(n_codes):
            sums[share, c] = 0.0
    whole = F.size // _N_SHARES * _N_SHARES
    for start in range(0, whole, _N_SHARES):
        for lane in range(_N_SHARES):
            i = start + lane
            x = F[i] + step[before[i]]
            F[i] = x
            sums[lane, code[i]] += a[i] + h[i] * x
    for i in range(whole, F.size):
        x = F[i] + step[before[i]]
        F[i] = x
        sums[0, code[i]] += a[i] + h[i] * x  # (1)
    for share in range(1, _N_SHARES):
        for c in range(n_codes):
            sums[0, c] += sums[share, c]  # (2)
