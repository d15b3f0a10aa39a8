import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, ParameterError
from minixai.linear import LinearRegression


def fitted(n=30, d=4, seed=0):
    draws = np.random.default_rng(seed)
    X = draws.normal(size=(n, d)) * np.logspace(0, 3, d)
    return LinearRegression().fit(X, X @ np.arange(1.0, d + 1) + 2.0), X


def test_columns_of_a_feature_stand_together_under_its_name():
    model, _ = fitted()
    table = model.coefficient_table(groups={"colour": ["x3", 1]})
    assert table.columns == ("x3", "x1", "x0", "x2")
    assert table.features == ("colour", "colour", "x0", "x2")
    np.testing.assert_allclose(table.coef[:, 0], [4.0, 2.0, 1.0, 3.0])
    first, second, *_ = table.to_rows()
    assert (first["column"], first["feature"]) == ("intercept", "")
    assert first["coef"] == pytest.approx(2.0)
    assert (second["column"], second["feature"]) == ("x3", "colour")
    assert "4 of 4 coefficients are not 0, of 3 of 3 features" in str(table)


@given(seed=st.integers(0, 50))
def test_the_unit_of_a_column_leaves_its_coefficient_times_std(seed):
    draws = np.random.default_rng(seed)
    X, unit = draws.normal(size=(20, 3)), np.array([1e-3, 1.0, 1e4])
    y = X @ draws.normal(size=3) + draws.normal(size=20)
    plain = LinearRegression().fit(X, y).coefficient_table(X=X)
    moved = LinearRegression().fit(X * unit, y).coefficient_table(X=X * unit)
    np.testing.assert_allclose(plain.std, X.std(axis=0))
    for a, b in zip(plain.to_rows()[1:], moved.to_rows()[1:], strict=True):
        assert a["coef x std"] == pytest.approx(b["coef x std"], rel=1e-8, abs=1e-10)


def test_selected_features_are_those_with_a_coefficient():
    model, _ = fitted()
    held = model.parameters()
    held["layers.0.weight"][[0, 1]] = 0.0
    bare = model.with_parameters(held)
    assert bare.coefficient_table(groups={"a": [0, 2]}).selected == ("a", "x3")
    assert bare.coefficient_table(groups={"a": [0, 1]}).selected == ("x2", "x3")


def test_a_frame_and_its_names():
    pandas = pytest.importorskip("pandas")
    _, X = fitted()
    frame = pandas.DataFrame(X, columns=["price", "red", "blue", "age"])
    table = LinearRegression().fit(frame, X[:, 0]).coefficient_table({"colour": ["red", "blue"]})
    found = table.to_frame()
    assert list(found.index) == ["intercept", "red", "blue", "price", "age"]
    assert found["feature"].tolist() == ["", "colour", "colour", "price", "age"]


def test_bad_groups_and_rows_are_named():
    model, X = fitted()
    with pytest.raises(ParameterError, match="Did you mean 'x1'"):
        model.coefficient_table(groups={"a": ["x1x"]})
    with pytest.raises(DataError, match="3 features"):
        model.coefficient_table(X=X[:, :3])
    with pytest.raises(ValueError, match="not fitted"):
        LinearRegression().coefficient_table()
