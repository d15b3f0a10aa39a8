"""Decision trees: the naive twin, what must hold of any tree, scikit-learn, and hard data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, ParameterError
from minixai.tree import DecisionTreeClassifier, DecisionTreeRegressor
from tests.conftest import COMPILED
from tests.reference import decision_tree as reference

SPLITTERS = ("exact", "histogram")


def table(seed, n=30, d=3, gaps=0.0):
    """Rows whose values float32 holds, with a numeric target and labels; nothing is tied."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)).astype(np.float32).astype(np.float64)
    y = X[:, 0] * X[:, 1] + np.sin(2 * X[:, -1]) + 0.3 * rng.normal(size=n)
    weights = rng.uniform(0.5, 2.0, n)
    X[rng.random(X.shape) < gaps] = np.nan
    return X, y, np.digitize(y, [-0.4, 0.5]), weights


def splits_of(model):
    """(column, threshold, missing left) of every inner node, the left branch first."""
    trees, found, stack = model.tree_arrays(), [], [0]
    while stack:
        node = stack.pop()
        if trees.is_leaf[node]:
            found.append(None)
            continue
        missing = bool(trees.missing_left[node])
        found.append((int(trees.feature[node]), float(trees.threshold[node]), missing))
        stack += [int(trees.children_right[node]), int(trees.children_left[node])]
    return found


def splits_of_twin(tree):
    if len(tree) == 2:
        return [None]
    return [tree[:3], *splits_of_twin(tree[4]), *splits_of_twin(tree[5])]


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.2]), st.sampled_from(SPLITTERS))
def test_regression_equals_the_naive_tree(seed, gaps, splitter):
    X, y, _, weights = table(seed, gaps=gaps)
    model = DecisionTreeRegressor(splitter=splitter, max_depth=3, min_samples_leaf=3)
    model.fit(X, y, weights)
    twin = reference.grow(X.tolist(), y.tolist(), weights.tolist(), "squared_error", 3, 3)
    expected = [reference.predict(twin, row) for row in X]
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-10, atol=1e-12)
    if splitter == "exact":
        assert [s and s[:1] + s[2:] for s in splits_of(model)] == [
            s and s[:1] + s[2:] for s in splits_of_twin(twin)
        ]
        cuts = [s[1] for s in splits_of(model) if s]
        np.testing.assert_allclose(cuts, [s[1] for s in splits_of_twin(twin) if s], rtol=1e-15)


@given(
    st.integers(0, 10**6),
    st.sampled_from(["gini", "entropy"]),
    st.sampled_from([2, 3]),
    st.sampled_from(SPLITTERS),
)
def test_classification_equals_the_naive_tree(seed, criterion, n_classes, splitter):
    X, _, labels, weights = table(seed, gaps=0.1)
    labels = np.minimum(labels, n_classes - 1)
    if len(set(labels)) < n_classes:
        return
    model = DecisionTreeClassifier(
        criterion=criterion, splitter=splitter, max_depth=3, min_samples_leaf=2
    ).fit(X, labels, weights)
    twin = reference.grow(X.tolist(), labels.tolist(), weights.tolist(), criterion, 3, 2)
    expected = [reference.predict(twin, row, range(n_classes)) for row in X]
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-10, atol=1e-12)


