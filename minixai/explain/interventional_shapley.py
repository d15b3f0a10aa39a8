r"""Interventional Shapley values of trees: columns left out come from background rows.

.. math::
    u(S) = \frac{1}{m} \sum_b f(x_S, b_{\bar S}), \qquad
    \phi_j(x) = \sum_{S \not\ni j} \frac{|S|!\,(n - |S| - 1)!}{n!}
    \left( u(S \cup j) - u(S) \right)

where f is the raw score, n the number of players and b runs over the m background rows. The game
is a sum of games of single leaves and background rows, each with a closed form: `pattern_table`.
Exact, without a coalition being formed; interactions by the same tables, a cell a pair of players.

Source: Lundberg et al. (2020), Nature Machine Intelligence 2, for the game; Laberge & Pequignot
(2022), arXiv:2209.15123, for the games of single leaves.
Differs from the sources: tables by pattern, so that rows and background add and do not multiply;
interactions too.
Cost: `output_game`, for each output.
"""

from __future__ import annotations

import numpy as np

from minixai.explain.output_game import OutputGame
from minixai.protocols import Array, Engine
from minixai.tree_arrays.arrays import TreeArrays

__all__ = ["InterventionalGame"]

TABLE_BYTES = 1 << 28
"""Memory for the tables of all outputs that are kept: 256 MB; as much again once pairs are."""


class InterventionalGame:
    """The interventional game of all outputs of an ensemble, prepared for rows to come.

    Parameters
    ----------
    trees : TreeArrays
    background : float array (m, n_features)
        As `TreeArrays.validated` returns it.
    player : int array (n_features,)
        Number of the player that each feature belongs to.
    n_players : int
    engine : Engine
    """

    def __init__(
        self, trees: TreeArrays, background: Array, player: Array, n_players: int, engine: Engine
    ) -> None:
        self._trees, self._background = trees, background
        self._player, self._n_players = player, n_players
        scores = trees.predict(background, engine.map).reshape(len(background), -1)
        self.base_values = scores.mean(axis=0)
        self._games = {1: self._outputs(1, engine)}

    def values(self, X: Array, engine: Engine) -> tuple[Array, Array]:
        """Return every player's value (n, n_players, n_outputs) and the raw score (n, n_outputs).

        Parameters
        ----------
        X : float array (n, n_features)
            As `TreeArrays.validated` returns it.
        engine : Engine
        """
        return self._sums(X, 1, self._n_players, engine), self._scores(X, engine)

    def interactions(self, X: Array, engine: Engine) -> tuple[Array, Array]:
        """Return every pair's value (n, n_players, n_players, n_outputs), and the raw score.

        Half a pair's interaction on either side of the diagonal; rows sum to the players' values.
        """
        n = self._n_players
        if 2 not in self._games:
            self._games[2] = self._outputs(2, engine)
        first, second = np.triu_indices(n, 1)
        pairs = self._sums(X, 2, len(first), engine)
        found = np.zeros((len(X), n, n, self._trees.n_outputs))
        found[:, first, second] = pairs
        found[:, second, first] = pairs
        diagonal = np.arange(n)
        own = self._sums(X, 1, n, engine) - found.sum(axis=2)
        found[:, diagonal, diagonal] = own
        return found, self._scores(X, engine)

    def _outputs(self, order: int, engine: Engine) -> list[OutputGame]:
        n_outputs = self._trees.n_outputs
        return [
            OutputGame(self._trees, self._background, self._player, self._n_players, k, engine,
                       order, TABLE_BYTES // n_outputs)
            for k in range(n_outputs)
        ]  # fmt: skip

    def _sums(self, X: Array, order: int, n_cells: int, engine: Engine) -> Array:
        out = np.zeros((len(X), n_cells, self._trees.n_outputs))
        for k, game in enumerate(self._games[order]):
            game.add_to(X, out[:, :, k], engine)
        return out

    def _scores(self, X: Array, engine: Engine) -> Array:
        return self._trees.predict(X, engine.map).reshape(len(X), -1)
