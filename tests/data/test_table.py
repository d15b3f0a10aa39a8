"""Tables: reading, kinds, values, and each bad input with its remedy."""

import csv
import gzip
import io
import signal
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Column, Table, TableEncoder, duplicate_rows
from minixai.errors import DataError, DataTypeError, DataWarning, ParameterError

pandas = pytest.importorskip("pandas")

TEXT = """user_id,age,city,genres,bought
7,31,Oslo,Action|Drama,yes
7,?,Bergen,Comedy,no
9,45,,,yes
12,28,Oslo,Drama,no
"""


def written(tmp_path, text, name="people.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def people(tmp_path):
    return Table.from_csv(written(tmp_path, TEXT), target="bought")


def test_kinds_and_values(people):
    assert people.kinds == {
        "user_id": "id",
        "age": "numeric",
        "city": "categorical",
        "genres": "multi",
        "bought": "boolean",
    }
    assert people.name == "people"
    assert people.task == "classification"
    assert people.features == ["user_id", "age", "city", "genres"]
    np.testing.assert_array_equal(people.column("age").values, [31, np.nan, 45, 28])
    assert people.column("city").labels().tolist() == ["Oslo", "Bergen", None, "Oslo"]
    assert people.column("genres").labels().tolist() == ["Action|Drama", "Comedy", None, "Drama"]
    assert people.column("user_id").labels().tolist() == [7, 7, 9, 12]
    assert people.y.tolist() == ["yes", "no", "yes", "no"]
    assert len(people) == people.n_rows == 4


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_separator_and_encoding_are_found(tmp_path, separator, encoding):
    lines = [
        ["name", "size"],
        ["Tromsø", "1"],
        ["Århus", "2"],
        ["a b, c" if separator != "," else "c", "3"],
    ]
    text = "\n".join(separator.join(line) for line in lines)
    path = written(tmp_path, text, encoding=encoding)
    if encoding == "latin-1":
        with pytest.warns(DataWarning, match=r"is not UTF-8 \(0xf8, byte 15, line 2\) .* cp1252"):
            table = Table.from_csv(path)
    else:
        table = Table.from_csv(path)
    assert table.column("name").labels().tolist()[:2] == ["Tromsø", "Århus"]
    assert table.column("size").values.tolist() == [1, 2, 3]


def test_packed_files_and_files_without_names(tmp_path):
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert Table.from_csv(path).name == "people"
    bare = written(tmp_path, "A 6 1\nB 7 2\n", "bare.data")
    table = Table.from_csv(bare, names=["a", "b", "c"])
    assert table.column("b").values.tolist() == [6, 7]
    double = written(tmp_path, "1::2::x\n3::4::y\n", "double.dat")
    table = Table.from_csv(double, names=["a", "b", "c"], separator="::")
    assert table.column("c").labels().tolist() == ["x", "y"]


def test_kinds_are_overridable(tmp_path):
    path = written(tmp_path, TEXT)
    table = Table.from_csv(path, kinds={"age": "categorical", "city": "id", "user_id": "numeric"})
    assert table.column("age").labels().tolist() == [31, None, 45, 28]
    assert table.kinds["city"] == "id"
    assert table.column("user_id").values.tolist() == [7, 7, 9, 12]
    with pytest.raises(ParameterError, match="Did you mean 'numeric'"):
        Table.from_csv(path, kinds={"age": "numerc"})
    with pytest.raises(DataTypeError, match="'city' cannot be numeric: it holds 'Bergen'"):
        Table.from_csv(path, kinds={"city": "numeric"})
    with pytest.raises(DataTypeError, match="needs text"):
        Table.from_csv(path, kinds={"age": "multi"})
    with pytest.raises(DataError, match="Did you mean 'city'"):
        Table.from_csv(path, kinds={"cty": "id"})


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("userId", range(5), "id"),
        ("placeID", range(5), "id"),
        ("customer id", range(5), "id"),
        ("movie", [1, 1, 2, 2, 3], "id"),
        ("zip", ["01234", "1", "2", "3", "4"], "id"),
        ("paid", [1, 2, 3, 3, 1], "numeric"),
        ("valid", [0, 1, 1, 0, 1], "boolean"),
        ("valid", [0, 1, None, 0, 1], "boolean"),
        ("valid", [0, 1, 2, 0, 1], "numeric"),
        ("valid", [1, 1, 1], "numeric"),
        ("n_children", [0, 1, 1, 0, 1], "numeric"),
        ("user", [0, 1, 1, 0, 1], "id"),
        ("flag", ["yes", "no", None], "boolean"),
        ("flag", ["Y", "N", "Y"], "boolean"),
        ("flag", ["t", "F", "t"], "boolean"),
        ("flag", ["yes", "No", "no"], "categorical"),
        ("flag", ["yes", "yes", None], "categorical"),
        ("gender", ["f", "m", "f"], "categorical"),
        ("TrafficType", [1, 2, 3, 2], "categorical"),
        ("TrafficType", [0, 1, None, 2], "categorical"),
        ("TrafficType", [0, 1, 1, 0], "boolean"),
        ("TrafficType", [0.5, 1, 2, 2], "numeric"),
        ("region", range(60), "id"),
        ("n_types", [1, 2, 3, 2], "numeric"),
        ("id", [0.5, 1.5, 2.5, 3.5, 4.5], "numeric"),
        ("", range(5), "id"),
        ("year", range(1990, 1995), "numeric"),
        ("flag", [True, False, True, True, False], "boolean"),
        ("flag", [True, None, True, True, False], "boolean"),
        ("flag", ["TRUE", "false", None, "True", "true"], "boolean"),
        ("flag", ["yes", "no", "true", "no", "yes"], "categorical"),
        ("text", ["1", "2", " 3", "?", "NA"], "numeric"),
        ("text", ["1_000", "2", "3", "4", "5"], "categorical"),
        ("days", ["Mon;Tue;", "Mon;", "Sat;", "Sun;", "Tue;"], "multi"),
        ("when", pandas.date_range("2020-01-01", periods=5), "datetime"),
        ("when", pandas.date_range("2020-01-01", periods=5, tz="UTC"), "datetime"),
        ("size", pandas.Categorical(list("SMLSM"), ["S", "M", "L"], ordered=True), "ordinal"),
        ("size", pandas.Categorical(list("SMLSM"), ["S", "M", "L"]), "categorical"),
        ("review", [f"review number {i} says that it is good" for i in range(20)], "text"),
        (
            "review",
            [f"review number {i % 8} says that it is good" for i in range(20)],
            "categorical",
        ),
        ("address", [f"{i} Main Street" for i in range(60)], "id"),
        ("lasted", pandas.to_timedelta([1, 2, 3, 4, 5], unit="D"), "numeric"),
        ("lists", [["a", "b"], ["a"], ["b"], [], None], "multi"),
        ("many", [f"name {i}" for i in range(60)], "id"),
        ("few", [f"name {i % 40}" for i in range(60)], "categorical"),
    ],
)
def test_inferred_kinds(name, values, kind):
    frame = pandas.DataFrame({name: values if hasattr(values, "dtype") else list(values)})
    assert Table.from_frame(frame).kinds == {name: kind}


