r"""Findings on two parts of a table: columns whose values differ between training and test.

For numbers the largest distance between the two distribution functions, for labels half the sum
of the distances of their shares,

.. math::
    D &= \sup_x |F_1(x) - F_2(x)|                                                        (1) \\
    T &= \frac12 \sum_l |p_1(l) - p_2(l)|                                                (2)

is told if it is at least 0.1 and beyond what two draws of one distribution give with probability
about alpha (0.001 for all columns together; shares of missing values are compared as those of
a label are, by D and its bound):

.. math::
    D_\alpha &= \sqrt{\tfrac12 \ln(2 / \alpha) (1/n_1 + 1/n_2)}                           (3) \\
    T_\alpha &= \sqrt{\tfrac12 \ln(2^k / \alpha) (1/n_1 + 1/n_2)}                         (4)

Source: Smirnov (1948), Annals of Mathematical Statistics 19(2), the first term of the limit, for
(3); Hoeffding (1963), Journal of the American Statistical Association 58, eq. (2.6), for each set
of k labels, of which T is the largest difference, for (4).
Cost: one sort a column.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from minixai.data.column import Column
from minixai.data.table import Table
from minixai.finding import Finding

__all__ = ["check_drift"]

UNLIKELY = 1e-3
WORTH_TELLING = 0.1
_MOST_LEVELS = 50
_NAMES_ROWS = 0.9  # share of rows with a value of their own: each is new, and means nothing
_MANY_NEW = 0.2  # share of test rows with labels that training has not seen


def check_drift(train: Table, test: Table) -> list[Finding]:
    """Find columns whose values differ between the parts, the target included.

    Parameters
    ----------
    train, test : Table
        With the same columns; those that only one has are passed over.

    Returns
    -------
    list of Finding
        Kind ``"drift"``, the largest difference first: warnings, but for new labels a note.
        Evidence: distance, bound, measure, n_train, n_test.
    """
    names = [name for name in train.columns if name in test.columns]
    level = UNLIKELY / max(2 * len(names), 1)
    pairs = [(train.columns[name], test.columns[name]) for name in names]
    found = [look(*pair, level) for pair in pairs for look in (_of_column, _gaps_differ)]
    told = [each for each in found if each is not None]
    return sorted(told, key=lambda each: -each.evidence["distance"])


def _of_column(train: Column, test: Column, level: float) -> Finding | None:
    if train.kind != test.kind or not len(train) or not len(test):
        return None
    if len(train.categories) or train.indptr is not None:
        return _labels_differ(train, test, level)
    first, second = (c.values[~c.missing].astype(np.float64) for c in (train, test))
    if len(first) == 0 or len(second) == 0:
        return None
    both = np.sort(np.concatenate([first, second]))
    steps = [
        np.searchsorted(np.sort(each), both, side="right") / len(each) for each in (first, second)
    ]
    distance = float(np.abs(steps[0] - steps[1]).max())  # (1)
    bound = _bound(level, len(first), len(second))
    if distance < max(bound, WORTH_TELLING):
        return None
    middle = [_written(train, float(np.median(each))) for each in (first, second)]
    sentence = (
        f"Column {train.name!r} differs between the rows used to fit and those held out: its "
        f"median is {middle[0]} in the first and {middle[1]} in the second (largest "
        f"distance of the distribution functions {distance:.2f})."
    )
    return _drift(train, test, sentence, distance, bound, "Kolmogorov-Smirnov distance")


def _written(column: Column, value: float) -> str:
    """Return a number of a column as people write it."""
    if column.kind == "datetime":
        return str(np.datetime64(round(value), "s")).replace("T00:00:00", "")
    return f"{value:.4g}"


def _gaps_differ(train: Column, test: Column, level: float) -> Finding | None:
    if train.indptr is not None or test.indptr is not None or not len(train) or not len(test):
        return None
    first, second = (float(column.missing.mean()) for column in (train, test))
    distance = abs(first - second)
    bound = _bound(level, len(train), len(test))
    if distance < max(bound, WORTH_TELLING):
        return None
    sentence = (
        f"Column {train.name!r} is missing in {first:.0%} of the rows used to fit and in "
        f"{second:.0%} of those held out."
    )
    return _drift(train, test, sentence, distance, bound, "difference of the shares missing")


def _labels_differ(train: Column, test: Column, level: float) -> Finding | None:
    known, unseen = _shares(train, test)
    if train.n_unique > _MOST_LEVELS or train.indptr is not None:
        names_rows = train.n_unique > _NAMES_ROWS * len(train)
        if unseen < _MANY_NEW or names_rows or train.indptr is not None:
            return None
        sentence = (
            f"Column {train.name!r}: {unseen:.0%} of the rows held out have a value that the rows "
            "used to fit do not have."
        )
        found = _drift(train, test, sentence, unseen, _MANY_NEW, "share of new values")
        proposal = "A model knows nothing of a value it has not seen: merge values into groups."
        return replace(found, severity="note", proposal=proposal)
    first, second = known
    distance = 0.5 * float(np.abs(first - second).sum())  # (2)
    logarithm = len(first) * math.log(2.0) - math.log(level)
    bound = math.sqrt(0.5 * logarithm * _width(len(train), len(test)))  # (4)
    if distance < max(bound, WORTH_TELLING):
        return None
    j = int(np.argmax(np.abs(first - second)))
    label = _labels(train, test)[j]
    sentence = (
        f"Column {train.name!r} differs between the rows used to fit and those held out: "
        f"{label!r} is {first[j]:.0%} of the first and {second[j]:.0%} of the second."
    )
    return _drift(train, test, sentence, distance, bound, "total variation distance")


def _labels(train: Column, test: Column) -> list[str]:
    both = [column.categories.astype(np.str_) for column in (train, test)]
    return [str(label) for label in np.unique(np.concatenate(both))]


def _shares(train: Column, test: Column) -> tuple[list[np.ndarray], float]:
    """Return the share of each label in both parts, and of test rows with labels new to it."""
    labels = np.array(_labels(train, test))
    found = []
    for column in (train, test):
        place = np.searchsorted(labels, column.categories.astype(np.str_))
        codes = place[column.values[column.values >= 0]]
        found.append(np.bincount(codes, minlength=len(labels)) / max(len(codes), 1))
    return found, float(found[1][found[0] == 0].sum())


def _bound(level: float, n_train: int, n_test: int) -> float:
    return math.sqrt(0.5 * math.log(2.0 / level) * _width(n_train, n_test))  # (3)


def _width(n_train: int, n_test: int) -> float:
    return 1.0 / n_train + 1.0 / n_test


def _drift(
    train: Column, test: Column, sentence: str, distance: float, bound: float, measure: str
) -> Finding:
    return Finding(
        "drift",
        (train.name,),
        sentence,
        {
            "distance": distance,
            "bound": bound,
            "measure": measure,
            "n_train": len(train),
            "n_test": len(test),
        },
        "Ask what changed between the parts (time, source, sampling): a score on the held-out rows "
        "says little about rows of another kind. Split by time, or weigh the rows.",
    )
