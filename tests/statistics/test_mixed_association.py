"""Associations of numbers and labels: equal to loops, 1 where one tells the other, 0 by chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.statistics.mixed_association import (
    label_association,
    rank_association,
    rank_correlation,
)
from tests.reference import association as reference

COLUMNS = st.lists(
    st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=12, max_size=40
).filter(lambda rows: all(len(set(each)) > 1 for each in zip(*rows, strict=True)))


@given(COLUMNS)
def test_equal_to_the_loops(rows):
    a, b = (list(each) for each in zip(*rows, strict=True))
    first, second = np.array(a), np.array(b)
    near = {"rel": 1e-9, "abs": 1e-7}  # roots of differences near 0
    assert rank_correlation(first, second) == pytest.approx(
        reference.rank_correlation(a, b), abs=1e-12
    )
    assert rank_association(first, second) == pytest.approx(reference.between_labels(a, b), **near)
    assert label_association(first, second) == pytest.approx(reference.corrected_v(a, b), **near)


def test_what_tells_all_is_one_and_what_tells_nothing_is_near_zero():
    labels = np.repeat(np.arange(4), 25)
    assert label_association(labels, labels[::-1]) == pytest.approx(1.0)
    assert rank_correlation(labels**3, labels) == pytest.approx(1.0)
    assert rank_association(labels, labels) == pytest.approx(1.0)
    draws = np.random.default_rng(0)
    many, other = draws.integers(0, 40, 400), draws.integers(0, 40, 400)
    assert label_association(many, other) < 0.15  # Cramer's V itself: 0.32
    assert rank_association(draws.normal(size=400), many) < 0.3


def test_columns_that_do_not_vary_have_none():
    same, other = np.zeros(9), np.arange(9)
    for found in (
        rank_correlation(same, other),
        rank_association(same, other),
        rank_association(other, same),
        rank_association(other, other),  # every row its own label
        label_association(same, other),
    ):
        assert np.isnan(found)
