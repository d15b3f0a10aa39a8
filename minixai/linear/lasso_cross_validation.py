r"""The lasso with the strength of its penalty chosen on rows that the fits have not seen.

With K folds, the mean square :math:`e_k(\alpha)` on the rows held out in fold k and their share
of the weight :math:`p_k`:

.. math::
    E(\alpha) &= \sum_k p_k\, e_k(\alpha)                                                (1) \\
    S(\alpha) &= \sqrt{\frac{1}{K (K - 1)} \sum_k (e_k(\alpha) - \bar e(\alpha))^2}      (2)

The penalty with the least E is chosen, or the strongest one with E at most E + S of the least;
the model is then fitted on all rows.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, section 7.10.
Cost: n_folds paths for each ``l1_ratio``, and one fit.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._estimator import all_or_nothing
from minixai._validation import as_weights, seed_of
from minixai.data.cross_validation import folds_for
from minixai.errors import ParameterError
from minixai.linear.lasso import Lasso
from minixai.linear.regularization_path import (
    check_descent,
    check_grid,
    follow_path,
    penalty_grid,
    weighted_design,
)
from minixai.parallel import as_engine
from minixai.protocols import Array

__all__ = ["LassoCV"]

_CHOSEN = ("alpha_", "alphas_", "l1_ratio_", "mse_path_")
"""What a fit has learned beside its coefficients; a model given its parameters has none of it."""


class LassoCV(Lasso):
    """The lasso, or the elastic net, that chooses its penalty by cross-validation.

    Parameters
    ----------
    n_alphas, eps
        The grid of penalties that is tried, as in `lasso_path`; made once, from all rows.
    alphas : array-like (n_alphas,), optional
        Penalties to try instead, above 0.
    l1_ratio : float or list of float
        Share of the L1 penalty, in [0, 1]; of several the best is chosen.
    fit_intercept, max_iter, tol
        As in `Lasso`.
    splits : int or list of (train_rows, test_rows)
        A number of folds, drawn by chance, or the folds themselves, such as those of
        `minixai.data.grouped_folds` or `time_folds`.
    one_standard_error : bool
        Whether the strongest penalty is taken whose error is within one standard error of the
        least, which leaves out more columns; False takes the least error.
    n_jobs : int or Engine
        How the folds are spread.
    random_state : int, optional
        Seed of the folds; None is 0.

    Attributes
    ----------
    alpha_, l1_ratio_ : float
        What was chosen.
    alphas_ : ndarray (n_alphas,), or (n_l1_ratios, n_alphas) for a list of ``l1_ratio``
        Penalties tried, the strongest first.
    mse_path_ : ndarray (n_alphas, n_folds), or (n_l1_ratios, n_alphas, n_folds)
        Mean square error on the rows held out; NaN of a fold whose rows have no weight, which
        takes no part in the choice.
    coef_, intercept_, dual_gap_, n_iter_
        Of the fit on all rows, as in `Lasso`.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 5))
    >>> model = LassoCV(n_alphas=20).fit(X, X[:, 0] - X[:, 1])
    >>> np.flatnonzero(model.coef_)
    array([0, 1])
    """

    alpha_: float
    l1_ratio_: float
    alphas_: Array
    mse_path_: Array

    def __init__(
        self,
        *,
        n_alphas: int = 100,
        alphas: Any = None,
        eps: float = 1e-3,
        l1_ratio: Any = 1.0,
        fit_intercept: bool = True,
        max_iter: int = 10_000,
        tol: float = 1e-12,
        splits: Any = 5,
        one_standard_error: bool = False,
        n_jobs: Any = 1,
        random_state: int | None = None,
    ) -> None:
        self.n_alphas = n_alphas
        self.alphas = alphas
        self.eps = eps
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.splits = splits
        self.one_standard_error = one_standard_error
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Choose the penalty, and fit on all rows with it.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            As many rows as folds, at least.
        y : array-like (n_samples,)
            Numbers.
        sample_weight : array-like (n_samples,), optional
            Non-negative weights, in the fits and in the errors.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            An argument outside its range.
        DataError
            Fewer rows than folds, NaN or infinity, or coefficients outside the range of floats.
        """
        ratios = self._checked_ratios()
        with all_or_nothing(self):
            matrix, target = self._validated_fit(
                X, y, numeric_target=True, min_rows=2, any_order=True
            )
            weight = as_weights(sample_weight, len(matrix))
            design = weighted_design(matrix, target, weight, centred=bool(self.fit_intercept))
            grids = [
                penalty_grid(design, self.alphas, int(self.n_alphas), float(self.eps), ratio)
                for ratio in ratios
            ]
            errors, shares = self._held_out_errors(matrix, target, weight, ratios, grids)
            best = self._chosen(errors, shares)
            single = np.ndim(self.l1_ratio) == 0
            self.l1_ratio_, self.alpha_ = ratios[best[0]], float(grids[best[0]][best[1]])
            self.alphas_ = grids[0] if single else np.stack(grids)
            self.mse_path_ = errors[0] if single else errors
            self._minimise(design, self.alpha_, self.l1_ratio_)
        return self

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._to_state()
        learned = {name: np.atleast_1d(vars(self)[name]) for name in _CHOSEN if name in vars(self)}
        return meta, arrays | learned

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._from_state(meta, arrays)
        for name in _CHOSEN:
            if name in arrays:
                single = name in ("alpha_", "l1_ratio_")
                setattr(model, name, float(arrays[name][0]) if single else arrays[name])
        return model

    def _checked_ratios(self) -> list[float]:
        given: Any = self.l1_ratio
        if isinstance(given, (list, tuple, np.ndarray)) and len(given) == 0:
            raise ParameterError("`l1_ratio` must be a number or a list of some, got an empty one.")
        ratios = list(given) if isinstance(given, (list, tuple, np.ndarray)) else [given]
        for ratio in ratios:
            check_descent(ratio, self.max_iter, self.tol)
            check_grid(self.alphas, self.n_alphas, self.eps, ratio)
        seed_of(self.random_state)
        return [float(ratio) for ratio in ratios]

    def _held_out_errors(
        self, X: Array, y: Array, weight: Array, ratios: list[float], grids: list[Array]
    ) -> tuple[Array, Array]:
        """Give the mean squares, (n_ratios, n_alphas, n_folds), and the folds' shares of weight."""
        folds = folds_for(self, y, self.splits, seed_of(self.random_state))
        names = tuple(self._names())

        def judged(fold: tuple[Array, Array]) -> tuple[Array, float]:
            train, test = fold
            design = weighted_design(
                X[train], y[train], weight[train], centred=bool(self.fit_intercept)
            )
            held, known, own = X[test], y[test], weight[test]
            total = float(own.sum())
            found = []
            for ratio, grid in zip(ratios, grids, strict=True):
                path = follow_path(
                    design, grid, ratio, names, max_iter=int(self.max_iter), tol=float(self.tol)
                )
                error = held @ path.coefs + path.intercepts - known[:, np.newaxis]
                found.append(
                    own @ (error * error) / total if total > 0.0 else np.full(len(grid), np.nan)
                )
            return np.stack(found), total

        results = as_engine(self.n_jobs).map(judged, folds)
        totals = np.array([total for _, total in results])
        return np.stack([errors for errors, _ in results], axis=-1), totals / totals.sum()

    def _chosen(self, errors: Array, shares: Array) -> tuple[int, int]:
        """Give the places of the l1_ratio and the penalty."""
        judged = shares > 0.0
        errors = errors[..., judged]
        mean = errors @ shares[judged]  # (1)
        ratio, place = (int(k) for k in np.unravel_index(int(np.argmin(mean)), mean.shape))
        n_folds = errors.shape[-1]
        if self.one_standard_error and n_folds > 1:
            limit = mean[ratio, place] + float(
                np.std(errors[ratio, place], ddof=1) / np.sqrt(n_folds)  # (2)
            )
            place = int(np.argmax(mean[ratio] <= limit))
        return ratio, place
