"""Boolean columns: the words as they are given, from the table to its target and its encoding."""

import numpy as np
import pytest

from minixai.data import BehaviourFeatures, Column, Table, TableEncoder
from minixai.data.kind_conversion import as_kind
from minixai.errors import DataError, DataTypeError
from minixai.plot.scatter_plot import plot_scatter
from minixai.statistics import box_summary, correlation

pandas = pytest.importorskip("pandas")

PAIRS = [
    ([0, 1, 1, 0], [0, 1], np.int64),
    ([0.0, 1.0, 1.0, 0.0], [0, 1], np.int64),
    (["No", "Yes", "Yes", "No"], ["No", "Yes"], "<U3"),
    (["n", "Y", "Y", "n"], ["n", "Y"], "<U1"),
    (["F", "T", "T", "F"], ["F", "T"], "<U1"),
    ([False, True, True, False], [False, True], np.bool_),
    (["false", "TRUE", "TRUE", "false"], [False, True], np.bool_),
]


@pytest.mark.parametrize(("cells", "labels", "dtype"), PAIRS)
def test_words_and_target_stay_as_given(cells, labels, dtype):
    frame = pandas.DataFrame({"x": range(4), "y": pandas.Series(cells)})
    table = Table.from_frame(frame, target="y")
    column = table.column("y")
    assert (column.kind, table.task) == ("boolean", "classification")
    assert column.categories.tolist() == labels
    assert column.values.tolist() == [0, 1, 1, 0]
    assert table.y.dtype == dtype
    assert table.y.tolist() == [labels[k] for k in (0, 1, 1, 0)]
    assert column.labels().tolist() == table.y.tolist()
    again = Table.from_frame(table.to_frame(), target="y")
    assert again.y.tolist() == table.y.tolist()


def test_a_gap_is_a_gap():
    frame = pandas.DataFrame({"x": [0, 1, None, 1], "w": ["no", "yes", "no", None]})
    table = Table.from_frame(frame)
    assert table.column("x").labels().tolist() == [0, 1, None, 1]
    assert table.column("w").labels().tolist() == ["no", "yes", "no", None]
    assert table.to_frame()["x"].dtype == np.float64
    rows = table.describe().to_rows()
    assert [(row["kind"], row["missing"], row["distinct"]) for row in rows] == [
        ("boolean", 1, 2)
    ] * 2
    assert (rows[0]["most_frequent"], rows[1]["most_frequent"]) == ("1", "no")


@pytest.mark.parametrize(
    ("cells", "labels"),
    [(["Yes"], ["No", "Yes"]), (["NO"], ["NO", "YES"]), (["y"], ["n", "y"]), ([1], [0, 1])],
)
def test_one_word_names_its_pair(cells, labels):
    column = Table.from_frame(pandas.DataFrame({"x": cells * 3}), kinds={"x": "boolean"}).column(
        "x"
    )
    assert column.categories.tolist() == labels
    assert column.labels().tolist() == cells * 3


def test_false_stands_first_however_words_sort():
    column = Table.from_frame(pandas.DataFrame({"x": ["no", "Yes", "no"]})).column("x")
    assert (column.categories.tolist(), column.values.tolist()) == (["no", "Yes"], [0, 1, 0])


def test_other_kinds_and_back():
    numbers = Column("x", "numeric", np.array([1.0, np.nan, 0.0]))
    truths = as_kind(numbers, "boolean")
    assert as_kind(truths, "numeric").values.tolist()[::2] == [1.0, 0.0]
    assert as_kind(truths, "categorical").labels().tolist() == [1, None, 0]
    words = Column("x", "categorical", np.array([2, 0, -1]), np.array(["no", "unused", "yes"]))
    assert as_kind(words, "boolean").labels().tolist() == ["yes", "no", None]
    assert as_kind(as_kind(words, "boolean"), "id").kind == "id"
    with pytest.raises(DataTypeError):
        as_kind(as_kind(words, "boolean"), "numeric")
    wrong = Column("x", "categorical", np.array([2, -1, 1]), np.array(["no", "maybe", "yes"]))
    with pytest.raises(DataTypeError, match="cannot be boolean: it holds 'maybe' in row 2"):
        as_kind(wrong, "boolean")
    with pytest.raises(DataTypeError, match="holds '2' in row 1"):
        as_kind(Column("x", "numeric", np.array([1.0, 2.0])), "boolean")