def test_dates_are_seconds_years_where_numbers_are_asked_for_and_durations_days():
    frame = pandas.DataFrame(
        {
            "when": pandas.to_datetime(["1970-01-01", "2020-01-01"]),
            "d": pandas.to_timedelta([1, 36], "h"),
        }
    )
    table = Table.from_frame(frame)
    assert table.column("when").values.tolist() == [0.0, 1577836800.0]
    assert table.column("when").labels().tolist() == ["1970-01-01", "2020-01-01"]
    years = Table.from_frame(frame, kinds={"when": "numeric"}).column("when").values
    np.testing.assert_allclose(years, [1970.0, 2020.0], atol=0.002)
    asked = Table.from_frame(frame).with_target("when", "regression")
    assert asked.y.tolist() == years.tolist()
    np.testing.assert_allclose(table.column("d").values, [1 / 24, 1.5])


def test_a_target_of_two_numbers_is_classified_and_of_three_is_not():
    frame = pandas.DataFrame({"y": [1.0, 2.0, 1.0], "z": [1, 2, 3], "w": [0.5, 1.5, 0.5]})
    assert Table.from_frame(frame, target="y").y.tolist() == [1, 2, 1]
    assert Table.from_frame(frame, target="y").y.dtype == np.int64
    assert Table.from_frame(frame, target="z").task == "regression"
    assert Table.from_frame(frame, target="w").y.tolist() == ["0.5", "1.5", "0.5"]
    assert Table.from_frame(frame, kinds={"z": "categorical"}, target="z").task == "classification"
    assert Table.from_frame(frame).with_target("y", "regression").y.dtype == np.float64
    with pytest.raises(ParameterError, match="Did you mean 'regression'"):
        Table.from_frame(frame).with_target("y", "regresion")


