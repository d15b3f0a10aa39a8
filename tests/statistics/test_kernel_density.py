"""Densities, histograms and boxes of a column, by class: equal to the field's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minixai.data import Column
from minixai.errors import DataError, DataTypeError, ParameterError
from minixai.statistics import box_summary, density, histogram

RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=300) * 7 + 100
CLASSES = np.array(["b", "a", "c"])[RNG.integers(0, 3, 300)]
DESCRIBE = [density, histogram, box_summary]


def columns(low=2, high=60):
    numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
    return st.lists(numbers, min_size=low, max_size=high)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 400), st.integers(0, 10**6), st.sampled_from([1e-5, 1.0, 1e7]))
def test_densities_are_those_of_scipy(n, seed, scale):
    stats = pytest.importorskip("scipy.stats")
    values = scale * np.random.default_rng(seed).standard_t(3, size=n)
    found = density(values)
    theirs = stats.gaussian_kde(values)
    expected = theirs(found.points[0])
    np.testing.assert_allclose(found.values[0], expected, rtol=1e-9, atol=1e-12 * expected.max())
    assert found.bandwidth[0] == pytest.approx(np.sqrt(theirs.covariance[0, 0]), rel=1e-12)


def test_a_density_is_the_mean_of_its_kernels_and_has_area_one():
    found = density([0.0, 1.0], points=np.linspace(-9, 10, 4001), bandwidth=0.5)
    z = (found.points[0, :, None] - [0.0, 1.0]) / 0.5
    by_hand = np.exp(-0.5 * z**2).mean(axis=1) / (0.5 * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(found.values[0], by_hand, rtol=1e-12)
    assert np.trapezoid(found.values[0], found.points[0]) == pytest.approx(1.0, abs=1e-9)


def test_blocks_do_not_show():
    values = RNG.normal(size=5000)
    points = np.linspace(-3, 3, 256)
    h = values.std(ddof=1) * 5000**-0.2
    z = (points[:, None] - values) / h
    by_hand = np.exp(-0.5 * z * z).sum(axis=1) / (5000 * h * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(density(values, points=points).values[0], by_hand, rtol=1e-12)


def test_each_class_has_the_density_of_its_own_values():
    found = density(VALUES, CLASSES, n_points=64)
    assert found.classes == ("a", "b", "c")
    for k, name in enumerate(found.classes):
        own = VALUES[name == CLASSES]
        alone = density(own, n_points=64)
        np.testing.assert_array_equal(found.values[k], alone.values[0])
        np.testing.assert_array_equal(found.points[k], alone.points[0])
        assert found.counts[k] == len(own)
        assert found.medians[k] == np.median(own)
        assert alone.points[0, 0] == pytest.approx(own.min() - 3 * alone.bandwidth[0])


def test_a_class_without_spread_has_no_density_and_none_at_all_is_an_error():
    found = density([1.0, 1.0, 2.0, 3.0], ["a", "a", "b", "b"])
    assert np.isnan(found.values[0]).all()
    assert found.bandwidth[0] == 0.0
    assert np.isfinite(found.values[1]).all()
    with pytest.raises(DataError, match="no spread"):
        density([2.0, 2.0])
    assert np.isfinite(density([2.0, 2.0], bandwidth=1.0).values).all()


def test_large_values_do_not_overflow():
    found = density([1e200, 2e200, 3e200])
    assert np.isfinite(found.values).all()
    assert found.bandwidth[0] == pytest.approx(1e200 * 3**-0.2)


@settings(max_examples=60, deadline=None)
@given(columns(1))
def test_boxes_are_those_of_matplotlib(values):
    cbook = pytest.importorskip("matplotlib.cbook")
    (theirs,) = cbook.boxplot_stats(values)
    found = box_summary(values)
    ours = [found.whisker_low, found.q1, found.median, found.q3, found.whisker_high]
    keys = ("whislo", "q1", "med", "q3", "whishi")
    np.testing.assert_array_equal(np.concatenate(ours), [theirs[key] for key in keys])
    np.testing.assert_array_equal(found.outliers[0], np.sort(theirs["fliers"]))
    assert found.mean[0] == pytest.approx(theirs["mean"], rel=1e-12, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(columns(2), st.integers(1, 9))
def test_histograms_are_those_of_numpy(values, n_bins):
    if min(values) == max(values):
        values = [*values, values[0] + 1.0]
    counts, edges = np.histogram(values, bins=np.linspace(min(values), max(values), n_bins + 1))
    found = histogram(values, n_bins=n_bins)
    np.testing.assert_array_equal(found.counts[0], counts)
    np.testing.assert_array_equal(found.edges, edges)


@pytest.mark.parametrize("n", [2, 10, 300, 5000])
def test_the_number_of_bins_is_numpys_up_to_a_hundred(n):
    values = RNG.normal(size=n)
    np.testing.assert_allclose(histogram(values).edges, np.histogram_bin_edges(values, "auto"))
    heavy = np.append(RNG.normal(size=200), 1e9)
    assert histogram(heavy).counts.shape == (1, 100)
    assert histogram(np.append(np.zeros(99), 1.0)).counts.sum() == 100


def test_classes_share_the_bins_and_constants_get_one():
    found = histogram(VALUES, CLASSES)
    assert found.counts.sum() == 300
    np.testing.assert_allclose(found.shares.sum(axis=1), 1.0)
    for value in (5.0, 0.0, -1e12):
        one = histogram([value, value])
        assert one.counts.tolist() == [[2]]
        assert one.edges[0] < value < one.edges[1]


@pytest.mark.parametrize("describe", DESCRIBE)
def test_missing_values_and_classes_are_left_out_and_counted(describe):
    values = [1.0, None, 3.0, float("nan"), 5.0, 8.0]
    found = describe(values, ["a", "a", None, "b", "a", float("nan")])
    assert (found.n_missing, found.n_unlabelled) == (2, 2)
    assert found.classes == ("a",)
    np.testing.assert_equal(describe([1.0, 5.0]).classes, ("all rows",))


@pytest.mark.parametrize("describe", DESCRIBE)
@pytest.mark.parametrize(
    ("values", "by", "error", "message"),
    [
        ([], None, DataError, "no value at all"),
        ([np.nan, None], None, DataError, "no value at all"),
        ([1.0, np.inf], None, DataError, "infinity"),
        ([-1.7e308, 1.7e308], None, DataError, "rescale"),
        (["x", "y"], None, DataTypeError, "must hold numbers"),
        ([1.0, 2.0], ["a"], DataError, "one class a row"),
        ([1.0, 2.0], [None, None], DataError, "both a value and a class"),
        (np.ones((2, 2)), None, DataError, "one-dimensional"),
        ({"a": 1}, None, DataTypeError, "One column"),
    ],
)
def test_what_cannot_be_described_is_an_error_of_one_line(describe, values, by, error, message):
    with pytest.raises(error, match=message) as raised:
        describe(values, by)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("describe", DESCRIBE)
def test_columns_bring_their_names_and_classes(describe):
    age = Column("age", "numeric", np.array([3.0, 1.0, 2.0, np.nan]))
    risk = Column("risk", "categorical", np.array([1, 0, 1, -1]), np.array(["bad", "good"]))
    found = describe(age, risk)
    assert (found.name, found.by_name, found.classes) == ("age", "risk", ("bad", "good"))
    with pytest.raises(DataTypeError, match="not numeric"):
        describe(risk)


def test_frames_columns_bring_their_names_and_classes():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"u": [1, 2, 4, 9], "v": pandas.Categorical(["x", "y", None, "x"])})
    found = box_summary(frame["u"], frame["v"])
    assert (found.name, found.by_name, found.classes) == ("u", "v", ("x", "y"))
    assert found.n_unlabelled == 1
    whole = pandas.Series([1, None, 3], dtype="Int64")
    assert box_summary(whole).n_missing == 1


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([10, 9, 10], ("9", "10")),
        ([True, False, True], ("False", "True")),
        ([1.5, 2.0, 1.5], ("1.5", "2")),
        ([1, "1", 2.5], ("1", "2.5", "1")),  # numbers by size, then text
        (
            np.array(["2020-01-02", "2020-01-01", "NaT"], dtype="M8[D]"),
            ("2020-01-01", "2020-01-02"),
        ),
    ],
)
def test_classes_stand_in_their_natural_order(labels, names):
    assert box_summary([1.0, 2.0, 3.0], labels).classes == names


def test_arguments_out_of_range():
    with pytest.raises(ParameterError, match="n_points"):
        density([1.0, 2.0], n_points=1)
    with pytest.raises(ParameterError, match="bandwidth"):
        density([1.0, 2.0], bandwidth=0.0)
    with pytest.raises(ParameterError, match="n_bins"):
        histogram([1.0], n_bins=0)
    with pytest.raises(DataError, match="rising"):
        density([1.0, 2.0], points=[2.0, 1.0])
