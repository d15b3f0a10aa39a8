"""The rules that integrate along the way from no player to all."""

import pytest

from minixai.explain.path_rule import gauss_rule, radau_rule


@pytest.mark.parametrize("rule", [radau_rule, gauss_rule])
@pytest.mark.parametrize("d", [1, 2, 3, 6, 7, 40, 101])
def test_rules_are_exact_below_the_number_of_players(rule, d):
    t, weight = rule(d)
    assert t[-1] == 1.0
    assert (t > 0.0).all()
    for degree in range(d):
        assert (weight * t**degree).sum() == pytest.approx(1.0 / (degree + 1), rel=1e-13)
