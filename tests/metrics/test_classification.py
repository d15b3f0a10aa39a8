import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minixai import metrics
from minixai.errors import DataError, DataTypeError, DataWarning, ParameterError
from tests.metrics.draws import close, label_pairs, plain, told
from tests.reference import metric as reference

LETTERS = np.array(["a", "b", "c"])


def drawn(n, k, seed):
    draws = np.random.default_rng(seed)
    y, h = draws.integers(0, k, n), draws.integers(0, k, n)
    y[:k] = np.arange(k)
    p = draws.dirichlet(np.ones(k), n)
    return y, h, p, draws.uniform(0.1, 3.0, n)


@given(n=st.integers(3, 12), k=st.integers(2, 3), seed=st.integers(0, 99), texts=st.booleans())
def test_equal_the_naive_twins(n, k, seed, texts):
    y, h, p, w = drawn(n, k, seed)
    a, b = (LETTERS[y], LETTERS[h]) if texts else (y, h)
    for weight in (None, w):
        ones = np.ones(n) if weight is None else weight
        close = np.testing.assert_allclose
        close(metrics.accuracy(a, b, weight), reference.accuracy(y, h, ones), rtol=1e-12)
        twin = reference.balanced_accuracy(y, h, ones)
        close(metrics.balanced_accuracy(a, b, weight), twin, rtol=1e-12)
        close(metrics.log_loss(a, p, weight), reference.log_loss(y, p, ones), rtol=1e-12)
        table = metrics.confusion_matrix(a, b, sample_weight=weight)
        twin = reference.confusion_matrix(y, h, sorted(set(y) | set(h)), ones)
        close(table, twin, rtol=1e-12)


