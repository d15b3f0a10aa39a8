"""Trees as arrays: what is refused, what is predicted, what a file keeps."""

import dataclasses
import tempfile

import numpy as np
import pytest
from hypothesis import given

import minixai
from minixai.errors import DataError, ParameterError
from minixai.tree_arrays import TreeArrays, rules, tree_outline
from tests.reference.tree_arrays import leaf_of, raw_score
from tests.tree_arrays.draws import forests


def stump(**changes):
    given = {
        "n_features": 2,
        "feature": [1, -1, -1],
        "threshold": [0.5, 0.0, 0.0],
        "children_left": [1, -1, -1],
        "children_right": [2, -1, -1],
        "value": [[0.0], [-1.0], [2.0]],
        "cover": [4.0, 3.0, 1.0],
    }
    return TreeArrays(**(given | changes))


BROKEN = {
    "a cycle of the root": ({"children_left": [0, -1, -1]}, "is a child or a root 2 times"),
    "a cycle apart": (
        {
            "feature": [-1, 0, 0, -1, -1],
            "threshold": [0.0] * 5,
            "children_left": [-1, 2, 1, -1, -1],
            "children_right": [-1, 3, 4, -1, -1],
            "value": [[0.0]] * 5,
            "cover": [1.0] * 5,
        },
        "Node 1 is reached from no root",
    ),
    "a child out of range": ({"children_right": [3, -1, -1]}, "holds node 3; the nodes are 0 to 2"),
    "one child": ({"children_right": [-1, -1, -1]}, "Node 0 has one child"),
    "one leaf twice": ({"children_right": [1, -1, -1]}, "Node 1 is a child or a root 2 times"),
    "a feature out of range": ({"feature": [2, -1, -1]}, "asks feature 2; the features are 0 to 1"),
    "a leaf that asks": ({"feature": [1, 0, -1]}, "Node 1 asks feature 0"),
    "no cover": ({"cover": [4.0, 4.0, 0.0]}, "Node 2 has cover 0.0"),
    "no threshold": ({"threshold": [np.nan, 0.0, 0.0]}, "Node 0 has no threshold"),
    "a value that is none": ({"value": [[0.0], [np.nan], [1.0]]}, "Node 1 has a value"),
    "a root out of range": ({"roots": [5]}, "`roots` holds node 5"),
    "lengths that differ": ({"threshold": [0.5, 0.0]}, r"`threshold` must be \(3,\)"),
    "values in one row": ({"value": [0.0, 1.0, 2.0]}, r"`value` must be \(n_nodes, n_outputs\)"),
    "fractions of nodes": ({"children_left": [1.0, -1.0, -1.0]}, "must hold whole numbers"),
    "nothing": ({"feature": [], "roots": []}, "at least one tree"),
    "codes that fall": (
        {"categories": ([0, 2, 2, 2], [3, 1])},
        "Node 0 has category codes that are not rising",
    ),
    "codes of other nodes": ({"categories": ([0, 1], [3])}, "`categories` must be"),
    "too many bases": ({"base_value": [1.0, 2.0]}, "`base_value` must be one number"),
    "names of other features": ({"feature_names": ("a",)}, "`feature_names` must be 2 names"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_arrays_that_are_no_forest_are_refused(name):
    changes, message = BROKEN[name]
    with pytest.raises(DataError, match=message):
        stump(**changes)


def test_an_unknown_link_is_refused():
    with pytest.raises(ParameterError, match="Did you mean 'logit'"):
        stump(link="logits")


@given(forests())
def test_prediction_equals_the_walk_by_hand(drawn):
    trees, X = drawn
    assert np.array_equal(trees.leaves(X), [[leaf_of(trees, r, x) for r in trees.roots] for x in X])
    expected = np.array([raw_score(trees, x) for x in X])
    found = trees.predict(X)
    assert found.shape == ((19,) if trees.n_outputs == 1 else (19, trees.n_outputs))
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-13, atol=1e-13)
    single = X.astype(np.float32)
    assert np.array_equal(trees.predict(single), found), "halves are exact in float32"


@given(forests())
def test_a_row_has_the_same_bits_alone_and_among_others(drawn):
    trees, X = drawn
    together = trees.predict(X)
    assert np.array_equal(np.concatenate([trees.predict(row[None]) for row in X]), together)
    assert np.array_equal(trees.predict(X[::-1])[::-1], together)
    assert np.array_equal(np.concatenate([trees.leaves(row[None]) for row in X]), trees.leaves(X))
    if trees.categories is None and not np.isnan(X).any():
        strict = dataclasses.replace(trees, missing_left=None)
        assert np.array_equal(strict.predict(X), together)


@given(forests())
def test_trees_are_added_one_after_the_other(drawn):
    trees, X = drawn
    matrix = trees.validated(X)
    out = np.tile(trees.base_value, (len(X), 1))
    for t in range(trees.n_trees):
        trees.add_trees(matrix, out, t, t + 1)
    assert np.array_equal(out, trees.predict(X).reshape(out.shape))


@pytest.mark.parametrize(
    "codes", [[0], [63], [64], [0, 1, 63, 64, 127, 128], [511], [512, 1023], [3, 2**31 - 2]]
)
def test_categories_close_and_far_apart_are_found(codes):
    trees = stump(categories=([0, len(codes), len(codes), len(codes)], codes))
    asked = np.unique([*codes, *np.add(codes, 1), *np.subtract(codes, 1), 2**31, 2**40, 1e300, 7])
    X = np.column_stack([0 * asked, asked])
    expected = np.where(np.isin(asked, codes), -1.0, 2.0)
    assert np.array_equal(trees.predict(X), expected)
    assert np.array_equal(np.concatenate([trees.predict(row[None]) for row in X]), expected)
    assert trees.predict([[0.0, codes[0] + 0.5]])[0] == -1.0, "cut to a whole number"


def test_a_chain_of_a_hundred_nodes_is_walked_to_its_end():
    depth = 100
    inner, leaf = 2 * np.arange(depth), np.full(2 * depth + 1, -1)
    left, right, feature = leaf.copy(), leaf.copy(), leaf.copy()
    left[inner], right[inner], feature[inner] = inner + 1, inner + 2, 0
    numbers = np.arange(2.0 * depth + 1)
    chain = TreeArrays(1, feature, numbers // 2, left, right, numbers[:, None], numbers + 1.0)
    X = np.array([[0.0], [98.5], [200.0], [99.0], [99.5], [3.0], [50.0], [7.5], [98.0]])
    expected = [2 * max(0, int(np.ceil(x))) + 1 if x <= 99 else 200 for x in X[:, 0]]
    assert np.array_equal(chain.leaves(X)[:, 0], expected)
    assert np.array_equal(chain.predict(X), expected)


@given(forests())
def test_a_file_keeps_all(drawn):
    trees, X = drawn
    with tempfile.TemporaryDirectory() as folder:
        trees.save(f"{folder}/trees.npz")
        again = minixai.load(f"{folder}/trees.npz")
    assert again.fingerprint() == trees.fingerprint()
    assert np.array_equal(again.predict(X), trees.predict(X))
    assert again.link == trees.link


def test_rows_are_checked_first():
    trees = stump()
    with pytest.raises(DataError, match="X has 3 features, but the trees are expecting 2"):
        trees.predict(np.zeros((1, 3)))
    with pytest.raises(DataError, match="NaN"):
        trees.predict([[0.0, np.nan]])
    with pytest.raises(DataError, match="infinity"):
        stump(missing_left=[True, False, False]).predict([[0.0, np.inf]])
    assert stump(missing_left=[True, False, False]).predict([[0.0, np.nan]])[0] == -1.0
    assert stump(missing_left=[False, False, False]).predict([[0.0, np.nan]])[0] == 2.0


def test_a_single_leaf_and_many_rows():
    leaf = TreeArrays(1, [-1], [0.0], [-1], [-1], [[3.0]], [1.0], base_value=1.0)
    assert np.array_equal(leaf.predict(np.zeros((5000, 1))), np.full(5000, 4.0))
    assert dataclasses.replace(leaf, base_value=2.0).predict([[0.0]])[0] == 5.0


def test_arrays_that_were_checked_cannot_be_changed():
    left = np.array([1, -1, -1], dtype=np.int32)
    trees = stump(children_left=left)
    left[0] = 0
    assert trees.children_left[0] == 1, "the caller's array is another"
    for name in ("children_left", "threshold", "value", "cover", "roots", "base_value"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(trees, name)[0] = 0


def test_columns_of_other_names_are_refused():
    pandas = pytest.importorskip("pandas")
    trees = stump(feature_names=("age", "pay"))
    frame = pandas.DataFrame({"pay": [0.0], "age": [1.0]})
    for ask in (trees.predict, trees.leaves, lambda X: rules(trees, X)):
        with pytest.raises(DataError, match=r"in their order: \['age', 'pay'\]"):
            ask(frame)
    with pytest.raises(DataError, match=r"got \['wage'\]"):
        tree_outline(trees, row=frame.rename(columns={"age": "wage"}).iloc[0])
    assert trees.predict(frame[["age", "pay"]])[0] == -1.0
    lit = [node.node for node in tree_outline(trees, row=frame.iloc[0][["age", "pay"]])]
    assert lit == [0, 1, 2]
