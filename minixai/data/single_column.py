r"""How well one raw column alone predicts the target on held-out rows.

A predictor of one column: the target's mean (class shares) among the training rows in the
same bin, drawn towards the overall one by one row's weight,

.. math::
    \hat y_{bin} = \frac{\sum_{i \in bin} y_i + \bar y}{n_{bin} + 1}                      (1)

with a bin a level, a combination of labels, or one of 32 quantile bins of a number, missing
values in a bin of their own. Numbers that predict numbers are tried as a straight line and
as a line through the bins as well, and the best of the three counts. Its skill is the share
of the naive prediction's loss that it takes away,

.. math::
    \text{skill} = 1 - L(\hat y) / L(\bar y),                                          (2)

L the squared error (skill is then R2 against the training mean) or the log loss: 1 is
perfect, 0 no better than the mean or the class shares of training, below 0 worse. A column
with gaps counts by all rows or by those that have a value, whichever is better. The standard
error is that of a ratio of means,

.. math::
    se^2 = \frac{1}{n \bar L_0^2} \mathrm{var}(L_i - (1 - \text{skill}) L_{0i}).          (3)

Source: own; the skill is that of weather forecasting (Murphy 1988, Mon. Wea. Rev. 116, 2417).
Cost: O(n log n) a column.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minixai.data.column import Column
from minixai.data.kind_conversion import as_kind
from minixai.data.table import Table
from minixai.errors import ParameterError
from minixai.protocols import Array

__all__ = ["ColumnSkill", "prediction_skill", "single_column_skills"]

_N_BINS = 32
_LEAST_PRESENT = 20  # rows with a value, for a skill of their own
_LEAST_PROBABILITY = 1e-6  # a sure and wrong prediction must not cost infinity


class ColumnSkill(NamedTuple):
    """What one column alone reaches on the held-out rows.

    Parameters
    ----------
    skill, std_error : float
    exact_share : float
        Share of the rows whose class, or number to 1e-6 of its spread, is met.
    n_rows : int
        Rows it was measured on: all, or those that have a value.
    """

    skill: float
    std_error: float
    exact_share: float
    n_rows: int


def single_column_skills(train: Table, test: Table) -> dict[str, ColumnSkill]:
    """Return what each feature reaches on the test rows, learned from the training rows.

    Parameters
    ----------
    train, test : Table
        With the same target.

    Raises
    ------
    ParameterError
        A table without a target.
    """
    goal, truth = _target(train), _target(test, train)
    return {
        name: _of_column(train.columns[name], test.columns[name], goal, truth)
        for name in train.features
    }


def prediction_skill(train: Table, test: Table, prediction: Any) -> float:
    """Return a model's skill on the test rows, on the scale of `single_column_skills`.

    Parameters
    ----------
    train, test : Table
    prediction : array
        Numbers (n_test,), or probabilities (n_test, n_classes), classes sorted.
    """
    truth = _target(test, train)
    given = np.asarray(prediction, dtype=np.float64)
    loss = float(_losses(truth, given if given.ndim == 2 else given[:, None]).mean())
    return 1.0 - loss / naive_loss(train, test)  # (2)


def naive_loss(train: Table, test: Table) -> float:
    """Return the mean loss of predicting the training mean, or class shares, everywhere."""
    goal, truth = _target(train), _target(test, train)
    return float(_losses(truth, np.broadcast_to(goal.mean(axis=0), truth.shape)).mean())


def _target(table: Table, like: Table | None = None) -> Array:
    """Return the target as (n, 1) numbers, or (n, n_classes) indicators of ``like``'s classes."""
    if table.target is None:
        raise ParameterError("The table has no target: choose one by with_target(name).")
    column = table.columns[table.target]
    if table.task == "regression":
        return column.values[:, None]
    column = as_kind(column, "categorical")
    labels = column.categories.astype(np.str_)[column.values]
    known = like if like is not None else table
    seen = as_kind(known.columns[known.target or ""], "categorical")
    classes = seen.categories[np.unique(seen.values)].astype(np.str_)
    return np.asarray(labels[:, None] == classes).astype(np.float64)


