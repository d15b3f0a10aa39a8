"""PolynomialFeatures against scikit-learn's, its names and its groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import PolynomialFeatures
from minixai.errors import DataError, ParameterError

degrees = st.sampled_from([0, 1, 2, 3, 4, (1, 1), (2, 2), (2, 3), (0, 2), (3, 4)])


@given(st.integers(0, 10_000), degrees, st.booleans(), st.booleans(), st.integers(1, 4))
def test_equals_scikit_learns(seed, degree, interaction_only, include_bias, d):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    X = np.random.default_rng(seed).normal(size=(6, d))
    ours = PolynomialFeatures(degree, interaction_only, include_bias)
    theirs = preprocessing.PolynomialFeatures(
        degree, interaction_only=interaction_only, include_bias=include_bias
    )
    try:
        expected = theirs.fit_transform(X)
    except ValueError:
        expected = np.empty((6, 0))
    if expected.shape[1] == 0:  # theirs may also make nothing in silence
        with pytest.raises(ParameterError, match="makes no column"):
            ours.fit(X)
        return
    np.testing.assert_array_equal(ours.fit_transform(X), expected)
    np.testing.assert_array_equal(ours.powers_, theirs.powers_)
    assert len(set(ours.get_feature_names_out())) == expected.shape[1]


def test_names_and_groups():
    made = PolynomialFeatures(3).fit(np.ones((1, 2)))
    assert list(made.get_feature_names_out(["a", "b"])) == [
        "1", "a", "b", "a^2", "a * b", "b^2", "a^3", "a^2 * b", "a * b^2", "b^3",
    ]  # fmt: skip
    assert made.groups == {
        "1": ["1"],
        "x0": ["x0", "x0^2", "x0^3"],
        "x1": ["x1", "x1^2", "x1^3"],
        "x0 * x1": ["x0 * x1"],
        "x0^2 * x1": ["x0^2 * x1"],
        "x0 * x1^2": ["x0 * x1^2"],
    }


def test_each_value_is_the_product_its_name_says():
    X = np.array([[2.0, 3.0, 5.0]])
    made = PolynomialFeatures(3).fit(X)
    for name, value in zip(
        made.get_feature_names_out(["a", "b", "c"]), made.transform(X)[0], strict=True
    ):
        factors = [part.partition("^") for part in name.split(" * ")]
        known = {"a": 2.0, "b": 3.0, "c": 5.0, "1": 1.0}
        assert value == np.prod([known[base] ** int(power or 1) for base, _, power in factors])


def test_products_beyond_range_and_too_many_are_refused():
    made = PolynomialFeatures().fit([[1.0, 2.0]])
    with pytest.raises(DataError, match=r"Column 'x0 \* x1', row 1: the result is beyond float64"):
        made.transform([[1.0, 2.0], [1e100, 1e300]])
    assert made.transform([[1e150, 1.0]])[0, 3] == pytest.approx(1e300)
    with pytest.raises(DataError, match=r"'x0\^2', row 0: the result is beyond float32"):
        made.transform(np.float32([[1e30, 1.0]]))
    with pytest.raises(ParameterError, match=r"makes 50015000 columns of 10000, more than 1000000"):
        PolynomialFeatures().fit(np.ones((1, 10_000)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"degree": -1}, r"`degree` must be an integer in \[0, inf\), got -1"),
        ({"degree": 1.5}, "`degree` must be an integer"),
        ({"degree": (3, 2)}, r"must be \(lowest, highest\), got \(3, 2\)"),
        ({"degree": (1, 2, 3)}, "must be one number or two"),
        ({"degree": 0, "include_bias": False}, "makes no column"),
    ],
)
def test_options_are_checked(arguments, message):
    with pytest.raises(ParameterError, match=message):
        PolynomialFeatures(**arguments).fit([[1.0, 2.0]])
