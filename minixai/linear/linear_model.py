"""What every linear regressor can do once it has coefficients, whatever loss they minimise.

The prediction is the raw score of ``linear_score.py`` itself.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, eq. (3.1).
Cost: O(n_samples * n_features) for each question.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai._estimator import Regressor
from minixai.errors import DataError, ParameterError
from minixai.linear.linear_score import LinearScore
from minixai.protocols import Array

__all__ = ["LinearModel", "check_coefficients"]


def check_coefficients(coef: Array, solution: Array, start: float, names: list[str]) -> None:
    """Raise `DataError` where floats cannot hold a standardised solution in the user's units.

    Parameters
    ----------
    coef, solution : ndarray (n_features,)
        In the user's units, and standardised: one is 0 only where the other is.
    start : float
        The prediction at x = 0.
    names : list of str (n_features,)
    """
    wrong = ~np.isfinite(coef) | ((coef == 0.0) & (solution != 0.0))
    if wrong.any() or not np.isfinite(start):
        raise DataError(
            f"The coefficient of column {names[int(np.argmax(wrong))]!r} is outside the range of "
            "floats: rescale the column or the target."
        )


class LinearModel(LinearScore, Regressor):
    """A regressor whose prediction is ``X @ coef_ + intercept_``."""

    coef_: Array
    intercept_: float

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

    def _weights(self) -> tuple[Array, Array]:
        return self.coef_[:, np.newaxis], np.array([self.intercept_])

    def _adopt(self, weight: Array, bias: Array, source: Any) -> None:
        if weight.shape[1] != 1:
            raise ParameterError(
                f"`parameters` must have shapes (n_features, 1) and (1,), got {weight.shape} "
                f"and {bias.shape}."
            )
        self.coef_, self.intercept_ = weight[:, 0].copy(), float(bias[0])

    def _answer(self, method: str, raw: Array) -> Array:
        return raw[:, 0]
