"""Optimizers: the formulas entry by entry, masks, types, bad arguments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import ParameterError
from minixai.optim.optimizers import aligned, start_optimizer
from tests.reference import optimizer as naive


def walked(name, theta, gradients, rate, **options):
    state = start_optimizer(name, theta, **options)
    for gradient in gradients:
        state.gradient[:] = gradient
        state.step(rate)
    return state


@given(seed=st.integers(0, 10**6), momentum=st.sampled_from([0.0, 0.5, 0.9]))
def test_momentum_entry_by_entry(seed, momentum):
    rng = np.random.default_rng(seed)
    theta, gradients = rng.normal(size=7), rng.normal(size=(6, 7))
    found = walked("sgd", theta, gradients, 0.1, momentum=momentum).parameters
    np.testing.assert_allclose(found, naive.sgd(theta, gradients, 0.1, momentum), rtol=1e-12)


@given(seed=st.integers(0, 10**6))
def test_adam_entry_by_entry(seed):
    rng = np.random.default_rng(seed)
    theta, gradients = rng.normal(size=7), rng.normal(size=(6, 7))
    found = walked("adam", theta, gradients, 0.1).parameters
    np.testing.assert_allclose(found, naive.adam(theta, gradients, 0.1), rtol=1e-11)


def test_the_first_adam_step_has_the_size_of_the_learning_rate():
    state = walked("adam", np.zeros(3), [np.array([5.0, -1e-3, 0.0])], 0.01)
    np.testing.assert_allclose(state.parameters, [-0.01, 0.01, 0.0], rtol=1e-4)


@pytest.mark.parametrize("name", ["sgd", "adam"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masked_entries_stay_exactly_zero_and_types_stay(name, dtype):
    rng = np.random.default_rng(0)
    mask = np.array([True, False] * 5)
    theta = rng.normal(size=10).astype(dtype)
    state = walked(name, theta, rng.normal(size=(4, 10)), 0.1, mask=mask)
    free = walked(name, theta, np.where(mask, rng.normal(size=(4, 10)), 0.0), 0.1)
    assert state.parameters.dtype == dtype
    assert (state.parameters[~mask] == 0).all()
    assert (state.parameters[mask] != theta[mask]).all()
    assert state.n_steps[0] == free.n_steps[0] == 4


@pytest.mark.parametrize("name", ["sgd", "adam"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_moments_that_die_out_end_at_zero(name, dtype):
    """Numbers below the smallest normal one make every later step slow."""
    state = start_optimizer(name, np.ones(3, dtype), beta_1=0.5, beta_2=0.5, momentum=0.5)
    state.gradient[:] = 1.0, 1e-3, 0.0
    state.step(0.1)
    state.gradient[:] = 0.0
    tiny = np.finfo(dtype).tiny
    for _ in range(1100):
        state.step(0.1)
        for moments in (state.first, state.second):
            assert ((moments == 0) | (np.abs(moments) >= tiny)).all()
    assert (state.first == 0).all()
    assert (state.second == 0).all()


def test_a_gradient_that_is_no_number_shows():
    for name in ("sgd", "adam"):
        state = walked(name, np.zeros(2), [np.array([np.nan, 1.0]), np.zeros(2)], 0.1)
        assert np.isnan(state.first[0])
        assert np.isnan(state.parameters[0])
        assert np.isfinite(state.parameters[1])


def test_the_start_is_a_copy():
    theta = np.ones(3)
    walked("sgd", theta, [np.ones(3)], 0.5)
    assert (theta == 1).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_buffers_begin_on_a_cache_line(dtype):
    buffers = [aligned(size, dtype) for size in (1, 5, 1000)]
    assert all(buffer.ctypes.data % 64 == 0 for buffer in buffers)
    assert [buffer.size for buffer in buffers] == [1, 5, 1000]


def test_bad_arguments():
    with pytest.raises(ParameterError, match="Did you mean 'adam'"):
        start_optimizer("adan", np.zeros(2))
    with pytest.raises(ParameterError, match="momentum"):
        start_optimizer("sgd", np.zeros(2), momentum=1.0)
