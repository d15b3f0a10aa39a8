r"""Cyclic boosting: small steps of one term after another, each a few constant pieces.

The raw score of a row is :math:`F_i = \sum_t f_t(c_{it})`, with :math:`c_{it}` its code in term t:
a bin of one column, or a cell of two. A round starts from scores s, expands the loss there, with
gradient :math:`g_i` and curvature :math:`h_i` of each row, and takes every term once; before a
term's turn the gradient has become, and by code it sums to,

.. math::
    g_i(F) &= a_i + h_i F_i, \quad a_i = g_i - h_i s_i                                   (1) \\
    G_c &= \sum_{i: c_{it} = c} g_i(F), \quad H_c = \sum_{i: c_{it} = c} h_i             (2)

A column's codes are parted where that lowers the expansion most, ``max_leaves`` pieces at most; a
piece of sums G and H steps by v, and a cut of it into L and R is worth

.. math::
    v &= -\eta\, G / (H + \lambda)                                                       (3) \\
    &G_L^2 / (H_L + \lambda) + G_R^2 / (H_R + \lambda) - G^2 / (H + \lambda)             (4)

Missing values of a column are a piece of their own. Two columns step by the four quarters of
``grid_cut.py``. Held-out rows say when to stop, and the best tables are kept.

Source: Lou, Caruana & Gehrke (2012), Intelligible models for classification and regression, KDD,
and Nori et al. (2019), InterpretML, arXiv:1909.09223, for the cyclic boosting of shape functions;
Chen & Guestrin (2016), XGBoost, arXiv:1603.02754, eq. (5) and (7), for (3) and (4).
Differs from the sources: within a round gradients follow (1) and are not computed afresh, so a
round has one exponential a row; curvatures are renewed every few rounds.
Cost: O(n_rows * n_terms) a round, about a nanosecond a row and term; memory three numbers a row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai._numba import exp, kernel, log1p
from minixai.protocols import Array
from minixai.tree.feature_bins import MISSING
from minixai.tree.grid_cut import best_cross

__all__ = ["BoostingOptions", "BoostingRows", "add_terms", "boost_terms", "expand_loss"]

SQUARED, LOGISTIC, SOFTMAX = 0, 1, 2
"""The losses that are known, by what kernels call them."""
_LOSSES = {"squared": SQUARED, "logistic": LOGISTIC, "softmax": SOFTMAX}
_N_SHARES = 4  # of a column's sums: neighbouring rows of one bin need not wait for each other
_CHECK_EVERY = 5  # rounds from one look at the held-out rows to the next
_RENEW_EVERY = 8  # rounds that share curvatures
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
    signs: Array

    @property
    def loss_code(self) -> int:
        """What kernels call the loss."""
        return _LOSSES[self.loss]


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
    ends = np.zeros(options.max_leaves, dtype=np.int64)
    limits = (options.learning_rate, options.min_samples_leaf, options.l2)
    loss = options.loss_code
    first = least = _loss_of(loss, held_out, tables)
    best, best_round = tables.copy(), 0
    for number in range(1, options.max_rounds + 1):
        renew = (number - 1) % _RENEW_EVERY == 0
        expand_loss(loss, rows.target, rows.weights, score, offset, curvature, renew)
        if renew:
            _sum_curvatures(rows.codes, curvature, H)
        _walk_terms(
            rows.codes, shapes, options.signs, counts, H, score, offset, curvature, tables, sums,
            steps, work, ends, *limits,
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
    return _total_loss(loss, rows.target, rows.weights, score) / float(rows.weights.sum())


@kernel
def expand_loss(
    loss: int, target: Array, weights: Array, score: Array, offset: Array, curvature: Array,
    renew: bool,
) -> None:  # fmt: skip
    """Write a of (1), and h where it is to be renewed, for every output (n_outputs, n_rows)."""
    n_outputs, n_rows = score.shape
    for k in range(n_outputs):
        F, y, a, h = score[k], target[k], offset[k], curvature[k]
        if loss == SQUARED:
            for i in range(n_rows):
                h[i] = weights[i]
                a[i] = -weights[i] * y[i]
        else:
            if loss == LOGISTIC:
                for i in range(n_rows):
                    a[i] = 1.0 / (1.0 + exp(-F[i]))
            else:
                for i in range(n_rows):
                    a[i] = 0.0
                for other in range(n_outputs):
                    for i in range(n_rows):
                        a[i] += exp(score[other, i] - F[i])
                for i in range(n_rows):
                    a[i] = 1.0 / a[i]
            if renew:
                for i in range(n_rows):
                    h[i] = weights[i] * max(a[i] * (1.0 - a[i]), 1e-6)
            for i in range(n_rows):
                a[i] = weights[i] * (a[i] - y[i]) - h[i] * F[i]


@kernel
def _total_loss(loss: int, target: Array, weights: Array, score: Array) -> float:
    n_outputs, n_rows = score.shape
    total = 0.0
    for i in range(n_rows):
        if loss == SQUARED:
            total += 0.5 * weights[i] * (score[0, i] - target[0, i]) ** 2
        elif loss == LOGISTIC:
            x = score[0, i] if target[0, i] == 0.0 else -score[0, i]
            total += weights[i] * (max(x, 0.0) + log1p(exp(-abs(x))))
        else:
            top, own, parts = score[0, i], 0.0, 0.0
            for k in range(n_outputs):
                top = max(top, score[k, i])
                own += score[k, i] * target[k, i]
            for k in range(n_outputs):
                parts += exp(score[k, i] - top)
            total += weights[i] * (top + np.log(parts) - own)
    return total


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
    ends: Array, learning_rate: float, min_rows: int, l2: float,
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
                _step_of_column(
                    sums[0], H[k, t], counts[t], shapes[t, 0], signs[t], min_rows, l2, ends, step,
                )  # fmt: skip
            else:
                _step_of_grid(sums[0], H[k, t], counts[t], shapes[t], min_rows, l2, work, step)
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


@kernel
def _step_of_column(
    G: Array, H: Array, N: Array, n_codes: int, sign: int, min_rows: int, l2: float,
    ends: Array, step: Array,
) -> None:  # fmt: skip
    """Write the steps of the best pieces, parting the piece that gains most each time."""
    ends[0], n_pieces = n_codes, 1
    _fill(G, H, 0, n_codes, l2, step)
    step[MISSING] = -G[MISSING] / (H[MISSING] + l2) if N[MISSING] >= min_rows else 0.0
    while n_pieces < ends.size:
        best, best_cut, piece, start = 0.0, -1, 0, 0
        for p in range(n_pieces):
            low = -np.inf if p == 0 else sign * step[start - 1]
            high = np.inf if p == n_pieces - 1 else sign * step[ends[p]]
            gain, cut = _best_cut(G, H, N, start, ends[p], sign, low, high, min_rows, l2)
            if gain > best:
                best, best_cut, piece = gain, cut, p
            start = ends[p]
        if best_cut < 0:
            break
        for p in range(n_pieces, piece, -1):
            ends[p] = ends[p - 1]
        ends[piece] = best_cut
        n_pieces += 1
        _fill(G, H, 0 if piece == 0 else ends[piece - 1], best_cut, l2, step)
        _fill(G, H, best_cut, ends[piece + 1], l2, step)


@kernel
def _fill(G: Array, H: Array, start: int, end: int, l2: float, step: Array) -> None:
    g, h = 0.0, 0.0
    for c in range(start, end):
        g += G[c]
        h += H[c]
    v = -g / (h + l2) if h > 0.0 else 0.0  # (3)
    for c in range(start, end):
        step[c] = v


@kernel
def _best_cut(
    G: Array, H: Array, N: Array, start: int, end: int, sign: int, low: float, high: float,
    min_rows: int, l2: float,
) -> tuple[float, int]:  # fmt: skip
    """Return (4) and the first code of R.

    With a sign, ``low`` and ``high`` are the steps of the pieces beside, times it.
    """
    g, h, n = 0.0, 0.0, 0.0
    for c in range(start, end):
        g += G[c]
        h += H[c]
        n += N[c]
    best, cut = 0.0, -1
    if h <= 0.0:
        return best, cut
    whole = g * g / (h + l2)
    g_left, h_left, n_left = 0.0, 0.0, 0.0
    for c in range(start, end - 1):
        g_left += G[c]
        h_left += H[c]
        n_left += N[c]
        if n_left < min_rows or N[c] == 0.0:
            continue
        if n - n_left < min_rows:
            break
        g_right, h_right = g - g_left, h - h_left
        gain = g_left * g_left / (h_left + l2) + g_right * g_right / (h_right + l2) - whole  # (4)
        if gain <= best:
            continue
        if sign != 0:
            left, right = -sign * g_left / (h_left + l2), -sign * g_right / (h_right + l2)
            if left > right or low > left or right > high:
                continue
        best, cut = gain, c + 1
    return best, cut


@kernel
def _step_of_grid(
    G: Array, H: Array, N: Array, shape: Array, min_rows: int, l2: float, work: Array, step: Array
) -> None:
    """Write the steps of the four quarters, 0 where there is no cross or no row."""
    n_a, n_b = shape[0], shape[1]
    for c in range(step.size):
        step[c] = 0.0
    gain, cut_a, cut_b = best_cross(G, H, N, shape, min_rows, l2, work)
    if cut_a < 0:
        return
    for quarter in range(4):
        a_start, a_end = (0, cut_a + 1) if quarter < 2 else (cut_a + 1, n_a)
        b_start, b_end = (0, cut_b + 1) if quarter % 2 == 0 else (cut_b + 1, n_b)
        g, h = 0.0, 0.0
        for a in range(a_start, a_end):
            for b in range(b_start, b_end):
                g += G[a * n_b + b]
                h += H[a * n_b + b]
        v = -g / (h + l2) if h > 0.0 else 0.0
        for a in range(a_start, a_end):
            for b in range(b_start, b_end):
                step[a * n_b + b] = v
