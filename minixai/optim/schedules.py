r"""Learning-rate schedules: the factor by which an epoch's step is scaled.

With :math:`t = e / n`, epoch e of n counted from 0:

.. math::
    s(t) &= 10^{-\lfloor 3 t \rfloor}                     (1) \\
    s(t) &= \tfrac12 (1 + \cos \pi t)                     (2) \\
    s(t) &= 10^{-2 t}                                     (3) \\
    s(t) &= 1 - t                                         (4)

"step" (1) divides by ten after each third, "cosine" (2) and "linear" (4) approach 0,
"exponential" (3) ends at a hundredth; "constant" is 1.

Source: Loshchilov & Hutter (2017), arXiv:1608.03983, eq. (5), for (2) without restarts.
Cost: one number an epoch.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from minixai.errors import check_option

__all__ = ["SCHEDULES", "learning_rate_at"]


def _constant(t: float) -> float:
    return 1.0


def _step(t: float) -> float:
    return math.pow(10.0, -math.floor(3.0 * t + 1e-9))  # (1)


def _cosine(t: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * t))  # (2)


def _exponential(t: float) -> float:
    return math.pow(10.0, -2.0 * t)  # (3)


def _linear(t: float) -> float:
    return 1.0 - t  # (4)


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": _constant,
    "step": _step,
    "cosine": _cosine,
    "exponential": _exponential,
    "linear": _linear,
}


def learning_rate_at(schedule: str, learning_rate: float, epoch: int, n_epochs: int) -> float:
    """Return the learning rate of one epoch.

    Parameters
    ----------
    schedule : str
        "constant", "step", "cosine", "exponential" or "linear".
    learning_rate : float
        The first epoch's.
    epoch, n_epochs : int
        Which epoch, from 0, and of how many.

    Raises
    ------
    ParameterError
        A schedule that does not exist.

    Examples
    --------
    >>> learning_rate_at("cosine", 0.1, 5, 10)
    0.05
    """
    check_option("schedule", schedule, SCHEDULES)
    return learning_rate * SCHEDULES[schedule](epoch / n_epochs)
