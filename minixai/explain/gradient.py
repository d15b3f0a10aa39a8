r"""Gradients of the raw score in the inputs, bare and times the input.

.. math::
    \phi_j(x) = \partial f(x) / \partial x_j                        (1)
    \qquad
    \phi_j(x) = (x_j - x'_j) \, \partial f(x) / \partial x_j         (2)

where f is the raw score (a regressor's prediction, a classifier's logit) and x' the baseline,
0 unless another is chosen. (1) is the slope at the row. (2) sums to f(x) - f(x') for a model
that is linear between x' and x; with x' = 0 also for a network of ReLUs without biases, where
f(0) = 0. One-hot columns want a baseline such as the mean row: with 0, a level's product holds
what all levels share.

Source: Simonyan, Vedaldi & Zisserman (2014), arXiv:1312.6034, section 3 (there with the absolute
value, here signed); Shrikumar et al. (2017), arXiv:1605.01713, section 3 for the product.
Differs from the source: the product takes a baseline.
Cost: one gradient pass a row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._validation import as_matrix, as_vector, check_model, feature_names_of
from minixai.errors import DataError, ParameterError
from minixai.explain.explainer import (
    OptionedExplainer,
    model_fingerprint,
    output_index,
    output_names_of,
)
from minixai.explanation import Explanation
from minixai.protocols import Array, InputDifferentiable

__all__ = ["Gradient", "InputXGradient"]


class Gradient(OptionedExplainer):
    """The slope of the raw score in every feature, at every row.

    Parameters
    ----------
    model : fitted model with ``input_gradient``
        What is explained.
    output : int, str or None
        Index or name (class label) of the output; None explains all that the model has.

    Raises
    ------
    ParameterError
        The model has no ``input_gradient``, or no such output.
    """

    _method = "gradient"

    def __init__(self, model: Any, output: int | str | None = None) -> None:
        check_model(model)
        if not isinstance(model, InputDifferentiable):
            raise ParameterError(
                f"{type(self).__name__} needs a model with `input_gradient`, and "
                f"{type(model).__name__} has none: permutation_importance works for any model."
            )
        self.model = model
        self.output = output

    def explain(self, X: Any) -> Explanation:
        """Explain the raw score of every row.

        Parameters
        ----------
        X : array-like or data frame (n_samples, n_features)
            Rows to explain.

        Returns
        -------
        Explanation
            values (n, d), or (n, d, k) for a model with k outputs and ``output=None``; raw score
            per unit of the feature (`Gradient`) or raw score (`InputXGradient`); no base values.

        Raises
        ------
        DataError
            Rows that the model cannot take.
        """
        names = output_names_of(self.model)
        index = output_index(self.output, names)
        slopes = np.asarray(self.model.input_gradient(X, output=index))  # (1)
        data = as_matrix(X, owner=type(self).__name__)
        return Explanation(
            values=self._values(slopes, data),
            base_values=None,
            data=data,
            feature_names=tuple(feature_names_of(self.model, X)),
            method=self._method,
            output_names=_names_of_axis(slopes, names),
            output_unit="raw",
            n_evaluations=len(data),
            model_fingerprint=model_fingerprint(self.model),
        )

    def _values(self, slopes: Array, data: Array) -> Array:
        return slopes


class InputXGradient(Gradient):
    """The slope of the raw score times the feature's distance from a baseline.

    Parameters
    ----------
    model : fitted model with ``input_gradient``
        What is explained.
    output : int, str or None
        Index or name (class label) of the output; None explains all that the model has.
    baseline : array-like (n_features,), optional
        What a feature's value is compared with; None compares with 0.

    Raises
    ------
    ParameterError
        The model has no ``input_gradient``, or no such output.
    DataError
        A baseline of another length than the rows, or with NaN or infinity.
    """

    _method = "input_x_gradient"

    def __init__(self, model: Any, output: int | str | None = None, baseline: Any = None) -> None:
        super().__init__(model, output)
        self.baseline = baseline

    def _values(self, slopes: Array, data: Array) -> Array:
        if self.baseline is not None:
            baseline = as_vector(self.baseline, name="baseline")
            if len(baseline) != data.shape[1]:
                raise DataError(
                    f"`baseline` has {len(baseline)} values for {data.shape[1]} columns: "
                    "give one a column."
                )
            data = data - baseline.astype(data.dtype)
        return slopes * data.reshape(*data.shape, *(1,) * (slopes.ndim - data.ndim))  # (2)


def _names_of_axis(slopes: Array, names: list[str] | None) -> tuple[str, ...] | None:
    """Name the outputs along the last of three axes; two axes hold one output and need none."""
    if slopes.ndim < 3:
        return None
    return tuple(names or map(str, range(slopes.shape[2])))