def test_a_threshold_makes_two_classes(people):
    by_age = people.drop(["city"]).take([0, 2, 3]).with_target("age")
    liked = by_age.with_threshold(31)
    assert (liked.target, liked.task, liked.y.tolist()) == ("like", "classification", [1, 1, 0])
    assert "age" not in liked.columns
    assert by_age.with_threshold(31, "old").target == "old"
    with pytest.raises(DataError, match="'bought' is there already"):
        by_age.with_threshold(31, "bought")
    with pytest.raises(DataError, match="numeric target, got 'bought'"):
        people.with_threshold(3)
    with pytest.raises(DataError, match="constant"):
        by_age.with_threshold(3)


def test_the_task_stays_when_rows_are_taken(people):
    assert people.take([0, 2]).task == "classification"
    assert people.take([0, 2]).y.tolist() == ["yes", "yes"]


def test_values_cannot_be_changed(people):
    with pytest.raises(ValueError, match="read-only"):
        people.column("age").values[0] = 1.0
    with pytest.raises(AttributeError):
        people.column("age").name = "b"
    with pytest.raises(TypeError):
        people.columns["new"] = people.column("age")


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_take_is_the_frames_take(rows):
    frame = pandas.DataFrame(
        {"a": [1.0, 2.0, np.nan, 4.0], "b": ["x", None, "y", "x"], "c": ["p|q", "q", "", "r|p"]}
    )
    table = Table.from_frame(frame)
    taken = table.take(rows)
    for name in frame:
        whole, part = table.column(name).labels(), taken.column(name).labels()
        assert part.tolist() == whole[rows].tolist()


def test_to_frame_and_back(people):
    again = Table.from_frame(people.to_frame(), target="bought")
    assert again.kinds == people.kinds
    for name in people.columns:
        ours, theirs = people.column(name).labels(), again.column(name).labels()
        assert ours.tolist() == theirs.tolist(), name


def test_rows_and_columns_chosen(people):
    assert people.take(np.array([True, False, False, True])).n_rows == 2
    assert people.drop("bought").target is None
    assert people.drop(["age", "city"]).features == ["user_id", "genres"]
    with pytest.raises(DataError, match="Did you mean 'age'"):
        people.drop("agee")
    with pytest.raises(DataError, match="Every column"):
        people.drop(list(people.columns))
    with pytest.raises(ParameterError, match="no target"):
        _ = people.drop("bought").y
    renamed = people.column("age").renamed("years")
    assert people.with_column(renamed).features[-1] == "years"


def test_repr_is_a_small_table(people):
    lines = repr(people).splitlines()
    assert lines[0] == "Table 'people': 4 rows x 5 columns, target 'bought'"
    assert lines[1].split() == ["user_id", "age", "city", "genres", "bought"]
    assert "Action|Drama" in lines[3]
    wide = Table({f"column {k}": people.column("age").renamed(f"column {k}") for k in range(30)})
    assert "more columns" in repr(wide)
    assert max(map(len, repr(wide).splitlines())) <= 120
    assert repr(people.take([0] * 6)).splitlines()[-1] == "..."


def test_decimal_commas_and_trailing_separators(tmp_path):
    table = Table.from_csv(written(tmp_path, "x;y;\n1,5;2;\n3;4,25;\n"))
    assert list(table.columns) == ["x", "y"]
    assert table.column("x").values.tolist() == [1.5, 3.0]
    assert table.column("y").values.tolist() == [2.0, 4.25]
    mixed = Table.from_csv(written(tmp_path, "x;y\n1,5;2.5\n3,1;4.5\n"))
    assert mixed.kinds == {"x": "categorical", "y": "numeric"}


