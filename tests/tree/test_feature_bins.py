"""Bins of columns: codes and edges say the same, weights are repetitions, nothing breaks them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from minixai.tree.feature_bins import MISSING, between, learn_bins

numbers = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e308, 1e308),
    st.just(np.nan),
    st.sampled_from([1.7e308, -1.7e308, 5e-324, -0.0, 1.0 + 2**-52]),
)


def columns(dtype):
    kind = numbers if dtype == np.float64 else st.floats(-3, 3, width=32)
    return arrays(dtype, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=kind)


def check_exact(bins, X):
    """``code <= b`` where, and only where, ``x <= edge b``."""
    codes = bins.codes(X)
    assert codes.dtype == np.uint8
    for j in range(X.shape[1]):
        edges, x, code = bins.of(j), X[:, j], codes[:, j]
        assert (np.diff(edges) > 0).all()
        assert len(edges) == bins.n_bins[j] - 1
        missing = np.isnan(x)
        assert (code[missing] == MISSING).all()
        for b, edge in enumerate(edges):
            assert np.array_equal(code[~missing] <= b, x[~missing].astype(float) <= edge)
        assert (code[~missing] < bins.n_bins[j]).all()


@given(columns(np.float64), st.integers(2, 5))
def test_codes_and_edges_say_the_same(X, max_bins):
    bins = learn_bins(X, max_bins=max_bins)
    assert (bins.n_bins <= max_bins).all()
    check_exact(bins, X)
    check_exact(bins, X[::-1] / 2)


@given(columns(np.float32), st.integers(2, 5))
def test_float32_is_coded_exactly(X, max_bins):
    check_exact(learn_bins(X, max_bins=max_bins), X)


@given(columns(np.float64), st.integers(2, 5), st.integers(0, 2**31))
def test_a_weight_is_a_repetition(X, max_bins, seed):
    weights = np.random.default_rng(seed).integers(0, 4, len(X))
    weights[0] = 1
    weighted = learn_bins(X, weights.astype(float), max_bins)
    repeated = learn_bins(np.repeat(X, weights, axis=0), None, max_bins)
    assert np.array_equal(weighted.edges, repeated.edges)
    assert np.array_equal(weighted.indptr, repeated.indptr)


def test_few_values_get_a_bin_each():
    X = np.array([[3.0], [1.0], [2.0], [1.0]])
    bins = learn_bins(X)
    assert np.array_equal(bins.edges, [1.5, 2.5])
    assert np.array_equal(bins.codes(X)[:, 0], [2, 0, 1, 0])


def test_many_values_get_bins_of_equal_weight():
    X = np.random.default_rng(0).normal(size=(10_000, 1))
    counts = np.bincount(learn_bins(X).codes(X)[:, 0], minlength=255)
    assert counts.sum() == 10_000
    assert len(counts) == 255
    assert counts.min() >= 38
    assert counts.max() <= 41


def test_constant_and_empty_columns_have_one_bin():
    X = np.column_stack([np.full(5, 7.0), np.full(5, np.nan)])
    bins = learn_bins(X)
    assert np.array_equal(bins.n_bins, [1, 1])
    assert np.array_equal(bins.codes(X), np.tile([0, MISSING], (5, 1)))
    assert np.array_equal(bins.thresholds(np.array([0, 1]), np.array([0, 0])), [np.inf, np.inf])


def test_thresholds_are_the_edges_and_infinity_behind_the_last():
    bins = learn_bins(np.array([[1.0, 5.0], [2.0, 7.0], [3.0, 7.0]]))
    found = bins.thresholds(np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 0, 1]))
    assert np.array_equal(found, [1.5, 2.5, np.inf, 6.0, np.inf])


@pytest.mark.parametrize(
    ("low", "high"), [(-1.7e308, 1.7e308), (1.0, 1.0 + 2**-52), (0.0, 5e-324), (-5e-324, 0.0)]
)
def test_a_middle_parts_neighbours(low, high):
    middle = between(np.array([low]), np.array([high]))[0]
    assert low <= middle < high
