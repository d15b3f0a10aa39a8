"""From the arguments of a tree or forest to the limits within which a tree grows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import ParameterError, suggestion
from minixai.tree.split_gain import Limits

__all__ = ["check_growth", "growth_limits"]

_ENDLESS = 2**31 - 1


def check_growth(model: Any) -> None:
    """Raise `ParameterError` for an argument outside its range."""
    if model.max_depth is not None:
        check_number("max_depth", model.max_depth, low=1, integer=True)
    _check_rows("min_samples_split", model.min_samples_split, 2)
    _check_rows("min_samples_leaf", model.min_samples_leaf, 1)
    check_number("min_weight_fraction_leaf", model.min_weight_fraction_leaf, low=0.0, high=0.5)
    if model.max_leaf_nodes is not None:
        check_number("max_leaf_nodes", model.max_leaf_nodes, low=2, integer=True)
    check_number("min_impurity_decrease", model.min_impurity_decrease, low=0.0)
    _n_drawn(model.max_features, 1)


def growth_limits(
    model: Any, shape: tuple[int, ...], weight: float, *, gain_unit: float, entropy: bool
) -> Limits:
    """Return the limits that checked arguments stand for.

    Parameters
    ----------
    model : estimator
        With the arguments that a tree and a forest share.
    shape : (n_rows, n_features)
        What shares are of.
    weight : float
        Of all rows.
    gain_unit : float
        The impurity that a gain of 1 on a weight of 1 stands for.
    entropy : bool
        Whether gains are bits.
    """
    n_rows, n_features = shape
    min_leaf = _rows(model.min_samples_leaf, n_rows)
    min_gain = np.float64(model.min_impurity_decrease) * weight
    if min_gain > 0:  # the unit of tiny targets may be 0: nothing gains enough
        with np.errstate(over="ignore", divide="ignore"):
            min_gain = min_gain / gain_unit
    return Limits(
        max_depth=_ENDLESS if model.max_depth is None else int(model.max_depth),
        min_split=max(2, 2 * min_leaf, _rows(model.min_samples_split, n_rows)),
        min_leaf=min_leaf,
        min_weight=float(model.min_weight_fraction_leaf * weight),
        min_gain=float(min_gain),
        max_leaves=0 if model.max_leaf_nodes is None else int(model.max_leaf_nodes),
        n_drawn=_n_drawn(model.max_features, n_features),
        entropy=entropy,
    )


def _is_share(value: Any) -> bool:
    return isinstance(value, (float, np.floating))


def _check_rows(name: str, value: Any, fewest: int) -> None:
    if _is_share(value):
        check_number(name, value, low=0.0, high=1.0, open_low=True)
    else:
        check_number(name, value, low=fewest, integer=True)


def _rows(value: Any, n_rows: int) -> int:
    return math.ceil(value * n_rows) if _is_share(value) else int(value)


def _n_drawn(max_features: Any, n_features: int) -> int:
    if max_features is None:
        return n_features
    if isinstance(max_features, str):
        if max_features == "sqrt":
            return max(1, int(math.sqrt(n_features)))
        if max_features == "log2":
            return max(1, int(math.log2(n_features)))
        raise ParameterError(
            "`max_features` must be 'sqrt', 'log2', a share in (0, 1], a number of columns or None,"
            f" got {max_features!r}.{suggestion(max_features, ('sqrt', 'log2'))}"
        )
    if _is_share(max_features):
        check_number("max_features", max_features, low=0.0, high=1.0, open_low=True)
        return max(1, int(max_features * n_features))
    check_number("max_features", max_features, low=1, integer=True)
    return min(int(max_features), n_features)
