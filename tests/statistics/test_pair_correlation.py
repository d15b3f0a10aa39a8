import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, DataTypeError, ParameterError
from minixai.statistics import correlation, correlation_matrix
from tests.reference import statistic as reference

stats = pytest.importorskip("scipy.stats")

PEERS = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}


def pair(n, seed, tied, slope):
    draws = np.random.default_rng(seed)
    x = draws.normal(size=n)
    y = slope * x + draws.normal(size=n)
    return (np.round(x), np.round(2 * y)) if tied else (x, y)


@pytest.mark.parametrize("method", PEERS)
@given(
    n=st.integers(3, 60),
    seed=st.integers(0, 999),
    tied=st.booleans(),
    slope=st.sampled_from([0.0, 0.3, -1.0, 5.0]),
)
def test_equal_scipys(method, n, seed, tied, slope):
    x, y = pair(n, seed, tied, slope)
    found = correlation(x, y, method=method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = PEERS[method](x, y)
    np.testing.assert_allclose(found.coef, theirs.statistic, rtol=1e-12, atol=1e-14)
    if abs(theirs.statistic) < 1 - 1e-12:
        np.testing.assert_allclose(found.p_values, theirs.pvalue, rtol=1e-9, atol=1e-14)
    else:
        assert found.p_values == pytest.approx(theirs.pvalue, abs=1e-6, nan_ok=True)
    if np.isnan(theirs.statistic):
        assert "is constant" in found.notes["x", "y"]
    elif method == "pearson" and n > 3:
        low, high = theirs.confidence_interval(0.95)
        np.testing.assert_allclose(found.intervals, [low, high], rtol=1e-9, atol=1e-12)


@given(n=st.integers(4, 20), seed=st.integers(0, 99), units=st.sampled_from([1e-150, 1.0, 1e150]))
@pytest.mark.parametrize("method", PEERS)
def test_a_table_is_its_pairs_in_any_unit(method, n, seed, units):
    draws = np.random.default_rng(seed)
    X = draws.integers(-3, 4, size=(n, 3)) * 1.0
    X[draws.uniform(size=X.shape) < 0.2] = np.nan
    found = correlation(X * units, method=method, level=0.9)
    assert found.coef.shape == found.p_values.shape == found.n_samples.shape == (3, 3)
    assert found.intervals.shape == (3, 3, 2)
    for i in range(3):
        for j in range(3):
            rows = ~np.isnan(X[:, i]) & ~np.isnan(X[:, j])
            assert found.n_samples[i, j] == rows.sum()
            if not rows.any():
                assert np.isnan(found.coef[i, j])
                continue
            alone = correlation(X[rows, i], X[rows, j], method=method, level=0.9)
            for name in ("coef", "intervals"):
                np.testing.assert_allclose(
                    getattr(found, name)[i, j], getattr(alone, name), atol=1e-7 if i == j else 1e-12
                )
            assert np.isnan(found.coef[i, j]) == ((f"x{i}", f"x{j}") in found.notes)


def test_spearman_is_pearson_of_the_naive_ranks():
    x, y = pair(15, 3, True, 1.0)
    ranks = np.column_stack([reference.average_ranks(x), reference.average_ranks(y)])
    found = correlation(x, y, method="spearman")
    assert found.coef == pytest.approx(reference.correlation_matrix(ranks)[0, 1], rel=1e-12)


def test_shapes_follow_what_was_given():
    X = np.random.default_rng(0).normal(size=(9, 3))
    assert correlation(X, X[:, 0]).coef.shape == (3,)
    assert correlation(X[:, 0], X).intervals.shape == (3, 2)
    assert correlation(X, X[:, :2]).coef.shape == (3, 2)
    assert isinstance(correlation(X[:, 0], X[:, 1]).coef, float)
    assert np.array_equal(correlation(X).coef, correlation_matrix(X))
    assert np.array_equal(correlation(X).coef, correlation(X).coef.T)


@pytest.mark.parametrize("method", PEERS)
def test_intervals_hold_the_truth_as_often_as_they_say(method):
    draws, rho, hits = np.random.default_rng(1), 0.5, []
    truth = {
        "pearson": rho,
        "spearman": 6 / np.pi * np.arcsin(rho / 2),
        "kendall": 2 / np.pi * np.arcsin(rho),
    }[method]
    for _ in range(300):
        x = draws.normal(size=40)
        y = rho * x + np.sqrt(1 - rho**2) * draws.normal(size=40)
        low, high = correlation(x, y, method=method, level=0.9).intervals
        hits.append(low < truth < high)
    assert 0.85 < np.mean(hits) < 0.95


def test_few_rows_leave_everything_possible():
    for method in PEERS:
        found = correlation([1.0, 2.0, 4.0], [1.0, 3.0, 2.0], method=method)
        assert found.intervals.tolist() == [-1.0, 1.0]
        two = correlation([1.0, 2.0], [5.0, 3.0], method=method)
        assert (two.coef, two.p_values) == (pytest.approx(-1.0), 1.0)
        one = correlation([1.0, np.nan], [5.0, 3.0], method=method)
        assert np.isnan(one.coef)
        assert one.notes["x", "y"] == "1 rows have both, 2 are needed"


def test_frames_and_mappings_keep_their_names():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": [1, 2, 3, 5], "rent": [2.0, 1.0, None, 4.0], "old": [0] * 4})
    found = correlation(frame, method="spearman")
    rows = found.to_frame()
    assert list(rows.index) == ["age", "age", "rent"]
    assert rows["n"].tolist() == [3, 4, 3]
    assert rows["note"].tolist()[1] == "'old' is constant in the 4 rows that have both"
    text = str(found)
    assert "spearman, intervals of 95 %" in text
    assert "'old' is constant" in text
    assert found._repr_html_().count("<tr>") == 4
    mapping = correlation({"age": [1, 2, 3, 5], "rent": [2.0, 1.0, np.nan, 4.0]}, method="spearman")
    assert mapping.coef[0, 1] == found.coef[0, 1]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: correlation([1.0, 2.0]), DataError, "two columns, got one: give `y`"),
        (lambda: correlation([1.0, 2.0], [1.0]), DataError, "`x` has 2 rows and `y` has 1"),
        (lambda: correlation([1.0, np.inf], [1.0, 2.0]), DataError, "'x' contains infinity in row"),
        (lambda: correlation(["a", "b"], [1.0, 2.0]), DataTypeError, "'x' holds 'a'.*encode"),
        (lambda: correlation([], []), DataError, "at least one row"),
        (lambda: correlation([1.0], [1.0], method="pearsn"), ParameterError, "mean 'pearson'"),
        (lambda: correlation([1.0], [1.0], level=95), ParameterError, "`level`"),
        (lambda: correlation(np.ones((2, 2, 2))), DataError, "one or two dimensions"),
    ],
)
def test_bad_input_is_told_with_the_remedy(call, error, words):
    with pytest.raises(error, match=words):
        call()


@given(n=st.integers(3, 40), seed=st.integers(0, 99), sign=st.sampled_from([1, -1]))
def test_the_same_order_is_certain(n, seed, sign):
    pytest.importorskip("scipy")
    x = np.random.default_rng(seed).normal(size=n)
    found = correlation(x, sign * np.exp(x), method="spearman")
    assert (float(found.coef), float(found.p_values)) == (sign, 0.0)
