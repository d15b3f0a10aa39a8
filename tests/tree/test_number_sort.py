"""Sorting by bits: the same order as sorting by comparison."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from minixai.tree.number_sort import sort_numbers


@given(st.lists(st.floats(allow_nan=False), max_size=200))
def test_order_is_that_of_comparison(values):
    numbers = np.array(values, dtype=np.float64)
    expected = np.sort(numbers)
    sort_numbers(numbers, np.empty_like(numbers))
    assert np.array_equal(numbers, expected)


def test_every_digit_counts():
    draws = np.random.default_rng(0)
    numbers = draws.normal(size=3000) * 10.0 ** draws.integers(-300, 300, 3000)
    expected = np.sort(numbers)
    sort_numbers(numbers, np.empty_like(numbers))
    assert np.array_equal(numbers, expected)
