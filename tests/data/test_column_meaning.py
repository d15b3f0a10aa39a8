"""What encoded columns say about the table, in words."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import (
    LogTransformer,
    MultiHotEncoder,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
    Table,
    TableEncoder,
)

pandas = pytest.importorskip("pandas")


def frame():
    rng = np.random.default_rng(0)
    n = 60
    return pandas.DataFrame(
        {
            "age": rng.integers(18, 90, n).astype(float),
            "size": pandas.Categorical(
                rng.choice(["S", "M", "L"], n), ["S", "M", "L"], ordered=True
            ),
            "color": rng.choice(["red", "blue", "green"], n),
            "member": rng.choice(["Yes", "No"], n),
            "y": rng.normal(size=n),
        }
    )


def encoded(steps=None, table=None):
    table = Table.from_frame(frame(), target="y") if table is None else table
    encoder = TableEncoder(steps=steps)
    X = encoder.fit_transform(table)
    return dict(zip(X.names, encoder.meanings(), strict=True)), X


def test_every_column_of_the_matrix_has_its_words():
    meanings, X = encoded()
    row = dict(zip(X.names, X.X[0], strict=True))
    first = frame().iloc[0]
    assert meanings["age"].value(row["age"]) == f"age = {first['age']:.0f}"
    assert meanings["size"].value(row["size"]) == f"size = {first['size']}"
    colors = [m.value(row[name]) for name, m in meanings.items() if name.startswith("color=")]
    assert f"color is {first['color']}" in colors
    assert sum("is not" in text for text in colors) == 2
    assert meanings["member=Yes"].value(row["member=Yes"]) == (
        "member is Yes" if first["member"] == "Yes" else "member is not Yes"
    )


@given(st.floats(18, 90))
def test_a_threshold_stands_in_the_columns_own_unit(age):
    meanings, _ = encoded()
    raw = frame()["age"].to_numpy()
    threshold = (age - raw.mean()) / raw.std()
    assert meanings["age"].raw(threshold) == pytest.approx(age, rel=1e-9)
    assert meanings["age"].between(-math.inf, threshold) == f"age <= {age:.6g}"


def test_a_place_in_an_order_is_a_label():
    meanings, _ = encoded({"size": OrdinalEncoder()})
    size = meanings["size"]
    assert size.between(-math.inf, 0.5) == "size is S"
    assert size.between(-math.inf, 1.5) == "size is S or M"
    assert size.between(0.5, math.inf) == "size is M or L"
    assert size.between(0.5, 1.5) == "size is M"
    assert size.between(0.2, 0.7) == "size is none of its labels"
    assert size.between(-math.inf, math.inf) == "size is anything"


def test_steps_are_undone_in_turn():
    meanings, X = encoded({"age": [LogTransformer(), StandardScaler()]})
    raw = frame()["age"].to_numpy()
    column = X.X[:, X.names.index("age")]
    for value, age in zip(column[:9], raw[:9], strict=True):
        assert meanings["age"].raw(value) == pytest.approx(age, rel=1e-9)


def test_what_cannot_be_undone_is_named_as_it_is():
    meanings, X = encoded({"numeric": PolynomialFeatures(2, include_bias=False)})
    assert meanings["age"].value(2.0) == "age = 2"
    squared = next(name for name in X.names if name.startswith("age") and name != "age")
    assert meanings[squared].between(1.0, math.inf) == f"{squared} > 1"


def test_levels_that_are_missing_rare_or_many():
    some = pandas.DataFrame(
        {
            "tags": ["a|b", "b", "a|c", "c"] * 9,
            "kind": ["x", None, "z", "x"] * 9,
            "y": np.arange(36.0),
        }
    )
    table = Table.from_frame(some, target="y", kinds={"tags": "multi"})
    meanings, _ = encoded({"tags": MultiHotEncoder(), "kind": OneHotEncoder(rare_share=0.4)}, table)
    assert meanings["tags=b"].value(1.0) == "tags includes b"
    assert meanings["tags=b"].between(-math.inf, 0.5) == "tags does not include b"
    assert meanings["kind=(missing)"].value(0.0) == "kind is known"
    assert meanings["kind=(missing)"].between(0.5, math.inf) == "kind is missing"
    assert meanings["kind=(rare)"].between(0.5, math.inf) == "kind is a rare level"
    assert meanings["kind=x"].value(math.nan) == "kind is missing"
    assert meanings["kind=x"].value(0.5) == "kind = 0.5"
