r"""Feature selection: by a measure of each column (filter), by a model's own weights (embedded), or
by leaving out the least important again and again (recursive elimination, a wrapper).

.. math::
    F_j &= \frac{r_j^2}{1 - r_j^2} (n - 2)                                               (1) \\
    s_j &= |w_j| \, \mathrm{sd}(x_j)                                                     (2)

(1) for a target of numbers, with r the correlation of the column and the target; for classes F is
that of the one-way analysis of variance. (2) is the importance of a column to a model with
coefficients, in the target's unit, so that it does not hang on the column's unit; with several
outputs it is their sum. A group of columns (the levels of one raw column) is kept or left out
whole: a filter takes the largest value of its columns, a model's importance their sum.

Source: Guyon & Elisseeff (2003), Journal of Machine Learning Research 3; Guyon et
al. (2002), Machine Learning 46, algorithm RFE, there with w_j^2.
Cost: one pass for filters, a sort a column for mutual information, one fit for embedded, and
d / step fits for recursive elimination.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._column_groups import check_groups
from minixai._estimator import unfitted_copy
from minixai._validation import as_matrix, as_vector, check_number, column_names, one_dimensional
from minixai.data.table import Table
from minixai.data.table_encoder import Encoded
from minixai.errors import DataError, DataTypeError, ParameterError, check_option, require
from minixai.protocols import Array
from minixai.statistics import mutual_information
from minixai.statistics.correlation_measures import cross_correlation
from minixai.statistics.standard_form import standardise
from minixai.statistics.variance_analysis import f_of_columns

__all__ = ["FeatureSelection", "select_features"]

METHODS = ("f", "mutual_information", "correlation", "variance", "embedded", "recursive")


@dataclass(frozen=True, eq=False)
class FeatureSelection:
    """Which columns, or groups of columns, were kept, and why.

    Parameters
    ----------
    method : str
    names : tuple of str
        The columns or groups that could be kept.
    scores : array (n_names,)
        Higher is kept first. In recursive elimination the importance when it was last looked at.
    ranking : array (n_names,), int64
        1 for what is kept; above, the order of leaving out, the last one out being 2.
    columns : array, int64
        Places of the columns kept.
    column_names : tuple of str
        Their names.
    """

    method: str
    names: tuple[str, ...]
    scores: Array
    ranking: Array
    columns: Array
    column_names: tuple[str, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """The names kept, the highest score first."""
        order = np.argsort(-self.scores, kind="stable")
        return tuple(self.names[j] for j in order if self.ranking[j] == 1)

    def transform(self, X: Any) -> Any:
        """Return the columns kept of data like those selected on: a frame stays a frame.

        Of a frame the columns are taken by name, where the selection was made on names.
        """
        if isinstance(X, Encoded):
            X = X.to_frame()
        if not hasattr(X, "iloc"):
            return np.asarray(X)[:, self.columns]
        names = [str(name) for name in X.columns]
        if any(name in names for name in self.column_names):
            missing = [name for name in self.column_names if name not in names]
            if missing:
                raise DataError(f"Column {missing[0]!r} was selected and is not there.")
            return X.iloc[:, [names.index(name) for name in self.column_names]]
        return X.iloc[:, self.columns]

    def to_frame(self) -> Any:
        """Return a pandas frame: score and ranking by name, the best first."""
        pandas = require("pandas", "table")
        columns = {"score": self.scores, "ranking": self.ranking}
        frame = pandas.DataFrame(columns, index=list(self.names))
        return frame.sort_values(["ranking", "score"], ascending=[True, False])

    def __str__(self) -> str:
        lines = [f"{self.method}: {len(self.kept)} of {len(self.names)} kept"]
        order = np.lexsort((-self.scores, self.ranking))
        width = max(map(len, self.names))
        for j in order:
            mark = "kept" if self.ranking[j] == 1 else f"out, rank {self.ranking[j]}"
            lines.append(f"{self.names[j]:<{width}}  {self.scores[j]:>10.4g}  {mark}")
        return "\n".join(lines)


def select_features(
    X: Any,
    y: Any = None,
    *,
    method: str = "f",
    n_features: int | None = None,
    threshold: float | None = None,
    model: Any = None,
    importance: Callable[[Any, Any, Any], Any] | None = None,
    groups: Mapping[str, Sequence[int | str]] | None = None,
    step: int = 1,
    discrete_target: bool | None = None,
    random_state: int | None = 0,
) -> FeatureSelection:
    """Choose columns worth keeping.

    Parameters
    ----------
    X : array-like, data frame (n_samples, n_features) or Encoded
        Finite numbers. Select on training rows alone. What `TableEncoder` returns brings its
        names and its target.
    y : array-like (n_samples,), optional
        Numbers or labels; not needed for ``method="variance"``.
    method : str
        Filters: "f" (analysis of variance, regression), "mutual_information", "correlation"
        (absolute, with the target or the most correlated class), "variance". With a model:
        "embedded" (one fit) and "recursive" (recursive elimination).
    n_features : int, optional
        How many columns or groups are kept; None: those above ``threshold``, or half of them.
    threshold : float, optional
        Least score kept, in place of a number.
    model : estimator, optional
        For "embedded" and "recursive": copied, never fitted itself.
    importance : function of (fitted model, X, y), optional
        Gives an `Importance` or one value a column, such as ``permutation_importance``. None takes
        the model's own ``coef_`` or ``feature_importances_``.
    groups : dict of name -> list of columns, optional
        Columns that are kept or left out together, such as ``encoded.groups``.
    step : int
        How many are left out between two fits of "recursive".
    discrete_target : bool, optional
        Whether y holds classes; None: unless it holds numbers.
    random_state : int, optional
        Seed of mutual information; None means 0.

    Returns
    -------
    FeatureSelection

    Raises
    ------
    ParameterError
        A method, number, group or model that does not fit.
    DataError
        X or y that cannot be used.
    """
    check_option("method", method, METHODS)
    check_number("step", step, low=1, integer=True)
    if isinstance(X, Table):
        raise DataTypeError("Columns are selected once encoded: pass encoder.fit_transform(table).")
    if isinstance(X, Encoded):
        y = X.y if y is None else y
        X = X.to_frame()
    matrix = as_matrix(X, owner="select_features")
    names = column_names(X) or [f"x{j}" for j in range(matrix.shape[1])]
    players = check_groups(groups, names)
    n_kept = _n_kept(n_features, threshold, len(players))
    if y is None and method != "variance":
        raise DataError(f"`method={method!r}` measures columns by a target: give `y`.")
    if method in ("embedded", "recursive"):
        fit = _Fit(X, matrix, y, model, importance, names)
        if method == "recursive":
            scores, ranking = _eliminated(fit, players, n_kept, threshold, step)
            return _selection(method, players, names, scores, ranking)
        scores = _of_players(fit.importances(np.arange(len(names))), players, np.sum)
    else:
        measured = _measured(matrix, y, method, discrete_target, random_state)
        scores = _of_players(measured, players, np.max)
    ranking = _ranked(scores, n_kept, threshold)
    return _selection(method, players, names, scores, ranking)


def _n_kept(n_features: int | None, threshold: float | None, n_players: int) -> int | None:
    if n_features is not None and threshold is not None:
        raise ParameterError("Give `n_features` or `threshold`, not both.")
    if n_features is not None:
        check_number("n_features", n_features, low=1, high=n_players, integer=True)
        return int(n_features)
    if threshold is not None:
        check_number("threshold", threshold)
        return None
    return max(n_players // 2, 1)


def _measured(
    matrix: Array, y: Any, method: str, discrete_target: bool | None, random_state: int | None
) -> Array:
    """Return a filter's measure of each column."""
    if method == "variance":
        scale = np.abs(matrix).max(axis=0)
        unit = np.where(scale > 0, scale, 1.0)  # squares of 1e200 are no floats
        with np.errstate(over="ignore"):
            return np.asarray(np.var(matrix / unit, axis=0) * unit * unit)
    target = one_dimensional(y, len(matrix))
    discrete = target.dtype.kind not in "fiu" if discrete_target is None else discrete_target
    if method == "mutual_information":
        table = mutual_information(
            matrix, target, discrete_target=discrete, random_state=random_state
        )
        return np.asarray(table.values)
    if method == "f" and discrete:
        return np.nan_to_num(f_of_columns(matrix, target)[0], nan=0.0, posinf=np.inf)
    r = _correlations(matrix, target, discrete)
    if method == "correlation":
        return r
    with np.errstate(divide="ignore"):
        return r * r / (1.0 - r * r) * (len(matrix) - 2)  # (1)


