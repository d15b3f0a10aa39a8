"""Random forests: what must hold of any, out-of-bag honesty, scikit-learn's figures, threads."""

import numpy as np
import pytest

from minixai.errors import DataError, DataWarning, ParameterError
from minixai.importance import Importance
from minixai.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from minixai.tree.bin_histogram import Binned
from minixai.tree.binned_tree import grow_binned
from minixai.tree.feature_bins import learn_bins
from minixai.tree.scaled_target import weighted_pairs
from minixai.tree.split_gain import Limits
from tests.conftest import COMPILED

N = 600 if COMPILED else 300
N_TREES = 30


def table(seed, n=N, d=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    y = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + 0.3 * rng.normal(size=n)
    return X, y, np.digitize(y, [-0.4, 0.5])


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("entropy", [False, True])
def test_every_way_to_a_histogram_gives_the_same_tree(counted, n_outputs, entropy):
    """Counted anew, had by subtraction, or taken out row by row: the same splits."""
    X, _, labels = table(0)
    X[np.random.default_rng(1).random(X.shape) < 0.1] = np.nan
    target = labels.astype(float) if n_outputs == 3 else (labels > 0).astype(float)
    bins = learn_bins(X)
    weights = np.random.default_rng(2).integers(1, 3, len(X)).astype(float)
    pairs = weighted_pairs(target, weights)
    data = Binned(bins.codes(X), bins.n_bins, target, pairs, n_outputs, counted)
    trees = []
    for few_rows in (1, 8, 64, 10**6):
        for max_leaves in (0, 25):
            limits = Limits(9, 2, 1, 0.0, 0.0, max_leaves, X.shape[1], entropy)
            rows = np.arange(len(X), dtype=np.int32)
            nodes, n = grow_binned(data, rows, limits, np.array([1, 2]), few_rows)
            trees.append([each[:n] for each in nodes[:8]])
    for place, each in enumerate(trees):
        first = trees[place % 2]  # of the same limit of leaves
        assert all(np.array_equal(a, b) for a, b in zip(each, first, strict=True))


def test_one_tree_of_all_rows_is_the_decision_tree():
    X, y, labels = table(0)
    forest = RandomForestRegressor(1, bootstrap=False, min_samples_leaf=5).fit(X, y)
    tree = DecisionTreeRegressor(splitter="histogram", min_samples_leaf=5).fit(X, y)
    assert np.array_equal(forest.predict(X), tree.predict(X))
    np.testing.assert_allclose(forest.feature_importances_, tree.feature_importances_, rtol=1e-12)
    forest = RandomForestClassifier(1, bootstrap=False, max_features=None).fit(X, labels)
    tree = DecisionTreeClassifier(splitter="histogram").fit(X, labels)
    assert np.array_equal(forest.predict_proba(X), tree.predict_proba(X))


def test_bits_do_not_depend_on_threads():
    X, y, labels = table(1)
    for make, target in ((RandomForestRegressor, y), (RandomForestClassifier, labels)):
        alone, together = (
            make(20, oob_score=True, n_jobs=n_jobs, random_state=3).fit(X, target)
            for n_jobs in (1, 3)
        )
        assert alone.tree_arrays().fingerprint() == together.tree_arrays().fingerprint()
        assert alone.oob_score_ == together.oob_score_
        found = [each.impurity_importance().repeats for each in (alone, together)]
        assert np.array_equal(*found)
    other = RandomForestRegressor(20, random_state=4).fit(X, y)
    assert not np.array_equal(other.predict(X), RandomForestRegressor(20).fit(X, y).predict(X))


def test_values_are_divided_by_the_number_of_trees():
    X, y, _ = table(2)
    forest = RandomForestRegressor(7, max_depth=3).fit(X, y)
    trees = forest.tree_arrays()
    assert trees.n_trees == 7
    leaves = trees.value[forest.apply(X), 0]
    np.testing.assert_allclose(leaves.sum(axis=1), forest.predict(X), rtol=1e-12)
    assert abs(trees.value[trees.roots, 0].sum() - y.mean()) < 3 * y.std() / np.sqrt(N)


def test_out_of_bag_answers_are_those_of_the_trees_that_have_not_seen_the_row():
    X, y, _ = table(3, n=60)
    with pytest.warns(DataWarning, match="no out-of-bag answer"):
        forest = RandomForestRegressor(3, oob_score=True).fit(X, y)
    assert np.isnan(forest.oob_prediction_).any()
    values = forest.tree_arrays().value[forest.apply(X), 0] * 3
    known = ~np.isnan(forest.oob_prediction_)
    choices = np.stack([values[:, list(s)].mean(axis=1) for s in SUBSETS], axis=1)
    nearest = np.abs(choices - forest.oob_prediction_[:, None]).min(axis=1)
    assert nearest[known].max() < 1e-12
    error = y[known] - forest.oob_prediction_[known]
    spread = y[known] - y[known].mean()
    assert forest.oob_score_ == pytest.approx(1 - (error @ error) / (spread @ spread))


SUBSETS = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]


