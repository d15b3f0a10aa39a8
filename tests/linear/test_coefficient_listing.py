from types import SimpleNamespace

import numpy as np
import pytest

from minixai.errors import ParameterError
from minixai.linear import Lasso, coefficient_table
from tests.linear.test_lasso import table


def test_columns_stand_beside_their_raw_features():
    pandas = pytest.importorskip("pandas")
    X, y = table("random", 0, d=3)
    frame = pandas.DataFrame(X, columns=["colour_red", "colour_blue", "age"])
    model = Lasso(0.3).fit(frame, y)
    found = coefficient_table(model, {"colour": ["colour_red", "colour_blue"]})
    assert found.features == ("colour", "colour", "age")
    assert np.array_equal(found.coefs[:, 0], model.coef_)
    listed = found.to_frame()
    assert list(listed.index) == ["intercept", "colour_red", "colour_blue", "age"]
    assert listed["coef"].tolist() == [model.intercept_, *model.coef_]
    assert listed["feature"].tolist() == ["", "colour", "colour", "age"]
    n_nonzero = np.count_nonzero(model.coef_)
    assert f"{n_nonzero} of 3 columns" in str(found)


def test_several_outputs_have_a_column_each():
    model = SimpleNamespace(
        coef_=np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]),
        intercept_=np.array([7.0, 8.0, 9.0]),
        classes_=np.array(["a", "b", "c"]),
    )
    found = coefficient_table(model)
    assert found.to_rows()[0] == {
        "column": "intercept",
        "feature": "",
        "a": 7.0,
        "b": 8.0,
        "c": 9.0,
    }
    assert found.to_rows()[1] == {"column": "x0", "feature": "x0", "a": 1.0, "b": 2.0, "c": 3.0}
    assert found.n_nonzero == 1


def test_a_model_without_coefficients_is_refused():
    with pytest.raises(ParameterError, match="fitted linear model with `coef_`, got Lasso"):
        coefficient_table(Lasso())
