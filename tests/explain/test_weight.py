from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import ParameterError
from minixai.explain import weight_importance
from minixai.neural import MLPRegressor
from minixai.protocols import Layer
from tests.layered_double import LayeredDouble
from tests.reference import weight as reference


@given(widths=st.lists(st.integers(1, 4), min_size=2, max_size=4), seed=st.integers(0, 99))
def test_equals_the_sum_over_all_paths(widths, seed):
    model = LayeredDouble.draw(widths, seed=seed)
    found = weight_importance(model)
    twin = reference.weight_importance([layer.weight for layer in model.layers])
    np.testing.assert_allclose(found.mean, twin, rtol=1e-12)
    assert found.mean.sum() == pytest.approx(1.0)


def single(weight, **more):
    weight = np.asarray(weight)
    return SimpleNamespace(
        layers=(Layer(weight, np.full(weight.shape[1], 7.0), "identity"),), **more
    )


def test_a_linear_model_gives_its_coefficients_share():
    model = single([[3.0], [-1.0], [0.0]])
    np.testing.assert_allclose(weight_importance(model).mean, [0.75, 0.25, 0.0])


def test_groups_add_up_and_names_are_the_models():
    model = single([[3.0], [-1.0], [4.0]], feature_names_in_=np.array(["a", "b", "c"]))
    found = weight_importance(model, groups={"ab": ["a", "b"]})
    assert found.feature_names == ("ab", "c")
    np.testing.assert_allclose(found.mean, [0.5, 0.5])
    assert found.groups == {"ab": ["a", "b"], "c": ["c"]}


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_the_size_of_the_weights_does_not_matter(size):
    model = LayeredDouble.draw((3, 4, 4, 2))
    scaled = LayeredDouble([layer._replace(weight=layer.weight * size) for layer in model.layers])
    np.testing.assert_allclose(weight_importance(scaled).mean, weight_importance(model).mean)


def test_a_network_that_is_cut_gives_zeros():
    weights = (np.ones((2, 2)), np.zeros((2, 1)))
    cut = SimpleNamespace(layers=tuple(Layer(w, w[0], "relu") for w in weights))
    np.testing.assert_array_equal(weight_importance(cut).mean, [0.0, 0.0])
    apart = (np.array([[1.0, 0.0]]), np.array([[0.0], [1.0]]))
    cut = SimpleNamespace(layers=tuple(Layer(w, w[0], "relu") for w in apart))
    np.testing.assert_array_equal(weight_importance(cut).mean, [0.0])


def test_a_model_without_layers_is_told_what_works():
    with pytest.raises(ParameterError, match="permutation_importance works for any model"):
        weight_importance(lambda X: X[:, 0])


def test_a_model_that_is_not_fitted_says_so():
    with pytest.raises(ValueError, match="not fitted"):
        weight_importance(MLPRegressor())
