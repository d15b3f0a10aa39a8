"""Numbers, truth values and dates written as text: read right, or refused by row and column."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Column, Table
from minixai.data.cell_reading import read_moments, read_numbers
from minixai.data.kind_conversion import as_kind, label_texts
from minixai.errors import DataError, DataTypeError

pandas = pytest.importorskip("pandas")


def column(cells, kind=None, name="x"):
    kinds = None if kind is None else {name: kind}
    return Table.from_frame(pandas.DataFrame({name: cells}), kinds=kinds).column(name)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,234", "-12,345.5", "7"], [1234.0, -12345.5, 7.0]),
        (["12%", "0", "1,250.5 %"], [0.12, 0.0, 12.505]),
        (["+1e3", " 2", "?"], [1000.0, 2.0, np.nan]),
        ([True, 2, 3.5], [1.0, 2.0, 3.5]),
    ],
)
def test_numbers_written_as_text(cells, expected):
    found = column(cells)
    assert found.kind == "numeric"
    np.testing.assert_allclose(found.values, expected, rtol=1e-15)


@pytest.mark.parametrize(
    "cells",
    [["1,23", "4"], ["1,2345", "4"], ["$5", "6"], ["1_000", "2"], ["5%%", "1%"], ["inf", "1"]],
)
def test_what_is_no_number_stays_a_label(cells):
    assert column(cells).kind == "categorical"
    assert column(cells).labels().tolist() == cells


def test_percentages_among_numbers_are_refused_by_row_and_column():
    with pytest.raises(DataError, match=r"'x' mixes .* row 1 holds '3', row 2 '12%'") as caught:
        column(["0", "3", "12%"])
    assert "\n" not in str(caught.value)
    assert column(["0", "3", "12%"], "categorical").labels().tolist() == ["0", "3", "12%"]


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=6))
def test_thousands_are_read_back(numbers):
    assert read_numbers("x", [f"{n:,}" for n in numbers], int) == [float(n) for n in numbers]


def test_mixed_types_are_labels_as_written():
    assert column([1, "a", 2.5, None]).labels().tolist() == ["1", "a", "2.5", None]
    assert column([1, "a", 2.5]).kind == "categorical"


WRITTEN = {
    "iso": "%Y-%m-%d",
    "iso with a clock": "%Y-%m-%d %H:%M:%S",
    "iso with a T and a zone": "%Y-%m-%dT%H:%M:%S+02:00",
    "slashes, year first": "%Y/%m/%d",
    "dots": "%d.%m.%Y",
    "slashes, day first": "%d/%m/%Y %H:%M",
    "slashes, month first": "%m/%d/%Y",
}


@pytest.mark.parametrize("form", WRITTEN)
def test_dates_in_text_are_pandas_dates(form):
    moments = pandas.date_range("1899-12-29 23:59:58", periods=40, freq="997h")
    text = moments.strftime(WRITTEN[form])
    found = column([*text, None])
    expected = pandas.to_datetime(text, format=WRITTEN[form])
    assert found.kind == "datetime"
    assert np.isnan(found.values[-1])
    wall = expected.tz_localize(None) if expected.tz is not None else expected
    assert (found.moments()[:-1] == wall.to_numpy().astype("datetime64[us]")).all()


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (["2020-01-31", "?", "31.01.2020"], "row 0 holds '2020-01-31', row 2 '31.01.2020'"),
        (["2020-01-31", "2020/01/31"], "row 0 .* row 1"),
        (
            ["31/01/2020", "01/02/2020", "01/31/2020"],
            "row 0 holds '31/01/2020', row 2 '01/31/2020'",
        ),
    ],
)
def test_two_date_formats_are_refused_by_row_and_column(cells, rows):
    with pytest.raises(DataError, match=f"'x' holds dates in two formats: {rows}") as caught:
        column(cells)
    assert "\n" not in str(caught.value)
    assert column(cells, "categorical").kind == "categorical"


def test_dates_that_no_row_tells_or_no_calendar_has_stay_labels():
    for cells in (["01/02/2020", "03/04/2020"], ["2020-02-30", "2020-02-01"], ["2020-01-01", "x"]):
        assert column(cells).kind == "categorical"
    with pytest.raises(DataTypeError, match=r"'x', row 0: '01/02/2020' may begin"):
        column(["01/02/2020", "03/04/2020"], "datetime")
    with pytest.raises(DataTypeError, match=r"'x', row 2: '2020-02-30' is no date"):
        column(["2020-02-01", None, "2020-02-30"], "datetime")
    with pytest.raises(DataTypeError, match=r"'x', row 1: 'soon' is no date"):
        column(["2020-02-01", "soon"], "datetime")
    assert read_moments("x", ["2019-02-29"], int) is None
    assert read_moments("x", ["2020-02-29"], int).tolist() == [1582934400.0]


def test_seconds_are_dates_where_asked():
    assert column([0, 86400], "datetime").labels().tolist() == ["1970-01-01", "1970-01-02"]
    with pytest.raises(DataError, match=r"row 1: 1577836800000 is beyond .* divide milliseconds"):
        column([0, 1577836800000], "datetime")


def test_dates_as_objects():
    cells = [pandas.Timestamp("2020-03-01 10:00").to_pydatetime(), None]
    assert column(pandas.Series(cells, dtype=object)).labels()[0] == "2020-03-01T10:00:00"
    days = [pandas.Timestamp("2020-03-01").date(), pandas.Timestamp("2020-03-02").date()]
    assert column(pandas.Series(days, dtype=object)).kind == "datetime"


def test_truth_values():
    found = column(["true", None, "FALSE"])
    assert found.labels().tolist() == [True, None, False]
    assert found.categories.tolist() == [False, True]
    assert column([1, 0, 1], "boolean").labels().tolist() == [1, 0, 1]
    assert column([True, True]).n_unique == 1
    with pytest.raises(DataTypeError, match="'x' cannot be boolean: it holds 'maybe' in row 1"):
        column(["true", "maybe"], "boolean")
    with pytest.raises(DataTypeError, match="it holds '2' in row 2"):
        column([1, 0, 2], "boolean")


def test_ordered_categories_keep_their_order_and_the_unused():
    sizes = pandas.Categorical(["M", None, "S"], ["S", "M", "L"], ordered=True)
    found = column(sizes)
    assert (found.kind, found.categories.tolist()) == ("ordinal", ["S", "M", "L"])
    assert found.labels().tolist() == ["M", None, "S"]
    back = Table({"x": found}).to_frame()["x"]
    assert back.cat.ordered
    assert back.cat.categories.tolist() == ["S", "M", "L"]
    as_labels = as_kind(found, "categorical")
    assert as_labels.categories.tolist() == ["L", "M", "S"]
    assert as_labels.labels().tolist() == ["M", None, "S"]
    assert column(["b", "a"], "ordinal").categories.tolist() == ["a", "b"]


def test_free_text_is_kept_whole():
    cells = [f"review {i} says: it works, most of the time" for i in range(12)]
    found = column([*cells, None])
    assert found.kind == "text"
    assert found.categories.dtype == object
    assert found.labels().tolist() == [*cells, None]
    assert column(["1", "2"], "text").labels().tolist() == ["1", "2"]


LABELS = Column("x", "categorical", np.array([1, -1, 0]), np.array(["a", "b"]))
NUMBERS = Column("x", "numeric", np.array([1.0, np.nan, 0.0]))
MOMENTS = Column("x", "datetime", np.array([86400.0, np.nan, 0.5]))
SEVERAL = Column("x", "multi", np.array([0]), np.array(["a"]), np.array([0, 1]))


@pytest.mark.parametrize(
    ("given", "kind", "labels"),
    [
        (LABELS, "text", ["b", None, "a"]),
        (LABELS, "id", ["b", None, "a"]),
        (LABELS, "ordinal", ["b", None, "a"]),
        (LABELS, "multi", ["b", None, "a"]),
        (NUMBERS, "categorical", [1, None, 0]),
        (NUMBERS, "boolean", [1, None, 0]),
        (NUMBERS, "text", ["1", None, "0"]),
        (MOMENTS, "id", ["1970-01-02T00:00:00.000000", None, "1970-01-01T00:00:00.500000"]),
        (as_kind(MOMENTS, "text"), "datetime", MOMENTS.labels().tolist()),
        (as_kind(NUMBERS, "categorical"), "numeric", [1.0, None, 0.0]),
    ],
)
def test_kinds_become_one_another(given, kind, labels):
    made = as_kind(given, kind)
    assert made.kind == kind
    assert made.labels().tolist() == labels
    assert made.missing.tolist() == [label is None for label in labels]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (LABELS, "numeric"),
        (LABELS, "datetime"),
        (NUMBERS, "multi"),
        (NUMBERS, "datetime"),
        (MOMENTS, "boolean"),
        (MOMENTS, "multi"),
        (SEVERAL, "categorical"),
    ],
)
def test_what_would_lose_values_is_refused(given, kind):
    with pytest.raises(DataTypeError, match=f"'x' is {given.kind}, and was {kind} in training"):
        as_kind(given, kind)


def test_a_labels_text_does_not_depend_on_its_type():
    texts = {tuple(label_texts(np.array(c))) for c in ([1, 2], [1.0, 2.0], ["1", "2"])}
    assert texts == {("1", "2")}
    assert label_texts(np.array([-0.0, 0.5, 1e22])) == ["0", "0.5", "1e+22"]


def test_offsets_from_utc_are_dropped_if_alike_and_minded_if_not():
    alike = column(["2020-01-01T10:00:00+02:00", "2020-01-02T10:00:00+02:00"])
    assert alike.moments().astype("datetime64[h]").astype(str).tolist() == [
        "2020-01-01T10",
        "2020-01-02T10",
    ]
    summer = column(["2020-03-29 03:30+01:00", "2020-03-29T03:30+0200", "2020-03-29 03:30Z"])
    assert summer.moments().astype("datetime64[m]").astype(str).tolist() == [
        "2020-03-29T02:30",
        "2020-03-29T01:30",
        "2020-03-29T03:30",
    ]
    assert column(["2020-03-29 03:30-05:30", "2020-03-29 03:30Z"]).values[0] % 86400 == 9 * 3600
    with pytest.raises(DataError, match=r"'x' holds .* without an offset .*row 1 .*Z', row 0"):
        column(["2020-01-01 10:00:00", "2020-01-01T10:00:00Z"])
