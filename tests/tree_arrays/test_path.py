"""The ways of rows: nodes passed, rules in words, lengths, trees as text."""

import math

import numpy as np
import pytest
from hypothesis import given

from minixai.data.column_meaning import ColumnMeaning
from minixai.errors import DataError, ParameterError
from minixai.tree_arrays import (
    TreeArrays,
    decision_path,
    export_text,
    path_lengths,
    rules,
    tree_outline,
)
from tests.reference.tree_arrays import leaf_of, path_of
from tests.tree_arrays.draws import churn_tree, forests


@given(forests())
def test_paths_are_those_walked_by_hand(drawn):
    trees, X = drawn
    found = decision_path(trees, X)
    assert len(found) == len(X)
    for i, row in enumerate(X):
        for t, root in enumerate(trees.roots):
            by_hand = path_of(trees, root, row)
            assert found.of(i, t).tolist() == by_hand
            assert found.lengths[i, t] == len(by_hand)


@given(forests())
def test_a_rule_holds_of_its_row_and_leads_to_its_leaf(drawn):
    trees, X = drawn
    for rule in rules(trees, X):
        row = X[rule.row]
        assert rule.leaf == leaf_of(trees, trees.roots[rule.tree], row)
        assert rule.value == tuple(trees.value[rule.leaf])
        assert 0 < rule.share <= 1
        asked = {c.feature for c in rule.conditions}
        assert len(asked) == len(rule.conditions), "each feature once"
        others = np.random.default_rng(0).normal(size=row.shape) * 9
        for condition in rule.conditions:
            if not math.isnan(condition.value):
                assert condition.low < condition.value <= condition.high
        for c in rule.conditions:
            others[c.feature] = row[c.feature]
        assert rule.leaf == leaf_of(trees, trees.roots[rule.tree], others), "it asks all it needs"


@given(forests())
def test_every_row_inside_the_bounds_ends_in_the_leaf(drawn):
    trees, X = drawn
    trees = TreeArrays(
        trees.n_features,
        trees.feature,
        trees.threshold,
        trees.children_left,
        trees.children_right,
        trees.value,
        trees.cover,
        trees.roots,
    )
    X = np.nan_to_num(X)
    for rule in rules(trees, X):
        for inside in (np.nextafter, lambda low, high: min(high, low + 7.0)):
            moved = X[rule.row].copy()
            for c in rule.conditions:
                low = max(c.low, -100.0)
                moved[c.feature] = inside(low, c.high) if c.high < math.inf else low + 9.0
            assert rule.leaf == leaf_of(trees, trees.roots[rule.tree], moved)


@given(forests())
def test_lengths_are_means_over_training_rows(drawn):
    trees, _ = drawn
    found = path_lengths(trees)

    def leaves(node, depth):
        if trees.children_left[node] < 0:
            return [(trees.cover[node], depth)]
        return [
            leaf
            for child in (trees.children_left[node], trees.children_right[node])
            for leaf in leaves(child, depth + 1)
        ]

    for t, root in enumerate(trees.roots):
        all_leaves = leaves(root, 0)
        total = sum(cover for cover, _ in all_leaves)
        mean = sum(cover * depth for cover, depth in all_leaves) / total
        assert found.mean[t] == pytest.approx(mean, rel=1e-12)
        assert found.longest[t] == max(depth for _, depth in all_leaves)
        assert found.n_leaves[t] == len(all_leaves)


def test_a_rule_in_words():
    (rule,) = rules(churn_tree(), [[0.0, 30.0]])
    assert str(rule) == (
        "if monthly <= 0.5 (monthly = 0) and 24.5 < tenure <= 60.5 (tenure = 30), then "
        "churn: 0.5 (as 12.5% of the training rows)"
    )
    leaf = TreeArrays(1, [-1], [0.0], [-1], [-1], [[3.0]], [1.0])
    assert str(rules(leaf, [[0.0]])[0]) == "always 3 (as 100.0% of the training rows)"


def test_a_rule_with_the_meanings_of_its_columns():
    class Halved:
        def inverse_transform(self, X):
            return 2 * X

    meanings = [
        ColumnMeaning("Contract", level="Monthly"),
        ColumnMeaning("tenure", steps=(Halved(),)),
    ]
    rule = rules(churn_tree(), [[1.0, 3.0]], meanings)[0]
    assert str(rule).startswith("if Contract is Monthly, then churn: 0.875")
    rule = rules(churn_tree(), [[0.0, 3.0]], meanings)[0]
    assert str(rule).startswith("if Contract is not Monthly and tenure <= 49 (tenure = 6), then")
    with pytest.raises(DataError, match="`meanings` has 1 entries for 2 features"):
        rules(churn_tree(), [[0.0, 3.0]], meanings[:1])


