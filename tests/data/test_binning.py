"""Binner against scikit-learn's KBinsDiscretizer, and what it names its bins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Binner
from minixai.errors import DataError, ParameterError


@pytest.mark.filterwarnings("ignore:Bins whose width are too small:UserWarning")
@pytest.mark.filterwarnings("ignore:Feature . is constant:UserWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered in add:RuntimeWarning")
@given(
    st.integers(0, 10_000),
    st.integers(1, 40),
    st.sampled_from([2, 5, [2, 3, 7]]),
    st.sampled_from(["uniform", "quantile"]),
    st.integers(0, 3),
    st.booleans(),
)
def test_equals_scikit_learns(seed, n, n_bins, strategy, digits, onehot):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(2, 3, n), rng.integers(0, 3, n), np.full(n, 4.0)]).round(digits)
    later = rng.normal(2.0, 4.0, (20, 3)).round(digits)
    theirs = preprocessing.KBinsDiscretizer(
        n_bins,
        encode="onehot-dense" if onehot else "ordinal",
        strategy=strategy,
        quantile_method="averaged_inverted_cdf",
        subsample=None,
    ).fit(X)
    ours = Binner(n_bins, strategy, "onehot" if onehot else "ordinal").fit(X)
    assert ours.n_bins_.tolist() == theirs.n_bins_.tolist()
    for rows in (X, later):
        codes = ours.transform(rows)
        np.testing.assert_array_equal(codes, theirs.transform(rows))
        varies = X.max(axis=0) > X.min(axis=0)
        np.testing.assert_allclose(
            ours.inverse_transform(codes)[:, varies],
            theirs.inverse_transform(codes)[:, varies],
            rtol=1e-12, atol=1e-12,
        )  # fmt: skip


@given(st.integers(0, 10_000), st.sampled_from(["uniform", "quantile"]))
def test_centres_fall_into_their_bin(seed, strategy):
    X = np.random.default_rng(seed).normal(size=(30, 2)).round(1)
    for encode in ("ordinal", "onehot"):
        made = Binner(4, strategy, encode).fit(X)
        Z = made.transform(X)
        np.testing.assert_array_equal(made.transform(made.inverse_transform(Z)), Z)


def test_names_and_groups():
    made = Binner(4, "uniform", "onehot").fit([[0.0, 1.0], [8.0, 1.0]])
    assert list(made.get_feature_names_out(["age", "one"])) == [
        "age < 2", "2 <= age < 4", "4 <= age < 6", "age >= 6", "one (one bin)",
    ]  # fmt: skip
    assert list(made.groups) == ["x0", "x1"]
    assert len(made.groups["x0"]) == 4
    assert made.transform([[5.0, 0.0], [-9.0, 2.0]]).tolist() == [[0, 0, 1, 0, 1], [1, 0, 0, 0, 1]]
    close = Binner(3, "uniform", "onehot").fit([[1000.0], [1000.0003]])
    names = list(close.get_feature_names_out())
    assert len(set(names)) == 3
    assert names[0] == "x0 < 1000.0001"
    assert list(Binner(3).fit([[1.0], [2.0]]).get_feature_names_out()) == ["x0"]


def test_small_units_keep_their_bins():
    """scikit-learn merges quantile edges that lie within 1e-8."""
    X = np.arange(10.0)[:, None]
    for unit in (1e-20, 1e-300, 1e300):
        np.testing.assert_array_equal(Binner().fit_transform(unit * X), Binner().fit_transform(X))
    wide = Binner(2, "uniform").fit([[-1.7e308], [1.7e308]])
    assert wide.transform([[-1.0], [1.0]]).ravel().tolist() == [0.0, 1.0]
    assert np.isfinite(wide.inverse_transform([[0.0], [1.0]])).all()


def test_a_constant_column_comes_back_as_its_value():
    made = Binner().fit([[0.1], [0.1]])
    assert made.n_bins_[0] == 1
    assert made.inverse_transform(made.transform([[5.0]]))[0, 0] == 0.1


def test_what_is_no_bin_is_refused():
    made = Binner(2).fit([[1.0], [2.0], [3.0], [4.0]])
    for wrong in (2.0, -1.0, 0.5):
        with pytest.raises(DataError, match=rf"row 0: {wrong:.6g} is no bin of 0..1"):
            made.inverse_transform([[wrong]])
    onehot = Binner(2, encode="onehot").fit([[1.0], [2.0], [3.0], [4.0]])
    with pytest.raises(DataError, match=r"row 1: -1 is no bin"):
        onehot.inverse_transform([[1.0, 0.0], [1.0, 1.0]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_bins": 1}, r"`n_bins` must be an integer in \[2, inf\), got 1"),
        ({"n_bins": [2, 3]}, "one number, or 1, one a column, got 2"),
        ({"n_bins": [1]}, r"`n_bins\[0\]` must be an integer"),
        ({"n_bins": 2.5}, r"`n_bins\[0\]` must be an integer"),
        ({"strategy": "kmeans"}, "`strategy` must be one of 'quantile', 'uniform'"),
        ({"encode": "one_hot"}, "Did you mean 'onehot'"),
    ],
)
def test_options_are_checked(arguments, message):
    with pytest.raises(ParameterError, match=message):
        Binner(**arguments).fit([[1.0], [2.0]])
