r"""Linear support vector machines: the widest margin between classes, for linear scores only.

The objective is half the square of the coefficients plus C times the weighted sum of hinges
max(0, 1 - s f), squared or not, with s = +1 for the class and -1 for the rest; the constant is not
penalised. Of k > 2 classes each has a machine against the rest. Primal, dual and their gap stand in
``margin_problem.py``; Newton's method for the squared hinge in ``newton_descent.py``, the
interior-point method for the hinge in ``interior_point.py``, coordinate descent for both in
``dual_coordinate_descent.py``.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, section 12.2;
the names of the arguments are scikit-learn's.
Differs from LIBLINEAR: the constant is not penalised, so that moving all columns changes nothing.
Cost: a step of Newton or inside O(n_samples * n_features^2), some ten or twenty steps a class; an
epoch of coordinate descent O(n_samples * n_features); memory about five copies of X.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._validation import check_number, seed_of
from minixai.errors import ConvergenceWarning, check_option
from minixai.linear.dual_coordinate_descent import descend_in_dual
from minixai.linear.interior_point import climb_inside
from minixai.linear.linear_classifier import LinearClassifier
from minixai.linear.margin_problem import pose_margins
from minixai.linear.newton_descent import descend_by_newton
from minixai.linear.penalised_problem import PenalisedProblem, pose_problem
from minixai.linear.score_loss import Hinge, ScoreLoss, SquaredHinge, class_signs
from minixai.protocols import Array

__all__ = ["LinearSVM"]

_STEPS = {"newton": 100, "dual_coordinate_descent": 1000}
_GAPS = {"newton": 1e-10, "dual_coordinate_descent": 1e-4}
"""Solvers, with the most steps and the relative gap that each takes unless told."""
_LEAST = 1e-13
"""Gap that the interior-point method tries to reach unless told."""
_FLAT = 1e-12
"""Slope at which Newton's method stops on the squared hinge, whose pieces it solves exactly."""


