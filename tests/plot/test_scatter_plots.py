"""Clouds of points: every row where it belongs, classes in forms, samples that say so."""

import io
import itertools

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from minixai.data import Column, Table  # noqa: E402
from minixai.errors import DataError  # noqa: E402
from minixai.plot import plot_scatter, plot_scatter_matrix  # noqa: E402

RNG = np.random.default_rng(0)
N = 240
MATRIX = RNG.normal(size=(N, 4))
CLASSES = np.array(["no", "yes", "perhaps"])[RNG.choice(3, N, p=[0.6, 0.3, 0.1])]


def drawn(ax):
    """Render the figure, so that broken text fails, and return its texts."""
    ax.figure.savefig(io.BytesIO(), format="svg")
    return [text.get_text() for text in ax.figure.findobj(Text)]


def test_points_are_the_values_by_class():
    ax = plot_scatter(MATRIX[:, 0], MATRIX[:, 1], color=CLASSES, color_name="answer")
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["no", "perhaps", "yes"]
    assert ax.get_legend().get_title().get_text() == "answer"
    forms = set()
    for name, points in zip(names, ax.collections, strict=True):
        np.testing.assert_array_equal(points.get_offsets(), MATRIX[name == CLASSES, :2])
        forms.add(points.get_paths()[0].vertices.tobytes())
    assert len(forms) == 3


def test_a_rare_class_lies_on_top():
    ax = plot_scatter(MATRIX[:, 0], MATRIX[:, 1], color=CLASSES)
    order = {"no": 0, "perhaps": 2, "yes": 1}
    heights = [points.get_zorder() for points in ax.collections]
    assert np.argsort(heights).tolist() == np.argsort(list(order.values())).tolist()


def test_points_are_coloured_by_a_number():
    ax = plot_scatter(MATRIX[:, 0], MATRIX[:, 1], color=MATRIX[:, 2], color_name="price")
    (points,) = ax.collections
    np.testing.assert_array_equal(points.get_offsets(), MATRIX[:, :2])
    np.testing.assert_array_equal(points.get_array(), MATRIX[:, 2])
    assert "price" in drawn(ax)
    assert not plot_scatter([1.0], [2.0]).get_legend()


def test_many_points_are_sampled_by_seed_and_said():
    x = np.arange(6000.0)
    once, again, other = (plot_scatter(x, x, random_state=s) for s in (3, 3, 4))
    points = [np.asarray(ax.collections[0].get_offsets()) for ax in (once, again, other)]
    assert len(np.unique(points[0], axis=0)) == 5000
    np.testing.assert_array_equal(points[0], points[1])
    assert (points[0] != points[2]).any()
    assert once.get_title("right") == "5,000 of 6,000 rows shown, drawn at random"


def test_rows_without_values_and_rare_classes_are_said():
    x = np.array([1.0, np.nan, 3.0, 4.0, np.inf])
    ax = plot_scatter(x, np.ones(5), color=["a", "a", None, "b", "b"])
    assert [len(each.get_offsets()) for each in ax.collections] == [1, 1]
    assert ax.get_title("right") == "left out: 2 rows without both values"
    many = np.repeat([f"c{j:02}" for j in range(12)], np.arange(1, 13))
    ax = plot_scatter(np.arange(78), np.arange(78), color=many)
    assert len(ax.collections) == 6
    assert ax.get_title("right") == "6 of 12 classes shown, the most frequent"
    assert ax.get_legend().get_texts()[0].get_text() == "c06"


def test_a_scatter_takes_columns_with_their_names():
    age = Column("age", "numeric", np.array([3.0, np.nan, 2.0]))
    risk = Column("risk", "categorical", np.array([1, 0, -1]), np.array(["bad", "good"]))
    ax = plot_scatter(age, [1.0, 2.0, 3.0], color=risk)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("age", "y")
    assert ax.get_legend().get_title().get_text() == "risk"
    assert len(plot_scatter(age, [1.0, 2.0, 3.0], color=age).collections) == 1
    with pytest.raises(DataError, match="not numeric"):
        plot_scatter(risk, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("x", "y", "color", "message"),
    [
        ([1.0], [1.0, 2.0], None, "equally long"),
        ([], [], None, "one value a row"),
        (["a"], [1.0], None, "must hold numbers"),
        ([np.nan], [1.0], None, "no point"),
        ([1.0], [1.0], [None], "no value"),
        ([1.0], [1.0], [np.nan], "no value"),
        ([1.0], [1.0], ["a", "b"], "one value a row"),
    ],
)
def test_points_that_cannot_be_drawn(x, y, color, message):
    with pytest.raises(DataError, match=message):
        plot_scatter(x, y, color=color)


def test_a_scatter_matrix_holds_every_pair():
    columns = {f"c{j}": MATRIX[:, j] for j in range(3)}
    axes = plot_scatter_matrix(columns, color=CLASSES)
    assert axes.shape == (3, 3)
    for i, j in itertools.permutations(range(3), 2):
        for k, name in enumerate(np.unique(CLASSES)):
            expected = MATRIX[name == CLASSES][:, [j, i]]
            np.testing.assert_array_equal(axes[i, j].collections[k].get_offsets(), expected)
    assert [axes[i, i].texts[0].get_text() for i in range(3)] == ["c0", "c1", "c2"]
    drawn(axes[0, 0])


def test_a_scatter_matrix_of_200_columns_shows_the_first_and_says_so():
    axes = plot_scatter_matrix(RNG.normal(size=(3000, 200)))
    assert axes.shape == (5, 5)
    words = axes[0, -1].get_title("right")
    assert words == "5 of 200 columns shown\n2,000 of 3,000 rows shown, drawn at random"


def test_a_scatter_matrix_takes_axes_tables_and_frames():
    given = Figure().subplots(2, 2)
    assert plot_scatter_matrix(MATRIX[:, :2], given)[1, 0] is given[1, 0]
    with pytest.raises(DataError, match="2 x 2 axes"):
        plot_scatter_matrix(MATRIX[:, :2], Figure().subplots(2, 3))
    age = Column("age", "numeric", np.array([3.0, np.nan, 2.0]))
    risk = Column("risk", "categorical", np.array([1, 0, 1]), np.array(["bad", "good"]))
    axes = plot_scatter_matrix(Table({"age": age, "risk": risk}), color=risk)
    assert axes.shape == (1, 1)
    assert axes[0, 0].get_title("right") == "left out: 1 rows with a missing value"
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(MATRIX[:, :2], columns=["u", "v"])
    assert plot_scatter_matrix(frame)[0, 0].texts[0].get_text() == "u"
    with pytest.raises(DataError, match="no numeric column"):
        plot_scatter_matrix(Table({"risk": risk}))
    with pytest.raises(DataError, match="equally long"):
        plot_scatter_matrix({"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(DataError, match="No row"):
        plot_scatter_matrix({"a": [1.0, np.nan], "b": [np.nan, 2.0]})