def test_dates_in_text(tmp_path):
    text = "a,b,c\n2020-01-01,2020-01-01 12:00,2020-01-01\n?,2020-07-01 00:00:30,2020-13-01\n"
    table = Table.from_csv(written(tmp_path, text))
    assert table.kinds == {"a": "datetime", "b": "datetime", "c": "categorical"}
    assert table.column("a").labels().tolist() == ["2020-01-01", None]
    assert table.column("b").labels()[1] == "2020-07-01T00:00:30"
    assert table.to_frame()["a"].isna().tolist() == [False, True]
    assert Table.from_frame(table.to_frame()).kinds == table.kinds


BAD_FILES = {
    "": "is empty",
    "   \n \n": "is empty",
    "a,b\n": "no rows",
    "a,b,a\n1,2,3\n": "'a' more than once",
    "a,b\n1,2,3\n": "do not fit its 2 columns",
    "a,b\n1,2\n1,2,3\n": "do not fit its 2 columns",
    "1,2\n3,4\n": "numbers and not names",
    "a,b\n1,\n2,?\n": "'b' has no value in any of 2 rows.*drop=",
    "a,b\n1,inf\n2,3\n": "'b' contains infinity, row 0",
    "a\0b\n1\n": "not a text file",
    "a,b\n1,2\n\n3\n": r"do not fit its 2 columns \(line 4 has 1 field\)",
    'a,b\n"x\ny",2\n3\n': r"do not fit its 2 columns \(line 4 has 1 field\)",
    "a,b\n1,2\n1,2,3,4\n": r"do not fit its 2 columns \(line 3 has 4 fields\)",
    '""\n': "no line of names",
}


