"""Texts in figures: inside the figure, apart from each other and from curves, and true."""

from itertools import combinations, pairwise

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from minixai.importance import Importance  # noqa: E402
from minixai.plot import (  # noqa: E402
    plot_confusion,
    plot_correlation,
    plot_importance,
    plot_loss_curve,
    plot_network,
    plot_weights,
)
from minixai.plot.text import shortened, shortened_all  # noqa: E402
from minixai.protocols import Layer  # noqa: E402

RNG = np.random.default_rng(0)
PREFIXED = [f"a_very_long_prefix_that_all_columns_share_{end}" for end in ("total", "mean", "last")]


def rendered(ax):
    """Draw the figure and return its renderer: positions are final only then."""
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    return canvas.get_renderer()


def boxes(ax, texts=None):
    """Return the text and the extent of every text that is seen."""
    renderer = rendered(ax)
    hidden = {label for each in ax.figure.axes for label in ticks_out_of_view(each)}
    texts = ax.figure.findobj(Text) if texts is None else texts
    seen = [t for t in texts if t.get_visible() and t.get_text() and t not in hidden]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in seen]


def ticks_out_of_view(ax):
    """Return the labels that matplotlib holds for ticks beyond the limits and does not draw."""
    for k, axis in enumerate((ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        slack = 1e-9 * (high - low)
        for label in axis.get_ticklabels():
            if not ax.axison or not low - slack <= label.get_position()[k] <= high + slack:
                yield label


def outside(ax):
    figure = ax.figure.bbox
    return [
        text
        for text, box in boxes(ax)
        if min(box.x0, box.y0) < -1 or box.x1 > figure.x1 + 1 or box.y1 > figure.y1 + 1
    ]


def overlapping(found):
    return [(a[0], b[0]) for a, b in combinations(found, 2) if a[1].overlaps(b[1])]


def own_axes(size):
    return Figure(figsize=size, layout="constrained").subplots()


def network(widths):
    return [Layer(RNG.normal(size=pair), np.zeros(pair[1]), "relu") for pair in pairwise(widths)]


def importance(mean):
    mean = np.asarray(mean)
    return Importance(
        mean, tuple(f"feature {j}" for j in range(len(mean))), "permutation", std=abs(mean) / 9,
        n_repeats=4, metric="r2",
    )  # fmt: skip


@pytest.mark.parametrize("n_in", [1, 2, 3, 8, 40])
def test_the_texts_of_weights_lie_inside_however_few_the_inputs(n_in):
    weight = RNG.normal(size=(n_in, 64))
    names = [f"input {j}" for j in range(n_in)]
    assert not outside(plot_weights(weight, names=names))
    assert not outside(plot_weights(weight, own_axes((7.4, 2.0))))


@pytest.mark.parametrize("n_hidden", [1, 2, 6, 12, 30])
@pytest.mark.parametrize("size", [None, (8.4, 5.0), (5.0, 3.0)])
def test_the_captions_of_a_network_never_meet(n_hidden, size):
    ax = plot_network(
        network([5, *[20] * n_hidden, 1]),
        own_axes(size) if size else None,
        names=["age", "price", "a long name of a column", "user", "seller"],
        output_names=["like"],
    )
    found = boxes(ax, ax.texts)
    assert len(found) == n_hidden + 2 + 5 + 1
    assert not overlapping(found)
    assert not outside(ax)
    neurons = ax.transData.transform([(0, 1.0)])[0, 1]
    assert all(box.y0 > neurons for text, box in found if "hidden" in text)


@pytest.mark.parametrize(
    "new_axes",
    [
        lambda: Figure(figsize=(12, 4)).subplots(1, 2)[1],
        lambda: Figure(figsize=(12, 4), layout="constrained").add_subplot(1, 2, 1),
        lambda: Figure(figsize=(12, 4), layout="constrained").subfigures(1, 2)[1].subplots(),
        lambda: Figure(figsize=(9, 4)).add_axes((0.1, 0.1, 0.8, 0.8)),
    ],
)
def test_captions_stay_apart_in_a_part_of_a_figure(new_axes):
    ax = plot_network(network([5, *[20] * 6, 1]), new_axes())
    canvas = FigureCanvasAgg(ax.figure.figure)  # the whole figure, of a subfigure too
    canvas.draw()
    renderer = canvas.get_renderer()
    assert not overlapping([(t.get_text(), t.get_window_extent(renderer)) for t in ax.texts])


def test_a_figure_of_a_network_grows_with_depth():
    shallow, deep = (plot_network(network([5, *[20] * n, 1])) for n in (1, 6))
    assert deep.figure.get_figwidth() > shallow.figure.get_figwidth()
    sizes = {text.get_fontsize() for ax in (shallow, deep) for text in ax.texts}
    assert max(sizes) - min(sizes) < 1e-9


def test_only_weights_of_exactly_zero_have_no_line():
    weight = np.array([[1.0, 1e-6], [0.0, -1e-3]])
    collections = plot_network([weight]).collections
    positive, negative = collections[:2]
    assert len(positive.get_segments()) == 2
    assert len(negative.get_segments()) == 1
    assert min(*positive.get_linewidth(), *negative.get_linewidth()) > 0.1


@pytest.mark.parametrize(
    "mean",
    [
        [0.0011, 0.0004],
        [0.00061, -0.00035],
        [3.1e-9, 7e-10],
        [12345678.0, 2222222.0],
        [0.31, 0.1],
        [0.0, 0.0],
    ],
)
@pytest.mark.parametrize("size", [None, (3.6, 2.0)])
def test_the_ticks_of_importances_stay_apart(mean, size):
    ax = plot_importance(importance(mean), own_axes(size) if size else None)
    rendered(ax)
    found = boxes(ax, ax.get_xticklabels())
    assert len(found) >= 2
    gap = 4 * ax.figure.dpi / 72
    for (_, one), (_, other) in pairwise(found):
        assert other.x0 - one.x1 >= gap
    assert len({text for text, _ in found}) == len(found)
    assert "−0" not in [text for text, _ in found]


@pytest.mark.parametrize("best", [1, 5, 20, 39])
def test_no_words_are_written_across_a_loss_curve(best):
    epochs = np.arange(40.0)
    held_out = 1.0 + 0.01 * (epochs - best) ** 2
    ax = plot_loss_curve(1.1 + 0.008 * (epochs - best) ** 2, validation_curve=held_out)
    texts = boxes(ax)
    for line in ax.lines:
        path = line.get_transform().transform_path(line.get_path())
        for text, box in texts:
            assert not path.intersects_bbox(box, filled=False), text
    assert ax.get_xlabel() == f"epoch\nlarge dot: lowest validation, 1 at epoch {best + 1}"
    assert not outside(ax)


def test_without_a_finite_validation_loss_there_is_no_lowest():
    ax = plot_loss_curve([2.0, 1.0], validation_curve=[np.nan, np.nan])
    assert ax.get_xlabel() == "epoch"


def test_a_correlation_that_rounds_to_zero_has_no_sign():
    ax = plot_correlation([[1.0, -0.004], [-0.006, -0.996]])
    assert [text.get_text() for text in ax.texts] == ["1.00", ".00", "−.01", "−1.00"]


def test_names_with_one_prefix_are_told_apart_in_every_figure():
    n = len(PREFIXED)
    mean = np.linspace(1.0, 0.1, n)
    figures = [
        plot_correlation(np.eye(n), names=PREFIXED).get_yticklabels(),
        plot_confusion(np.eye(n), labels=PREFIXED).get_yticklabels(),
        plot_importance(Importance(mean, tuple(PREFIXED), "weight")).get_yticklabels(),
        plot_weights(RNG.normal(size=(n, 2)), names=PREFIXED).get_yticklabels(),
        plot_network([RNG.normal(size=(n, 1))], names=PREFIXED).texts[-n:],
    ]
    for labels in figures:
        texts = [label.get_text() for label in labels]
        assert [text[-4:] for text in texts] == ["otal", "mean", "last"]
        assert all(text.startswith("a_very") for text in texts)


def test_names_are_cut_at_the_end_unless_that_makes_two_equal():
    assert shortened_all(["a" * 9, "b" * 9], 6) == ["aaaaa…", "bbbbb…"]
    assert shortened_all(["abcdefgh1", "abcdefgh2", "x"], 7) == ["abc…gh1", "abc…gh2", "x"]
    middle = [f"{'head_' * 6}{word}{'_tail' * 6}" for word in ("red", "blue")]
    assert shortened_all(middle, 18) == ["head_h…red_tail_t…", "head_h…blue_tail_…"]


def test_equal_names_stay_equal_and_short_ones_whole():
    assert shortened_all(["y" * 40] * 2) == [shortened("y" * 40)] * 2
    assert shortened_all(["", "(no name)", "price"]) == ["(no name)", "(no name)", "price"]
    names = [f"{'p' * 60}{j}" for j in range(50)]
    labels = shortened_all(names)
    assert len(set(labels)) == 50
    assert max(map(len, labels)) <= 28
