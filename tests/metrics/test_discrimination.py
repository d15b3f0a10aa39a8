import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minixai.errors import DataError, DataWarning, ParameterError
from minixai.metrics import average_precision, roc_auc
from tests.metrics.draws import close, plain, scored, shared, told
from tests.reference import metric as reference

AVERAGES = ["macro", "weighted", "micro", None]


def peer():
    return pytest.importorskip("sklearn.metrics")


@given(drawn=scored())
def test_two_classes_equal_scikit_learn(drawn):
    y, s, w, known = drawn
    theirs = peer()
    found, warned = told(lambda: roc_auc(y, s, w))
    other, warned_too = told(lambda: theirs.roc_auc_score(plain(y), s, sample_weight=w))
    close(found, other)
    assert warned == warned_too == np.isnan(found)
    for one in plain(known).tolist():
        found, warned = told(lambda one=one: average_precision(y, s, w, pos_label=one))
        other, warned_too = told(
            lambda one=one: theirs.average_precision_score(
                plain(y), s, pos_label=one, sample_weight=w
            )
        )
        close(found, other)
        assert warned == warned_too


@given(drawn=scored(both=True))
def test_equal_the_naive_twins_with_ties(drawn):
    y, s, w, known = drawn
    ones, weight = (y == known[1]).astype(int), np.ones(len(y)) if w is None else w
    close(roc_auc(y, s, w), reference.roc_auc(ones, s, weight))
    close(average_precision(y, s, w), reference.average_precision(ones, s, weight))


@given(drawn=shared(), average=st.sampled_from(AVERAGES))
def test_each_class_against_the_rest_equals_scikit_learn(drawn, average):
    y, p, w, known = drawn
    assume(len(set(y)) > 1)
    found, warned = told(lambda: roc_auc(y, p, w, known, average=average))
    other, warned_too = told(
        lambda: peer().roc_auc_score(
            plain(y), p, sample_weight=w, labels=plain(known), multi_class="ovr", average=average
        )
    )
    close(found, other)
    assert warned == warned_too


@pytest.mark.parametrize("average", AVERAGES)
def test_a_class_that_lacks_equals_scikit_learn(average):
    y = np.array([0, 1, 0, 1, 1])
    p = np.array(
        [[0.6, 0.2, 0.2], [0.5, 0.4, 0.1], [0.2, 0.2, 0.6], [0.1, 0.9, 0.0], [0.4, 0.4, 0.2]]
    )
    found, warned = told(lambda: roc_auc(y, p, None, [0, 1, 2], average=average))
    options = {"labels": [0, 1, 2], "multi_class": "ovr", "average": average}
    other, _ = told(lambda: peer().roc_auc_score(y, p, **options))
    close(found, other)
    assert warned == (average != "micro")
    assert np.isnan(found).any() == (average in ("macro", None))


@given(drawn=shared(), average=st.sampled_from(["macro", "weighted"]))
def test_every_pair_equals_scikit_learn(drawn, average):
    y, p, _, known = drawn
    assume(len(set(y)) > 1)
    found = roc_auc(y, p, None, known, multi_class="ovo", average=average)
    other = peer().roc_auc_score(
        plain(y), p, labels=plain(known), multi_class="ovo", average=average
    )
    close(found, other)


@given(drawn=shared(every=True), average=st.sampled_from(AVERAGES))
def test_average_precision_of_many_equals_scikit_learn(drawn, average):
    y, p, w, _ = drawn
    found, warned = told(lambda: average_precision(y, p, w, average=average))
    other, warned_too = told(
        lambda: peer().average_precision_score(plain(y), p, sample_weight=w, average=average)
    )
    close(found, other)
    assert warned == warned_too


@given(drawn=shared(every=True), seed=st.integers(0, 99), average=st.sampled_from(AVERAGES[:2]))
def test_a_weight_of_two_is_a_row_twice(drawn, seed, average):
    y, p, _, _ = drawn
    w = np.random.default_rng(seed).integers(1, 3, len(y))
    twice, rows = np.repeat(y, w), np.repeat(p, w, axis=0)
    for options in ({"multi_class": "ovo"}, {"multi_class": "ovr"}):
        options["average"] = average
        close(roc_auc(y, p, w, **options), roc_auc(twice, rows, **options))


def test_a_weight_of_zero_is_no_row():
    y, s, w = [0, 1, 1, 0], [0.1, 0.9, 0.0, 0.8], [1, 1, 0, 0]
    assert roc_auc(y, s, w) == average_precision(y, s, w) == 1.0
    three, p = [0, 1, 2], np.eye(3)[[0, 1, 0]]
    assert roc_auc(three, p, [1, 1, 0], multi_class="ovo") == 1.0


def test_the_order_is_all_that_counts():
    y, s = np.array([0, 1, 0, 1, 1]), np.array([-np.inf, 0.9, 0.2, 0.3, np.inf])
    assert roc_auc(y, s) == average_precision(y, s) == 1.0
    assert roc_auc(y, -s) == 0.0
    assert roc_auc(y, np.zeros(5)) == 0.5
    assert average_precision(y, np.zeros(5)) == 0.6


def test_a_class_that_does_not_occur_is_told():
    p = np.full((3, 3), 1 / 3)
    for multi_class in ("ovr", "ovo"):
        with pytest.warns(DataWarning, match="only one class"):
            assert np.isnan(roc_auc([0, 0, 0], p, None, [0, 1, 2], multi_class=multi_class))
    with pytest.warns(DataWarning, match="only one class"):
        assert np.isnan(roc_auc(["a", "a"], [0.1, 0.2]))
    with pytest.warns(DataWarning, match="only one class"):
        assert np.isnan(roc_auc([0, 1], [0.1, 0.2], [1, 0]))
    with pytest.warns(DataWarning, match="class 1 does not occur"):
        assert average_precision([0, 0], [0.1, 0.2]) == 0.0
    with pytest.warns(DataWarning, match="class 1 does not occur"):
        each = average_precision([0, 1], np.eye(3)[:2], None, [0, 1, 2], average=None)
    assert each.tolist() == [1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: roc_auc([0, 1], np.eye(2)), DataError, "that of class 1"),
        (lambda: roc_auc([0, 1], ["a", "b"]), DataError, "metric of labels"),
        (lambda: roc_auc([0, 1, 2], np.ones((3, 3))), DataError, "must sum to 1"),
        (lambda: roc_auc([0, 1], np.ones((2, 3)) / 3), DataError, r"shape \(2, 2\), got \(2, 3\)"),
        (lambda: roc_auc([0, 1, 2], np.eye(3) * np.nan), DataError, "NaN in row 0"),
        (lambda: roc_auc([0, 1], [0, 1], labels=[1, 0]), DataError, "sorted and differ"),
        (lambda: roc_auc([0, 2], [0, 1], labels=[0, 1]), DataError, "holds 2"),
        (lambda: roc_auc([0, 1], [0, 1], multi_class="one"), ParameterError, "'ovr'"),
        (
            lambda: roc_auc([0, 1, 2], np.eye(3), multi_class="ovo", average=None),
            ParameterError,
            "got None",
        ),
        (lambda: average_precision([0, 1, 2], [0, 1, 2]), DataError, "two classes, got 3"),
        (lambda: average_precision(["a"], [0.5]), DataError, "Only one class occurs"),
        (
            lambda: average_precision([0, 1, 2], np.eye(3), pos_label=1),
            DataError,
            "there are several",
        ),
        (lambda: average_precision([0, 1], [0, 1], average="mean"), ParameterError, "`average`"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