@given(st.integers(0, 10**6), st.sampled_from(SPLITTERS), st.booleans())
def test_leaves_are_weighted_means_and_splits_lower_the_impurity(seed, splitter, best_first):
    X, y, _, weights = table(seed, gaps=0.1)
    weights[:3] = 0.0
    leaves = 5 if best_first else None
    model = DecisionTreeRegressor(splitter=splitter, max_leaf_nodes=leaves).fit(X, y, weights)
    trees, places = model.tree_arrays(), model.apply(X)[:, 0]
    for leaf in np.unique(places[3:]):
        inside = places == leaf
        mean = np.average(y[inside], weights=weights[inside])
        np.testing.assert_allclose(trees.value[leaf, 0], mean, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(trees.cover[leaf], weights[inside].sum(), rtol=1e-12)
    path = model.cost_complexity_pruning_path(X, y, weights)
    assert (np.diff(path.impurities) >= -1e-12).all()
    assert path.ccp_alphas[0] == 0.0
    spread = np.average((y - np.average(y, weights=weights)) ** 2, weights=weights)
    np.testing.assert_allclose(path.impurities[-1], spread, rtol=1e-10)
    assert (model.feature_importances_ >= 0).all()
    assert model.feature_importances_.sum() == pytest.approx(1.0)
    assert best_first <= (model.get_n_leaves() <= 5)


@given(st.integers(0, 10**6), st.sampled_from(SPLITTERS))
def test_a_weight_of_two_is_a_row_twice(seed, splitter):
    X, y, labels, _ = table(seed)
    times = np.random.default_rng(seed).integers(0, 3, len(X))
    if len(set(labels[times > 0])) < 3:
        return
    again = np.repeat(np.arange(len(X)), times)
    for model, target in ((DecisionTreeRegressor, y), (DecisionTreeClassifier, labels)):
        weighted = model(splitter=splitter, max_depth=4).fit(X, target, times)
        repeated = model(splitter=splitter, max_depth=4).fit(X[again], target[again])
        np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-12)
        assert splits_of(weighted) == splits_of(repeated)


@given(st.integers(0, 10**6), st.sampled_from(SPLITTERS))
def test_neither_the_order_of_rows_nor_a_rising_scale_matters(seed, splitter):
    X, y, _, _ = table(seed)

    def parts(rows, target):
        model = DecisionTreeRegressor(splitter=splitter, min_samples_leaf=4).fit(rows, target)
        return model, model.predict(rows)

    model, predicted = parts(X, y)
    order = np.random.default_rng(seed).permutation(len(X))
    moved, of_moved = parts(X[order], y[order])
    assert splits_of(model) == splits_of(moved)
    np.testing.assert_allclose(of_moved, predicted[order], rtol=1e-12, atol=1e-14)
    stretched, of_stretched = parts(np.column_stack([X[:, 0] ** 3, np.exp(X[:, 1]), X[:, 2]]), y)
    assert [s and s[0] for s in splits_of(stretched)] == [s and s[0] for s in splits_of(model)]
    np.testing.assert_allclose(of_stretched, predicted, rtol=1e-12, atol=1e-14)


def test_ties_go_to_the_first_column_and_the_lowest_cut():
    X = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    for splitter in SPLITTERS:
        model = DecisionTreeRegressor(splitter=splitter, max_depth=1)
        assert splits_of(model.fit(X, [0.0, 1.0, 1.0, 0.0]))[0] == (0, 0.5, False)


def test_xor_is_split_though_no_first_question_gains():
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])
    for splitter in SPLITTERS:
        model = DecisionTreeClassifier(splitter=splitter).fit(X, [0, 1, 1, 0])
        assert model.predict(X).tolist() == [0, 1, 1, 0]


def test_a_missing_value_never_seen_goes_with_the_weight():
    X, y = np.array([[0.0], [1.0], [2.0]]), np.array([5.0, 5.0, 1.0])
    for splitter in SPLITTERS:
        heavy_left = DecisionTreeRegressor(splitter=splitter).fit(X, y)
        assert heavy_left.predict([[np.nan]])[0] == 5.0
        heavy_right = DecisionTreeRegressor(splitter=splitter).fit(X, y, [1.0, 1.0, 3.0])
        assert heavy_right.predict([[np.nan]])[0] == 1.0


def test_missing_against_present_is_a_split():
    X = np.array([[0.0], [1.0], [np.nan], [np.nan]])
    for splitter in SPLITTERS:
        model = DecisionTreeRegressor(splitter=splitter).fit(X, [1.0, 1.0, 4.0, 4.0])
        assert splits_of(model)[0] == (0, np.inf, False)
        assert model.predict([[1e300], [np.nan]]).tolist() == [1.0, 4.0]


