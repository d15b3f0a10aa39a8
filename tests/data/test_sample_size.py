"""Learning curves and the map of missing values."""

import time

import numpy as np
import pytest

from minixai.data import (
    Column,
    Table,
    cross_validate,
    learning_curve,
    make_shop,
    missing_map,
    random_folds,
)
from minixai.errors import DataError, ParameterError
from minixai.linear import LinearRegression

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 6))
Y = X @ np.arange(6.0) + RNG.normal(size=120)


def test_the_last_size_is_the_cross_validation():
    found = learning_curve(LinearRegression(), X, Y, sizes=[0.2, 1.0])
    whole = cross_validate(LinearRegression(), X, Y, with_train_scores=True)
    np.testing.assert_array_equal(found.n_train, [19, 96])
    np.testing.assert_allclose(found.test_scores[-1], whole.scores, rtol=1e-9)
    np.testing.assert_allclose(found.train_scores[-1], whole.train_scores, rtol=1e-9)
    assert found.metric.name == whole.metric.name
    np.testing.assert_allclose(found.test_mean[-1], whole.mean)
    assert found.test_scores.shape == (2, 5)


def test_training_scores_are_of_the_rows_fitted_on():
    folds = random_folds(120, 4, 3)
    found = cross_validate(LinearRegression(), X, Y, splits=folds, with_train_scores=True)
    by_hand = [LinearRegression().fit(X[a], Y[a]).score(X[a], Y[a]) for a, _ in folds]
    np.testing.assert_allclose(found.train_scores, by_hand, rtol=1e-12)
    assert cross_validate(LinearRegression(), X, Y).train_scores is None


class Spy(LinearRegression):
    seen: list = []  # noqa: RUF012

    def fit(self, X, y):
        Spy.seen.append(np.asarray(X)[:, 0].copy())
        return super().fit(X, y)


def test_each_size_contains_the_smaller_ones_and_no_held_out_row():
    Spy.seen = []
    folds = random_folds(120, 3, 0)
    learning_curve(Spy(), X, Y, sizes=[10, 30, 1.0], splits=folds)
    small, middle, large = Spy.seen[:3], Spy.seen[3:6], Spy.seen[6:]
    for k, (train, test) in enumerate(folds):
        assert set(small[k]) < set(middle[k]) < set(large[k]) == set(X[train, 0])
        assert not set(large[k]) & set(X[test, 0])
        assert len(small[k]) == 10


def test_every_beginning_has_the_shares_of_the_classes():
    labels = np.where(np.arange(400) < 40, "rare", "often")
    kept = []

    class Counter:
        _estimator_type = "classifier"

        def get_params(self, deep=True):
            return {}

        def fit(self, X, y):
            kept.append(float((y == "rare").mean()))
            self.classes_ = np.unique(y)
            return self

        def predict(self, X):
            return np.full(len(X), "often")

        def score(self, X, y):
            return float((y == "often").mean())

    learning_curve(Counter(), RNG.normal(size=(400, 2)), labels, sizes=[20, 50], metric="accuracy")
    np.testing.assert_allclose(kept, 0.1, atol=0.02)


def test_a_table_and_threads_and_seeds():
    pytest.importorskip("pandas")
    table = make_shop(n_users=30, n_items=20, n_rows=200).table
    one = learning_curve(LinearRegression(), table, sizes=[0.5, 1.0], splits=3)
    two = learning_curve(LinearRegression(), table, sizes=[0.5, 1.0], splits=3, n_jobs=2)
    np.testing.assert_array_equal(one.test_scores, two.test_scores)
    np.testing.assert_array_equal(one.train_scores, two.train_scores)
    again = learning_curve(LinearRegression(), X, Y, sizes=[20], random_state=1)
    first = learning_curve(LinearRegression(), X, Y, sizes=[20])
    assert (first.test_scores != again.test_scores).any()


@pytest.mark.parametrize("sizes", [[0.0], [1.5], [0], [97], [True], ["a"], []])
def test_sizes_out_of_range(sizes):
    with pytest.raises(ParameterError, match="sizes"):
        learning_curve(LinearRegression(), X, Y, sizes=sizes)


def test_a_target_that_is_not_there():
    with pytest.raises(DataError, match="one value a row"):
        learning_curve(LinearRegression(), X)


def test_shares_missing_are_those_of_a_loop():
    values = RNG.normal(size=(107, 3))
    values[RNG.random(values.shape) < 0.3] = np.nan
    found = missing_map(values, n_blocks=10)
    assert found.names == ("x0", "x1", "x2")
    assert (found.n_rows, len(found.edges)) == (107, 11)
    np.testing.assert_allclose(found.share, np.isnan(values).mean(axis=0))
    assert set(np.diff(found.edges)) == {10, 11}
    for b in range(10):
        block = np.isnan(values[found.edges[b] : found.edges[b + 1]])
        np.testing.assert_allclose(found.block_share[:, b], block.mean(axis=0))


def test_every_form_of_table_and_of_missing():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "number": [1.0, None, 2.0],
            "text": ["a", None, "b"],
            "whole": pandas.array([1, None, 3], dtype="Int64"),
            "date": pandas.to_datetime(["2020-01-01", None, "2020-01-02"]),
        }
    )
    shares = [1 / 3] * 4
    np.testing.assert_allclose(missing_map(frame).share, shares)
    named = {name: frame[name] for name in frame}
    np.testing.assert_allclose(missing_map(named).share, shares)
    np.testing.assert_allclose(missing_map(frame.to_numpy(dtype=object)).share, shares)
    coded = Column("c", "categorical", np.array([0, -1, 0]), np.array(["x"]))
    multi = Column("m", "multi", np.array([0]), np.array(["x"]), np.array([0, 1, 1, 1]))
    table = Table({"c": coded, "m": multi})
    np.testing.assert_allclose(missing_map(table).share, [1 / 3, 2 / 3])
    assert missing_map({"n": [1, 2, 3], "b": [True, False, True]}).share.tolist() == [0, 0]


def test_fewer_rows_than_blocks_and_no_rows():
    assert missing_map([[1.0, np.nan]]).block_share.tolist() == [[0.0], [1.0]]
    for empty in (np.empty((0, 2)), np.empty((2, 0)), {}, [1.0, 2.0], {"a": [1], "b": [1, 2]}):
        with pytest.raises(DataError):
            missing_map(empty)
    with pytest.raises(ParameterError, match="n_blocks"):
        missing_map([[1.0]], n_blocks=0)


def test_a_million_rows_stay_fast():
    values = np.zeros((1_000_000, 10))
    values[::7] = np.nan
    start = time.perf_counter()
    found = missing_map(values)
    assert time.perf_counter() - start < 5.0
    assert found.block_share.shape == (10, 100)