def test_rules_of_missing_values_and_codes():
    trees = churn_tree(missing_left=[True] * 7, categories=([0, 2, *[2] * 6], [1, 3]))
    assert str(rules(trees, [[3.0, np.nan]])[0]).startswith(
        "if monthly is one of 1, 3 (monthly = 3) and tenure is missing, then churn: 0.25"
    )
    assert str(rules(trees, [[2.0, 0.0]])[0]).startswith(
        "if monthly is none of 1, 3 (monthly = 2), then churn: 0.875"
    )


def test_a_tree_as_text():
    assert export_text(churn_tree()) == "\n".join(
        [
            "|-- monthly <= 0.5",
            "|   |-- tenure <= 24.5",
            "|   |   |-- churn: 0.25 (12.5% of the rows)",
            "|   |-- tenure > 24.5",
            "|   |   |-- tenure <= 60.5",
            "|   |   |   |-- churn: 0.5 (12.5% of the rows)",
            "|   |   |-- tenure > 60.5",
            "|   |   |   |-- churn: 0.75 (25.0% of the rows)",
            "|-- monthly > 0.5",
            "|   |-- churn: 0.875 (50.0% of the rows)",
        ]
    )
    short = export_text(churn_tree(missing_left=[False] * 7), max_depth=1)
    assert short.splitlines()[:3] == [
        "|-- monthly <= 0.5",
        "|   |-- 4 nodes more (50.0% of the rows)",
        "|-- monthly > 0.5 or missing",
    ]


def test_what_is_not_there_is_refused():
    path = decision_path(churn_tree(), [[0.0, 30.0]])
    with pytest.raises(ParameterError, match="`row` must lie between 0 and 0, got 1"):
        path.of(1)
    with pytest.raises(ParameterError, match="`tree` must lie between 0 and 0, got 2"):
        export_text(churn_tree(), tree=2)
    with pytest.raises(DataError, match="NaN"):
        rules(churn_tree(), [[np.nan, 1.0]])
    with pytest.raises(DataError, match="`row` must be one row, got 2"):
        tree_outline(churn_tree(), row=[[0.0, 1.0], [1.0, 1.0]])


def test_paths_equal_those_of_scikit_learn():
    pytest.importorskip("scipy")
    ensemble = pytest.importorskip("sklearn.ensemble")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3)).astype(np.float32).astype(np.float64)
    forest = ensemble.RandomForestRegressor(3, max_depth=4, random_state=0).fit(X, X[:, 0])
    parts = [each.tree_ for each in forest.estimators_]
    starts = np.cumsum([0, *(part.node_count for part in parts)])
    trees = TreeArrays(
        3,
        *(
            np.concatenate(
                [change(part, start) for part, start in zip(parts, starts, strict=False)]
            )
            for change in (
                lambda part, _: np.where(part.children_left < 0, -1, part.feature),
                lambda part, _: part.threshold,
                lambda part, at: np.where(part.children_left < 0, -1, part.children_left + at),
                lambda part, at: np.where(part.children_left < 0, -1, part.children_right + at),
                lambda part, _: part.value[:, :, 0],
                lambda part, _: part.weighted_n_node_samples,
            )
        ),
        roots=starts[:-1],
    )
    theirs, _ = forest.decision_path(X)
    ours = decision_path(trees, X)
    assert (theirs != ours.to_sparse()).nnz == 0
    assert np.array_equal(ours.lengths.sum(axis=1), np.asarray(theirs.sum(axis=1)).ravel())


def test_numbers_in_words_are_told_apart():
    trees = churn_tree(
        threshold=[10_000_100.5, 1.0 + 1e-8, 0.0, 1.0 + 3e-8, 0.0, 0.0, 0.0],
        value=[[0.0], [0.0], [1e7], [0.0], [1e7 + 100], [1e7 + 200], [1e7 + 300]],
    )
    text = str(rules(trees, [[0.0, 1.0 + 2e-8]])[0])
    assert "monthly <= 10000100.5" in text
    assert "1.00000001 < tenure <= 1.00000003 (tenure = 1.00000002)" in text
    assert "churn: 10000100" in text
    assert "10000200" in export_text(trees)
