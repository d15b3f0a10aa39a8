import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minixai.errors import DataError, DataTypeError, ParameterError
from minixai.statistics import information_measures as measures
from minixai.statistics import mutual_information
from tests.reference import statistic as reference


def columns(n, seed, tied):
    draws = np.random.default_rng(seed)
    x = draws.normal(size=n)
    y = 0.7 * x + draws.normal(size=n)
    return (np.round(2 * x), np.round(2 * y)) if tied else (x, y)


@given(n=st.integers(6, 30), seed=st.integers(0, 999), tied=st.booleans(), k=st.integers(1, 5))
def test_equal_the_naive_twins(n, seed, tied, k):
    x, y = columns(n, seed, tied)
    codes = np.random.default_rng(seed).integers(0, 3, n)
    assert measures.neighbor_information(x, y, k) == pytest.approx(
        reference.neighbor_information(x, y, k), abs=1e-12
    )
    assert measures.label_information(x, codes, k) == pytest.approx(
        reference.label_information(x, codes, k), abs=1e-12
    )
    others = np.unique(np.round(x), return_inverse=True)[1]
    assert measures.count_information(others, codes) == pytest.approx(
        reference.count_information(others, codes), abs=1e-12
    )


def measured_exactly(codes, k):
    """Whether scikit-learn takes differences within labels: for few rows it expands squares."""
    counts = np.bincount(codes)
    return (counts[counts > 1] // 2 > k).all()


@given(n=st.integers(8, 60), seed=st.integers(0, 999), k=st.integers(1, 5))
def test_equal_scikit_learns_estimators_on_the_same_numbers(n, seed, k):
    theirs = pytest.importorskip("sklearn.feature_selection._mutual_info")
    x, y = columns(n, seed, False)
    codes = np.random.default_rng(seed).integers(0, 3, n)
    assert measures.neighbor_information(x, y, k) == pytest.approx(
        theirs._compute_mi_cc(x, y, k), abs=1e-10
    )
    assume(measured_exactly(codes, k))
    assert measures.label_information(x, codes, k) == pytest.approx(
        theirs._compute_mi_cd(x, codes, k), abs=1e-10
    )


@given(n=st.integers(20, 60), seed=st.integers(0, 999))
def test_equal_scikit_learns_functions_where_no_number_comes_twice(n, seed):
    """Their noise and ours are 1e-10 of the numbers, and change no order of distances here."""
    theirs = pytest.importorskip("sklearn.feature_selection")
    draws = np.random.default_rng(seed)
    X = draws.normal(size=(n, 3)) * [1.0, 1e3, 1e-3] + [0.0, 5.0, 1.0]
    y = X[:, 0] + draws.normal(size=n)
    codes = draws.integers(0, 2, n)
    labels = draws.integers(0, 3, size=(n, 2))
    assume(measured_exactly(codes, 3) and all(measured_exactly(a, 3) for a in labels.T))
    for noise in (0.0, 1e-10):
        np.testing.assert_allclose(
            mutual_information(X, y, noise=noise).values,
            theirs.mutual_info_regression(X, y, random_state=0),
            atol=1e-10,
        )
        np.testing.assert_allclose(
            mutual_information(X, codes, discrete_target=True, noise=noise).values,
            theirs.mutual_info_classif(X, codes, random_state=0),
            atol=1e-10,
        )
    np.testing.assert_allclose(
        mutual_information(labels, codes, discrete=True, discrete_target=True).values,
        theirs.mutual_info_classif(labels, codes, discrete_features=True),
        atol=1e-12,
    )
    np.testing.assert_allclose(
        mutual_information(labels, y, discrete=[0, "x1"]).values,
        theirs.mutual_info_regression(labels, y, discrete_features=True, random_state=0),
        atol=1e-10,
    )


def test_normal_numbers_have_a_closed_form():
    draws = np.random.default_rng(0)
    n, rho = 4000, 0.8
    x = draws.normal(size=n)
    y = rho * x + np.sqrt(1 - rho**2) * draws.normal(size=n)
    truth = -0.5 * np.log(1 - rho**2)
    found = mutual_information(x[:1000], y[:1000]).values[0]
    assert found == pytest.approx(truth, abs=0.1)
    halves = (x > 0).astype(int)
    found = mutual_information(x, halves, discrete_target=True).values[0]
    assert found == pytest.approx(np.log(2), abs=0.01)


def test_a_column_tells_all_about_its_own_labels_in_any_unit():
    labels = np.repeat(["a", "b", "c"], [5, 3, 2])
    p = np.array([0.5, 0.3, 0.2])
    found = mutual_information(
        {"same": labels, "number": np.repeat([1e150, 2e150, 5e150], [5, 3, 2])}, labels
    )
    assert found.values[0] == pytest.approx(-(p * np.log(p)).sum(), rel=1e-12)
    assert found.estimators == ("counts", "neighbours within labels")
    assert found.values[1] > 0.5


def test_a_column_does_not_depend_on_its_neighbours_and_units():
    draws = np.random.default_rng(1)
    X = np.round(draws.normal(size=(40, 3)), 1)
    y = np.round(X[:, 1] + draws.normal(size=40), 1)
    together = mutual_information(X, y, random_state=3).values
    alone = mutual_information(X[:, 1], y, random_state=3).values
    assert together[1] == alone[0]
    assert np.array_equal(mutual_information(X, y, random_state=3).values, together)
    huge = mutual_information(X * 2.0**500, y, random_state=3).values
    assert np.array_equal(huge, together)


def test_missing_rows_are_left_out_by_pairs_and_reasons_are_given():
    pandas = pytest.importorskip("pandas")
    x = np.arange(12.0) ** 1.3
    y = np.where(np.arange(12) % 2, "yes", "no").astype(object)
    y[3] = None
    gaps = np.where(np.arange(12) < 2, np.nan, x)
    frame = pandas.DataFrame({"gaps": gaps, "still": 1.0, "none": np.full(12, np.nan)})
    found = mutual_information(frame, y)
    assert found.n_samples.tolist() == [9, 11, 0]
    kept = [2, *range(4, 12)]
    assert found.values[0] == mutual_information({"gaps": gaps[kept]}, y[kept], noise=0.0).values[0]
    assert found.values[1] == 0.0
    assert np.isnan(found.values[2])
    assert found.notes == ("", "one of the two is constant", "no row has both")
    assert found.to_frame().loc["still", "nats"] == 0.0
    assert "3 neighbours where numbers" in str(found)
    alone = mutual_information(x, [f"u{i}" for i in range(12)])
    assert alone.notes == ("every label comes once",)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: mutual_information([1.0, 2.0, 3.0], [1.0, 2.0, 4.0]), DataError, "3 rows.*lower"),
        (lambda: mutual_information([1.0, 2.0], [1.0]), DataError, "one column of 2 rows"),
        (lambda: mutual_information([1.0, np.inf], [0, 1]), DataError, "infinity in row 1"),
        (lambda: mutual_information([1.0], [1.0], n_neighbors=0), ParameterError, "n_neighbors"),
        (lambda: mutual_information([1.0], [1.0], noise=-1), ParameterError, "noise"),
        (
            lambda: mutual_information({"age": [1.0]}, [1.0], discrete=["agr"]),
            ParameterError,
            "age",
        ),
        (lambda: mutual_information([1.0], [1.0], discrete=[3]), ParameterError, "discrete"),
        (
            lambda: mutual_information([1.0], ["a"], discrete_target=False),
            ParameterError,
            "y holds labels",
        ),
        (lambda: mutual_information([1j, 2.0], [1.0, 2.0]), DataTypeError, "Complex"),
    ],
)
def test_bad_input_is_told_with_the_remedy(call, error, words):
    with pytest.raises(error, match=words):
        call()
