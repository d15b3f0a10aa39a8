r"""Magnitude pruning: set the weights of smallest absolute value to zero, then train on.

.. math::
    k = \mathrm{round}(s \, n)                                              (1)
    \qquad
    m_i = [\, \mathrm{rank}(|w_i|) \ge k \,]                                 (2)
    \qquad
    w_i' = m_i w_i                                                          (3)

with the sparsity s, n weights in the scope (all layers together, or each by itself), the rank
counted from 0 at the smallest, equal magnitudes ranked by their position (layers in the order of
``parameters()``, then row by row), and halves rounded to the even number. Biases are kept.

Source: Han, Pool, Tran & Dally (2015), arXiv:1506.02626, section 3.
Differs from the source: a share is removed rather than a multiple of the standard deviation.
Cost: one selection over the weights, O(n); fine-tuning costs its epochs.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minixai._validation import check_model, check_number
from minixai.errors import DataWarning, ParameterError, check_option
from minixai.optim.training import fine_tune
from minixai.protocols import Array, ParameterDifferentiable

__all__ = ["prune"]


def prune(
    model: Any,
    *,
    sparsity: float,
    scope: str = "global",
    X: Any = None,
    y: Any = None,
    n_epochs: int = 0,
    random_state: int | None = 0,
) -> Any:
    """Return a copy of a model with its smallest weights set to zero, fine-tuned if asked.

    Parameters
    ----------
    model : fitted model with ``parameters`` and ``with_parameters``
        It stays as it is. Weights are its parameters of two or more axes.
    sparsity : float
        Share of the weights that is zero afterwards, in [0, 1). Weights that are zero already
        count, and come first; 0 changes nothing.
    scope : {"global", "layer"}
        Whether the share holds over all weights together or in each layer.
    X, y : array-like, optional
        Data to fine-tune on; needed with ``n_epochs``.
    n_epochs : int
        Epochs of fine-tuning by the model's own optimizer and step, during which the zeros stay
        zero; 0 for none. Linear models are solved exactly instead, however many they are.
    random_state : int or None
        Seed of the fine-tuning; None is 0.

    Returns
    -------
    fitted model of the same class

    Warns
    -----
    DataWarning
        A layer lost all of its weights.
    ConvergenceWarning
        Fine-tuning did not lower the loss; the pruned model is given as it was before.

    Raises
    ------
    ParameterError
        A sparsity outside [0, 1), an unknown scope, ``n_epochs`` without data, a class, or a
        model without parameters.

    Examples
    --------
    >>> from minixai.linear import LinearRegression
    >>> model = LinearRegression().fit([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0.0, 3.0, 1.0])
    >>> prune(model, sparsity=0.5).predict([[1.0, 1.0]]).round(6)
    array([3.])
    """
    check_model(model)
    check_number("sparsity", sparsity, low=0.0, high=1.0, open_high=True)
    check_option("scope", scope, ("global", "layer"))
    check_number("n_epochs", n_epochs, low=0, integer=True)
    if n_epochs > 0 and (X is None or y is None):
        raise ParameterError(
            f"`n_epochs` is {n_epochs}, and fine-tuning needs data: give `X` and `y`, or "
            "`n_epochs=0`."
        )
    if not isinstance(model, ParameterDifferentiable):
        raise ParameterError(
            f"prune needs a model with `parameters` and `with_parameters`, and "
            f"{type(model).__name__} does not have them: prune a linear model or a network (before "
            "it is quantized)."
        )
    parameters = model.parameters()
    weights = {name: array for name, array in parameters.items() if array.ndim >= 2}
    masks = _magnitude_masks(weights, float(sparsity), scope)
    _warn_if_cut_through(masks)
    pruned = {name: np.where(masks[name], weights[name], 0) for name in weights}  # (3)
    smaller = model.with_parameters({**parameters, **pruned})
    if n_epochs == 0:
        return smaller
    kept = {name: array != 0 for name, array in pruned.items()}
    return fine_tune(smaller, X, y, n_epochs=n_epochs, masks=kept, random_state=random_state)


def _warn_if_cut_through(masks: dict[str, Array]) -> None:
    """Say so where a layer passes nothing on: the answer is then the same for every row."""
    severed = [name for name, mask in masks.items() if not mask.any()]
    if severed:
        warnings.warn(
            f"Pruning removed every weight of {', '.join(severed)}, so the model answers the same "
            "for every row: lower `sparsity`, or use `scope='layer'`.",
            DataWarning,
            stacklevel=3,
        )


def _magnitude_masks(weights: dict[str, Array], sparsity: float, scope: str) -> dict[str, Array]:
    """Give a mask a weight array, True where it is kept."""
    if scope == "layer":
        return {name: _largest(array, sparsity) for name, array in weights.items()}
    flat = np.concatenate([array.ravel() for array in weights.values()])
    ends = np.cumsum([array.size for array in weights.values()])[:-1]
    parts = np.split(_largest(flat, sparsity), ends)
    return {
        name: part.reshape(array.shape)
        for part, (name, array) in zip(parts, weights.items(), strict=True)
    }


def _largest(array: Array, sparsity: float) -> Array:
    """Mark all but the round(sparsity * size) smallest magnitudes, ties by position."""
    magnitude = np.abs(array.ravel())
    n_removed = round(sparsity * magnitude.size)  # (1)
    if n_removed == 0:
        return np.ones(array.shape, dtype=bool)
    threshold = np.partition(magnitude, n_removed - 1)[n_removed - 1]
    kept = magnitude >= threshold  # (2)
    tied = np.flatnonzero(magnitude == threshold)
    kept[tied[: n_removed - np.count_nonzero(~kept)]] = False
    return np.asarray(kept.reshape(array.shape))
