r"""The lasso and the elastic net: least squares with a penalty that sets coefficients to 0.

.. math::
    \min_{w, b} \frac{1}{2n} \sum_i (y_i - x_i w - b)^2 + \alpha \rho \lVert w \rVert_1
        + \tfrac12 \alpha (1 - \rho) \lVert w \rVert_2^2

with :math:`\rho` the ``l1_ratio``; weights of rows stand in the mean as shares of their sum. The
design is in ``penalised_design.py``, the search in ``coordinate_descent.py``.

Source: Tibshirani (1996), Regression Shrinkage and Selection via the Lasso, Journal of the Royal
Statistical Society B 58(1); Zou & Hastie (2005), Regularization and variable selection via the
elastic net, Journal of the Royal Statistical Society B 67(2).
Differs from the sources: Zou & Hastie's rescaling by (1 + lambda_2) is left out.
Cost: a few passes over the matrix and the products of the columns at work; memory a copy of X,
the columns at work, and at most two squares of 3000 columns.
"""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._validation import as_weights, check_number
from minixai.errors import DataWarning
from minixai.linear.coordinate_descent import CoordinateDescent
from minixai.linear.linear_model import LinearModel
from minixai.linear.penalised_design import PenalisedDesign
from minixai.linear.regularization_path import check_descent, warn_of_gap, weighted_design
from minixai.protocols import Array

__all__ = ["Lasso"]

_NO_PENALTY = 1e-15
"""A penalty on standardised columns that rounding outweighs."""


class Lasso(LinearModel):
    """Linear regression that leaves columns out: the lasso, and with ``l1_ratio`` the elastic net.

    The penalty is on the coefficients as they are, so a column in smaller units is penalised
    less: standardise the columns first if they are not of one kind.

    Parameters
    ----------
    alpha : float
        Strength of the penalty, at least 0; 0 is least squares, in closed form.
    l1_ratio : float
        Share of the L1 penalty, in [0, 1]: 1 is the lasso, 0 a ridge regression.
    fit_intercept : bool
        Whether there is a constant term, which is not penalised; without it, b = 0.
    max_iter : int
        Most sweeps over the columns at work.
    tol : float
        Duality gap at which to stop, as a share of the target's mean square (about its mean, if
        there is an intercept). Least squares on the support makes the gap much smaller mostly.

    Attributes
    ----------
    coef_ : ndarray (n_features,)
        Change of the prediction for one unit of each column; exactly 0 for columns left out.
    intercept_ : float
        Prediction at x = 0.
    dual_gap_ : float
        How far the objective can lie above its minimum, at most; in the square of the target's
        unit. NaN for a model that was given its parameters.
    n_iter_ : int
        Sweeps taken; 1 for the closed form.
    n_features_in_, feature_names_in_
        What was fitted on.

    Notes
    -----
    The objective has no gradient at 0, so there is no ``loss_gradient``.

    Examples
    --------
    >>> X = [[-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]
    >>> model = Lasso(alpha=0.5).fit(X, [-2.0, 2.0, -2.1, 2.1])
    >>> model.coef_.round(6), model.dual_gap_ < 1e-12
    (array([1.55, 0.  ]), True)
    """

    dual_gap_: float

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        l1_ratio: float = 1.0,
        fit_intercept: bool = True,
        max_iter: int = 10_000,
        tol: float = 1e-12,
    ) -> None:
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Minimise the objective, each row counting by its weight.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            At least two rows.
        y : array-like (n_samples,)
            Numbers.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights; a weight of 2 is a row given twice.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            An argument outside its range.
        DataError
            One row, NaN or infinity, or coefficients outside the range of floats.
        """
        check_number("alpha", self.alpha, low=0.0)
        check_descent(self.l1_ratio, self.max_iter, self.tol)
        with all_or_nothing(self):
            matrix, target = self._validated_fit(
                X, y, numeric_target=True, min_rows=2, any_order=True
            )
            weight = as_weights(sample_weight, len(matrix))
            design = weighted_design(matrix, target, weight, centred=bool(self.fit_intercept))
            self._minimise(design, float(self.alpha), float(self.l1_ratio))
        return self

    def _minimise(self, design: PenalisedDesign, alpha: float, l1_ratio: float) -> None:
        first, second = design.penalties(alpha, l1_ratio)
        if max(first.max(), second.max()) < _NO_PENALTY:
            solution, gap, n_iter = self._least_squares(design), 0.0, 1
        else:
            search = CoordinateDescent(design)
            solution, gap, n_iter = search.minimise(
                alpha, l1_ratio, tol=float(self.tol), max_iter=int(self.max_iter)
            )
            if gap > self.tol:
                warn_of_gap(
                    f"{type(self).__name__} stopped after {n_iter} sweeps", design, gap, self.tol
                )
        self.coef_, self.intercept_ = design.in_units(solution, self._names())
        with np.errstate(over="ignore", under="ignore"):
            self.dual_gap_ = float(gap * design.target_scale * design.target_scale)
        self.n_iter_ = max(1, n_iter)

    def _least_squares(self, design: PenalisedDesign) -> Array:
        n_features, n_rows = design.columns.shape
        if n_features > n_rows:
            warnings.warn(
                f"Without a penalty {n_rows} rows leave the coefficients of {n_features} columns "
                "open, the smallest are given: raise `alpha`.",
                DataWarning,
                stacklevel=4,
            )
        cutoff = np.finfo(np.float64).eps * max(n_features, n_rows)
        found: Array = np.linalg.lstsq(design.columns.T, design.target, rcond=cutoff)[0]
        return np.where(design.columns.any(axis=1), found, 0.0)

    def _adopt(self, weight: Array, bias: Array, source: Any) -> None:
        super()._adopt(weight, bias, source)
        self.dual_gap_ = float("nan")

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        return meta, arrays | {"dual_gap": np.array([self.dual_gap_])}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._from_state(meta, arrays)
        model.dual_gap_ = float(arrays["dual_gap"][0])
        return model