def _of_column(train: Column, test: Column, goal: Array, truth: Array) -> ColumnSkill:
    test = as_kind(test, train.kind)
    if train.kind == "datetime":
        train, test = as_kind(train, "numeric"), as_kind(test, "numeric")
    places, later, n_bins = _bins(train, test)
    average = goal.mean(axis=0)
    counts = np.bincount(places, minlength=n_bins) + 1.0
    sums = np.column_stack([np.bincount(places, y, minlength=n_bins) for y in goal.T])
    means = (sums + average) / counts[:, None]  # (1)
    guesses = [means[later]]
    if train.kind == "numeric" and goal.shape[1] == 1:
        guesses += _lines(train, test, goal[:, 0], average[0])
    naive = _losses(truth, np.broadcast_to(average, truth.shape))
    found: list[ColumnSkill] = []
    present = np.flatnonzero(~test.missing)
    subsets = [np.arange(len(truth))]
    if _LEAST_PRESENT <= len(present) < len(truth):
        subsets.append(present)
    for guess in guesses:
        losses, exact = _losses(truth, guess), _exact(truth, guess)
        found += [_measured(losses[rows], naive[rows], exact[rows]) for rows in subsets]
    return max(found)


def _measured(losses: Array, naive: Array, exact: Array) -> ColumnSkill:
    """Return skill and standard error from the loss of each row and the naive one."""
    level = float(naive.mean())
    if level == 0.0:
        return ColumnSkill(0.0, 0.0, 0.0, len(naive))
    ratio = float(losses.mean()) / level
    error = float(np.std(losses - ratio * naive) / (level * np.sqrt(len(naive))))  # (3)
    return ColumnSkill(1.0 - ratio, error, float(exact.mean()), len(naive))


def _bins(train: Column, test: Column) -> tuple[Array, Array, int]:
    """Return the bin of each training and test row, and how many bins there are.

    The last bin is for what training has not seen.
    """
    if train.kind == "numeric":
        present = train.values[~train.missing]
        distinct = np.unique(present)
        edges = distinct
        if len(distinct) > 2 * _N_BINS:
            shares = np.arange(1, _N_BINS) / _N_BINS
            edges = np.unique(np.quantile(present, shares, method="inverted_cdf"))
        n_bins = len(edges) + 3  # one beyond the last edge, one for missing, one spare

        def place(column: Column) -> Array:
            bins = np.searchsorted(edges, column.values, side="left")
            return np.where(column.missing, len(edges) + 1, bins)

        return place(train), place(test), n_bins
    texts = [column.categories.astype(np.str_) for column in (train, test)]
    shared = np.unique(np.concatenate(texts))
    keys, later = train.recoded(shared).row_keys(), test.recoded(shared).row_keys()
    known, places = np.unique(keys, return_inverse=True)
    found = np.minimum(np.searchsorted(known, later), len(known) - 1)
    return places, np.where(known[found] == later, found, len(known)), len(known) + 1


def _lines(train: Column, test: Column, goal: Array, average: float) -> list[Array]:
    """Return the test predictions of a straight line, and of one through the bins' means."""
    present = ~train.missing
    x, y = train.values[present], goal[present]
    unit = float(np.abs(x).max()) if len(x) else 0.0
    if unit == 0.0:
        return []
    x, later = x / unit, np.where(test.missing, 0.0, test.values / unit)
    centred = x - x.mean()
    spread = float(np.dot(centred, centred))
    slope = float(np.dot(centred, y)) / spread if spread > 0 else 0.0
    line = y.mean() + slope * (later - x.mean())
    order = np.argsort(x, kind="stable")
    parts = np.array_split(order, min(_N_BINS * 2, len(order)))
    knots = np.array([x[part].mean() for part in parts])
    heights = np.array([y[part].mean() for part in parts])
    through = np.interp(later, knots, heights)
    gaps = goal[~present]
    filler = gaps.mean() if len(gaps) else average
    return [np.where(test.missing, filler, guess)[:, None] for guess in (line, through)]


def _losses(truth: Array, guess: Array) -> Array:
    """Return each row's squared error, or log loss of class shares, (n,)."""
    if truth.shape[1] == 1:
        return np.asarray(np.square(truth - guess)[:, 0])
    bounded = np.clip(guess, _LEAST_PROBABILITY, 1.0)
    of_class = np.where(truth > 0, bounded, 1.0).prod(axis=1)
    unseen = truth.sum(axis=1) == 0  # a class that training does not have
    return np.asarray(-np.log(np.where(unseen, _LEAST_PROBABILITY, of_class)))


def _exact(truth: Array, guess: Array) -> Array:
    """Return whether each row's class, or number to 1e-6 of its spread, is met."""
    if truth.shape[1] > 1:
        known = truth.any(axis=1)
        return np.asarray(known & (truth.argmax(axis=1) == guess.argmax(axis=1)))
    return np.asarray(np.abs(truth - guess)[:, 0] <= 1e-6 * float(truth.std()))