def _correlations(matrix: Array, target: Array, discrete: bool) -> Array:
    """Return the largest absolute correlation with the target or one of its classes."""
    goals = [as_vector(target)] if not discrete else []
    if discrete:
        labels = target.astype(np.str_)
        goals = [(labels == label).astype(np.float64) for label in np.unique(labels)]
    r = cross_correlation(standardise(matrix), standardise(np.column_stack(goals)))
    return np.asarray(np.abs(np.nan_to_num(r)).max(axis=1))  # a constant column has none


class _Fit:
    """A model's importances of some of the columns, fitted anew on them."""

    def __init__(
        self, X: Any, matrix: Array, y: Any, model: Any, importance: Any, names: list[str]
    ) -> None:
        if model is None or isinstance(model, type) or not hasattr(model, "get_params"):
            raise ParameterError(f"`model` must be an estimator to be fitted, got {model!r}.")
        self.frame, self.matrix, self.y = X, matrix, np.asarray(y)
        self.model, self.importance, self.names = model, importance, names

    def importances(self, columns: Array) -> Array:
        """Return one value for each of the columns."""
        part = (
            self.frame.iloc[:, columns]
            if hasattr(self.frame, "iloc")
            else np.ascontiguousarray(self.matrix[:, columns])
        )
        fitted = unfitted_copy(self.model).fit(part, self.y)
        if self.importance is not None:
            given = self.importance(fitted, part, self.y)
            values = np.asarray(getattr(given, "mean", given), dtype=np.float64)
        else:
            values = _own_importance(fitted, self.matrix[:, columns])
        if values.shape != (len(columns),):
            raise ParameterError(
                f"`importance` must give {len(columns)} values, one a column, got the shape "
                f"{values.shape}."
            )
        return values


