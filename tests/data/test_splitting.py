"""Splits: every row once, shares, classes, users."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Column, Table, split_by_user, split_random, split_stratified
from minixai.errors import DataError, ParameterError


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
