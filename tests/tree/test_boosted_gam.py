"""Boosted additive models: against the naive twin, by axiom, against the field's own; refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai import load
from minixai.errors import DataError, ParameterError
from minixai.tree import BoostedGAMClassifier, BoostedGAMRegressor
from minixai.tree.feature_bins import learn_bins
from minixai.tree.grid_cut import best_tree
from minixai.tree.pair_purification import purify
from minixai.tree.term_boosting import BoostingOptions, BoostingRows, boost_terms
from tests.conftest import COMPILED
from tests.reference import boosted_gam as reference

compiled_only = pytest.mark.skipif(not COMPILED, reason="many rounds: run compiled only")


def table(n=300, d=4, seed=0, missing=0.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    X[:, -1] = rng.integers(0, 3, n)
    X[rng.random((n, d)) < missing] = np.nan
    return X


def raw(X):
    X = np.nan_to_num(X, nan=0.7)
    return np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.5 * (X[:, -1] == 1)


def classes(X, k=2, seed=1):
    noise = np.random.default_rng(seed).logistic(size=len(X))
    cuts = [0.0] if k == 2 else np.linspace(-1.0, 1.0, k - 1)
    return np.digitize(raw(X) + 0.5 * noise, cuts)


def fitted(kind="binary", n=300, missing=0.1, **options):
    X = table(n, missing=missing)
    options = {"n_bags": 3, "n_pairs": 2, "max_rounds": 40 if COMPILED else 10, **options}
    if kind == "regression":
        return BoostedGAMRegressor(**options).fit(X, 3.0 * raw(X) + 5.0), X
    return BoostedGAMClassifier(**options).fit(X, classes(X, 2 if kind == "binary" else 3)), X


KINDS = ("binary", "three", "regression")


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("max_leaves", [2, 3])
@pytest.mark.parametrize("min_gain", [0.0, 1.0])
def test_the_twin_boosts_the_same_tables(loss, max_leaves, min_gain):
    X = table(90, 3, missing=0.15)
    y = raw(X) if loss == "squared" else (raw(X) > 0).astype(float)
    y = (y - y.mean()) / y.std() if loss == "squared" else y
    w = np.random.default_rng(3).uniform(0.5, 2.0, len(X))
    bins = learn_bins(X, w, 12)
    codes, base = bins.codes(X), 0.0 if loss == "squared" else 0.3
    held = np.arange(len(X)) % 4 == 0
    settings_ = {"learning_rate": 0.2, "max_rounds": 30, "patience": 10, "max_leaves": max_leaves}
    expected, number = reference.boost_columns(
        loss, codes[~held], y[~held], w[~held], codes[held], y[held], w[held], bins.n_bins, base,
        min_rows=3, l2=0.1, min_gain=min_gain, **settings_,
    )  # fmt: skip
    options = BoostingOptions(
        loss=loss, min_samples_leaf=3, l2=0.1, min_gain=min_gain,
        signs=np.zeros(3, dtype=np.int64), **settings_,
    )  # fmt: skip
    parts = (
        BoostingRows(
            np.ascontiguousarray(codes[rows].T), y[None, rows], w[rows],
            np.full((1, rows.sum()), base),
        )
        for rows in (~held, held)
    )  # fmt: skip
    shapes = np.column_stack([bins.n_bins, np.zeros(3, dtype=np.int64)])
    found, found_number = boost_terms(*parts, shapes, options)
    assert found_number == number
    assert number > 0
    np.testing.assert_allclose(found[0], expected, rtol=1e-9, atol=1e-11)


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))
def test_the_best_tree_gains_what_trying_all_of_them_gains(seed, n_a, n_b, min_rows):
    rng = np.random.default_rng(seed)
    N = rng.integers(0, 4, (n_a, n_b)).astype(float)
    G, H = rng.normal(size=N.shape) * N, rng.uniform(0.5, 1.0, N.shape) * N
    cuts = np.zeros(4, dtype=np.int64)
    flat = (each.ravel() for each in (G, H, N))
    gain = best_tree(*flat, n_a, n_b, float(min_rows), 0.5, np.zeros((6, 5)), cuts)
    assert gain == pytest.approx(reference.best_tree_gain(G, H, N, min_rows, 0.5), abs=1e-9)


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(2, 6))
def test_purified_grids_have_no_mean_and_lose_nothing(seed, n_a, n_b):
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.2, 1.0, (n_a, n_b)) * (rng.random((n_a, n_b)) < 0.8)
    weights[0, 0] += 0.3
    grids = rng.normal(size=(2, n_a, n_b))
    left, first, second, mean = purify(grids, weights)
    assert np.abs((left * weights).sum(axis=1)).max() < 1e-12
    assert np.abs((left * weights).sum(axis=2)).max() < 1e-12
    assert np.abs(first @ weights.sum(axis=1)).max() < 1e-12
    assert np.abs(second @ weights.sum(axis=0)).max() < 1e-12
    again = left + first[:, :, None] + second[:, None, :] + mean[:, None, None]
    np.testing.assert_allclose(again[:, weights > 0], grids[:, weights > 0], atol=1e-12)


def test_purification_is_where_alternating_subtractions_end():
    rng = np.random.default_rng(0)
    weights, grid = rng.uniform(0.1, 1.0, (4, 5)), rng.normal(size=(4, 5))
    np.testing.assert_allclose(
        purify(grid[None], weights)[0][0], reference.purify(grid, weights), atol=1e-12
    )


@pytest.mark.parametrize("kind", KINDS)
def test_terms_are_the_prediction(kind):
    model, X = fitted(kind)
    fresh = table(50, seed=9, missing=0.2)
    terms = model.terms(fresh)
    total = terms.base_values + terms.values.sum(axis=1)
    ask = model.predict if kind == "regression" else model.decision_function
    np.testing.assert_allclose(total, ask(fresh), rtol=0, atol=1e-12)
    assert len(model.pairs_) == 2
    assert terms.feature_names == model.term_names_
    assert terms.values.shape[1] == X.shape[1] + 2
    assert terms.std_errors.shape == terms.values.shape
    assert terms.output_names == (("0", "1", "2") if kind == "three" else None)
    assert np.array_equal(terms.data[:, : X.shape[1]], fresh, equal_nan=True)


@pytest.mark.parametrize("kind", KINDS)
def test_terms_are_centred_on_the_rows_of_the_fit(kind):
    model, X = fitted(kind)
    terms = model.terms(X)
    scale = np.abs(terms.values).max()
    assert np.abs(terms.values.mean(axis=0)).max() < 1e-12 * max(1.0, scale)
    a, b = model.pairs_[0]
    pair = model.pair(a, b)
    weights = pair.density if kind != "three" else pair.density[..., None]
    assert np.abs((pair.values * weights).sum(axis=0)).max() < 1e-12 * scale
    assert np.abs((pair.values * weights).sum(axis=1)).max() < 1e-12 * scale
    assert pair.density.sum() == pytest.approx(1.0)


def test_shapes_and_pairs_hold_the_scores_of_the_terms():
    model, X = fitted(n_bags=2)
    terms = model.terms(X)
    shape = model.shape(1)
    known = ~np.isnan(X[:, 1])
    places = np.searchsorted(shape.edges[1:-1], X[known, 1])
    np.testing.assert_array_equal(shape.values[places], terms.values[known, 1])
    np.testing.assert_array_equal(shape.std_errors[places], terms.std_errors[known, 1])
    assert set(terms.values[~known, 1]) == {shape.missing_value}
    assert shape.missing_share == pytest.approx(1 - known.mean())
    assert shape.density.sum() + shape.missing_share == pytest.approx(1.0)
    assert (shape.edges[0], shape.edges[-1]) == (X[known, 1].min(), X[known, 1].max())
    a, b = model.pairs_[0]
    pair, turned = model.pair(a, b), model.pair(b, a)
    assert np.array_equal(pair.values, turned.values.T)
    assert np.array_equal(pair.density, turned.density.T)
    cells = []
    for j, edges in zip((a, b), pair.edges, strict=True):
        code = np.searchsorted(edges[1:-1], X[:, j])
        cells.append(np.where(np.isnan(X[:, j]), len(edges) - 1, code))
    np.testing.assert_array_equal(pair.values[tuple(cells)], terms.values[:, X.shape[1]])


def test_importances_are_mean_sizes_and_fold_into_groups():
    model, X = fitted(n_bags=1)
    importance = model.term_importances()
    expected = np.abs(model.terms(X).values).mean(axis=0)
    np.testing.assert_allclose(importance.mean, expected, atol=1e-12)
    folded = model.term_importances({"both": ["x0", "x3"]})
    assert folded["both"] == pytest.approx(importance["x0"] + importance["x3"])
    assert folded.groups["both"] == ["x0", "x3"]
    assert "x1" in folded.feature_names


@compiled_only
def test_an_additive_target_is_recovered_and_columns_without_effect_stay_flat():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1.0, 1.0, size=(4000, 3))
    y = np.sin(3 * X[:, 0]) + X[:, 1] ** 2 + 0.1 * rng.normal(size=4000)
    model = BoostedGAMRegressor(n_pairs=0, n_bags=4).fit(X, y)
    truth = np.column_stack([np.sin(3 * X[:, 0]), X[:, 1] ** 2, np.zeros(4000)])
    error = model.terms(X).values - (truth - truth.mean(axis=0))
    assert np.sqrt((error**2).mean(axis=0)).max() < 0.03  # of noise of 0.1
    assert model.term_importances()["x2"] < 0.01


@compiled_only
def test_the_pair_that_there_is_ranks_first():
    X = table(2000, 6)
    assert BoostedGAMRegressor(n_bags=2, n_pairs=1).fit(X, raw(X)).pairs_ == [(1, 2)]


@pytest.mark.parametrize("kind", KINDS)
def test_bits_do_not_depend_on_threads(kind):
    one, X = fitted(kind)
    two, _ = fitted(kind, n_jobs=2)
    for name, array in one._terms.to_arrays().items():
        assert np.array_equal(array, two._terms.to_arrays()[name], equal_nan=True), name
    assert np.array_equal(one.predict(X), two.predict(X))


@compiled_only
@pytest.mark.parametrize("regression", [False, True])
def test_expectation_a_weight_of_two_is_a_row_twice(regression):
    """Which rows are held out differs; over seeds the predictions agree."""
    X = table(400)
    y = raw(X) if regression else classes(X)
    weights = np.where(y > np.median(y) if regression else y == 1, 3, 1)
    rows = np.repeat(np.arange(400), weights)
    make = BoostedGAMRegressor if regression else BoostedGAMClassifier
    by_weight, by_row, unweighted = [], [], []
    for seed in range(6):
        model = make(
            n_bags=8, n_pairs=0, random_state=seed, max_bins=16, min_samples_leaf=1, min_gain=0.0,
            max_rounds=20, patience=50,
        )  # fmt: skip
        ask = model.predict if regression else model.decision_function
        for found, fit in (
            (by_weight, lambda model: model.fit(X, y, weights)),
            (by_row, lambda model: model.fit(X[rows], y[rows])),
            (unweighted, lambda model: model.fit(X, y)),
        ):
            fit(model)
            found.append(ask(X))
    mean = np.mean(by_row, axis=0)
    wrong = np.abs(np.mean(unweighted, axis=0) - mean).mean()
    assert np.abs(np.mean(by_weight, axis=0) - mean).mean() < 0.1 * wrong


def test_rows_of_weight_zero_are_absent():
    X, kept = table(200), np.arange(200) < 150
    y = classes(X)
    model = BoostedGAMClassifier(n_bags=2, max_rounds=10)
    first = model.fit(X, y, kept.astype(float)).decision_function(X)
    assert np.array_equal(first, model.fit(X[kept], y[kept]).decision_function(X))


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("max_leaves", [2, 4])
def test_monotone_columns_are_monotone_and_in_no_pair(sign, max_leaves):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3))
    y = sign * X[:, 0] + np.sin(5 * X[:, 0]) + X[:, 1] * X[:, 0]
    model = BoostedGAMRegressor(
        n_bags=2, max_leaves=max_leaves, monotonic_cst={0: sign}, max_rounds=40 if COMPILED else 6
    ).fit(X, y)
    steps = sign * np.diff(model.shape(0).values)
    assert steps.min() >= 0.0
    assert steps.max() > 0.0
    assert all(0 not in pair for pair in model.pairs_)
    free = BoostedGAMRegressor(n_bags=2, max_rounds=40 if COMPILED else 6).fit(X, y)
    assert (sign * np.diff(free.shape(0).values)).min() < 0.0


def test_missing_values_score_by_themselves_and_zero_where_none_was_seen():
    X = table(300)
    y = raw(X)
    X[:100, 0] = np.nan
    y[:100] += 5.0
    model = BoostedGAMRegressor(n_bags=2, max_rounds=60).fit(X, y)
    assert model.shape(0).missing_value > 2.0
    assert model.shape(1).missing_value == 0.0
    blank = np.full((1, 4), np.nan)
    for name, value in zip(model.term_names_, model.terms(blank).values[0], strict=True):
        assert (value == 0.0) == (name != "x0"), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_loaded_model_predicts_and_shows_the_same(kind, tmp_path):
    model, X = fitted(kind)
    model.save(tmp_path / "model.mxai")
    again = load(tmp_path / "model.mxai")
    assert np.array_equal(again.predict(X), model.predict(X))
    assert np.array_equal(again.n_rounds_, model.n_rounds_)
    assert np.array_equal(again.shape(0).values, model.shape(0).values)
    assert again.pairs_ == model.pairs_


def test_names_of_columns_lead_to_terms():
    pandas = pytest.importorskip("pandas")
    X = table(200)
    frame = pandas.DataFrame(X, columns=["age", "income", "rooms", "floor"])
    model = BoostedGAMRegressor(n_bags=1, n_pairs=1, max_rounds=30).fit(frame, raw(X))
    assert model.term_names_ == ("age", "income", "rooms", "floor", "income x rooms")
    assert model.pair("rooms", "income").names == ("rooms", "income")
    assert model.shape("age").name == "age"
    with pytest.raises(ParameterError, match=r"no column 'agee'.*Did you mean 'age'"):
        model.shape("agee")
    with pytest.raises(ParameterError, match="no pair of 'age' and 'floor': it has 'income x ro"):
        model.pair("age", "floor")
    with pytest.raises(ParameterError, match="index from 0 to 3, got 4"):
        model.shape(4)


def test_class_weights_weigh_rows():
    X = table(200)
    y = classes(X)
    model = BoostedGAMClassifier(n_bags=2, max_rounds=10, class_weight={0: 1.0, 1: 3.0}).fit(X, y)
    plain = BoostedGAMClassifier(n_bags=2, max_rounds=10).fit(X, y, np.where(y == 1, 3.0, 1.0))
    np.testing.assert_allclose(model.decision_function(X), plain.decision_function(X), atol=1e-10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_pairs": -1}, r"`n_pairs` must be an integer in \[0, inf\), got -1"),
        ({"n_bags": 0}, r"`n_bags` must be an integer in \[1, inf\), got 0"),
        ({"learning_rate": 0.0}, "`learning_rate`"),
        ({"validation_fraction": 1.0}, "`validation_fraction`"),
        ({"max_bins": 256}, "`max_bins`"),
        ({"max_pair_bins": 1}, "`max_pair_bins`"),
        ({"max_leaves": 1}, "`max_leaves`"),
        ({"min_samples_leaf": 0}, "`min_samples_leaf`"),
        ({"l2": -1.0}, "`l2`"),
        ({"min_gain": -1.0}, "`min_gain`"),
        ({"patience": 0}, "`patience`"),
        ({"max_rounds": 0}, "`max_rounds`"),
        ({"n_jobs": 0}, "`n_jobs`"),
        ({"random_state": -1}, "`random_state`"),
        ({"monotonic_cst": [1, 0]}, "each of 4 columns"),
        ({"monotonic_cst": {0: 2}}, "-1, 0 or 1, got 2"),
        ({"monotonic_cst": {"age": 1}}, "names 'age', which X does not have"),
    ],
)
def test_arguments_out_of_range_are_refused(options, message):
    X = table(30)
    with pytest.raises(ParameterError, match=message):
        BoostedGAMClassifier(**options).fit(X, classes(X))


def test_data_that_teach_nothing_are_refused_or_give_a_flat_model():
    X = table(40)
    with pytest.raises(DataError, match="at least 2 classes"):
        BoostedGAMClassifier().fit(X, np.zeros(40, dtype=int))
    with pytest.raises(DataError, match="at least 2 rows"):
        BoostedGAMRegressor().fit(X[:1], [1.0])
    flat = BoostedGAMRegressor(n_bags=2).fit(X, np.full(40, 7.0))
    assert np.array_equal(flat.predict(X), np.full(40, 7.0))
    X[:, 0] = 3.0
    X[:, 1] = np.nan
    model = BoostedGAMRegressor(n_bags=2, max_rounds=20).fit(X, raw(X))
    assert model.term_importances()["x0"] < 1e-12
    assert model.term_importances()["x1"] == 0.0
    assert len(model.shape(0).values) == len(model.shape(1).values) == 1
    few = BoostedGAMClassifier(min_samples_leaf=1).fit(X[:3], [0, 1, 1])  # fewer rows than bins
    assert np.isfinite(few.decision_function(X)).all()


def test_there_are_no_more_pairs_than_pairs_of_columns():
    X = table(200, 3)
    model = BoostedGAMRegressor(n_bags=1, n_pairs=50, max_rounds=10).fit(X, raw(X))
    assert 1 <= len(model.pairs_) <= 3
    assert BoostedGAMRegressor(n_bags=1, n_pairs=0, max_rounds=10).fit(X, raw(X)).pairs_ == []
    lonely = BoostedGAMRegressor(n_bags=1, max_rounds=10).fit(X[:, :1], raw(X))
    assert lonely.term_names_ == ("x0",)


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_a_target_of_any_size_is_learned(unit):
    X = table(100)
    y = raw(X)
    options = {"n_bags": 1, "max_rounds": 20}
    plain = BoostedGAMRegressor(**options).fit(X, y).predict(X)
    np.testing.assert_allclose(
        BoostedGAMRegressor(**options).fit(X, unit * y).predict(X) / unit, plain, rtol=1e-6
    )


@pytest.mark.peers
@compiled_only
def test_the_peer_ranks_rows_and_draws_shapes_alike():
    glassbox = pytest.importorskip("interpret.glassbox")
    metrics = pytest.importorskip("sklearn.metrics")
    X = table(3000, seed=4)
    y = classes(X)
    train = np.arange(3000) < 2000
    ours = BoostedGAMClassifier(n_bags=4, n_pairs=2).fit(X[train], y[train])
    theirs = glassbox.ExplainableBoostingClassifier(
        outer_bags=4, interactions=2, n_jobs=1, random_state=0
    ).fit(X[train], y[train])
    held = X[~train]
    scores = ours.decision_function(held), theirs.decision_function(held)
    auc = [metrics.roc_auc_score(y[~train], score) for score in scores]
    assert auc[0] > auc[1] - 0.005
    assert np.corrcoef(*scores)[0, 1] > 0.97
    assert ours.pairs_[0] == (1, 2)
    shape = theirs.eval_terms(held)[:, 0]
    assert np.corrcoef(ours.terms(held).values[:, 0], shape)[0, 1] > 0.95


def test_one_row_of_weight_is_not_enough():
    X, y = np.arange(6.0)[:, None], np.arange(6.0)
    with pytest.raises(DataError, match="at least 2 rows of positive weight, got 1"):
        BoostedGAMRegressor().fit(X, y, sample_weight=[1.0, 0, 0, 0, 0, 0])
