r"""What every linear model can do once it has coefficients, whatever loss they minimise.

.. math::
    h(x) = x\,w + b                                                                      (1)

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, eq. (3.1).
Cost: O(n_samples * n_features) for each question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from minixai._estimator import Regressor
from minixai._validation import feature_names_of, fingerprint
from minixai.errors import ParameterError, check_option
from minixai.explanation import Explanation
from minixai.model_summary import ModelSummary, summarise_layers
from minixai.protocols import Array, Layer

__all__ = ["BIAS", "WEIGHT", "LinearModel"]

WEIGHT, BIAS = "layers.0.weight", "layers.0.bias"


class LinearModel(Regressor):
    """A regressor whose prediction is ``X @ coef_ + intercept_``."""

    coef_: Array
    intercept_: float
    n_iter_: int

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "coef_")

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
        matrix = self._validated(X)
        return matrix @ self.coef_ + self.intercept_  # (1)

    def input_gradient(self, X: Any, output: int | None = None) -> Array:
        """Slope of the prediction in each input: the coefficients, for every row.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        output : int, optional
            None or 0; there is one output.

        Returns
        -------
        ndarray (n_samples, n_features)
        """
        if output not in (None, 0):
            raise ParameterError(f"`output` must be None or 0 for one output, got {output!r}.")
        return np.tile(self.coef_, (len(self._validated(X)), 1))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The model as one dense layer, weight (n_features, 1) and bias (1,)."""
        self._check_fitted()
        return (Layer(self.coef_[:, np.newaxis].copy(), np.array([self.intercept_]), "identity"),)

    def forward_trace(self, X: Any) -> list[Array]:
        """Every activation: the input (n, d) and the prediction (n, 1)."""
        matrix = self._validated(X)
        return [matrix, self.predict(X)[:, np.newaxis]]

    def parameters(self) -> dict[str, Array]:
        """Copies of the coefficients and the intercept, as those of one dense layer."""
        (layer,) = self.layers
        return {WEIGHT: layer.weight, BIAS: layer.bias}

    def with_parameters(self, parameters: dict[str, Array]) -> Self:
        """Make a new model with other coefficients.

        Parameters
        ----------
        parameters : dict
            ``layers.0.weight`` (n_features, 1) and ``layers.0.bias`` (1,); another number of
            features than now is accepted, and so is a model that was not fitted.

        Returns
        -------
        The same kind of model
            Fitted; the arrays are copied. It knows no data, only its coefficients.

        Raises
        ------
        ParameterError
            Other keys or shapes.
        """
        if set(parameters) != {WEIGHT, BIAS}:
            raise ParameterError(
                f"`parameters` must have the keys {WEIGHT!r} and {BIAS!r}, "
                f"got {sorted(parameters)}."
            )
        weight, bias = (np.array(parameters[k], dtype=np.float64) for k in (WEIGHT, BIAS))
        if weight.ndim != 2 or weight.shape[1] != 1 or bias.shape != (1,):
            raise ParameterError(
                f"`parameters` must have shapes (n_features, 1) and (1,), got {weight.shape} "
                f"and {bias.shape}."
            )
        new = type(self)(**self.get_params())
        new.coef_, new.intercept_ = weight[:, 0].copy(), float(bias[0])
        new.n_features_in_ = len(weight)
        names = getattr(self, "feature_names_in_", None)
        if names is not None and len(names) == len(weight):
            new.feature_names_in_ = names
        new.n_iter_ = 0
        return new

    def column_replacer(
        self, X: Any, method: str = "predict"
    ) -> Callable[[Sequence[int], Array], Array]:
        """Answer ``predict`` for X with some columns replaced, at the cost of these columns.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        method : str
            "predict".

        Returns
        -------
        callable
            ``f(columns, values)`` with values (n_samples, len(columns)) -> (n_samples,).
        """
        check_option("method", method, ("predict",))
        matrix = self._validated(X)
        known: dict[tuple[int, ...], Array] = {}  # the last columns asked for, as repeats ask again

        def replaced(columns: Sequence[int], values: Array) -> Array:
            chosen = list(columns)
            rest = known.get(tuple(chosen))
            if rest is None:
                others = self.coef_.copy()
                others[chosen] = 0.0
                rest = matrix @ others + self.intercept_
                known.clear()
                known[tuple(chosen)] = rest
            return np.asarray(rest + np.asarray(values) @ self.coef_[chosen])

        return replaced

    def terms(self, X: Any) -> Explanation:
        """Split each prediction into one term a column: coefficient times value.

        Parameters
        ----------
        X : array-like (n_samples, n_features)

        Returns
        -------
        Explanation
            Values coef_j * x_ij; the base value of every row is ``intercept_``, the prediction
            at x = 0, and not the mean prediction.
        """
        matrix = self._validated(X)
        values = matrix * self.coef_
        base = np.full(len(matrix), self.intercept_)
        return Explanation(
            values=values,
            base_values=base,
            data=matrix,
            feature_names=tuple(feature_names_of(self, X)),
            method="linear terms",
            completeness_gap=self.predict(X) - (base + values.sum(axis=1)),
            n_evaluations=len(matrix),
            model_fingerprint=fingerprint(self.coef_, self.intercept_),
        )

    def summary(self) -> ModelSummary:
        """Shape, parameters, bytes and multiplications of the model."""
        return summarise_layers(self.layers)

    def _names(self) -> list[str]:
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            return [f"x{j}" for j in range(self.n_features_in_)]
        return [str(name) for name in names]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        self._check_fitted()
        names = getattr(self, "feature_names_in_", None)
        meta = {
            "parameters": self.get_params(),
            "feature_names": None if names is None else [str(name) for name in names],
            "n_iter": self.n_iter_,
        }
        return meta, self.parameters()

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = cls(**meta["parameters"]).with_parameters(
            {key: arrays[key] for key in (WEIGHT, BIAS)}
        )
        if meta["feature_names"] is not None:
            model.feature_names_in_ = np.array(meta["feature_names"], dtype=object)
        model.n_iter_ = int(meta["n_iter"])
        return model
