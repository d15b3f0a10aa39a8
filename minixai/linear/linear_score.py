r"""What every model can do whose raw score is linear in its columns, whatever it is fitted for.

.. math::
    f_c(x) &= \sum_j x_j W_{jc} + b_c                                                    (1)

for one output or for k of them, such as the classes of a classifier.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, eq. (3.1)
and section 4.2.
Cost: O(n_samples * n_features * n_outputs) for each question.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from minixai._estimator import Estimator
from minixai._validation import feature_names_of, fingerprint
from minixai.errors import ParameterError, check_option
from minixai.explanation import Explanation
from minixai.linear.coefficient_table import CoefficientTable, tabulate_coefficients
from minixai.model_summary import ModelSummary, summarise_layers
from minixai.protocols import Array, Layer

__all__ = ["BIAS", "WEIGHT", "LinearScore"]

WEIGHT, BIAS = "layers.0.weight", "layers.0.bias"


class LinearScore(Estimator):
    """An estimator whose raw score is ``X @ weight + bias``."""

    n_iter_: int
    _methods: tuple[str, ...] = ("predict",)
    """What `column_replacer` answers for."""

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "coef_")

    @abstractmethod
    def _weights(self) -> tuple[Array, Array]:
        """Give the weight (n_features, n_outputs) and the bias (n_outputs,)."""

    @abstractmethod
    def _adopt(self, weight: Array, bias: Array, source: Any) -> None:
        """Take a weight and a bias over, and from the model ``source`` what they mean."""

    @abstractmethod
    def _answer(self, method: str, raw: Array) -> Array:
        """Turn raw scores (n_samples, n_outputs) into what ``method`` returns."""

    def _output_names(self) -> tuple[str, ...] | None:
        """Name the outputs, if there are several."""
        return None

    def _raw(self, matrix: Array) -> Array:
        weight, bias = self._weights()
        return np.asarray(matrix @ weight + bias)  # (1)

    def input_gradient(self, X: Any, output: int | None = None) -> Array:
        """Slope of the raw score in each input: the coefficients, for every row.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        output : int, optional
            Which of the k outputs; None gives them all. With one output, None or 0.

        Returns
        -------
        ndarray (n_samples, n_features)
            Or (n_samples, n_features, k) for k outputs and ``output=None``.
        """
        n_rows, (weight, _) = len(self._validated(X)), self._weights()
        n_outputs = weight.shape[1]
        if output is None and n_outputs > 1:
            return np.tile(weight, (n_rows, 1, 1))
        column = 0 if output is None else output
        if isinstance(column, bool) or column not in range(n_outputs):
            rule = "0 for one output" if n_outputs == 1 else f"an output below {n_outputs}"
            raise ParameterError(f"`output` must be None or {rule}, got {output!r}.")
        return np.tile(weight[:, column], (n_rows, 1))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The model as one dense layer, weight (n_features, n_outputs) and bias (n_outputs,)."""
        self._check_fitted()
        weight, bias = self._weights()
        return (Layer(weight.copy(), bias.copy(), "identity"),)

    def forward_trace(self, X: Any) -> list[Array]:
        """Every activation: the input (n, d) and the raw score (n, n_outputs)."""
        matrix = self._validated(X)
        return [matrix, self._raw(matrix)]

    def parameters(self) -> dict[str, Array]:
        """Copies of the coefficients and the intercept, as those of one dense layer."""
        (layer,) = self.layers
        return {WEIGHT: layer.weight, BIAS: layer.bias}

    def with_parameters(self, parameters: dict[str, Array]) -> Self:
        """Make a new model with other coefficients.

        Parameters
        ----------
        parameters : dict
            ``layers.0.weight`` (n_features, n_outputs) and ``layers.0.bias`` (n_outputs,);
            another number of features than now is accepted, and so is a model that was not
            fitted. There is one output, or for a classifier of k > 2 classes k.

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
        if weight.ndim != 2 or bias.shape != weight.shape[1:]:
            raise ParameterError(
                "`parameters` must have shapes (n_features, n_outputs) and (n_outputs,), got "
                f"{weight.shape} and {bias.shape}."
            )
        new = type(self)(**self.get_params())
        new._adopt(weight, bias, self)
        new.n_features_in_ = len(weight)
        names = getattr(self, "feature_names_in_", None)
        if names is not None and len(names) == len(weight):
            new.feature_names_in_ = names
        new.n_iter_ = 0
        return new

    def column_replacer(
        self, X: Any, method: str = "predict"
    ) -> Callable[[Sequence[int], Array], Array]:
        """Answer a method for X with some columns replaced, at the cost of these columns.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        method : str
            "predict"; of a classifier also "decision_function", and "predict_proba" if it has it.

        Returns
        -------
        callable
            ``f(columns, values)`` with values (n_samples, len(columns)) -> the method's answer.
        """
        check_option("method", method, self._methods)
        matrix = self._validated(X)
        weight, bias = self._weights()
        known: dict[tuple[int, ...], Array] = {}  # the last columns asked for, as repeats ask again

        def replaced(columns: Sequence[int], values: Array) -> Array:
            chosen = list(columns)
            rest = known.get(tuple(chosen))
            if rest is None:
                others = weight.copy()
                others[chosen] = 0.0
                rest = matrix @ others + bias
                known.clear()
                known[tuple(chosen)] = rest
            return self._answer(method, rest + np.asarray(values) @ weight[chosen])

        return replaced

    def terms(self, X: Any) -> Explanation:
        """Split each raw score into one term a column: coefficient times value.

        Parameters
        ----------
        X : array-like (n_samples, n_features)

        Returns
        -------
        Explanation
            Values coef_j * x_ij, (n_samples, n_features), or (n_samples, n_features, k) for k
            outputs; the base value of every row is ``intercept_``, the raw score at x = 0, and
            not its mean.
        """
        matrix = self._validated(X)
        weight, bias = self._weights()
        values = matrix[:, :, np.newaxis] * weight
        base = np.tile(bias, (len(matrix), 1))
        gap = self._raw(matrix) - (base + values.sum(axis=1))
        if self._output_names() is None:
            values, base, gap = values[:, :, 0], base[:, 0], gap[:, 0]
        return Explanation(
            values=values,
            base_values=base,
            data=matrix,
            feature_names=tuple(feature_names_of(self, X)),
            method="linear terms",
            output_names=self._output_names(),
            completeness_gap=gap,
            n_evaluations=len(matrix),
            model_fingerprint=fingerprint(weight, bias),
        )

    def coefficient_table(
        self, groups: Mapping[str, Sequence[int | str]] | None = None, X: Any = None
    ) -> CoefficientTable:
        """List the coefficients beside the raw features.

        Parameters
        ----------
        groups : dict of raw feature -> list of columns (names or indices), optional
            As an encoder hands out; columns left out are features of their own.
        X : array-like (n_samples, n_features), optional
            Rows from which the columns' standard deviations are taken: coefficients of columns
            in different units compare only when each is multiplied by its own.

        Returns
        -------
        CoefficientTable
        """
        self._check_fitted()
        weight, bias = self._weights()
        return tabulate_coefficients(
            self._names(),
            weight,
            bias,
            output_names=self._output_names(),
            groups=groups,
            matrix=None if X is None else self._validated(X),
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
        weight, bias = self._weights()
        meta = {
            "parameters": self.get_params(),
            "feature_names": None if names is None else [str(name) for name in names],
            "n_iter": self.n_iter_,
        }
        return meta, {WEIGHT: weight.copy(), BIAS: bias.copy()}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = cls(**meta["parameters"]).with_parameters(
            {key: arrays[key] for key in (WEIGHT, BIAS)}
        )
        if meta["feature_names"] is not None:
            model.feature_names_in_ = np.array(meta["feature_names"], dtype=object)
        model.n_iter_ = int(meta["n_iter"])
        return model
