"""Parts of moments: pandas' calendar, circles, ages, gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Column, DatetimeEncoder, Table
from minixai.data.calendar_encoding import PARTS
from minixai.errors import DataError, DataTypeError, ParameterError

SECONDS = st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=12)


def table(seconds):
    return Table({"when": Column("when", "datetime", np.array(seconds, dtype=np.float64))})


@given(SECONDS)
def test_parts_are_pandas_parts(seconds):
    pandas = pytest.importorskip("pandas")
    when = pandas.Series(np.array(seconds).astype("datetime64[s]")).dt
    expected = {
        "week": when.isocalendar().week,
        "weekday": when.day_of_week,
        "weekend": when.day_of_week >= 5,
    }
    encoder = DatetimeEncoder(tuple(PARTS), drop_constant=False)
    made = encoder.fit_transform(table(seconds))
    for k, part in enumerate(PARTS):
        known = expected[part] if part in expected else getattr(when, part)
        assert made[:, k].tolist() == known.astype(float).tolist(), part
    assert encoder.transform(table(seconds[-1:])).tolist() == made[-1:].tolist()


@given(SECONDS)
def test_circles_have_radius_one_and_ages_are_days(seconds):
    parts = (
        "month_cycle",
        "day_of_year_cycle",
        "weekday_cycle",
        "hour_cycle",
        "minute_cycle",
        "age",
    )
    made = DatetimeEncoder(parts, drop_constant=False).fit_transform(table(seconds))
    np.testing.assert_allclose(made[:, 0:10:2] ** 2 + made[:, 1:10:2] ** 2, 1.0, atol=1e-12)
    np.testing.assert_allclose(
        made[:, 10], (max(seconds) - np.array(seconds)) / 86400.0, rtol=1e-12
    )


def test_fractions_of_seconds_belong_to_the_second_before():
    parts = ("year", "second", "minute")
    made = DatetimeEncoder(parts, drop_constant=False).fit_transform(table([-0.5, 59.75]))
    assert made.tolist() == [[1969, 59, 59], [1970, 59, 0]]


def test_december_stands_beside_january():
    made = DatetimeEncoder(("month_cycle",)).fit_transform(
        [[f"2020-{m:02}-01"] for m in range(1, 13)]
    )
    gaps = np.linalg.norm(made - np.roll(made, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 2 * np.sin(np.pi / 12), atol=1e-12)
    np.testing.assert_allclose(made[0], [0.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(made[3], [1.0, 0.0], atol=1e-12)


def test_all_containers_say_the_same():
    pandas = pytest.importorskip("pandas")
    text = ["2020-01-31 10:20:30", None, "1999-12-01 00:00:00"]
    moments = np.array(["2020-01-31T10:20:30", "NaT", "1999-12-01"], dtype="datetime64[s]")
    frame = pandas.DataFrame({"when": moments})
    made = DatetimeEncoder().fit_transform(frame)
    given_objects = np.array([frame["when"].astype(object).tolist()], dtype=object).T
    for other in (
        Table.from_frame(frame),
        np.array([text], dtype=object).T,
        moments[:, None],
        given_objects,
        frame.assign(when=frame["when"].dt.tz_localize("Europe/Oslo")),
        np.array([[1580466030.0], [np.nan], [944006400.0]]),
    ):
        np.testing.assert_allclose(DatetimeEncoder().fit_transform(other), made, rtol=1e-12)
    names = list(DatetimeEncoder().fit(frame).get_feature_names_out())
    assert names[:3] == ["when:year", "when:month_sin", "when:month_cos"]
    assert names[-2:] == ["when:age", "when=(missing)"]


def test_gaps_have_the_mean_and_an_indicator_if_training_had_gaps():
    made = DatetimeEncoder(("year", "age")).fit_transform([["2020-01-01"], ["2022-01-01"], [None]])
    assert made.tolist() == [[2020, 731, 0], [2022, 0, 0], [2021, 365.5, 1]]
    encoder = DatetimeEncoder(("year",)).fit([["2020-01-01"], ["2022-01-01"]])
    assert encoder.transform([[None]]).tolist() == [[2021]]
    only_gaps = DatetimeEncoder().fit([[None], [None]])
    assert list(only_gaps.get_feature_names_out()) == ["x0=(missing)"]


def test_constant_parts_are_left_out_unless_asked_for():
    bare = [["2020-01-01"], ["2020-07-01"]]
    parts = ("year", "month", "month_cycle", "hour", "hour_cycle")
    encoder = DatetimeEncoder(parts).fit(bare)
    assert list(encoder.get_feature_names_out()) == ["x0:month", "x0:month_cos"]
    later = encoder.transform([["2021-04-01 05:00"]])
    np.testing.assert_allclose(later, [[4.0, 0.0]], atol=1e-12)
    assert DatetimeEncoder(parts, drop_constant=False).fit(bare).transform(bare).shape == (2, 7)
    assert DatetimeEncoder().fit_transform([["2020-01-01"]]).shape == (1, 0)


@pytest.mark.parametrize("reference", ["2020-01-03", np.datetime64("2020-01-03"), 1578009600])
def test_a_reference_may_be_given(tmp_path, reference):
    import minixai

    encoder = DatetimeEncoder(("age",), reference).fit([["2020-01-01"], ["2020-01-04 12:00"]])
    assert encoder.transform([["2020-01-01"], ["2020-01-04 12:00"]]).tolist() == [[2.0], [-1.5]]
    encoder.save(tmp_path / "dates")
    back = minixai.load(tmp_path / "dates")
    assert back.transform([["2020-01-01"]]).tolist() == [[2.0]]
    assert back.fit([["2020-01-01"], ["2020-01-02"]]).reference_.tolist() == [1578009600.0]


def test_a_latest_moment_is_learned_from_training_alone():
    encoder = DatetimeEncoder(("age",)).fit([["2020-01-01"], ["2020-01-03"]])
    assert encoder.transform([["2020-01-05"]]).tolist() == [[-2.0]]


def test_bad_input():
    with pytest.raises(ParameterError, match="Did you mean 'month'"):
        DatetimeEncoder(("mnth",)).fit([["2020-01-01"]])
    with pytest.raises(ParameterError, match="`parts` must differ"):
        DatetimeEncoder(("year", "year")).fit([["2020-01-01"]])
    with pytest.raises(ParameterError, match="`parts` must be a list"):
        DatetimeEncoder("year").fit([["2020-01-01"]])
    with pytest.raises(ParameterError, match="`reference` must be a moment"):
        DatetimeEncoder(reference="soon").fit([["2020-01-01"]])
    with pytest.raises(ParameterError, match="`drop_constant` must be True or False"):
        DatetimeEncoder(drop_constant=1).fit([["2020-01-01"]])
    with pytest.raises(DataTypeError, match="'x0', row 1: 'soon' is no date"):
        DatetimeEncoder().fit([["2020-01-01"], ["soon"]])
    with pytest.raises(DataError, match="row 0: 1577836800000 is beyond the year 5138"):
        DatetimeEncoder().fit([[1577836800000]])