@given(n=st.integers(2, 12), seed=st.integers(0, 99))
def test_roc_auc_equals_the_naive_twin_with_ties(n, seed):
    y, _, _, w = drawn(n, 2, seed)
    s = np.random.default_rng(seed).integers(0, 4, n).astype(float)
    for weight in (None, w):
        twin = reference.roc_auc(y, s, np.ones(n) if weight is None else weight)
        np.testing.assert_allclose(metrics.roc_auc(y, s, weight), twin, rtol=1e-12)
    np.testing.assert_allclose(metrics.roc_auc(y, -s), 1 - metrics.roc_auc(y, s), atol=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("k", [2, 3])
def test_equal_scikit_learn(k, weighted):
    theirs = pytest.importorskip("sklearn.metrics")
    y, h, p, w = drawn(60, k, 3)
    weight = w if weighted else None
    a, b = LETTERS[y], LETTERS[h]
    p[0] = np.eye(k)[(y[0] + 1) % k]  # certain and wrong
    close = np.testing.assert_allclose
    close(metrics.accuracy(a, b, weight), theirs.accuracy_score(a, b, sample_weight=weight), 1e-12)
    close(
        metrics.balanced_accuracy(a, b, weight),
        theirs.balanced_accuracy_score(a, b, sample_weight=weight),
        1e-12,
    )
    close(metrics.log_loss(a, p, weight), theirs.log_loss(a, p, sample_weight=weight), 1e-12)
    for labels in (None, ["c", "a", "b"], ["b", "z"]):
        found = metrics.confusion_matrix(a, b, labels, weight)
        other = theirs.confusion_matrix(a, b, labels=labels, sample_weight=weight)
        close(found, other, 1e-12)
        assert found.dtype == other.dtype
    if k == 2:
        auc = theirs.roc_auc_score(a, p[:, 1], sample_weight=weight)
        close(metrics.roc_auc(a, p[:, 1], weight), auc, 1e-12)
        one = theirs.log_loss(a, p[:, 1], sample_weight=weight)
        close(metrics.log_loss(a, p[:, 1], weight), one, 1e-12)


def test_degenerate_classes_equal_scikit_learn():
    theirs = pytest.importorskip("sklearn.metrics")
    y, h = ["a", "a", "a"], ["a", "b", "a"]
    assert metrics.accuracy(y, h) == theirs.accuracy_score(y, h)
    assert metrics.confusion_matrix(y, y).tolist() == [[3]]
    p = [[0.9, 0.1], [0.2, 0.8], [1.0, 0.0]]
    found = metrics.log_loss(y, p, labels=["a", "b"])
    np.testing.assert_allclose(found, theirs.log_loss(y, p, labels=["a", "b"]), rtol=1e-12)


def test_certain_and_wrong_is_finite_and_certain_and_right_nothing():
    loss = metrics.log_loss([0, 1], [[0.0, 1.0], [0.0, 1.0]])
    np.testing.assert_allclose(loss, -np.log(np.finfo(float).eps) / 2, rtol=1e-12)
    assert metrics.log_loss([0, 1], np.eye(2)) < 1e-15
    single = metrics.log_loss([0, 1], np.array([1.0, 1.0], np.float32))
    np.testing.assert_allclose(single, -np.log(np.finfo(np.float32).eps) / 2, rtol=1e-6)


def test_balanced_accuracy_of_a_constant_is_a_class_share():
    assert metrics.balanced_accuracy([0, 1, 1, 2], [1, 1, 1, 1]) == pytest.approx(1 / 3)
    assert metrics.balanced_accuracy([0, 0], [0, 7]) == 0.5


def test_order_of_rows_is_all_that_auc_sees():
    y, s = [0, 1, 0, 1], np.array([0.1, 0.9, 0.2, 0.3])
    assert metrics.roc_auc(y, s) == metrics.roc_auc(y, np.exp(9 * s)) == 1.0
    assert metrics.roc_auc(y, np.zeros(4)) == 0.5


def test_one_class_has_no_auc():
    with pytest.warns(DataWarning, match="only one class"):
        assert np.isnan(metrics.roc_auc([1, 1], [0.1, 0.2]))


def test_probabilities_that_do_not_sum_to_one_are_told():
    with pytest.warns(DataWarning, match="sum to 1"):
        metrics.log_loss([0, 1], [[0.5, 0.6], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: metrics.accuracy([1, 2], [1]), "2 rows and `y_pred` 1"),
        (lambda: metrics.accuracy([], []), "no rows"),
        (lambda: metrics.accuracy(np.ones((2, 2)), [1, 1]), "one label per row"),
        (lambda: metrics.confusion_matrix([1], [1], labels=[2]), "None of `labels`"),
        (lambda: metrics.log_loss([0, 0], [0.1, 0.2]), "two classes"),
        (lambda: metrics.log_loss([0, 1], [0.1, 1.2]), r"in \[0, 1\], got 0.1 to 1.2"),
        (lambda: metrics.log_loss([0, 1], [0.1, np.nan]), r"in \[0, 1\]"),
        (lambda: metrics.log_loss([0, 1], [0.1]), "one row for each of 2"),
        (lambda: metrics.log_loss([0, 1], np.full((2, 3), 1 / 3)), "3 columns for 2 classes"),
        (lambda: metrics.log_loss([0, 5], [0.1, 0.2], labels=[0, 1]), "holds 5"),
        (lambda: metrics.roc_auc([0, 1], [0.1]), "shape"),
        (lambda: metrics.roc_auc([0, 1], [0.1, np.nan]), "NaN in row 1"),
        (lambda: metrics.roc_auc([0, 1, 2], [0.1, 0.2, 0.3]), "one column for each of 3 classes"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(DataError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_texts_against_numbers_are_refused():
    with pytest.raises(DataTypeError, match="one kind of label"):
        metrics.accuracy(["1"], [1])
    column = np.array([["a"], ["b"]])
    assert metrics.accuracy(np.array(["a", "c"], dtype=object), column) == 0.5


@given(drawn=label_pairs())
def test_every_draw_equals_scikit_learn(drawn):
    theirs = pytest.importorskip("sklearn.metrics")
    y, h, w, _ = drawn
    for ours, name in (
        (metrics.accuracy, "accuracy_score"),
        (metrics.balanced_accuracy, "balanced_accuracy_score"),
        (metrics.matthews_correlation, "matthews_corrcoef"),
        (metrics.confusion_matrix, "confusion_matrix"),
    ):
        found = ours(y, h, sample_weight=w)
        other, _ = told(lambda n=name: getattr(theirs, n)(plain(y), plain(h), sample_weight=w))
        close(found, other)


@given(
    drawn=label_pairs(),
    weights=st.sampled_from([None, "linear", "quadratic"]),
    places=st.none() | st.permutations(range(4)).map(lambda p: p[: 1 + p[0]]),
)
def test_kappa_equals_scikit_learn(drawn, weights, places):
    theirs = pytest.importorskip("sklearn.metrics")
    y, h, w, known = drawn
    labels = None if places is None else known[list(places)]
    assume(labels is None or np.isin(plain(y), plain(labels)).any())
    found, warned = told(lambda: metrics.cohen_kappa(y, h, w, weights=weights, labels=labels))
    named = None if labels is None else plain(labels)
    other, _ = told(
        lambda: theirs.cohen_kappa_score(
            plain(y), plain(h), labels=named, weights=weights, sample_weight=w
        )
    )
    close(found, other)
    assert warned == np.isnan(found)


DISTANCES = {None: lambda a, b: a != b, "linear": lambda a, b: abs(a - b)}


@given(n=st.integers(3, 9), k=st.integers(2, 3), seed=st.integers(0, 99))
def test_agreement_equals_the_naive_twins(n, k, seed):
    y, h, _, w = drawn(n, k, seed)
    h[:k] = np.arange(k)[::-1]  # so that the places of the labels are the labels
    for weight in (None, w):
        ones = np.ones(n) if weight is None else weight
        twin = reference.matthews_correlation(y, h, ones)
        close(metrics.matthews_correlation(LETTERS[y], LETTERS[h], weight), twin)
        for weights, distance in DISTANCES.items():
            found = metrics.cohen_kappa(LETTERS[y], LETTERS[h], weight, weights=weights)
            close(found, reference.cohen_kappa(y, h, ones, distance))


def test_the_correlation_of_two_classes_is_pearsons():
    y, h = np.array([1, 1, 1, 0, 0, 0, 1]), np.array([1, 0, 1, 0, 0, 1, 1])
    close(metrics.matthews_correlation(y, h), np.corrcoef(y, h)[0, 1])
    assert metrics.matthews_correlation(y, y) == 1.0
    assert metrics.matthews_correlation(y, 1 - y) == -1.0
    tenths = np.full(7, 0.1)
    assert metrics.matthews_correlation(y, np.ones(7), tenths) == 0.0
    assert metrics.matthews_correlation(np.ones(7), y, tenths) == 0.0


def test_a_class_that_weighs_nothing_beside_another_is_no_correlation():
    y, h, w = [0, -1, 0], [-1, -1, 2], [0.1, 1e-12, 1e11]
    assert metrics.matthews_correlation(y, h, w) == 0.0
    peer = pytest.importorskip("sklearn.metrics")
    assert peer.matthews_corrcoef(y, h, sample_weight=w) == 0.0


def test_agreement_by_chance_is_no_agreement():
    y, h = np.repeat([0, 1], 6), np.tile([0, 1, 1], 4)
    assert metrics.cohen_kappa(y, h) == pytest.approx(0.0, abs=1e-15)
    assert metrics.cohen_kappa(y, y, weights="quadratic") == 1.0
    with pytest.warns(DataWarning, match="one label occurs"):
        assert np.isnan(metrics.cohen_kappa([3, 3], [3, 3]))
    with pytest.raises(ParameterError, match="'linear'"):
        metrics.cohen_kappa(y, h, weights="line")
