r"""What every linear classifier can do once it has coefficients, whatever loss they minimise.

Of two classes there is one raw score, for the second; of k > 2 there are k, and the highest wins.
With the loss of a row, the weight c of its class, the penalty's strength C and n rows in the fit:

.. math::
    J &= \frac1m \sum_{i=1}^m c_{y_i}\, \ell_i + \frac{1}{C n} \sum_{jc} \Big(
        \alpha |W_{jc}| + \frac{1 - \alpha}{2} W_{jc}^2 \Big)                         (1) \\
    \partial J / \partial W &= \frac1m \sum_i c_{y_i}\, x_i^\top \ell_i'
        + \frac{1}{C n} \big( \alpha\, \mathrm{sign}(W) + (1 - \alpha) W \big)           (2) \\
    \partial J / \partial b &= \frac1m \sum_i c_{y_i}\, \ell_i'                          (3)

so that on the rows of the fit (m = n) J is what was minimised, over C n. Where J has a kink (a
coefficient of 0 under an absolute value, a row on the margin of the hinge) the kinked part counts
as flat: (2) is then no derivative, but as good as any to descend by.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, sections 4.4
and 12.3.2; the scaling by C is scikit-learn's.
Cost: O(n_samples * n_features * n_outputs) for each question.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from minixai._estimator import Classifier
from minixai._validation import as_weights, check_number, one_dimensional
from minixai.errors import DataError, ParameterError
from minixai.linear.linear_score import LinearScore
from minixai.linear.score_loss import ScoreLoss
from minixai.metrics.class_weight import class_weights
from minixai.protocols import Array

__all__ = ["LinearClassifier"]


class LinearClassifier(LinearScore, Classifier):
    """A classifier whose raw score is ``X @ coef_.T + intercept_``."""

    C: float
    class_weight: Any
    fit_intercept: bool
    coef_: Array
    intercept_: Array
    loss_curve_: list[float]
    _methods: tuple[str, ...] = ("predict", "decision_function")
    _class_weights: Array
    _n_fitted: float | None
    """Sum of the weights of the rows of the fit; None of a model that knows none."""

    @abstractmethod
    def _loss(self, codes: Array) -> ScoreLoss:
        """Give the loss of rows of these classes."""

    def _l1_ratio(self) -> float:
        return 0.0

    def decision_function(self, X: Any) -> Array:
        """Return the raw scores.

        Parameters
        ----------
        X : array-like (n_samples, n_features)

        Returns
        -------
        ndarray (n_samples,) or (n_samples, k)
            Of the second class for two classes, above 0 where it is predicted; else of each.
        """
        return self._answer("decision_function", self._raw(self._validated(X)))

    def predict(self, X: Any) -> Array:
        """Return the label of the highest raw score.

        Parameters
        ----------
        X : array-like (n_samples, n_features)

        Returns
        -------
        ndarray (n_samples,)
        """
        return self._answer("predict", self._raw(self._validated(X)))

    def loss_gradient(self, X: Any, y: Any) -> tuple[float, dict[str, Array]]:
        """J and its gradient in the parameters.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        y : array-like (n_samples,)
            Labels that were seen in fit.

        Returns
        -------
        loss : float
            The mean loss, rows weighed by class, with the penalty as strong as in the fit.
        gradient : dict
            Under the keys and in the shapes of ``parameters``.
        """
        matrix = self._validated(X)
        codes = self._known_codes(one_dimensional(y, len(matrix)))
        weight, bias = self._weights()
        loss, scores, share = self._loss(codes), matrix @ weight + bias, self._class_weights[codes]
        slopes = loss.slopes(scores) * share[:, np.newaxis] / len(matrix)
        ratio, strength = self._l1_ratio(), 1.0 / self.C / (self._n_fitted or len(matrix))
        rest = ratio * np.abs(weight) + 0.5 * (1.0 - ratio) * weight * weight
        mean = float(share @ loss.values(scores)) / len(matrix)
        pull = ratio * np.sign(weight) + (1.0 - ratio) * weight
        return mean + strength * float(rest.sum()), {  # (1)
            "layers.0.weight": matrix.T @ slopes + strength * pull,  # (2)
            "layers.0.bias": slopes.sum(axis=0),  # (3)
        }

    def _check_penalty(self) -> None:
        if not (isinstance(self.C, (float, np.floating)) and self.C > 0.0 and math.isinf(self.C)):
            check_number("C", self.C, low=0.0, open_low=True)

    def _labelled_rows(self, X: Any, y: Any, sample_weight: Any) -> tuple[Array, Array, Array]:
        """Give matrix, classes' indices and weights of the rows that count, those of class in."""
        matrix, labels = self._validated_fit(X, y, numeric_target=False)
        weight = as_weights(sample_weight, len(matrix))
        kept = weight > 0.0
        if not kept.all():
            matrix, labels, weight = matrix[kept], labels[kept], weight[kept]
        codes = self._encode_labels(labels)
        by_class = class_weights(self.classes_[codes], self.class_weight, weight)
        self._class_weights = np.array(list(by_class.values()))
        if not self._class_weights.all():
            name = self.classes_[[np.argmin(self._class_weights)]].tolist()[0]
            raise DataError(f"Class {name!r} has the weight 0: leave its rows out instead.")
        self._n_fitted = float(weight.sum())
        return matrix.astype(np.float64, copy=False), codes, weight * self._class_weights[codes]

    def _rows_again(self, X: Any, y: Any) -> tuple[Array, Array, Array]:
        """Give rows for a refit, with weights that together count as much as those of the fit."""
        matrix = self._validated(X).astype(np.float64, copy=False)
        codes = self._known_codes(one_dimensional(y, len(matrix)))
        worth = (self._n_fitted or len(codes)) / len(codes)
        return matrix, codes, self._class_weights[codes] * worth

    def _freedom(self, masks: Mapping[str, Array]) -> tuple[Array, bool]:
        """Give which coefficients are free, (n_features, n_outputs), and whether constants are."""
        free, constant = (
            masks.get(k, np.ones(a.shape, bool)) for k, a in self.parameters().items()
        )
        if constant.any() and not constant.all():
            raise ParameterError(
                f"`masks` must hold all constants at 0 or none, got {constant.tolist()}."
            )
        return free, bool(self.fit_intercept and constant.all())

    def _accept(self, coef: Array, intercept: Array) -> None:
        """Store coefficients (n_features, n_outputs), unless floats cannot hold them."""
        wrong = ~np.isfinite(coef).all(axis=1)
        if wrong.any() or not np.isfinite(intercept).all():
            name = self._names()[int(np.argmax(wrong))]
            raise DataError(
                f"The coefficient of column {name!r} is outside the range of floats: rescale it."
            )
        self.coef_, self.intercept_ = np.ascontiguousarray(coef.T), np.array(intercept)

    def _weights(self) -> tuple[Array, Array]:
        return np.ascontiguousarray(self.coef_.T), self.intercept_

    def _adopt(self, weight: Array, bias: Array, source: Any) -> None:
        n_outputs = weight.shape[1]
        self.classes_ = getattr(source, "classes_", np.arange(max(2, n_outputs)))
        n_classes = len(self.classes_)
        if n_outputs != (1 if n_classes == 2 else n_classes):
            raise ParameterError(
                f"These weights have {n_outputs} outputs, and the model knows {n_classes} classes: "
                "start from a model that is not fitted (two classes have one output)."
            )
        self.coef_, self.intercept_ = np.ascontiguousarray(weight.T), bias
        self._class_weights = getattr(source, "_class_weights", np.ones(n_classes))
        self._n_fitted = getattr(source, "_n_fitted", None)
        self.loss_curve_ = []

    def _answer(self, method: str, raw: Array) -> Array:
        if method == "decision_function":
            return raw[:, 0] if raw.shape[1] == 1 else raw
        return self._labels_of(raw)

    def _output_names(self) -> tuple[str, ...] | None:
        return None if len(self.classes_) == 2 else tuple(str(label) for label in self.classes_)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        meta |= self._labels_to_state() | {"n_fitted": self._n_fitted}
        arrays |= {
            "class_weights": self._class_weights,
            "loss_curve": np.array(self.loss_curve_, dtype=np.float64),
        }
        return meta, arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._from_state(meta, arrays)
        model.classes_ = cls._labels_from_state(meta)
        model._class_weights, model._n_fitted = arrays["class_weights"], meta["n_fitted"]
        model.loss_curve_ = [float(loss) for loss in arrays["loss_curve"]]
        return model
