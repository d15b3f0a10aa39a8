r"""A whole regression analysis: coefficients, their errors, tests of the residuals, influence.

.. math::
    \ell &= -\frac n 2 \left(\log 2 \pi + \log(\mathrm{RSS} / n) + 1\right)
        + \frac 1 2 \sum_i \log w_i                                                      (1) \\
    \mathrm{AIC} &= 2 p - 2 \ell                                                         (2) \\
    \mathrm{BIC} &= p \log n - 2 \ell                                                    (3) \\
    \kappa &= \sigma_{max}(\sqrt w\, (1, X)) / \sigma_{min}(\sqrt w\, (1, X))             (4)

with n rows, p coefficients, the constant among them, :math:`\mathrm{RSS} = \sum_i w_i e_i^2`, and
weights w, 1 by default: the variance of a row's error is taken to be :math:`\sigma^2 / w_i`. Tests
and influence are those of the residuals times :math:`\sqrt{w_i}`. The condition number is that of
the columns as they are given, so it depends on their units; the VIF do not. The parts are in
``inference_table.py``, ``fitted_rows.py``, ``residual_analysis.py`` and ``row_influence.py``.

Source: Burnham & Anderson (2002), Model Selection and Multimodel Inference; Belsley, Kuh &
Welsch (1980), Regression Diagnostics.
Differs from the source: the error variance is not counted in p, as statsmodels does not.
Cost: O(n d^2); White's test O(n d^4), left out where it has more than 500 columns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import as_vector, as_weights
from minixai.errors import DataError, ParameterError, check_option
from minixai.protocols import Array
from minixai.statistics.column_set import as_numbers, named_columns
from minixai.statistics.fitted_rows import ROBUST, fit_rows, robust_covariance
from minixai.statistics.inference_table import InferenceTable, checked_df, infer
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.reduced_design import reduce_design
from minixai.statistics.residual_analysis import ResidualTestTable, residual_tests
from minixai.statistics.row_influence import RowInfluence, row_influence_of

__all__ = ["RegressionAnalysis", "regression_analysis"]


@dataclass(frozen=True)
class RegressionAnalysis(PrintedTable):
    """What ordinary least squares says, and whether to believe it.

    Parameters
    ----------
    table : InferenceTable
        Coefficients with errors, t, p, intervals and VIF; R2, adjusted R2, F. As frame and rows,
        this result is that table.
    tests : ResidualTestTable
        Breusch-Pagan, White, Durbin-Watson, Jarque-Bera, Shapiro-Wilk and RESET.
    influence : RowInfluence
        Leverage, studentized residuals, Cook's distance, DFFITS and DFBETAS of every row; always
        with the classic errors.
    fitted, residuals : ndarray (n_samples,)
        In the target's unit; the residuals are target minus fitted, whatever the weights.
    log_likelihood, aic, bic : float
        Of normal errors.
    condition_number : float
    """

    table: InferenceTable
    tests: ResidualTestTable
    influence: RowInfluence
    fitted: Array
    residuals: Array
    log_likelihood: float
    aic: float
    bic: float
    condition_number: float

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a coefficient."""
        return self.table.to_rows()

    def __str__(self) -> str:
        return "\n\n".join(
            [f"{self.table}\n{self._footer()}", str(self.tests), str(self.influence)]
        )

    def _repr_html_(self) -> str:
        parts = (self.table, self.tests, self.influence)
        return "".join(part._repr_html_() for part in parts) + f"<p>{self._footer()}</p>"

    def _footer(self) -> str:
        return (
            f"log-likelihood = {self.log_likelihood:.6g}, AIC = {self.aic:.6g}, "
            f"BIC = {self.bic:.6g}, condition number = {self.condition_number:.3g}"
        )


