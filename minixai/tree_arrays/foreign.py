"""Models of trees as `TreeArrays`."""

from __future__ import annotations

from typing import Any

from minixai._validation import check_model
from minixai.errors import ParameterError
from minixai.protocols import TreeEnsemble
from minixai.tree_arrays.arrays import TreeArrays

__all__ = ["as_tree_arrays"]


def as_tree_arrays(model: Any) -> TreeArrays:
    """Return a fitted model of trees as arrays.

    Parameters
    ----------
    model : TreeArrays, or a fitted model with ``tree_arrays()``

    Raises
    ------
    ParameterError
        No model of trees.
    NotFittedError
        The model is not fitted yet.
    """
    if isinstance(model, TreeArrays):
        return model
    check_model(model)
    if isinstance(model, TreeEnsemble):
        return as_tree_arrays(model.tree_arrays())
    raise ParameterError(
        f"A model of trees is needed, and a {type(model).__name__} is not read: what is read are "
        "models with `tree_arrays()`."
    )
