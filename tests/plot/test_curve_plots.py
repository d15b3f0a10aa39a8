"""Pictures of curves: the numbers are the results', names and styles tell them apart."""

import io
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from minixai.data import LearningCurve, learning_curve  # noqa: E402
from minixai.errors import DataError, ParameterError  # noqa: E402
from minixai.linear import LinearRegression  # noqa: E402
from minixai.metrics import Metric  # noqa: E402
from minixai.plot import (  # noqa: E402
    plot_calibration,
    plot_learning_curve,
    plot_lift,
    plot_precision_recall,
    plot_roc,
)
from minixai.report.chart import drawn_chart  # noqa: E402
from tests.plot.hard_names import HARD_NAMES  # noqa: E402

STEPS = np.linspace(0.0, 1.0, 6)


@dataclass(frozen=True)
class Curve:
    """Every attribute that a curve of `minixai.metrics` has."""

    false_positive_rate = STEPS
    true_positive_rate = np.sqrt(STEPS)
    area = 0.7321
    recall = STEPS[::-1]
    precision = np.linspace(0.3, 1.0, 6)
    average_precision = 0.612
    prevalence = 0.3
    predicted = STEPS
    observed = STEPS**2
    weight = np.array([50.0, 20.0, 10.0, 5.0, 2.0, 0.0])
    share = STEPS
    gain = np.sqrt(STEPS)
    lift = np.linspace(3.0, 1.0, 6)


PARTS = {
    "roc": (plot_roc, "false_positive_rate", "true_positive_rate"),
    "precision recall": (plot_precision_recall, "recall", "precision"),
    "calibration": (plot_calibration, "predicted", "observed"),
    "lift": (plot_lift, "share", "lift"),
}


def learned():
    return LearningCurve(
        "model", Metric(lambda a, b: 0.0, name="r2"), np.array([10, 20, 40]),
        np.array([[0.9, 1.0], [0.8, 0.9], [0.8, 0.8]]),
        np.array([[0.1, 0.3], [0.5, 0.5], [0.6, 0.7]]),
    )  # fmt: skip


EVERY = {name: (lambda ax=None, plot=plot: plot(Curve(), ax)) for name, (plot, *_) in PARTS.items()}
EVERY["learning"] = lambda ax=None: plot_learning_curve(learned(), ax)


def drawn(ax):
    ax.figure.savefig(io.BytesIO(), format="svg")
    return [text.get_text() for text in ax.figure.findobj(Text)]


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_the_axes_given_are_drawn_into_and_returned(draw):
    ax = Figure().subplots()
    assert draw(ax) is ax
    made = draw()
    assert isinstance(made.figure, Figure)
    assert made.figure.canvas.manager is None
    drawn(made)


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_the_report_can_hold_it_and_the_bytes_stay(draw):
    chart = {"key": "k", "title": "t", "description": "d", "size": (5.0, 4.0)}
    once, again = (drawn_chart(draw, **chart) for _ in range(2))
    assert once == again
    assert "stroke" in once


@pytest.mark.parametrize(("plot", "across", "up"), PARTS.values(), ids=PARTS)
def test_curves_are_the_results_numbers_one_style_each(plot, across, up):
    curves = {f"model {k}": Curve() for k in range(3)}
    ax = plot(curves)
    lines = ax.lines[:3]
    for line in lines:
        np.testing.assert_array_equal(line.get_xdata(), getattr(Curve(), across))
        np.testing.assert_array_equal(line.get_ydata(), getattr(Curve(), up))
    assert len({str(line._dash_pattern) for line in lines}) == 3
    assert len({line.get_color() for line in lines}) == 3
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert all(f"model {k}" in names[k] for k in range(3))


@pytest.mark.parametrize(("plot", "across", "up"), PARTS.values(), ids=PARTS)
def test_too_many_curves_are_cut_and_said(plot, across, up):
    ax = plot({f"m{k}": Curve() for k in range(200)})
    assert len(ax.get_legend().get_texts()) == 6
    assert ax.get_title("right") == "6 of 200 curves shown"
    with pytest.raises(DataError, match="no curve"):
        plot({})


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize(("plot", "across", "up"), PARTS.values(), ids=PARTS)
def test_any_name_can_be_drawn(plot, across, up):
    for part in (HARD_NAMES[:6], HARD_NAMES[6:], ["_hidden"]):
        ax = plot({name: Curve() for name in part})
        for text in drawn(ax):
            assert not set(text) & set("\x00\x1b\u202e\u2066\ud800\ufffe\uffff")
        assert len(ax.get_legend().get_texts()) == len(part)


