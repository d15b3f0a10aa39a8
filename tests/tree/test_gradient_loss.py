"""Losses of boosting: central differences, the least constant, the naive twin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.tree.gradient_loss import LOSS_LINKS, BoostingLoss
from tests.reference.boosting_loss import row_loss


def problem(name, seed, n=12):
    draws = np.random.default_rng(seed)
    k = 3 if name == "multinomial" else 1
    target = {
        "squared_error": draws.normal(size=n),
        "poisson": draws.poisson(1.5, n).astype(float) + (np.arange(n) == 0),
        "binary": np.arange(n) % 2.0,
        "multinomial": np.arange(n) % 3.0,
    }[name]
    raw = draws.normal(size=(k, n))
    return BoostingLoss(name, target, draws.uniform(0.5, 2.0, n), k), raw


def derived(loss, raw):
    gradient, curvature = np.empty((2, *raw.shape))
    mean_loss, sums = loss.derive(raw, gradient, curvature)
    return mean_loss, sums, gradient, curvature


def slopes(function, x, step=1e-3):
    near = function(x + step) - function(x - step)
    return (8 * near - (function(x + 2 * step) - function(x - 2 * step))) / (12 * step)


@pytest.mark.parametrize("name", LOSS_LINKS)
@given(seed=st.integers(0, 2**32))
def test_derivatives_are_central_differences_of_the_twin(name, seed):
    loss, raw = problem(name, seed)
    mean_loss, sums, gradient, curvature = derived(loss, raw)
    y, w = loss.target, loss.weights
    single = [w[i] * row_loss(name, raw[:, i].tolist(), y[i]) for i in range(len(y))]
    assert mean_loss == pytest.approx(sum(single) / w.sum(), rel=1e-12)
    np.testing.assert_allclose(sums[:, 0], np.abs(gradient).sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(sums[:, 1], curvature.sum(axis=1), rtol=1e-12)
    for k in range(len(raw)):
        for i in range(0, len(y), 4):

            def along(z, k=k, i=i):
                return w[i] * row_loss(name, [*raw[:k, i], z, *raw[k + 1 :, i]], y[i])

            def slope(z, k=k, i=i):
                moved = raw.copy()
                moved[k, i] = z
                return derived(loss, moved)[2][k, i]

            assert gradient[k, i] == pytest.approx(slopes(along, raw[k, i]), rel=1e-6, abs=1e-8)
            assert curvature[k, i] == pytest.approx(slopes(slope, raw[k, i]), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", LOSS_LINKS)
def test_start_is_where_the_weighted_gradients_cancel(name):
    loss, raw = problem(name, 3)
    raw[:] = loss.start()[:, None]
    np.testing.assert_allclose(derived(loss, raw)[2].sum(axis=1), 0, atol=1e-12)


@pytest.mark.parametrize("z", [800.0, -800.0])
def test_scores_far_out_give_numbers(z):
    for name, k in (("binary", 1), ("multinomial", 3)):
        loss = BoostingLoss(name, np.array([1.0, 0.0]), np.ones(2), k)
        raw = np.zeros((k, 2))
        raw[0] = z
        for part in derived(loss, raw):
            assert np.isfinite(part).all()
