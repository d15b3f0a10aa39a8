"""Which way a prediction may go with a column: monotone constraints as the caller gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minixai.errors import ParameterError, suggestion
from minixai.protocols import Array

__all__ = ["signs_of"]


def signs_of(given: Any, n_features: int, names: tuple[str, ...] | None) -> Array:
    """Return the monotone constraints as one sign a column, int64."""
    signs = np.zeros(n_features, dtype=np.int64)
    if given is None:
        return signs
    if isinstance(given, Mapping):
        if names is None:
            raise ParameterError(
                "`monotonic_cst` names columns, and X has no names: give one number a column."
            )
        for name, sign in given.items():
            if name not in names:
                raise ParameterError(
                    f"`monotonic_cst` names {name!r}, which X does not have."
                    f"{suggestion(name, names)}"
                )
            signs[names.index(name)] = _sign(sign)
        return signs
    if np.shape(given) != (n_features,):
        raise ParameterError(
            f"`monotonic_cst` must have one of -1, 0, 1 for each of {n_features} columns, got "
            f"shape {np.shape(given)}."
        )
    return np.array([_sign(sign) for sign in given], dtype=np.int64)


def _sign(value: Any) -> int:
    if value not in (-1, 0, 1):
        raise ParameterError(f"`monotonic_cst` must hold -1, 0 or 1, got {value!r}.")
    return int(value)
