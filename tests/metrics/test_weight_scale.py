"""Measures are ratios of sums of weights: the unit of the weights does not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai import metrics

EXPONENTS = [-1000, -600, 600, 1015]


@given(seed=st.integers(0, 999), exponent=st.sampled_from(EXPONENTS))
def test_weights_of_any_size_give_the_same_value(seed, exponent):
    draws = np.random.default_rng(seed)
    n = int(draws.integers(4, 12))
    y, guess, w = draws.integers(0, 3, n), draws.integers(0, 3, n), draws.integers(1, 9, n) / 2
    y[:3] = [0, 1, 2]
    flag, score = (y == 1).astype(int), draws.integers(0, 4, n) / 4
    shares = draws.dirichlet(np.ones(3), n)
    target, prediction = draws.normal(size=(2, n))
    options = {"average": "macro", "zero_division": 0}
    calls = [
        *(lambda w, f=f: f(y, guess, w) for f in (metrics.accuracy, metrics.balanced_accuracy)),
        *(
            lambda w, f=f: f(y, guess, w)
            for f in (metrics.cohen_kappa, metrics.matthews_correlation)
        ),
        *(lambda w, f=f: f(y, guess, w, **options) for f in (metrics.precision, metrics.recall)),
        lambda w: metrics.f_score(y, guess, w, **options),
        *(lambda w, f=f: f(flag, score, w) for f in (metrics.roc_auc, metrics.average_precision)),
        *(lambda w, f=f: f(flag, score, w) for f in (metrics.log_loss, metrics.brier)),
        lambda w: metrics.calibration_error(flag, score, w),
        lambda w: metrics.roc_auc(y, shares, w, average="micro"),
        lambda w: metrics.roc_auc(y, shares, w, multi_class="ovo", average="weighted"),
        lambda w: (
            metrics.choose_threshold(flag, score, "matthews_correlation", sample_weight=w).values
        ),
        lambda w: metrics.lift_curve(flag, score, w).lift,
        *(
            lambda w, f=f: f(target, prediction, w)
            for f in (metrics.mean_squared_error, metrics.root_mean_squared_error, metrics.r2)
        ),
        lambda w: metrics.mean_absolute_percentage_error(target, prediction, w),
    ]
    for call in calls:
        np.testing.assert_allclose(call(np.ldexp(w, exponent)), call(w), rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_a_table_keeps_the_unit_of_its_weights(exponent):
    w = np.ldexp([1.0, 2.0, 3.0], exponent)
    table = metrics.confusion_matrix([0, 1, 1], [0, 0, 1], sample_weight=w)
    assert table.tolist() == [[w[0], 0.0], [w[1], w[2]]]
