"""TreeShap with a background: the definition, its axioms, its peers, rows, threads and ways."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.tree_shap import as_dict
from minixai.errors import DataError
from minixai.explain import TreeShap, output_game
from minixai.explain.output_game import OutputGame
from minixai.explain.pattern_table import beta_weights
from minixai.parallel import as_engine
from minixai.tree_arrays import TreeArrays
from tests.conftest import COMPILED
from tests.explain.test_tree_shap import chain, close, defined, wide_forest
from tests.reference import tree_shap as reference
from tests.tree_arrays.test_arrays import forests, stump


def interventional(trees, background):
    return lambda x: reference.interventional_game(trees, x, background)


@given(forests())
def test_values_are_those_of_the_definition(drawn):
    trees, X = drawn
    background, rows = X[:4], X[4:]
    found = TreeShap(trees, background).explain(rows)
    columns = [[j] for j in range(trees.n_features)]
    game = interventional(trees, background)
    close(found.values, defined(reference.shapley_values, game, rows, columns))
    close(found.base_values[0], np.array(game(rows[0])(frozenset())))
    assert np.abs(found.completeness_gap).max() < 1e-12


@given(forests())
def test_interactions_are_those_of_the_definition(drawn):
    trees, X = drawn
    background, rows = X[:4], X[4:]
    explainer = TreeShap(trees, background)
    found = explainer.explain_interactions(rows)
    columns = [[j] for j in range(trees.n_features)]
    game = interventional(trees, background)
    close(found.values, defined(reference.shapley_interactions, game, rows, columns))
    values = explainer.explain(rows).values
    np.testing.assert_allclose(found.values.sum(axis=2), values, rtol=1e-12, atol=1e-12)
    assert np.array_equal(found.values, found.values.swapaxes(1, 2))
    assert np.abs(found.completeness_gap).max() < 1e-12


@given(forests(), st.integers(0, 5))
def test_groups_play_the_grouped_game(drawn, shift):
    trees, X = drawn
    background, rows = X[:4], X[4:]
    first = [j for j in range(trees.n_features) if (j + shift) % 3]
    groups = {"some": first} if first else {}
    players = [first] * bool(first) + [[j] for j in range(trees.n_features) if j not in first]
    explainer = TreeShap(trees, background, groups=groups)
    game = interventional(trees, background)
    close(explainer.explain(rows).values, defined(reference.shapley_values, game, rows, players))
    close(
        explainer.explain_interactions(rows).values,
        defined(reference.shapley_interactions, game, rows, players),
    )


def answers(trees, background, rows, order, table_bytes=1 << 28):
    """The cells of the first output, columns as players."""
    engine = as_engine(1)
    players = np.arange(trees.n_features)
    game = OutputGame(trees, background, players, len(players), 0, engine, order, table_bytes)
    out = np.zeros((len(rows), game.n_cells))
    game.add_to(rows, out, engine)
    return out


@given(forests())
def test_all_ways_give_the_same_bits(drawn):
    trees, X = drawn
    background, rows = X[:4], X[4:]
    for order in (1, 2):
        by_row = answers(trees, background, rows, order)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(output_game, "SINGLE_ROWS", 1)
            by_column = answers(trees, background, rows, order)
            without = answers(trees, background, rows, order, table_bytes=-1)
            patch.setattr(output_game, "FEW_ROWS", 1)
            patch.setattr(output_game, "CHUNK_BYTES", 64)
            in_chunks = answers(trees, background, rows, order, table_bytes=-1)
        for other in (by_column, without, in_chunks):
            assert other.tobytes() == by_row.tobytes()


@pytest.mark.parametrize("n_columns", [1, 3, 14, 100])
def test_chains_of_a_hundred_nodes(n_columns):
    trees = chain(100, range(n_columns))
    X = np.random.default_rng(1).normal(size=(9, n_columns))
    background, rows = X[:5] - 1.0, X[5:]
    explainer = TreeShap(trees, background)
    found, pairs = explainer.explain(rows), explainer.explain_interactions(rows)
    assert np.abs(found.completeness_gap).max() < 1e-12
    np.testing.assert_allclose(pairs.values.sum(axis=2), found.values, rtol=1e-9, atol=1e-12)
    if n_columns == 3:
        game = interventional(trees, background)
        columns = [[0], [1], [2]]
        close(found.values, defined(reference.shapley_values, game, rows, columns))
        close(pairs.values, defined(reference.shapley_interactions, game, rows, columns))


def test_the_only_reference_of_an_and_game():
    n = 70
    trees = dataclasses.replace(chain(n, range(n)), value=np.eye(2 * n + 1)[:, [-1]])
    low, high = np.full((1, n), -9.0), np.full((1, n), 9.0)
    found = TreeShap(trees, low).explain_interactions(high)
    np.testing.assert_allclose(found.values.sum(axis=2), 1.0 / n, rtol=1e-11)
    off = found.values[0][~np.eye(n, dtype=bool)]
    np.testing.assert_allclose(off, 0.5 / (n - 1), rtol=1e-11)
    turned = TreeShap(trees, high).explain_interactions(low)
    np.testing.assert_allclose(turned.values.sum(axis=2), -1.0 / n, rtol=1e-11)


def test_beta_function_of_whole_numbers():
    found = beta_weights(40)
    for a in range(1, 41):
        for b in range(1, 41):
            expected = 1.0 / (a * math.comb(a + b - 1, a))
            assert found[a, b] == pytest.approx(expected, rel=1e-13)


def test_a_row_of_the_background_alone_earns_nothing():
    trees = wide_forest()
    x = np.random.default_rng(0).normal(size=(1, 6))
    found = TreeShap(trees, x).explain_interactions(x)
    assert not found.values.any()


def test_background_rows_count_as_often_as_they_stand_there():
    trees = wide_forest(n_outputs=3)
    X = np.random.default_rng(0).normal(size=(9, 6))
    parts = [TreeShap(trees, X[[i]]).explain(X[4:]).values for i in (0, 0, 1)]
    found = TreeShap(trees, X[[0, 0, 1]]).explain(X[4:]).values
    np.testing.assert_allclose(found, sum(parts) / 3.0, rtol=1e-10, atol=1e-13)


@pytest.mark.skipif(not COMPILED, reason="thousands of rows are for compiled kernels")
def test_neither_neighbours_nor_threads_change_a_bit():
    X = np.random.default_rng(0).normal(size=(4500, 6))
    explainer = TreeShap(wide_forest(), X[:50])
    whole, pairs = explainer.explain(X).values, explainer.explain_interactions(X).values
    threads = explainer.with_options(n_jobs=2)
    assert threads.explain(X).values.tobytes() == whole.tobytes()
    assert threads.explain_interactions(X).values.tobytes() == pairs.tobytes()
    for n in (1, 2, 7, 8, 9, 63, 64, 2049):
        assert explainer.explain(X[5 : 5 + n]).values.tobytes() == whole[5 : 5 + n].tobytes()
        few = explainer.explain_interactions(X[5 : 5 + n]).values
        assert few.tobytes() == pairs[5 : 5 + n].tobytes()


def test_outputs_by_name():
    trees = wide_forest(n_outputs=3)
    X = np.random.default_rng(0).normal(size=(9, 6))
    found = TreeShap(trees, X[:5]).explain(X[5:])
    assert found.values.shape == (4, 6, 3)
    one = TreeShap(trees, X[:5], output="mid").explain(X[5:])
    np.testing.assert_allclose(one.values, found.values[..., 1], rtol=1e-12)
    assert found.method == "tree_shap_interventional"
    assert found.background_fingerprint is not None


def test_single_leaves():
    leaf = TreeArrays(1, [-1], [0.0], [-1], [-1], [[3.0]], [1.0], base_value=1.0)
    explainer = TreeShap(leaf, [[0.0]])
    found = explainer.explain(np.zeros((3, 1)))
    assert not found.values.any()
    assert np.array_equal(found.base_values, [4.0] * 3)
    assert not explainer.explain_interactions([[0.0]]).values.any()


def test_backgrounds_that_cannot_serve_are_said_first():
    with pytest.raises(DataError, match="`background` has 0 rows"):
        TreeShap(stump(), np.zeros((0, 2)))
    with pytest.raises(DataError, match="NaN"):
        TreeShap(stump(), [[0.0, np.nan]])
    with pytest.raises(DataError, match="X has 3 features"):
        TreeShap(stump(), np.zeros((4, 3)))
    pandas = pytest.importorskip("pandas")
    with pytest.raises(DataError, match="columns that the model was fitted on"):
        TreeShap(stump(feature_names=("a", "b")), pandas.DataFrame({"b": [1.0], "a": [2.0]}))


@pytest.mark.peers
@given(forests())
def test_shap_finds_the_same(drawn):
    shap = pytest.importorskip("shap")
    trees, X = drawn
    value = np.round(16.0 * trees.value) / 16.0  # shap keeps leaf values in float32 here
    trees, X = dataclasses.replace(trees, value=value, categories=None), np.nan_to_num(X)
    if (np.diff([*trees.roots, trees.n_nodes]) == 1).any():
        return  # shap reads no tree without a node that asks
    peer = shap.TreeExplainer(as_dict(trees), data=X[:4])
    expected = np.asarray(peer.shap_values(X[4:], check_additivity=False))
    close(TreeShap(trees, X[:4]).explain(X[4:]).values, expected)


@pytest.mark.peers
def test_woodelf_finds_the_same_interactions():
    pytest.importorskip("woodelf")
    pandas = pytest.importorskip("pandas")
    from sklearn.ensemble import GradientBoostingRegressor
    from woodelf import WoodelfExplainer

    X = np.random.default_rng(0).normal(size=(300, 6)).astype(np.float32).astype(np.float64)
    y = X[:, 0] * X[:, 1] + X[:, 2]
    model = GradientBoostingRegressor(n_estimators=10, max_depth=4, random_state=0).fit(X, y)
    frame = pandas.DataFrame(X, columns=list("abcdef"))
    peer = WoodelfExplainer(model, frame[:50])
    ours = TreeShap(model, X[:50]).explain_interactions(X[50:90]).values
    theirs = peer.shap_interaction_values(frame[50:90], verbose=False)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)  # woodelf sums in float32
