r"""What a least-squares fit says about its coefficients, and how surely.

.. math::
    s^2 &= \sum_i w_i (y_i - \hat y_i)^2 / (n - p)                                       (1) \\
    \mathrm{se}_j &= s \sqrt{[(X^\top W X)^{-1}]_{jj}}                                   (2) \\
    t_j &= \hat\beta_j / \mathrm{se}_j                                                   (3) \\
    \mathrm{VIF}_j &= [(R^\top R)^{-1}]_{jj}                                             (4) \\
    F &= \frac{(\mathrm{TSS} - \mathrm{RSS}) / d}{\mathrm{RSS} / (n - p)}                (5) \\
    \bar R^2 &= 1 - (1 - R^2) \frac{n - 1}{n - p}                                        (6) \\
    F &= b^\top V_b^{-1} b / d                                                          (7)

with p coefficients, the intercept among them, d without it, and R the triangle of the
standardised columns. Errors and intervals suppose independent errors of one variance (with
weights: of variance s^2 / w_i) and, for small n, normal ones. With a covariance V estimated
otherwise (``fitted_rows.py``), the errors are the roots of its diagonal, t keeps its n - p degrees
of freedom, and (7), Wald's, stands for (5). Without an intercept the total sum of squares is taken
about 0, and n replaces n - 1 in (6).

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, chapter 3;
Belsley, Kuh & Welsch (1980), Regression Diagnostics, for the VIF.
Cost: O(n_features^3), whatever the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.protocols import Array
from minixai.statistics.correlation_measures import inverse_diagonal
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.reduced_design import ReducedDesign
from minixai.statistics.tail_probability import (
    f_tail_probability,
    t_quantile,
    t_tail_probability,
)

__all__ = ["InferenceTable", "infer"]


@dataclass(frozen=True)
class InferenceTable(PrintedTable):
    """Coefficients with their uncertainty, and how well the whole fits.

    Parameters
    ----------
    names : tuple of str (p,)
        ``"intercept"`` first, if there is one, then the features.
    coef, std_errors, t_values, p_values : ndarray (p,)
        Estimates in the user's units, their standard errors, t statistics and two-sided p-values
        of the hypothesis that the coefficient is 0.
    intervals : ndarray (p, 2)
        Confidence intervals of coverage ``level``.
    vif : ndarray (p,)
        Variance inflation factors; NaN for the intercept.
    level : float
        In (0, 1).
    r2, adjusted_r2 : float
        Share of the variance explained, and the same less what chance explains.
    f_value, f_p_value : float
        The hypothesis that every coefficient but the intercept is 0.
    residual_std : float
        s, in the target's unit.
    n_samples, df : int
        Rows of positive weight, and residual degrees of freedom n - p.
    covariance : str
        Where the errors are from: "classic", or the name of a robust estimate.
    """

    names: tuple[str, ...]
    coef: Array
    std_errors: Array
    t_values: Array
    p_values: Array
    intervals: Array
    vif: Array
    level: float
    r2: float
    adjusted_r2: float
    f_value: float
    f_p_value: float
    residual_std: float
    n_samples: int
    df: int
    covariance: str = "classic"

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a coefficient."""
        return [
            {
                "name": name,
                "coef": float(self.coef[j]),
                "std_error": float(self.std_errors[j]),
                "t": float(self.t_values[j]),
                "p": float(self.p_values[j]),
                "low": float(self.intervals[j, 0]),
                "high": float(self.intervals[j, 1]),
                "vif": float(self.vif[j]),
            }
            for j, name in enumerate(self.names)
        ]

    def _headings(self) -> list[str]:
        percent = f"{100.0 * self.level:g} %"
        return ["name", "coef", "std error", "t", "p", f"{percent} low", f"{percent} high", "VIF"]

    def _cells(self) -> list[list[str]]:
        return [
            [
                str(row["name"]),
                *(f"{row[key]:.6g}" for key in ("coef", "std_error")),
                f"{row['t']:.3f}",
                f"{row['p']:.3g}",
                *(f"{row[key]:.6g}" for key in ("low", "high")),
                "" if np.isnan(row["vif"]) else f"{row['vif']:.2f}",
            ]
            for row in self.to_rows()
        ]

    def _footer(self) -> str:
        return (
            f"n = {self.n_samples}, df = {self.df}, R2 = {self.r2:.4f}, "
            f"adjusted R2 = {self.adjusted_r2:.4f}, F = {self.f_value:.4g} "
            f"(p = {self.f_p_value:.3g}), residual std = {self.residual_std:.4g}"
            + ("" if self.covariance == "classic" else f", {self.covariance} errors")
        )


