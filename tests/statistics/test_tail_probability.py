import math
import sys

import numpy as np
import pytest

from minixai.errors import MissingDependencyError
from minixai.statistics import (
    chi_square_tail_probability,
    f_tail_probability,
    normal_tail_probability,
    t_quantile,
    t_tail_probability,
)

pytest.importorskip("scipy")


def test_one_degree_of_freedom_is_the_arctangent():
    t = np.array([0.0, 0.3, -1.0, 50.0, np.inf])
    expected = 1 - 2 * np.arctan(np.abs(t)) / math.pi
    np.testing.assert_allclose(t_tail_probability(t, 1), expected, rtol=1e-10, atol=1e-15)


def test_f_with_two_above_has_a_closed_form():
    for f, df in ((0.0, 3), (0.7, 5), (4.0, 10), (np.inf, 4)):
        expected = (1 + 2 * f / df) ** (-df / 2)
        assert f_tail_probability(f, 2, df) == pytest.approx(expected, rel=1e-12)


def test_two_degrees_of_freedom_are_exponential():
    for x in (0.0, 1.0, 30.0, np.inf):
        assert chi_square_tail_probability(x, 2) == pytest.approx(math.exp(-x / 2), rel=1e-12)
    assert normal_tail_probability(1.3) == pytest.approx(chi_square_tail_probability(1.69, 1))


def test_the_square_of_t_is_f():
    for t, df in ((0.5, 4), (2.0, 9), (-7.0, 30)):
        assert f_tail_probability(t * t, 1, df) == pytest.approx(
            float(t_tail_probability(t, df)), rel=1e-12
        )


def test_the_quantile_turns_the_tail_around():
    for level in (0.5, 0.9, 0.95, 0.999):
        assert float(t_tail_probability(t_quantile(level, 7), 7)) == pytest.approx(1 - level)
    assert t_quantile(0.95, 1) == pytest.approx(math.tan(0.475 * math.pi))


def test_equal_scipys_distributions():
    stats = pytest.importorskip("scipy.stats")
    t = np.linspace(-40, 40, 17)
    np.testing.assert_allclose(t_tail_probability(t, 11), 2 * stats.t.sf(abs(t), 11), rtol=1e-10)
    for x, df in ((0.0, 1), (3.0, 4), (90.0, 7), (1000.0, 900)):
        expected = stats.chi2.sf(x, df)
        assert chi_square_tail_probability(x, df) == pytest.approx(expected, rel=1e-12)
    assert normal_tail_probability(-2.5) == pytest.approx(2 * stats.norm.sf(2.5), rel=1e-14)
    assert f_tail_probability(3.3, 4, 21) == pytest.approx(stats.f.sf(3.3, 4, 21), rel=1e-12)


def test_without_scipy_the_line_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    for call in (
        lambda: t_tail_probability(1.0, 3),
        lambda: f_tail_probability(1.0, 2, 3),
        lambda: t_quantile(0.9, 3),
        lambda: chi_square_tail_probability(1.0, 2),
    ):
        with pytest.raises(MissingDependencyError, match=r'pip install "minixai\[stats\]"'):
            call()
