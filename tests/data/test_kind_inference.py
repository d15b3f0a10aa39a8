"""infer_column: a column read by its values alone, by its codes and cell by cell is the same."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minixai.data.kind_inference import infer_column
from minixai.errors import DataError

pandas = pytest.importorskip("pandas")

NAMES = st.sampled_from(["x", "user_id", "item", "index", "class_size", "traffic_type", "n_types"])
WHOLE = st.one_of(st.integers(-3, 3), st.integers(0, 1), st.integers(-(2**60), 2**60))
FLOATS = st.one_of(
    WHOLE.map(float), st.just(-0.0), st.just(np.nan), st.floats(allow_infinity=False, width=32)
)
TEXTS = st.sampled_from(["a", "b", " b", "no", "yes", "1", "2.5", "?", "x|y", "true", "2020-01-31"])


def read(name, series, kind):
    """Return the column, or the words of the error."""
    try:
        return infer_column(name, series, kind)
    except DataError as error:
        return str(error)


def assert_same(first, second):
    if isinstance(first, str):
        assert first == second
        return
    assert (first.name, first.kind) == (second.name, second.kind)
    for mine, other in ((first.values, second.values), (first.categories, second.categories)):
        assert mine.dtype == other.dtype
        np.testing.assert_array_equal(mine, other)
        if mine.dtype.kind == "f":
            known = ~np.isnan(mine)
            np.testing.assert_array_equal(np.signbit(mine[known]), np.signbit(other[known]))


@given(
    NAMES,
    st.one_of(
        st.lists(FLOATS, min_size=1, max_size=12).map(lambda c: np.array(c, np.float64)),
        st.lists(WHOLE, min_size=1, max_size=12).map(lambda c: np.array(c, np.int64)),
        st.lists(st.booleans(), min_size=1, max_size=12).map(np.array),
    ),
    st.sampled_from([None, "numeric", "categorical", "boolean"]),
)
@example("x", np.array([0.0, -0.0, 0.5]), None)
@example("x", np.array([-0.0, 0.0, 1.0]), None)
@example("x", np.array([np.nan, np.nan]), None)
@example("x", np.repeat([1.0, 0.5], 1000), None)  # a fraction behind the first rows
@example("user_id", np.repeat([1.0, 0.5], 1000), None)
@example("x", np.repeat([0, 1], 1000), None)
@example("x", np.array([0.0, np.nan, 1.0]), None)
@example("x", np.array([1, 1]), None)
@example("user_id", np.array([2**60, 2**60 + 1]), None)
def test_an_array_of_numbers_is_read_as_its_cells_are(name, cells, kind):
    plain = pandas.Series(cells)
    assert_same(read(name, plain, kind), read(name, plain.astype(object), kind))


@given(NAMES, st.lists(st.one_of(TEXTS, st.none()), min_size=1, max_size=12), st.booleans())
def test_pandas_categories_are_read_as_their_cells_are(name, cells, spare):
    plain = pandas.Series(cells, dtype=object)
    categories = sorted({cell for cell in cells if cell is not None}) + ["zz"] * spare
    coded = pandas.Series(pandas.Categorical(cells, categories=categories))
    assert_same(read(name, coded, None), read(name, plain, None))


def test_infinity_is_located_in_either_way():
    cells = pandas.Series([1.5, np.inf, 2.0])
    for series in (cells, cells.astype(object)):
        with pytest.raises(DataError, match="'x' contains infinity"):
            infer_column("x", series)
    with pytest.raises(DataError, match="row 1"):
        infer_column("x", cells)
