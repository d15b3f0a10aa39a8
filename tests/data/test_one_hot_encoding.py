"""One-hot columns: scikit-learn's, in every container; rare, unknown, missing, dropped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Column, OneHotEncoder, Table
from minixai.errors import DataError, DataTypeError, ParameterError
from tests.data.labels import as_frame, as_table, label_rows


def names(encoder):
    return list(encoder.get_feature_names_out())


def theirs(rows, later, **options):
    """scikit-learn's matrix as our columns are ordered and named."""
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    encoder = preprocessing.OneHotEncoder(sparse_output=False, **options).fit(rows)
    found = list(encoder.get_feature_names_out())

    def ours(name):
        column, _, level = name.partition("_")
        special = {"infrequent_sklearn": "(rare)", "None": "(missing)"}
        return f"{column}={special.get(level, level)}"

    return [ours(name) for name in found], encoder.transform(later)


OPTIONS = [
    ({}, {"handle_unknown": "infrequent_if_exist"}),
    ({"unknown": "ignore"}, {"handle_unknown": "ignore"}),
    (
        {"min_frequency": 2},
        {"min_frequency": 2, "handle_unknown": "infrequent_if_exist"},
    ),
    (
        {"min_frequency": 3, "unknown": "ignore"},
        {"min_frequency": 3, "handle_unknown": "ignore"},
    ),
]


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize(("ours", "sklearns"), OPTIONS)
@given(label_rows(), st.integers(0, 99))
def test_equals_scikit_learn(ours, sklearns, rows, seed):
    if "min_frequency" in ours and (rows == None).any():  # noqa: E711 - it pools missing values too
        rows = np.where(rows == None, "gap", rows)  # noqa: E711
    later = np.random.default_rng(seed).permuted(rows, axis=0)
    later[0, 0] = "unknown"
    expected_names, expected = theirs(rows, later, **sklearns)
    encoder = OneHotEncoder(**ours).fit(rows)
    assert sorted(names(encoder)) == sorted(expected_names)
    order = [expected_names.index(name) for name in names(encoder)]
    np.testing.assert_array_equal(encoder.transform(later), expected[:, order])


@pytest.mark.parametrize("drop", ["first", "if_binary"])
@given(label_rows(gaps=False))
def test_dropped_columns_are_scikit_learns(drop, rows):
    expected_names, expected = theirs(rows, rows, drop=drop)
    encoder = OneHotEncoder(drop=drop).fit(rows)
    assert names(encoder) == expected_names
    np.testing.assert_array_equal(encoder.transform(rows), expected)
    assert (encoder.inverse_transform(encoder.transform(rows)) == rows).all() or not names(encoder)


@given(label_rows())
def test_all_containers_say_the_same(rows):
    pytest.importorskip("pandas")
    encoder = OneHotEncoder().fit(rows)
    made = encoder.transform(rows)
    for other in (as_table(rows), as_frame(rows), as_frame(rows).astype("category"), rows.tolist()):
        again = OneHotEncoder().fit(other)
        assert names(again) == names(encoder)
        np.testing.assert_array_equal(again.transform(other), made)
        into = np.zeros((len(rows), made.shape[1] + 2))
        again.encode_into(other, into, 1)
        np.testing.assert_array_equal(into[:, 1:-1], made)
        assert not into[:, [0, -1]].any()


@given(label_rows())
def test_the_inverse_gives_the_labels_back(rows):
    encoder = OneHotEncoder().fit(rows)
    assert encoder.inverse_transform(encoder.transform(rows)).tolist() == rows.tolist()


@given(label_rows(least=2))
def test_a_row_does_not_depend_on_the_others(rows):
    encoder = OneHotEncoder(min_frequency=2).fit(rows)
    whole = encoder.transform(rows)
    for i in range(len(rows)):
        assert encoder.transform(rows[i : i + 1]).tolist() == whole[i : i + 1].tolist()


def test_many_rows_are_written_block_by_block():
    codes = np.random.default_rng(0).integers(-1, 3, (2, 10_000))
    columns = [Column(f"c{j}", "id", codes[j], np.array(["p", "q", "r"])) for j in range(2)]
    made = OneHotEncoder().fit_transform(Table({c.name: c for c in columns}))
    for j in range(2):
        expected = codes[j][:, None] == np.array([0, 1, 2, -1])
        np.testing.assert_array_equal(made[:, 4 * j : 4 * j + 4], expected)


def test_rare_unknown_and_missing_levels():
    train = np.array([["a"] * 4 + ["b"] * 3 + ["d", "e", None]], dtype=object).T
    later = np.array([["a", "b", "e", "new", None]], dtype=object).T
    encoder = OneHotEncoder(rare_share=0.2).fit(train)
    assert names(encoder) == ["x0=a", "x0=b", "x0=(rare)", "x0=(missing)"]
    expected = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert encoder.transform(later).tolist() == expected
    assert encoder.groups == {"x0": names(encoder)}
    back = encoder.inverse_transform(encoder.transform(later)).ravel().tolist()
    assert back == ["a", "b", "(rare)", "(rare)", None]
    typical = OneHotEncoder(rare_share=0.2, missing="most_frequent").fit(train)
    assert typical.transform(later)[-1].tolist() == [1, 0, 0]
    all_rare = OneHotEncoder(min_frequency=9, missing="most_frequent").fit(train)
    assert names(all_rare) == ["x0=(rare)"]
    assert all_rare.transform(later).ravel().tolist() == [1, 1, 1, 1, 1]
    ignoring = OneHotEncoder(rare_share=0.2, unknown="ignore").fit(train)
    assert ignoring.transform(later)[3].tolist() == [0, 0, 0, 0]


