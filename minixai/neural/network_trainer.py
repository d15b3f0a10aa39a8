"""A network bound to its data: what the training loop drives, and rows through the kernels.

Cost: a step of n rows spends about 6 n multiply-adds a weight; the working memory of a
mini-batch is made once and used for all.
"""

from __future__ import annotations

import numpy as np

from minixai.neural.network import Network
from minixai.neural.network_kernel import BLOCK, forward_rows, scratch_for, train_batches
from minixai.optim.losses import Loss
from minixai.optim.optimizers import OptimizerState
from minixai.protocols import Array

__all__ = ["NetworkTrainer", "raw_scores"]

WORK_PER_CALL = 1e9
"""Multiply-adds that one call of the kernel may spend: some hundredths of a second."""
WORK_PER_STEP = 2e4
"""What a step costs beside its multiply-adds, in the same unit."""


class NetworkTrainer:
    """Walks mini-batches of known rows in one kernel.

    Parameters
    ----------
    network : Network
    loss : Loss
    l2 : float
        Factor of the penalty.
    X : array (n_samples, n_features)
    targets : array (n_samples, n_targets)
        As `Loss` takes them, of the type of X.
    batch_size : int
    """

    def __init__(
        self, network: Network, loss: Loss, l2: float, X: Array, targets: Array, batch_size: int
    ) -> None:
        self.loss = loss
        self.l2 = float(l2)
        self.X = X if X.flags.writeable else X.copy()  # one type of array: one compilation
        self.targets = targets
        self.batch_size = batch_size
        self.widths, self.codes = network.codes()
        work = 6.0 * network.n_parameters * batch_size + WORK_PER_STEP
        self.rows_per_call = batch_size * max(1, int(WORK_PER_CALL / work))
        self._scratch = scratch_for(network.widths, batch_size, X.dtype)

    def run_epoch(
        self, order: Array, optimizer_state: OptimizerState, learning_rate: float
    ) -> float:
        """Take one step per mini-batch of ``order`` and return the mean loss before the steps."""
        state = optimizer_state
        loss: float = train_batches(
            self.X,
            self.targets,
            order,
            self.batch_size,
            self.widths,
            self.codes,
            self.loss.code,
            float(self.loss.delta),
            self.l2,
            state.code,
            state.parameters,
            state.gradient,
            state.first,
            state.second,
            state.mask,
            state.constants,
            state.n_steps,
            float(learning_rate),
            self._scratch,
        )
        return loss


def raw_scores(network: Network, flat: Array, X: Array) -> Array:
    """Return the raw outputs (n, n_outputs); a row's bits do not depend on its neighbours."""
    rows = X if X.flags.writeable else X.copy()
    widths, codes = network.codes()
    out = np.empty((len(rows), network.widths[-1]), rows.dtype)
    scratch = scratch_for(network.widths, BLOCK, rows.dtype)
    forward_rows(rows, flat, widths, codes, scratch, out)
    return out
