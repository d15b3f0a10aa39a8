"""TableEncoder: what each column becomes, by hand; nothing learned from test rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minixai
from minixai.data import Column, Table, TableEncoder, make_shop, split_random
from minixai.errors import DataError, DataTypeError, ParameterError
from minixai.files import REGISTRY


def numeric(name, values):
    return Column(name, "numeric", np.array(values, dtype=float))


def labels(name, values, kind="categorical"):
    present = sorted({v for v in values if v is not None})
    codes = [-1 if v is None else present.index(v) for v in values]
    return Column(name, kind, np.array(codes), np.array(present))


def table(*columns, target=None):
    made = Table({column.name: column for column in columns})
    return made if target is None else made.with_target(target)


def encoded(column, later=None, **options):
    encoder = TableEncoder(**options)
    first = encoder.fit_transform(table(column))
    return first if later is None else encoder.transform(table(later))


def test_numbers_are_standardised_after_the_median_stands_in():
    made = encoded(numeric("x", [1.0, np.nan, 3.0, 8.0]))
    filled = np.array([1.0, 3.0, 3.0, 8.0])
    assert made.feature_names == ["x", "x=(missing)"]
    np.testing.assert_allclose(made.X[:, 0], (filled - filled.mean()) / filled.std(), atol=1e-12)
    assert made.X[:, 1].tolist() == [0, 1, 0, 0]
    assert made.X.dtype == np.float64
    assert made.X.flags.c_contiguous


def test_a_gap_first_seen_later_takes_the_median_without_indicator():
    made = encoded(numeric("x", [1.0, 2.0, 9.0]), numeric("x", [np.nan, 4.0]))
    assert made.feature_names == ["x"]
    np.testing.assert_allclose(made.X[0, 0], (2.0 - 4.0) / np.std([1.0, 2.0, 9.0]))
    assert made.X[1, 0] == 0.0


def test_levels_rare_unknown_and_missing():
    train = labels("c", ["a"] * 4 + ["b"] * 3 + ["d", "e", None])
    made = encoded(train, labels("c", ["a", "b", "e", "new", None]), rare_share=0.2)
    assert made.feature_names == ["c=a", "c=b", "c=(rare)", "c=(missing)"]
    assert made.X.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [1, 0, 0, 1]]


def test_two_levels_are_one_column_and_an_unknown_one_is_no_level():
    made = encoded(labels("sex", ["f", "m", "m"]), labels("sex", ["f", "m", "x"]))
    assert made.feature_names == ["sex=m"]
    assert made.X.ravel().tolist() == [0, 1, 0]


def test_several_labels_a_row():
    train = Column(
        "g", "multi", np.array([0, 1, 0, 2]), np.array(["p", "q", "r"]), np.array([0, 2, 3, 3, 4])
    )
    made = encoded(train, rare_share=0.3)
    assert made.feature_names == ["g=p", "g=(rare)"]
    assert made.X.tolist() == [[1, 1], [1, 0], [0, 0], [0, 1]]
    one = encoded(train, labels("g", ["q", None, "new", "r"]))
    assert one.X.tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1]]


def test_ids_have_offset_and_frequency():
    user = labels("user_id", [1, 1, 1, 2, 2, 3, 3, 3], "id")
    y = numeric("y", [5, 4, 5, 1, 2, 3, 3, 3])
    whole = table(user, y, target="y")
    encoder = TableEncoder(smoothing=2.0).fit(whole)
    assert encoder.groups == {"user_id": ["user_id:offset", "user_id:log_count"]}
    later = encoder.transform(table(labels("user_id", [1, 9, None], "id")))
    assert later.y is None
    expected = (14.0 - 3 * y.values.mean()) / 5.0 / y.values.std()
    np.testing.assert_allclose(later.X[:, 0], [expected, 0.0, 0.0], atol=1e-12)
    assert later.X[1, 1] == later.X[2, 1] < later.X[0, 1]


def test_many_classes_have_an_offset_each():
    user = labels("user_id", [1, 1, 2, 2, 3, 3] * 3, "id")
    y = labels("y", ["a", "b", "c"] * 6)
    made = TableEncoder().fit_transform(table(user, y, target="y"))
    assert made.feature_names[:3] == ["user_id:offset[a]", "user_id:offset[b]", "user_id:offset[c]"]
    assert made.y.tolist() == ["a", "b", "c"] * 6
    many = labels("y", [f"k{k:02}" for k in range(18)])
    made = TableEncoder().fit_transform(table(user, many, target="y"))
    assert sum(":offset" in name for name in made.feature_names) == 10


@given(st.integers(0, 59), st.integers(1, 5), st.integers(0, 3))
def test_a_row_never_sees_its_own_target(i, value, seed):
    shop = make_shop(n_users=12, n_items=6, n_rows=60, missing=0.1, random_state=seed)
    before = TableEncoder(random_state=seed).fit_transform(shop.table)
    y = shop.table.column("rating").values.copy()
    y[i] = float(value)
    changed = shop.table.with_column(Column("rating", "numeric", y))
    after = TableEncoder(random_state=seed).fit_transform(changed)
    assert before.X[i].tobytes() == after.X[i].tobytes()
    assert after.y[i] == value


def poisoned(test):
    """The test rows with every cell another."""
    columns = []
    for name, column in test.columns.items():
        if column.kind == "numeric":
            columns.append(Column(name, "numeric", 1e6 - 7.0 * column.values))
        elif column.indptr is None:
            columns.append(
                labels(name, [f"poison {i % 3}" for i in range(len(column))], column.kind)
            )
        else:
            columns.append(column.take(np.arange(len(column))[::-1]))
    return Table({c.name: c for c in columns}, test.target, task=test.task)


@pytest.mark.parametrize("target", ["rating", "purchase"])
def test_everything_is_learned_from_the_training_part_alone(target):
    shop = make_shop(n_users=30, n_items=8, n_rows=200, target=target, missing=0.1)
    split = split_random(shop.table)
    clean, other = TableEncoder(), TableEncoder()
    first, second = clean.fit_transform(split.train), other.fit_transform(split.train)
    clean.transform(split.test)
    other.transform(poisoned(split.test))
    assert first.X.tobytes() == second.X.tobytes()
    assert clean.transform(split.train).X.tobytes() == other.transform(split.train).X.tobytes()
    # and the way of the whole table: poison the test rows before the split, train alike
    rows = np.concatenate([split.train_rows, split.test_rows])
    order = np.argsort(rows)
    joined = {}
    for name, column in split.train.columns.items():
        bad = poisoned(split.test).columns[name]
        both = np.concatenate([column.labels(), bad.labels()])[order]
        if column.kind == "numeric":
            joined[name] = numeric(name, [np.nan if v is None else v for v in both])
        elif column.indptr is None:
            joined[name] = labels(name, [None if v is None else str(v) for v in both], column.kind)
        else:
            joined[name] = column.take(np.zeros(len(both), dtype=int))
    whole = Table(joined, target, task=shop.table.task)
    again = split_random(whole).train
    for name in ("category",):
        again = again.with_column(split.train.columns[name])
    third = TableEncoder().fit_transform(again)
    assert third.feature_names == first.feature_names
    assert third.X.tobytes() == first.X.tobytes()


def test_groups_fold_every_column_back():
    shop = make_shop(n_users=40, n_items=8, n_rows=300, missing=0.1)
    made = TableEncoder().fit_transform(shop.table)
    assert [name for names in made.groups.values() for name in names] == made.feature_names
    assert list(made.groups) == shop.table.features
    assert len(set(made.feature_names)) == len(made.feature_names) == made.X.shape[1]


def test_a_name_that_is_taken_gets_a_prime():
    made = TableEncoder().fit_transform(
        table(labels("c", ["a", "b", "d"]), numeric("c=a", [1.0, 2.0, 4.0]))
    )
    assert made.groups == {"c": ["c=a'", "c=b", "c=d"], "c=a": ["c=a"]}


def test_columns_left_out_say_why():
    whole = table(
        labels("row_id", [str(k) for k in range(12)], "id"),
        labels("item_id", [0, 0, 1, 1, 2, 2] * 2, "id"),
        labels("title", ["u", "u", "v", "v", "w", "w"] * 2, "id"),
        numeric("same", [4.0] * 12),
        numeric("none", [np.nan] * 12),
        labels("word", ["a"] * 12),
        numeric("x", range(12)),
        numeric("y", range(12)),
        target="y",
    )
    encoder = TableEncoder().fit(whole)
    words = {row["column"]: row["encoded_as"] for row in encoder.describe()}
    assert words == {
        "row_id": "left out: hardly any value comes twice",
        "item_id": "how far the target of its other rows lies from the mean, and how often it "
        "occurs (logarithm)",
        "title": "left out: says the same as item_id",
        "same": "left out: constant in training",
        "none": "left out: no value in training",
        "word": "left out: constant in training",
        "x": "standardised",
        "y": "target, regression",
    }
    row = encoder.describe()[0]
    assert (row["kind"], row["missing"], row["n_unique"], row["n_columns"]) == ("id", 0, 12, 0)
    with pytest.raises(DataError, match=r"No column is left .*'same' constant in training"):
        TableEncoder().fit(table(numeric("same", [4.0, 4.0])))


def test_description_of_gaps_and_rare_levels():
    whole = table(
        numeric("x", [1.0, np.nan, 2.0]),
        labels("c", ["a", "a", "b"]),
        labels("d", ["p", None, "q"]),
    )
    words = [r["encoded_as"] for r in TableEncoder(rare_share=0.4).fit(whole).describe()]
    assert words == [
        "standardised, median where missing, indicator of missing",
        "0/1 for each level, 1 rare ones in one",
        "1 for q, 0 for the other, indicator of missing",
    ]


def test_kinds_of_a_later_table_may_differ_where_nothing_is_lost():
    train = table(labels("c", [1, 2, 3, 1]), numeric("x", [1.0, 2.0, 3.0, 4.0]))
    encoder = TableEncoder().fit(train)
    later = table(numeric("c", [2.0, np.nan]), labels("x", [2, 4]))
    made = encoder.transform(later)
    assert made.X[0].tolist() == encoder.transform(train).X[1].tolist()
    assert made.X[1, -1] == encoder.transform(train).X[3, -1]
    with pytest.raises(DataTypeError, match="'x' is categorical, and was numeric in training"):
        encoder.transform(table(labels("c", [1]), labels("x", ["a"])))
    with pytest.raises(DataError, match=r"'c' was there in training.*Did you mean 'cc'"):
        encoder.transform(table(labels("cc", [1]), numeric("x", [2.0])))


def test_targets_of_a_part_with_one_class_stay_labels():
    whole = table(numeric("x", range(6)), numeric("y", [0, 1, 0, 1, 1, 1]), target="y")
    encoder = TableEncoder().fit(whole)
    made = encoder.transform(whole.take([4, 5]))
    assert made.y.dtype == np.int64
    assert made.y.tolist() == [1, 1]


def test_regression_on_labels_is_an_error():
    words = table(labels("user_id", [1, 1, 2], "id"), labels("y", ["a", "b", "b"]))
    with pytest.raises(DataTypeError, match="regression needs numbers"):
        TableEncoder().fit(words.with_target("y", "regression"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rare_share": 1.0}, "rare_share"),
        ({"smoothing": -1}, "smoothing"),
        ({"n_folds": 1}, "n_folds"),
        ({"random_state": -1}, "random_state"),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(ParameterError, match=message):
        TableEncoder(**options).fit(table(numeric("x", [1.0, 2.0])))


def test_not_fitted_and_repr():
    with pytest.raises(ParameterError, match="not fitted"):
        TableEncoder().transform(table(numeric("x", [1.0])))
    fitted = TableEncoder().fit(table(numeric("x", [1.0, 2.0])))
    assert repr(fitted) == "TableEncoder(rare_share=0.01, smoothing=5.0, 1 columns)"


@pytest.mark.parametrize("target", ["rating", "purchase"])
def test_state_comes_back_the_same(target):
    shop = make_shop(n_users=30, n_items=8, n_rows=120, target=target, missing=0.1)
    encoder = TableEncoder().fit(shop.table)
    back = TableEncoder._from_state(*encoder._to_state())
    ours, theirs = encoder.transform(shop.table), back.transform(shop.table)
    assert ours.X.tobytes() == theirs.X.tobytes()
    assert ours.groups == theirs.groups
    assert ours.y.tolist() == theirs.y.tolist()
    assert encoder.describe() == back.describe()


def test_a_saved_encoder_is_loaded(tmp_path):
    assert REGISTRY["TableEncoder"] == "minixai.data:TableEncoder"
    shop = make_shop(n_users=30, n_items=8, n_rows=120)
    encoder = TableEncoder().fit(shop.table)
    encoder.save(tmp_path / "encoder")
    back = minixai.load(tmp_path / "encoder")
    assert back.transform(shop.table).X.tobytes() == encoder.transform(shop.table).X.tobytes()


def test_the_new_kinds_stand_in_the_matrix():
    when = Column("when", "datetime", np.array([0.0, np.nan, 4e8, 8e8]))
    size = Column("size", "ordinal", np.array([1, 0, 2, -1]), np.array(["S", "M", "L"]))
    flag = Column("flag", "boolean", np.array([1, 0, 1, 1]), np.array([False, True]))
    cells = np.array([f"cell {i}" for i in range(4)], dtype=object)
    text = Column("text", "text", np.arange(4), cells)
    whole = table(when, size, flag, text)
    encoder = TableEncoder(rare_share=0.0)
    made = encoder.fit_transform(whole)
    parts = ["year", "month_sin", "month_cos", "day", "weekday_sin", "weekday_cos"]
    parts += ["hour_sin", "hour_cos", "age"]
    assert made.groups == {
        "when": [f"when:{part}" for part in parts] + ["when=(missing)"],
        "size": ["size", "size=(missing)"],
        "flag": ["flag=True"],
        "text": ["text:0", "text:1", "text:2", "text:3", "text:cell"],
    }
    assert made.X[:, made.names.index("flag=True")].tolist() == [1, 0, 1, 1]
    assert made.X[0, 0] < made.X[2, 0] < made.X[3, 0]
    size = made.X[:, made.names.index("size")]
    assert size[1] < size[0] == size[3] < size[2]  # S < M < L, the median where missing
    words = {row["column"]: row["encoded_as"] for row in encoder.describe()}
    assert words["text"].startswith("its most frequent words")
    assert words["when"] == (
        "year, month, day, weekday, hour, age, standardised, indicator of missing"
    )
    assert words["size"].startswith("place in its order, standardised")
    again = TableEncoder._from_state(*encoder._to_state()).transform(whole)
    assert again.X.tobytes() == made.X.tobytes()


def test_an_id_that_stands_alone_in_training_looks_like_one_never_seen():
    """A training row does not count itself: else every new id would lie outside of training."""
    ids = np.array([0, 0, 0, 1, 2, 3], dtype=np.int64)
    column = Column("k", "id", ids, np.arange(5))
    table = Table({"k": column, "y": Column("y", "numeric", np.arange(6.0))}, "y")
    encoder = TableEncoder()
    place = -1
    train = encoder.fit_transform(table).X[:, place]
    new = Table({"k": Column("k", "id", np.array([4, -1, 1, 0]), np.arange(5))})
    unseen, missing, once, thrice = encoder.transform(new).X[:, place]
    assert unseen == missing == train[3] == train[4]
    assert train[0] < thrice
    assert unseen < once < thrice
    assert train.mean() == pytest.approx(0.0, abs=1e-12)
    assert train.std() == pytest.approx(1.0)


def test_a_row_to_be_predicted_may_lack_any_value():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {"x": [1.0, 2.0, None, 4.0], "c": ["a", "b", "a", None], "when": ["2020-01-01"] * 3 + [""]}
    )
    train = Table.from_frame(frame)
    encoder = TableEncoder().fit(train)
    whole = encoder.transform(train).X
    for row in range(4):
        one = Table.from_frame(frame.iloc[[row]], kinds=train.kinds)
        np.testing.assert_array_equal(encoder.transform(one).X[0], whole[row])
    with pytest.raises(DataError, match=r"no value in any of 1 rows.*or name its kind"):
        Table.from_frame(frame.iloc[[2]])
