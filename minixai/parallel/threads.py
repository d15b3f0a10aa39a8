"""Blocks over threads: kernels release the interpreter lock, so threads do the work.

BLAS is kept to one thread inside a block where threadpoolctl is installed; without it
the environment decides (``OPENBLAS_NUM_THREADS``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

__all__ = ["Threads"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_pools: dict[tuple[int, int], ThreadPoolExecutor] = {}
"""By process and size: a forked child must not use the pool of its parent."""


class Threads:
    """An engine of ``n_threads`` threads; -1 means one per processor.

    Parameters
    ----------
    n_threads : int
    """

    def __init__(self, n_threads: int) -> None:
        self.n_threads = (os.cpu_count() or 1) if n_threads == -1 else n_threads

    def __repr__(self) -> str:
        return f"Threads({self.n_threads})"

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Return ``[function(item) for item in items]``; the first error is raised."""
        work = list(items)
        if self.n_threads == 1 or len(work) < 2:
            return [function(item) for item in work]
        key = (os.getpid(), self.n_threads)
        if key not in _pools:
            _pools[key] = ThreadPoolExecutor(self.n_threads, thread_name_prefix="minixai")
        with _one_blas_thread():
            futures = [_pools[key].submit(function, item) for item in work]
            try:
                return [future.result() for future in futures]
            except BaseException:
                for future in futures:
                    future.cancel()
                raise


def _one_blas_thread() -> AbstractContextManager[Any]:
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits
