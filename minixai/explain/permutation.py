r"""Permutation importance: how much worse a model scores when a column is shuffled.

.. math::
    I_{jr} = \sigma \, (s - s_{jr})                       (1)
    \qquad
    I_j = \frac{1}{R} \sum_{r=1}^{R} I_{jr}                (2)

with the score s of the model on (X, y), its score s_{jr} after the rows of column j were put into
the random order r, and sigma = +1 where a higher score is better, -1 for losses: higher always
means "matters more". A group of columns is shuffled by one order of the rows, so what its columns
have to do with each other stays whole.

Source: Breiman (2001), Random Forests, section 10; Fisher, Rudin & Dominici (2019),
arXiv:1801.01489, section 3.2 (model reliance, here as a difference).
Differs from the sources: the R orders are drawn once and serve every column. What is compared
has then met the same luck, a column's value does not depend on which others were asked about, and
nothing depends on how the work is spread.
Cost: n_repeats model answers a column. A model that can replace columns (`ColumnReplacer`) is
never shown a copy of X; any other gets blocks of shuffled copies, one call a block, of about
16 MB at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._column_groups import check_groups
from minixai._validation import (
    as_matrix,
    check_mask,
    check_model,
    check_number,
    feature_names_of,
    generator,
)
from minixai.errors import DataError
from minixai.importance import Importance
from minixai.metrics import get_metric
from minixai.parallel import as_engine
from minixai.protocols import Array, ColumnReplacer, Engine

if TYPE_CHECKING:
    from minixai.metrics import Metric

__all__ = ["permutation_importance"]

_BLOCK_VALUES = 1 << 21
"""Values in a block of shuffled copies: 16 MB of float64."""
_OWNER = "permutation_importance"


def permutation_importance(
    model: Any,
    X: Any,
    y: Any,
    *,
    metric: Any = None,
    n_repeats: int = 10,
    groups: Mapping[str, Sequence[int | str]] | None = None,
    random_state: int | None = 0,
    n_jobs: int | Engine = 1,
) -> Importance:
    """Measure how much the score drops when a column, or a group of columns, is shuffled.

    Correlated columns can stand in for each other, so that each alone seems not to matter: put
    them into one group.

    Parameters
    ----------
    model : fitted model or function
        Anything with ``predict`` (or what the metric needs), or a function of X.
    X : array-like or data frame (n_samples, n_features)
        Rows to score on, best rows the model has not seen. A data frame is handed to foreign
        models as a data frame.
    y : array-like (n_samples,)
        True values or labels.
    metric : str, Metric, function or None
        What is scored; None is the model's own (accuracy, R2); a bare ``f(y_true, y_pred)``
        counts as higher-is-better.
    n_repeats : int
        Number of random orders, at least 1.
    groups : dict of name -> list of columns (names or indices), optional
        Columns shuffled together; columns left out stay on their own.
    random_state : int or None
        Seed of the orders; None is 0.
    n_jobs : int or Engine
        Threads; the result does not depend on it.

    Returns
    -------
    Importance
        Mean drop of the score a column or group, in the metric's unit, with the standard
        deviation (ddof 0) over the repeats; ``repeats`` (n_players, n_repeats) holds every drop;
        ``n_evaluations`` counts the rows the model answered.

    Raises
    ------
    DataError
        X that is no table, X and y of different lengths, or columns that the model cannot take.
    ParameterError
        A wrong argument, an unknown column in ``groups``, a class, or a model without the needed
        method.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(8.0).reshape(4, 2)
    >>> result = permutation_importance(lambda X: X[:, 0], X, X[:, 0], metric="r2")
    >>> bool(result.mean[0] > 0), float(result.mean[1])
    (True, 0.0)
    """
    check_number("n_repeats", n_repeats, low=1, integer=True)
    check_model(model)
    chosen = get_metric(metric, model)
    table = _table_of(X)
    names = feature_names_of(model, X)
    players = check_groups(groups, names)
    check_mask(y, "y")
    target = np.asarray(y)
    n_samples = len(table)
    if target.shape[:1] != (n_samples,):
        raise DataError(
            f"X has {n_samples} rows and `y` has shape {target.shape}: give one value per row."
        )
    draws = _draw_orders(random_state, n_repeats, n_samples)
    columns, engine = list(players.values()), as_engine(n_jobs)
    if isinstance(model, ColumnReplacer):
        baseline, scores = _scores_by_replacement(
            model, table, target, chosen, columns, draws, engine
        )
    else:
        baseline, scores = _scores_by_copies(model, table, target, chosen, columns, draws, engine)
    sign = 1.0 if chosen.higher_is_better else -1.0
    drops = sign * (baseline - scores)  # (1)
    return Importance(
        mean=drops.mean(axis=1),  # (2)
        feature_names=tuple(players),
        method="permutation",
        std=drops.std(axis=1),
        n_repeats=int(n_repeats),
        repeats=drops,
        metric=chosen.name,
        baseline_score=float(baseline),
        groups=None if groups is None else _named(players, names),
        random_state=0 if random_state is None else int(random_state),
        n_evaluations=n_samples * (1 + scores.size),
    )


def _table_of(X: Any) -> Any:
    """Give a data frame as it is, which foreign models may need, and all else as a matrix."""
    if hasattr(X, "iloc") and np.ndim(X) == 2:
        return X
    return as_matrix(X, owner=_OWNER, allow_nan=True)


def _draw_orders(random_state: int | None, n_repeats: int, n_samples: int) -> Array:
    """Give (n_repeats, n_samples) orders of the rows; repeat r depends on (random_state, r)."""
    return np.stack([generator(random_state, r).permutation(n_samples) for r in range(n_repeats)])


def _named(players: Mapping[str, Sequence[int]], names: Sequence[str]) -> dict[str, list[str]]:
    return {player: [names[j] for j in columns] for player, columns in players.items()}


def _scores_by_replacement(
    model: ColumnReplacer,
    table: Any,
    y: Array,
    metric: Metric,
    columns: Sequence[list[int]],
    draws: Array,
    engine: Engine,
) -> tuple[float, Array]:
    """Score a model that answers with some columns replaced: no copy of X is made."""
    replace = model.column_replacer(table, metric.method)
    matrix = as_matrix(table, owner=_OWNER)

    def scores_of(player: list[int]) -> list[float]:
        part = np.ascontiguousarray(matrix[:, player])
        return [metric.of_output(y, replace(player, part[order])) for order in draws]

    baseline = metric.of_output(y, getattr(model, metric.method)(table))
    return baseline, np.array(engine.map(scores_of, columns), dtype=np.float64)


def _scores_by_copies(
    model: Any,
    table: Any,
    y: Array,
    metric: Metric,
    columns: Sequence[list[int]],
    draws: Array,
    engine: Engine,
) -> tuple[float, Array]:
    """Score any model on blocks of shuffled copies, one call a block."""
    answer = _answer_of(model, metric.method)
    n_samples = len(y)
    tasks = [(player, order) for player in columns for order in draws]
    size = max(1, _BLOCK_VALUES // (n_samples * table.shape[1]))
    blocks = [tasks[start : start + size] for start in range(0, len(tasks), size)]

    def scores_of(block: list[tuple[list[int], Array]]) -> list[float]:
        output = np.asarray(answer(_shuffled_copies(table, block)))
        parts = output.reshape(len(block), n_samples, *output.shape[1:])
        return [metric.of_output(y, part) for part in parts]

    baseline = metric.of_output(y, _checked(np.asarray(answer(table)), n_samples))
    scores = [score for block in engine.map(scores_of, blocks) for score in block]
    return baseline, np.array(scores, dtype=np.float64).reshape(len(columns), len(draws))


def _answer_of(model: Any, method: str) -> Callable[[Any], Any]:
    """Give the model's method; a bare function answers by itself (the metric has checked both)."""
    answer: Callable[[Any], Any] = getattr(model, method, model)
    return answer


def _checked(output: Array, n_samples: int) -> Array:
    if output.shape[:1] != (n_samples,):
        raise DataError(
            f"The model answered {n_samples} rows with an array of shape {output.shape}: it must "
            "give one answer per row."
        )
    return output


def _shuffled_copies(table: Any, block: Iterable[tuple[list[int], Array]]) -> Any:
    """Stack one copy of the table per task, each with its columns in the task's order."""
    tasks = list(block)
    n_samples = table.shape[0]
    rows = np.tile(np.arange(n_samples), len(tasks))
    if isinstance(table, np.ndarray):
        copies = table[rows]
        for i, (player, order) in enumerate(tasks):
            copies[i * n_samples : (i + 1) * n_samples, player] = table[order[:, None], player]
        return copies
    copies = table.iloc[rows]
    copies.index = range(len(rows))
    for j in {j for player, _ in tasks for j in player}:
        moved = rows.copy()
        for i, (player, order) in enumerate(tasks):
            if j in player:
                moved[i * n_samples : (i + 1) * n_samples] = order
        copies.isetitem(j, table.iloc[moved, j].array)
    return copies
