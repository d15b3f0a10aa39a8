"""Average linkage: the merges are SciPy's, the order puts near columns side by side."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minixai.errors import DataError
from minixai.statistics import average_linkage, cluster_columns, correlation_matrix

BLOCKS = np.array(
    [[1.0, 0.1, -0.9, 0.0], [0.1, 1.0, 0.1, 0.8], [-0.9, 0.1, 1.0, 0], [0, 0.8, 0, 1]]
)


def distances(n, seed, ties=False):
    table = np.random.default_rng(seed).random((n, n))
    table = np.round(table, 1) if ties else table
    table = (table + table.T) / 2
    np.fill_diagonal(table, 0.0)
    return table


def by_hand(table):
    """The greedy algorithm as it is defined: the two nearest clusters, again and again."""
    clusters = [[i] for i in range(len(table))]
    heights = []
    while len(clusters) > 1:
        pairs = [
            (table[np.ix_(a, b)].mean(), i, j)
            for i, a in enumerate(clusters)
            for j, b in enumerate(clusters[:i])
        ]
        height, i, j = min(pairs)
        heights.append(height)
        clusters[j] = clusters[j] + clusters.pop(i)
    return np.array(heights)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 25), st.integers(0, 10**6))
def test_the_heights_are_those_of_the_definition(n, seed):
    table = distances(n, seed)
    merges = average_linkage(table)
    np.testing.assert_allclose(merges[:, 2], by_hand(table), rtol=1e-12)
    assert merges.shape == (n - 1, 4)
    if n > 1:
        assert merges[-1, 3] == n
        np.testing.assert_array_equal(np.sort(merges[:, :2].ravel()), np.arange(2 * n - 2))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 60), st.integers(0, 10**6))
def test_the_merges_are_those_of_scipy(n, seed):
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    squareform = pytest.importorskip("scipy.spatial.distance").squareform
    table = distances(n, seed)
    theirs = hierarchy.linkage(squareform(table), method="average")
    np.testing.assert_allclose(average_linkage(table), theirs, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.integers(0, 10**6))
def test_columns_alike_share_their_heights_with_scipy(n, seed):
    """Tied pairs of copies: which merges first is free, the heights of copies are not."""
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    squareform = pytest.importorskip("scipy.spatial.distance").squareform
    table = np.kron(distances(n, seed), np.ones((2, 2)))  # every column twice, at distance 0
    theirs = hierarchy.linkage(squareform(table), method="average")
    np.testing.assert_allclose(average_linkage(table)[:, 2], theirs[:, 2], rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_ties_end_and_heights_never_fall(seed):
    merges = average_linkage(distances(30, seed, ties=True))
    assert (np.diff(merges[:, 2]) >= 0).all()
    assert average_linkage(np.zeros((6, 6)))[-1].tolist()[2:] == [0.0, 6.0]


def test_columns_that_go_together_stand_side_by_side_whatever_the_sign():
    found = cluster_columns(BLOCKS, names=list("abcd"))
    assert sorted(found.order[:2].tolist()) == [0, 2]
    assert sorted(found.order[2:].tolist()) == [1, 3]
    np.testing.assert_allclose(found.merges[:2, 2], [0.1, 0.2])
    np.testing.assert_array_equal(found.values, BLOCKS)
    assert found.names == ("a", "b", "c", "d")


def test_columns_without_a_correlation_come_last():
    X = np.random.default_rng(0).normal(size=(30, 4))
    X[:, 1] = 2.0
    found = cluster_columns(correlation_matrix(X))
    assert found.order[-1] == 1
    assert sorted(found.order.tolist()) == [0, 1, 2, 3]
    assert len(found.merges) == 2
    assert cluster_columns([[1.0, None], [None, 1.0]]).order.tolist() == [0, 1]
    assert cluster_columns([[1.0]]).order.tolist() == [0]


def test_names_come_from_a_frame():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"u": [1.0, 2.0, 4.0], "v": [3.0, 1.0, 0.0]}).corr()
    assert cluster_columns(frame).names == ("u", "v")


@pytest.mark.parametrize(
    ("values", "names", "message"),
    [
        (np.zeros((2, 3)), None, "square"),
        ([[1.0, 2.0], [2.0, 1.0]], None, "got 2"),
        ([[1.0, 0.5], [0.1, 1.0]], None, "symmetric"),
        (np.eye(2), ["a"], "names"),
    ],
)
def test_what_is_no_correlation_matrix_is_an_error(values, names, message):
    with pytest.raises(DataError, match=message):
        cluster_columns(values, names)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.zeros((1, 2)), "square"),
        ([[0.0, np.nan], [np.nan, 0.0]], "finite"),
        ([[0.0, -1.0], [-1.0, 0.0]], "negative"),
        ([[0.0, 1.0], [2.0, 0.0]], "symmetric"),
    ],
)
def test_what_is_no_distance_is_an_error(table, message):
    with pytest.raises(DataError, match=message):
        average_linkage(table)


def test_what_is_given_is_not_written_to():
    table = distances(5, 0)
    kept = table.copy()
    average_linkage(table)
    np.testing.assert_array_equal(table, kept)
