"""Selection: the measures are the field's, the elimination is the field's, groups stay whole."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import TableEncoder, make_shop, select_features
from minixai.errors import DataError, DataTypeError, ParameterError
from minixai.explain import permutation_importance
from minixai.linear import LinearRegression
from minixai.neural import MLPRegressor

pandas = pytest.importorskip("pandas")


def data(n=120, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 6))
    X[:, 5] = 1.0
    y = 3.0 * X[:, 1] - 2.0 * X[:, 3] + 0.3 * X[:, 0] + rng.normal(size=n)
    return X, y


def test_filters_are_those_of_scikit_learn():
    theirs = pytest.importorskip("sklearn.feature_selection")
    X, y = data()
    varying = X[:, :5]
    found = select_features(varying, y, method="f", n_features=2)
    np.testing.assert_allclose(found.scores, theirs.f_regression(varying, y)[0], rtol=1e-10)
    labels = np.digitize(y, [-2, 2])
    found = select_features(varying, labels, method="f", n_features=2, discrete_target=True)
    np.testing.assert_allclose(found.scores, theirs.f_classif(varying, labels)[0], rtol=1e-10)
    found = select_features(X, method="variance", threshold=1e-9)
    np.testing.assert_allclose(
        found.scores, theirs.VarianceThreshold().fit(X).variances_, rtol=1e-12, atol=1e-30
    )
    assert list(found.columns) == [0, 1, 2, 3, 4]
    expected = theirs.mutual_info_regression(varying, y, random_state=0)
    found = select_features(varying, y, method="mutual_information", n_features=2)
    np.testing.assert_allclose(np.maximum(found.scores, 0), expected, atol=1e-6)


@pytest.mark.parametrize("step", [1, 2])
def test_recursive_elimination_is_that_of_scikit_learn(step):
    theirs = pytest.importorskip("sklearn.feature_selection")
    from sklearn.linear_model import LinearRegression as Peer

    X, y = data()
    X = (X[:, :5] - X[:, :5].mean(axis=0)) / X[:, :5].std(axis=0)  # they look at bare coefficients
    peer = theirs.RFE(Peer(), n_features_to_select=2, step=step).fit(X, y)
    for model in (Peer(), LinearRegression()):
        found = select_features(X, y, method="recursive", model=model, n_features=2, step=step)
        assert np.array_equal(found.ranking == 1, peer.support_)
        if step == 1:
            assert np.array_equal(found.ranking, peer.ranking_)


@pytest.mark.parametrize("method", ["f", "mutual_information", "correlation"])
def test_filters_find_what_matters(method):
    X, y = data(600)
    found = select_features(X, y, method=method, n_features=2)
    assert set(found.columns) == {1, 3}
    assert found.kept[0] == "x1"
    assert found.transform(X).shape == (600, 2)
    labels = np.where(y > 0, "high", "low")
    assert set(select_features(X, labels, method=method, n_features=2).columns) == {1, 3}


def test_any_importance_serves():
    X, y = data()
    model = MLPRegressor((8,), n_epochs=60, learning_rate=0.02)
    found = select_features(
        X, y, method="recursive", model=model, importance=permutation_importance, n_features=2
    )
    assert set(found.columns) == {1, 3}
    assert sorted(found.ranking) == [1, 1, 2, 3, 4, 5]
    assert not hasattr(model, "n_features_in_")
    found = select_features(X, y, method="embedded", model=LinearRegression(), threshold=1.0)
    assert set(found.columns) == {1, 3}


def test_the_unit_of_a_column_does_not_matter():
    X, y = data()
    units = np.array([1e3, 1e-4, 1.0, 1e6, 1e-2, 1.0])
    for method in ("embedded", "recursive"):
        options = {"method": method, "model": LinearRegression(), "n_features": 2}
        plain = select_features(X, y, **options)
        scaled = select_features(X * units, y, **options)
        assert np.array_equal(plain.ranking, scaled.ranking)


@pytest.mark.parametrize("method", ["f", "recursive"])
def test_groups_are_kept_or_left_out_whole(method):
    X, y = data()
    found = select_features(
        X, y, method=method, model=LinearRegression(), n_features=1, groups={"pair": [1, 4]}
    )
    assert found.kept == ("pair",)
    assert list(found.columns) == [1, 4]
    assert len(found.names) == 5


def test_frames_keep_their_names():
    pandas = pytest.importorskip("pandas")
    X, y = data()
    frame = pandas.DataFrame(X, columns=list("abcdef"))
    found = select_features(frame, y, method="f", n_features=2)
    assert list(found.transform(frame).columns) == ["b", "d"] == list(found.column_names)
    assert list(found.to_frame().index[:1]) == ["b"]
    assert "2 of 6 kept" in str(found)


def test_huge_values_are_right_or_refused():
    X, y = data()
    found = select_features(X * 1e150, y, method="f", n_features=2)
    assert set(found.columns) == {1, 3}
    assert np.isfinite(found.scores).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"method": "lasso"}, ParameterError, "method"),
        ({"n_features": 7}, ParameterError, "n_features"),
        ({"n_features": 2, "threshold": 1.0}, ParameterError, "not both"),
        ({"threshold": 1e9}, ParameterError, "No score reaches"),
        ({"method": "recursive"}, ParameterError, "to be fitted"),
        ({"method": "embedded", "model": LinearRegression}, ParameterError, "to be fitted"),
        ({"method": "embedded", "model": MLPRegressor(n_epochs=1)}, ParameterError, "importance"),
        ({"y": None}, DataError, "give `y`"),
        ({"y": np.ones(3)}, DataError, "rows"),
    ],
)
def test_wrong_arguments(options, error, message):
    X, y = data()
    with pytest.raises(error, match=message):
        select_features(**{"X": X, "y": y, **options})


@given(n=st.integers(6, 30), seed=st.integers(0, 999), tied=st.booleans(), constant=st.booleans())
def test_any_table_is_filtered_as_by_scikit_learn(n, seed, tied, constant):
    theirs = pytest.importorskip("sklearn.feature_selection")
    draws = np.random.default_rng(seed)
    X = draws.integers(0, 4, (n, 3)) * 1.0 if tied else draws.normal(size=(n, 3))
    if constant:
        X[:, 1] = 0.5
    y, labels = draws.normal(size=n), np.array(list("ab"))[np.arange(n) % 2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = [
            ("f", y, theirs.f_regression(X, y)[0]),
            ("f", labels, theirs.f_classif(X, labels)[0]),
            ("correlation", y, np.abs(theirs.r_regression(X, y))),
            ("variance", None, X.var(axis=0)),
        ]
    for method, target, expected in cases:
        found = select_features(X, target, method=method, n_features=1).scores
        expected = np.where(np.ptp(X, axis=0) > 0, expected, 0.0)  # there rounding, or NaN
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12, err_msg=method)


def test_what_a_table_encoder_returns_is_selected_by_name():
    table = make_shop(n_users=20, n_items=6, n_rows=120).table
    encoded = TableEncoder().fit_transform(table)
    found = select_features(encoded, n_features=3, groups=encoded.groups)
    assert set(found.kept) <= set(encoded.groups)
    np.testing.assert_array_equal(found.transform(encoded), encoded.X[:, found.columns])
    with pytest.raises(DataTypeError, match="once encoded"):
        select_features(table)


def test_columns_of_a_frame_are_taken_by_name():
    frame = pandas.DataFrame(np.random.default_rng(0).normal(size=(30, 4)), columns=list("abcd"))
    found = select_features(frame, frame["c"] + frame["a"], n_features=2)
    turned = frame[list("dcba")]
    assert list(found.transform(turned).columns) == list(found.column_names)
    with pytest.raises(DataError, match="'a' was selected and is not there"):
        found.transform(frame.drop(columns="a"))
