"""Outliers are reported before they are drawn in, by three kinds of limits."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import OutlierTable, Winsorizer, outliers
from minixai.errors import DataError, ParameterError


def planted(seed=0, n=200):
    rng = np.random.default_rng(seed)
    X = rng.uniform(5.0, 15.0, (n, 3))
    X[5, 1], X[7, 1], X[9, 1] = 90.0, -55.0, 60.0
    X[11, 0] = np.nan
    X[:, 2] = np.where(rng.random(n) < 0.9, 0.0, 1.0)
    return X


def by_hand(column, method, k, quantiles):
    values = column[~np.isnan(column)]
    if method == "quantile":
        return np.quantile(values, quantiles)
    if method == "robust_z":
        middle = np.median(values)
        spread = np.median(np.abs(values - middle))
        ends = middle - k * 1.482602218505602 * spread, middle + k * 1.482602218505602 * spread
    else:
        first, third = np.quantile(values, [0.25, 0.75])
        spread = third - first
        ends = first - k * spread, third + k * spread
    return ends if spread > 0 else (-np.inf, np.inf)


@given(
    st.integers(0, 10_000),
    st.sampled_from([("robust_z", 3.5), ("iqr", 1.5), ("robust_z", 1.0), ("quantile", None)]),
    st.integers(1, 40),
    st.integers(0, 3),
)
def test_limits_and_counts_equal_their_definition(seed, choice, n, digits):
    method, k = choice
    rng = np.random.default_rng(seed)
    X = (rng.standard_t(1.5, (n, 2)) * 3).round(digits)
    X[1:][rng.random((n - 1, 2)) < 0.2] = np.nan
    made = Winsorizer(method, k=k, quantiles=(0.1, 0.8)).fit(X)
    found = made.report(X)
    Z = made.transform(X)
    for j in range(2):
        low, high = by_hand(X[:, j], method, k, (0.1, 0.8))
        np.testing.assert_allclose([made.low_[j], made.high_[j]], [low, high], rtol=1e-13, atol=0)
        assert found.n_below[j] == (X[:, j] < made.low_[j]).sum()
        assert found.n_above[j] == (X[:, j] > made.high_[j]).sum()
        beyond = sorted(X[(X[:, j] < made.low_[j]) | (X[:, j] > made.high_[j]), j])
        assert len(found.extremes[j]) == min(len(beyond), 5)
        assert set(found.extremes[j]) <= set(beyond)
        changed = ~((Z[:, j] == X[:, j]) | np.isnan(X[:, j]))
        assert changed.sum() == found.n_beyond[j], "the report counts what transform changes"
        np.testing.assert_array_equal(Z[:, j], np.clip(X[:, j], made.low_[j], made.high_[j]))


def test_planted_values_are_found_and_reported_before_they_are_touched():
    X = planted()
    before = X.copy()
    found = outliers(X)
    assert isinstance(found, OutlierTable)
    assert found.extremes[1] == (90.0, -55.0, 60.0)
    assert found.n_above[1] == 2
    assert found.n_below[1] == 1
    assert found.share[1] == 3 / 200
    assert found.n_present.tolist() == [199, 200, 200]
    np.testing.assert_array_equal(X, before)
    Z = Winsorizer().fit_transform(X)
    assert Z[5, 1] == found.high[1]
    assert Z[7, 1] == found.low[1]
    assert outliers(Z).low[1] == pytest.approx(found.low[1]), "the limits are robust"


def test_a_column_mostly_one_value_is_not_judged():
    found = outliers(planted())
    assert found.judged.tolist() == [True, True, False]
    assert found.n_beyond[2] == 0
    assert not outliers(planted(), "iqr").judged[2]
    Z = Winsorizer().fit(planted()).transform([[10.0, 10.0, 7.0]])
    assert Z[0, 2] == 7.0


def test_limits_are_those_of_fit_not_of_what_is_transformed():
    made = Winsorizer("quantile", quantiles=(0.0, 1.0)).fit([[1.0], [5.0]])
    assert made.transform([[100.0], [3.0], [-9.0]]).ravel().tolist() == [5.0, 3.0, 1.0]
    report = made.report([[100.0], [3.0], [-9.0], [np.nan]])
    assert (report.n_below[0], report.n_above[0], report.n_present[0]) == (1, 1, 3)
    assert report.extremes == ((100.0, -9.0),)


def test_the_farthest_come_first_whichever_side():
    X = np.concatenate([np.linspace(-1, 1, 101), [50.0, 60.0, 70.0, -65.0, -55.0, 52.0, -90.0]])
    assert outliers(X[:, None]).extremes[0] == (-90.0, 70.0, -65.0, 60.0, -55.0)


def test_float32_at_a_limit_is_not_beyond():
    X = np.float32([[0.1], [0.2], [0.3], [0.4]])
    made = Winsorizer("quantile", quantiles=(0.0, 1.0)).fit(X)
    assert made.report(X).n_beyond[0] == 0
    assert made.transform(X).tobytes() == X.tobytes()


def test_huge_values_have_limits_or_none():
    found = outliers([[-1.7e308], [-1.0], [1.0], [2.0], [1.7e308]])
    assert found.n_beyond[0] == 2
    wide = outliers([[-1.7e308], [-1.6e308], [1.6e308], [1.7e308]])
    assert not wide.judged[0]


def test_the_table_reads_and_converts():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(planted(), columns=["<b>age</b>", "income", "flag"])
    found = outliers(frame)
    text = repr(found).splitlines()
    assert text[1].split() == ["column", "low", "high", "beyond", "share", "farthest"]
    assert "3 of 200  1.50%  90, -55, 60" in text[3]
    assert "not judged" in text[4]
    html = found._repr_html_()
    assert "&lt;b&gt;age&lt;/b&gt;" in html
    assert "<b>" not in html
    table = found.to_frame()
    assert list(table.index) == ["<b>age</b>", "income", "flag"]
    assert table.loc["income", "n_above"] == 2
    entry = json.loads(json.dumps(found.to_dict()))
    assert entry["income"]["extremes"] == [90.0, -55.0, 60.0]
    assert entry["flag"]["low"] is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.method = "iqr"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "robustz"}, "Did you mean 'robust_z'"),
        ({"k": 0}, r"`k` must be a number in \(0.0, inf\), got 0"),
        ({"method": "quantile", "k": 2.0}, "`k` is for 'robust_z' and 'iqr', got 2.0"),
        ({"quantiles": (0.9, 0.1)}, "low end below its high end"),
        ({"quantiles": (1, 99)}, r"`quantiles\[1\]` must be a number in \[0.0, 1.0\], got 99"),
    ],
)
def test_options_are_checked(arguments, message):
    with pytest.raises(ParameterError, match=message):
        outliers([[1.0], [2.0]], **arguments)


def test_what_cannot_be_judged_is_named():
    with pytest.raises(DataError, match="'x1' has no value in any of 2 rows"):
        outliers([[1.0, np.nan], [2.0, np.nan]])


def test_the_usual_widths():
    X = np.arange(101.0)[:, None]
    z = Winsorizer().fit(X)
    assert z.high_[0] == pytest.approx(50.0 + 3.5 * 1.4826022185056018 * 25.0)
    assert Winsorizer("iqr").fit(X).high_[0] == pytest.approx(75.0 + 1.5 * 50.0)
    normal = np.random.default_rng(0).normal(size=(20_000, 1))
    assert Winsorizer().fit(normal).high_[0] == pytest.approx(3.5, abs=0.1)
