"""Affine scalers and SimpleImputer against their formulas and scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minixai
from minixai.data import MinMaxScaler, RobustScaler, SimpleImputer, StandardScaler
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


def ties_and_gaps(seed, n=30):
    rng = np.random.default_rng(seed)
    columns = [
        rng.normal(5.0, 3.0, n),
        rng.integers(0, 3, n),
        np.full(n, 2.5),
        rng.lognormal(size=n),
    ]
    X = np.column_stack(columns).round(2)
    X[1:][rng.random((n - 1, 4)) < 0.2] = np.nan
    return X


@given(
    st.integers(0, 10_000),
    st.integers(1, 30),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(25.0, 75.0), (0.0, 100.0), (10, 60)]),
)
def test_equals_scikit_learns_robust_scaler(seed, n, centre, scale, unit, span):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    X, later = ties_and_gaps(seed, n), ties_and_gaps(seed + 1)
    unit = unit and span != (0.0, 100.0)  # an infinite unit there
    theirs = preprocessing.RobustScaler(
        with_centering=centre, with_scaling=scale, quantile_range=span, unit_variance=unit
    ).fit(X)
    ours = RobustScaler(centre, scale, span, unit).fit(X)
    for rows in (X, later):
        np.testing.assert_allclose(
            ours.transform(rows), theirs.transform(rows), rtol=1e-12, atol=1e-12
        )
        np.testing.assert_allclose(
            ours.inverse_transform(rows), theirs.inverse_transform(rows), rtol=1e-12, atol=1e-12
        )


@given(
    st.integers(0, 10_000),
    st.integers(1, 30),
    st.booleans(),
    st.sampled_from([(0.0, 1.0), (-1, 1), (3.0, 3.5)]),
)
def test_equals_scikit_learns_min_max_scaler(seed, n, clip, span):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    X, later = ties_and_gaps(seed, n), ties_and_gaps(seed + 1)
    theirs = preprocessing.MinMaxScaler(feature_range=span, clip=clip).fit(X)
    ours = MinMaxScaler(span, clip=clip).fit(X)
    for rows in (X, later):
        np.testing.assert_allclose(
            ours.transform(rows), theirs.transform(rows), rtol=1e-12, atol=1e-12
        )
        np.testing.assert_allclose(
            ours.inverse_transform(rows), theirs.inverse_transform(rows), rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("fill_value", [None, -3.0, 0.25])
def test_equals_scikit_learns_constant_imputer(fill_value):
    impute = pytest.importorskip("sklearn.impute")
    X, later = with_gaps(), with_gaps(3, (10, 3))
    theirs = impute.SimpleImputer(
        strategy="constant", fill_value=fill_value, add_indicator=True
    ).fit(X)
    ours = SimpleImputer("constant", True, fill_value).fit(X)
    np.testing.assert_array_equal(ours.transform(later), theirs.transform(later))


def test_a_constant_fills_what_has_no_value():
    made = SimpleImputer("constant", fill_value=9).fit([[np.nan, 1.0], [np.nan, 2.0]])
    assert made.transform([[np.nan, np.nan]]).tolist() == [[9.0, 9.0]]
    with pytest.raises(ParameterError, match="`fill_value` is for strategy 'constant', got 9"):
        SimpleImputer("median", fill_value=9).fit([[1.0]])
    with pytest.raises(ParameterError, match="`fill_value` must be a number"):
        SimpleImputer("constant", fill_value="none").fit([[1.0]])
    narrow = SimpleImputer("constant", fill_value=1e300)
    with pytest.raises(DataError, match=r"'x0', row 0: the result is beyond float32"):
        narrow.fit(np.float32([[1.0]])).transform(np.float32([[np.nan]]))


def test_scalers_by_hand():
    X = np.array([[0.0], [1.0], [2.0], [3.0], [100.0]])
    assert RobustScaler().fit_transform(X).ravel().tolist() == [-1.0, -0.5, 0.0, 0.5, 49.0]
    assert MinMaxScaler((-1, 1)).fit_transform(X).ravel().tolist() == [-1, -0.98, -0.96, -0.94, 1]
    normal = np.random.default_rng(0).normal(7.0, 4.0, (20_000, 1))
    assert RobustScaler(unit_variance=True).fit_transform(normal).std() == pytest.approx(
        1, abs=0.02
    )


def test_small_units_are_no_constants():
    """scikit-learn leaves columns narrower than 2e-15 unscaled."""
    X = 1e-18 * np.array([[1.0], [2.0], [4.0], [5.0]])
    np.testing.assert_allclose(MinMaxScaler().fit_transform(X).ravel(), [0.0, 0.25, 0.75, 1.0])
    np.testing.assert_allclose(RobustScaler().fit_transform(X).ravel(), [-0.8, -0.4, 0.4, 0.8])


def test_ends_are_met_exactly():
    X = np.array([[0.1], [0.3], [1.7]])
    assert MinMaxScaler((0.0, 0.7)).fit_transform(X)[0, 0] == 0.0
    assert MinMaxScaler((0.2, 0.9), clip=True).fit_transform(X).max() <= 0.9


def test_what_cannot_be_scaled_is_named():
    with pytest.raises(ParameterError, match=r"low end below its high end, got \(1, 0\)"):
        MinMaxScaler((1, 0)).fit([[1.0]])
    with pytest.raises(ParameterError, match=r"two numbers \(low, high\), got 5"):
        MinMaxScaler(5).fit([[1.0]])
    with pytest.raises(ParameterError, match=r"`quantile_range\[1\]` must be a number in"):
        RobustScaler(quantile_range=(25, 175)).fit([[1.0]])
    wide = [[-1.7e308], [1.7e308]]
    for scaler in (MinMaxScaler(), RobustScaler(quantile_range=(0, 100))):
        with pytest.raises(DataError, match=r"'x0' reaches from -1.7e\+308 to 1.7e\+308"):
            scaler.fit(wide)
    made = RobustScaler().fit([[0.0], [1e-300]])
    with pytest.raises(DataError, match="'x0', row 1: the result is beyond float64"):
        made.transform([[0.0], [1e300]])


@st.composite
def tables(draw):
    """Columns with gaps, ties and constants, of one row or more; each has a value."""
    n, d = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 9999)))
    X = np.where(rng.random((n, d)) < 0.5, rng.integers(-2, 3, (n, d)), rng.normal(size=(n, d)))
    X[:, rng.random(d) < 0.2] = draw(st.sampled_from([0.1, -3.0, 0.0]))
    gaps = rng.random((n, d)) < draw(st.sampled_from([0.0, 0.3]))
    gaps[rng.integers(0, n, d), np.arange(d)] = False
    return np.where(gaps, np.nan, X * draw(st.sampled_from([1e-10, 1.0, 1e10])))


@given(X=tables(), mean=st.booleans(), std=st.booleans())
def test_any_table_is_scaled_as_by_scikit_learn(X, mean, std):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    for ours, theirs in (
        (StandardScaler(mean, std), preprocessing.StandardScaler(with_mean=mean, with_std=std)),
        (
            RobustScaler(mean, std),
            preprocessing.RobustScaler(with_centering=mean, with_scaling=std),
        ),
        (MinMaxScaler(), preprocessing.MinMaxScaler()),
    ):
        unit = np.nanmax(np.abs(X)) or 1.0
        found, other = ours.fit(X).transform(X), theirs.fit(X).transform(X)
        free = unit if not std and not isinstance(ours, MinMaxScaler) else 1.0
        np.testing.assert_allclose(found / free, other / free, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(ours.inverse_transform(found) / unit, X / unit, atol=1e-12)


@given(X=tables(), strategy=st.sampled_from(["median", "mean", "most_frequent"]))
def test_any_table_is_filled_as_by_scikit_learn(X, strategy):
    impute = pytest.importorskip("sklearn.impute")
    theirs = impute.SimpleImputer(strategy=strategy, add_indicator=True).fit(X)
    ours = SimpleImputer(strategy, add_indicator=True).fit(X)
    unit = np.nanmax(np.abs(X)) or 1.0
    found, other = ours.transform(X), theirs.transform(X)
    d = X.shape[1]
    np.testing.assert_allclose(found[:, :d] / unit, other[:, :d] / unit, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found[:, d:], other[:, d:])
