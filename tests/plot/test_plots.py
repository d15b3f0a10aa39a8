"""Figures: what is drawn is what the result holds, and any name can be drawn."""

import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
from matplotlib.colors import same_color, to_rgba  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from minixai.errors import DataError, ParameterError  # noqa: E402
from minixai.importance import Importance  # noqa: E402
from minixai.plot import (  # noqa: E402
    plot_confusion,
    plot_correlation,
    plot_importance,
    plot_loss_curve,
    plot_network,
    plot_predictions,
    plot_residuals,
    plot_tree,
    plot_weights,
)
from minixai.plot.canvas import BLUE, VERMILLION  # noqa: E402
from minixai.plot.text import number_text  # noqa: E402
from minixai.protocols import Layer  # noqa: E402
from minixai.tree_arrays import OutlineNode, decision_path, tree_outline  # noqa: E402
from tests.plot.hard_names import HARD_NAMES  # noqa: E402
from tests.tree_arrays.draws import churn_tree  # noqa: E402

RNG = np.random.default_rng(0)
WEIGHTS = (RNG.normal(size=(5, 4)), RNG.normal(size=(4, 1)))
MATRIX = np.array([[1.0, -0.45, 0.2], [-0.45, 1.0, 0.73], [0.2, 0.73, 1.0]])


class Model:
    layers = tuple(Layer(w, np.zeros(w.shape[1]), "relu") for w in WEIGHTS)
    loss_curve_ = (3.0, 2.0, 1.5)
    validation_curve_ = (3.5, 2.5, 2.75)


def importance(n=4, std=True, names=None):
    mean = np.linspace(1.0, -0.25, n)
    return Importance(
        mean,
        tuple(names or [f"f{j}" for j in range(n)]),
        "permutation",
        std=np.linspace(0.1, 0.4, n) if std else None,
        n_repeats=4 if std else None,
        metric="r2",
    )


EVERY = {
    "confusion": lambda ax=None: plot_confusion([[3, 1], [0, 2]], ax),
    "correlation": lambda ax=None: plot_correlation(MATRIX, ax),
    "importance": lambda ax=None: plot_importance(importance(), ax),
    "loss": lambda ax=None: plot_loss_curve([2.0, 1.0], ax),
    "network": lambda ax=None: plot_network(WEIGHTS, ax),
    "predictions": lambda ax=None: plot_predictions([1.0, 2.0], [1.5, 1.0], ax),
    "residuals": lambda ax=None: plot_residuals([1.0, 2.0], [1.5, 1.0], ax),
    "tree": lambda ax=None: plot_tree(tree_outline(churn_tree(), row=[0.0, 30.0]), ax),
    "weights": lambda ax=None: plot_weights(WEIGHTS[0], ax),
}


def drawn(ax):
    """Render the figure, so that broken text fails, and return its texts."""
    ax.figure.savefig(io.BytesIO(), format="svg")
    return [text.get_text() for text in ax.figure.findobj(matplotlib.text.Text)]


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_the_axes_given_are_drawn_into_and_returned(draw):
    ax = Figure().subplots()
    assert draw(ax) is ax
    assert ax.has_data() or ax.collections


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_without_axes_a_figure_is_made_that_pyplot_does_not_hold(draw):
    ax = draw()
    assert isinstance(ax.figure, Figure)
    assert ax.figure.canvas.manager is None
    drawn(ax)


def test_drawing_loads_no_pyplot_and_importing_no_matplotlib():
    code = (
        "import sys, minixai.plot as p\n"
        "assert 'matplotlib' not in sys.modules\n"
        "p.plot_confusion([[3, 1], [0, 2]]).figure.savefig('/dev/null', format='svg')\n"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_bars_are_the_importances_in_order_with_their_standard_errors():
    result = importance(4)
    ax = plot_importance(result)
    order = result.order()
    np.testing.assert_array_equal([bar.get_width() for bar in ax.patches], result.mean[order])
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"f{j}" for j in order]
    segments = np.array(ax.collections[0].get_segments())
    reach = (segments[:, 1, 0] - segments[:, 0, 0]) / 2
    np.testing.assert_allclose(reach, result.std_error[order])
    assert "4 shuffles" in ax.get_xlabel()


def test_bars_tell_the_sign_by_colour_and_by_text():
    ax = plot_importance(importance(4))
    positive, negative = ax.patches[0], ax.patches[-1]
    assert same_color(positive.get_facecolor(), BLUE)
    assert same_color(negative.get_facecolor(), VERMILLION)
    texts = [text.get_text() for text in ax.texts]
    assert texts[0] == "+1"
    assert texts[-1] == "−0.25"