def _own_importance(fitted: Any, matrix: Array) -> Array:
    if hasattr(fitted, "feature_importances_"):
        return np.asarray(fitted.feature_importances_, dtype=np.float64)
    if not hasattr(fitted, "coef_"):
        raise ParameterError(
            f"{type(fitted).__name__} has no `coef_` and no `feature_importances_`: give "
            "`importance`, such as permutation_importance."
        )
    size = np.abs(np.atleast_2d(fitted.coef_)).sum(axis=0)
    return np.asarray(size * matrix.std(axis=0))  # (2)


def _eliminated(
    fit: _Fit, players: dict[str, list[int]], n_kept: int | None, threshold: float | None, step: int
) -> tuple[Array, Array]:
    """Leave out the least important, ``step`` at a time; return scores and ranking."""
    members = list(players.values())
    scores, ranking = np.zeros(len(members)), np.ones(len(members), dtype=np.int64)
    left = list(range(len(members)))
    out: list[list[int]] = []
    while True:
        columns = np.array(sorted(j for player in left for j in members[player]))
        values = dict(zip(columns.tolist(), fit.importances(columns), strict=True))
        for player in left:
            scores[player] = sum(values[j] for j in members[player])
        order = sorted(left, key=lambda player: (scores[player], -player))
        if n_kept is not None:
            leaving = order[: min(step, len(left) - n_kept)]
        else:
            assert threshold is not None
            leaving = [each for each in order[:step] if scores[each] < threshold]
            leaving = leaving[: len(left) - 1]
        if not leaving:
            break
        out.append(leaving)
        left = [player for player in left if player not in leaving]
    for place, leaving in enumerate(reversed(out)):
        ranking[leaving] = place + 2
    return scores, ranking


def _of_players(values: Array, players: dict[str, list[int]], fold: Any) -> Array:
    return np.array([fold(values[columns]) for columns in players.values()], dtype=np.float64)


def _ranked(scores: Array, n_kept: int | None, threshold: float | None) -> Array:
    """Return 1 for what is kept and 2, 3, ... for the others, the best first."""
    order = np.argsort(-scores, kind="stable")
    kept = n_kept if n_kept is not None else int(np.count_nonzero(scores >= threshold))
    if kept == 0:
        raise ParameterError(
            f"No score reaches `threshold` {threshold:g}: the largest is {scores.max():.4g}."
        )
    ranking = np.empty(len(scores), dtype=np.int64)
    ranking[order] = np.maximum(np.arange(len(scores)) - kept + 2, 1)
    return ranking


def _selection(
    method: str, players: dict[str, list[int]], names: list[str], scores: Array, ranking: Array
) -> FeatureSelection:
    kept = [columns for columns, rank in zip(players.values(), ranking, strict=True) if rank == 1]
    columns = np.array(sorted(j for each in kept for j in each), dtype=np.int64)
    return FeatureSelection(
        method=method,
        names=tuple(players),
        scores=scores,
        ranking=ranking,
        columns=columns,
        column_names=tuple(names[j] for j in columns),
    )
