import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, DataWarning, ParameterError
from minixai.metrics import f_score, precision, recall
from tests.metrics.draws import close, label_pairs, plain, told

BETAS = (0, 0.5, 1, 2.0, np.inf)
ZEROS = ("warn", 0.0, 1.0, np.nan)


def peer():
    return pytest.importorskip("sklearn.metrics")


def pairs_of(theirs, beta):
    return [
        (precision, theirs.precision_score, {}),
        (recall, theirs.recall_score, {}),
        (f_score, theirs.fbeta_score, {"beta": beta}),
    ]


@given(
    drawn=label_pairs(),
    average=st.sampled_from(["macro", "micro", "weighted", None]),
    beta=st.sampled_from(BETAS),
    zero=st.sampled_from(ZEROS),
    places=st.none() | st.permutations(range(4)).flatmap(lambda p: st.just(p[: 1 + p[0]])),
)
def test_averages_equal_scikit_learn(drawn, average, beta, zero, places):
    y, h, w, known = drawn
    labels = None if places is None else known[list(places)]
    named = None if labels is None else plain(labels)
    for ours, theirs, options in pairs_of(peer(), beta):
        options = {**options, "average": average, "zero_division": zero}
        found, warned = told(lambda f=ours, o=options: f(y, h, w, labels=labels, **o))
        other, warned_too = told(
            lambda f=theirs, o=options: f(plain(y), plain(h), sample_weight=w, labels=named, **o)
        )
        close(found, other)
        assert warned == warned_too or beta in (0, np.inf)  # where they do not warn of F
        assert type(found) is (np.ndarray if average is None else float)


@given(
    drawn=label_pairs(most=2),
    second=st.booleans(),
    beta=st.sampled_from(BETAS),
    zero=st.sampled_from(ZEROS),
)
def test_one_class_equals_scikit_learn(drawn, second, beta, zero):
    y, h, w, known = drawn
    one = plain(known)[int(second)].item()
    for ours, theirs, options in pairs_of(peer(), beta):
        options = {**options, "pos_label": one, "zero_division": zero}
        found, warned = told(lambda f=ours, o=options: f(y, h, w, **o))
        other, warned_too = told(
            lambda f=theirs, o=options: f(plain(y), plain(h), sample_weight=w, **o)
        )
        close(found, other)
        assert warned == warned_too or beta in (0, np.inf)


@given(drawn=label_pairs(), zero=st.sampled_from([0.0, 1.0]))
def test_a_class_against_the_rest_is_that_class_of_all(drawn, zero):
    y, h, w, _ = drawn
    for measure in (precision, recall, f_score):
        for label in np.union1d(plain(y), plain(h)).tolist():
            one = measure(y, h, w, pos_label=label, zero_division=zero)
            (same,) = measure(y, h, w, labels=[label], average=None, zero_division=zero)
            assert one == same


@given(drawn=label_pairs(), seed=st.integers(0, 9))
def test_a_weight_of_two_is_a_row_twice(drawn, seed):
    y, h, _, _ = drawn
    w = np.random.default_rng(seed).integers(0, 3, len(y))
    w[0] = 1
    for measure in (precision, recall, f_score):
        options = {"average": "micro", "zero_division": 0.0}
        close(measure(y, h, w, **options), measure(np.repeat(y, w), np.repeat(h, w), **options))


def test_class_one_is_the_greater_label():
    y, h = ["no", "no", "yes", "yes"], ["no", "yes", "yes", "no"]
    assert precision(y, h) == precision(y, h, pos_label="yes") == 0.5
    assert recall([1, 1, 2], [1, 2, 2]) == 1.0  # not the label 1
    assert recall([-1, -1], [-1, -1], zero_division=0.25) == 0.25  # class 1 is 1, and never true
    assert precision([False, True], [True, True]) == 0.5


def test_f_lies_between_precision_and_recall():
    y, h = [1, 1, 1, 0, 0], [1, 0, 0, 0, 1]
    assert precision(y, h) == 0.5
    assert recall(y, h) == 1 / 3
    assert f_score(y, h) == pytest.approx(0.4)
    assert f_score(y, h, beta=0) == 0.5
    assert f_score(y, h, beta=np.inf) == 1 / 3


def test_what_a_zero_division_gives_is_told():
    with pytest.warns(DataWarning, match=r"precision is set to 0 for \[1\], none of which is pred"):
        assert precision([0, 1], [0, 0]) == 0.0
    with pytest.warns(DataWarning, match=r"recall is set to 0 for \['z'\], none of which is true"):
        recall(["a"], ["a"], average="macro", labels=["a", "z"])
    with pytest.warns(DataWarning, match="F score .* is true or predicted"):
        f_score([0], [0])
    for value in (0.0, 1.0):  # no class has a weight: each counts once
        options = {"labels": ["z"], "average": "weighted", "zero_division": value}
        assert recall(["a"], ["a"], **options) == value
    assert np.isnan(precision([0], [0], zero_division=np.nan))
    assert recall([0, 1], [0, 0], average="macro", labels=[0, 7], zero_division=np.nan) == 1.0


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: precision([0, 1, 2], [0, 1, 1]), DataError, "3 occur: choose 'macro'"),
        (lambda: precision(["a"], ["a"]), DataError, "Only one class occurs, 'a'"),
        (lambda: recall([0, 1], [0, 1], pos_label=3), DataError, r"one of \[0, 1\], got 3"),
        (lambda: recall([0, 1], [0]), DataError, "2 rows and `y_pred` 1"),
        (lambda: recall([0], [0], labels=[0, 0], average=None), DataError, "name each once"),
        (lambda: recall([0], [0], labels=[0]), ParameterError, "name it as `pos_label`"),
        (lambda: recall([0], [0], average="micro", pos_label=0), ParameterError, "labels="),
        (lambda: recall([0], [0], average="makro"), ParameterError, "Did you mean 'macro'"),
        (lambda: recall([0], [0], zero_division=2), ParameterError, "got 2"),
        (lambda: recall([0], [0], zero_division="none"), ParameterError, "got 'none'"),
        (lambda: f_score([0], [0], beta=-1), ParameterError, "`beta` must be"),
        (lambda: f_score([0], [0], beta=np.nan), ParameterError, "`beta` must be"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
