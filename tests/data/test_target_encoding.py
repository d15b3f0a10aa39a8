"""Offsets of ids: the naive twin, closed forms, and no row that sees its own target."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data.target_encoding import (
    N_SWEEPS,
    deal_folds,
    fit_offsets,
    out_of_fold_offsets,
    pick_offsets,
)
from tests.reference import target_encoding as naive


def rows(seed, n=30, sizes=(4, 6)):
    rng = np.random.default_rng(seed)
    codes = [rng.integers(-1, size, n) for size in sizes]
    return codes, list(sizes), rng.normal(3.0, 2.0, n)


@given(st.integers(0, 1000), st.sampled_from([0.0, 1.0, 5.0]))
def test_offsets_equal_the_naive_twins(seed, smoothing):
    codes, sizes, target = rows(seed)
    found = fit_offsets(codes, sizes, target, smoothing)
    expected = naive.fit_offsets(codes, sizes, list(target), smoothing, N_SWEEPS)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours[:-1], list(theirs.values()), atol=1e-10)
        assert ours[-1] == 0.0


@given(st.integers(0, 1000))
def test_out_of_fold_offsets_equal_the_naive_twins(seed):
    codes, sizes, target = rows(seed, n=15, sizes=(3, 2))
    folds = deal_folds(15, 5, seed)
    found = out_of_fold_offsets(codes, sizes, target, 2.0, folds)
    expected = naive.out_of_fold_offsets(codes, sizes, list(target), 2.0, folds, N_SWEEPS)
    np.testing.assert_allclose(found, expected, atol=1e-10)


@given(st.integers(0, 1000), st.integers(0, 29), st.floats(-1e6, 1e6))
def test_a_row_never_sees_its_own_target(seed, i, value):
    codes, sizes, target = rows(seed)
    folds = deal_folds(30, 5, seed)
    before = out_of_fold_offsets(codes, sizes, target, 5.0, folds)[i]
    changed = target.copy()
    changed[i] = value
    after = out_of_fold_offsets(codes, sizes, changed, 5.0, folds)[i]
    assert before.tobytes() == after.tobytes()


def test_one_id_is_the_smoothed_mean():
    codes = np.array([0, 0, 1, 1, 1])
    target = np.array([1.0, 3.0, 5.0, 5.0, 6.0])
    offsets = fit_offsets([codes], [2], target, 2.0)[0]
    mean, deviation = target.mean(), target.std()
    expected = [(4.0 + 2 * mean) / 4 - mean, (16.0 + 2 * mean) / 5 - mean]
    np.testing.assert_allclose(offsets[:2] * deviation, expected, atol=1e-12)


def test_equals_scikit_learns_target_encoder():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    codes, _, target = rows(5, n=200, sizes=(9,))
    codes = np.abs(codes[0])
    theirs = preprocessing.TargetEncoder(smooth=5.0, target_type="continuous")
    expected = theirs.fit(codes[:, None], target).transform(codes[:, None])[:, 0]
    ours = pick_offsets(fit_offsets([codes], [9], target, 5.0), [codes])[:, 0]
    np.testing.assert_allclose(target.mean() + target.std() * ours, expected, atol=1e-12)


def test_the_sum_of_two_columns_recovers_an_additive_target():
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, 10, 2000), rng.integers(0, 8, 2000)
    target = rng.normal(size=10)[user] + rng.normal(size=8)[item]
    picked = pick_offsets(fit_offsets([user, item], [10, 8], target, 0.0), [user, item])
    predicted = target.mean() + target.std() * picked.sum(axis=1)
    np.testing.assert_allclose(predicted, target, atol=1e-6)


def test_constant_and_empty_targets_have_no_offsets():
    assert (fit_offsets([np.array([0, 1])], [2], np.array([3.0, 3.0]), 1.0)[0] == 0.0).all()
    none = fit_offsets([np.empty(0, dtype=np.int64)], [2], np.empty(0), 0.0)[0]
    assert (none == 0.0).all()


@given(st.integers(2, 50), st.integers(2, 6), st.integers(0, 5))
def test_folds_are_even_and_repeatable(n, n_folds, seed):
    folds = deal_folds(n, n_folds, seed)
    counts = np.bincount(folds, minlength=n_folds)
    assert counts.max() - counts.min() <= 1
    assert (folds == deal_folds(n, n_folds, seed)).all()
