"""Behaviour features: equal to loops over the past, and blind to the present and the future."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minixai
from minixai.data import BehaviourFeatures, Column, Table
from minixai.errors import DataError, ParameterError
from tests.reference import behaviour as reference

LEVELS = np.array(["a", "b", "c"])


def log_of(rows):
    """A Table of (user, time, value, labels) rows."""
    users, times, values, labels = zip(*rows, strict=True)
    indptr = np.concatenate([[0], np.cumsum([len(each) for each in labels])]).astype(np.int64)
    flat = np.array([code for each in labels for code in sorted(each)], dtype=np.int64)
    numbers = np.array([np.nan if v is None else v for v in values], dtype=float)
    return Table(
        {
            "user": Column("user", "id", np.array(users, np.int64), np.arange(9)),
            "time": Column("time", "numeric", np.array(times, float)),
            "value": Column("value", "numeric", numbers),
            "tags": Column("tags", "multi", flat, LEVELS, indptr),
        }
    )


ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 6),
        st.one_of(st.none(), st.integers(-3, 3).map(float)),
        st.sets(st.integers(0, 2), max_size=3),
    ),
    min_size=1,
    max_size=14,
)


def maker(**options):
    given = {"entities": ["user"], "time": "time", "value": "value", "categories": ["tags"]}
    return BehaviourFeatures(**{**given, **options})


@given(rows=ROWS, asked=ROWS, smoothing=st.sampled_from([0.0, 2.0]))
def test_equals_the_loops(rows, asked, smoothing):
    made = maker(smoothing=smoothing).fit(log_of(rows))
    levels = made._labels["tags"]
    keys = ("user", "time", "value", "tags")
    log = [dict(zip(keys, row, strict=True)) for row in rows]
    for each in log:
        each["tags"] = {LEVELS[code] for code in each["tags"]}
    found = made.transform(log_of(asked))
    assert found.shape == (len(asked), 3 + len(levels))
    for row, values in zip(asked, found, strict=True):
        expected = reference.features(
            log, dict(zip(keys, row, strict=True)), "user", "time", "value", "tags", levels,
            smoothing,
        )  # fmt: skip
        np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


@given(rows=ROWS, data=st.data())
def test_blind_to_the_present_and_the_future(rows, data):
    """Whatever happens from a row's moment on, itself included, changes nothing of it."""
    chosen = data.draw(st.integers(0, len(rows) - 1))
    now = rows[chosen][1]
    changed = [
        row if row[1] < now else (row[0], row[1] + (index % 3), 99.0, {0})
        for index, row in enumerate(rows)
    ]
    changed[chosen] = (rows[chosen][0], now, -50.0, {1})
    first = _features_with_all_labels(rows, rows[chosen])
    second = _features_with_all_labels(changed, rows[chosen])
    assert first.tobytes() == second.tobytes()


def test_later_rows_of_any_size_change_no_earlier_one_by_a_bit():
    rng = np.random.default_rng(0)
    rows = [(int(u), t, float(v), {0}) for t, (u, v) in enumerate(rng.normal(size=(40, 2)) // 0.1)]
    rows = [(abs(u) % 4, t, v, tags) for u, t, v, tags in rows]
    before = maker().fit(log_of(rows)).transform(log_of(rows))
    later = [(user, 100, 1e17 / 3, {0}) for user in range(4)]
    after = maker().fit(log_of([*rows, *later])).transform(log_of(rows))
    assert before.tobytes() == after.tobytes()


def _features_with_all_labels(rows, row):
    """Features of one row by a log to which every label belongs, far in the future."""
    future = [(8, 100, None, {0, 1, 2})]
    began = [(8, -1, None, set())]  # so that the log begins where it did
    made = maker(max_labels=3).fit(log_of([*began, *rows, *future]))
    return made.transform(log_of([row]))[0]


def test_a_row_is_told_by_its_own_past_alone():
    rows = [
        (0, 0, 1.0, {0}),
        (0, 1, 3.0, {1}),
        (1, 1, 5.0, {0}),
        (0, 2, 2.0, {2}),
        (2, 2, 1.0, {0}),
    ]
    alone = maker().fit(log_of(rows))
    together = alone.transform(log_of(rows))
    for index, row in enumerate(rows):
        np.testing.assert_array_equal(alone.transform(log_of([row]))[0], together[index])


def test_names_groups_and_columns_beside_the_others():
    rows = [(0, 0, 1.0, {0}), (0, 1, 3.0, {1}), (1, 1, 5.0, {0})]
    made = maker().fit(log_of(rows))
    assert made.groups == {
        "user": [
            "user:past_log_count", "user:recency", "user:past_value",
            "user:past_share[tags=a]", "user:past_share[tags=b]",
        ]
    }  # fmt: skip
    wider = made.add_to(log_of(rows))
    assert wider.column("user:past_log_count").values[1] == pytest.approx(np.log(2))
    assert wider.n_rows == 3


def test_ids_that_are_new_and_missing():
    made = maker().fit(log_of([(0, 0, 1.0, {0}), (1, 1, 3.0, {1})]))
    found = made.transform(log_of([(7, 5, None, set()), (-1, 5, None, set())]))
    np.testing.assert_array_equal(found[:, 0], 0.0)
    np.testing.assert_array_equal(found[:, 1], 5.0)
    np.testing.assert_array_equal(found[:, 2], 0.0)


def test_rows_without_a_user_have_no_history_of_strangers():
    log = log_of([(-1, 0, 1.0, {0}), (-1, 1, 3.0, {0}), (0, 1, 5.0, {0})])
    found = maker().fit(log).transform(log)
    np.testing.assert_array_equal(found[:, 0], 0.0)
    np.testing.assert_array_equal(found[:2, 3], 0.0)


def test_comes_back_from_a_file(tmp_path):
    rows = [(0, 0, 1.0, {0}), (0, 1, 3.0, {1}), (1, 1, None, {0})]
    made = maker().fit(log_of(rows))
    made.save(tmp_path / "made.mxai")
    back = minixai.load(tmp_path / "made.mxai")
    assert np.array_equal(back.transform(log_of(rows)), made.transform(log_of(rows)))
    assert list(back.get_feature_names_out()) == list(made.get_feature_names_out())


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"entities": "user"}, ParameterError, "list of columns"),
        ({"entities": []}, ParameterError, "list of columns"),
        ({"entities": ["usr"]}, DataError, "'usr'"),
        ({"entities": ["tags"]}, DataError, "several labels a row"),
        ({"time": "user"}, DataError, "numbers or dates"),
        ({"value": "tags"}, DataError, "numbers or dates"),
        ({"categories": ["value"]}, DataError, "labels are needed"),
        ({"smoothing": -1.0}, ParameterError, "smoothing"),
        ({"max_labels": 0}, ParameterError, "max_labels"),
    ],
)
def test_wrong_arguments(options, error, message):
    with pytest.raises(error, match=message):
        maker(**options).fit(log_of([(0, 0, 1.0, {0})]))


def test_a_missing_time_is_named():
    table = log_of([(0, 0, 1.0, {0}), (0, np.nan, 1.0, {0})])
    with pytest.raises(DataError, match="no time in row 1"):
        maker().fit(table)