@pytest.mark.skipif(not COMPILED, reason="many trees are for compiled loops")
def test_expectation_of_a_weight_of_two_is_a_row_twice():
    X, y, labels = table(4, n=60)
    weights = np.random.default_rng(0).integers(1, 4, 60)
    again = np.repeat(np.arange(60), weights)
    for make, target in ((RandomForestRegressor, y), (RandomForestClassifier, labels > 0)):
        arguments = {"n_estimators": 2000, "max_samples": 50, "max_depth": 4}
        weighted = make(**arguments).fit(X, target, weights)
        repeated = make(**arguments, random_state=1).fit(X[again], target[again])
        parts = [each.tree_arrays().value[each.apply(X), 0] * 2000 for each in (weighted, repeated)]
        error = np.sqrt(sum(part.var(axis=1) for part in parts) / 2000)
        apart = parts[0].mean(axis=1) - parts[1].mean(axis=1)
        assert (np.abs(apart) < 4.5 * error + 1e-12).all()


@pytest.mark.skipif(not COMPILED, reason="many trees are for compiled loops")
def test_noise_of_many_values_matters_by_mdi_and_not_by_its_corrected_form():
    rng = np.random.default_rng(0)
    n = 1000
    signal, noise = rng.integers(0, 2, n).astype(float), rng.normal(size=n)
    coarse = rng.integers(0, 2, n).astype(float)
    X = np.column_stack([signal, noise, coarse])
    for make, y in (
        (RandomForestRegressor, signal + rng.normal(size=n)),
        (RandomForestClassifier, (rng.random(n) < 0.3 + 0.4 * signal).astype(int)),
    ):
        forest = make(100, oob_score=True).fit(X, y)
        plain = forest.impurity_importance(corrected=False)
        fair = forest.impurity_importance()
        assert plain["x1"] > 2 * plain["x0"], "noise passes what matters"
        assert plain["x1"] > 10 * plain["x2"], "many values are favoured"
        assert fair["x0"] > 10 * abs(fair["x1"])
        assert abs(fair["x1"]) < 0.1 * plain["x1"]
        assert fair["x0"] == pytest.approx(0.25 if make is RandomForestRegressor else 0.08, rel=0.4)


def test_importances_sum_over_groups_and_trees():
    X, y, _ = table(5)
    forest = RandomForestRegressor(N_TREES, oob_score=True).fit(X, y)
    plain = forest.impurity_importance(corrected=False)
    assert isinstance(plain, Importance)
    assert plain.repeats.shape == (5, N_TREES)
    np.testing.assert_allclose(plain.std, plain.repeats.std(axis=1))
    grouped = forest.impurity_importance(groups={"both": [0, 1]})
    fair = forest.impurity_importance()
    assert grouped.feature_names == ("both", "x2", "x3", "x4")
    assert grouped["both"] == pytest.approx(fair["x0"] + fair["x1"])
    assert forest.feature_importances_.sum() == pytest.approx(1.0)
    with pytest.raises(ParameterError, match="fit with oob_score=True"):
        RandomForestRegressor(2).fit(X, y).impurity_importance()


