r"""Logistic regression of two classes or more, with a squared, absolute or mixed penalty.

The probabilities are the logistic function of one raw score, or the softmax of k of them. The
objective is C times the weighted sum of cross-entropies plus
l1_ratio * sum |w| + (1 - l1_ratio) / 2 * sum w^2, without the constants; its form in standardised
columns stands in ``penalised_problem.py``, Newton's method in ``newton_descent.py``, the descent
along the gradient in ``proximal_gradient.py``, standard errors in ``logistic_inference.py``.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, section 4.4;
the names of the arguments are scikit-learn's.
Cost: Newton O(n_samples * p^2 * k^2 + (p k)^3) a step, some ten steps, for p columns (with an
absolute penalty only those in use, with more columns than rows n_samples of them) and k scores;
memory about four copies of X and (p k)^2 numbers.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._validation import check_number
from minixai.errors import ConvergenceWarning, DataError, check_option
from minixai.linear.linear_classifier import LinearClassifier
from minixai.linear.logistic_inference import (
    LogisticEvidence,
    LogisticInference,
    gather_evidence,
    infer_logistic,
)
from minixai.linear.newton_descent import Minimum, descend_by_newton, newton_direction
from minixai.linear.penalised_problem import PenalisedProblem, pose_problem
from minixai.linear.proximal_gradient import descend_by_gradient
from minixai.linear.score_loss import LogisticLoss, ScoreLoss, SoftmaxLoss, class_signs
from minixai.optim.losses import probabilities
from minixai.protocols import Array

__all__ = ["LogisticRegression"]

_STEPS = {"newton": 100, "gradient_descent": 10_000}
"""Solvers, and the most steps that each takes unless told."""


class LogisticRegression(LinearClassifier):
    """Linear classifier that gives the probability of each class.

    Parameters
    ----------
    C : float
        Inverse of the penalty's strength, above 0; infinity is no penalty.
    l1_ratio : float
        Share of the absolute values in the penalty, in [0, 1]: 0 is the squared penalty, 1 the
        absolute one, which sets coefficients to 0.
    fit_intercept : bool
        Whether there is a constant, which is never penalised.
    class_weight : {"balanced"}, dict of label -> weight, or None
        Times what a row of the class counts; "balanced" makes all classes count alike.
    solver : {"newton", "gradient_descent"}
        How the minimum is found: in some ten steps with second derivatives, or in many cheap ones
        along the gradient, with momentum.
    max_iter : int, optional
        Most steps; None is 100 for "newton" and 10,000 for "gradient_descent".
    tol : float
        Largest violation of the condition of a minimum at which to stop: of the slope of the
        objective over C times the weights' sum, in columns of deviation 1. What is not reached is
        a ConvergenceWarning that says the violation.

    Attributes
    ----------
    classes_ : ndarray (n_classes,)
        Sorted.
    coef_ : ndarray (1, n_features) or (n_classes, n_features)
        Change of the raw score, the log-odds of the second of two classes, for one unit of each
        column. Those of more than two classes sum to 0 where the penalty is squared or none.
    intercept_ : ndarray (1,) or (n_classes,)
        Raw scores at x = 0; those of more than two classes sum to 0.
    loss_curve_ : list of float
        The objective over C times the weights' sum, before every step and at the end.
    n_iter_ : int
        Steps taken, at least 1.
    n_features_in_, feature_names_in_
        What was fitted on.

    Examples
    --------
    >>> model = LogisticRegression().fit([[-2.0], [-1.0], [1.0], [2.0]], list("aabb"))
    >>> model.predict([[-3.0], [3.0]]).tolist()
    ['a', 'b']
    """

    _methods = ("predict", "predict_proba", "decision_function")

    def __init__(
        self,
        *,
        C: float = 1.0,
        l1_ratio: float = 0.0,
        fit_intercept: bool = True,
        class_weight: Any = None,
        solver: Literal["newton", "gradient_descent"] = "newton",
        max_iter: int | None = None,
        tol: float = 1e-10,
    ) -> None:
        self.C = C
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.solver = solver
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Minimise the objective, each row counting by its weight.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        y : array-like (n_samples,)
            Labels of two classes or more, numbers or text.
        sample_weight : array-like (n_samples,), optional
            Non-negative; a weight of 2 is a row given twice, one of 0 a row left out.

        Returns
        -------
        self

        Raises
        ------
        DataError
            One class only, a class without weight, NaN or infinity.
        ParameterError
            An argument outside its range, or a class weight of no class.

        Warns
        -----
        ConvergenceWarning
            The steps did not suffice, or there is no penalty and the columns separate the classes,
            so that no finite coefficients are best.
        """
        self._check_parameters()
        with all_or_nothing(self):
            matrix, codes, weight = self._labelled_rows(X, y, sample_weight)
            problem = self._posed(matrix, codes, weight)
            found = self._solved(problem)
            self._keep(problem, found)
            self._evidence: LogisticEvidence | None = None
            if math.isinf(self.C):
                separated = self._warned_of_separation(problem, found.theta)
                if problem.back is None:
                    self._evidence = gather_evidence(
                        problem, found.theta, float(weight.sum()), separated
                    )
        return self

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like (n_samples, n_features)

        Returns
        -------
        ndarray (n_samples, n_classes)
            In the order of ``classes_``; each row sums to 1.
        """
        return self._answer("predict_proba", self._raw(self._validated(X)))

    def inference(self, level: float = 0.95) -> LogisticInference:
        """Standard errors, z, p, intervals and the likelihood ratio of a fit without penalty.

        Parameters
        ----------
        level : float
            Coverage of the confidence intervals, in (0, 1).

        Returns
        -------
        LogisticInference
            Of more than two classes, the classes after the first against the first.

        Raises
        ------
        DataError
            A penalty or class weights, with which estimates are biased and have no such errors;
            classes that the columns separate; constant or dependent columns; a model that was
            loaded or given its parameters, and so knows no data.
        MissingDependencyError
            SciPy is not installed.
        """
        self._check_fitted()
        if not math.isinf(self.C):
            raise DataError(
                f"A penalty (C = {self.C:g}) biases the coefficients, so that they have no "
                "standard errors of use: fit with C=float('inf')."
            )
        if self.class_weight is not None:
            raise DataError(
                "Class weights make the rows count otherwise than they were drawn, so that there "
                "are no standard errors: fit with class_weight=None."
            )
        evidence = getattr(self, "_evidence", None)
        if evidence is None:
            raise DataError(
                "Inference needs the data, and more rows than columns: this model was loaded or "
                "given its parameters, or fitted on fewer; call `fit` first."
            )
        labels = [str(label) for label in self.classes_]
        return infer_logistic(evidence, self._names(), labels, level)

    def refit_masked(self, X: Any, y: Any, masks: Mapping[str, Array]) -> Self:
        """Return the minimum in which some parameters stay 0, by Newton's method.

        An absolute penalty counts as a squared one of the same C.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        y : array-like (n_samples,)
        masks : mapping of parameter name -> bool array
            Names and shapes of `parameters`; False stays 0, and names left out are free.

        Returns
        -------
        LogisticRegression
            Fitted; it knows no data, only its coefficients.
        """
        matrix, codes, weight = self._rows_again(X, y)
        free, centred = self._freedom(masks)
        problem = pose_problem(
            matrix,
            weight,
            self._loss(codes),
            C=self.C,
            l1_ratio=0.0,
            centred=centred,
            reduced=False,
        )
        unknown = np.vstack([free, np.ones((int(problem.centred), free.shape[1]), dtype=bool)])
        found = descend_by_newton(problem, tol=self.tol, max_iter=_STEPS["newton"], free=unknown)
        new = self.with_parameters(self.parameters())
        new._keep(problem, found)
        return new

    def _check_parameters(self) -> None:
        self._check_penalty()
        check_number("l1_ratio", self.l1_ratio, low=0.0, high=1.0)
        check_option("solver", self.solver, tuple(_STEPS))
        check_number("tol", self.tol, low=0.0)
        if self.max_iter is not None:
            check_number("max_iter", self.max_iter, low=1, integer=True)

    def _posed(self, matrix: Array, codes: Array, weight: Array) -> PenalisedProblem:
        return pose_problem(
            matrix,
            weight,
            self._loss(codes),
            C=self.C,
            l1_ratio=float(self.l1_ratio),
            centred=bool(self.fit_intercept),
        )

    def _solved(self, problem: PenalisedProblem) -> Minimum:
        descend = descend_by_newton if self.solver == "newton" else descend_by_gradient
        steps = _STEPS[self.solver] if self.max_iter is None else int(self.max_iter)
        found = descend(problem, tol=self.tol, max_iter=steps)
        if found.residual > self.tol:
            warnings.warn(
                f"LogisticRegression stopped after {len(found.curve) - 1} steps with a slope of "
                f"{found.residual:.2g}, `tol` is {self.tol:g}: raise `max_iter`, lower `C`, drop "
                "dependent columns or use solver='newton'.",
                ConvergenceWarning,
                stacklevel=4,
            )
        return found

    def _keep(self, problem: PenalisedProblem, found: Minimum) -> None:
        coef, intercept = problem.to_user(found.theta)
        if len(intercept) > 1:
            intercept = intercept - intercept.mean()  # the softmax does not see their mean
        self._accept(coef, intercept)
        self.loss_curve_ = found.curve
        self.n_iter_ = max(1, len(found.curve) - 1)

    def _warned_of_separation(self, problem: PenalisedProblem, theta: Array) -> bool:
        """Say so where the likelihood grows for ever along a direction of the coefficients."""
        scores, signs = problem.Z @ theta, problem.loss.signs
        if signs.shape[1] == 1:
            right = (scores * signs > 0.0).all()
        else:
            own = np.where(signs > 0, scores, -np.inf).max(axis=1)
            right = (own > np.where(signs > 0, -np.inf, scores).max(axis=1)).all()
        moves = np.abs(problem.Z @ newton_direction(problem, theta, scores)).max() > 0.1
        if right or moves:
            warnings.warn(
                "The columns separate the classes, wholly or for some rows, so that without a "
                "penalty no finite coefficients are best and these are where the solver stopped: "
                "give a finite `C`.",
                ConvergenceWarning,
                stacklevel=3,
            )
        return bool(right or moves)

    def _loss(self, codes: Array) -> ScoreLoss:
        n_classes = len(self.classes_)
        kind = LogisticLoss if n_classes == 2 else SoftmaxLoss
        return kind(class_signs(codes, n_classes))

    def _l1_ratio(self) -> float:
        return float(self.l1_ratio)

    def _answer(self, method: str, raw: Array) -> Array:
        if method != "predict_proba":
            return super()._answer(method, raw)
        return probabilities(raw)