class LinearSVM(LinearClassifier):
    """Support vector machine with linear scores: no kernels, and no probabilities.

    Code that needs probabilities wants a `LogisticRegression`.

    Parameters
    ----------
    C : float
        Inverse of the penalty's strength, above 0 and finite.
    loss : {"squared_hinge", "hinge"}
        What a row costs that lies within the margin or on the wrong side: the square of its
        distance, or the distance, which leaves most rows without influence.
    fit_intercept : bool
        Whether there is a constant, which is never penalised.
    class_weight : {"balanced"}, dict of label -> weight, or None
        Times what a row of the class counts, also where it stands among the rest; "balanced"
        makes all classes count alike.
    solver : {"newton", "dual_coordinate_descent"}
        "newton" solves the squared hinge by Newton's method and the hinge by an interior-point
        method, which is Newton's on the conditions of its minimum: exact, whatever C or the
        columns' scales. The other walks from row to row, cheaper a step where columns are many,
        and slow where C is large.
    max_iter : int, optional
        Most steps, or walks over all rows; None is 100 for "newton" and 1000 for the other.
    tol : float, optional
        Duality gap at which to stop, as a share of the objective. None is for "newton" as near as
        rounding allows, and 1e-10 at least, and 1e-4 for the other. What is not reached is a
        ConvergenceWarning that says the gap.
    random_state : int, optional
        Seed of the order of the rows in "dual_coordinate_descent"; None is 0.

    Attributes
    ----------
    classes_ : ndarray (n_classes,)
        Sorted.
    coef_ : ndarray (1, n_features) or (n_classes, n_features)
        Change of the raw score, of the second of two classes, for one unit of each column.
    intercept_ : ndarray (1,) or (n_classes,)
        Raw scores at x = 0.
    duality_gap_ : ndarray (1,) or (n_classes,)
        How far the objective lies above its minimum at most, as a share of it, by class.
    loss_curve_ : list of float
        The objective over C times the weights' sum, of all classes, before every step (or ten
        epochs) and at the end.
    n_iter_ : int
        Steps of the class that took most.
    n_features_in_, feature_names_in_
        What was fitted on.

    Examples
    --------
    >>> model = LinearSVM(loss="hinge", C=10.0).fit([[-2.0], [-1.0], [1.0], [2.0]], list("aabb"))
    >>> model.decision_function([[-1.0], [1.0]]).round(6).tolist()
    [-1.0, 1.0]
    """

    def __init__(
        self,
        *,
        C: float = 1.0,
        loss: Literal["squared_hinge", "hinge"] = "squared_hinge",
        fit_intercept: bool = True,
        class_weight: Any = None,
        solver: Literal["newton", "dual_coordinate_descent"] = "newton",
        max_iter: int | None = None,
        tol: float | None = None,
        random_state: int | None = None,
    ) -> None:
        self.C = C
        self.loss = loss
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.solver = solver
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

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
            The steps did not suffice.
        """
        self._check_parameters()
        with all_or_nothing(self):
            matrix, codes, weight = self._labelled_rows(X, y, sample_weight)
            problem = pose_problem(
                matrix,
                weight,
                self._loss(codes),
                C=self.C,
                l1_ratio=0.0,
                centred=bool(self.fit_intercept),
            )
            found = [self._solved(problem, c) for c in range(problem.shape[1])]
            theta = np.hstack([each[0] for each in found])
            self._accept(*problem.to_user(theta))
            self.duality_gap_ = np.array([each[1] for each in found])
            curves = [each[2] for each in found]
            longest = max(len(curve) for curve in curves)
            padded = [curve + curve[-1:] * (longest - len(curve)) for curve in curves]
            self.loss_curve_ = np.sum(padded, axis=0).tolist()
            self.n_iter_ = max(1, longest - 1)
            self._warn_of_gap()
        return self

    def refit_masked(self, X: Any, y: Any, masks: Mapping[str, Array]) -> Self:
        """Return the minimum in which some parameters stay 0.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
        y : array-like (n_samples,)
        masks : mapping of parameter name -> bool array
            Names and shapes of `parameters`; False stays 0, and names left out are free.

        Returns
        -------
        LinearSVM
            Fitted; it knows no data, only its coefficients.
        """
        matrix, codes, weight = self._rows_again(X, y)
        free, centred = self._freedom(masks)
        coef, intercept = np.zeros(free.shape), np.zeros(free.shape[1])
        for c in range(free.shape[1]):
            columns = np.where(free[:, c], matrix, 0.0)  # a constant column gets the coefficient 0
            problem = pose_problem(
                columns, weight, self._loss(codes), C=self.C, l1_ratio=0.0, centred=centred
            )
            w, b = problem.to_user(self._solved(problem, c)[0])
            coef[:, c], intercept[c] = np.where(free[:, c], w[:, 0], 0.0), b[0]
        new = self.with_parameters(self.parameters())
        new._accept(coef, intercept)
        return new

    def _check_parameters(self) -> None:
        check_number("C", self.C, low=0.0, open_low=True)
        check_option("loss", self.loss, ("squared_hinge", "hinge"))
        check_option("solver", self.solver, tuple(_STEPS))
        if self.max_iter is not None:
            check_number("max_iter", self.max_iter, low=1, integer=True)
        if self.tol is not None:
            check_number("tol", self.tol, low=0.0)
        seed_of(self.random_state)

    def _allowed(self) -> float:
        return _GAPS[self.solver] if self.tol is None else float(self.tol)

    def _solved(self, problem: PenalisedProblem, c: int) -> tuple[Array, float, list[float]]:
        """Give theta (p, 1), the relative gap and the curve of a class against the rest."""
        squared = self.loss == "squared_hinge"
        single = replace(problem, loss=replace(problem.loss, signs=problem.loss.signs[:, [c]]))
        margins = pose_margins(single, squared=squared)
        steps = _STEPS[self.solver] if self.max_iter is None else int(self.max_iter)
        if self.solver == "dual_coordinate_descent":
            w, b, alpha, curve = descend_in_dual(
                margins, tol=self._allowed(), max_iter=steps, random_state=self.random_state
            )
        elif squared:
            least = descend_by_newton(single, tol=_FLAT, max_iter=steps)
            w, b = margins.from_theta(least.theta)
            alpha, curve = margins.natural_alpha(w, b), least.curve
        else:
            aim = _LEAST if self.tol is None else float(self.tol)
            w, b, alpha, curve = climb_inside(margins, tol=aim, max_iter=steps)
        return margins.to_theta(w, b), margins.relative_gap(w, b, alpha), curve

    def _warn_of_gap(self) -> None:
        gap = float(self.duality_gap_.max())
        if gap > self._allowed():
            warnings.warn(
                f"LinearSVM stopped after {self.n_iter_} steps with a relative duality gap of "
                f"{gap:.2g}, `tol` is {self._allowed():g}: raise `max_iter`, lower `C`, or use "
                "solver='newton'.",
                ConvergenceWarning,
                stacklevel=3,
            )

    def _loss(self, codes: Array) -> ScoreLoss:
        kind = SquaredHinge if self.loss == "squared_hinge" else Hinge
        return kind(class_signs(codes, len(self.classes_)))

    def _adopt(self, weight: Array, bias: Array, source: Any) -> None:
        super()._adopt(weight, bias, source)
        self.duality_gap_ = np.full(len(bias), np.nan)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        return meta, arrays | {"duality_gap": self.duality_gap_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._from_state(meta, arrays)
        model.duality_gap_ = arrays["duality_gap"]
        return model