def test_falls_on_the_rows_seen_are_the_falls_of_the_impurity():
    """The sum of all falls is the impurity of the root less that of the leaves."""
    X, y, labels = table(6)
    for make, target in ((RandomForestRegressor, y), (RandomForestClassifier, labels)):
        forest = make(1, bootstrap=False, max_depth=4).fit(X, target)
        leaves = forest.apply(X)[:, 0]
        seen = np.eye(3)[labels] if make is RandomForestClassifier else y[:, None]
        falls = sum(
            seen[:, k].var()
            - sum(seen[leaves == i, k].var() * (leaves == i).mean() for i in set(leaves))
            for k in range(seen.shape[1])
        )
        total = forest.impurity_importance(corrected=False).mean.sum()
        assert total == pytest.approx(falls, rel=1e-9)


def test_rare_classes_count_by_their_weight():
    """The share of the rare class in the roots is that of its weight."""
    X, y, _ = table(7)
    rare = (y > np.quantile(y, 0.9)).astype(int)

    def share(class_weight):
        forest = RandomForestClassifier(N_TREES, max_depth=2, class_weight=class_weight)
        trees = forest.fit(X, rare).tree_arrays()
        return trees.value[trees.roots, 0].sum()

    assert share(None) == pytest.approx(0.1, abs=0.02)
    assert share("balanced") == pytest.approx(0.5, abs=0.04)
    assert share("balanced_subsample") == pytest.approx(0.5, rel=1e-12)
    assert share({0: 1.0, 1: 9.0}) == pytest.approx(0.5, abs=0.04)


def test_rows_of_weight_zero_are_absent():
    X, y, _ = table(8)
    weights = np.ones(N)
    weights[::3] = 0.0
    spoiled = y.copy()
    spoiled[::3] = 1e6
    for bootstrap in (True, False):
        forest = RandomForestRegressor(3, bootstrap=bootstrap).fit(X, spoiled, weights)
        assert forest.predict(X).max() < 100


def test_missing_values_are_taken():
    X, y, labels = table(9)
    X[np.random.default_rng(0).random(X.shape) < 0.2] = np.nan
    X[:, 4] = np.nan
    assert RandomForestRegressor(N_TREES).fit(X, y).score(X, y) > 0.6
    assert RandomForestClassifier(N_TREES).fit(X, labels).score(X, labels) > 0.7


BAD = {
    "n_estimators": 0,
    "criterion": "mse",
    "max_depth": 1.5,
    "max_features": 0,
    "bootstrap": "yes",
    "max_samples": 0.0,
    "n_jobs": 0,
    "class_weight": "balance",
    "random_state": 1.5,
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_named(name):
    for make in (RandomForestRegressor, RandomForestClassifier):
        if name == "class_weight" and make is RandomForestRegressor:
            continue
        with pytest.raises(ParameterError, match=name):
            make(**{name: BAD[name]}).fit([[0.0], [1.0]], [0, 1])


def test_bad_calls_are_named():
    with pytest.raises(ParameterError, match="`bootstrap` is False"):
        RandomForestRegressor(oob_score=True, bootstrap=False).fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(DataError, match="one class"):
        RandomForestClassifier().fit([[0.0], [1.0]], [1, 1])
    constant = RandomForestRegressor(2).fit([[0.0], [1.0]], [0.1, 0.1])
    assert constant.predict([[5.0]])[0] == pytest.approx(0.1, rel=1e-15)
    assert not constant.feature_importances_.any()


@pytest.mark.peers
@pytest.mark.skipif(not COMPILED, reason="many trees are for compiled loops")
def test_scores_are_those_of_scikit_learn_within_their_spread():
    """On columns of fewer values than bins, where both choose among the same cuts."""
    peer = pytest.importorskip("sklearn.ensemble")
    X, y, labels = table(10, n=1500)
    X = np.round(X * 20) / 20
    assert max(len(np.unique(column)) for column in X.T) < 255
    new, truth, classes = table(11, n=1500)
    for ours, theirs, target, expected in (
        (RandomForestRegressor, peer.RandomForestRegressor, y, truth),
        (RandomForestClassifier, peer.RandomForestClassifier, labels, classes),
    ):
        scores = {ours: [], theirs: []}
        for seed in range(5):
            for make in (ours, theirs):
                model = make(40, min_samples_leaf=2, oob_score=True, random_state=seed)
                model.fit(X, target)
                scores[make].append((model.score(new, expected), model.oob_score_))
        mean, spread = (f(scores[theirs], axis=0) for f in (np.mean, np.std))
        assert (np.abs(np.mean(scores[ours], axis=0) - mean) < 3 * spread + 0.005).all()
