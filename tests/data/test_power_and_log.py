"""PowerTransformer and LogTransformer against their formulas and scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import LogTransformer, PowerTransformer
from minixai.errors import DataError, ParameterError


def skewed(seed, n=60, positive=False):
    rng = np.random.default_rng(seed)
    X = np.column_stack(
        [rng.normal(1.0, 2.0, n), rng.lognormal(0.0, 0.8, n), -rng.gamma(2.0, 2.0, n)]
    )
    X = np.abs(X) + 0.1 if positive else X
    X[2:][rng.random((n - 2, 3)) < 0.15] = np.nan
    return X


@given(st.integers(0, 10_000), st.integers(20, 80), st.sampled_from(["yeo-johnson", "box-cox"]))
def test_powers_equal_scikit_learns(seed, n, method):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    X = skewed(seed, n, positive=method == "box-cox")
    theirs = preprocessing.PowerTransformer(method).fit(X)
    ours = PowerTransformer(method).fit(X)
    np.testing.assert_allclose(ours.lambdas_, theirs.lambdas_, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=1e-5, atol=1e-5)


@given(
    st.integers(0, 10_000),
    st.sampled_from([-2.5, -1.0, 0.0, 1e-18, 0.3, 1.0, 2.0, 3.5]),
    st.sampled_from(["yeo-johnson", "box-cox"]),
)
def test_the_same_power_gives_the_same_numbers(seed, power, method):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    X = skewed(seed, positive=method == "box-cox")
    theirs = preprocessing.PowerTransformer(method, standardize=False).fit(X)
    ours = PowerTransformer(method, standardize=False).fit(X)
    theirs.lambdas_[:] = ours.lambdas_[:] = power
    raised = ours.transform(X)
    np.testing.assert_allclose(raised, theirs.transform(X), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.inverse_transform(raised), X, rtol=1e-6, atol=1e-9)


@given(st.integers(0, 10_000), st.sampled_from(["yeo-johnson", "box-cox"]))
def test_no_other_power_is_more_likely(seed, method):
    stats = pytest.importorskip("scipy.stats")
    likelihood = stats.yeojohnson_llf if method == "yeo-johnson" else stats.boxcox_llf
    X = skewed(seed, positive=method == "box-cox")
    for j, power in enumerate(PowerTransformer(method).fit(X).lambdas_):
        x = X[~np.isnan(X[:, j]), j]
        best = likelihood(power, x)
        for other in (power - 1.0, power - 0.01, power + 0.01, power + 1.0):
            assert likelihood(other, x) < best + 1e-9


def test_by_hand():
    geometric = PowerTransformer("box-cox").fit([[1.0], [10.0], [100.0]])
    assert geometric.lambdas_[0] == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(
        geometric.transform([[1.0], [10.0], [100.0]]).ravel(), [-np.sqrt(1.5), 0, np.sqrt(1.5)],
        atol=1e-5,
    )  # fmt: skip
    squares = np.square(np.linspace(1.0, 3.0, 400))[:, None]
    raised = PowerTransformer("box-cox", standardize=False).fit(squares)
    raised.lambdas_[:] = 0.5
    np.testing.assert_allclose(raised.transform([[9.0]]), [[2 * (3.0 - 1.0)]])
    both = PowerTransformer(standardize=False).fit([[-3.0], [1.0], [4.0]])
    both.lambdas_[:] = 0.0
    np.testing.assert_allclose(
        both.transform([[-3.0], [np.e - 1]]).ravel(), [-(4.0**2 - 1) / 2, 1.0]
    )


def test_standardised_box_cox_does_not_depend_on_the_unit():
    X = np.random.default_rng(0).lognormal(0.0, 0.5, (100, 1))
    usual = PowerTransformer("box-cox").fit_transform(X)
    for unit in (1e-200, 1e-10, 1e10, 1e200):
        Z = PowerTransformer("box-cox").fit_transform(unit * X)
        np.testing.assert_allclose(Z, usual, atol=1e-5)


@pytest.mark.parametrize("size", [1e-300, 1e-150, 1e150, 1e300])
@pytest.mark.parametrize("method", ["yeo-johnson", "box-cox"])
def test_extreme_sizes_come_back(size, method):
    X = size * np.array([[1.0], [2.0], [3.0], [4.0], [7.0], [9.0]])
    made = PowerTransformer(method)
    Z = made.fit_transform(X)
    assert (np.diff(Z.ravel()) > 0.05).all()
    np.testing.assert_allclose(made.inverse_transform(Z), X, rtol=1e-9)


def test_both_signs_at_the_ends_of_the_range_keep_the_power_1():
    made = PowerTransformer().fit([[-1.7e308], [1.0], [1.6e308], [2.0]])
    assert made.lambdas_[0] == 1.0


@pytest.mark.parametrize("method", ["yeo-johnson", "box-cox"])
def test_constant_columns_and_single_rows_keep_the_power_1(method):
    for X in (np.full((5, 2), 3.0), np.array([[2.0, 7.0]])):
        made = PowerTransformer(method).fit(X)
        assert made.lambdas_.tolist() == [1.0, 1.0]
        assert (made.transform(X) == 0.0).all()
        np.testing.assert_allclose(made.inverse_transform(made.transform(X)), X, rtol=1e-14)


def test_what_cannot_be_raised_is_named():
    with pytest.raises(DataError, match=r"'x0', row 1 is 0, and Box-Cox can only"):
        PowerTransformer("box-cox").fit([[1.0], [0.0]])
    made = PowerTransformer("box-cox").fit([[1.0], [2.0], [5.0]])
    with pytest.raises(DataError, match=r"'x0', row 0 is -2, and Box-Cox can only"):
        made.transform([[-2.0]])
    made.lambdas_[:], made.mean_[:], made.scale_[:] = -1.0, 0.0, 1.0
    with pytest.raises(DataError, match=r"row 0: no value is transformed to 5, so it has no"):
        made.inverse_transform([[5.0]])
    narrow = 1e10 + 1e-3 * np.array([[1.0], [2.0], [3.0], [4.0], [7.0], [9.0]])
    with pytest.raises(DataError, match=r"'x0': its values are one number to all digits"):
        PowerTransformer("box-cox", standardize=False).fit(narrow)
    grown = PowerTransformer(standardize=False).fit([[1.0], [2.0], [3.0]])
    grown.lambdas_[:] = 5.0
    with pytest.raises(DataError, match="'x0', row 0: the result is beyond float64"):
        grown.transform([[1e200]])
    with pytest.raises(ParameterError, match="Did you mean 'yeo-johnson'"):
        PowerTransformer("yeojohnson").fit([[1.0]])


def test_a_fit_that_fails_leaves_the_powers():
    made = PowerTransformer("box-cox").fit([[1.0], [2.0], [5.0]])
    before = made.transform([[3.0]])
    with pytest.raises(DataError):
        made.fit([[1.0, 2.0], [-1.0, 3.0]])
    np.testing.assert_array_equal(made.transform([[3.0]]), before)


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=9), st.booleans())
def test_logarithms_equal_their_formula_and_come_back(values, signed):
    X = np.array(values)[:, None]
    X = X if signed else np.abs(X)
    made = LogTransformer(signed=signed).fit(X)
    Z = made.transform(X)
    np.testing.assert_array_equal(Z, np.sign(X) * np.log1p(np.abs(X)))
    np.testing.assert_allclose(made.inverse_transform(Z), X, rtol=1e-12)


def test_values_without_a_logarithm_are_named():
    assert LogTransformer().fit_transform([[-0.5]])[0, 0] == np.log(0.5)
    with pytest.raises(
        DataError, match=r"column 'x1', row 1 is -1, and log\(1 \+ x\) needs x > -1"
    ):
        LogTransformer().fit([[1.0, 2.0], [1.0, -1.0]])
    made = LogTransformer().fit([[1.0]])
    with pytest.raises(DataError, match="column 'x0', row 0 is -5"):
        made.transform([[-5.0]])
    with pytest.raises(DataError, match="'x0', row 0: the result is beyond float64"):
        made.inverse_transform([[1000.0]])
    with pytest.raises(DataError, match="'x0', row 0: the result is beyond float32"):
        made.inverse_transform(np.float32([[100.0]]))