@pytest.mark.parametrize("text", BAD_FILES)
def test_bad_files(tmp_path, text):
    with pytest.raises(DataError, match=BAD_FILES[text]) as caught:
        Table.from_csv(written(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_rows_may_end_in_a_gap_and_hold_line_breaks(tmp_path):
    table = Table.from_csv(written(tmp_path, 'a,b,c\n"1,234","x\ny",1\n12,z,\n'))
    assert table.column("a").values.tolist() == [1234.0, 12.0]
    assert table.column("b").labels().tolist() == ["x\ny", "z"]
    np.testing.assert_array_equal(table.column("c").values, [1, np.nan])
    header = Table.from_csv(written(tmp_path, '"a\nb",c\n1,2\n3,4\n'))
    assert list(header.columns) == ["a\nb", "c"]


def test_a_long_cell_is_read(tmp_path):
    table = Table.from_csv(written(tmp_path, f"a,b\n{'x' * 200_000},1\ny,\n"))
    assert table.n_rows == 2
    limit = csv.field_size_limit()
    with pytest.raises(DataError, match=r"line 3 has 1 field"):  # behind the long one, too
        Table.from_csv(written(tmp_path, f"a,b\n{'x' * 200_000},1\ny\n"))
    assert csv.field_size_limit() == limit


def test_other_encodings_are_read_and_broken_ones_located(tmp_path):
    text = "name,size\nÅ – €,1\nb,2\n"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            table = Table.from_csv(written(tmp_path, text, encoding=encoding))
        said = [str(each.message) for each in caught]
        assert len(said) == (encoding == "cp1252"), said
        assert table.column("name").labels().tolist() == ["Å – €", "b"]
    path = tmp_path / "broken.csv"
    for encoding, place in (("utf-8", 23), ("utf-8-sig", 26)):
        path.write_bytes(text.encode(encoding).replace(b"b,", b"\xff,"))
        with pytest.raises(DataError, match=rf"UTF-8 text .*0xff, byte {place}, line 3"):
            Table.from_csv(path)
    path.write_bytes(text.encode("utf-16")[:-1])
    with pytest.raises(DataError, match=r"UTF-16 text"):
        Table.from_csv(path)


def test_an_interrupt_while_pandas_reads_stays_one(tmp_path, monkeypatch):
    class Interrupted(io.BytesIO):
        def read1(self, size=-1):
            signal.raise_signal(signal.SIGINT)
            return super().read1(size)

        read = read1

    monkeypatch.setattr(pandas, "read_csv", _reading_from(Interrupted, pandas.read_csv))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            Table.from_csv(written(tmp_path, TEXT))
    finally:
        signal.signal(signal.SIGINT, before)


def _reading_from(source, read_csv):
    return lambda text, **options: read_csv(source(text.getvalue()), **options)


@pytest.mark.parametrize("separator", ["", '"', "\n"])
def test_separators_that_cannot_be(tmp_path, separator):
    with pytest.raises(ParameterError, match="must stand between fields"):
        Table.from_csv(written(tmp_path, TEXT), separator=separator)


def test_two_fractions_are_labels_in_every_part_and_numbers_if_asked():
    frame = pandas.DataFrame({"x": range(4), "y": [1.0, 1.5, 1.0, 1.5]})
    table = Table.from_frame(frame, target="y")
    assert table.take([0, 2]).y.tolist() == ["1", "1"]
    assert table.with_threshold(1.2).y.tolist() == [0, 1, 0, 1]
    assert Table.from_frame(frame, "y", {"y": "categorical"}).y.tolist() == table.y.tolist()
    assert table.with_target("y", "regression").y.tolist() == [1.0, 1.5, 1.0, 1.5]
    asked = Table.from_frame(frame, "y", {"y": "numeric"})
    assert (asked.task, asked.y.tolist()) == ("regression", [1.0, 1.5, 1.0, 1.5])
    huge = Table.from_frame(frame.assign(y=frame["y"] * 1e300), target="y")
    assert sorted(set(huge.y)) == ["1.5e+300", "1e+300"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("scale", "text"),
    [(1e300, r"up to 3e\+300"), (1e308, r"up to 1.5e\+308"), (1e-300, "2e-300 ap")],
)
def test_a_target_whose_squares_are_no_numbers_is_named(scale, text):
    values = [-1.5e308, 0.0, 1.5e308] if scale == 1e308 else np.array([1.0, 2.0, 3.0]) * scale
    with pytest.raises(DataError, match=rf"Target 'y' has values .*{text}"):
        Table.from_frame(pandas.DataFrame({"x": range(3), "y": values}), target="y")


def test_paths_that_are_no_files(tmp_path):
    with pytest.raises(DataError, match=r"There is no file .*nothing.csv"):
        Table.from_csv(tmp_path / "nothing.csv")
    with pytest.raises(DataError, match="is a folder"):
        Table.from_csv(tmp_path)
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(gzip.compress(TEXT.encode() * 50)[:-20])
    with pytest.raises(DataError, match="cannot be read"):
        Table.from_csv(broken)
    with pytest.raises(ParameterError, match="has 5 columns, got 1 names"):
        Table.from_csv(written(tmp_path, TEXT), names=["a"])


BAD_TARGETS = {
    "boght": r"There is no column 'boght', which `target` names. Did you mean 'bought'\? C",
    "same": "constant .one value only: 3 in all 3 rows",
    "word": "constant .one class only: 'a' in all 3 rows",
    "genres": "several labels a row",
}


@pytest.mark.parametrize("target", BAD_TARGETS)
def test_bad_targets(target):
    frame = pandas.DataFrame(
        {
            "user_id": [1, 2, 3],
            "bought": [1, 2, 3],
            "same": [3, 3, 3],
            "word": ["a", "a", "a"],
            "genres": ["a|b", "a", "b"],
        }
    )
    with pytest.raises(DataError, match=BAD_TARGETS[target]) as caught:
        Table.from_frame(frame, target=target)
    assert "\n" not in str(caught.value)


def test_rows_without_a_target_are_left_out_and_it_is_said():
    frame = pandas.DataFrame({"x": [1, 2, 3, 4], "y": [1.0, np.nan, 3.0, 4.0]})
    with pytest.warns(DataWarning, match="'y' is missing in 1 of 4 rows"):
        table = Table.from_frame(frame, target="y")
    assert table.column("x").values.tolist() == [1, 3, 4]
    with pytest.warns(DataWarning), pytest.raises(DataError, match="constant"):
        Table.from_frame(frame.take([0, 0, 1]), target="y")


def test_bad_frames():
    with pytest.raises(DataError, match="1 row with a target"):
        Table.from_frame(pandas.DataFrame({"x": [1], "y": [2]}), target="y")
    with pytest.raises(DataError, match="more than once"):
        Table.from_frame(pandas.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(DataError, match="0 rows"):
        Table.from_frame(pandas.DataFrame({"x": []}))
    with pytest.raises(DataTypeError, match="DataFrame is needed"):
        Table.from_frame([[1, 2]])
    with pytest.raises(DataTypeError, match="complex"):
        Table.from_frame(pandas.DataFrame({"x": [1j, 2.0]}))
    with pytest.raises(DataError, match="lengths \\[1, 2\\]"):
        Table({k: Column(k, "numeric", np.ones(n)) for k, n in (("a", 1), ("b", 2))})


def test_kinds_of_real_files(real_data):
    telco = Table.from_csv(
        real_data("telco-churn") / "WA_Fn-UseC_-Telco-Customer-Churn.csv.gz", target="Churn"
    )
    assert telco.column("TotalCharges").missing.sum() == 11
    assert (telco.n_rows, telco.kinds["customerID"], telco.kinds["TotalCharges"]) == (
        7043,
        "id",
        "numeric",
    )
    shoppers = Table.from_csv(
        real_data("online-shoppers") / "online_shoppers_intention.csv.gz", target="Revenue"
    )
    assert (shoppers.n_rows, shoppers.y.sum()) == (12330, 1908)
    reviews = Table.from_csv(
        real_data("sentiment-amazon") / "amazon_cells_labelled.txt",
        target="label",
        names=["text", "label"],
    )
    assert (reviews.n_rows, reviews.y.sum()) == (1000, 500)
    names = [f"a{j}" for j in range(21)]
    german = Table.from_csv(real_data("german-credit") / "german.data", target="a20", names=names)
    assert (german.n_rows, (german.y == 2).sum()) == (1000, 300)
    names = [f"a{j}" for j in range(14)]
    heart = Table.from_csv(real_data("heart-disease") / "processed.cleveland.data", names=names)
    assert (heart.column("a11").missing.sum(), heart.column("a12").missing.sum()) == (4, 2)
    places = real_data("restaurant-consumer") / "geoplaces2.csv"
    with pytest.raises(DataError, match="'fax' has no value in any of 130 rows"):
        Table.from_csv(places)
    assert Table.from_csv(places, drop=["fax"]).n_rows == 130


def test_one_text_among_many_numbers_is_an_error_that_names_it(tmp_path):
    cells = [f"{k / 8}" for k in range(200)]
    cells[120] = "oops"
    path = written(tmp_path, "\n".join(["x", *cells]))
    with pytest.raises(DataError, match=r"'x', row 120: 'oops' is no number, and 199 of its 200"):
        Table.from_csv(path)
    assert Table.from_csv(path, kinds={"x": "id"}).column("x").n_unique == 200
    mixed = written(tmp_path, "\n".join(["ticket", *cells[:60], *(f"A/{k}" for k in range(60))]))
    assert Table.from_csv(mixed).kinds == {"ticket": "id"}  # labels, some of them digits


def test_long_ids_are_not_merged_by_floats(tmp_path):
    for start in (10**17, 10**18, 10**20, -(10**18)):
        cells = [str(start + k) for k in range(3)]
        table = Table.from_csv(written(tmp_path, "\n".join(["number", *cells])))
        assert table.column("number").labels().tolist() == cells
    nanoseconds = [str(10**18 + 10**9 * k) for k in range(3)]  # far apart: amounts
    table = Table.from_csv(written(tmp_path, "\n".join(["number", *nanoseconds])))
    assert table.kinds == {"number": "numeric"}


def test_ten_thousand_columns_are_read_and_encoded(tmp_path):
    rng = np.random.default_rng(0)
    names = ["y", *(f"c{j}" for j in range(10_000))]
    rows = [[str(value) for value in rng.integers(0, 100, 10_001)] for _ in range(6)]
    text = "\n".join(",".join(row) for row in [names, *rows])
    table = Table.from_csv(written(tmp_path, text), "y", {"y": "numeric"})
    assert len(table.features) == 10_000
    encoded = TableEncoder().fit_transform(table)
    assert encoded.X.shape[0] == 6
    assert list(encoded.groups)[:2] == ["c0", "c1"]
    values = table.column("c7").values
    expected = (values - values.mean()) / values.std()
    np.testing.assert_allclose(encoded.X[:, encoded.names.index("c7")], expected, atol=1e-12)


def test_ids_may_come_twice(tmp_path):
    path = written(tmp_path, "user_id,size,y\n7,1,0.5\n7,1,0.5\n9,2,1.5\n7,3,2.5\n")
    table = Table.from_csv(path, "y")
    assert table.kinds["user_id"] == "id"
    assert table.column("user_id").labels().tolist() == [7, 7, 9, 7]
    assert duplicate_rows(table).n_repeated == 1  # told, and left to the reader
