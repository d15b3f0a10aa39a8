"""Pictures of data: what is drawn is what the results hold, in grey too, and never in clutter."""

import io
import itertools

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.colors import same_color, to_rgb  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from minixai.data import Column, missing_map  # noqa: E402
from minixai.errors import DataError, DataTypeError, ParameterError  # noqa: E402
from minixai.plot import (  # noqa: E402
    plot_box,
    plot_correlation,
    plot_density,
    plot_histogram,
    plot_levels,
    plot_missing,
    plot_scatter,
    plot_scatter_matrix,
    plot_violin,
)
from minixai.plot.canvas import SERIES, point_map, sequential_map  # noqa: E402
from minixai.report.chart import drawn_chart  # noqa: E402
from minixai.statistics import (  # noqa: E402
    box_summary,
    cluster_columns,
    correlation,
    correlation_matrix,
    density,
    histogram,
)
from tests.plot.hard_names import HARD_NAMES  # noqa: E402

RNG = np.random.default_rng(0)
N = 240
VALUES = RNG.standard_t(2, size=N)
CLASSES = np.array(["no", "yes", "perhaps"])[RNG.choice(3, N, p=[0.6, 0.3, 0.1])]
MATRIX = RNG.normal(size=(N, 4))
HOLES = np.where(RNG.random((N, 4)) < [0.5, 0.0, 0.1, 0.9], np.nan, MATRIX)

EVERY = {
    "box": lambda ax=None: plot_box(box_summary(VALUES, CLASSES), ax),
    "correlation": lambda ax=None: plot_correlation(
        cluster_columns(correlation_matrix(MATRIX)), ax, cluster=True
    ),
    "density": lambda ax=None: plot_density(density(VALUES, CLASSES), ax),
    "histogram": lambda ax=None: plot_histogram(histogram(VALUES, CLASSES), ax),
    "levels": lambda ax=None: plot_levels([30, 9], ax, names=["no", "yes"], n_rest=4, n_levels=5),
    "missing": lambda ax=None: plot_missing(missing_map(HOLES), ax),
    "scatter": lambda ax=None: plot_scatter(MATRIX[:, 0], VALUES, ax, color=CLASSES),
    "scatter number": lambda ax=None: plot_scatter(MATRIX[:, 0], VALUES, ax, color=VALUES),
    "violin": lambda ax=None: plot_violin(density(VALUES, CLASSES), ax),
}


def drawn(ax):
    """Render the figure, so that broken text fails, and return its texts."""
    ax.figure.savefig(io.BytesIO(), format="svg")
    return [text.get_text() for text in ax.figure.findobj(Text)]


