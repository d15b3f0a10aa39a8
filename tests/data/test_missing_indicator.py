"""MissingIndicator: where cells are missing, as scikit-learn tells it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import MissingIndicator
from minixai.errors import ParameterError
from tests.reference import missing_indicator as reference

CELLS = st.one_of(st.none(), st.sampled_from(["a", "b"]))
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8)


@given(ROWS, ROWS, st.sampled_from(["missing-only", "all"]))
def test_equals_the_loops(rows, later, features):
    indicator = MissingIndicator(features).fit([list(row) for row in rows])
    columns, expected = reference.missing_columns(rows, later, features == "all")
    assert indicator.transform([list(row) for row in later]).tolist() == expected
    assert list(indicator.get_feature_names_out()) == [f"x{j}=(missing)" for j in columns]


@pytest.mark.peers
@pytest.mark.parametrize("features", ["missing-only", "all"])
def test_equals_scikit_learns(features):
    impute = pytest.importorskip("sklearn.impute", reason="scikit-learn is not installed")
    X = np.random.default_rng(0).normal(size=(30, 4))
    X[::3, 1] = X[5, 3] = np.nan
    theirs = impute.MissingIndicator(features=features).fit_transform(X)
    np.testing.assert_array_equal(MissingIndicator(features).fit_transform(X), theirs)


def test_wrong_arguments():
    with pytest.raises(ParameterError, match="features"):
        MissingIndicator("none").fit([["a"]])
