r"""The coefficients of the lasso for every strength of its penalty, from all zero to nearly free.

From the least penalty that leaves every coefficient at 0 down, evenly on a logarithmic scale:

.. math::
    \alpha_1 &= \max_j |\langle x_j - \bar x_j, y - \bar y \rangle| / (n \rho)           (1) \\
    \alpha_k &= \alpha_1\, \varepsilon^{(k - 1) / (K - 1)}                               (2)

each fit begins where the last one ended.

Source: Friedman, Hastie & Tibshirani (2010), Regularization Paths for Generalized Linear Models
via Coordinate Descent, Journal of Statistical Software 33(1).
Cost: one pass over the data a penalty, mostly less, and what the support costs: see
``coordinate_descent.py``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import as_matrix, as_vector, as_weights, check_number, feature_names_of
from minixai.errors import ConvergenceWarning, DataError, ParameterError, require
from minixai.linear.coordinate_descent import CoordinateDescent
from minixai.linear.penalised_design import PenalisedDesign, penalise_design
from minixai.protocols import Array

__all__ = ["LassoPath", "lasso_path"]


@dataclass(frozen=True, eq=False)
class LassoPath:
    """Coefficients by penalty.

    Parameters
    ----------
    alphas : ndarray (n_alphas,)
        Penalties, the strongest first.
    coefs : ndarray (n_features, n_alphas)
        Coefficients in the user's units.
    intercepts : ndarray (n_alphas,)
    dual_gaps : ndarray (n_alphas,)
        How far each objective can lie above its minimum, at most; in the square of the target's
        unit.
    n_iter : ndarray (n_alphas,)
        Sweeps that each penalty took.
    feature_names : tuple of str (n_features,)
    l1_ratio : float
        Share of the L1 penalty.
    """

    alphas: Array
    coefs: Array
    intercepts: Array
    dual_gaps: Array
    n_iter: Array
    feature_names: tuple[str, ...]
    l1_ratio: float

    def to_frame(self) -> Any:
        """Return a pandas frame, one row a penalty (its index) and one column a feature."""
        pandas = require("pandas", "table")
        index = pandas.Index(self.alphas, name="alpha")
        return pandas.DataFrame(self.coefs.T, index=index, columns=list(self.feature_names))


def lasso_path(
    X: Any,
    y: Any,
    *,
    alphas: Any = None,
    n_alphas: int = 100,
    eps: float = 1e-3,
    l1_ratio: float = 1.0,
    fit_intercept: bool = True,
    sample_weight: Any = None,
    max_iter: int = 10_000,
    tol: float = 1e-12,
) -> LassoPath:
    """Fit the lasso, or the elastic net, for many penalties.

    Parameters
    ----------
    X : array-like (n_samples, n_features)
    y : array-like (n_samples,)
    alphas : array-like (n_alphas,), optional
        Penalties above 0, in any order; None makes a grid of ``n_alphas``.
    n_alphas : int
        Penalties of the grid.
    eps : float
        The weakest penalty of the grid as a share of the strongest, in (0, 1).
    l1_ratio : float
        Share of the L1 penalty, in [0, 1]; 1 is the lasso.
    fit_intercept : bool
        Whether there is a constant term, which is never penalised.
    sample_weight : array-like (n_samples,), optional
        Non-negative weights of the rows; only their ratios count.
    max_iter : int
        Most sweeps a penalty.
    tol : float
        Duality gap at which to stop, as a share of the target's mean square.

    Returns
    -------
    LassoPath

    Raises
    ------
    ParameterError
        An argument outside its range; a grid asked for without an L1 penalty.
    DataError
        NaN or infinity, or coefficients outside the range of floats.

    Examples
    --------
    >>> X = [[-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]
    >>> path = lasso_path(X, [-2.0, 2.0, -2.0, 2.0], alphas=[2.0, 0.5])
    >>> path.coefs.round(6)
    array([[0. , 1.5],
           [0. , 0. ]])
    """
    check_descent(l1_ratio, max_iter, tol)
    check_grid(alphas, n_alphas, eps, l1_ratio)
    matrix = as_matrix(X, owner="lasso_path", any_order=True)
    target = as_vector(y, len(matrix))
    names = tuple(feature_names_of(None, X))
    weight = as_weights(sample_weight, len(matrix))
    design = weighted_design(matrix, target, weight, centred=bool(fit_intercept))
    grid = penalty_grid(design, alphas, n_alphas, eps, l1_ratio)
    return follow_path(design, grid, l1_ratio, names, max_iter=max_iter, tol=tol)


def check_descent(l1_ratio: Any, max_iter: Any, tol: Any) -> None:
    """Raise `ParameterError` for arguments of the descent outside their ranges."""
    check_number("l1_ratio", l1_ratio, low=0.0, high=1.0)
    check_number("max_iter", max_iter, low=1, integer=True)
    check_number("tol", tol, low=0.0)


def check_grid(alphas: Any, n_alphas: Any, eps: Any, l1_ratio: float) -> None:
    """Raise `ParameterError` for a grid of penalties that cannot be."""
    check_number("n_alphas", n_alphas, low=1, integer=True)
    check_number("eps", eps, low=0.0, high=1.0, open_low=True, open_high=True)
    if alphas is None:
        if l1_ratio == 0.0:
            raise ParameterError(
                "`alphas` must be given where `l1_ratio` is 0: without an L1 penalty no strength "
                "sets every coefficient to 0, and there is none for the grid to begin at."
            )
        return
    values = np.asarray(alphas)
    if values.ndim != 1 or len(values) == 0 or values.dtype.kind not in "fiu":
        raise ParameterError(f"`alphas` must be a list of numbers above 0, got {alphas!r}.")
    if not (np.isfinite(values).all() and (values > 0).all()):
        wrong = values[~(np.isfinite(values) & (values > 0))][0]
        raise ParameterError(f"`alphas` must be finite and above 0, got {wrong.item()!r}.")


def weighted_design(X: Array, y: Array, weight: Array, *, centred: bool) -> PenalisedDesign:
    """Make the design of the rows whose weight is not 0.

    Raises
    ------
    DataError
        Fewer than two such rows.
    """
    if not weight.all():
        X, y, weight = (each[weight > 0] for each in (X, y, weight))
    if len(y) < 2:
        raise DataError(f"A penalised fit needs at least 2 rows of positive weight, got {len(y)}.")
    return penalise_design(X, y, weight, centred=centred)


def penalty_grid(
    design: PenalisedDesign, alphas: Any, n_alphas: int, eps: float, l1_ratio: float
) -> Array:
    """Give the penalties, the strongest first."""
    if alphas is not None:
        return np.sort(np.asarray(alphas, dtype=np.float64))[::-1]
    strongest = design.largest_moment / l1_ratio  # (1)
    if strongest == 0.0 or not np.isfinite(strongest):
        strongest = 1.0 if strongest == 0.0 else np.finfo(np.float64).max
    place = np.arange(n_alphas) / max(n_alphas - 1, 1)
    return np.asarray(strongest * eps**place)  # (2)


def follow_path(
    design: PenalisedDesign,
    alphas: Array,
    l1_ratio: float,
    names: tuple[str, ...],
    *,
    max_iter: int,
    tol: float,
) -> LassoPath:
    """Fit one penalty after another, and warn once of those that did not come to an end."""
    search = CoordinateDescent(design)
    found = [search.minimise(each, l1_ratio, tol=tol, max_iter=max_iter) for each in alphas]
    units = [design.in_units(each.solution, list(names)) for each in found]
    gaps = np.array([each.gap for each in found])
    if (gaps > tol).any():
        k = int(np.argmax(gaps))
        warn_of_gap(
            f"{int((gaps > tol).sum())} of {len(gaps)} penalties stopped early, alpha = "
            f"{alphas[k]:.4g} after {found[k].n_sweeps} sweeps",
            design,
            gaps[k],
            tol,
        )
    with np.errstate(over="ignore", under="ignore"):
        gaps = gaps * design.target_scale * design.target_scale
    return LassoPath(
        alphas=alphas,
        coefs=np.stack([coef for coef, _ in units], axis=1),
        intercepts=np.array([start for _, start in units]),
        dual_gaps=gaps,
        n_iter=np.array([each.n_sweeps for each in found]),
        feature_names=names,
        l1_ratio=float(l1_ratio),
    )


def warn_of_gap(who: str, design: PenalisedDesign, gap: float, tol: float) -> None:
    """Warn of a gap above ``tol``, both in shares of the target's mean square and in its unit."""
    unit = design.target_scale
    warnings.warn(
        f"{who} with a duality gap of {gap:.2g} of the target's mean square "
        f"({gap * unit * unit:.3g}), `tol` is {tol:g} ({tol * unit * unit:.3g}): raise `max_iter` "
        "or `alpha`, or accept the gap with a larger `tol`.",
        ConvergenceWarning,
        stacklevel=5,
    )
