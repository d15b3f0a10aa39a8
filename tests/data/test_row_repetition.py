"""Rows that repeat others, and what each policy keeps of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minixai.data import Column, Table, check_table, duplicate_rows
from minixai.errors import DataError, ParameterError

few = st.sampled_from([0.0, -0.0, 1.0, 2.5, np.nan])


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=few),
    st.sampled_from(["first", "last", "none", "all"]),
)
def test_equals_pandas(X, keep):
    pandas = pytest.importorskip("pandas")
    found = duplicate_rows(X, keep=keep)
    frame = pandas.DataFrame(X + 0.0)
    if keep == "all":
        assert found.kept.tolist() == list(range(len(X)))
    else:
        theirs = frame.duplicated(keep=False if keep == "none" else keep)
        assert found.dropped.tolist() == np.flatnonzero(theirs).tolist()
    assert found.n_repeated == frame.duplicated().sum()
    assert found.n_distinct == len(frame.drop_duplicates())


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=few))
def test_sets_hold_the_rows_that_are_the_same(X):
    found = duplicate_rows(X)
    inside = [row for rows in found.sets() for row in rows]
    assert len(inside) == len(set(inside))
    for rows in found.sets():
        assert len(rows) > 1
        assert rows == sorted(rows)
        for row in rows:
            np.testing.assert_array_equal(X[row], X[rows[0]])
            assert found.first[row] == rows[0]
    assert found.n_repeated == sum(len(rows) - 1 for rows in found.sets())


def table():
    labels = np.array(["blue", "red"])
    return Table(
        {
            "size": Column("size", "numeric", np.array([1.0, np.nan, 1.0, np.nan, 1.0])),
            "colour": Column("colour", "categorical", np.array([0, 1, 0, 1, 1]), labels),
            "tags": Column(
                "tags",
                "multi",
                np.array([0, 1, 1, 1, 0, 1, 0]),
                labels,
                np.array([0, 2, 3, 3, 4, 7]),
            ),
        }
    )


def test_tables_of_every_kind():
    assert duplicate_rows(table()).sets() == [[1, 3]]
    found = duplicate_rows(table(), columns=["size", "colour"], keep="none")
    assert found.sets() == [[0, 2], [1, 3]]
    assert found.kept.tolist() == [4]
    assert table().take(found.kept).n_rows == 1
    assert repr(found) == (
        "DuplicateRows(2 of 5 rows repeat another in 2 columns; keep='none' leaves 1)"
    )
    assert found.to_dict()["n_dropped"] == 4


def test_the_check_on_tables_counts_the_same():
    values = np.concatenate([np.arange(20.0), [3.0, 4.0, 4.0]])
    repeated = Table({"a": Column("a", "numeric", values)})
    finding = next(f for f in check_table(repeated) if f.kind == "duplicate_rows")
    assert finding.evidence["n_repeated"] == duplicate_rows(repeated).n_repeated == 3


def test_many_columns_do_not_overflow():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 60))
    X[399] = X[7]
    assert duplicate_rows(X).sets() == [[7, 399]]


def test_errors_say_what_to_do():
    with pytest.raises(ParameterError, match="Did you mean 'first'"):
        duplicate_rows([[1.0]], keep="firs")
    with pytest.raises(ParameterError, match=r"`columns` names 'colur'.*Did you mean 'colour'"):
        duplicate_rows(table(), columns=["colur"])
    with pytest.raises(ParameterError, match="at least one column"):
        duplicate_rows(table(), columns=[])
    with pytest.raises(DataError, match="TableEncoder"):
        duplicate_rows([["a"], ["b"]])
