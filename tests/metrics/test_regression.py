import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai import metrics
from minixai.errors import DataError, DataTypeError, DataWarning, ParameterError
from tests.reference import metric as reference

NAMES = (
    "mean_squared_error",
    "half_mean_squared_error",
    "root_mean_squared_error",
    "mean_absolute_error",
    "r2",
    "mean_absolute_percentage_error",
    "quantile_loss",
)
PEERS = {"r2": "r2_score", "quantile_loss": "mean_pinball_loss"}


def drawn(n, seed, unit=1.0):
    draws = np.random.default_rng(seed)
    return unit * draws.normal(size=n), unit * draws.normal(size=n), draws.uniform(0.1, 3.0, n)


def expected(name, y, h, w):
    if name == "half_mean_squared_error":
        return reference.mean_squared_error(y, h, w) / 2
    if name == "root_mean_squared_error":
        return reference.mean_squared_error(y, h, w) ** 0.5
    return getattr(reference, name)(y, h, w)


@given(n=st.integers(2, 12), seed=st.integers(0, 99), weighted=st.booleans())
def test_equal_the_naive_twins(n, seed, weighted):
    y, h, w = drawn(n, seed)
    for name in NAMES:
        found = getattr(metrics, name)(y, h, w if weighted else None)
        assert isinstance(found, float)
        twin = expected(name, y, h, w if weighted else np.ones(n))
        np.testing.assert_allclose(found, twin, rtol=1e-12)


@given(n=st.integers(2, 9), seed=st.integers(0, 99))
def test_a_weight_of_two_is_a_row_twice_and_of_zero_no_row(n, seed):
    y, h, _ = drawn(n, seed)
    w = np.random.default_rng(seed).integers(0, 3, n) + (np.arange(n) < 2)
    for name in NAMES:
        measure = getattr(metrics, name)
        repeated = measure(np.repeat(y, w), np.repeat(h, w))
        np.testing.assert_allclose(measure(y, h, w), repeated, rtol=1e-12)


@given(seed=st.integers(0, 99), unit=st.sampled_from([1e150, 1e-150, 1e200, 1e-200]))
def test_far_units_do_not_change_the_answer(seed, unit):
    y, h, w = drawn(8, seed)
    for name in ("root_mean_squared_error", "mean_absolute_error"):
        measure = getattr(metrics, name)
        np.testing.assert_allclose(measure(unit * y, unit * h, w) / unit, measure(y, h, w))
    np.testing.assert_allclose(metrics.r2(unit * y, unit * h), metrics.r2(y, h))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", ["plain", "perfect", "constant", "constant met", "integers"])
def test_equal_scikit_learn(shape, weighted):
    theirs = pytest.importorskip("sklearn.metrics")
    y, h, w = drawn(50, 1)
    if shape == "perfect":
        h = y
    elif shape.startswith("constant"):
        y, w = np.full(50, 3.0), np.ceil(w)  # with other weights its mean is not 3 in floats
        h = y if shape.endswith("met") else h
    elif shape == "integers":
        y, h = np.round(3 * y).astype(int), np.round(3 * h).astype(int)
    w = w if weighted else None
    for name in set(NAMES) - {"half_mean_squared_error"}:
        found = getattr(metrics, name)(y, h, w)
        other = getattr(theirs, PEERS.get(name, name))(y, h, sample_weight=w)
        np.testing.assert_allclose(found, other, rtol=1e-12, atol=1e-15, err_msg=name)


def test_r2_of_the_mean_is_zero_and_of_a_constant_target_one_or_zero():
    y = np.array([1.0, 2.0, 6.0])
    assert metrics.r2(y, np.full(3, 3.0)) == 0.0
    tenth = np.full(3, 0.1)  # its mean is not 0.1 in floats
    assert metrics.r2(tenth, tenth) == 1.0
    assert metrics.r2(tenth, [0.1, 0.1, 0.2]) == 0.0
    assert metrics.r2([0.1, 0.1, 9.0], [0.1, 0.1, 2.0], [1, 1, 0]) == 1.0


def test_r2_of_one_row_is_not_a_number():
    with pytest.warns(DataWarning, match="single row"):
        assert np.isnan(metrics.r2([1.0], [2.0]))


@pytest.mark.parametrize(
    ("y", "h", "words"),
    [
        ([1.0, 2.0], [1.0], "2 rows and `y_pred` 1"),
        ([], [], "no rows"),
        ([1.0, np.nan], [1.0, 1.0], "`y_true` must be finite, got nan in row 1"),
        ([1.0, 2.0], [1.0, np.inf], "`y_pred` must be finite, got inf in row 1"),
        ([1e308], [-1e308], "y_pred - y_true"),
        (np.ones((2, 2, 2)), np.ones((2, 2, 2)), "one number per row"),
    ],
)
def test_bad_input_is_named(y, h, words):
    for name in NAMES:
        with pytest.raises(DataError, match=words) as caught:
            getattr(metrics, name)(y, h)
        assert "\n" not in str(caught.value)


