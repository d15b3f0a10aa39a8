r"""What a logistic regression without a penalty says about its coefficients, and how surely.

With the negative log-likelihood's second derivative at its minimum, rows counted by their weights:

.. math::
    V &= \Big( \sum_i \omega_i\, \ell_i''\, x_i^\top x_i \Big)^{-1}                      (1) \\
    z_j &= \hat\beta_j / \sqrt{V_{jj}}                                                   (2) \\
    G &= 2 (\log L - \log L_0)                                                           (3) \\
    R^2 &= 1 - \log L / \log L_0                                                         (4)

Of k > 2 classes only differences of coefficients are determined, so the table is that of the
classes after the first against the first, k - 1 coefficients a column, whatever symmetric form
the model holds. L_0 is the likelihood of the constants alone (of equal shares without them);
G is compared with chi-square, R^2 is McFadden's. All of it holds for many rows.

Source: Hosmer, Lemeshow & Sturdivant (2013), Applied Logistic Regression, chapters 1, 2 and 8.
Cost: O((p k)^3) for p columns, whatever the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.linear.penalised_problem import PenalisedProblem
from minixai.protocols import Array
from minixai.statistics.normal_distribution import normal_quantile
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.tail_probability import chi_square_tail_probability, normal_tail_probability

__all__ = ["LogisticEvidence", "LogisticInference", "gather_evidence", "infer_logistic"]


@dataclass(frozen=True)
class LogisticInference(PrintedTable):
    """Coefficients of a logistic regression with their uncertainty, and how well it fits.

    Parameters
    ----------
    names : tuple of str (m,)
        ``"intercept"`` first, if there is one, then the features; so for each class in turn.
    classes : tuple of str (m,)
        The class whose log-odds a row adds to.
    reference : str
        The class they are odds against: the first.
    coef, std_errors, z_values, p_values : ndarray (m,)
        Estimates in the user's units, standard errors, z statistics and two-sided p-values of the
        hypothesis that the coefficient is 0.
    intervals : ndarray (m, 2)
        Confidence intervals of coverage ``level``.
    level : float
        In (0, 1).
    log_likelihood, null_log_likelihood : float
        Of the model, and of its constants alone.
    ratio, ratio_p_value : float
        G of the hypothesis that every coefficient but the constants is 0, and its p-value.
    pseudo_r2 : float
        McFadden's, in [0, 1].
    aic, bic : float
        -2 log L plus 2, or log n, for each coefficient: lower is better.
    n_samples : float
        Sum of the rows' weights.
    """

    names: tuple[str, ...]
    classes: tuple[str, ...]
    reference: str
    coef: Array
    std_errors: Array
    z_values: Array
    p_values: Array
    intervals: Array
    level: float
    log_likelihood: float
    null_log_likelihood: float
    ratio: float
    ratio_p_value: float
    pseudo_r2: float
    aic: float
    bic: float
    n_samples: float

    @property
    def odds_ratios(self) -> Array:
        """What one unit of a column multiplies the odds by, (m,)."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(self.coef))

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a coefficient."""
        several = len(set(self.classes)) > 1
        return [
            {
                "name": name,
                **({"class": self.classes[j]} if several else {}),
                "coef": float(self.coef[j]),
                "std_error": float(self.std_errors[j]),
                "z": float(self.z_values[j]),
                "p": float(self.p_values[j]),
                "low": float(self.intervals[j, 0]),
                "high": float(self.intervals[j, 1]),
                "odds_ratio": float(self.odds_ratios[j]),
            }
            for j, name in enumerate(self.names)
        ]

    def _footer(self) -> str:
        return (
            f"odds against {self.reference}, n = {self.n_samples:g}, "
            f"log-likelihood = {self.log_likelihood:.6g}, pseudo R2 = {self.pseudo_r2:.4f}, "
            f"G = {self.ratio:.4g} (p = {self.ratio_p_value:.3g}), AIC = {self.aic:.6g}, "
            f"intervals of {100.0 * self.level:g} %"
        )


@dataclass(frozen=True)
class LogisticEvidence:
    """What inference needs of the rows of a fit.

    Parameters
    ----------
    coef : ndarray (p, m)
        Standardised contrasts with the first class, the constant last if there is one.
    information : ndarray (p * m, p * m)
        The matrix that (1) inverts, of the standardised columns.
    way : ndarray (p, p)
        From standardised coefficients to those of the user's columns, the constant first.
    varies : ndarray of bool (n_features,)
        Whether a column does.
    log_likelihood, null_log_likelihood, n_samples : float
        As in `LogisticInference`.
    separated : bool
        Whether the likelihood has no finite maximum.
    """

    coef: Array
    information: Array
    way: Array
    varies: Array
    log_likelihood: float
    null_log_likelihood: float
    n_samples: float
    separated: bool


def gather_evidence(
    problem: PenalisedProblem, theta: Array, total: float, separated: bool
) -> LogisticEvidence:
    """Keep what `infer_logistic` needs.

    Parameters
    ----------
    problem : PenalisedProblem
        Without penalty.
    theta : ndarray (p, k)
        Its minimum.
    total : float
        Sum of the rows' weights.
    separated : bool
    """
    scores, k = problem.Z @ theta, theta.shape[1]
    first = 1 if k > 1 else 0
    H = total * problem.hessian(scores)[:, first:, :, first:]
    size = H.shape[0] * H.shape[1]
    scale, mean = problem.columns.scale, problem.columns.mean
    way = np.diag(1.0 / scale)
    if problem.centred:
        way = np.column_stack([np.vstack([-mean / scale, way]), np.eye(len(scale) + 1)[:, 0]])
    own = problem.share @ (problem.loss.signs > 0)
    shares = np.append(own, 1.0 - own) if k == 1 else own
    null = float((shares * np.log(shares)).sum()) if problem.centred else -np.log(len(shares))
    return LogisticEvidence(
        coef=theta[:, first:] - (theta[:, :1] if first else 0.0),
        information=H.reshape(size, size),
        way=way,
        varies=problem.columns.varies,
        log_likelihood=-total * float(problem.share @ problem.loss.values(scores)),
        null_log_likelihood=total * null,
        n_samples=total,
        separated=separated,
    )


def infer_logistic(
    evidence: LogisticEvidence, feature_names: list[str], classes: list[str], level: float
) -> LogisticInference:
    """Compute the table.

    Parameters
    ----------
    evidence : LogisticEvidence
    feature_names : list of str
    classes : list of str (k,)
    level : float
        Coverage of the intervals, in (0, 1).

    Raises
    ------
    DataError
        Classes that the columns separate, or constant or dependent columns.
    ParameterError
        A level outside (0, 1).
    MissingDependencyError
        SciPy is not installed.
    """
    check_number("level", level, low=0.0, high=1.0, open_low=True, open_high=True)
    _check_determined(evidence, feature_names)
    p, m = evidence.coef.shape
    V = np.linalg.inv(evidence.information).reshape(p, m, p, m)  # (1)
    coef = (evidence.way @ evidence.coef).T.ravel()
    variances = np.array([_moved_variances(evidence.way, V[:, c, :, c]) for c in range(m)])
    errors = np.sqrt(variances).ravel()
    z = coef / errors  # (2)
    half = float(normal_quantile(0.5 + 0.5 * level)) * errors
    names = ("intercept",) * (p - len(feature_names)) + tuple(feature_names)
    ratio = max(2.0 * (evidence.log_likelihood - evidence.null_log_likelihood), 0.0)  # (3)
    return LogisticInference(
        names=names * m,
        classes=tuple(name for name in classes[1:] for _ in names),
        reference=classes[0],
        coef=coef,
        std_errors=errors,
        z_values=z,
        p_values=np.array([normal_tail_probability(each) for each in z]),
        intervals=np.stack([coef - half, coef + half], axis=1),
        level=level,
        log_likelihood=evidence.log_likelihood,
        null_log_likelihood=evidence.null_log_likelihood,
        ratio=ratio,
        ratio_p_value=chi_square_tail_probability(ratio, m * len(feature_names)),
        pseudo_r2=1.0 - evidence.log_likelihood / evidence.null_log_likelihood,  # (4)
        aic=2.0 * (len(coef) - evidence.log_likelihood),
        bic=float(np.log(evidence.n_samples)) * len(coef) - 2.0 * evidence.log_likelihood,
        n_samples=evidence.n_samples,
    )


def _moved_variances(way: Array, V: Array) -> Array:
    """Give the diagonal of way V way', each row scaled first against overflow."""
    size = np.abs(way).max(axis=1)
    scaled = way / size[:, np.newaxis]
    return np.asarray(((scaled @ V) * scaled).sum(axis=1) * size * size)


def _check_determined(evidence: LogisticEvidence, feature_names: list[str]) -> None:
    if evidence.separated:
        raise DataError(
            "Inference needs finite coefficients, and the columns separate the classes: leave out "
            "the column that tells them apart, or gather more rows."
        )
    still = [n for n, varies in zip(feature_names, evidence.varies, strict=True) if not varies]
    if still:
        raise DataError(f"Inference needs columns that vary, {still[:5]} do not: drop them.")
    unit = np.sqrt(np.diagonal(evidence.information))
    values, vectors = np.linalg.eigh(evidence.information / unit[:, np.newaxis] / unit)
    if values[0] <= 1e-13 * values[-1] * len(values):
        p, m = evidence.coef.shape
        weight = np.abs(vectors[:, 0].reshape(p, m)).max(axis=1)[: len(feature_names)]
        tied = [n for n, w in zip(feature_names, weight, strict=True) if w > 1e-4]
        raise DataError(
            f"Inference needs independent columns, {tied[:5]} are combinations of one another: "
            "drop one of them."
        )
