r"""Weight importance: the products of absolute weights along all paths from a feature.

.. math::
    v^{(L)} = 1, \qquad v^{(l-1)} = |W^{(l)}| \, v^{(l)}          (1)
    \qquad
    I_j = v^{(0)}_j / \sum_m v^{(0)}_m                             (2)

with the weights W^{(l)} (n_in, n_out) of layer l = L ... 1. For a linear model these are the
absolute coefficients, divided by their sum.

Source: the article's weight analysis, freed from its reading of biases; the products of absolute
weights follow Garson (1991), Interpreting neural-network connection weights, without the
normalisation inside a layer, and Olden & Jackson (2002), section 2, for any depth.
Cost: one pass over the weights, no data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import getattr_static
from typing import Any

import numpy as np

from minixai._column_groups import check_groups
from minixai.errors import ParameterError
from minixai.importance import Importance
from minixai.protocols import Array

__all__ = ["weight_importance"]


def weight_importance(
    model: Any, groups: Mapping[str, Sequence[int | str]] | None = None
) -> Importance:
    """Sum the absolute weights over all paths from each feature to the outputs.

    A look at the parameters, not an explanation of the predictions: it knows nothing of the data,
    reads activations as if they were always open, lets paths of opposite sign add up that cancel
    in the model, and compares features fairly only when all of them were fitted on one scale
    (standardise first). Use `permutation_importance` for what the predictions rely on.

    Parameters
    ----------
    model : fitted model with ``layers``
        A chain of dense layers: a linear model or a multi-layer perceptron.
    groups : dict of name -> list of columns (names or indices), optional
        Columns whose importances are added; columns left out stay on their own.

    Returns
    -------
    Importance
        Non-negative shares that sum to 1 (all 0 if every path is cut), without a spread.

    Raises
    ------
    ParameterError
        The model has no ``layers``, or ``groups`` names a column it does not have.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from minixai.protocols import Layer
    >>> model = SimpleNamespace(layers=(Layer(np.array([[3.0], [-1.0]]), np.zeros(1), "identity"),))
    >>> weight_importance(model).mean
    array([0.75, 0.25])
    """
    if getattr_static(model, "layers", None) is None:
        raise ParameterError(
            f"weight_importance reads a model's `layers`, and {type(model).__name__} has none: "
            "permutation_importance works for any model."
        )
    strength = _path_strength(
        [np.asarray(layer.weight, dtype=np.float64) for layer in model.layers]
    )
    learned = getattr(model, "feature_names_in_", None)
    names = [f"x{j}" for j in range(len(strength))] if learned is None else list(map(str, learned))
    players = check_groups(groups, names)
    return Importance(
        mean=np.array([strength[columns].sum() for columns in players.values()]),
        feature_names=tuple(players),
        method="weight",
        groups=None
        if groups is None
        else {player: [names[j] for j in columns] for player, columns in players.items()},
    )


def _path_strength(weights: Sequence[Array]) -> Array:
    """Give each feature's share; every layer is scaled by its largest entry, against overflow."""
    strength = np.ones(weights[-1].shape[1])
    for weight in reversed(weights):
        largest = np.abs(weight).max()
        if largest == 0.0:
            return np.zeros(weights[0].shape[0])
        strength = (np.abs(weight) / largest) @ strength  # (1)
        strength /= max(strength.max(), np.finfo(np.float64).tiny)
    total = strength.sum()
    return strength / total if total > 0.0 else strength  # (2)