def infer(
    design: ReducedDesign,
    feature_names: list[str],
    level: float,
    robust: tuple[str, Array] | None = None,
) -> InferenceTable:
    """Compute the table of a least-squares problem.

    Parameters
    ----------
    design : ReducedDesign
    feature_names : list of str (n_features,)
    level : float
        Coverage of the intervals, in (0, 1).
    robust : (str, ndarray (p, p)), optional
        Name and value of another covariance of the standardised coefficients, with the constant
        first if there is one; None is the classic one.

    Returns
    -------
    InferenceTable

    Raises
    ------
    DataError
        Not more rows than coefficients, dependent columns, or numbers outside the range of floats.
    ParameterError
        A level outside (0, 1).
    MissingDependencyError
        SciPy is not installed.
    """
    check_number("level", level, low=0.0, high=1.0, open_low=True, open_high=True)
    df, rest, unit = checked_df(design, feature_names), design.rest, float(design.target.scale[0])
    start = (design.target.mean[0] / unit,) if design.centred else ()
    with np.errstate(over="ignore", invalid="ignore"):
        steps = coefficient_map(design)
        coef = unit * (steps @ np.concatenate([start, design.solution]))
        if robust is None:
            errors = np.sqrt(rest / df) * unit * coefficient_roots(design)  # (2)
        else:
            size = np.abs(steps).max(axis=1)  # squared, steps might leave the range of floats
            scaled = steps / size[:, np.newaxis]
            errors = np.sqrt(((scaled @ robust[1]) * scaled).sum(axis=1)) * size * unit
    if not (np.isfinite(coef) & np.isfinite(errors)).all():
        raise DataError(
            "Coefficients or their errors are outside the range of floats: rescale the columns or "
            "the target."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(coef == 0.0, 0.0, coef / errors)  # (3)
    f = _whole_f(design, df, robust)
    half = t_quantile(level, df) * errors
    return InferenceTable(
        names=("intercept",) * len(start) + tuple(feature_names),
        coef=coef,
        std_errors=errors,
        t_values=t,
        p_values=t_tail_probability(t, df),
        intervals=np.stack([coef - half, coef + half], axis=1),
        vif=np.concatenate([[np.nan] * len(start), _inflation(design)]),
        level=level,
        r2=1.0 - rest,
        adjusted_r2=1.0 - rest * (design.n_samples - design.centred) / df,  # (6)
        f_value=f,
        f_p_value=f_tail_probability(f, len(feature_names), df),
        residual_std=float(np.sqrt(rest * design.total_weight / df)) * unit,  # (1)
        n_samples=design.n_samples,
        df=df,
        covariance="classic" if robust is None else robust[0],
    )


def coefficient_map(design: ReducedDesign) -> Array:
    """Give the matrix from standardised coefficients to those of the columns as they are, (p, p).

    The constant stands first, if there is one. The target stays in its standardised unit.
    """
    scale = design.columns.scale
    if not design.centred:
        return np.diag(1.0 / scale)
    steps = np.diag(np.concatenate([[1.0], 1.0 / scale]))
    steps[0, 1:] = -design.columns.mean / scale
    return steps


def coefficient_roots(design: ReducedDesign) -> Array:
    """Give the classic standard errors in units of the residuals' root mean square, (p,)."""
    roots = np.sqrt(_inflation(design)) / design.columns.scale
    if not design.centred:
        return roots
    solved = np.linalg.solve(design.factor.T, design.columns.mean / design.columns.scale)
    return np.concatenate([[np.sqrt(1.0 + solved @ solved)], roots])


def _inflation(design: ReducedDesign) -> Array:
    return np.maximum(inverse_diagonal(design.factor), 1.0)  # (4)


def _whole_f(design: ReducedDesign, df: int, robust: tuple[str, Array] | None) -> float:
    """Test that every coefficient but the constant is 0."""
    b = design.solution
    if robust is not None:
        first = int(design.centred)
        return float(b @ np.linalg.solve(robust[1][first:, first:], b)) / len(b)  # (7)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.divide((1.0 - design.rest) / len(b), design.rest / df))  # (5)


def checked_df(design: ReducedDesign, feature_names: list[str]) -> int:
    """Give the residual degrees of freedom, or say why there are no standard errors."""
    n_coef = len(feature_names) + design.centred
    df = design.n_samples - n_coef
    still = [
        name
        for name, varies in zip(feature_names, design.columns.varies, strict=True)
        if not varies
    ]
    if still:
        raise DataError(f"Inference needs columns that vary, {_listed(still)} do not: drop them.")
    if df < 1:
        raise DataError(
            f"Inference needs more rows than coefficients, got {design.n_samples} rows and "
            f"{n_coef} coefficients: add rows or drop columns."
        )
    if design.rank < len(feature_names):
        _, _, right = np.linalg.svd(design.factor)
        weight = np.abs(right[design.rank :]).max(axis=0)
        tied = [name for name, w in zip(feature_names, weight, strict=True) if w > 1e-6]
        raise DataError(
            f"Inference needs independent columns, {_listed(tied)} are combinations of one "
            f"another: drop {len(feature_names) - design.rank} of them."
        )
    if not design.target.varies[0]:
        raise DataError("Inference needs a target that varies, y is constant: choose another.")
    return df


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
