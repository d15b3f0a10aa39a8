import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minixai
from minixai.errors import DataError, ParameterError
from minixai.linear import LinearRegression
from tests.reference import linear_regression as reference


def fitted(n=20, d=3, seed=0):
    draws = np.random.default_rng(seed)
    X = draws.normal(size=(n, d))
    y = X @ draws.normal(size=d) + 1.0 + draws.normal(size=n)
    return LinearRegression().fit(X, y), X, y


@given(n=st.integers(5, 12), d=st.integers(1, 4), seed=st.integers(0, 99))
def test_loss_and_gradient_equal_the_naive_twin(n, d, seed):
    draws = np.random.default_rng(seed)
    X, y, w, b = draws.normal(size=(n, d)), draws.normal(size=n), draws.normal(size=d), 0.7
    held = {"layers.0.weight": w[:, None], "layers.0.bias": np.array([b])}
    model = LinearRegression().with_parameters(held)
    loss, gradient = model.loss_gradient(X, y)
    slope, start = reference.cost_gradient(X, y, w, b)
    np.testing.assert_allclose(loss, reference.cost(X, y, w, b), rtol=1e-12)
    np.testing.assert_allclose(gradient["layers.0.weight"], slope[:, None], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(gradient["layers.0.bias"], [start], rtol=1e-9, atol=1e-12)
    assert gradient["layers.0.bias"].shape == (1,)


@given(d=st.integers(1, 4), seed=st.integers(0, 99))
def test_gradient_equals_central_differences(d, seed):
    draws = np.random.default_rng(seed)
    X, y = draws.normal(size=(9, d)), draws.normal(size=9)
    held = {"layers.0.weight": draws.normal(size=(d, 1)), "layers.0.bias": draws.normal(size=1)}
    model = LinearRegression()
    _, gradient = model.with_parameters(held).loss_gradient(X, y)
    largest = max(np.abs(part).max() for part in gradient.values())
    for key, array in held.items():
        for place in np.ndindex(array.shape):
            losses = []
            for step in (-2e-3, -1e-3, 1e-3, 2e-3):
                moved = {k: v.copy() for k, v in held.items()}
                moved[key][place] += step
                losses.append(model.with_parameters(moved).loss_gradient(X, y)[0])
            slope = (losses[0] - 8 * losses[1] + 8 * losses[2] - losses[3]) / 12e-3
            np.testing.assert_allclose(gradient[key][place], slope, rtol=1e-6, atol=1e-8 * largest)


def test_the_gradient_vanishes_at_the_fit():
    model, X, y = fitted()
    _, gradient = model.loss_gradient(X, y)
    assert max(np.abs(part).max() for part in gradient.values()) < 1e-13


def test_with_parameters_takes_other_widths_and_forgets_the_data():
    model, X, _ = fitted()
    wider = model.with_parameters(
        {"layers.0.weight": np.arange(5.0)[:, None], "layers.0.bias": np.array([1.0])}
    )
    assert wider.predict(np.ones((2, 5))).tolist() == [11.0, 11.0]
    assert model.predict(X).shape == (20,)
    with pytest.raises(DataError, match="Inference needs the data"):
        wider.inference()


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"layers.0.weight": np.ones((2, 1))}, "must have the keys"),
        ({"layers.0.weight": np.ones(2), "layers.0.bias": np.ones(1)}, "must have shapes"),
        ({"layers.0.weight": np.ones((2, 1)), "layers.0.bias": np.ones(2)}, "must have shapes"),
    ],
)
def test_wrong_parameters_are_refused(held, words):
    with pytest.raises(ParameterError, match=words):
        LinearRegression().with_parameters(held)


def test_names_survive_with_parameters_and_saving(tmp_path):
    pandas = pytest.importorskip("pandas")
    _, X, y = fitted()
    frame = pandas.DataFrame(X, columns=["price", "stock", "age"])
    model = LinearRegression().fit(frame, y)
    same = model.with_parameters(model.parameters())
    assert list(same.feature_names_in_) == ["price", "stock", "age"]
    model.save(tmp_path / "model")
    back = minixai.load(tmp_path / "model")
    assert np.array_equal(back.predict(frame), model.predict(frame))
    assert back.get_params() == model.get_params()
    assert back.loss_curve_ == model.loss_curve_
    assert list(back.terms(frame).feature_names) == ["price", "stock", "age"]
    with pytest.raises(DataError, match="call `fit` first"):
        back.inference()


def test_input_gradient_is_the_coefficients():
    model, X, _ = fitted()
    assert np.array_equal(model.input_gradient(X), np.tile(model.coef_, (20, 1)))
    assert np.array_equal(model.input_gradient(X, output=0), model.input_gradient(X))
    with pytest.raises(ParameterError, match="`output` must be None or 0"):
        model.input_gradient(X, output=1)


@given(seed=st.integers(0, 50), unit=st.sampled_from([1.0, 1e150]))
def test_replaced_columns_equal_a_changed_copy(seed, unit):
    model, X, _ = fitted(12, 4, seed)
    X = X * np.array([unit, 1.0, 1.0, 1.0])
    replace = model.column_replacer(X)
    draws = np.random.default_rng(seed)
    for columns in ([0], [0], [3, 1], [0, 1, 2, 3]):
        values = draws.normal(size=(12, len(columns)))
        changed = X.copy()
        changed[:, columns] = values
        np.testing.assert_allclose(
            replace(columns, values), model.predict(changed), rtol=1e-9, atol=1e-12
        )
    with pytest.raises(ParameterError, match="`method` must be one of 'predict'"):
        model.column_replacer(X, "predict_proba")


def test_terms_sum_to_the_prediction_from_the_intercept():
    model, X, _ = fitted()
    terms = model.terms(X)
    assert np.array_equal(terms.values, X * model.coef_)
    assert np.array_equal(terms.base_values, np.full(20, model.intercept_))
    np.testing.assert_allclose(terms.values.sum(axis=1) + terms.base_values, model.predict(X))
    assert np.abs(terms.completeness_gap).max() < 1e-14
    assert terms.feature_names == ("x0", "x1", "x2")


def test_layers_trace_and_summary_tell_one_dense_layer():
    model, X, _ = fitted()
    (layer,) = model.layers
    assert layer.weight.shape == (3, 1)
    assert layer.activation == "identity"
    first, last = model.forward_trace(X)
    assert np.array_equal(first, X)
    assert np.array_equal(last[:, 0], model.predict(X))
    summary = model.summary()
    assert (summary.n_parameters, summary.n_bytes, summary.macs) == (4, 32, 3)
    assert summary.to_rows()[0]["shape"] == [3, 1]
