"""Steps of the caller's choice: composed by kind and by column, out of fold, and back again."""

import numpy as np
import pytest

import minixai
from minixai.data import (
    Binner,
    Column,
    DatetimeEncoder,
    FrequencyEncoder,
    OneHotEncoder,
    PolynomialFeatures,
    SimpleImputer,
    StandardScaler,
    Table,
    TableEncoder,
    TargetEncoder,
    TextEncoder,
)
from minixai.errors import DataTypeError, ParameterError

pandas = pytest.importorskip("pandas")


def table(n=60, seed=0):
    rng = np.random.default_rng(seed)
    price = rng.normal(size=n)
    price[::7] = np.nan
    words = np.array(["good", "bad", "cheap", "slow", "fast", "blue"])
    frame = pandas.DataFrame(
        {
            "price": price,
            "size": rng.integers(1, 9, n).astype(float),
            "colour": rng.choice(["red", "green", "blue"], n),
            "user_id": rng.integers(0, 12, n),
            "when": pandas.Timestamp("2024-01-01") + pandas.to_timedelta(np.arange(n), "D"),
            "review": [" ".join(rng.permutation(words)) + f" item number {i}" for i in range(n)],
            "y": rng.normal(size=n),
        }
    )
    return Table.from_frame(frame, target="y")


STEPS = {
    "numeric": [SimpleImputer("mean", add_indicator=True), StandardScaler()],
    "size": [Binner(3, encode="onehot")],
    "categorical": OneHotEncoder(drop="first"),
    "id": (TargetEncoder(n_folds=5), [FrequencyEncoder("log_count"), StandardScaler()]),
    "datetime": DatetimeEncoder(parts=("weekday_cycle",)),
    "text": TextEncoder(n_tokens=4),
}


def test_each_kind_gets_its_steps_and_a_column_its_own():
    data = table()
    encoder = TableEncoder(steps=STEPS)
    encoded = encoder.fit_transform(data)
    filled = SimpleImputer("mean", add_indicator=True).fit_transform(
        data.column("price").values[:, None]
    )
    expected = StandardScaler().fit_transform(filled)
    assert encoder.groups["price"] == ["price", "price=(missing)"]
    np.testing.assert_array_equal(encoded.X[:, :2], expected)
    assert len(encoder.groups["size"]) == 3
    assert encoder.groups["colour"] == ["colour=green", "colour=red"]
    assert encoder.groups["user_id"] == ["user_id:offset", "user_id:log_count"]
    assert len(encoder.groups["review"]) == 4
    assert sum(map(len, encoder.groups.values())) == encoded.X.shape[1]
    assert encoded.names == encoder.feature_names
    assert [name for group in encoder.groups.values() for name in group] == encoder.feature_names
    again = encoder.transform(data)
    others = [j for j, name in enumerate(encoder.feature_names) if name != "user_id:offset"]
    np.testing.assert_allclose(again.X[:, others], encoded.X[:, others], rtol=1e-12, atol=1e-12)


def test_training_rows_stay_out_of_fold_through_a_sequence():
    data = table()
    y = data.y.copy()
    y[17] += 1000.0
    other = data.with_column(Column("y", "numeric", y))
    alone = TableEncoder(steps={"id": TargetEncoder(n_folds=5)})
    one, two = alone.fit_transform(data), alone.fit_transform(other)
    place = one.feature_names.index("user_id:offset")
    assert one.X[17, place] == two.X[17, place]
    assert (one.X[:, place] != two.X[:, place]).any()
    steps = {"id": [TargetEncoder(n_folds=5), StandardScaler(), PolynomialFeatures(2)]}
    encoded = TableEncoder(steps=steps).fit_transform(data)
    places = [encoded.feature_names.index(name) for name in encoded.groups["user_id"]]
    scaled = StandardScaler().fit_transform(one.X[:, [place]])
    np.testing.assert_allclose(
        encoded.X[:, places], np.hstack([np.ones_like(scaled), scaled, scaled**2]), rtol=1e-12
    )


def test_what_is_learned_is_learned_from_training_alone():
    data = table()
    train, test = data.take(np.arange(40)), data.take(np.arange(40, 60))
    encoder = TableEncoder(steps=STEPS).fit(train)
    whole = encoder.transform(test).X
    for row in range(3):
        np.testing.assert_array_equal(encoder.transform(test.take([row])).X[0], whole[row])


def test_comes_back_from_a_file_and_prints_as_a_table(tmp_path):
    data = table()
    encoder = TableEncoder(steps=STEPS).fit(data)
    encoder.save(tmp_path / "encoder.mxai")
    back = minixai.load(tmp_path / "encoder.mxai")
    np.testing.assert_array_equal(back.transform(data).X, encoder.transform(data).X)
    assert back.groups == encoder.groups
    lines = str(encoder).splitlines()
    assert len(lines) == 7
    assert lines[0].split()[:3] == ["price", "numeric", "2"]
    assert "then StandardScaler()" in lines[0]


