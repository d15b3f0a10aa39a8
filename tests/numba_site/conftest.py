"""Both ways of running kernels in one process, whatever MINIXAI_NUMBA says outside."""

import contextlib
import os

import pytest

from minixai._numba import decorator


@contextlib.contextmanager
def running(way):
    """Make kernels that are called for the first time in here compiled or plain."""
    before = os.environ.get("MINIXAI_NUMBA")
    os.environ["MINIXAI_NUMBA"] = {"compiled": "1", "plain": "0"}[way]
    decorator._tools.cache_clear()
    try:
        yield
    finally:
        os.environ.pop("MINIXAI_NUMBA")
        if before is not None:
            os.environ["MINIXAI_NUMBA"] = before
        decorator._tools.cache_clear()


@pytest.fixture(scope="module", params=["compiled", "plain"])
def way(request):
    if request.param == "compiled":
        pytest.importorskip("numba")
    with running(request.param):
        yield request.param
