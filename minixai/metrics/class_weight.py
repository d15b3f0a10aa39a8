r"""Weights that make up for unequal classes.

.. math::
    v_a &= n / (K n_a)                                                                   (1)

with :math:`n_a` the (weighted) number of rows of class a, n that of all and K the number of
classes: each class then weighs n / K, and all rows together as before. A model fitted with these
weights no longer gives probabilities of the data as they are: calibrate it, or choose a threshold
instead (:func:`choose_threshold`).

Source: King & Zeng (2001), Logistic regression in rare events data; here scaled.
Cost: one sort of the labels.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minixai._validation import as_weights
from minixai.errors import DataError, ParameterError
from minixai.metrics.label import as_labels, codes_of
from minixai.protocols import Array

__all__ = ["class_weights", "sample_weights"]


def class_weights(
    y: Any, class_weight: Any = "balanced", sample_weight: Any = None
) -> dict[Any, float]:
    """Weigh each class of ``y``.

    Parameters
    ----------
    y : array-like (n_samples,)
        Labels, numbers or texts.
    class_weight : {"balanced"}, dict or None
        "balanced" weighs a class by the inverse of its share; a dict gives the weights of
        labels, 1 for those it lacks (it may name labels that ``y`` lacks, as a fold of the rows
        may, but only if it names all that are there); None weighs all 1.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows, which "balanced" counts by; None counts every row once.

    Returns
    -------
    dict of label -> float
        In the order of the sorted labels.

    Raises
    ------
    DataError
        No rows, or a class without weight.
    ParameterError
        Anything else as ``class_weight``, a label in it that looks misspelt, or a weight below 0.

    Examples
    --------
    >>> class_weights(["no", "no", "no", "yes"])
    {'no': 0.6666666666666666, 'yes': 2.0}
    """
    return _weights(as_labels(y, "y"), class_weight, sample_weight)


def sample_weights(y: Any, class_weight: Any = "balanced", sample_weight: Any = None) -> Array:
    """Weigh each row by its class, times the weight it has.

    Parameters and errors are those of :func:`class_weights`.

    Returns
    -------
    ndarray (n_samples,)
        What estimators take as ``sample_weight``.

    Examples
    --------
    >>> sample_weights([0, 0, 0, 1], {1: 3.0})
    array([1., 1., 1., 3.])
    """
    labels = as_labels(y, "y")
    weights = _weights(labels, class_weight, sample_weight)
    known = np.unique(labels)
    return np.array(list(weights.values()))[codes_of(labels, known)] * as_weights(
        sample_weight, len(labels)
    )


def _weights(labels: Array, class_weight: Any, sample_weight: Any) -> dict[Any, float]:
    known = np.unique(labels)
    names = known.tolist()
    if class_weight is None:
        return dict.fromkeys(names, 1.0)
    if isinstance(class_weight, dict):
        _check_given(class_weight, names)
        return {name: float(class_weight.get(name, 1.0)) for name in names}
    if not (isinstance(class_weight, str) and class_weight == "balanced"):
        raise ParameterError(
            f"`class_weight` must be 'balanced', a dict of label -> weight or None, got "
            f"{class_weight!r}."
        )
    rows = as_weights(sample_weight, len(labels))
    total = np.bincount(codes_of(labels, known), rows, len(known))
    if not total.all():
        name = names[int(np.argmin(total))]
        raise DataError(f"Class {name!r} has no weight: leave its rows out.")
    values = rows.sum() / (len(known) * total)  # (1)
    return dict(zip(names, values.tolist(), strict=True))


def _check_given(class_weight: dict[Any, Any], names: list[Any]) -> None:
    strange = [label for label in class_weight if label not in names]
    if strange and not all(name in class_weight for name in names):
        raise ParameterError(
            f"`class_weight` names {strange[0]!r} and not every class of {names[:20]}: "
            "name those it misses, or correct the label."
        )
    for label, weight in class_weight.items():
        number = isinstance(weight, (int, float, np.integer, np.floating))
        if not number or not (math.isfinite(weight) and weight >= 0):
            raise ParameterError(
                f"The weight of class {label!r} must be a number >= 0, got {weight!r}."
            )
