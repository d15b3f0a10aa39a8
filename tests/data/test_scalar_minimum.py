"""Brent's search for the minimum of a function of one variable."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data.scalar_minimum import minimum_in_interval


@given(st.floats(-9.0, 9.0), st.floats(0.1, 5.0))
def test_the_vertex_of_a_parabola(place, width):
    found = minimum_in_interval(lambda x: (x - place) ** 2 / width, -10.0, 10.0)
    assert found == pytest.approx(place, abs=1e-7)


@given(st.floats(0.2, 3.0))
def test_a_dip_that_no_parabola_fits(place):
    found = minimum_in_interval(lambda x: abs(x - place) ** 0.7, -1.0, 4.0)
    assert found == pytest.approx(place, abs=1e-6)


def test_the_end_of_the_interval_where_the_function_falls_to_it():
    assert minimum_in_interval(lambda x: -x, 0.0, 2.0) == pytest.approx(2.0, abs=1e-7)
    assert minimum_in_interval(lambda x: x, 0.0, 2.0) == pytest.approx(0.0, abs=1e-7)


def test_where_it_is_not_defined_it_is_not_searched():
    def with_a_wall(x):
        return math.inf if x < 1.0 else x * x

    assert minimum_in_interval(with_a_wall, -5.0, 5.0) == pytest.approx(1.0, abs=1e-6)


def test_evaluations_are_limited_and_few():
    calls = []

    def counted(x):
        calls.append(x)
        return math.cosh(x - 0.3)

    minimum_in_interval(counted, -50.0, 40.0)
    assert len(calls) < 20, "parabolas find it; golden sections alone take 47"
    calls.clear()
    minimum_in_interval(counted, -50.0, 40.0, n_evaluations=7)
    assert len(calls) == 7


def test_equals_scipys_bounded_search():
    optimize = pytest.importorskip("scipy.optimize")
    for k in range(20):

        def function(x, k=k):
            return math.exp(0.3 * x) + (k + 1) * math.exp(-x) + 0.01 * x * x

        theirs = optimize.fminbound(function, -5.0, 20.0, xtol=1.48e-8)
        assert minimum_in_interval(function, -5.0, 20.0) == pytest.approx(theirs, abs=1e-6)
