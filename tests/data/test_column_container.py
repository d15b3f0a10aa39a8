"""Tables, frames and arrays of any type become the same columns."""

import numpy as np
import pytest
from hypothesis import given

from minixai.data import Table
from minixai.data.column_container import as_columns, as_labels, as_seconds
from minixai.errors import DataError, DataTypeError
from tests.data.labels import as_frame, as_table, label_rows

pandas = pytest.importorskip("pandas")


def one(X):
    (column,) = as_columns(X, "Test")
    return column


def objects(*cells):
    rows = np.empty((len(cells), 1), dtype=object)
    rows[:, 0] = cells
    return rows


@given(label_rows())
def test_labels_come_back_from_every_container(rows):
    frame = as_frame(rows)
    for X in (rows, rows.tolist(), as_table(rows), frame, frame.astype("category")):
        columns = as_columns(X, "Test")
        assert [column.name for column in columns] == [f"x{j}" for j in range(rows.shape[1])]
        for j, column in enumerate(columns):
            labels = as_labels(column)
            assert labels.labels().tolist() == rows[:, j].tolist()
            assert labels.categories.tolist() == sorted(labels.categories)


def test_a_tables_columns_are_taken_as_they_are():
    table = as_table(np.array([["a"], ["b"]], dtype=object))
    assert one(table) is table.columns["x0"]
    assert np.shares_memory(as_labels(one(table)).values, table.columns["x0"].values)


@pytest.mark.parametrize(
    ("X", "kind", "labels"),
    [
        (np.array([[1], [2]]), "numeric", [1.0, 2.0]),
        (np.array([[1], [2]], dtype=np.uint8), "numeric", [1.0, 2.0]),
        (np.array([[2**60], [2**60 + 1]]), "categorical", [2**60, 2**60 + 1]),
        (np.array([[-(2**60)], [0]]), "categorical", [-(2**60), 0]),
        (objects(2**60 + 1, 2**60, None), "categorical", [2**60 + 1, 2**60, None]),
        (objects(2**70, 2**70 + 1), "categorical", [str(2**70), str(2**70 + 1)]),
        (np.array([[0.5], [np.nan]], dtype=np.float32), "numeric", [0.5, None]),
        (np.array([[True], [False]]), "boolean", [True, False]),
        (objects(True, None), "boolean", [True, None]),
        (np.array([["b"], [""]]), "categorical", ["b", ""]),
        (np.array([[b"b"], [b"a"]]), "categorical", ["b", "a"]),
        (objects(1, 2.5, None), "numeric", [1.0, 2.5, None]),
        (objects(1, "a", "1"), "categorical", ["1", "a", "1"]),
        (objects(float("nan"), np.nan, None, pandas.NA, pandas.NaT), "categorical", [None] * 5),
        (np.array([["2020-01-31"], ["NaT"]], "datetime64[D]"), "datetime", ["2020-01-31", None]),
        (np.array([[36]], "timedelta64[h]"), "numeric", [1.5]),
        (objects(pandas.Timestamp("2020-01-31"), pandas.NaT), "datetime", ["2020-01-31", None]),
        (objects(np.datetime64("2020-01-31")), "datetime", ["2020-01-31"]),
        (objects(pandas.Timestamp("2020-01-31"), "a"), "categorical", ["2020-01-31T00:00:00", "a"]),
        (objects(["b", "a"], None, []), "multi", ["a|b", None, None]),
        (pandas.DataFrame({"c": pandas.array([1, None], "Int64")}), "numeric", [1.0, None]),
        (pandas.DataFrame({"c": pandas.array([True, None], "boolean")}), "boolean", [True, None]),
        (pandas.DataFrame({"c": pandas.array(["a", None], "string")}), "categorical", ["a", None]),
        (
            pandas.DataFrame({"c": pandas.date_range("2020-01-31", periods=1, tz="Asia/Tokyo")}),
            "datetime",
            ["2020-01-31"],
        ),
        (
            pandas.DataFrame({"c": pandas.cut([1.0, 9.0], [0, 5, 10])}),
            "ordinal",
            ["(0, 5]", "(5, 10]"],
        ),
        (pandas.DataFrame({"c": pandas.Categorical([3, 1], [3, 1])}), "categorical", [3, 1]),
        (pandas.DataFrame({"c": [["a"], ["b", "a"]]}), "multi", ["a", "a|b"]),
        (pandas.DataFrame([[1], [2]]), "numeric", [1.0, 2.0]),
    ],
)
def test_kinds_and_labels(X, kind, labels):
    column = one(X)
    assert column.kind == kind
    assert column.labels().tolist() == labels


def test_moments_of_every_kind():
    expected = [86400.0, np.nan]
    for X in (
        [["1970-01-02"], [None]],
        [["02.01.1970"], [None]],
        [[86400], [np.nan]],
        np.array([["1970-01-02"], ["NaT"]], "datetime64[s]"),
        Table.from_frame(pandas.DataFrame({"d": ["1970-01-02", None]})),
    ):
        np.testing.assert_array_equal(as_seconds(one(X)), expected)
    with pytest.raises(DataError, match="two formats"):
        as_seconds(one([["1970-01-02"], ["02.01.1970"]]))


class Sparse:
    def tocsr(self):
        return self


@pytest.mark.parametrize(
    ("X", "error", "words"),
    [
        (["a", "b"], DataError, "needs a 2-D X"),
        (np.empty((0, 2), dtype=object), DataError, r"0 sample\(s\)"),
        (pandas.DataFrame(index=[0, 1]), DataError, r"0 feature\(s\)"),
        (Sparse(), DataTypeError, "X.toarray"),
        (np.array([[1j]]), DataTypeError, "Complex data not supported"),
        (objects(1j, "a"), DataTypeError, "Complex data not supported"),
        ([[np.inf], [1.0]], DataError, "infinity in column 0, row 0"),
        (pandas.DataFrame({"c": [1.0, np.inf]}), DataError, "infinity in column 'c', row 1"),
        (objects("a", {}), DataTypeError, r"Column 0, row 1 holds a dict"),
        (objects("a", object), DataTypeError, r"Column 0, row 1 holds a type"),
        (pandas.DataFrame({"c": ["a", {}]}), DataTypeError, "Column 'c', row 1 holds a dict"),
        (np.ma.MaskedArray([["a"]], [[True]]), DataError, "masked values"),
    ],
)
def test_bad_input_is_named(X, error, words):
    with pytest.raises(error, match=words) as caught:
        as_columns(X, "Test")
    assert "\n" not in str(caught.value)
