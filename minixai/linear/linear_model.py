r"""What every linear regressor can do once it has coefficients, whatever loss they minimise.

With the raw score h of ``linear_score.py`` as the prediction:

.. math::
    J(w, b) &= \frac{1}{2m} \sum_{i=1}^m (h(x_i) - y_i)^2                                (1) \\
    \partial J / \partial w &= \frac1m \sum_i (h(x_i) - y_i)\, x_i                       (2) \\
    \partial J / \partial b &= \frac1m \sum_i (h(x_i) - y_i)                             (3)

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, eq. (3.2)
with the factor 1/(2m).
Cost: O(n_samples * n_features) for each question.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._estimator import Regressor
from minixai._validation import as_vector
from minixai.errors import ParameterError
from minixai.linear.linear_score import LinearScore
from minixai.protocols import Array

__all__ = ["LinearModel"]


class LinearModel(LinearScore, Regressor):
    """A regressor whose prediction is ``X @ coef_ + intercept_``."""

    coef_: Array
    intercept_: float
    loss_curve_: list[float]

    def predict(self, X: Any) -> Array:
        """Predict the target.

        Parameters
        ----------
        X : array-like (n_samples, n_features)

        Returns
        -------
        ndarray (n_samples,)
            float64, in the target's unit.
        """
        return self._answer("predict", self._raw(self._validated(X)))

    def loss_gradient(self, X: Any, y: Any) -> tuple[float, dict[str, Array]]:
        """J and its gradient in the parameters.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        y : array-like (n_samples,)

        Returns
        -------
        loss : float
        gradient : dict
            Under the keys and in the shapes of ``parameters``.
        """
        matrix = self._validated(X)
        error = matrix @ self.coef_ + self.intercept_ - as_vector(y, len(matrix))
        loss = 0.5 * float(np.mean(error * error))  # (1)
        weight = matrix.T @ error / len(matrix)  # (2)
        bias = np.mean(error)  # (3)
        gradient = {"layers.0.weight": weight[:, np.newaxis], "layers.0.bias": np.array([bias])}
        return loss, gradient

    def _weights(self) -> tuple[Array, Array]:
        return self.coef_[:, np.newaxis], np.array([self.intercept_])

    def _adopt(self, weight: Array, bias: Array, source: Any) -> None:
        if weight.shape[1] != 1:
            raise ParameterError(
                f"`parameters` must have shapes (n_features, 1) and (1,), got {weight.shape} "
                f"and {bias.shape}."
            )
        self.coef_, self.intercept_ = weight[:, 0].copy(), float(bias[0])
        self.loss_curve_ = []

    def _answer(self, method: str, raw: Array) -> Array:
        return raw[:, 0]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        return meta, arrays | {"loss_curve": np.array(self.loss_curve_)}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._from_state(meta, arrays)
        model.loss_curve_ = [float(loss) for loss in arrays["loss_curve"]]
        return model