def regression_analysis(
    X: Any,
    y: Any,
    *,
    sample_weight: Any = None,
    names: Sequence[str] | None = None,
    robust: str | None = None,
    level: float = 0.95,
) -> RegressionAnalysis:
    """Regress a target on columns and a constant, and examine the fit.

    Parameters
    ----------
    X : array-like (n_samples,) or (n_samples, d), data frame, mapping of columns, or Table
        Numbers, none missing.
    y : array-like (n_samples,)
        Numbers, none missing.
    sample_weight : array-like (n_samples,), optional
        How sure each row's target is: positive, inverse to the variance of its error; only their
        ratios count. None means all alike. (For rows that occur several times, repeat them.)
    names : sequence of str (d,), optional
        Names of the columns; None takes those of X, or x0, x1, ...
    robust : {"HC0", "HC1", "HC2", "HC3"}, optional
        Errors that hold where the variance differs between rows; None supposes it does not.
    level : float
        Coverage of the intervals, in (0, 1).

    Returns
    -------
    RegressionAnalysis

    Raises
    ------
    DataError
        Missing values or infinity, weights that are not positive, columns that are constant or
        depend on others, a constant target, not more rows than coefficients, or numbers outside
        the range of floats.
    ParameterError
        A level, an estimate of errors or a number of names that is none.
    MissingDependencyError
        SciPy is not installed.

    Examples
    --------
    >>> found = regression_analysis([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 4.0, 8.0])
    >>> found.table.coef.round(6).tolist(), found.influence.leverage.round(6).tolist()
    ([0.7, 2.2], [0.7, 0.3, 0.3, 0.7])
    """
    if robust is not None:
        check_option("robust", robust, ROBUST)
    matrix, labels = _matrix(X, names)
    n, p = len(matrix), matrix.shape[1] + 1
    weight = _positive(as_weights(sample_weight, n))
    design, Z, t = reduce_design(matrix, as_vector(y, n), weight, centred=True)
    checked_df(design, labels)
    rows = fit_rows(design, Z, t, weight)
    covariance = None if robust is None else (robust, robust_covariance(rows, robust))
    table = infer(design, labels, level, covariance)
    unit, mean = float(design.target.scale[0]), float(design.target.mean[0])
    with np.errstate(divide="ignore"):
        log_rest = float(np.log(design.rest)) + 2.0 * math.log(unit)
    log_weight = 2.0 * float(np.log(rows.root).sum())
    likelihood = 0.5 * (log_weight - n * (math.log(2.0 * math.pi) + log_rest + 1.0))  # (1)
    columns = np.column_stack([np.ones(n), matrix]) * rows.root[:, np.newaxis]
    return RegressionAnalysis(
        table=table,
        tests=residual_tests(Z, rows),
        influence=row_influence_of(design, rows, table.names),
        fitted=rows.fitted * unit + mean,
        residuals=rows.residuals / rows.root * unit,
        log_likelihood=likelihood,
        aic=2.0 * p - 2.0 * likelihood,  # (2)
        bic=p * math.log(n) - 2.0 * likelihood,  # (3)
        condition_number=float(np.linalg.cond(columns)),  # (4)
    )


def _positive(weight: Array) -> Array:
    if not weight.all():
        raise DataError(
            f"`sample_weight` must be positive, got 0 in row {int(np.argmin(weight))}: leave the "
            "rows of weight 0 out."
        )
    return weight


def _matrix(X: Any, names: Sequence[str] | None) -> tuple[Array, list[str]]:
    """Give the columns as a matrix without missing values, and their names."""
    columns = named_columns(X, "x")
    labels = list(columns) if names is None else [str(name) for name in names]
    if len(labels) != len(columns) or len(set(labels)) < len(labels):
        raise ParameterError(
            f"`names` must be {len(columns)} different names, one a column, got {labels}."
        )
    numbers = [
        as_numbers(column, name) for name, column in zip(labels, columns.values(), strict=True)
    ]
    matrix = np.ascontiguousarray(np.column_stack(numbers))
    missing = np.argwhere(np.isnan(matrix))
    if len(missing):
        i, j = missing[0]
        raise DataError(
            f"Column {labels[j]!r} has no value in row {i} ({len(missing)} such cells): fill them "
            "(minixai.data.SimpleImputer) or drop the rows."
        )
    return matrix, labels