def test_hard_data():
    chain = np.arange(101.0)[:, None]
    for splitter in SPLITTERS:
        steep = DecisionTreeRegressor(splitter=splitter).fit(chain, 4.0 ** chain[:, 0])
        assert steep.get_depth() == 100
        assert steep.get_n_leaves() == 101
        assert np.array_equal(steep.predict(chain), 4.0 ** chain[:, 0])
        steep.cost_complexity_pruning_path(chain, 4.0 ** chain[:, 0])
        constant = DecisionTreeRegressor(splitter=splitter).fit(chain, np.full(101, 0.1))
        assert constant.get_n_leaves() == 1
        assert constant.get_depth() == 0
        assert (constant.predict(chain) == 0.1).all()
        assert not constant.feature_importances_.any()
        blank = np.column_stack([np.full(4, 2.0), np.full(4, np.nan)])
        for model in (DecisionTreeRegressor, DecisionTreeClassifier):
            lost = model(splitter=splitter).fit(blank, [0, 1, 1, 0])
            assert lost.get_n_leaves() == 1
        own = DecisionTreeClassifier(splitter=splitter).fit(chain[:9], list("abcdefghi"))
        assert own.predict(chain[:9]).tolist() == list("abcdefghi")
        twice = DecisionTreeRegressor(splitter=splitter).fit([[1.0], [1.0], [2.0]], [0, 4.0, 7])
        assert twice.predict([[1.0], [2.0]]).tolist() == [2.0, 7.0]


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_targets_and_weights_of_any_size(scale):
    X, y, _, weights = table(0)
    plain = DecisionTreeRegressor(max_depth=3).fit(X, y, weights)
    large = DecisionTreeRegressor(max_depth=3).fit(X, y * scale, weights * scale)
    assert splits_of(plain) == splits_of(large)
    np.testing.assert_allclose(large.predict(X), plain.predict(X) * scale, rtol=1e-10)


def test_a_large_mean_costs_no_splits():
    X, y, _, _ = table(1, n=200)
    y = np.round(y * 2**20) / 2**20
    for splitter in SPLITTERS:
        model = DecisionTreeRegressor(splitter=splitter, min_samples_leaf=5)
        assert splits_of(model.fit(X, y)) == splits_of(model.fit(X, y + 2.0**30))


