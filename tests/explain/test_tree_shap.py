"""TreeShap against the definition, its axioms and its promises about rows, threads and memory."""

import dataclasses
import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minixai
from benchmarks.tree_shap import as_dict
from minixai.errors import DataError, ParameterError
from minixai.explain import TreeShap
from minixai.tree_arrays import TreeArrays
from tests.conftest import COMPILED
from tests.reference import tree_shap as reference
from tests.tree_arrays.test_arrays import forests, stump


def defined(find, game_of, X, groups):
    return np.array([find(game_of(x), groups) for x in X])


def close(found, expected):
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-9, atol=1e-9)


def path_dependent(trees):
    return lambda x: reference.path_dependent_game(trees, x)


def chain(depth, columns, seed=0):
    """A tree of depth ``depth`` whose left children are leaves; ``columns`` are asked in turn."""
    rng = np.random.default_rng(seed)
    n = 2 * depth + 1
    inner = np.arange(0, n - 1, 2)
    feature, left, right = np.full(n, -1), np.full(n, -1), np.full(n, -1)
    feature[inner], left[inner], right[inner] = np.resize(columns, depth), inner + 1, inner + 2
    cover = np.ones(n)
    cover[inner] = np.arange(depth + 1, 1, -1)
    threshold = np.where(feature < 0, 0.0, rng.normal(size=n) - 1.5)
    value = rng.normal(size=(n, 1))
    return TreeArrays(max(columns) + 1, feature, threshold, left, right, value, cover)


@given(forests())
def test_values_are_those_of_the_definition(drawn):
    trees, X = drawn
    found = TreeShap(trees).explain(X)
    columns = [[j] for j in range(trees.n_features)]
    close(found.values, defined(reference.shapley_values, path_dependent(trees), X, columns))
    few = np.array([TreeShap(trees).explain(x[None]).values[0] for x in X])
    np.testing.assert_allclose(few, found.values, rtol=1e-12, atol=1e-13)
    close(found.base_values[0], np.array(reference.path_dependent_game(trees, X[0])(frozenset())))
    assert np.abs(found.completeness_gap).max() < 1e-12


@given(forests())
def test_interactions_are_those_of_the_definition(drawn):
    trees, X = drawn
    explainer = TreeShap(trees)
    found = explainer.explain_interactions(X)
    columns = [[j] for j in range(trees.n_features)]
    close(found.values, defined(reference.shapley_interactions, path_dependent(trees), X, columns))
    values = explainer.explain(X).values
    np.testing.assert_allclose(found.values.sum(axis=2), values, rtol=1e-12, atol=1e-12)
    assert np.abs(found.completeness_gap).max() < 1e-12


@given(forests(), st.integers(0, 5))
def test_groups_play_the_grouped_game(drawn, shift):
    trees, X = drawn
    first = [j for j in range(trees.n_features) if (j + shift) % 3]
    groups = {"some": first} if first else {}
    players = [first] * bool(first) + [[j] for j in range(trees.n_features) if j not in first]
    explainer = TreeShap(trees, groups=groups)
    found, pairs = explainer.explain(X), explainer.explain_interactions(X)
    game = path_dependent(trees)
    close(found.values, defined(reference.shapley_values, game, X, players))
    close(pairs.values, defined(reference.shapley_interactions, game, X, players))
    assert found.method.endswith("of_groups")
    assert list(found.groups) == list(found.feature_names)


@given(forests())
def test_values_add_up_over_trees_and_leave_columns_out_that_no_tree_asks(drawn):
    trees, X = drawn
    wider = dataclasses.replace(trees, n_features=trees.n_features + 1)
    found = TreeShap(wider).explain(np.hstack([X, X[:, :1]])).values
    assert not found[:, -1].any()
    cuts = [*trees.roots, trees.n_nodes]
    parts = []
    for start, end in itertools.pairwise(cuts):
        numbers = [
            np.where(each[start:end] < 0, -1, each[start:end] - start)
            for each in (trees.children_left, trees.children_right)
        ]
        codes = None
        if trees.categories is not None:
            indptr = trees.categories[0][start : end + 1]
            codes = indptr - indptr[0], trees.categories[1][indptr[0] : indptr[-1]]
        one = TreeArrays(
            trees.n_features, trees.feature[start:end], trees.threshold[start:end], *numbers,
            trees.value[start:end], trees.cover[start:end], categories=codes,
            missing_left=trees.missing_left[start:end],
        )  # fmt: skip
        parts.append(TreeShap(one).explain(X).values)
    np.testing.assert_allclose(found[:, :-1], sum(parts), rtol=1e-12, atol=1e-12)


