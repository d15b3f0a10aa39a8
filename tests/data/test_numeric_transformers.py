"""What every transformer of numbers promises, on random matrices with gaps, ties and constants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minixai
from minixai._transformer import composed_groups
from minixai.data import (
    Binner,
    LogTransformer,
    MinMaxScaler,
    NeighborImputer,
    PolynomialFeatures,
    PowerTransformer,
    QuantileScaler,
    RobustScaler,
    SimpleImputer,
    StandardScaler,
    Winsorizer,
)
from minixai.errors import DataError

TAKE_GAPS = {
    "StandardScaler": StandardScaler,
    "RobustScaler": RobustScaler,
    "RobustScaler unit_variance": lambda: RobustScaler(unit_variance=True),
    "MinMaxScaler": MinMaxScaler,
    "MinMaxScaler clip": lambda: MinMaxScaler((-1.0, 1.0), clip=True),
    "QuantileScaler": QuantileScaler,
    "QuantileScaler normal": lambda: QuantileScaler(4, "normal"),
    "Winsorizer": Winsorizer,
    "Winsorizer iqr": lambda: Winsorizer("iqr", k=0.5),
    "Winsorizer quantile": lambda: Winsorizer("quantile", quantiles=(0.2, 0.7)),
    "LogTransformer": lambda: LogTransformer(signed=True),
    "PowerTransformer": PowerTransformer,
    "PowerTransformer plain": lambda: PowerTransformer(standardize=False),
}
FILL_GAPS = {
    "SimpleImputer constant": lambda: SimpleImputer("constant", True, -7.0),
    "NeighborImputer": lambda: NeighborImputer(2, add_indicator=True),
    "NeighborImputer distance": lambda: NeighborImputer(3, "distance"),
}
NEED_ALL = {
    "Binner": lambda: Binner(3),
    "Binner onehot": lambda: Binner(3, "uniform", "onehot"),
    "PolynomialFeatures": lambda: PolynomialFeatures(3),
}
EVERY = {**TAKE_GAPS, **FILL_GAPS, **NEED_ALL}

numbers = st.one_of(
    st.integers(-3, 3).map(float),  # ties
    st.floats(-50.0, 50.0).map(lambda v: round(v, 2)),
)


@st.composite
def matrices(draw, gaps=True):
    """A matrix with ties, perhaps a constant column, and gaps below a full first row."""
    shape = (draw(st.integers(1, 12)), draw(st.integers(1, 4)))
    X = draw(hnp.arrays(np.float64, shape, elements=numbers))
    if draw(st.booleans()):
        X[:, 0] = X[0, 0]
    if gaps:
        X[1:][draw(hnp.arrays(bool, (shape[0] - 1, shape[1])))] = np.nan
    return X


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_a_row_is_transformed_without_regard_to_the_others(name, data):
    gaps = name not in NEED_ALL
    X = data.draw(matrices(gaps))
    later = data.draw(matrices(gaps))
    made = EVERY[name]().fit(X)
    later = np.resize(later, (len(later), X.shape[1]))
    whole = made.transform(later)
    alone = np.vstack([made.transform(row[None]) for row in later])
    np.testing.assert_array_equal(whole, alone)
    np.testing.assert_array_equal(whole[::-1], made.transform(later[::-1]))


@pytest.mark.parametrize("name", TAKE_GAPS)
@given(data=st.data())
def test_gaps_stay_and_nothing_else_becomes_one(name, data):
    X = data.draw(matrices())
    Z = TAKE_GAPS[name]().fit_transform(X)
    assert Z.shape == X.shape
    np.testing.assert_array_equal(np.isnan(Z), np.isnan(X))


@pytest.mark.parametrize("name", FILL_GAPS)
@given(data=st.data())
def test_gaps_are_filled_and_nothing_else_changes(name, data):
    X = data.draw(matrices())
    made = FILL_GAPS[name]().fit(X)
    Z = made.transform(X)
    assert not np.isnan(Z).any()
    present = ~np.isnan(X)
    np.testing.assert_array_equal(Z[:, : X.shape[1]][present], X[present])
    if made.add_indicator:
        np.testing.assert_array_equal(made.inverse_transform(Z), X)


@pytest.mark.parametrize(
    "name", [n for n in TAKE_GAPS if "Winsorizer" not in n and "clip" not in n]
)
@given(data=st.data())
def test_inverse_gives_the_values_back(name, data):
    X = data.draw(matrices())
    made = TAKE_GAPS[name]()
    if isinstance(made, QuantileScaler):
        made.set_params(n_quantiles=100)  # every value is a quantile
    Z = made.fit_transform(X)
    np.testing.assert_allclose(made.inverse_transform(Z), X, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_order_is_kept(name, data):
    if name.startswith(("SimpleImputer", "NeighborImputer", "Polynomial", "Binner onehot")):
        return
    X = data.draw(matrices(gaps=False))
    Z = EVERY[name]().fit_transform(X)
    for j in range(X.shape[1]):
        order = np.argsort(X[:, j], kind="stable")
        assert (np.diff(Z[order, j]) >= -1e-12).all()


@pytest.mark.parametrize("name", EVERY)
def test_input_is_left_alone_and_may_be_read_only(name):
    X = np.asfortranarray(np.random.default_rng(1).normal(size=(15, 3)))
    if name not in NEED_ALL:
        X[2, 1] = np.nan
    X.setflags(write=False)
    before = X.copy()
    made = EVERY[name]().fit(X)
    Z = made.transform(X)
    if hasattr(made, "inverse_transform"):
        Z.setflags(write=False)
        made.inverse_transform(Z)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("name", EVERY)
def test_float32_stays_float32_and_says_the_same(name):
    X = np.random.default_rng(2).normal(size=(30, 3)).astype(np.float32)
    if name not in NEED_ALL:
        X[4, 0] = np.nan
    made = EVERY[name]().fit(X)
    Z = made.transform(X)
    assert Z.dtype == np.float32
    wide = EVERY[name]().fit_transform(X.astype(np.float64))
    assert wide.dtype == np.float64
    np.testing.assert_allclose(Z, wide, rtol=1e-4, atol=1e-4)
    if hasattr(made, "inverse_transform"):
        assert made.inverse_transform(Z).dtype == np.float32
    assert made.transform(X.astype(np.float64)).dtype == np.float64


@pytest.mark.parametrize("name", EVERY)
def test_names_containers_and_files(name, tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {"a": [1.0, 2.0, 4.0, 4.0], "b": [3.0, 1.0, 7.0, 9.0]}, index=list("wxyz")
    )
    made = EVERY[name]().set_output(transform="pandas")
    out = made.fit_transform(frame)
    assert list(out.columns) == list(made.get_feature_names_out())
    assert list(out.index) == list("wxyz")
    in_groups = [made_column for columns in made.groups.values() for made_column in columns]
    assert sorted(in_groups) == sorted(out.columns)
    assert list(made.groups)[-2:] == ["a", "b"] or "a * b" in made.groups
    made.save(tmp_path / "made")
    back = minixai.load(tmp_path / "made")
    np.testing.assert_array_equal(back.transform(frame), out.to_numpy())
    assert repr(back.get_params()) == repr(made.get_params())


@pytest.mark.parametrize("name", [*TAKE_GAPS, "NeighborImputer", "NeighborImputer distance"])
@pytest.mark.parametrize("size", [1e-300, 1e150, 1e300])
def test_no_size_of_numbers_changes_the_answer(name, size):
    """Scaled by a power of two, all that keeps proportions gives the same; the rest is finite."""
    X = np.array([[1.0, 5.0], [2.0, 4.0], [3.0, 9.0], [4.0, 2.0], [7.0, 4.5], [9.0, 1.0]])
    X[3, 1] = np.nan
    power = 2.0 ** np.round(np.log2(size))
    usual, huge = EVERY[name]().fit_transform(X), EVERY[name]().fit_transform(X * power)
    present = np.isfinite(usual)
    assert np.isfinite(huge[present]).all()
    if name.startswith(("StandardScaler", "RobustScaler", "MinMaxScaler", "QuantileScaler")):
        np.testing.assert_array_equal(huge, usual)
    elif name.startswith(("Winsorizer", "NeighborImputer")):
        np.testing.assert_array_equal(huge[:, :2] / power, usual[:, :2])


@pytest.mark.parametrize(
    "name",
    [n for n in {**TAKE_GAPS, **FILL_GAPS} if not n.startswith(("Log", "SimpleImputer"))],
)
def test_a_column_without_values_is_named(name):
    with pytest.raises(DataError, match=r"Column 'x1' has no value in any of 2 rows: drop it"):
        EVERY[name]().fit([[1.0, np.nan], [2.0, np.nan]])


@pytest.mark.parametrize("name", NEED_ALL)
def test_gaps_are_refused_where_they_have_no_meaning(name):
    with pytest.raises(DataError, match="contains NaN in column 0, row 1"):
        EVERY[name]().fit([[1.0], [np.nan]])


@pytest.mark.parametrize("name", EVERY)
def test_what_is_turned_back_must_be_what_transform_gave(name):
    made = EVERY[name]().fit(np.arange(12.0).reshape(6, 2))
    if hasattr(made, "inverse_transform"):
        with pytest.raises(DataError, match="transform gives"):
            made.inverse_transform(np.ones((2, 9)))


def test_groups_lead_back_through_bins_of_products():
    X = np.random.default_rng(0).normal(size=(40, 2))
    products = PolynomialFeatures(2, include_bias=False).fit(X)
    bins = Binner(2, encode="onehot")
    made = products.transform(X)
    bins.fit(made)
    bins.feature_names_in_ = products.get_feature_names_out()
    chain = composed_groups([products.groups, bins.groups])
    assert list(chain) == ["x0", "x1", "x0 * x1"]
    assert [name.split(" ")[0] for name in chain["x0"]] == ["x0", "x0", "x0^2", "x0^2"]
    assert all(name.startswith("x0 * x1 ") for name in chain["x0 * x1"])