def test_unknown_labels_are_errors_that_name_row_and_column():
    encoder = OneHotEncoder(unknown="error").fit([["a"], ["b"]])
    with pytest.raises(DataError, match="'x0' holds 'c' in row 1, which training did not have"):
        encoder.transform([["a"], ["c"]])
    with pytest.raises(DataError, match="'x0' is missing in row 2"):
        encoder.transform([["a"], ["b"], [None]])
    table = as_table(np.array([["a"], ["b"]], dtype=object))
    assert encoder.transform(table).tolist() == [[1, 0], [0, 1]]


def test_only_levels_that_rows_hold_are_learned():
    """A split shares its categories with the rows held out."""
    table = Table({"c": Column("c", "categorical", np.array([0, 2, 1]), np.array(["p", "q", "r"]))})
    assert names(OneHotEncoder().fit(table.take([0, 2]))) == ["c=p", "c=q"]


def test_labels_are_compared_as_text():
    encoder = OneHotEncoder().fit([[1], [2]])
    for later in ([["1"]], np.array([[1.0]]), [[np.int8(1)]], [[1]]):
        assert encoder.transform(later).tolist() == [[1, 0]]
    assert encoder.inverse_transform([[0, 1]]).tolist() == [[2]]
    assert encoder.transform([[True]]).tolist() == [[0, 0]]


def test_kinds_of_a_table_become_labels():
    size = Column("size", "ordinal", np.array([1, 0, 2]), np.array(["S", "M", "L"]))
    flag = Column("flag", "boolean", np.array([1, 0, -1]), np.array([False, True]))
    when = Column("when", "datetime", np.array([0.0, 86400.0, np.nan]))
    number = Column("n", "numeric", np.array([1.0, 2.5, 1.0]))
    made = OneHotEncoder().fit(Table({c.name: c for c in (size, flag, when, number)}))
    assert names(made) == [
        *("size=S", "size=M", "size=L"),
        *("flag=False", "flag=True", "flag=(missing)"),
        *("when=1970-01-01", "when=1970-01-02", "when=(missing)"),
        *("n=1", "n=2.5"),
    ]
    several = Column("g", "multi", np.array([0]), np.array(["a"]), np.array([0, 1]))
    with pytest.raises(DataTypeError, match="'g' has several labels a row: use MultiHotEncoder"):
        OneHotEncoder().fit(Table({"g": several}))


def test_a_table_is_read_by_name():
    table = as_table(np.array([["a", "p"], ["b", "q"]], dtype=object))
    encoder = OneHotEncoder().fit(table)
    turned = Table({name: table.columns[name] for name in ("x1", "x0")})
    wider = turned.with_column(Column("z", "numeric", np.zeros(2)))
    np.testing.assert_array_equal(encoder.transform(wider), encoder.transform(table))
    with pytest.raises(DataError, match="'x1' was there in training and is missing now"):
        encoder.transform(table.drop("x1"))
    with_target = wider.with_column(Column("y", "numeric", np.arange(2.0))).with_target("y")
    assert "y" not in OneHotEncoder().fit(with_target).groups


def test_names_that_are_taken_get_a_prime():
    rows = [["b=c", "c"]]
    frame = pytest.importorskip("pandas").DataFrame(rows, columns=["a", "a=b"])
    assert names(OneHotEncoder().fit(frame)) == ["a=b=c", "a=b=c'"]
    odd = OneHotEncoder(min_frequency=2).fit([["(rare)"], ["(rare)"], ["b"]])
    assert names(odd) == ["x0=(rare)", "x0=(rare)'"]


def test_constant_columns_single_rows_and_columns_without_value():
    assert OneHotEncoder().fit_transform([["a"]]).tolist() == [[1]]
    assert OneHotEncoder(drop="first").fit_transform([["a"], ["a"]]).shape == (2, 0)
    assert names(OneHotEncoder().fit([[None], [None]])) == ["x0=(missing)"]
    assert OneHotEncoder(missing="most_frequent").fit_transform([[None]]).shape == (1, 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rare_share": 1.0}, r"`rare_share` must be a number in \[0, 1\), got 1.0"),
        ({"min_frequency": 0}, "`min_frequency` must be an integer"),
        ({"unknown": "igore"}, "Did you mean 'ignore'"),
        ({"missing": "mean"}, "`missing` must be one of"),
        ({"drop": "last"}, "`drop` must be one of"),
    ],
)
def test_options_out_of_range(options, words):
    with pytest.raises(ParameterError, match=words):
        OneHotEncoder(**options).fit([["a"]])


def test_bad_input():
    encoder = OneHotEncoder()
    with pytest.raises(DataTypeError, match=r"Column 1, row 0 holds a dict \('\{\}'\)"):
        encoder.fit([["a", {}]])
    with pytest.raises(DataError, match="rows of one length"):
        encoder.fit([["a"], ["a", "b"]])
    with pytest.raises(DataError, match="pass what it gave"):
        encoder.fit([["a"], ["b"]]).inverse_transform([[1.0]])
    codes = Table({"c": Column("c", "categorical", np.array([0, 5]), np.array(["p"]))})
    with pytest.raises(DataError, match="'c' has codes outside of its 1 categories"):
        encoder.fit(codes)
