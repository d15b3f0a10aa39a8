r"""Linear regression by least squares: in closed form, by gradient descent, in mini-batches.

With the prediction h of ``linear_model.py`` and m rows:

.. math::
    J(w, b) &= \frac{1}{2m} \sum_{i=1}^m (h(x_i) - y_i)^2                                (1) \\
    \partial J / \partial w &= \frac1m \sum_i (h(x_i) - y_i)\, x_i                       (2) \\
    \partial J / \partial b &= \frac1m \sum_i (h(x_i) - y_i)                             (3)

All three solvers standardise inside, so that ids in the millions beside shares below 1 cost no
accuracy, and give coefficients in the user's units. The closed form solves the reduced triangle of
``reduced_design.py``; the descents are in ``quadratic_descent.py``.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, eq. (3.2)
with the factor 1/(2m).
Differs from the source: dependent columns give the solution of least norm in standardised units.
Cost: O(n_samples * n_features^2) for every solver; memory about four copies of X
while fitting, and a triangle of n_features^2 numbers after it, for ``inference``.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._validation import as_vector, as_weights, check_number, seed_of
from minixai.errors import ConvergenceWarning, DataError, DataWarning, check_option
from minixai.linear.linear_model import LinearModel, check_coefficients
from minixai.linear.linear_score import BIAS, WEIGHT
from minixai.linear.quadratic_descent import descend, descend_in_batches
from minixai.protocols import Array
from minixai.statistics.inference_table import InferenceTable, infer
from minixai.statistics.reduced_design import ReducedDesign, reduce_design

__all__ = ["LinearRegression"]

Solver = Literal["closed_form", "gradient_descent", "sgd"]


class LinearRegression(LinearModel):
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
    n_features_in_, feature_names_in_
        What was fitted on.

    Examples
    --------
    >>> model = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> model.coef_.round(6), round(model.intercept_, 6)
    (array([2.]), 1.0)
    """

    loss_curve_: list[float]

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
        with all_or_nothing(self):
            self._minimise(X, y, sample_weight)
        return self

    def _minimise(self, X: Any, y: Any, sample_weight: Any) -> None:
        matrix, target = self._validated_fit(X, y, numeric_target=True, min_rows=2)
        weight = as_weights(sample_weight, len(matrix))
        if not weight.all():
            matrix, target, weight = (a[weight > 0] for a in (matrix, target, weight))
        if matrix.shape[1] > matrix.shape[0]:
            warnings.warn(
                f"{matrix.shape[0]} rows leave the coefficients of {matrix.shape[1]} columns open, "
                "the smallest are given: drop columns or gather more rows.",
                DataWarning,
                stacklevel=3,
            )
        design, Z, t = reduce_design(matrix, target, weight, centred=bool(self.fit_intercept))
        solution, curve = self._solve(design, Z, t, weight / weight.mean())
        self._accept(design, solution, curve)
        self._design: ReducedDesign | None = design

    def refit_masked(self, X: Any, y: Any, masks: Mapping[str, Array]) -> Self:
        """Return the least-squares solution in which some parameters stay 0.

        In closed form, whichever solver found this model.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        y : array-like (n_samples,)
        masks : mapping of parameter name -> bool array
            Names and shapes of `parameters`; False stays 0, and names left out are free.

        Returns
        -------
        The same kind of model
            Fitted; it knows no data, only its coefficients.

        Raises
        ------
        DataError
            NaN or infinity, or coefficients outside the range of floats.
        """
        matrix = self._validated(X)
        target = as_vector(y, len(matrix))
        parameters = self.parameters()
        free, has_bias = (masks.get(key, np.ones(a.shape, bool)) for key, a in parameters.items())
        columns = np.where(free[:, 0], matrix, 0.0)  # a constant column gets the coefficient 0
        design, _, _ = reduce_design(
            columns, target, np.ones(len(matrix)), centred=bool(self.fit_intercept and has_bias[0])
        )
        new = self.with_parameters(parameters)
        new._accept(design, design.solution, [])
        return new

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
        return loss, {WEIGHT: weight[:, np.newaxis], BIAS: np.array([bias])}

    def _adopt(self, weight: Array, bias: Array, source: Any) -> None:
        super()._adopt(weight, bias, source)
        self.loss_curve_ = []

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        return meta, arrays | {"loss_curve": np.array(self.loss_curve_)}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._from_state(meta, arrays)
        model.loss_curve_ = [float(loss) for loss in arrays["loss_curve"]]
        return model

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
            return design.solution, [0.5 * design.square, 0.5 * design.unexplained]
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
        check_coefficients(coef, solution, float(start), self._names())
        self.coef_ = coef
        self.intercept_ = float(start) if design.centred else 0.0
        self.loss_curve_ = losses
        self.n_iter_ = max(1, len(curve) - 1)
