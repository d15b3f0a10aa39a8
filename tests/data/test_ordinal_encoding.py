"""Places in an order: scikit-learn's, given orders, ordered kinds, and the way back."""

import numpy as np
import pytest
from hypothesis import given

from minixai.data import Column, OrdinalEncoder, Table
from minixai.errors import DataError, ParameterError
from tests.data.labels import as_frame, as_table, label_rows


@given(label_rows())
def test_equals_scikit_learn(rows):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    theirs = preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    rows = np.where(rows == None, np.nan, rows)  # noqa: E711 - None is a label there
    theirs.fit(rows)
    later = rows[::-1].copy()
    later[0, 0] = "unknown"
    ours = OrdinalEncoder(unknown=-1).fit(rows)
    np.testing.assert_array_equal(ours.transform(rows), theirs.transform(rows))
    np.testing.assert_array_equal(ours.transform(later), theirs.transform(later))


@given(label_rows())
def test_containers_and_inverse(rows):
    pytest.importorskip("pandas")
    encoder = OrdinalEncoder().fit(rows)
    made = encoder.transform(rows)
    for other in (as_table(rows), as_frame(rows)):
        np.testing.assert_array_equal(OrdinalEncoder().fit_transform(other), made)
    assert encoder.inverse_transform(made).tolist() == rows.tolist()
    for i in range(len(rows)):
        np.testing.assert_array_equal(encoder.transform(rows[i : i + 1])[0], made[i])


def test_ordered_kinds_keep_their_order_and_the_unused():
    pandas = pytest.importorskip("pandas")
    sizes = pandas.Categorical(["L", None, "S"], ["S", "M", "L"], ordered=True)
    frame = pandas.DataFrame({"size": sizes})
    for X in (frame, Table.from_frame(frame)):
        encoder = OrdinalEncoder().fit(X)
        np.testing.assert_array_equal(encoder.transform(X).ravel(), [2, np.nan, 0])
        assert encoder.categories_[0].tolist() == ["S", "M", "L"]


def test_given_orders():
    rows = [["low", 3], ["high", 1]]
    whole = OrdinalEncoder(categories=[["low", "mid", "high"], [3, 2, 1]]).fit(rows)
    assert whole.transform(rows).tolist() == [[0, 0], [2, 2]]
    assert whole.inverse_transform([[1, 1]]).tolist() == [["mid", 2]]
    named = OrdinalEncoder(categories={"x0": ["low", "high"]}).fit(rows)
    assert named.transform(rows).tolist() == [[0, 1], [1, 0]]
    with pytest.raises(DataError, match=r"'x0' holds 'high' in row 1, .* add it to `categories`"):
        OrdinalEncoder(categories={"x0": ["low"]}).fit(rows)
    with pytest.raises(ParameterError, match=r"'y0', which is no column. Did you mean 'x0'"):
        OrdinalEncoder(categories={"y0": ["low"]}).fit(rows)
    with pytest.raises(ParameterError, match=r"one list a column \(2\), got 1"):
        OrdinalEncoder(categories=[["low"]]).fit(rows)
    with pytest.raises(ParameterError, match="'x0' holds 'low' more than once"):
        OrdinalEncoder(categories={"x0": ["low", "low"]}).fit(rows)
    with pytest.raises(ParameterError, match="must be 'auto' or"):
        OrdinalEncoder(categories="sorted").fit(rows)


def test_unknown_and_missing_values():
    encoder = OrdinalEncoder().fit([["a"], ["b"]])
    with pytest.raises(DataError, match="'x0' holds 'c' in row 0, which training did not have"):
        encoder.transform([["c"]])
    assert np.isnan(encoder.transform([[None]])).all()
    marked = OrdinalEncoder(unknown=-1, missing_value=-2).fit([["a"], ["b"]])
    assert marked.transform([["c"], [None], ["b"]]).ravel().tolist() == [-1, -2, 1]
    assert marked.inverse_transform([[-1], [-2], [1]]).ravel().tolist() == [None, None, "b"]
    with pytest.raises(ParameterError, match="`unknown` must be 'error' or a number, got 'ignore'"):
        OrdinalEncoder(unknown="ignore").fit([["a"]])
    with pytest.raises(ParameterError, match="`missing_value` must be a number"):
        OrdinalEncoder(missing_value="error").fit([["a"]])


def test_numbers_are_ordered_by_value():
    assert OrdinalEncoder().fit_transform([[10], [9], [-1]]).ravel().tolist() == [2, 1, 0]
    column = Column("b", "boolean", np.array([1, 0]), np.array([False, True]))
    assert OrdinalEncoder().fit_transform(Table({"b": column})).ravel().tolist() == [1, 0]
