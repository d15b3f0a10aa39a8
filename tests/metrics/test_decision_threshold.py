import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai import metrics
from minixai.errors import DataError, ParameterError
from minixai.metrics import choose_threshold
from tests.metrics.draws import close, plain, scored
from tests.reference import metric as reference

PEERS = {
    "accuracy": "accuracy_score",
    "balanced_accuracy": "balanced_accuracy_score",
    "matthews_correlation": "matthews_corrcoef",
    "f_score": "fbeta_score",
}


@given(
    drawn=scored(both=True), metric=st.sampled_from(sorted(PEERS)), beta=st.sampled_from([0.5, 2])
)
def test_every_threshold_is_measured_as_scikit_learn_does(drawn, metric, beta):
    theirs = getattr(pytest.importorskip("sklearn.metrics"), PEERS[metric])
    y, s, w, known = drawn
    known = plain(known)
    options = {"beta": beta, "pos_label": known[1].item()} if metric == "f_score" else {}
    choice = choose_threshold(y, s, metric, beta=beta, sample_weight=w)
    kept = s if w is None else s[w > 0]
    np.testing.assert_array_equal(choice.thresholds, [np.inf, *sorted(set(kept), reverse=True)])
    for t, value in zip(choice.thresholds, choice.values, strict=True):
        h = np.where(s >= t, known[1], known[0])
        close(value, theirs(plain(y), h, sample_weight=w, **options))
    assert choice.value == choice.values.max()
    assert choice.threshold == choice.thresholds[choice.values == choice.value].max()
    assert choice.higher_is_better


@given(drawn=scored(both=True), fp=st.sampled_from([0, 1, 5.0]), fn=st.sampled_from([0.5, 1, 20]))
def test_cost_equals_the_naive_twin(drawn, fp, fn):
    y, s, w, known = drawn
    ones, weight = (y == known[1]).astype(int), np.ones(len(y)) if w is None else w
    choice = choose_threshold(
        y, s, "cost", false_positive_cost=fp, false_negative_cost=fn, sample_weight=w
    )
    twins = [reference.mean_cost(ones, s, weight, t, fp, fn) for t in choice.thresholds]
    close(choice.values, twins)
    assert choice.value == choice.values.min()
    assert not choice.higher_is_better


@pytest.mark.parametrize("metric", [*sorted(PEERS), "cost"])
def test_the_value_is_that_of_the_labels(metric):
    draws = np.random.default_rng(0)
    y = draws.random(500) < 0.1
    p = np.clip(draws.normal(0.1 + 0.2 * y, 0.1), 0, 1)
    choice = choose_threshold(y, p, metric)
    h = p >= choice.threshold
    expected = np.mean(y != h) if metric == "cost" else getattr(metrics, metric)(y, h)
    close(choice.value, expected)
    assert float(choice) == choice.threshold < 0.5


def test_the_cheapest_threshold_of_calibrated_probabilities_is_elkans():
    draws = np.random.default_rng(1)
    p = draws.random(200_000)
    y = draws.random(200_000) < p
    choice = choose_threshold(y, p, "cost", false_positive_cost=1, false_negative_cost=4)
    assert choice.threshold == pytest.approx(1 / 5, abs=0.02)


def test_to_say_class_one_of_none_can_be_best():
    choice = choose_threshold([1, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], "accuracy")
    assert choice.threshold == np.inf
    assert choice.value == 0.75


def test_either_class_can_be_class_one():
    y, p = np.array(["bad", "good", "good"]), np.array([0.9, 0.2, 0.3])
    assert choose_threshold(y, p, pos_label="bad").threshold == 0.9
    assert choose_threshold(y, 1 - p).threshold == 0.7


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: choose_threshold([0, 0], [0.1, 0.2]), DataError, "rows of both"),
        (lambda: choose_threshold([0, 1], [0.1, 0.2], sample_weight=[1, 0]), DataError, "of both"),
        (lambda: choose_threshold([0, 1, 2], [0.1, 0.2, 0.3]), DataError, "got 3"),
        (lambda: choose_threshold([0, 1], [0.1, np.nan]), DataError, "NaN in row 1"),
        (lambda: choose_threshold([0, 1], [0, 1], "f1"), ParameterError, "must be one of"),
        (lambda: choose_threshold([0, 1], [0, 1], beta=0), ParameterError, "`beta`"),
        (
            lambda: choose_threshold([0, 1], [0, 1], "cost", false_positive_cost=-1),
            ParameterError,
            "`false_positive_cost`",
        ),
        (
            lambda: choose_threshold(
                [0, 1], [0, 1], "cost", false_positive_cost=0, false_negative_cost=0
            ),
            ParameterError,
            "both 0",
        ),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
