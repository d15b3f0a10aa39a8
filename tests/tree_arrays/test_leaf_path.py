"""The boxes of leaves: against the walk by hand, for numbers, codes and gaps."""

import numpy as np
import pytest
from hypothesis import given

from minixai.tree_arrays import TreeArrays
from minixai.tree_arrays.leaf_path import WORD, leaf_paths
from tests.reference import leaf_path as reference
from tests.tree_arrays.test_arrays import forests


def passing(paths, X):
    """Whether each value passes each part, bool (n_parts, n)."""
    x = X[:, paths.feature].T
    inside = (paths.low[:, None] < x) & (x <= paths.high[:, None])
    ranks = paths.code_ranks(X)
    for part, j in enumerate(paths.feature):
        first, end = paths.word_offsets[part : part + 2]
        if end > first:
            word = paths.allowed[first + ranks[:, j] // WORD]
            inside[part] &= (word >> (ranks[:, j] % WORD)) & 1 == 1
    return np.where(np.isnan(x), paths.takes_nan[:, None], inside)


@given(forests())
def test_parts_are_those_of_the_walk_by_hand(drawn):
    trees, X = drawn
    paths = leaf_paths(trees)
    found = passing(paths, X)
    for i, (leaf, tree) in enumerate(zip(paths.leaf, paths.tree, strict=True)):
        mine = range(paths.offsets[i], paths.offsets[i + 1])
        expected = reference.parts_of(trees, trees.roots[tree], leaf)
        assert sorted(paths.feature[part] for part in mine) == sorted(expected)
        assert np.array_equal(paths.value[i], trees.value[leaf])
        for part in mine:
            share, way = expected[paths.feature[part]]
            assert paths.share[part] == pytest.approx(share, rel=1e-14)
            for x, passed in zip(X, found[part], strict=True):
                value = x[paths.feature[part]]
                assert passed == reference.passes(trees, way, value)


@given(forests())
def test_a_row_lies_in_the_leaf_whose_parts_all_pass_and_shares_sum_to_one(drawn):
    trees, X = drawn
    paths = leaf_paths(trees)
    found = passing(paths, X)
    of_leaf = [slice(*paths.offsets[i : i + 2]) for i in range(paths.n_leaves)]
    inside = np.array([found[parts].all(axis=0) for parts in of_leaf])
    for t in range(trees.n_trees):
        mine = np.flatnonzero(paths.tree == t)
        assert np.array_equal(inside[mine].sum(axis=0), np.ones(len(X)))
        assert np.array_equal(paths.leaf[mine[inside[mine].argmax(axis=0)]], trees.leaves(X)[:, t])
        whole = sum(paths.share[of_leaf[i]].prod() for i in mine)
        assert whole == pytest.approx(1.0, rel=1e-14)


def test_many_codes_fill_several_words():
    codes = np.arange(0, 300, 3)
    trees = TreeArrays(
        1, [0, -1, -1], [0.0] * 3, [1, -1, -1], [2, -1, -1], [[0.0], [1.0], [2.0]], [2, 1, 1],
        categories=([0, 100, 100, 100], codes),
    )  # fmt: skip
    X = np.array([*range(-2, 305), 0.5, 298.9, 1e18])[:, None]
    paths = leaf_paths(trees)
    assert paths.has_codes
    assert len(paths.allowed) == 2 * (100 // WORD + 1)
    assert np.array_equal(passing(paths, X)[0], trees.leaves(X)[:, 0] == 1)
    assert np.array_equal(passing(paths, X)[1], trees.leaves(X)[:, 0] == 2)


def test_huge_covers_do_not_overflow_and_contradictions_keep_their_share():
    trees = TreeArrays(
        1, [0, 0, -1, -1, -1], [0.0, 1.0, 0, 0, 0], [1, 2, -1, -1, -1], [4, 3, -1, -1, -1],
        np.zeros((5, 1)), [1.0, 1.0, 1.5e308, 1.5e308, 1.0],
    )  # fmt: skip
    paths = leaf_paths(trees)
    contradiction = int(np.flatnonzero(paths.leaf == 3)[0])
    assert (paths.low[contradiction], paths.high[contradiction]) == (1.0, 0.0)
    assert paths.share[contradiction] == 0.25


def test_a_single_leaf_has_no_parts():
    paths = leaf_paths(TreeArrays(1, [-1], [0.0], [-1], [-1], [[3.0]], [1.0]))
    assert np.array_equal(paths.offsets, [0, 0])
    assert not paths.has_codes
