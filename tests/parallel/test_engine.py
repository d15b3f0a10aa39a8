import multiprocessing
import threading

import numpy as np
import pytest

from minixai.errors import ParameterError
from minixai.parallel import Threads, as_engine


@pytest.mark.parametrize("n_jobs", [1, 2, 3, -1])
def test_results_come_in_order(n_jobs):
    assert as_engine(n_jobs).map(lambda k: k * k, range(20)) == [k * k for k in range(20)]
    assert as_engine(n_jobs).map(str, []) == []


def test_threads_are_used():
    barrier = threading.Barrier(2, timeout=20)
    names = Threads(2).map(lambda _: barrier.wait() and threading.current_thread().name, range(2))
    assert len(names) == 2
    assert threading.main_thread().name not in names


def test_block_sums_do_not_depend_on_the_threads():
    draws = np.random.default_rng(0).normal(size=(64, 1000))
    totals = {n: sum(Threads(n).map(np.sum, list(draws))) for n in (1, 2, 5)}
    assert len(set(totals.values())) == 1


def test_the_first_error_is_raised():
    def fails(k):
        if k == 1:
            raise KeyError("one")
        return k

    with pytest.raises(KeyError, match="one"):
        Threads(2).map(fails, range(4))


def test_engines_and_bad_values():
    class Own:
        def map(self, function, items):
            return [function(each) for each in items]

    own = Own()
    assert as_engine(own) is own
    assert repr(as_engine(2)) == "Threads(2)"
    for bad in (0, -2, 1.5, "2", None, True):
        with pytest.raises(ParameterError, match="n_jobs"):
            as_engine(bad)


def child(queue):
    queue.put(Threads(2).map(abs, [-1, -2, -3]))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_makes_its_own_pool():
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("this platform does not fork")
    Threads(2).map(abs, [-1, -2])
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    assert queue.get(timeout=60) == [1, 2, 3]
    process.join()
