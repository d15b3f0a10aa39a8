import numpy as np
import pytest
from hypothesis import given

from minixai.errors import DataError, DataTypeError, DataWarning
from minixai.metrics import brier, log_loss
from tests.metrics.draws import close, plain, scored, shared


def peer():
    pytest.importorskip("sklearn", minversion="1.7")  # the Brier score of many classes
    return pytest.importorskip("sklearn.metrics")


@given(drawn=scored())
def test_two_classes_equal_scikit_learn(drawn):
    y, p, w, known = drawn
    theirs, names = peer(), plain(known)
    pair = np.column_stack([1 - p, p])
    close(
        log_loss(y, p, w, known),
        theirs.log_loss(plain(y), p, sample_weight=w, labels=names),
    )
    other = theirs.brier_score_loss(plain(y), pair, sample_weight=w, labels=names)
    close(brier(y, pair, w, known), other)
    close(brier(y, p, w, known), other)
    for label in names.tolist():
        other = theirs.brier_score_loss(plain(y), p, sample_weight=w, pos_label=label)
        close(brier(y, p, w, pos_label=label), other)


@given(drawn=shared())
def test_many_classes_equal_scikit_learn(drawn):
    y, p, w, known = drawn
    theirs, names = peer(), plain(known)
    other = theirs.brier_score_loss(plain(y), p, sample_weight=w, labels=names)
    close(brier(y, p, w, known), other)
    close(log_loss(y, p, w, known), theirs.log_loss(plain(y), p, sample_weight=w, labels=names))


@given(drawn=scored(both=True))
def test_the_brier_score_is_a_mean_of_squares(drawn):
    y, p, w, known = drawn
    weight = np.ones(len(y)) if w is None else w
    errors = [(q - (a == known[1])) ** 2 for a, q in zip(y, p, strict=True)]
    close(brier(y, p, w), np.average(errors, weights=weight))
    close(brier(y, p[:, np.newaxis], w), brier(y, p, w))


def test_class_one_of_one_class():
    assert brier([1, 1], [0.5, 1.0]) == 0.125
    assert brier([0, 0], [0.5, 1.0]) == 0.625
    assert brier(["a", "a"], [0.5, 1.0], labels=["a", "b"]) == 0.625


def test_float32_is_summed_in_float64():
    p = np.array([0.1, 0.7], np.float32)
    expected = np.mean((p.astype(np.float64) - [0, 1]) ** 2)
    assert brier([0, 1], p) == expected


def test_brier_says_what_does_not_sum_to_one():
    with pytest.warns(DataWarning, match="sum to 1"):
        brier([0, 1], [[0.5, 0.6], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: brier([0, 1], [0.1, 1.2]), r"in \[0, 1\], got 0.1 to 1.2"),
        (lambda: brier([0, 1], [0.1, np.nan]), r"in \[0, 1\]"),
        (lambda: brier([0, 1, 2], [0.1, 0.2, 0.3]), "two classes, got 3"),
        (lambda: brier(["a", "a"], [0.1, 0.2]), "Only one class occurs, 'a'"),
        (lambda: brier([0, 0], np.eye(2)), "Brier score needs two classes"),
        (lambda: brier([0, 1], np.eye(2), pos_label=0), "there are several"),
        (lambda: brier([0, 1], [0.5, 0.5], labels=[1, 0]), "sorted and differ"),
        (lambda: log_loss([0, 1], np.eye(2), labels=[1, 0]), "sorted and differ"),
        (lambda: brier([0, 1], [0.5, 0.5], [0, 0]), "zero for every row"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(DataError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_texts_are_no_probability():
    with pytest.raises(DataTypeError, match="metric of labels"):
        brier([0, 1], ["a", "b"])
