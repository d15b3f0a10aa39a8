r"""Offsets and means of a target by label, in sample and out of fold.

The target of a row is read as a mean and one offset a label,

.. math::
    y \approx \mu + \sum_c b_c[v_c], \qquad
    b_c[v] = \frac{\sum_{i: v_{ic} = v} (y_i - \mu - \sum_{c' \ne c} b_{c'}[v_{ic'}])}
                  {n_{cv} + \lambda}                                                   (1)

solved by sweeping over the columns. With a user and an item it is the bias model of
recommenders, whose prediction is the mere sum of the two columns: encoding each id alone would
count a generous user's taste for good items twice. Each column alone (``joint=False``) gives
the smoothed mean of its labels,

.. math::
    m[v] = \frac{\sum_{i: v_i = v} y_i + \lambda \mu}{n_v + \lambda}                   (2)

which is that of scikit-learn's TargetEncoder with ``smooth`` = lambda, missing values a label
of their own as there; with one column (1) is (2) less mu. Several classes have one column each.

Out of fold: rows are dealt into folds at random, and a row's encoding comes from the other
folds' targets alone; changing its target leaves its encoding as it is, to the bit. Offsets
are divided by the target's standard deviation among the rows they were learned from, so
that no later scaling need look at targets again.

Source: Micci-Barreca (2001), SIGKDD Explorations 3(1), eq. (3) with a constant lambda;
Koren (2010), ACM TKDD 4(1), section 2.1, the baseline estimates.
Cost: O(n * n_columns * n_sweeps) a fold and output; memory O(n).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from minixai._validation import generator
from minixai.protocols import Array

__all__ = [
    "N_SWEEPS",
    "deal_folds",
    "fit_means",
    "fit_offsets",
    "out_of_fold_offsets",
    "pick_offsets",
]

N_SWEEPS = 10  # on MovieLens ratings the tenth sweep moves the test error in the fifth digit


def fit_offsets(
    codes: Sequence[Array], sizes: Sequence[int], target: Array, smoothing: float
) -> list[Array]:
    """Return each id column's offsets, in standard deviations of the target.

    Parameters
    ----------
    codes : list of int64 arrays (n,)
        One array an id column; -1 (missing) takes no part.
    sizes : list of int
        Number of ids of each column.
    target : array (n,), float64
    smoothing : float
        lambda: how many rows' worth of weight the mean has; 0 or more.

    Returns
    -------
    list of arrays (size + 1,)
        The last entry is 0: what an unknown id (-1) has.
    """
    n_rows = len(target)
    centred = target - (target.mean() if n_rows else 0.0)
    deviation = float(centred.std()) if n_rows else 0.0
    centred = centred / deviation if deviation > 0 else np.zeros(n_rows)
    places = [np.where(code < 0, size, code) for code, size in zip(codes, sizes, strict=True)]
    counts = [
        np.bincount(place, minlength=size + 1) + smoothing
        for place, size in zip(places, sizes, strict=True)
    ]
    offsets = [np.zeros(size + 1) for size in sizes]
    residual = centred.copy()
    for _ in range(N_SWEEPS if len(sizes) > 1 else 1):
        for place, count, offset, size in zip(places, counts, offsets, sizes, strict=True):
            residual += offset[place]
            sums = np.bincount(place, residual, minlength=size + 1)
            np.divide(sums, count, out=offset, where=count > 0)  # (1)
            offset[-1] = 0.0
            residual -= offset[place]
    return offsets


def fit_means(
    codes: Sequence[Array], sizes: Sequence[int], target: Array, smoothing: float
) -> list[Array]:
    """Return each column's smoothed means; arguments as in `fit_offsets`.

    Returns
    -------
    list of arrays (size + 1,)
        The last entry is the target's mean: what an unknown label has.
    """
    mean = float(target.mean()) if len(target) else 0.0
    found = []
    for code, size in zip(codes, sizes, strict=True):
        place = np.where(code < 0, size, code)
        counts = np.bincount(place, minlength=size + 1) + smoothing
        sums = np.bincount(place, target, minlength=size + 1) + smoothing * mean
        means = np.full(size + 1, mean)
        np.divide(sums, counts, out=means, where=counts > 0)  # (2)
        means[-1] = mean
        found.append(means)
    return found


def pick_offsets(offsets: Sequence[Array], codes: Sequence[Array]) -> Array:
    """Return each row's offsets (n, n_ids); unknown and missing ids have 0."""
    return np.column_stack([b[code] for b, code in zip(offsets, codes, strict=True)])


def deal_folds(n_rows: int, n_folds: int, random_state: int) -> Array:
    """Return the fold of each row, int64 (n,); it depends on the seed and n alone."""
    order = generator(random_state, n_rows).permutation(n_rows)
    folds = np.empty(n_rows, dtype=np.int64)
    folds[order] = np.arange(n_rows) % n_folds
    return folds


def out_of_fold_offsets(
    codes: Sequence[Array],
    sizes: Sequence[int],
    target: Array,
    smoothing: float,
    folds: Array,
    learn: Callable[..., list[Array]] = fit_offsets,
) -> Array:
    """Return each row's offsets (n, n_ids), learned from the rows of the other folds."""
    picked = np.zeros((len(target), len(sizes)))
    for fold in range(int(folds.max()) + 1 if len(folds) else 0):
        outside, inside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        offsets = learn([c[outside] for c in codes], sizes, target[outside], smoothing)
        picked[inside] = pick_offsets(offsets, [c[inside] for c in codes])
    return picked