@pytest.mark.parametrize("method", ["permutation", "input_x_gradient", "drop_column"])
def test_the_bars_left_out_are_said(method):
    ax = plot_importance(replace(importance(15), method=method), max_display=3)
    assert len(ax.patches) == 3
    high = number_text(importance(15).mean[3])
    shown = f"3 of 15 features shown; the others lie between −0.25 and {high}"
    assert ax.get_title("right") == shown


def test_bars_left_out_that_are_all_alike_or_unknown_are_said_so():
    alike = replace(importance(5), mean=np.array([2.0, 1.0, 0.0, 0.0, 0.0]))
    title = plot_importance(alike, max_display=2).get_title("right")
    assert title == "2 of 5 features shown; the others are 0"
    unknown = replace(alike, mean=np.array([2.0, 1.0, np.nan, np.nan, np.nan]))
    title = plot_importance(unknown, max_display=2).get_title("right")
    assert title == "2 of 5 features shown"


def test_the_bars_left_out_are_summed_where_the_values_are_shares():
    result = replace(importance(15), method="weight")
    ax = plot_importance(result, max_display=3)
    assert len(ax.patches) == 4
    assert ax.patches[-1].get_width() == pytest.approx(result.mean[result.order()[3:]].sum())
    assert ax.get_yticklabels()[-1].get_text() == "sum of 12 others"
    assert ax.get_title("right") == "3 of 15 features shown"


def test_importance_without_spread_has_no_error_bars():
    ax = plot_importance(importance(3, std=False))
    assert not ax.collections
    assert "error" not in ax.get_xlabel()


def test_max_display_must_be_a_count():
    with pytest.raises(ParameterError, match="max_display"):
        plot_importance(importance(), max_display=0)


def test_loss_curves_are_those_of_the_model():
    ax = plot_loss_curve(Model())
    training, validation = ax.lines[:2]
    np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(training.get_ydata(), Model.loss_curve_)
    np.testing.assert_array_equal(validation.get_ydata(), Model.validation_curve_)
    assert validation.get_linestyle() != training.get_linestyle()
    assert any("epoch 2" in text for text in drawn(ax))


def test_a_wide_range_of_losses_gets_a_logarithmic_axis_and_says_so():
    assert plot_loss_curve([1000.0, 1.0]).get_yscale() == "log"
    ax = plot_loss_curve([1000.0, 1.0])
    assert ax.get_ylabel() == "loss (logarithmic)"
    assert {"1", "10", "100"} <= set(drawn(ax))
    assert plot_loss_curve([2.0, 1.0]).get_yscale() == "linear"


def test_the_axis_says_what_the_loss_is_where_it_is_known():
    assert plot_loss_curve([2.0, 1.0]).get_ylabel() == "loss"
    named = plot_loss_curve([2.0, 1.0], loss_name="cross-entropy")
    assert named.get_ylabel() == "loss: cross-entropy"
    wide = plot_loss_curve([1000.0, 1.0], loss_name="$a_{")
    assert wide.get_ylabel() == "loss: $a_{ (logarithmic)"
    drawn(wide)


def test_losses_that_are_not_finite_are_left_out_and_counted():
    ax = plot_loss_curve([2.0, np.nan, np.inf, None])
    assert ax.get_title("right").startswith("3 epochs")
    drawn(ax)


def test_no_loss_is_an_error():
    with pytest.raises(DataError, match="no loss"):
        plot_loss_curve([])


def test_the_heatmap_holds_the_correlations():
    ax = plot_correlation(MATRIX, names=["a", "b", "c"])
    np.testing.assert_array_equal(np.asarray(ax.images[0].get_array()), MATRIX)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    assert (ax.images[0].norm.vmin, ax.images[0].norm.vmax) == (-1, 1)
    assert [text.get_text() for text in ax.texts[:3]] == ["1.00", "−.45", ".20"]


def test_a_column_without_spread_has_grey_cells_and_dashes():
    ax = plot_correlation([[1.0, None], [None, 1.0]])
    assert ax.images[0].get_array().mask.tolist() == [[False, True], [True, False]]
    assert ax.texts[1].get_text() == "–"


def test_names_come_from_a_frame():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"u": [1.0, 2.0, 4.0], "v": [3.0, 1.0, 0.0]}).corr()
    assert plot_correlation(frame).get_yticklabels()[1].get_text() == "v"


def test_many_columns_are_cut_and_said():
    ax = plot_correlation(np.eye(40))
    assert ax.images[0].get_array().shape == (30, 30)
    assert ax.get_title("right") == "30 of 40 columns shown"


