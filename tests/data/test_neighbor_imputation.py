"""NeighborImputer against loops over pairs of rows and scikit-learn's KNNImputer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import NeighborImputer
from minixai.errors import ParameterError
from tests.reference.neighbor_imputation import filled


def with_gaps(rng, shape, share=0.3, digits=12):
    X = rng.normal(0.0, 2.0, shape).round(digits)
    gaps = rng.random(shape) < share
    gaps[:2] = False
    X[gaps] = np.nan
    return X


@given(
    st.integers(0, 10_000),
    st.integers(1, 9),
    st.sampled_from(["uniform", "distance"]),
    st.sampled_from([0, 1, 12]),
)
def test_equals_the_loops_ties_included(seed, n_neighbors, weights, digits):
    rng = np.random.default_rng(seed)
    donors, rows = with_gaps(rng, (14, 3), 0.4, digits), with_gaps(rng, (9, 3), 0.6, digits)
    made = NeighborImputer(n_neighbors, weights).fit(donors)
    np.testing.assert_allclose(
        made.transform(rows), filled(rows, donors, n_neighbors, weights), rtol=1e-12, atol=1e-12
    )


@given(st.integers(0, 10_000), st.sampled_from([1, 2, 5, 50]))
def test_equals_scikit_learns(seed, n_neighbors):
    impute = pytest.importorskip("sklearn.impute")
    rng = np.random.default_rng(seed)
    donors, rows = with_gaps(rng, (30, 4)), with_gaps(rng, (12, 4))
    rows[5] = np.nan  # shares no column: the means
    for weights, tolerance in (("uniform", 1e-12), ("distance", 1e-9)):  # their distances cancel
        theirs = impute.KNNImputer(
            n_neighbors=n_neighbors, weights=weights, add_indicator=True
        ).fit(donors)
        ours = NeighborImputer(n_neighbors, weights, add_indicator=True).fit(donors)
        np.testing.assert_allclose(
            ours.transform(rows), theirs.transform(rows), rtol=tolerance, atol=tolerance
        )


def test_by_hand():
    donors = [[0.0, 10.0], [1.0, 20.0], [3.0, 40.0], [5.0, np.nan]]
    uniform = NeighborImputer(2).fit(donors)
    assert uniform.transform([[0.9, np.nan], [4.9, np.nan]])[:, 1].tolist() == [15.0, 30.0]
    weighted = NeighborImputer(2, "distance").fit(donors)
    assert weighted.transform([[0.25, np.nan]])[0, 1] == pytest.approx(0.75 * 10 + 0.25 * 20)
    assert weighted.transform([[1.0, np.nan]])[0, 1] == 20.0, "a row at distance 0 alone counts"


def test_of_equally_near_rows_the_first_count():
    donors = np.array([[1.0, 5.0], [-1.0, 7.0], [1.0, 9.0], [-1.0, 11.0]])
    assert NeighborImputer(2).fit(donors).transform([[0.0, np.nan]])[0, 1] == 6.0
    assert NeighborImputer(2).fit(donors[::-1]).transform([[0.0, np.nan]])[0, 1] == 10.0


def test_a_huge_row_among_small_ones():
    donors = np.array([[1.0, 5.0], [2.0, 7.0], [1e300, 9.0]])
    made = NeighborImputer(1).fit(donors)
    assert made.transform([[1.2e300, np.nan], [1e308, np.nan]])[:, 1].tolist() == [9.0, 9.0]
    assert NeighborImputer(1).fit(donors[:2]).transform([[-1.7e308, np.nan]])[0, 1] == 5.0
    huge = np.array([[1.0, 1.7e308], [2.0, 1.6e308], [3.0, 1.5e308]])
    assert NeighborImputer(3).fit(huge).transform([[0.0, np.nan]])[0, 1] == pytest.approx(1.6e308)


def test_threads_give_the_same_bits():
    rng = np.random.default_rng(0)
    donors, rows = with_gaps(rng, (60, 5)), with_gaps(rng, (300, 5))
    one = NeighborImputer(weights="distance").fit(donors).transform(rows)
    many = NeighborImputer(weights="distance", n_jobs=3).fit(donors).transform(rows)
    assert one.tobytes() == many.tobytes()


def test_an_engine_is_not_saved(tmp_path):
    import minixai

    class Backwards:
        def map(self, function, items):
            return [function(item) for item in list(items)[::-1]][::-1]

    X = with_gaps(np.random.default_rng(3), (90, 3))
    made = NeighborImputer(n_jobs=Backwards()).fit(X)
    made.save(tmp_path / "made")
    back = minixai.load(tmp_path / "made")
    assert back.n_jobs == 1
    np.testing.assert_array_equal(back.transform(X), made.transform(X))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_neighbors": 0}, r"`n_neighbors` must be an integer in \[1, inf\), got 0"),
        ({"weights": "distanse"}, "Did you mean 'distance'"),
        ({"n_jobs": 0}, "`n_jobs` must be an integer"),
    ],
)
def test_options_are_checked(arguments, message):
    with pytest.raises(ParameterError, match=message):
        NeighborImputer(**arguments).fit([[1.0], [2.0]])