def lightness(color):
    """CIE L*, from 0 (black) to 100 (white): what is left of a colour in grey."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                        for c in to_rgb(color))  # fmt: skip
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def labels(ax, axis):
    return [label.get_text() for label in getattr(ax, f"get_{axis}ticklabels")()]


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_the_axes_given_are_drawn_into_and_returned(draw):
    ax = Figure().subplots()
    assert draw(ax) is ax
    assert ax.has_data() or ax.collections
    made = draw()
    assert isinstance(made.figure, Figure)
    assert made.figure.canvas.manager is None
    drawn(made)


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_the_report_can_hold_it_and_the_bytes_stay(draw):
    chart = {"key": "k", "title": "t", "description": "d", "size": (6.0, 4.0)}
    once, again = (drawn_chart(draw, **chart) for _ in range(2))
    assert once == again
    assert once.startswith('<figure class="chart">')
    assert "path" in once or "image" in once


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_no_text_leaves_the_figure_and_ticks_stay_apart(draw):
    ax = draw()
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    frame = ax.figure.bbox
    for text in [*ax.texts, ax.xaxis.label, ax.yaxis.label, *ax.get_yticklabels()]:
        box = text.get_window_extent(renderer)
        if text.get_text() and ax.bbox.y0 - 1 <= (box.y0 + box.y1) / 2 <= ax.bbox.y1 + 1:
            assert box.x0 >= -1, text.get_text()
            assert box.x1 <= frame.x1 + 1, text.get_text()
    if ax.get_legend() is not None:
        assert ax.get_legend().get_window_extent(renderer).x1 <= frame.x1 + 1


@pytest.mark.parametrize("size", [(2.6, 3.0), (6.0, 4.0)])
def test_what_is_left_out_is_said_inside_the_figure(size):
    ax = Figure(figsize=size, layout="constrained").subplots()
    values = np.where(np.arange(N) % 3, VALUES, np.nan)
    by = np.where(np.arange(N) % 2, np.arange(N) % 40, np.nan)
    plot_box(box_summary(values, by), ax, max_display=3)
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    box = ax._right_title.get_window_extent(canvas.get_renderer())
    assert box.x0 >= 0
    assert box.y1 <= ax.figure.bbox.y1 + 1
    words = ax.get_title("right").replace("\n", " ")
    assert words.endswith("left out: 80 rows without a value and 80 rows without a class")


def test_series_differ_in_grey_in_dashes_and_in_form():
    for one, other in itertools.combinations(SERIES, 2):
        assert one.dashes != other.dashes
        assert one.marker != other.marker
        assert not same_color(one.color, other.color)
    for one, other in itertools.combinations(SERIES[:4], 2):
        assert abs(lightness(one.color) - lightness(other.color)) > 10
    for style in SERIES:
        assert 25 < lightness(style.color) < 80  # seen on white and on black


@pytest.mark.parametrize("colors", [point_map, sequential_map])
def test_scales_of_one_direction_darken_all_along(colors):
    steps = [lightness(color) for color in colors()(np.linspace(0, 1, 50))]
    assert (np.diff(steps) < 0.2).all()
    assert steps[0] - steps[-1] > 50


@pytest.mark.parametrize("plot", [plot_density, plot_histogram])
def test_classes_are_told_apart_without_colour(plot):
    result = (density if plot is plot_density else histogram)(VALUES, CLASSES)
    ax = plot(result)
    marks = ax.lines if plot is plot_density else ax.patches
    assert len({str(mark.get_linestyle()) + str(mark._dash_pattern) for mark in marks}) == 3
    handles = ax.get_legend().legend_handles
    assert len({str(handle._dash_pattern) for handle in handles}) == 3


def test_constant_columns_are_drawn():
    drawn(plot_scatter([1.0, 1.0], [2.0, 2.0], color=[3.0, 3.0]))
    drawn(plot_box(box_summary([2.0, 2.0])))
    drawn(plot_histogram(histogram([2.0, 2.0])))
    with pytest.raises(DataError, match="no spread"):
        plot_violin(density([2.0, 2.0]))


def test_boxes_are_those_of_matplotlib():
    ax = plot_box(box_summary(VALUES, CLASSES))
    names = np.unique(CLASSES)
    assert labels(ax, "x") == names.tolist()
    theirs = [matplotlib.cbook.boxplot_stats(VALUES[name == CLASSES])[0] for name in names]
    for k, stats in enumerate(theirs):
        low, high, _, _, median, outliers = ax.lines[6 * k : 6 * k + 6]
        assert low.get_ydata().tolist() == [stats["q1"], stats["whislo"]]
        assert high.get_ydata().tolist() == [stats["q3"], stats["whishi"]]
        assert median.get_ydata().tolist() == [stats["med"]] * 2
        np.testing.assert_array_equal(outliers.get_ydata(), np.sort(stats["fliers"]))
        heights = ax.patches[k].get_path().vertices[:4, 1]
        assert (heights.min(), heights.max()) == (stats["q1"], stats["q3"])


def test_many_outliers_are_sampled_with_the_ends_and_said():
    values = RNG.standard_cauchy(size=5000)
    summary = box_summary(values)
    ax = plot_box(summary, max_outliers=50)
    shown = ax.lines[5].get_ydata()
    assert len(shown) == 50
    assert (shown[0], shown[-1]) == (values.min(), values.max())
    assert set(shown) <= set(summary.outliers[0])
    n_hidden = len(summary.outliers[0]) - 50
    assert ax.get_title("right") == f"{n_hidden:,} outliers not drawn"
    assert len(plot_box(summary, max_outliers=2).lines[5].get_ydata()) == 2
    with pytest.raises(ParameterError, match="max_outliers"):
        plot_box(summary, max_outliers=1)


def test_violins_are_the_densities():
    found = density(VALUES, CLASSES)
    ax = plot_violin(found)
    for k, body in enumerate(ax.collections):
        vertices = body.get_paths()[0].vertices
        widest = (vertices[:, 0] - k).max()
        for x, height in zip(found.points[k][::25], found.values[k][::25], strict=True):
            right = (vertices[vertices[:, 1] == x, 0] - k).max()
            assert right / widest == pytest.approx(height / found.values[k].max())
        assert ax.lines[k].get_ydata().tolist() == [found.medians[k]] * 2
        assert widest < 0.5


def test_a_class_without_spread_is_a_bar_and_said():
    found = density([1.0, 1.0, 2.0, 3.0], ["a", "a", "b", "b"])
    ax = plot_violin(found)
    assert (len(ax.collections), len(ax.lines)) == (1, 2)
    assert ax.get_title("right") == "1 class without spread: no density"
    ax = plot_density(found)
    assert len(ax.lines) == 1
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["b"]


def test_density_and_histogram_hold_the_results_numbers():
    found = density(VALUES, CLASSES)
    for k, line in enumerate(plot_density(found).lines):
        np.testing.assert_array_equal(line.get_xydata(), np.c_[found.points[k], found.values[k]])
    counted = histogram(VALUES, CLASSES)
    for k, outline in enumerate(plot_histogram(counted).patches):
        np.testing.assert_array_equal(outline.get_data().values, counted.shares[k])
        np.testing.assert_array_equal(outline.get_data().edges, counted.edges)
    ax = plot_histogram(counted, share=False)
    np.testing.assert_array_equal(ax.patches[0].get_data().values, counted.counts[0])
    alone = histogram(VALUES)
    ax = plot_histogram(alone)
    np.testing.assert_array_equal(ax.patches[0].get_data().values, alone.counts[0])
    assert ax.get_ylabel() == "rows"
    assert plot_histogram(alone, share=True).get_ylabel() == "share of rows"


@pytest.mark.parametrize(
    ("plot", "describe", "most"),
    [
        (plot_box, box_summary, 20),
        (plot_violin, density, 20),
        (plot_density, density, 6),
        (plot_histogram, histogram, 6),
    ],
)
def test_many_classes_are_cut_to_the_most_frequent_and_said(plot, describe, most):
    sizes = np.arange(2, 42)
    result = describe(RNG.normal(size=sizes.sum()), np.repeat(np.arange(40), sizes))
    ax = plot(result)
    assert ax.get_title("right") == f"{most} of 40 classes shown, the most frequent"
    names = labels(ax, "x") if most == 20 else [t.get_text() for t in ax.get_legend().get_texts()]
    assert names == [str(k) for k in range(40 - most, 40)]
    with pytest.raises(ParameterError, match="max_display"):
        plot(result, max_display=0)


def test_missing_shares_are_drawn_the_most_missing_on_top():
    found = missing_map(HOLES, n_blocks=12)
    ax = plot_missing(found)
    order = np.argsort(-found.share)
    np.testing.assert_array_equal(ax.images[0].get_array(), found.block_share[order])
    assert labels(ax, "y")[:4] == [found.names[j] for j in order]
    shares = [float(text.get_text().removesuffix(" %")) for text in ax.texts]
    np.testing.assert_allclose(shares, 100 * found.share[order], atol=0.5)
    assert ax.images[0].get_extent()[:2] == [0.5, N + 0.5]
    drawn(ax)


def test_shares_missing_never_read_as_none_or_all():
    values = np.zeros((4000, 4))
    values[0, 0] = np.nan
    values[1:, 1] = np.nan
    values[:, 2] = np.nan
    ax = plot_missing(missing_map(values))
    assert [text.get_text() for text in ax.texts] == ["100 %", "> 99.9 %", "< 0.1 %", "0 %"]
    assert plot_missing(missing_map([[1.0]])).get_title("right") == "no value is missing"


def test_missing_values_of_200_columns():
    values = np.where(RNG.random((500, 200)) < np.arange(200) / 400, np.nan, 0.0)
    ax = plot_missing(missing_map(values))
    assert ax.images[0].get_array().shape == (30, 100)
    words = ax.get_title("right")
    assert words == "30 of 200 columns shown, those with the most missing"


def test_clustered_columns_stand_in_the_order_of_the_result():
    factors = RNG.normal(size=(N, 2))
    X = factors[:, [0, 1, 0, 1, 0]] + 0.3 * RNG.normal(size=(N, 5))
    table = correlation_matrix(X * [1, 1, -1, 1, 1])
    found = cluster_columns(table)
    ax = plot_correlation(found, cluster=True)
    order = found.order
    np.testing.assert_array_equal(ax.images[0].get_array(), table[np.ix_(order, order)])
    assert labels(ax, "y") == [f"x{j}" for j in order]
    groups = [set(order[:3].tolist()), set(order[2:].tolist())]
    assert {0, 2, 4} in groups  # the sign does not matter, the factor does
    for cluster, drawn in ((None, table[np.ix_(order, order)]), (False, table)):
        ax = plot_correlation(found, cluster=cluster)
        np.testing.assert_array_equal(ax.images[0].get_array(), drawn)
    by_order = plot_correlation(table, cluster=order.tolist())
    np.testing.assert_array_equal(by_order.images[0].get_array(), table[np.ix_(order, order)])


def test_a_table_of_correlations_knows_its_order():
    pytest.importorskip("scipy")
    X = RNG.normal(size=(N, 2))[:, [0, 1, 0, 1]] + 0.3 * RNG.normal(size=(N, 4))
    found = correlation(X)
    assert found.order.tolist() == cluster_columns(found.coef).order.tolist()
    assert labels(plot_correlation(found, cluster=True), "y") == [f"x{j}" for j in found.order]
    assert labels(plot_correlation(found), "y") == ["x0", "x1", "x2", "x3"]
    with pytest.raises(DataError, match="leave out `y`"):
        plot_correlation(correlation(X, X[:, ::-1]), cluster=True)


def test_clustering_needs_an_order():
    with pytest.raises(ParameterError, match=r"cluster_columns\(values\), or"):
        plot_correlation(np.eye(3), cluster=True)
    with pytest.raises(ParameterError, match="once"):
        plot_correlation(np.eye(3), cluster=[0, 1, 1])


def test_of_200_columns_the_most_correlated_are_drawn_and_it_is_said():
    X = RNG.normal(size=(400, 200))
    X[:, 150:180] += 2 * RNG.normal(size=(400, 1))
    ax = plot_correlation(correlation_matrix(X))
    assert labels(ax, "y") == [f"x{j}" for j in range(150, 180)]
    assert ax.get_title("right") == "30 of 200 columns shown"
    ax = plot_correlation(cluster_columns(correlation_matrix(X)), cluster=True)
    assert sorted(labels(ax, "y")) == [f"x{j}" for j in range(150, 180)]


def test_without_numbers_strong_negative_cells_carry_their_sign():
    table = np.eye(20)
    table[3, 7] = table[7, 3] = -0.6
    table[1, 2] = table[2, 1] = -0.1
    ax = plot_correlation(table)
    assert [text.get_text() for text in ax.texts] == ["−", "−"]
    assert [text.get_position() for text in ax.texts] == [(7, 3), (3, 7)]


def test_a_table_of_correlations_brings_its_names():
    class Correlations:
        x_names = y_names = ("a", "b")
        coef = np.array([[1.0, 0.2], [0.2, 1.0]])

    assert labels(plot_correlation(Correlations()), "x") == ["a", "b"]


@pytest.mark.filterwarnings("ignore:Glyph")  # the fonts of this machine, not the drawing
def test_any_name_can_be_drawn():
    n = len(HARD_NAMES)
    by = np.repeat(np.array(HARD_NAMES, dtype=object), 30)
    values = RNG.normal(size=30 * n)
    columns = {name: RNG.normal(size=9) for name in HARD_NAMES}
    figures = [
        plot_box(box_summary(values, by)),
        plot_violin(density(values, by)),
        plot_density(density(values, by)),
        plot_histogram(histogram(values, by)),
        plot_scatter(values, values, color=by, x_name="$\\frac{", y_name="_$", color_name="$"),
        plot_missing(missing_map(columns)),
        plot_correlation(cluster_columns(np.eye(n), HARD_NAMES), cluster=True),
        *(plot_scatter_matrix(part)[0, 0] for part in (columns, dict(list(columns.items())[5:]))),
    ]
    for name in HARD_NAMES:
        column = Column(name, "numeric", values)
        figures += [
            plot_histogram(histogram(column)),
            plot_scatter(column, column, color=column),
        ]
    for ax in figures:
        for text in drawn(ax):
            assert len(text) <= 100
            assert not set(text) & set("\x00\x1b\u202e\u2066\ud800\ufffe\uffff")


def test_names_that_begin_with_an_underscore_stand_in_the_legend():
    by = np.repeat(["_hidden", "seen"], 20)
    values = RNG.normal(size=40)
    for ax in (
        plot_density(density(values, by)),
        plot_histogram(histogram(values, by)),
        plot_scatter(values, values, color=by),
    ):
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["_hidden", "seen"]


def test_text_is_no_number():
    with pytest.raises(DataTypeError):
        plot_box(box_summary(["a", "b"]))
    with pytest.raises(DataError, match="must hold numbers"):
        plot_scatter_matrix({"a": ["x", "y"]})


def test_levels_are_bars_and_the_rest_is_told():
    ax = plot_levels([3, 2, 1, 1], names=["a", "b", "c", "d"], n_rest=5, n_levels=9, max_display=2)
    assert [bar.get_width() for bar in ax.patches] == [3.0, 2.0, 7.0]
    assert labels(ax, "y") == ["a", "b", "7 others"]
    several = plot_levels([3, 2], names=["a", "b"], n_levels=9)
    assert "2 of 9 labels shown" in drawn(several)


@pytest.mark.parametrize(("counts", "names"), [([], []), ([1, 2], ["a"]), ([[1]], ["a"])])
def test_levels_need_a_name_a_count(counts, names):
    with pytest.raises(DataError, match="One name a count"):
        plot_levels(counts, names=names)


@pytest.mark.filterwarnings("ignore:Glyph")  # the fonts of this machine, not the drawing
def test_levels_bear_hard_names():
    texts = drawn(plot_levels(range(1, 1 + len(HARD_NAMES)), names=HARD_NAMES, name=HARD_NAMES[1]))
    assert "<img src=x onerro…" in texts


def test_names_that_look_like_formulas_are_drawn_as_they_are():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(np.arange(12.0).reshape(4, 3) % 5, columns=["$x^2_{$ bad", "b", "c"])
    axes = plot_scatter_matrix(frame)
    axes[0, 0].figure.savefig(io.BytesIO(), format="svg")
