import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, ParameterError
from minixai.explain import Gradient, InputXGradient
from tests.layered_double import LayeredDouble
from tests.reference import gradient as reference

X = np.random.default_rng(1).normal(size=(6, 3))


@given(depth=st.integers(0, 2), seed=st.integers(0, 50))
def test_values_are_the_slopes_of_the_raw_score(depth, seed):
    model = LayeredDouble.draw((3, *[4] * depth, 1), "tanh", seed)
    found = Gradient(model).explain(X)
    slopes = reference.gradient(model.predict, X)
    np.testing.assert_allclose(found.values, slopes, rtol=1e-6, atol=1e-8 * np.abs(slopes).max())
    product = InputXGradient(model).explain(X)
    np.testing.assert_allclose(product.values, found.values * X)


@given(seed=st.integers(0, 50))
def test_the_product_sums_to_the_score_of_a_network_of_relus_without_biases(seed):
    model = LayeredDouble.draw((3, 5, 4, 1), "relu", seed, bias=0.0)
    found = InputXGradient(model).explain(X)
    np.testing.assert_allclose(found.values.sum(axis=1), model.predict(X), rtol=1e-10, atol=1e-12)


@given(seed=st.integers(0, 50))
def test_the_product_with_a_baseline_sums_to_the_difference_of_a_linear_model(seed):
    model = LayeredDouble.draw((3, 1), "relu", seed)
    baseline = X.mean(axis=0)
    found = InputXGradient(model, baseline=baseline).explain(X)
    difference = model.predict(X) - model.predict(baseline[None])
    np.testing.assert_allclose(found.values.sum(axis=1), difference, rtol=1e-10, atol=1e-12)
    zero = InputXGradient(model, baseline=np.zeros(3)).explain(X)
    np.testing.assert_array_equal(zero.values, InputXGradient(model).explain(X).values)


def test_a_baseline_has_a_value_a_column():
    model = LayeredDouble.draw((3, 4, 1))
    for bad, words in [([0.0, 1.0], "2 values for 3 columns"), ([0.0, np.nan, 1.0], "NaN")]:
        with pytest.raises(DataError, match=words):
            InputXGradient(model, baseline=bad).explain(X)


def test_what_an_explanation_carries():
    model = LayeredDouble.draw((3, 4, 1))
    found = InputXGradient(model).explain(X)
    assert found.method == "input_x_gradient"
    assert found.feature_names == ("x0", "x1", "x2")
    assert found.base_values is None
    assert found.output_unit == "raw"
    assert found.output_names is None
    assert found.n_evaluations == 6
    np.testing.assert_array_equal(found.data, X)
    assert found[0].values.shape == (3,)
    assert Gradient(model).explain(X).method == "gradient"


def test_the_fingerprint_follows_the_parameters():
    model = LayeredDouble.draw((3, 4, 1))
    other = LayeredDouble.draw((3, 4, 1), seed=1)
    first = Gradient(model).explain(X).model_fingerprint
    assert first == Gradient(model).explain(X[:2]).model_fingerprint
    assert first != Gradient(other).explain(X).model_fingerprint

    class Bare:
        def input_gradient(self, X, output=None):
            return np.ones_like(X)

    assert Gradient(Bare()).explain(X).model_fingerprint is None


def test_outputs_are_picked_by_index_and_by_name():
    model = LayeredDouble.draw((3, 4, 3), "tanh", classes=["a", "b", "c"])
    every = Gradient(model).explain(X)
    assert every.values.shape == (6, 3, 3)
    assert every.output_names == ("a", "b", "c")
    assert every[0].values.shape == (3, 3)
    for output in (1, "b", np.int64(1)):
        one = Gradient(model, output=output).explain(X)
        np.testing.assert_array_equal(one.values, every.values[:, :, 1])
    products = InputXGradient(model).explain(X)
    np.testing.assert_allclose(products.values, every.values * X[:, :, None])
    several = LayeredDouble.draw((3, 2), seed=0)
    assert Gradient(several).explain(X).output_names == ("0", "1")


def test_a_binary_classifier_has_one_output_that_of_class_1():
    model = LayeredDouble.draw((3, 4, 1), classes=["no", "yes"])
    plain = Gradient(model).explain(X).values
    np.testing.assert_array_equal(Gradient(model, output="yes").explain(X).values, plain)
    with pytest.raises(ParameterError, match="one of 'yes'"):
        Gradient(model, output="no").explain(X)


@pytest.mark.parametrize(
    ("output", "message"),
    [("d", "got 'd'"), (3, "index of an output"), (-1, "index of an output"), (1.0, "a name")],
)
def test_outputs_that_are_not_there(output, message):
    model = LayeredDouble.draw((3, 4, 3), classes=["a", "b", "c"])
    with pytest.raises(ParameterError, match=message):
        Gradient(model, output=output).explain(X)
    with pytest.raises(ParameterError, match="no names"):
        Gradient(LayeredDouble.draw((3, 2)), output="a").explain(X)


def test_options_make_another_explainer():
    model = LayeredDouble.draw((3, 4, 3), classes=["a", "b", "c"])
    every = InputXGradient(model)
    one = every.with_options(output="b")
    assert isinstance(one, InputXGradient)
    assert (every.output, one.output, one.model) == (None, "b", model)
    assert repr(one).startswith("InputXGradient(model=")
    with pytest.raises(ParameterError, match="Did you mean 'output'"):
        every.with_options(outputs="b")


@pytest.mark.parametrize("kind", [Gradient, InputXGradient])
def test_a_model_without_slopes_is_told_what_works(kind):
    with pytest.raises(ParameterError, match="permutation_importance works for any model"):
        kind(lambda X: X[:, 0])


@pytest.mark.parametrize("kind", [Gradient, InputXGradient])
def test_a_class_in_place_of_a_model_is_told(kind):
    with pytest.raises(ParameterError, match="got the class LayeredDouble"):
        kind(LayeredDouble)


def test_frames_keep_their_names():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c"])
    assert Gradient(LayeredDouble.draw((3, 1))).explain(frame).feature_names == ("a", "b", "c")
