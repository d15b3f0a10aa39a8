"""Borrowed arrays: the same numbers, the same memory, and the buffer survives the call."""

import sys

import numpy as np

from minixai._numba import borrow, kernel


def double_body(flat, n_rows, n_columns):
    views = []
    lent, start = borrow(flat), 0
    for _ in range(2):
        stop = start + n_rows * n_columns
        views.append(lent[start:stop].reshape((n_rows, n_columns)))
        start = stop
    for view in views:
        for i in range(n_rows):
            for j in range(n_columns):
                view[i, j] *= 2.0
    return views[0].shape[0] + len(views)


def test_views_of_a_borrowed_array_write_into_its_memory(way):
    double = kernel(double_body)
    flat = np.arange(13.0)
    owners = sys.getrefcount(flat)
    for times in range(1, 4):
        assert double(flat, 2, 3) == 4
        expected = np.arange(13.0) * 2.0**times
        expected[12] = 12.0
        np.testing.assert_array_equal(flat, expected)
    assert sys.getrefcount(flat) == owners


def test_layout_and_type_stay(way):
    def of_column_body(matrix):
        lent = borrow(matrix)
        return lent[1, 0] + lent.T[2, 1]

    matrix = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    assert kernel(of_column_body)(matrix) == 3.0 + 5.0
