"""Shapes and pairs of additive models: what is drawn is what the results hold."""

import io

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from minixai.errors import ParameterError  # noqa: E402
from minixai.plot import plot_pair, plot_shape  # noqa: E402
from minixai.tree.shape_function import PairFunction, ShapeFunction  # noqa: E402
from tests.plot.hard_names import HARD_NAMES  # noqa: E402


def shape(n=5, k=1, **changes):
    rng = np.random.default_rng(0)
    values = rng.normal(size=n) if k == 1 else rng.normal(size=(n, k))
    fields = {
        "name": "age",
        "edges": np.linspace(20.0, 70.0, n + 1),
        "values": values,
        "density": np.full(n, 0.9 / n),
        "missing_value": 0.25 if k == 1 else np.full(k, 0.25),
        "missing_share": 0.1,
        "std_errors": np.full(values.shape, 0.1),
        "output_names": None if k == 1 else tuple(f"class {c}" for c in range(k)),
    }
    return ShapeFunction(**{**fields, **changes})


def pair(k=1, **changes):
    rng = np.random.default_rng(0)
    density = np.full((4, 3), 1 / 9)
    density[1, 0] = density[-1] = density[:, -1] = 0.0
    fields = {
        "names": ("age", "income"),
        "edges": (np.linspace(20.0, 70.0, 4), np.array([0.0, 10.0, 100.0])),
        "values": rng.normal(size=(4, 3) if k == 1 else (4, 3, k)),
        "density": density / density.sum(),
        "output_names": None if k == 1 else tuple(f"class {c}" for c in range(k)),
    }
    return PairFunction(**{**fields, **changes})


def drawn(ax):
    ax.figure.savefig(io.BytesIO(), format="svg")
    return [text.get_text() for text in ax.figure.findobj(Text)]


def test_a_shape_is_drawn_with_its_band_its_data_and_its_missing_value():
    result = shape()
    ax = plot_shape(result)
    scores, data = ax.patches[0].get_data(), ax.patches[-1].get_data()
    assert np.array_equal(scores.values, result.values)
    assert np.array_equal(scores.edges, result.edges)
    (band,) = ax.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx((result.values - 0.2).min())
    assert heights.max() == pytest.approx((result.values + 0.2).max())
    np.testing.assert_allclose(data.values, data.values[0])  # rows lie evenly
    foot = ax.transAxes.inverted().transform(ax.transData.transform([(20.0, heights.min())]))
    assert data.values.max() < foot[0, 1], "the data lie below the scores"
    texts = drawn(ax)
    assert "missing (10 % of rows): 0.25" in texts
    assert "age" in texts


def test_a_histogram_shares_the_rows_of_a_bin_by_width():
    result = shape(2, edges=np.array([0.0, 1.0, 4.0]), density=np.array([0.4, 0.6]))
    ends, shares = result.histogram(4)
    assert ends.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    np.testing.assert_allclose(shares, [0.4, 0.2, 0.2, 0.2])


def test_several_outputs_are_drawn_as_lines_with_a_legend():
    ax = plot_shape(shape(k=8))
    assert not ax.collections
    assert len(ax.patches) == 6 + 1
    texts = drawn(ax)
    assert "6 of 8 outputs shown" in texts
    assert "class 5" in texts


def test_a_column_of_one_value_or_none_is_drawn():
    for end in (3.0, np.nan):
        ax = plot_shape(shape(1, edges=np.array([end, end]), std_errors=None))
        assert ax.get_xlim() == ((2.5, 3.5) if end == 3.0 else (-0.5, 0.5))
        drawn(ax)


def test_a_pair_is_drawn_in_its_bins_and_grey_without_rows():
    result = pair()
    ax = plot_pair(result)
    mesh = ax.collections[0]
    array = np.ma.asarray(mesh.get_array()).reshape(3, 2)
    assert array.mask.tolist() == [[False, False], [True, False], [False, False]]
    np.testing.assert_array_equal(array.data[~array.mask], result.values[:3, :2][~array.mask])
    assert mesh.get_clim()[0] == -mesh.get_clim()[1]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("income", "age")
    assert ax.get_xlim() == (0.0, 100.0)
    assert not any("missing" in text for text in drawn(ax))
    some = pair(density=np.full((4, 3), 1 / 12))
    assert any("50 % of rows" in text.replace("\n", " ") for text in drawn(plot_pair(some)))


def test_a_pair_of_several_outputs_needs_one_named():
    result = pair(k=3)
    first = plot_pair(result, output="class 1").collections[0].get_array()
    assert np.array_equal(first, plot_pair(result, output=1).collections[0].get_array())
    with pytest.raises(ParameterError, match=r"must be one of .* got None"):
        plot_pair(result)
    with pytest.raises(ParameterError, match="Did you mean 'class 1'"):
        plot_pair(result, output="clas 1")
    with pytest.raises(ParameterError, match="None or 0 for one output, got 1"):
        plot_pair(pair(), output=1)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_additive_figures_draw_into_the_axes_given_and_bear_hard_names():
    for name in HARD_NAMES:
        ax = Figure().subplots()
        assert plot_shape(shape(name=name, k=2, output_names=(name, "b")), ax) is ax
        drawn(ax)
        ax = Figure().subplots()
        assert plot_pair(pair(names=(name, name)), ax) is ax
        drawn(ax)