BAD = {
    "criterion": "ginni",
    "splitter": "best",
    "max_depth": 0,
    "min_samples_split": 1,
    "min_samples_leaf": 0,
    "min_weight_fraction_leaf": 0.6,
    "max_features": "sqr",
    "max_leaf_nodes": 1,
    "min_impurity_decrease": -1.0,
    "ccp_alpha": -0.1,
    "random_state": -1,
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_named(name):
    for model in (DecisionTreeRegressor, DecisionTreeClassifier):
        with pytest.raises(ParameterError, match=name):
            model(**{name: BAD[name]}).fit([[0.0], [1.0]], [0, 1])


def test_bad_rows_are_named():
    with pytest.raises(DataError, match="infinity in column 0, row 1"):
        DecisionTreeRegressor().fit([[0.0], [np.inf]], [0.0, 1.0])
    with pytest.raises(DataError, match="at least 2 classes"):
        DecisionTreeClassifier().fit([[0.0], [1.0]], ["a", "a"])
    with pytest.raises(ParameterError, match="class_weight"):
        DecisionTreeClassifier(class_weight="even").fit([[0.0], [1.0]], [0, 1])
    fitted = DecisionTreeRegressor().fit([[0.0], [1.0]], [0.0, 1.0])
    with pytest.raises(DataError, match="X has 2 features"):
        fitted.predict([[0.0, 1.0]])


def same_as_theirs(ours, theirs):
    """Whether two trees ask the same questions, and know the same of their nodes."""
    trees, stack = ours.tree_arrays(), [(0, 0)]
    while stack:
        i, j = stack.pop()
        assert trees.is_leaf[i] == (theirs.children_left[j] < 0)
        np.testing.assert_allclose(trees.cover[i], theirs.weighted_n_node_samples[j], rtol=1e-10)
        if trees.is_leaf[i]:
            continue
        assert trees.feature[i] == theirs.feature[j]
        assert trees.threshold[i] == pytest.approx(theirs.threshold[j], rel=1e-15)
        stack.append((trees.children_left[i], theirs.children_left[j]))
        stack.append((trees.children_right[i], theirs.children_right[j]))


ARGUMENTS = {
    "leaves": {"min_samples_leaf": 5},
    "best first": {"min_samples_leaf": 5, "max_leaf_nodes": 15},
    "depth": {"min_samples_leaf": 7, "max_depth": 4},
    "decrease": {"min_samples_leaf": 7, "min_impurity_decrease": 0.01},
    "weights": {"min_samples_leaf": 7, "min_weight_fraction_leaf": 0.05},
    "pruned": {"min_samples_leaf": 7, "ccp_alpha": 0.005},
    "shares": {"min_samples_split": 0.2, "min_samples_leaf": 0.04},
}


@pytest.mark.peers
@pytest.mark.parametrize("gaps", [0.0, 0.15])
@pytest.mark.parametrize("name", ARGUMENTS)
def test_splits_are_those_of_scikit_learn(name, gaps):
    peer = pytest.importorskip("sklearn.tree")
    given_arguments = ARGUMENTS[name]
    for seed in range(3):
        X, y, _, weights = table(seed, n=200, d=4, gaps=gaps)
        X32 = X.astype(np.float32)
        ours = DecisionTreeRegressor(**given_arguments).fit(X32, y, weights)
        theirs = peer.DecisionTreeRegressor(random_state=0, **given_arguments)
        theirs.fit(X32, y, weights)
        same_as_theirs(ours, theirs.tree_)
        new = table(seed + 50, n=100, d=4, gaps=gaps)[0].astype(np.float32)
        np.testing.assert_allclose(ours.predict(new), theirs.predict(new), rtol=1e-12)
        importances = theirs.feature_importances_
        np.testing.assert_allclose(ours.feature_importances_, importances, atol=1e-12)
        path = ours.cost_complexity_pruning_path(X32, y, weights)
        expected = theirs.cost_complexity_pruning_path(X32, y, weights)
        np.testing.assert_allclose(path.ccp_alphas, expected.ccp_alphas, atol=1e-12)
        np.testing.assert_allclose(path.impurities, expected.impurities, atol=1e-12)


@pytest.mark.peers
@pytest.mark.parametrize("criterion", ["gini", "entropy"])
@pytest.mark.parametrize("class_weight", [None, {0: 2.0, 1: 0.3, 2: 1.1}])
def test_classes_are_split_as_by_scikit_learn(criterion, class_weight):
    peer = pytest.importorskip("sklearn.tree")
    for seed in range(3):
        X, _, labels, weights = table(seed, n=200, d=4)  # real weights tie no two splits
        given_arguments = {
            "criterion": criterion,
            "class_weight": class_weight,
            "min_samples_leaf": 6,
            "max_leaf_nodes": 10,
        }
        for target in (labels, np.minimum(labels, 1)):
            ours = DecisionTreeClassifier(**given_arguments).fit(X, target, weights)
            theirs = peer.DecisionTreeClassifier(random_state=0, **given_arguments)
            theirs.fit(X, target, weights)
            same_as_theirs(ours, theirs.tree_)
            shares = theirs.predict_proba(X)
            np.testing.assert_allclose(ours.predict_proba(X), shares, atol=1e-12)
            importances = theirs.feature_importances_
            np.testing.assert_allclose(ours.feature_importances_, importances, atol=1e-12)


@pytest.mark.skipif(not COMPILED, reason="20,000 rows without end are for compiled loops")
def test_a_tree_without_end_learns_twenty_thousand_rows_by_heart():
    X, y, _, _ = table(0, n=20_000, d=5)
    for splitter, least in (("exact", 1.0), ("histogram", 0.999)):
        model = DecisionTreeRegressor(splitter=splitter).fit(X, y)
        assert model.score(X, y) >= least
