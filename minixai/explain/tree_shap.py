r"""Exact Shapley values of trees, and of pairs of their features.

The raw score f of an ensemble is shared among the players, columns or groups of columns, so that

    base value + sum of values = f(x)

Players outside a coalition follow one of two rules, and the values answer two questions. Without a
background (path-dependent) a tree's node whose column is left out sends the row both ways, weighted
by the training rows that went each way (`path_dependent`). With one (interventional) the column's
value comes from each background row in turn, and the mean is taken (`interventional_shapley`).

Which to choose: interventional values say what the model does when columns are set to others'
values, correlated or not, and depend on the background: a hundred rows of the training data are a
fair start, and more cost little. Path-dependent values need nothing but the trees; columns that are
correlated share by how the trees happen to use them. A column that no tree asks has the value 0.

Source: Lundberg et al. (2020), Nature Machine Intelligence 2.
Cost: `path_dependent`, `interventional_shapley`. Memory: the rows, the result and a block.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minixai._column_groups import check_groups
from minixai._validation import column_names, fingerprint
from minixai.errors import DataError, ParameterError
from minixai.explain.explainer import OptionedExplainer, output_index, output_names_of
from minixai.explain.interventional_shapley import InterventionalGame
from minixai.explain.path_dependent import PathDependentGame
from minixai.explanation import Explanation
from minixai.parallel import as_engine
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.foreign import as_tree_arrays

__all__ = ["TreeShap"]


class TreeShap(OptionedExplainer):
    """Exact Shapley values of the raw score of an ensemble of trees.

    Parameters
    ----------
    model : TreeArrays or fitted model of trees
        What is explained; read once, here.
    background : array-like or data frame (n_background, n_features), optional
        Rows that give the values of columns outside a coalition; None is path-dependent. NaN only
        where the model takes it.
    groups : dict of name -> list of columns (names or indices), optional
        Players of more than one column, that join a coalition together: the exact values of the
        grouped game. (The sums of single columns' values are something else:
        ``explanation.grouped(groups)``.) Columns left out stay players of their own.
    output : int, str or None
        Index or name of the output; None explains all that the model has.
    n_jobs : int or Engine
        Threads over blocks of rows; the values do not depend on it, to the bit.

    Raises
    ------
    ParameterError
        No model of trees, no such output, or groups that do not fit.
    DataError
        A background without rows, or that the model cannot take.
    NotFittedError
        The model is not fitted yet.

    Examples
    --------
    >>> from minixai.tree_arrays import TreeArrays
    >>> stump = TreeArrays(2, [1, -1, -1], [0.5, 0, 0], [1, -1, -1], [2, -1, -1],
    ...                    [[0.0], [-1.0], [2.0]], [4, 3, 1])
    >>> found = TreeShap(stump).explain([[9.0, 0.2], [9.0, 0.7]])
    >>> found.values
    array([[ 0.  , -0.75],
           [ 0.  ,  2.25]])
    >>> found.base_values
    array([-0.25, -0.25])
    """

    def __init__(
        self,
        model: Any,
        background: Any = None,
        *,
        groups: Mapping[str, Sequence[int | str]] | None = None,
        output: int | str | None = None,
        n_jobs: Any = 1,
    ) -> None:
        self.model = model
        self.background = background
        self.groups = groups
        self.output = output
        self.n_jobs = n_jobs
        self._engine = as_engine(n_jobs)
        trees = _named(as_tree_arrays(model), model)
        names = trees.output_names or output_names_of(model)
        self._trees = _of_output(trees, output, None if names is None else list(names))
        self._output_names = _names_of_axis(self._trees.n_outputs, names)
        self._columns = trees.feature_names or tuple(f"x{j}" for j in range(trees.n_features))
        self._players = check_groups(groups, self._columns)
        player = np.empty(trees.n_features, dtype=np.int32)
        for number, columns in enumerate(self._players.values()):
            player[columns] = number
        self._background_fingerprint: str | None = None
        self._game = self._new_game(player)
        self._fingerprint = self._trees.fingerprint()

    def explain(self, X: Any) -> Explanation:
        """Share the raw score of every row among its columns.

        Parameters
        ----------
        X : array-like or data frame (n_samples, n_features)
            Rows to explain; NaN only where the model takes it.

        Returns
        -------
        Explanation
            values (n, d), or (n, d, k) for a model with k outputs and ``output=None``; d columns,
            or players where there are ``groups``. Raw score.

        Raises
        ------
        DataError
            Rows that the model cannot take, or columns of other names than it was fitted on.
        """
        matrix = self._trees.validated(X)
        values, scores = self._game.values(matrix, self._engine)
        gap = scores - (self._game.base_values + values.sum(axis=1))
        return self._explanation(X, matrix, values, gap, order=1)

    def explain_interactions(self, X: Any) -> Explanation:
        """Share the raw score of every row among single columns and pairs of them.

        Parameters
        ----------
        X : array-like or data frame (n_samples, n_features)
            Rows to explain; NaN only where the model takes it.

        Returns
        -------
        Explanation
            values (n, d, d), or (n, d, d, k). Off the diagonal half the pair's Shapley interaction
            index, the same on either side; on it what is left of the column's own value, so that
            rows sum to the values that `explain` gives. Raw score.

        Raises
        ------
        DataError
            Rows that the model cannot take, or columns of other names than it was fitted on.
        """
        matrix = self._trees.validated(X)
        values, scores = self._game.interactions(matrix, self._engine)
        gap = scores - (self._game.base_values + values.sum(axis=(1, 2)))
        return self._explanation(X, matrix, values, gap, order=2)

    def _new_game(self, player: Array) -> PathDependentGame | InterventionalGame:
        n_players = len(self._players)
        if self.background is None:
            return PathDependentGame(self._trees, player, n_players)
        if np.ndim(self.background) == 2 and len(self.background) == 0:
            raise DataError("`background` has 0 rows: give at least one, or None for none at all.")
        rows = self._trees.validated(self.background)
        self._background_fingerprint = fingerprint(rows)
        return InterventionalGame(self._trees, rows, player, n_players, self._engine)

    def _explanation(
        self, X: Any, matrix: Array, values: Array, gap: Array, order: int
    ) -> Explanation:
        base = np.empty(gap.shape)
        base[:] = self._game.base_values
        if self._output_names is None:
            values, base, gap = values[..., 0], base[:, 0], gap[:, 0]
        names = tuple(self._players)
        if self.groups is None and self._trees.feature_names is None:
            names = tuple(column_names(X) or names)
        return Explanation(
            values=values,
            base_values=base,
            data=matrix if self.groups is None else None,
            feature_names=names,
            method=self._method(order),
            output_names=self._output_names,
            output_unit="raw",
            completeness_gap=gap,
            n_evaluations=len(matrix),
            model_fingerprint=self._fingerprint,
            background_fingerprint=self._background_fingerprint,
            groups=None if self.groups is None else self._named_groups(),
            order=order,
        )

    def _method(self, order: int) -> str:
        kind = "path_dependent" if self.background is None else "interventional"
        words = [f"tree_shap_{kind}"]
        words += ["interactions"] if order == 2 else []
        words += ["of_groups"] if self.groups is not None else []
        return "_".join(words)

    def _named_groups(self) -> dict[str, list[str]]:
        return {
            player: [self._columns[j] for j in columns] for player, columns in self._players.items()
        }


def _of_output(trees: TreeArrays, output: int | str | None, names: list[str] | None) -> TreeArrays:
    """Return the trees with the chosen output alone; with None all of them."""
    index = output_index(output, names)
    if index is None:
        return trees
    if index >= trees.n_outputs:
        raise ParameterError(
            f"`output` must be the index of one of {trees.n_outputs} outputs, got {output!r}."
        )
    if trees.n_outputs == 1:
        return trees
    return dataclasses.replace(
        trees,
        value=trees.value[:, [index]],
        base_value=trees.base_value[[index]],
        output_names=None,
    )


def _names_of_axis(n_outputs: int, names: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the names of the output axis; None where there is none."""
    if n_outputs == 1:
        return None
    return tuple(names) if names is not None else tuple(str(k) for k in range(n_outputs))


def _named(trees: TreeArrays, model: Any) -> TreeArrays:
    """Return the trees with the names of the model's columns, if it was fitted on any."""
    learned = getattr(model, "feature_names_in_", None)
    if trees.feature_names is not None or learned is None:
        return trees
    return dataclasses.replace(trees, feature_names=tuple(str(name) for name in learned))
