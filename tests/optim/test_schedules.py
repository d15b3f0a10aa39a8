"""Schedules: their ends, their formulas, their names."""

import math
from itertools import pairwise

import pytest

from minixai.errors import ParameterError
from minixai.optim.schedules import SCHEDULES, learning_rate_at


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_starts_at_the_rate_given_and_never_rises(name):
    rates = [learning_rate_at(name, 0.3, epoch, 12) for epoch in range(12)]
    assert rates[0] == pytest.approx(0.3)
    assert all(later <= earlier for earlier, later in pairwise(rates))
    assert min(rates) > 0


def test_formulas():
    assert learning_rate_at("constant", 0.2, 7, 10) == 0.2
    assert learning_rate_at("cosine", 0.2, 3, 12) == pytest.approx(
        0.1 * (1 + math.cos(math.pi / 4))
    )
    assert learning_rate_at("exponential", 0.2, 5, 10) == pytest.approx(0.02)
    assert learning_rate_at("linear", 0.2, 9, 10) == pytest.approx(0.02)
    steps = [learning_rate_at("step", 1.0, epoch, 6) for epoch in range(6)]
    assert steps == pytest.approx([1, 1, 0.1, 0.1, 0.01, 0.01])


def test_an_unknown_schedule_is_refused_with_the_nearest_name():
    with pytest.raises(ParameterError, match="Did you mean 'cosine'"):
        learning_rate_at("cosin", 0.1, 0, 1)
