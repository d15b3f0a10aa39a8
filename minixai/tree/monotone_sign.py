"""Which way a prediction may go with a column: monotone constraints as the caller gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minixai.errors import ParameterError, suggestion
from minixai.protocols import Array

__all__ = ["signs_of"]


def signs_of(given: Any, n_features: int, names: tuple[str, ...] | None) -> Array:
    """Return the monotone constraints as one sign a column, int64.

    Parameters
    ----------
    given : sequence of int (n_features,), dict of name or index -> int, or None
        1, -1 or 0; columns that a dict leaves out have 0.
    n_features : int
    names : tuple of str (n_features,), optional
        Those of the columns, if they have any.

    Raises
    ------
    ParameterError
        Another number of signs, other signs, or a column that is not there.
    """
    signs = np.zeros(n_features, dtype=np.int64)
    if given is None:
        return signs
    if isinstance(given, Mapping):
        for column, sign in given.items():
            signs[_place(column, n_features, names)] = _sign(sign)
        return signs
    if np.shape(given) != (n_features,):
        raise ParameterError(
            f"`monotonic_cst` must have one of -1, 0, 1 for each of {n_features} columns, got "
            f"shape {np.shape(given)}."
        )
    return np.array([_sign(sign) for sign in given], dtype=np.int64)


def _place(column: Any, n_features: int, names: tuple[str, ...] | None) -> int:
    whole = isinstance(column, (int, np.integer)) and not isinstance(column, bool)
    if whole and 0 <= column < n_features:
        return int(column)
    if names is None:
        raise ParameterError(
            "`monotonic_cst` names columns, and X has no names: give one number a column, or "
            f"indices below {n_features}."
        )
    if column not in names:
        raise ParameterError(
            f"`monotonic_cst` names {column!r}, which X does not have.{suggestion(column, names)}"
        )
    return names.index(column)


def _sign(value: Any) -> int:
    if value not in (-1, 0, 1):
        raise ParameterError(f"`monotonic_cst` must hold -1, 0 or 1, got {value!r}.")
    return int(value)