def test_labels_are_refused():
    with pytest.raises(DataTypeError, match="metric of labels"):
        metrics.mean_squared_error(["a"], ["b"])


def test_what_no_float_can_hold_is_an_error():
    with pytest.raises(DataError, match="root_mean_squared_error"):
        metrics.mean_squared_error([1e200, 0.0], [0.0, 0.0])
    with pytest.raises(DataError, match="off by far too much"):
        metrics.r2([0.0, 1e-200], [1e200, 0.0])
    assert metrics.mean_absolute_error([1e308, 0, 1e308], [0, 0, 0]) == np.inf


@pytest.mark.parametrize("weight", [[1.0], [-1.0, 1.0], [0.0, 0.0], [np.nan, 1.0]])
def test_bad_weights_are_refused(weight):
    with pytest.raises(DataError, match="weight"):
        metrics.mean_squared_error([1.0, 2.0], [1.0, 2.0], weight)


def test_a_column_counts_as_a_vector():
    column = np.array([[1.0], [2.0]])
    assert metrics.mean_squared_error([1.0, 4.0], column) == 2.0


@st.composite
def targets(draw):
    """Targets and predictions with ties, zeros and constants, weights with zeros or None."""
    n = draw(st.integers(1, 10))
    values = st.lists(st.integers(-4, 4), min_size=n, max_size=n)
    y, h = np.array(draw(values)) / 4, np.array(draw(values)) / 4
    if draw(st.booleans()):
        return y, h, None
    return (
        y,
        h,
        np.array(draw(st.lists(st.integers(0, 24), min_size=n, max_size=n).filter(any))) / 8,
    )


@given(drawn=targets(), alpha=st.sampled_from([0, 0.1, 0.5, 0.9, 1]))
def test_every_draw_equals_scikit_learn(drawn, alpha):
    theirs = pytest.importorskip("sklearn.metrics")
    y, h, w = drawn
    for name in set(NAMES) - {"half_mean_squared_error"}:
        if name == "r2" and len(y) < 2:
            continue
        options = {"alpha": alpha} if name == "quantile_loss" else {}
        found = getattr(metrics, name)(y, h, w, **options)
        other = getattr(theirs, PEERS.get(name, name))(y, h, sample_weight=w, **options)
        np.testing.assert_allclose(found, other, rtol=1e-12, atol=1e-12, err_msg=name)


def test_the_quantile_has_the_least_loss():
    y = np.sort(np.random.default_rng(0).normal(size=101))
    for alpha in (0.1, 0.5, 0.9):
        losses = [metrics.quantile_loss(y, np.full(101, h), alpha=alpha) for h in y]
        assert int(np.argmin(losses)) == round(100 * alpha)
    assert metrics.quantile_loss([1.0], [0.0], alpha=0.9) == 0.9
    assert metrics.quantile_loss([0.0], [1.0], alpha=0.9) == pytest.approx(0.1)
    with pytest.raises(ParameterError, match=r"`alpha` must be a number in \[0.0, 1.0\]"):
        metrics.quantile_loss([1.0], [0.0], alpha=1.5)


def test_several_outputs_take_options():
    y, h = np.array([[1.0, 0.0], [3.0, 0.0]]), np.array([[0.0, 1.0], [3.0, 0.0]])
    assert metrics.quantile_loss(y, h, alpha=0.75) == pytest.approx((0.375 + 0.125) / 2)


def test_a_target_of_zero_that_is_missed_is_huge():
    assert metrics.mean_absolute_percentage_error([0.0, 1.0], [0.0, 1.5]) == 0.25
    assert metrics.mean_absolute_percentage_error([0.0], [1.0]) == 1 / np.finfo(float).eps
    assert metrics.mean_absolute_percentage_error([0.0], [1e300]) == np.inf


@given(n=st.integers(2, 10), seed=st.integers(0, 99), weighted=st.booleans())
def test_several_outputs_equal_scikit_learn(n, seed, weighted):
    theirs = pytest.importorskip("sklearn.metrics")
    draws = np.random.default_rng(seed)
    y, h = np.round(2 * draws.normal(size=(2, n, 3))) / 4
    y[:, 2] = 0.5 if seed % 3 == 0 else y[:, 2]  # the mean of which is exact
    w = draws.integers(0, 3, n) + (np.arange(n) < 2) if weighted else None
    for name in set(NAMES) - {"half_mean_squared_error"}:
        found = getattr(metrics, name)(y, h, w)
        other = getattr(theirs, PEERS.get(name, name))(y, h, sample_weight=w)
        np.testing.assert_allclose(found, other, rtol=1e-12, atol=1e-12, err_msg=name)