def test_numbers_asked_for_are_numbers():
    frame = pandas.DataFrame({"x": range(6), "y": [0, 1, 0, 1, 1, 0], "class": [1, 2, 3] * 2})
    for target in ("y", "class"):
        for table in (
            Table.from_frame(frame, target=target, kinds={target: "numeric"}),
            Table.from_frame(frame).with_target(target, "regression"),
        ):
            assert (table.task, table.kinds[target], table.y.dtype) == (
                "regression",
                "numeric",
                np.float64,
            )
            assert table.y.tolist() == frame[target].tolist()
    liked = Table.from_frame(frame, target="y").with_threshold(1)
    assert (liked.kinds["like"], liked.y.tolist()) == ("boolean", [0, 1, 0, 1, 1, 0])


def test_an_encoder_takes_a_part_of_one_word_and_numbers_for_truths():
    frame = pandas.DataFrame({"b": ["Yes", "No"] * 4, "z": [0, 1] * 4, "y": range(8)})
    encoder = TableEncoder().fit(Table.from_frame(frame, target="y"))
    part = Table.from_frame(frame.iloc[::2], target="y")  # one value a column: other kinds
    assert (part.kinds["b"], part.kinds["z"]) == ("categorical", "numeric")
    whole = encoder.transform(Table.from_frame(frame, target="y"))
    np.testing.assert_array_equal(encoder.transform(part).X, whole.X[::2])
    worse = frame.assign(z=[0, 1, 2, 1] * 2)
    with pytest.raises(DataTypeError, match="'z' cannot be boolean: it holds '2' in row 2"):
        encoder.transform(Table.from_frame(worse, target="y"))


def test_zero_and_one_count_as_numbers_where_numbers_are_needed():
    pytest.importorskip("scipy", reason="correlations have p-values")
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {"v": rng.normal(size=30), "flag": rng.integers(0, 2, 30).astype(float)}
    )
    frame.loc[3, "flag"] = np.nan
    table = Table.from_frame(frame)
    assert table.kinds["flag"] == "boolean"
    np.testing.assert_array_equal(table.column("flag").numbers, frame["flag"])
    found = correlation(table).coef
    np.testing.assert_allclose(found[0, 1], frame.corr().to_numpy()[0, 1], rtol=1e-12)
    assert box_summary(table.column("flag")).mean[0] == pytest.approx(frame["flag"].mean())
    points = plot_scatter(table.column("v"), table.column("flag")).collections[0].get_offsets()
    assert len(points) == 29
    words = Table.from_frame(frame.assign(flag=["no", "yes"] * 15))
    assert words.column("flag").numbers is None
    with pytest.raises(DataTypeError, match="'flag' holds 'no'"):
        correlation(words)
    for refused in (box_summary, lambda column: plot_scatter(column, column)):
        with pytest.raises(DataError, match="'flag' is boolean, not numeric"):
            refused(words.column("flag"))


def test_behaviour_means_of_zero_and_one():
    frame = pandas.DataFrame(
        {"user": ["a", "a", "b", "a"], "time": range(4), "bought": [1, 0, 1, 0]}
    )
    table = Table.from_frame(frame, kinds={"user": "id"})
    assert table.kinds["bought"] == "boolean"
    made = BehaviourFeatures(["user"], time="time", value="bought", smoothing=0.0)
    past = made.fit(table).add_to(table).column("user:past_bought")
    assert past.values[3] == pytest.approx(0.5 - 2 / 3)  # a user's mean beside that of all
    with pytest.raises(DataError, match="'user' is id: numbers or dates are needed"):
        BehaviourFeatures(["user"], time="time", value="user").fit(table)