def test_columns_that_play_alike_share_alike():
    both = TreeArrays(
        2, [0, 1, -1, -1, 1, -1, -1], [0.0] * 7, [1, 2, -1, -1, 5, -1, -1],
        [4, 3, -1, -1, 6, -1, -1], [[0.0], [0], [0], [1], [0], [1], [5]], [4, 2, 1, 1, 2, 1, 1],
    )  # fmt: skip
    found = TreeShap(both).explain_interactions([[1.0, 1.0], [-1.0, -1.0]])
    assert np.array_equal(found.values[:, 0, 0], found.values[:, 1, 1])
    assert np.array_equal(found.values[:, 0, 1], found.values[:, 1, 0])


@pytest.mark.parametrize("n_columns", [1, 3, 100])
def test_chains_of_a_hundred_nodes(n_columns):
    trees = chain(100, range(n_columns))
    X = np.random.default_rng(1).normal(size=(9, n_columns))
    explainer = TreeShap(trees)
    found, pairs = explainer.explain(X), explainer.explain_interactions(X)
    few = explainer.explain(X[:3])
    np.testing.assert_allclose(few.values, found.values[:3], rtol=1e-10, atol=1e-13)
    assert np.abs(few.completeness_gap).max() < 1e-12
    assert np.abs(found.completeness_gap).max() < 1e-12
    assert np.abs(found.base_values + found.values.sum(axis=1) - trees.predict(X)).max() < 1e-12
    np.testing.assert_allclose(pairs.values.sum(axis=2), found.values, rtol=1e-9, atol=1e-12)
    if n_columns == 3:
        columns = [[0], [1], [2]]
        close(found.values, defined(reference.shapley_values, path_dependent(trees), X, columns))


def test_tiny_covers_cost_no_digits():
    trees = dataclasses.replace(chain(8, range(4)), cover=np.geomspace(1e9, 1e-9, 17))
    X = np.random.default_rng(1).normal(size=(20, 4))
    columns = [[j] for j in range(4)]
    found = TreeShap(trees).explain(X)
    expected = defined(reference.shapley_values, path_dependent(trees), X, columns)
    np.testing.assert_allclose(found.values, expected[..., 0], rtol=1e-12, atol=1e-14)


def test_single_leaves_and_constants():
    leaf = TreeArrays(1, [-1], [0.0], [-1], [-1], [[3.0]], [1.0], base_value=1.0)
    found = TreeShap(leaf).explain(np.zeros((3, 1)))
    assert not found.values.any()
    assert np.array_equal(found.base_values, [4.0] * 3)
    assert not TreeShap(leaf).explain(np.zeros((9, 1))).values.any()
    assert not found.completeness_gap.any()
    assert not TreeShap(leaf).explain_interactions([[0.0]]).values.any()


def wide_forest(n_outputs=1):
    """Thirty random trees of depth 5 on six columns."""
    rng = np.random.default_rng(3)
    m = 2**6 - 1
    k, first = np.tile(np.arange(m), 30), np.repeat(np.arange(30) * m, m)
    inner = k < 2**5 - 1
    cover = rng.integers(1, 50, (30, m)).astype(float)
    return TreeArrays(
        6, np.where(inner, rng.integers(0, 6, k.size), -1), rng.normal(size=k.size),
        np.where(inner, first + 2 * k + 1, -1), np.where(inner, first + 2 * k + 2, -1),
        rng.normal(size=(k.size, n_outputs)), cover.ravel(), np.arange(30) * m,
        feature_names=tuple("abcdef"),
        output_names=("low", "mid", "high") if n_outputs == 3 else None,
    )  # fmt: skip


@pytest.mark.skipif(not COMPILED, reason="thousands of rows are for compiled kernels")
def test_neither_neighbours_nor_threads_change_a_bit():
    explainer = TreeShap(wide_forest())
    X = np.random.default_rng(0).normal(size=(2500, 6))
    whole, pairs = explainer.explain(X).values, explainer.explain_interactions(X).values
    threads = explainer.with_options(n_jobs=2)
    assert threads.explain(X).values.tobytes() == whole.tobytes()
    assert threads.explain_interactions(X).values.tobytes() == pairs.tobytes()
    for n in (5, 7, 8, 9, 63, 200, 1025):
        assert explainer.explain(X[5 : 5 + n]).values.tobytes() == whole[5 : 5 + n].tobytes()
    for n in (1, 2, 7, 8, 9, 63):
        few = explainer.explain_interactions(X[5 : 5 + n]).values
        assert few.tobytes() == pairs[5 : 5 + n].tobytes()
    alone = np.array([explainer.explain(X[i : i + 1]).values[0] for i in range(40)])
    np.testing.assert_allclose(alone, whole[:40], rtol=1e-10, atol=1e-14)
    single = X.astype(np.float32)
    expected = explainer.explain(single.astype(np.float64)).values
    assert explainer.explain(single).values.tobytes() == expected.tobytes()


