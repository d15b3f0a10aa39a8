import numpy as np
import pytest

from minixai.data import Column, Table
from minixai.errors import DataError, DataTypeError
from minixai.statistics import anova, correlation
from minixai.statistics.column_set import as_numbers, is_numeric, label_codes, named_columns


def test_every_container_gives_named_columns():
    rows = np.arange(6.0).reshape(3, 2)
    for data in (rows, rows.tolist(), {"x0": rows[:, 0], "x1": rows[:, 1]}):
        found = named_columns(data)
        assert list(found) == ["x0", "x1"]
        assert np.array_equal(np.column_stack([*found.values()]), rows)
    assert list(named_columns([1, 2], "y")) == ["y"]


def test_frames_series_and_missing_marks():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "n": pandas.array([1, None, 3], "Int64"),
            "s": pandas.array(["a", None, "b"], "string"),
            "c": pandas.Categorical(["u", "v", "u"]),
            "b": [True, False, True],
        }
    )
    found = named_columns(frame)
    assert [is_numeric(column) for column in found.values()] == [True, False, False, False]
    assert np.isnan(as_numbers(found["n"], "n")[1])
    labels, codes = label_codes(found["s"])
    assert labels.tolist() == ["a", "b"]
    assert codes.tolist() == [0, -1, 1]
    assert as_numbers(found["b"], "b").tolist() == [1.0, 0.0, 1.0]
    assert list(named_columns(frame["n"])) == ["n"]
    assert list(named_columns(pandas.DataFrame(np.ones((2, 2))))) == ["x0", "x1"]


def test_tables_of_our_own_are_read_by_kind():
    pytest.importorskip("scipy")
    age = Column("age", "numeric", np.array([31.0, np.nan, 45.0, 50.0, 28.0]))
    town = Column("town", "categorical", np.array([0, 1, -1, 1, 0]), np.array(["A", "B"]))
    pay = Column("pay", "numeric", np.array([1.0, 2.0, 3.0, 5.0, 1.5]))
    table = Table({"age": age, "town": town, "pay": pay})
    assert label_codes(named_columns(table)["town"])[1].tolist() == [0, 1, -1, 1, 0]
    assert correlation(table.drop("town")).n_samples[0, 1] == 4
    with pytest.raises(DataTypeError, match="'town' holds 'A'"):
        correlation(table)
    pytest.importorskip("scipy")
    assert anova("pay ~ town", table).n_left_out == 1


def test_labels_of_several_types_have_an_order():
    labels, codes = label_codes(np.array(["b", 1, None, 2.5, "b", np.nan], dtype=object))
    assert labels.tolist() == [1, 2.5, "b"]
    assert codes.tolist() == [2, 0, -1, 1, 2, -1]


def test_what_holds_no_columns_is_refused():
    with pytest.raises(DataError, match=r"one length.*\[1, 2\]"):
        named_columns({"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(DataError, match="got 0 columns"):
        named_columns({})
    with pytest.raises(DataError, match="one or two dimensions"):
        named_columns(3.0)
    with pytest.raises(DataError, match="masked"):
        named_columns(np.ma.masked_array([1.0, 2.0], [True, False]))
    with pytest.raises(DataTypeError, match="Sparse"):
        named_columns(pytest.importorskip("scipy.sparse").eye(3))


def test_long_tables_are_cut_in_print_alone():
    pytest.importorskip("scipy")
    found = correlation(np.random.default_rng(0).normal(size=(9, 12)))
    lines = str(found).splitlines()
    assert len(lines) == 1 + 1 + 60 + 1 + 1 + 1
    assert "and 6 more rows: to_frame() has them all" in lines
    pytest.importorskip("pandas")
    assert len(found.to_frame()) == 66
