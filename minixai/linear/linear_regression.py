r"""Linear regression by least squares: in closed form, by gradient descent, in mini-batches.

.. math::
    h(x) &= x\,w + b                                                                     (1) \\
    J(w, b) &= \frac{1}{2m} \sum_{i=1}^m (h(x_i) - y_i)^2                                (2) \\
    \partial J / \partial w &= \frac1m \sum_i (h(x_i) - y_i)\, x_i                       (3) \\
    \partial J / \partial b &= \frac1m \sum_i (h(x_i) - y_i)                             (4)

All three solvers standardise inside, so that ids in the millions beside shares below 1 cost no
accuracy, and give coefficients in the user's units. The closed form solves the reduced triangle
of ``reduced_design.py``; the descents are in ``quadratic_descent.py``.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, eq. (3.2)
with the factor 1/(2m).
Differs from the source: dependent columns give the solution of least norm in standardised units.
Cost: O(n_samples * n_features^2) for every solver; memory two copies of X.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, Self, cast

import numpy as np

from minixai._estimator import Regressor
from minixai._validation import (
    as_vector,
    as_weights,
    check_number,
    feature_names_of,
    fingerprint,
    seed_of,
)
from minixai.errors import ConvergenceWarning, DataError, ParameterError, check_option
from minixai.explanation import Explanation
from minixai.linear.inference_table import InferenceTable, infer
from minixai.linear.quadratic_descent import descend, descend_in_batches
from minixai.linear.reduced_design import ReducedDesign, reduce_design
from minixai.model_summary import ModelSummary, summarise_layers
from minixai.protocols import Array, Layer

__all__ = ["LinearRegression"]

Solver = Literal["closed_form", "gradient_descent", "sgd"]
_WEIGHT, _BIAS = "layers.0.weight", "layers.0.bias"


class LinearRegression(Regressor):
    """Least-squares regression on numeric columns.

    Parameters
    ----------
    solver : {"closed_form", "gradient_descent", "sgd"}
        How the minimum of J is found: exactly; by the whole gradient with momentum; by
        gradients of shuffled mini-batches, which comes near it.
    fit_intercept : bool
        Whether there is a constant term b; without it, b = 0.
    learning_rate : float, optional
        Step of the descents on the standardised columns, above 0. None is 1 / L for
        "gradient_descent", with L the largest curvature of J (it must stay below 2 / L), and
        for "sgd" the largest step that is safe for its batches.
    n_epochs : int, optional
        Most passes over the data; None is 100,000 for "gradient_descent" (which costs
        n_features^2 a step, whatever the rows) and 200 for "sgd".
    tol : float, optional
        When the descents stop. "gradient_descent": error of any coefficient relative to the
        largest one, None is 1e-7. "sgd": excess of J over its minimum as a share of J (plus
        ``tol`` times J at w = 0, for data without noise), None is 1e-3. What is not reached is
        a ConvergenceWarning that says the gap.
    batch_size : int
        Rows of a mini-batch of "sgd".
    random_state : int, optional
        Seed of the shuffling of "sgd"; None is 0.

    Attributes
    ----------
    coef_ : ndarray (n_features,)
        Change of the prediction for one unit of each column; float64.
    intercept_ : float
        Prediction at x = 0.
    loss_curve_ : list of float
        J in the square of the target's unit: at w = 0 and after every step or epoch; for the
        closed form only at the start and at the minimum. Infinity beyond the largest float.
    n_iter_ : int
        Steps or epochs taken; 1 for the closed form.
    rank_ : int
        How many columns are independent.
    n_features_in_, feature_names_in_
        What was fitted on.

    Examples
    --------
    >>> model = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> model.coef_.round(6), round(model.intercept_, 6)
    (array([2.]), 1.0)
    """

    def __init__(
        self,
        *,
        solver: Solver = "closed_form",
        fit_intercept: bool = True,
        learning_rate: float | None = None,
        n_epochs: int | None = None,
        tol: float | None = None,
        batch_size: int = 32,
        random_state: int | None = None,
    ) -> None:
        self.solver = solver
        self.fit_intercept = fit_intercept
        self.learning_rate = learning_rate
        self.n_epochs = n_epochs
        self.tol = tol
        self.batch_size = batch_size
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Minimise J, each row counting by its weight.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            At least two rows.
        y : array-like (n_samples,)
            Numbers.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights; a weight of 2 is a row given twice, for the estimates.

        Returns
        -------
        self

        Raises
        ------
        DataError
            One row, NaN or infinity, or coefficients outside the range of floats.
        ParameterError
            An argument outside its range, or a step with which descent runs away.
        """
        self._check_parameters()
        matrix, target = self._validated_fit(X, y, numeric_target=True, min_rows=2)
        weight = as_weights(sample_weight, len(matrix))
        if not weight.all():
            matrix, target, weight = (a[weight > 0] for a in (matrix, target, weight))
        design, Z, t = reduce_design(matrix, target, weight, centred=bool(self.fit_intercept))
        solution, curve = self._solve(design, Z, t, weight / weight.mean())
        self._accept(design, solution, curve)
        self._design: ReducedDesign | None = design
        return self

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

    def inference(self, level: float = 0.95) -> InferenceTable:
        """Standard errors, t, p, intervals, R2, F and VIF of the least-squares solution.

        The solution is that of the closed form, whichever solver came near it.

        Parameters
        ----------
        level : float
            Coverage of the confidence intervals, in (0, 1).

        Returns
        -------
        InferenceTable

        Raises
        ------
        DataError
            Dependent or constant columns, or not more rows than coefficients; a model that was
            loaded or given its parameters, and so knows no data.
        MissingDependencyError
            SciPy is not installed.
        """
        self._check_fitted()
        design = getattr(self, "_design", None)
        if design is None:
            raise DataError(
                "Inference needs the data: this model was loaded or given its parameters; "
                "call `fit` first."
            )
        return infer(design, self._names(), level)

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
        return {_WEIGHT: layer.weight, _BIAS: layer.bias}

    def with_parameters(self, parameters: dict[str, Array]) -> LinearRegression:
        """Make a new model with other coefficients.

        Parameters
        ----------
        parameters : dict
            ``layers.0.weight`` (n_features, 1) and ``layers.0.bias`` (1,); another number of
            features than now is accepted, and so is a model that was not fitted.

        Returns
        -------
        LinearRegression
            Fitted; the arrays are copied. It knows no data, so it has no ``inference``.

        Raises
        ------
        ParameterError
            Other keys or shapes.
        """
        if set(parameters) != {_WEIGHT, _BIAS}:
            raise ParameterError(
                f"`parameters` must have the keys {_WEIGHT!r} and {_BIAS!r}, "
                f"got {sorted(parameters)}."
            )
        weight, bias = (np.array(parameters[k], dtype=np.float64) for k in (_WEIGHT, _BIAS))
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
        new.loss_curve_, new.n_iter_, new.rank_ = [], 0, len(weight)
        return new

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
        loss = 0.5 * float(np.mean(error * error))  # (2)
        weight = matrix.T @ error / len(matrix)  # (3)
        bias = np.mean(error)  # (4)
        return loss, {_WEIGHT: weight[:, np.newaxis], _BIAS: np.array([bias])}

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
        known: list[tuple[tuple[int, ...], Array]] = []

        def replaced(columns: Sequence[int], values: Array) -> Array:
            key = tuple(columns)
            found = next((rest for k, rest in known if k == key), None)
            if found is None:
                others = self.coef_.copy()
                others[list(key)] = 0.0
                found = matrix @ others + self.intercept_
                known[:] = [(key, found)]
            return found + np.asarray(values) @ self.coef_[list(key)]

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

    def _check_parameters(self) -> None:
        check_option("solver", self.solver, ("closed_form", "gradient_descent", "sgd"))
        check_number("batch_size", self.batch_size, low=1, integer=True)
        if self.learning_rate is not None:
            check_number("learning_rate", self.learning_rate, low=0.0, open_low=True)
        if self.n_epochs is not None:
            check_number("n_epochs", self.n_epochs, low=1, integer=True)
        if self.tol is not None:
            check_number("tol", self.tol, low=0.0)
        seed_of(self.random_state)

    def _solve(
        self, design: ReducedDesign, Z: Array, t: Array, weight: Array
    ) -> tuple[Array, list[float]]:
        """Give the standardised coefficients and the curve of the standardised J."""
        if self.solver == "closed_form":
            error = design.factor @ design.solution - design.moment
            return design.solution, [0.5 * design.square, 0.5 * float(error @ error + design.rest)]
        if self.solver == "gradient_descent":
            tol = 1e-7 if self.tol is None else self.tol
            coef, curve = descend(
                design,
                learning_rate=self.learning_rate,
                n_steps=100_000 if self.n_epochs is None else self.n_epochs,
                tol=tol,
            )
            gap, kind = design.distance(coef), "the largest coefficient off by {:.2g} of it"
        else:
            tol = 1e-3 if self.tol is None else self.tol
            coef, curve = descend_in_batches(
                design,
                Z,
                t,
                weight,
                learning_rate=self.learning_rate,
                batch_size=int(self.batch_size),
                n_epochs=200 if self.n_epochs is None else self.n_epochs,
                tol=tol,
                random_state=self.random_state,
            )
            gap, kind = design.relative_excess(coef, tol), "J above its minimum by {:.2g} of it"
        if gap > tol:
            warnings.warn(
                f"LinearRegression stopped after {len(curve) - 1} steps with {kind.format(gap)}, "
                f"`tol` is {tol:g}: raise `n_epochs`, drop dependent columns or use "
                "solver='closed_form'.",
                ConvergenceWarning,
                stacklevel=3,
            )
        return coef, curve

    def _accept(self, design: ReducedDesign, solution: Array, curve: list[float]) -> None:
        """Store what was learned in the user's units, unless floats cannot hold it."""
        scale, unit = design.columns.scale, float(design.target.scale[0])
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            coef = solution * unit / scale
            start = design.target.mean[0] - unit * float(solution @ (design.columns.mean / scale))
            losses = [loss * unit * unit for loss in curve]
        wrong = ~np.isfinite(coef) | ((coef == 0.0) & (solution != 0.0))
        if wrong.any() or not np.isfinite(start):
            name = self._names()[int(np.argmax(wrong))]
            raise DataError(
                f"The coefficient of column {name!r} is outside the range of floats: rescale the "
                "column or the target."
            )
        self.coef_ = coef
        self.intercept_ = float(start) if design.centred else 0.0
        self.loss_curve_ = losses
        self.n_iter_ = max(1, len(curve) - 1)
        self.rank_ = design.rank

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
            "rank": self.rank_,
        }
        return meta, self.parameters() | {"loss_curve": np.array(self.loss_curve_)}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> LinearRegression:
        model = cls(**meta["parameters"]).with_parameters(
            {key: arrays[key] for key in (_WEIGHT, _BIAS)}
        )
        if meta["feature_names"] is not None:
            model.feature_names_in_ = np.array(meta["feature_names"], dtype=object)
        model.n_iter_, model.rank_ = int(meta["n_iter"]), int(meta["rank"])
        model.loss_curve_ = cast(list[float], arrays["loss_curve"].tolist())
        return model
