"""One tree by gradients: the naive twin, closed forms, threads, pools."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.parallel import Threads
from minixai.tree import gradient_tree
from minixai.tree.feature_bins import MISSING, learn_bins
from minixai.tree.gradient_histogram import add_words, bin_rows, scales, subtract, write_words
from minixai.tree.gradient_tree import TreeGrower, TreeRules, add_tree
from tests.conftest import COMPILED
from tests.reference import gradient_boosting as reference

N = 300 if COMPILED else 60


def drawn(seed, n=N, d=4, n_values=12, missing=0.1):
    draws = np.random.default_rng(seed)
    X = draws.integers(0, n_values, (n, d)).astype(float)
    X[:, 0] = draws.integers(0, 3, n)
    X[draws.random((n, d)) < missing] = np.nan
    return X, draws.normal(size=n), draws.uniform(0.05, 1.0, n)


def rules(d=4, **changed):
    plain = {"growth": "leaf_wise", "max_leaf_nodes": 8, "max_depth": None, "min_samples_leaf": 5,
             "min_child_weight": 1e-3, "l2": 0.0, "min_gain": 0.0,
             "signs": np.zeros(d, dtype=np.int64)}  # fmt: skip
    return TreeRules(**{**plain, **changed})


def grown(X, g, h, tree_rules, weights=None, map_blocks=None, **more):
    table = bin_rows(X, learn_bins(X))
    weights = np.ones(len(g)) if weights is None else weights
    grower = TreeGrower(table, weights, tree_rules, map_blocks)
    return grower.grow(g, h, (np.abs(g).sum(), h.sum()), 1.0, **more), table, grower


def same(tree, nodes):
    assert len(tree.left) == len(nodes)
    for i, node in enumerate(nodes):
        assert tree.left[i] == (-1 if node["left"] is None else node["left"])
        assert tree.value[i] == pytest.approx(node["value"], rel=1e-12, abs=1e-12)
        assert tree.cover[i] == len(node["rows"])
        if node["left"] is not None:
            assert (tree.feature[i], tree.bin[i]) == node["split"][1:3]
            assert tree.missing_left[i] == node["split"][3]


@given(st.integers(0, 2**32), st.sampled_from([0.0, 2.0]), st.sampled_from([1, 5, 20]),
       st.lists(st.sampled_from([-1, 0, 1]), min_size=4, max_size=4), st.booleans())  # fmt: skip
def test_tree_is_that_of_the_naive_twin(seed, l2, min_rows, signs, steep):
    X, g, h = drawn(seed)
    if steep:
        h = h**8  # few curvatures near the largest: rows must be counted
    given_rules = {"l2": l2, "min_samples_leaf": min_rows, "max_leaf_nodes": 8}
    signs = np.array(signs)
    tree, _, _ = grown(X, g, h, rules(signs=signs, **given_rules))
    same(tree, reference.grow(learn_bins(X).codes(X), g, h, signs=signs, **given_rules))


@given(st.integers(0, 2**32), st.sampled_from([0.0, 1.0]))
def test_leaves_are_newton_steps_and_gains_are_what_they_save(seed, l2):
    X, g, h = drawn(seed)
    tree, table, _ = grown(X, g, h, rules(l2=l2))
    raw = np.zeros(len(g))
    add_tree(tree, table.by_row, table.n_values, raw)
    leaves = tree.left < 0
    saved = 0.0
    for v in np.unique(raw):
        mine = raw == v
        assert mine.sum() >= 5
        assert v == pytest.approx(-g[mine].sum() / (h[mine].sum() + l2), rel=1e-9, abs=1e-12)
        saved += g[mine].sum() ** 2 / (h[mine].sum() + l2)
    assert (tree.gain[~leaves] > 0).all()
    assert (tree.gain[leaves] == 0).all()
    whole = g.sum() ** 2 / (h.sum() + l2)
    assert tree.gain.sum() == pytest.approx(saved - whole, rel=1e-5, abs=1e-6)


def test_values_are_added_as_walking_the_codes_adds_them():
    X, g, h = drawn(1)
    tree, table, grower = grown(X, g, h, rules())
    walked, added = np.zeros((2, len(g)))
    add_tree(tree, table.by_row, table.n_values, walked)
    grower.add_values(tree, added)
    assert np.array_equal(walked, added)
    codes, coded = learn_bins(X).codes(X), np.zeros(len(g))
    add_tree(tree, codes, np.full(4, MISSING), coded)
    assert np.array_equal(walked, coded)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_depth_limits_both_ways_of_growing_alike(depth):
    X, g, h = drawn(2)
    deep, _, _ = grown(X, g, h, rules(max_leaf_nodes=None, max_depth=depth, min_samples_leaf=1))
    assert (deep.left < 0).sum() == 2**depth
    for growth in ("leaf_wise", "depth_wise"):
        budget = rules(growth=growth, max_leaf_nodes=2**depth, max_depth=depth, min_samples_leaf=1)
        tree, _, _ = grown(X, g, h, budget)
        assert sorted(tree.value[tree.left < 0]) == sorted(deep.value[deep.left < 0])


def test_depth_wise_fills_a_level_before_the_next():
    X, g, h = drawn(3)
    tree, _, _ = grown(X, g, h, rules(growth="depth_wise", max_leaf_nodes=6, min_samples_leaf=1))
    depth = np.zeros(len(tree.left), dtype=int)
    for i in np.flatnonzero(tree.left >= 0):
        depth[tree.left[i] : tree.left[i] + 2] = depth[i] + 1
    assert sorted(depth[tree.left < 0]) == [2, 2, 3, 3, 3, 3]


def test_a_tree_without_limits_parts_all_that_differ():
    n = 500 if COMPILED else 80
    draws = np.random.default_rng(4)
    X, g = draws.permutation(n)[:, None] // 2.0, draws.normal(size=n)
    X = np.hstack([X, X[::-1]])
    loose = rules(2, max_leaf_nodes=None, min_samples_leaf=1)
    tree, table, _ = grown(
        X[:, :1], g, np.ones(n), rules(1, max_leaf_nodes=None, min_samples_leaf=1)
    )
    raw = np.zeros(n)
    add_tree(tree, table.by_row, table.n_values, raw)
    same_code = table.by_row[:, 0][:, None] == table.by_row[:, 0]
    np.testing.assert_allclose(raw, -(same_code @ g) / same_code.sum(axis=1), rtol=1e-9, atol=1e-12)
    assert loose.capacity(n) == 2 * n - 1


def test_threads_and_their_blocks_change_no_bit(monkeypatch):
    X, g, h = drawn(5, d=7)
    alone, _, _ = grown(X, g, h, rules(7))
    monkeypatch.setattr(gradient_tree, "_FORK", 50)
    shared, _, _ = grown(X, g, h, rules(7), map_blocks=Threads(2).map)
    for name in vars(alone):
        assert np.array_equal(getattr(alone, name), getattr(shared, name)), name


def test_pool_of_histograms_grows_where_it_is_too_small():
    X, g, h = drawn(6)
    loose = rules(max_leaf_nodes=None, min_samples_leaf=1)
    expected, _, grower = grown(X, g, h, loose)
    grower.pool = grower.pool[:1].copy()
    tree = grower.grow(g, h, (np.abs(g).sum(), h.sum()), 1.0)
    assert len(grower.pool) > 1
    assert np.array_equal(tree.value, expected.value)


def test_only_the_given_rows_and_columns_are_asked():
    X, g, h = drawn(7)
    rows = np.flatnonzero(np.arange(len(g)) % 3)
    allowed = np.tile(np.array([0, 1, 0, 1], dtype=np.uint8), (2 * 8 - 1, 1))
    tree, _, _ = grown(X, g, h, rules(), rows=rows, allowed=allowed)
    assert set(tree.feature[tree.left >= 0]) <= {1, 3}
    part, _, _ = grown(X[rows][:, [1, 3]], g[rows], h[rows], rules(2))
    np.testing.assert_allclose(tree.value, part.value, rtol=1e-9)
    assert tree.cover[0] == len(rows)


@given(st.integers(0, 2**32), st.integers(1, 300), st.floats(-200, 200))
def test_histograms_are_exact_sums_and_differences(seed, n, exponent):
    X, g, h = drawn(seed, n=n)
    g = g * 2.0**exponent
    table = bin_rows(X, learn_bins(X))
    s_g, s_h = scales(n, np.abs(g).sum(), h.sum())
    words = np.empty(n, dtype=np.int64)
    largest = write_words(g, h, s_g, s_h, words)
    assert largest == np.floor(h * s_h + 0.5).max()
    error = np.abs((words >> 32) - g * s_g).max()
    assert error <= 0.5
    assert np.abs(g).mean() * s_g > 2.0**28 / n, "no room is wasted"
    cut = n // 3
    parts = [np.arange(a, b, dtype=np.uint32) for a, b in ((0, n), (0, cut), (cut, n))]
    whole, left, right = np.empty((3, table.width), dtype=np.int64)
    for rows, out in zip(parts, (whole, left, right), strict=True):
        add_words(table.by_row, table.first, words, rows, 0, 4, out)
    naive = np.zeros((table.width, 2), dtype=object)
    for i in range(n):
        for j in range(4):
            naive[table.first[j] + table.by_row[i, j]] += (
                int(words[i]) >> 32,
                int(words[i]) & (2**32 - 1),
            )
    assert [int(cell) >> 32 for cell in whole] == naive[:, 0].tolist()
    assert [int(cell) & (2**32 - 1) for cell in whole] == naive[:, 1].tolist()
    subtract(whole, left)
    assert np.array_equal(whole, right)