@pytest.mark.parametrize("plot", [plot_correlation, plot_confusion])
def test_a_matrix_that_is_not_square_is_an_error(plot):
    with pytest.raises(DataError, match="square"):
        plot(np.zeros((2, 3)))


def test_names_must_fit_the_matrix():
    with pytest.raises(DataError, match="names"):
        plot_correlation(MATRIX, names=["a"])
    with pytest.raises(DataError, match="labels"):
        plot_confusion([[1, 0], [0, 1]], labels=["a"])


def test_confusion_of_many_classes_shows_the_most_frequent():
    counts = np.diag([1.0, 50.0, 2.0, 40.0])
    ax = plot_confusion(counts, labels=list("abcd"), max_display=2)
    assert [text.get_text() for text in ax.texts] == ["50", "0", "0", "40"]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["b", "d"]
    assert ax.get_title("right") == "2 of 4 classes shown, the most frequent"


def test_confusion_shows_counts_and_colours_by_share_of_the_true_class():
    ax = plot_confusion([[30, 10], [0, 0]], labels=["no", "yes"])
    shares = ax.images[0].get_array()
    np.testing.assert_allclose(np.asarray(shares[0]), [0.75, 0.25])
    assert shares.mask[1].all()
    assert [text.get_text() for text in ax.texts] == ["30", "10", "0", "0"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["no", "yes"]


def test_points_are_the_values():
    true, predicted = RNG.normal(size=20), RNG.normal(size=20)
    points = plot_predictions(true, predicted).collections[0].get_offsets()
    np.testing.assert_array_equal(points, np.column_stack([true, predicted]))
    points = plot_residuals(true, predicted).collections[0].get_offsets()
    np.testing.assert_array_equal(points, np.column_stack([predicted, true - predicted]))


@pytest.mark.parametrize("plot", [plot_predictions, plot_residuals])
def test_many_points_are_sampled_by_seed_and_said(plot):
    true = np.arange(6000.0)
    once, again = (plot(true, true + 1, random_state=3) for _ in range(2))
    other = plot(true, true + 1, random_state=4)
    points = [np.asarray(ax.collections[0].get_offsets()) for ax in (once, again, other)]
    assert points[0].shape == (5000, 2)
    assert len(np.unique(points[0], axis=0)) == 5000
    np.testing.assert_array_equal(points[0], points[1])
    assert (points[0] != points[2]).any()
    assert once.get_title("right") == "5,000 of 6,000 rows shown, drawn at random"


@pytest.mark.parametrize("plot", [plot_predictions, plot_residuals])
def test_predictions_must_be_as_many_as_the_truth(plot):
    with pytest.raises(DataError):
        plot([1.0, 2.0], [1.0])
    with pytest.raises(DataError):
        plot([], [])


def test_weights_are_drawn_symmetrically_about_zero():
    ax = plot_weights(Model(), layer=0, names=list("abcde"))
    image = ax.images[0]
    np.testing.assert_array_equal(np.asarray(image.get_array()), WEIGHTS[0])
    assert image.norm.vmax == -image.norm.vmin == np.abs(WEIGHTS[0]).max()
    assert [label.get_text() for label in ax.get_yticklabels()] == list("abcde")


def test_negative_weights_carry_a_minus_that_grey_does_not_lose():
    weight = np.array([[-1.0, 0.5, -0.1], [np.nan, -0.4, 1.0]])
    (signs,) = plot_weights(weight).collections
    assert signs.get_offsets().tolist() == [[0.0, 0.0], [1.0, 1.0]]
    on_dark, on_pale = (color[:3].mean() for color in signs.get_edgecolor())
    assert on_dark > 0.9 > 0.2 > on_pale
    assert not plot_weights(np.ones((2, 2))).collections
    assert not plot_weights(np.full((2, 65), -1.0)).collections


def test_a_part_of_the_weights_says_of_how_many():
    ax = plot_weights(WEIGHTS[0], shape=(50, 4))
    assert ax.get_title("right") == "5 of 50 inputs and 4 of 4 neurons shown"


def test_a_pruned_layer_and_a_layer_that_is_not_there():
    assert plot_weights(np.zeros((2, 2))).images[0].norm.vmax == 1.0
    with pytest.raises(ParameterError, match="layer"):
        plot_weights(Model(), layer=2)
    with pytest.raises(DataError, match="matrix"):
        plot_weights(np.zeros(3))


def connections(ax, sign):
    found = [c for c in ax.collections if str(c.get_label()).endswith(sign)]
    return [line for c in found for line in c.get_segments()], found


def test_connections_have_the_width_and_sign_of_the_weights():
    weight = np.array([[2.0, -1.0], [0.0, 0.5]])
    ax = plot_network([weight])
    lines, (positive,) = connections(ax, "+")
    assert len(lines) == 2
    widths = positive.get_linewidth()
    assert widths[0] / widths[1] == pytest.approx(4.0)
    lines, (negative,) = connections(ax, "-")
    assert len(lines) == 1
    assert negative.get_linewidth()[0] / widths[0] == pytest.approx(0.5)
    assert same_color(to_rgba(positive.get_edgecolor()[0][:3]), BLUE)
    assert same_color(to_rgba(negative.get_edgecolor()[0][:3]), VERMILLION)
    assert positive.get_linestyle() != negative.get_linestyle()


def test_a_pruned_network_has_no_connections():
    assert not connections(plot_network([np.zeros((2, 2))]), "+")[0]


def test_wide_layers_show_their_heaviest_neurons_and_say_so():
    weight = np.full((20, 2), 0.1)
    weight[[4, 17]] = 5.0
    ax = plot_network([weight], names=[f"i{j}" for j in range(20)], max_neurons=2)
    texts = drawn(ax)
    assert {"i4", "i17"} <= set(texts)
    assert "i0" not in texts
    assert any("2 of 20 shown" in text for text in texts)
    texts = drawn(plot_network([weight], widths=[900, 2], max_neurons=2))
    assert any("2 of 900 shown" in text for text in texts)


def test_a_network_of_layers_and_one_that_does_not_fit():
    assert len(connections(plot_network(Model()), "+")[1]) == 2
    with pytest.raises(DataError, match="Layer 0"):
        plot_network([np.ones((2, 3)), np.ones((2, 1))])
    with pytest.raises(DataError, match="weight matrices"):
        plot_network([])


@pytest.mark.filterwarnings("ignore:Glyph")  # the fonts of this machine, not the drawing
def test_any_name_can_be_drawn():
    n = len(HARD_NAMES)
    figures = [
        plot_importance(importance(n, names=HARD_NAMES)),
        plot_correlation(np.eye(n), names=HARD_NAMES),
        plot_confusion(np.eye(n), labels=HARD_NAMES),
        plot_weights(RNG.normal(size=(n, 2)), names=HARD_NAMES),
        plot_network([RNG.normal(size=(n, 1))], names=HARD_NAMES, output_names=["$"]),
        plot_loss_curve([1.0], validation_curve=[1.0], validation_name="$_{"),
        *(plot_tree(tree_outline(churn_tree(feature_names=(name, "b")))) for name in HARD_NAMES),
    ]
    for ax in figures:
        for text in drawn(ax):
            assert len(text) <= 100
            assert not set(text) & set("\x00\x1b\u202e\u2066\ud800\ufffe\uffff")
    labels = [label.get_text() for label in figures[0].get_yticklabels()]
    assert "cost_$_to_$" in labels
    assert "(no name)" in labels


def test_duplicate_names_stay_separate_bars():
    ax = plot_importance(importance(3, names=["same", "same", "same"]))
    assert len(ax.patches) == 3
    assert [label.get_text() for label in ax.get_yticklabels()] == ["same"] * 3


def test_a_long_formula_of_dollars_is_not_read_as_one_even_in_the_users_style():
    with matplotlib.rc_context({"text.parse_math": True}):
        drawn(plot_importance(importance(2, names=["$a_{", "b"])))


def test_a_tree_and_the_path_of_a_row():
    trees = churn_tree()
    ax = plot_tree(tree_outline(trees, row=[0.0, 30.0]))
    others, path, passed = ax.collections
    assert len(others.get_paths()) + len(path.get_paths()) == trees.n_nodes - 1
    on_path = decision_path(trees, [[0.0, 30.0]]).of(0)
    assert len(path.get_paths()) == len(on_path) - 1
    assert len(passed.get_offsets()) == len(on_path)
    bold = [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"]
    assert bold == ["monthly <= 0.5", "tenure > 24.5", "tenure <= 60.5", "churn: 0.5 (12%)"]
    widths = others.get_linewidths()
    shares = [trees.cover[k] / 8 for k in (2, 5, 6)]
    assert np.argsort(widths).tolist() == np.argsort(shares).tolist()
    heights = [text.get_position()[1] for text in ax.texts if "%" in text.get_text()]
    assert heights == sorted(set(heights)), "no two values on one line"


def test_a_tree_is_cut_and_says_so():
    texts = drawn(plot_tree(tree_outline(churn_tree(), max_depth=1)))
    assert "4 nodes more (50%)" in texts
    leaf = plot_tree([OutlineNode(0, -1, 0, "", "3", 1.0)])
    assert [text.get_text() for text in leaf.texts] == ["3 (100%)"]
    with pytest.raises(DataError, match="at least its root"):
        plot_tree([])
