import numpy as np
import pytest

from minixai import _validation as validation
from minixai._column_groups import check_groups
from minixai.errors import DataError, DataTypeError, DataWarning, ParameterError

pandas = pytest.importorskip("pandas")


@pytest.mark.parametrize("given", ["f4", "f8", "i4", "u1", "bool", "f2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_matrix_is_one_form(given, order):
    array = np.array([[0, 1, 1], [1, 0, 1]], dtype=given, order=order)
    array.setflags(write=False)
    matrix = validation.as_matrix(array)
    assert matrix.dtype == (np.float32 if given == "f4" else np.float64)
    assert matrix.flags.c_contiguous
    assert np.array_equal(matrix, array)


def test_float32_of_the_right_order_is_not_copied():
    array = np.ones((3, 2), np.float32)
    assert np.shares_memory(validation.as_matrix(array), array)


def test_frames_are_read_only_and_by_column():
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [3, 4]})
    matrix = validation.as_matrix(frame)
    assert matrix.tolist() == [[1, 3], [2, 4]]
    assert validation.column_names(frame) == ["a", "b"]
    assert validation.column_names(frame.to_numpy()) is None
    assert validation.column_names(pandas.DataFrame([[1, 2]])) is None


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_place_of_a_bad_number_is_named(value):
    frame = pandas.DataFrame({"age": [1.0, 2.0, 3.0], "price": [1.0, 2.0, value]})
    what = "NaN" if np.isnan(value) else "infinity"
    with pytest.raises(DataError, match=f"{what} in column 'price', row 2"):
        validation.as_matrix(frame)


@pytest.mark.parametrize("dtype", [object, "Int64", "Float64"])
def test_pandas_na_is_a_missing_value(dtype):
    frame = pandas.DataFrame({"age": [1, 2, 3], "price": pandas.array([1, 2, pandas.NA], dtype)})
    with pytest.raises(
        DataError, match=r"NaN in column 'price', row 2 \(missing values: 1\).*fill"
    ):
        validation.as_matrix(frame)
    assert np.isnan(validation.as_matrix(frame, allow_nan=True)[2, 1])
    with pytest.raises(DataError, match="NaN in row 2: drop the rows where it is missing"):
        validation.as_vector(frame["price"])
    with pytest.raises(DataTypeError, match="'b' holds text"):
        validation.as_matrix(frame.assign(b="x"))


def test_masks_are_not_ignored():
    masked = np.ma.masked_array(np.ones((3, 2)), mask=[[0, 0], [0, 1], [0, 0]])
    with pytest.raises(DataError, match=r"`X` has 1 masked values, and masks .*fill them"):
        validation.as_matrix(masked)
    for check, name in ((validation.as_vector, "y"), (validation.as_weights, "sample_weight")):
        with pytest.raises(DataError, match=f"`{name}` has . masked values"):
            check(masked[:, 1], 3)
    assert validation.as_matrix(np.ma.masked_array(np.ones((3, 2)))).shape == (3, 2)


def test_nan_may_stay_where_it_is_allowed_and_infinity_never():
    X = np.array([[1.0, np.nan]])
    assert np.isnan(validation.as_matrix(X, allow_nan=True)[0, 1])
    with pytest.raises(DataError, match="infinity"):
        validation.as_matrix(np.array([[np.inf, np.nan]]), allow_nan=True)


def test_large_numbers_are_numbers():
    X = np.full((4, 2), 1e308)
    assert np.array_equal(validation.as_matrix(X), X)


@pytest.mark.parametrize(
    ("X", "error", "text"),
    [
        (pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]}), DataTypeError, "Column 'b' holds text"),
        (np.array([[1, {}]], dtype=object), DataTypeError, "Column 1 holds a dict"),
        (np.array([[1, 1j]], dtype=object), DataTypeError, "Complex"),
        (np.array([[1j]]), DataTypeError, "Complex"),
        (np.array([["2020-01-01"]], "M8[D]"), DataTypeError, "dtype datetime64"),
        (np.ones(3), DataError, "Reshape your data"),
        (np.ones((0, 2)), DataError, "0 sample"),
        (np.ones((2, 0)), DataError, "0 feature"),
        (pandas.DataFrame([[1, 2]], columns=["a", "a"]), DataError, r"\['a'\] more than once"),
        (pandas.DataFrame([[1, 2]], columns=["a", 1]), DataTypeError, "all be strings"),
    ],
)
def test_what_is_wrong_is_said(X, error, text):
    with pytest.raises(error, match=text):
        validation.as_matrix(X)