def test_free_text_is_read_where_nothing_is_said_and_columns_can_be_dropped():
    data = table()
    encoder = TableEncoder().fit(data)
    assert any(name.startswith("review:") for name in encoder.feature_names)
    less = TableEncoder(steps={"text": "drop", "price": "drop"}).fit(data)
    assert not {"review", "price"} & set(less.groups)
    assert [row["encoded_as"] for row in less.describe() if row["column"] == "price"] == [
        "left out: dropped by `steps`"
    ]


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        ({"prise": StandardScaler()}, ParameterError, "Did you mean 'price'"),
        ({"numeric": "scale"}, ParameterError, "must be a transformer"),
        ({"numeric": []}, ParameterError, "is empty"),
        ({"numeric": (OneHotEncoder(), StandardScaler)}, ParameterError, "must be a transformer"),
        ({"colour": StandardScaler()}, DataTypeError, "begin its `steps` with an encoder"),
    ],
)
def test_steps_that_cannot_be(steps, error, message):
    with pytest.raises(error, match=message):
        TableEncoder(steps=steps).fit(table())


def test_columns_of_a_kind_go_together():
    data = table()
    steps = {"numeric": [SimpleImputer(), StandardScaler(), PolynomialFeatures(2)]}
    encoder = TableEncoder(steps=steps)
    encoded = encoder.fit_transform(data)
    assert {"price", "size"} <= set(encoder.groups)
    product = next(name for name in encoded.names if "price" in name and "size" in name)
    assert encoder.groups[product] == [product]  # of two columns: of neither alone
    place = {name: encoded.X[:, encoded.names.index(name)] for name in ("price", "size", product)}
    np.testing.assert_array_equal(place[product], place["price"] * place["size"])
    back = TableEncoder._from_state(*encoder._to_state())
    assert back.transform(data).X.tobytes() == encoder.transform(data).X.tobytes()
    assert back.groups == encoder.groups


def test_blocks_of_rows_are_encoded_as_the_whole(monkeypatch):
    data = table()
    encoder = TableEncoder().fit(data)
    whole = encoder.transform(data)
    monkeypatch.setattr("minixai.data.composed_encoding._BLOCK", 7)
    monkeypatch.setattr("minixai.data.table_encoder._BLOCK", 7)
    assert encoder.transform(data).X.tobytes() == whole.X.tobytes()


def test_a_rare_truth_value_keeps_its_column():
    flags = np.zeros(1000, dtype=np.int64)
    flags[[3, 90]] = 1
    column = Column("flag", "boolean", flags, np.array([0, 1]))
    encoded = TableEncoder().fit_transform(Table({"flag": column}))
    assert encoded.names == ["flag=1"]
    assert encoded.X.ravel().tolist() == flags.tolist()


@pytest.mark.parametrize("later", [["no", "yes"], ["N", "Y"], [False, True], [0, 1]])
def test_truth_values_are_the_same_in_other_words(later):
    train = pandas.DataFrame({"flag": ["No", "Yes", "No", "Yes"]})
    encoder = TableEncoder().fit(Table.from_frame(train))
    made = encoder.transform(Table.from_frame(pandas.DataFrame({"flag": later})))
    assert made.names == ["flag=Yes"]
    assert made.X.ravel().tolist() == [0, 1]


def test_a_loaded_encoder_learns_anew_by_the_same_steps():
    data = table()
    steps = {**STEPS, "review": "drop", "numeric": PolynomialFeatures(2, include_bias=False)}
    steps["price"] = [SimpleImputer(), StandardScaler()]
    encoder = TableEncoder(steps=steps).fit(data)
    back = TableEncoder._from_state(*encoder._to_state())
    again = back.fit_transform(data)
    assert again.names == encoder.feature_names
    assert again.X.tobytes() == encoder.fit_transform(data).X.tobytes()


def test_names_are_unique_and_products_are_told():
    data = table()
    twice = TableEncoder(steps={"size": (SimpleImputer(), StandardScaler())}).fit(data)
    assert twice.groups["size"] == ["size", "size'"]
    steps = {"numeric": [SimpleImputer(), PolynomialFeatures(2, include_bias=False)]}
    encoder = TableEncoder(steps=steps).fit(data)
    told = {row["column"]: row["n_columns"] for row in encoder.describe()}
    assert sum(told.values()) == len(encoder.feature_names)
    assert "made of several columns" in str(encoder)
