"""From ``n_jobs`` to an engine.

An engine maps a function over items and returns the results in order. Callers cut
their work into blocks whose size does not depend on the number of workers and combine
in block order, so that any engine gives the same bits.
"""

from __future__ import annotations

from typing import Any, cast

from minixai.errors import ParameterError
from minixai.parallel.threads import Threads
from minixai.protocols import Engine

__all__ = ["as_engine"]


def as_engine(n_jobs: Any = 1) -> Engine:
    """Return the engine that ``n_jobs`` stands for.

    Parameters
    ----------
    n_jobs : int or Engine
        1 = this thread; n > 1 = that many threads; -1 = one per processor; an object
        with ``map(function, items)`` is used as it is.

    Raises
    ------
    ParameterError
        Anything else.
    """
    if callable(getattr(n_jobs, "map", None)):
        return cast(Engine, n_jobs)
    if isinstance(n_jobs, int) and not isinstance(n_jobs, bool) and (n_jobs >= 1 or n_jobs == -1):
        return Threads(n_jobs)
    raise ParameterError(f"`n_jobs` must be an integer >= 1, -1 or an Engine, got {n_jobs!r}.")