def test_sparse_is_refused_with_the_remedy():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(DataTypeError, match="toarray"):
        validation.as_matrix(sparse.eye(3, format="csr"))


def test_vectors():
    assert validation.as_vector([1, 2], 2).dtype == np.float64
    with pytest.warns(DataWarning if "sklearn" not in __import__("sys").modules else Warning):
        assert validation.as_vector([[1], [2]], 2).shape == (2,)
    for bad, text in [
        (None, "is None"),
        ([1, 2, 3], "inconsistent numbers"),
        (["a", "b"], "must hold numbers"),
        (np.array([1, "b"], object), "got 'b'"),
        ([1, np.nan], "NaN in row 1"),
        ([np.inf, 1], "infinity in row 0"),
        ([1j, 2], "Complex"),
        (np.ones((2, 2)), "1d array"),
    ]:
        with pytest.raises(DataError, match=text):
            validation.as_vector(bad, 2)


def test_weights():
    assert validation.as_weights(None, 2).tolist() == [1, 1]
    assert validation.as_weights(3, 2).tolist() == [3, 3]
    for bad, text in [
        ([1], "shape"),
        ([1, -1], "negative"),
        ([0, 0], "zero"),
        ([1, np.nan], "finite"),
    ]:
        with pytest.raises(DataError, match=text):
            validation.as_weights(bad, 2)


def test_groups_are_players():
    names = ["a", "b", "c", "d"]
    assert check_groups(None, names) == {"a": [0], "b": [1], "c": [2], "d": [3]}
    assert check_groups({"ac": ["a", 2]}, names) == {"ac": [0, 2], "b": [1], "d": [3]}
    for bad, text in [
        ({"g": ["a"], "h": [0]}, "overlap"),
        ({"g": ["colour"]}, "does not have"),
        ({"g": ["aa"]}, "Did you mean 'a'"),
        ({"g": [4]}, "4 columns"),
        ({"g": []}, "list of columns"),
        ({"g": "a"}, "list of columns"),
        ({"b": ["a"]}, "rename"),
        ([[0, 1]], "dict of name -> list of columns"),
        ({"g": 0}, "list of columns"),
        ({"g": [[0]]}, "does not have"),
        ({"g": [1.5]}, "does not have"),
    ]:
        with pytest.raises(ParameterError, match=text):
            check_groups(bad, names)


def test_numbers():
    validation.check_number("x", 0, low=0)
    validation.check_number("x", np.float32(0.5), low=0, high=1, open_low=True)
    for value, rule in [
        (0, {"low": 0, "open_low": True}),
        (1, {"high": 1, "open_high": True}),
        (np.nan, {}),
        (np.inf, {}),
        ("1", {}),
        (True, {}),
        (1.0, {"integer": True}),
    ]:
        with pytest.raises(ParameterError, match="`x` must be"):
            validation.check_number("x", value, **rule)


def test_seeds():
    assert validation.seed_of(None) == 0
    assert validation.generator(3, 1).random() == validation.generator(3, 1).random()
    assert validation.generator(3, 1).random() != validation.generator(3, 2).random()
    for bad in (-1, 1.5, "0", True):
        with pytest.raises(ParameterError, match="random_state"):
            validation.seed_of(bad)


def test_fingerprints_tell_arrays_apart():
    a, b = np.array([1.0, 2.0]), np.array([1.0, 2.0], np.float32)
    prints = {
        validation.fingerprint(a),
        validation.fingerprint(b),
        validation.fingerprint(a[::-1]),
        validation.fingerprint(a[:, None]),
        validation.fingerprint(a, "x"),
    }
    assert len(prints) == 5
    assert validation.fingerprint(a) == validation.fingerprint(a.copy())


def test_feature_names():
    class Model:
        feature_names_in_ = np.array(["p", "q"], dtype=object)

    assert validation.feature_names_of(Model(), np.ones((1, 2))) == ["p", "q"]
    assert validation.feature_names_of(Model(), np.ones((1, 3))) == ["x0", "x1", "x2"]
    assert validation.feature_names_of(None, pandas.DataFrame({"k": [1]})) == ["k"]
    with pytest.raises(DataError, match="2-D X"):
        validation.feature_names_of(None, np.ones(3))
