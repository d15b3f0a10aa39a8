"""Folds: who is held out when, and that nothing of the future or of a group is learned."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import (
    grouped_folds,
    last_out_folds,
    random_folds,
    stratified_folds,
    time_folds,
    train_test_split,
)
from minixai.errors import DataError, ParameterError


def check_each_row_is_held_out_once(folds, n):
    assert np.array_equal(np.sort(np.concatenate([test for _, test in folds])), np.arange(n))
    for train, test in folds:
        assert np.array_equal(np.sort(np.concatenate([train, test])), np.arange(n))
        assert (np.diff(train) > 0).all()
        assert (np.diff(test) > 0).all()


@given(n=st.integers(2, 40), k=st.integers(2, 6), seed=st.integers(0, 9))
def test_random_folds_are_even(n, k, seed):
    if n < k:
        with pytest.raises(DataError, match="as many rows"):
            random_folds(n, k, seed)
        return
    folds = random_folds(n, k, seed)
    check_each_row_is_held_out_once(folds, n)
    sizes = [len(test) for _, test in folds]
    assert max(sizes) - min(sizes) <= 1


@given(labels=st.lists(st.sampled_from("abc"), min_size=6, max_size=40), seed=st.integers(0, 9))
def test_stratified_folds_share_the_classes(labels, seed):
    y = np.array(labels)
    folds = stratified_folds(y, 3, seed)
    check_each_row_is_held_out_once(folds, len(y))
    for label in set(labels):
        counts = [np.count_nonzero(y[test] == label) for _, test in folds]
        assert max(counts) - min(counts) <= 1


def test_stratified_folds_of_numbers_share_the_tenths():
    y = np.random.default_rng(0).normal(size=200)
    for _, test in stratified_folds(y, 4):
        assert abs(y[test].mean() - y.mean()) < 0.1
        assert np.count_nonzero(y[test] > np.quantile(y, 0.9)) == 5


@given(groups=st.lists(st.integers(0, 6), min_size=8, max_size=40), seed=st.integers(0, 9))
def test_grouped_folds_never_split_a_group(groups, seed):
    g = np.array(groups)
    if len(set(groups)) < 3:
        with pytest.raises(DataError, match="as many groups"):
            grouped_folds(g, 3, seed)
        return
    folds = grouped_folds(g, 3, seed)
    check_each_row_is_held_out_once(folds, len(g))
    for train, test in folds:
        assert not set(g[train]) & set(g[test])


def test_grouped_folds_are_even_where_they_can_be():
    groups = np.repeat(np.arange(20), 5)
    assert [len(test) for _, test in grouped_folds(groups, 4)] == [25] * 4
    assert len({tuple(grouped_folds(groups, 4, seed)[0][1]) for seed in range(5)}) > 1


@given(times=st.lists(st.integers(0, 12), min_size=5, max_size=40), k=st.integers(1, 4))
def test_time_folds_learn_the_past_alone(times, k):
    t = np.array(times)
    if len(set(times)) <= k:
        with pytest.raises(DataError, match="different moments"):
            time_folds(t, k)
        return
    folds = time_folds(t, k)
    assert len(folds) == k
    for number, (train, test) in enumerate(folds):
        assert len(train) > 0
        assert len(test) > 0
        assert t[train].max() < t[test].min()
        assert set(train) == set(np.flatnonzero(t < t[test].min()))
        if number:
            assert t[folds[number - 1][1]].max() < t[test].min()
    assert t[folds[-1][1]].max() == t.max()


def test_time_folds_take_dates_and_even_stretches():
    dates = np.datetime64("2020-01-01") + np.arange(60)
    folds = time_folds(dates, 5)
    assert [(len(train), len(test)) for train, test in folds] == [
        (10, 10), (20, 10), (30, 10), (40, 10), (50, 10),
    ]  # fmt: skip


def test_last_out_folds_hold_out_one_row_a_user():
    users = np.array(["u", "v", "u", "u", "w", "v"])
    times = np.array([1, 5, 9, 4, 2, 3])
    (train, test), (before, previous) = last_out_folds(users, times, 2)
    assert set(test) == {1, 2}  # w has one row: nothing would be left to know it by
    assert set(train) == {0, 3, 4, 5}
    assert set(previous) == {3}
    assert set(before) == {0, 1, 4, 5}  # of v too little is left to hold out another
    with pytest.raises(DataError, match="No group has more than 3 rows"):
        last_out_folds(users, times, 3)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=4, max_size=30))
def test_last_out_folds_learn_only_what_came_before(rows):
    users, times = np.array(rows).T
    if np.bincount(users).max() < 2:
        return
    ((train, test),) = last_out_folds(users, times)
    assert len(set(users[test])) == len(test)
    for row in test:
        assert (times[train][users[train] == users[row]] <= times[row]).all()
        assert (
            np.count_nonzero(users[train] == users[row])
            == np.count_nonzero(users == users[row]) - 1
        )


def test_ranges_are_checked():
    with pytest.raises(ParameterError, match="n_folds"):
        random_folds(10, 1)
    with pytest.raises(ParameterError, match="n_folds"):
        time_folds(np.arange(9), 0)


@pytest.mark.parametrize("gap", [None, np.nan])
def test_rows_without_a_group_or_a_time_are_named(gap):
    groups = np.array(["a", "a", "b", gap], dtype=object)
    times = np.array([1.0, 2.0, 3.0, np.nan])
    for call in (
        lambda: grouped_folds(groups, 2),
        lambda: last_out_folds(groups, np.arange(4)),
        lambda: last_out_folds(["a", "a", "b", "b"], times),
        lambda: time_folds(times, 2),
        lambda: stratified_folds(groups, 2),
        lambda: train_test_split(np.arange(4), groups=groups),
        lambda: train_test_split(np.arange(4), time=times),
        lambda: train_test_split(np.arange(4), stratify=groups),
    ):
        with pytest.raises(DataError, match="is missing in row 3"):
            call()
    with pytest.raises(DataError, match="no label with a row to spare"):
        train_test_split(np.arange(3), stratify=["a", "b", "c"])
