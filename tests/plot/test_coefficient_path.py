import numpy as np
import pytest

from minixai.errors import ParameterError
from minixai.linear import LassoPath
from tests.plot.hard_names import HARD_NAMES

pytest.importorskip("matplotlib")

from minixai.plot import plot_coefficient_path


def made(coefs, names=None):
    coefs = np.asarray(coefs, dtype=float)
    d, k = coefs.shape
    names = [f"x{j}" for j in range(d)] if names is None else names
    zeros = np.zeros(k)
    return LassoPath(0.5 ** np.arange(k), coefs, zeros, zeros, zeros, tuple(names), 1.0)


def drawn(ax, tmp_path):
    ax.figure.savefig(tmp_path / "figure.png")
    return ax


def test_lines_are_the_coefficients_highest_first_and_zeros_are_left_out(tmp_path):
    path = made([[0, 1, 1], [0, 0, 0], [0, -1, -4]])
    ax = drawn(plot_coefficient_path(path, alpha=0.5), tmp_path)
    lines = [line for line in ax.lines if line.get_label() in ("x0", "x1", "x2")]
    assert [line.get_label() for line in lines] == ["x2", "x0"]
    assert np.array_equal(lines[0].get_ydata(), [0, -1, -4])
    assert np.array_equal(lines[0].get_xdata(), path.alphas)
    assert ax.get_xscale() == "log"
    assert ax.get_xlim()[0] > ax.get_xlim()[1]
    assert "dotted: 0.5" in ax.get_xlabel()


def test_what_is_grey_or_left_out_is_said(tmp_path):
    path = made(np.arange(1.0, 21)[:, None] * [0, 1.0])
    ax = drawn(plot_coefficient_path(path, max_display=2, max_lines=10), tmp_path)
    said = ax.get_title(loc="right")
    assert "8 more columns in grey" in said
    assert "10 of 20 columns are not drawn" in said


def test_hard_names_one_penalty_and_no_coefficient(tmp_path):
    drawn(plot_coefficient_path(made(np.ones((len(HARD_NAMES), 1)), HARD_NAMES)), tmp_path)
    ax = drawn(plot_coefficient_path(made(np.zeros((2, 3)))), tmp_path)
    assert ax.get_legend() is None


def test_the_axes_given_are_drawn_into(tmp_path):
    ax = plot_coefficient_path(made([[0.0, 1.0]]))
    assert plot_coefficient_path(made([[0.0, 2.0]]), ax) is ax


@pytest.mark.parametrize("options", [{"alpha": 0.0}, {"max_display": 7}, {"max_lines": 0}])
def test_arguments_outside_their_range_are_refused(options):
    with pytest.raises(ParameterError, match=next(iter(options))):
        plot_coefficient_path(made([[0.0, 1.0]]), **options)
