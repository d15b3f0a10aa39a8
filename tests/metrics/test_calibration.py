import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, ParameterError
from minixai.metrics import calibration_curve, calibration_error
from tests.metrics.draws import close, plain, scored, shared
from tests.reference import metric as reference

STRATEGIES = st.sampled_from(["uniform", "quantile"])
NORMS = ("l1", "l2", "max")


@given(drawn=scored(), second=st.booleans(), n_bins=st.integers(1, 6), strategy=STRATEGIES)
def test_curve_equals_scikit_learn(drawn, second, n_bins, strategy):
    theirs = pytest.importorskip("sklearn.calibration")
    y, p, _, known = drawn
    options = {
        "pos_label": plain(known)[int(second)].item(),
        "n_bins": n_bins,
        "strategy": strategy,
    }
    found = calibration_curve(y, p, **options)
    observed, predicted = theirs.calibration_curve(plain(y), p, **options)
    close(found.observed, observed)
    close(found.predicted, predicted)
    assert found.weight.sum() == len(y)
    assert len(found.edges) == n_bins + 1


@given(drawn=scored(both=True), n_bins=st.integers(1, 6), strategy=STRATEGIES)
def test_error_equals_the_naive_twin(drawn, n_bins, strategy):
    y, p, w, known = drawn
    weight = np.ones(len(y)) if w is None else w
    edges = np.linspace(0, 1, n_bins + 1)
    if strategy == "quantile":
        edges = np.percentile(p[weight > 0], 100 * edges)
    for norm in NORMS:
        found = calibration_error(y, p, w, n_bins=n_bins, strategy=strategy, norm=norm)
        close(found, reference.calibration_error(y == known[1], p, weight, edges, norm))


@given(drawn=shared(), n_bins=st.integers(1, 6))
def test_of_many_classes_the_winner_is_measured(drawn, n_bins):
    y, p, w, known = drawn
    hit = known[p.argmax(axis=1)] == y
    weight = np.ones(len(y)) if w is None else w
    edges = np.linspace(0, 1, n_bins + 1)
    for norm in NORMS:
        found = calibration_error(y, p, w, known, n_bins=n_bins, norm=norm)
        twin = reference.calibration_error(hit, p.max(axis=1), weight, edges, norm)
        close(found, twin)


@given(drawn=scored(both=True), seed=st.integers(0, 99))
def test_a_weight_of_two_is_a_row_twice_and_of_zero_no_row(drawn, seed):
    y, p, _, _ = drawn
    w = np.random.default_rng(seed).integers(0, 3, len(y))
    w[:2] = 1
    close(calibration_error(y, p, w), calibration_error(np.repeat(y, w), np.repeat(p, w)))
    kept = w > 0
    for strategy in ("uniform", "quantile"):
        found = calibration_error(y, p, kept.astype(float), strategy=strategy)
        close(found, calibration_error(y[kept], p[kept], strategy=strategy))


def test_calibrated_rows_have_no_error():
    p = np.repeat([0.25, 0.75], 4)
    y = np.array([1, 0, 0, 0, 1, 1, 1, 0])
    for norm in NORMS:
        assert calibration_error(y, p, norm=norm) == 0.0
    assert calibration_error([0, 0], [1.0, 1.0]) == 1.0


def test_norms_are_in_order():
    y, p = [0, 1, 0, 1], [0.1, 0.3, 0.75, 0.95]
    small, middle, large = (calibration_error(y, p, norm=norm, n_bins=4) for norm in NORMS)
    assert small < middle < large == pytest.approx(0.75)


def test_edges_belong_to_the_bin_below():
    curve = calibration_curve([0, 1, 1], [0.0, 0.5, 1.0], n_bins=2)
    assert curve.weight.tolist() == [2.0, 1.0]
    assert curve.edges.tolist() == [0.0, 0.5, 1.0]


def test_two_columns_are_read_by_the_second():
    y, p = ["n", "y", "y"], np.array([0.2, 0.7, 0.6])
    both = np.column_stack([1 - p, p])
    assert calibration_error(y, both) == calibration_error(y, p)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: calibration_error([0, 1], [0.1, 1.2]), DataError, "got 0.1 to 1.2"),
        (lambda: calibration_error([0, 1, 2], [0.1, 0.2, 0.3]), DataError, "two classes, got 3"),
        (lambda: calibration_error([0, 1], [0, 1], n_bins=0), ParameterError, "`n_bins`"),
        (lambda: calibration_error([0, 1], [0, 1], strategy="equal"), ParameterError, "'uniform'"),
        (lambda: calibration_error([0, 1], [0, 1], norm="l3"), ParameterError, "Did you mean 'l"),
        (
            lambda: calibration_error([0, 1, 2], np.eye(3), pos_label=1),
            DataError,
            "there are several",
        ),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