def test_areas_and_chance_are_those_of_the_result():
    assert plot_roc({"a": Curve()}).get_legend().get_texts()[0].get_text() == "a (AUC 0.732)"
    assert plot_roc(Curve()).get_legend().get_texts()[0].get_text() == "AUC 0.732"
    ax = plot_precision_recall(Curve())
    assert ax.get_legend().get_texts()[0].get_text() == "AP 0.612"
    assert list(ax.lines[1].get_ydata()) == [0.3, 0.3]
    assert "chance" in ax.get_xlabel()
    other = SimpleNamespace(recall=STEPS[::-1], precision=STEPS, prevalence=0.5)
    ax = plot_precision_recall({"a": Curve(), "b": other})
    assert len(ax.lines) == 2  # no one line of chance where the curves have different ones
    plain = SimpleNamespace(false_positive_rate=[0, 1], true_positive_rate=[0, 1])
    assert plot_roc(plain).get_legend() is None
    empty = SimpleNamespace(**{**vars(plain), "area": float("nan")})
    assert plot_roc(empty).get_legend().get_texts()[0].get_text() == "AUC no value"


def test_points_of_a_calibration_show_the_number_of_rows():
    points = plot_calibration(Curve()).collections[0]
    np.testing.assert_array_equal(points.get_offsets(), np.c_[STEPS, STEPS**2])
    sizes = points.get_sizes()
    assert sizes[1] / sizes[0] == pytest.approx(0.4)
    assert sizes[-1] > 0


def test_lift_or_gain():
    ax = plot_lift(Curve(), kind="gain")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), Curve.gain)
    assert list(ax.lines[1].get_ydata()) == [0, 1]
    assert list(plot_lift(Curve()).lines[1].get_ydata()) == [1, 1]
    with pytest.raises(ParameterError, match="kind"):
        plot_lift(Curve(), kind="gains")


def test_a_learning_curve_draws_means_and_spread():
    found = learned()
    ax = plot_learning_curve(found)
    training, held_out = ax.lines
    np.testing.assert_array_equal(training.get_xdata(), found.n_train)
    np.testing.assert_array_equal(training.get_ydata(), found.train_scores.mean(axis=1))
    np.testing.assert_array_equal(held_out.get_ydata(), found.test_scores.mean(axis=1))
    assert training.get_linestyle() != held_out.get_linestyle()
    assert training.get_marker() != held_out.get_marker()
    heights = ax.collections[1].get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx(0.2 - 0.1)
    assert ax.get_ylabel() == "r2 (higher is better)"


def test_a_real_learning_curve_and_one_with_a_score_that_is_not_finite():
    X = np.random.default_rng(0).normal(size=(60, 2))
    drawn(plot_learning_curve(learning_curve(LinearRegression(), X, X[:, 0], splits=3)))
    found = learned()
    found.test_scores[0, 0] = np.nan
    ax = plot_learning_curve(found)
    assert ax.get_title("right") == "1 scores are not finite: their sizes are not drawn"
    drawn(ax)


def test_the_curves_of_metrics_are_drawn_as_they_come():
    curve = pytest.importorskip("minixai.metrics.curve")
    calibration = pytest.importorskip("minixai.metrics.calibration")
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 200)
    score = np.clip(0.3 * truth + 0.7 * rng.random(200), 0.0, 1.0)
    found = curve.roc_curve(truth, score)
    line = plot_roc({"m": found}).lines[0]
    np.testing.assert_array_equal(line.get_ydata(), found.true_positive_rate)
    found = curve.precision_recall_curve(truth, score)
    np.testing.assert_array_equal(plot_precision_recall(found).lines[0].get_xdata(), found.recall)
    found = curve.lift_curve(truth, score)
    np.testing.assert_array_equal(plot_lift(found).lines[0].get_ydata(), found.lift)
    found = calibration.calibration_curve(truth, score)
    np.testing.assert_array_equal(plot_calibration(found).lines[0].get_ydata(), found.observed)
