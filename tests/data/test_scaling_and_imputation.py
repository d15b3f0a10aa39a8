"""StandardScaler and SimpleImputer against their formulas and scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minixai
from minixai.data import SimpleImputer, StandardScaler
from minixai.errors import DataError, ParameterError

matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 12), st.integers(1, 4)),
    elements=st.floats(-1e3, 1e3, allow_subnormal=False).map(lambda v: round(v, 3)),
)


def with_gaps(seed=0, shape=(40, 3)):
    rng = np.random.default_rng(seed)
    X = rng.normal(5.0, 3.0, shape).round(1)
    X[rng.random(shape) < 0.2] = np.nan
    return X


@given(matrices)
def test_scaled_columns_have_mean_0_and_deviation_1(X):
    Z = StandardScaler().fit_transform(X)
    varying = X.max(axis=0) > X.min(axis=0)
    assert np.allclose(Z.mean(axis=0), 0.0, atol=1e-9)
    assert np.allclose(Z[:, varying].std(axis=0), 1.0, atol=1e-9)
    assert (Z[:, ~varying] == 0.0).all()


@given(matrices)
def test_inverse_transform_gives_the_columns_back(X):
    scaler = StandardScaler().fit(X)
    assert np.allclose(scaler.inverse_transform(scaler.transform(X)), X, atol=1e-9)


@pytest.mark.parametrize(("with_mean", "with_std"), [(True, True), (False, True), (True, False)])
def test_equals_scikit_learns_scaler(with_mean, with_std):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    for X in (with_gaps(), np.nan_to_num(with_gaps(1)), with_gaps().astype(np.float32)):
        theirs = preprocessing.StandardScaler(with_mean=with_mean, with_std=with_std).fit(X)
        ours = StandardScaler(with_mean=with_mean, with_std=with_std).fit(X)
        assert ours.transform(X).dtype == X.dtype
        tolerance = 1e-12 if X.dtype == np.float64 else 1e-5
        np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=0, atol=tolerance)


@pytest.mark.parametrize("size", [1e-300, 1e150, 1e200, 1e300])
def test_extreme_values_neither_overflow_nor_vanish(size):
    Z = StandardScaler().fit_transform(size * np.array([[1.0], [2.0], [3.0]]))
    assert np.allclose(Z.ravel(), [-np.sqrt(1.5), 0.0, np.sqrt(1.5)])


def test_a_constant_column_that_has_no_exact_mean_becomes_0():
    assert (StandardScaler().fit_transform(np.full((7, 1), 0.1)) == 0.0).all()


def test_column_without_a_value_stays_missing():
    X = np.array([[np.nan, 1.0], [np.nan, 3.0]])
    assert np.isnan(StandardScaler().fit_transform(X)[:, 0]).all()


@pytest.mark.parametrize("strategy", ["median", "mean", "most_frequent"])
def test_equals_scikit_learns_imputer(strategy):
    impute = pytest.importorskip("sklearn.impute")
    X, later = with_gaps(), with_gaps(3, (10, 3))
    theirs = impute.SimpleImputer(strategy=strategy, add_indicator=True).fit(X)
    ours = SimpleImputer(strategy, add_indicator=True).fit(X)
    np.testing.assert_allclose(ours.transform(later), theirs.transform(later), rtol=0, atol=1e-12)


def test_imputer_by_hand():
    X = np.array([[1.0, 4.0], [np.nan, 4.0], [2.0, 5.0], [6.0, np.nan]])
    assert list(SimpleImputer("median").fit(X).statistics_) == [2.0, 4.0]
    assert list(SimpleImputer("mean").fit(X).statistics_) == [3.0, 13.0 / 3.0]
    assert list(SimpleImputer("most_frequent").fit(X).statistics_) == [1.0, 4.0]


def test_huge_means_do_not_overflow():
    X = np.array([[1e308], [1.5e308], [np.nan]])
    assert SimpleImputer("mean").fit(X).statistics_[0] == pytest.approx(1.25e308)


def test_indicator_columns_are_those_with_gaps_in_fit():
    X = np.array([[1.0, np.nan], [2.0, 5.0]])
    imputer = SimpleImputer(add_indicator=True).fit(X)
    assert list(imputer.get_feature_names_out()) == ["x0", "x1", "x1=(missing)"]
    assert imputer.transform([[np.nan, 1.0]]).tolist() == [[1.5, 1.0, 0.0]]
    back = imputer.inverse_transform(imputer.transform(X))
    np.testing.assert_array_equal(back, X)
    with pytest.raises(DataError, match="transform gives 3"):
        imputer.inverse_transform(X[:, :1] * 0)


def test_names_follow_the_frame():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, np.nan], "b": [3.0, 4.0]})
    for transformer in (StandardScaler(), SimpleImputer()):
        out = transformer.set_output(transform="pandas").fit_transform(frame)
        assert list(out.columns) == ["a", "b"]
        assert list(transformer.get_feature_names_out(["a", "b"])) == ["a", "b"]
        with pytest.raises(ParameterError, match="must hold 2 names"):
            transformer.get_feature_names_out(["a"])
        with pytest.raises(ParameterError, match="feature_names_in_"):
            transformer.get_feature_names_out(["b", "a"])


def test_saved_names_come_back(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, 2.0, np.nan], "b": [3.0, 4.0, 7.0]})
    for transformer in (StandardScaler(), SimpleImputer(add_indicator=True)):
        transformer.fit(frame).save(tmp_path / "t")
        back = minixai.load(tmp_path / "t")
        np.testing.assert_array_equal(back.transform(frame), transformer.transform(frame))


def test_what_cannot_be_fitted_is_named():
    with pytest.raises(DataError, match="'x1' has no value in any of 2 rows"):
        SimpleImputer().fit([[1.0, np.nan], [2.0, np.nan]])
    with pytest.raises(ParameterError, match="Did you mean 'median'"):
        SimpleImputer("medain").fit([[1.0]])
    with pytest.raises(DataError, match="infinity in column 0, row 1"):
        StandardScaler().fit([[1.0], [np.inf]])
