"""A table described: the numbers are pandas', every kind has its own, and it prints."""

import numpy as np
import pytest

from minixai.data import Column, Table

pandas = pytest.importorskip("pandas")


def frame():
    rng = np.random.default_rng(0)
    price = rng.lognormal(size=40)
    price[::9] = np.nan
    return pandas.DataFrame(
        {
            "price": price,
            "colour": rng.choice(["red", "green", "blue"], 40, p=[0.6, 0.2, 0.2]),
            "when": pandas.Timestamp("2024-01-01") + pandas.to_timedelta(np.arange(40), "D"),
            "genres": ["Action|Drama", "Drama"] * 20,
            "bought": [True, False, False, False] * 10,
        }
    )


def test_the_numbers_are_those_of_pandas():
    given = frame()
    found = Table.from_frame(given, target="bought").describe().to_frame()
    expected = given["price"].describe()
    row = found.loc["price"]
    assert row["missing"] == 5
    assert row["distinct"] == 35
    assert row["mean"] == pytest.approx(expected["mean"])
    assert row["std"] == pytest.approx(given["price"].std(ddof=0))
    assert (row["min"], row["median"], row["max"]) == (
        expected["min"], pytest.approx(expected["50%"]), expected["max"],
    )  # fmt: skip
    counts = given["colour"].value_counts(normalize=True)
    assert found.loc["colour", "most_frequent"] == counts.index[0]
    assert found.loc["colour", "share"] == pytest.approx(counts.iloc[0])
    assert found.loc["genres", "most_frequent"] == "Drama"
    assert found.loc["genres", "share"] == 1.0
    assert found.loc["when", "min"] == "2024-01-01"
    assert found.loc["when", "max"] == "2024-02-09"
    assert found.loc["bought", "most_frequent"] == "False"
    assert list(found["kind"]) == ["numeric", "categorical", "datetime", "multi", "boolean"]


def test_it_prints_as_a_table():
    text = str(Table.from_frame(frame(), target="bought").describe())
    assert text.splitlines()[-1] == "40 rows, target 'bought'"
    assert text.splitlines()[0].split()[:4] == ["column", "kind", "missing", "distinct"]


def test_huge_constant_and_empty_columns():
    columns = {
        "huge": np.array([1e300, -1e300, 5e299]),
        "still": np.full(3, 0.1),
        "none": np.full(3, np.nan),
    }
    table = Table({name: Column(name, "numeric", values) for name, values in columns.items()})
    huge, still, none = table.describe().to_rows()
    assert huge["std"] == pytest.approx(np.std(columns["huge"] / 1e300) * 1e300)
    assert (still["mean"], still["std"]) == (0.1, 0.0)
    assert (none["missing"], none["distinct"], none["mean"]) == (3, 0, "")