def test_outputs_by_name_and_index():
    trees = wide_forest(n_outputs=3)
    X = np.random.default_rng(0).normal(size=(4, 6))
    found = TreeShap(trees).explain(X)
    pairs = TreeShap(trees).explain_interactions(X)
    assert found.output_names == ("low", "mid", "high")
    for k, name in enumerate(found.output_names):
        one = TreeShap(trees, output=name)
        assert np.array_equal(one.explain(X).values, TreeShap(trees, output=k).explain(X).values)
        np.testing.assert_allclose(one.explain(X).values, found.values[..., k], rtol=1e-12)
        np.testing.assert_allclose(
            one.explain_interactions(X).values, pairs.values[..., k], rtol=1e-12, atol=1e-14
        )
    with pytest.raises(ParameterError, match="Did you mean 'high'"):
        TreeShap(trees, output="hihg")
    with pytest.raises(ParameterError, match="output"):
        TreeShap(trees, output=3)
    with pytest.raises(ParameterError, match="one of 1 outputs"):
        TreeShap(wide_forest(), output=1)


def test_what_an_explanation_says():
    trees = wide_forest()
    X = np.random.default_rng(0).normal(size=(4, 6))
    found, pairs = TreeShap(trees).explain(X), TreeShap(trees).explain_interactions(X)
    assert found.method == "tree_shap_path_dependent"
    assert pairs.method == "tree_shap_path_dependent_interactions"
    assert (found.order, pairs.order) == (1, 2)
    assert found.feature_names == tuple("abcdef")
    assert found.output_unit == "raw"
    assert found.model_fingerprint == trees.fingerprint()
    assert np.array_equal(found.data, X)
    grouped = TreeShap(trees, groups={"ab": ["a", "b"]}).explain(X)
    assert grouped.groups == {"ab": ["a", "b"], **{name: [name] for name in "cdef"}}
    assert not np.allclose(grouped.values[:, 0], found.values[:, :2].sum(axis=1))
    frame = pytest.importorskip("pandas").DataFrame(X, columns=list("abcdef"))
    assert np.array_equal(TreeShap(trees).explain(frame).values, found.values)


def test_pairs_travel(tmp_path):
    X = np.random.default_rng(0).normal(size=(4, 6))
    pairs = TreeShap(wide_forest(3)).explain_interactions(X)
    pairs.save(tmp_path / "pairs.mxai")
    again = minixai.load(tmp_path / "pairs.mxai")
    assert np.array_equal(again.values, pairs.values)
    assert again.order == 2
    assert again.feature_names == pairs.feature_names


def test_what_cannot_be_explained_is_said_first():
    class Fitted:
        def predict(self, X):
            return X

    with pytest.raises(ParameterError, match="got Fitted: what is read are"):
        TreeShap(Fitted())
    with pytest.raises(ParameterError, match="class Fitted"):
        TreeShap(Fitted)
    with pytest.raises(ParameterError, match="groups must not overlap"):
        TreeShap(stump(), groups={"a": [0, 1], "b": [1]})
    explainer = TreeShap(stump())
    with pytest.raises(DataError, match="X has 3 features"):
        explainer.explain(np.zeros((1, 3)))
    with pytest.raises(DataError, match="NaN"):
        explainer.explain([[0.0, np.nan]])
    with pytest.raises(ParameterError, match="n_jobs"):
        TreeShap(stump(), n_jobs=0)
    with pytest.raises(ParameterError, match="Did you mean 'groups'"):
        explainer.with_options(group=None)
    pandas = pytest.importorskip("pandas")
    named = TreeShap(stump(feature_names=("a", "b")))
    with pytest.raises(DataError, match="columns that the model was fitted on"):
        named.explain(pandas.DataFrame({"b": [1.0], "a": [2.0]}))


@pytest.mark.skipif(not COMPILED, reason="many rows are for compiled kernels")
def test_memory_is_the_result_and_a_block():
    explainer = TreeShap(wide_forest())
    X = np.random.default_rng(0).normal(size=(100_000, 6))
    explainer.explain(X[:1000])
    tracemalloc.start()
    found = explainer.explain(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    result = found.values.nbytes + 2 * found.base_values.nbytes
    assert peak < result + 3 * found.base_values.nbytes + 2**20


@pytest.mark.peers
@given(forests())
def test_shap_finds_the_same(drawn):
    shap = pytest.importorskip("shap")
    trees, X = drawn
    X = np.nan_to_num(X)
    if trees.categories is not None:
        trees = dataclasses.replace(trees, categories=None)
    if (np.diff([*trees.roots, trees.n_nodes]) == 1).any():
        return  # shap reads no tree without a node that asks
    peer = shap.TreeExplainer(as_dict(trees), feature_perturbation="tree_path_dependent")
    explainer = TreeShap(trees)
    close(explainer.explain(X).values, np.asarray(peer.shap_values(X, check_additivity=False)))
    pairs = np.asarray(peer.shap_interaction_values(X))
    close(explainer.explain_interactions(X).values, pairs)
