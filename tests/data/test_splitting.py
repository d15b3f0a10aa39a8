"""Splits: every row once, shares, classes, users."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import (
    Column,
    Table,
    split_by_time,
    split_by_user,
    split_last_out,
    split_random,
    split_stratified,
    train_test_split,
)
from minixai.errors import DataError, ParameterError

pandas = pytest.importorskip("pandas")


def table(n=40, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.3).astype(float)
    y[:2] = [0.0, 1.0]
    columns = {
        "user_id": Column("user_id", "id", rng.integers(0, 7, n), np.arange(7)),
        "x": Column("x", "numeric", np.arange(n, dtype=float)),
        "y": Column("y", "numeric", y),
    }
    return Table(columns).with_target("y")


@given(st.integers(2, 60), st.floats(0.01, 0.99), st.integers(0, 9))
def test_each_row_lies_in_one_part(n, share, seed):
    split = split_random(table(n), share, seed)
    both = np.concatenate([split.train_rows, split.test_rows])
    assert sorted(both) == list(range(n))
    assert min(split.train.n_rows, split.test.n_rows) >= 1
    assert list(split.test.column("x").values) == list(split.test_rows)
    assert abs(split.test.n_rows - n * share) <= 1.0


def test_the_seed_decides():
    parts = [
        split_random(table(), random_state=seed).test_rows.tolist() for seed in (0, 0, None, 1)
    ]
    assert parts[0] == parts[1] == parts[2] != parts[3]


@given(st.integers(10, 80), st.sampled_from([0.2, 0.35, 0.5]), st.integers(0, 9))
def test_classes_keep_their_share(n, share, seed):
    whole = table(n, seed)
    split = split_stratified(whole, share, seed)
    for label in (0, 1):
        wanted = share * (whole.y == label).sum()
        assert abs((split.test.y == label).sum() - wanted) <= 1.0
    assert set(split.train.y) == {0, 1}
    both = np.concatenate([split.train_rows, split.test_rows])
    assert sorted(both) == list(range(n))


def test_a_number_is_stratified_by_tenths():
    whole = table(200).with_target("x")
    split = split_stratified(whole, 0.2, 0)
    for tenth in range(10):
        inside = (split.test.y >= 20 * tenth) & (split.test.y < 20 * (tenth + 1))
        assert abs(inside.sum() - 4) <= 1


def test_a_class_of_one_row_stays_in_training():
    labels = Column("y", "categorical", np.array([0] * 9 + [1]), np.array(["a", "b"]))
    split = split_stratified(Table({"y": labels}).with_target("y"), 0.3, 0)
    assert "b" in split.train.y
    with pytest.raises(DataError, match="larger share"):
        split_stratified(table(10), 0.01)


def test_no_user_is_in_both_parts():
    split = split_by_user(table(60), test_share=0.3)
    train, test = (set(part.column("user_id").labels()) for part in (split.train, split.test))
    assert train.isdisjoint(test)
    assert len(test) == 2
    assert split.train.n_rows + split.test.n_rows == 60


def test_what_cannot_be_split():
    with pytest.raises(DataError, match="1 row"):
        split_random(table().take([0]))
    with pytest.raises(ParameterError, match="test_share"):
        split_random(table(), 1.0)
    with pytest.raises(DataError, match="Did you mean 'user_id'"):
        split_by_user(table(), "user")
    one = table().take(table().column("user_id").values == 3)
    with pytest.raises(DataError, match="one user"):
        split_by_user(one)
    tags = Column("t", "multi", np.array([0, 0]), np.array(["a"]), np.array([0, 1, 2]))
    with pytest.raises(DataError, match="several labels"):
        split_by_user(Table({"t": tags}), "t")


def log(n=60):
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {
            "user_id": rng.integers(0, 9, n),
            "when": rng.integers(0, 20, n).astype(float),
            "x": rng.normal(size=n),
            "y": rng.normal(size=n),
        }
    )
    return Table.from_frame(frame, target="y")


def test_last_out_tests_the_last_row_of_each_user():
    table = log()
    split = split_last_out(table, time="when")
    users, when = table.column("user_id").values, table.column("when").values
    assert len(set(users[split.test_rows])) == len(split.test_rows) == len(set(users))
    for row in split.test_rows:
        mine = split.train_rows[users[split.train_rows] == users[row]]
        assert (when[mine] <= when[row]).all()
    by_order = split_last_out(table)
    for row in by_order.test_rows:
        assert row == np.flatnonzero(users == users[row]).max()


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5, 0.97])
def test_by_time_learns_nothing_of_the_future(share):
    table = log()
    split = split_by_time(table, "when", share)
    when = table.column("when").values
    assert when[split.train_rows].max() < when[split.test_rows].min()
    assert len(split.test_rows) + len(split.train_rows) == 60
    assert len(split.test_rows) >= 60 * min(share, 0.9) - 1


def test_times_must_be_there():
    table = log()
    frame = table.to_frame()
    frame.loc[3, "when"] = np.nan
    with pytest.raises(DataError, match="no time in row 3"):
        split_by_time(Table.from_frame(frame, target="y"), "when")
    frame["when"] = 1.0
    with pytest.raises(DataError, match="one moment"):
        split_by_time(Table.from_frame(frame, target="y"), "when")


def test_arrays_frames_and_tables_are_split_alike():
    X, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    frame = pandas.DataFrame(X, index=list("abcdefghij"))
    table = log(10)
    parts = train_test_split(X, y, frame, table, test_size=0.3, random_state=1)
    X_train, X_test, y_train, y_test, f_train, f_test, t_train, t_test = parts
    assert np.array_equal(np.sort(np.concatenate([y_train, y_test])), y)
    assert len(y_test) == 3
    assert (np.diff(y_test) > 0).all()
    assert np.array_equal(X_train, X[y_train])
    assert np.array_equal(X_test, X[y_test])
    assert list(f_test.index) == [list("abcdefghij")[i] for i in y_test]
    assert len(f_train) == t_train.n_rows == 7
    assert np.array_equal(t_test.y, table.y[y_test])
    assert [len(part) for part in train_test_split(y, test_size=4)] == [6, 4]


def test_labels_groups_and_times_are_kept_apart():
    y = np.repeat(["a", "b"], [80, 20])
    train, test = train_test_split(y, test_size=0.25, stratify=y)
    assert [np.count_nonzero(test == label) for label in "ab"] == [20, 5]
    groups = np.repeat(np.arange(10), 10)
    train, test = train_test_split(groups, test_size=0.3, groups=groups)
    assert len(set(test)) == 3
    assert not set(train) & set(test)
    times = np.random.default_rng(0).integers(0, 30, 100)
    train, test = train_test_split(times, time=times)
    assert train.max() < test.min()
    assert len(test) >= 20


@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [
        ((np.ones(4), np.ones(5)), {}, DataError, "same number of rows"),
        ((), {}, DataError, "same number of rows"),
        ((np.ones(1),), {}, DataError, "at least 2"),
        ((np.ones(4),), {"test_size": 4}, ParameterError, "test_size"),
        ((np.ones(4),), {"test_size": 1.0}, ParameterError, "test_size"),
        ((np.ones(4),), {"groups": [1, 1, 2]}, DataError, "shape"),
        ((np.ones(4),), {"groups": [1, 1, 1, 1]}, DataError, "There is 1"),
        ((np.ones(4),), {"time": [1, 1, 1, 1]}, DataError, "one moment"),
        ((np.ones(2),), {"groups": [1, 2], "time": [1, 2]}, ParameterError, "Give one of"),
    ],
)
def test_arrays_that_cannot_be_split(arrays, options, error, message):
    with pytest.raises(error, match=message):
        train_test_split(*arrays, **options)
