import numpy as np
import pytest
from hypothesis import given

from minixai.errors import DataError, ParameterError
from minixai.metrics import class_weights, sample_weights
from tests.metrics.draws import close, label_pairs, plain


@given(drawn=label_pairs())
def test_equal_scikit_learn(drawn):
    theirs = pytest.importorskip("sklearn.utils.class_weight")
    y, _, _, _ = drawn
    known = np.unique(plain(y))
    for given_weight in ("balanced", None, {known[0].item(): 2.5}):
        found = class_weights(y, given_weight)
        assert list(found) == known.tolist()
        other = theirs.compute_class_weight(given_weight, classes=known, y=plain(y))
        close(list(found.values()), other)
        rows = theirs.compute_sample_weight(given_weight, plain(y))
        close(sample_weights(y, given_weight), rows)


@given(drawn=label_pairs())
def test_balanced_classes_weigh_alike(drawn):
    y, _, w, _ = drawn
    weight = None if w is None else w + 0.125
    rows = sample_weights(y, "balanced", weight)
    known, code = np.unique(plain(y), return_inverse=True)
    total = len(y) if weight is None else weight.sum()
    close(np.bincount(code, rows), np.full(len(known), total / len(known)))


def test_a_dict_may_name_what_a_fold_lacks():
    assert class_weights(["a", "b"], {"a": 1, "b": 2, "c": 3}) == {"a": 1.0, "b": 2.0}
    assert class_weights([0, 1], {1: 3}) == {0: 1.0, 1: 3.0}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: class_weights([]), DataError, "no rows"),
        (lambda: class_weights([0, 1], sample_weight=[1, 0]), DataError, "Class 1 has no weight"),
        (lambda: class_weights([0, 1], "balance"), ParameterError, "got 'balance'"),
        (lambda: class_weights(["no", "yes"], {"Yes": 2}), ParameterError, "names 'Yes'"),
        (lambda: class_weights([0, 1], {1: -2}), ParameterError, "got -2"),
        (lambda: class_weights([0, 1], {1: "2"}), ParameterError, "got '2'"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
