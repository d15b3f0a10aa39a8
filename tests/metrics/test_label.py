import numpy as np
import pytest

from minixai.errors import DataError, DataTypeError
from minixai.metrics import accuracy, confusion_matrix, roc_auc


def test_objects_are_read_as_what_they_hold():
    texts = np.array(["a", "b"], dtype=object)
    assert accuracy(texts, ["a", "b"]) == 1.0
    assert accuracy(np.array([0, True, 2.0], dtype=object), [0, 1, 2]) == 1.0
    known = np.array(["n", "y"], dtype=object)  # as `classes_` of a model may be
    assert roc_auc(["y", "n"], [0.2, 0.1], labels=known) == 1.0


def test_class_of_stars_may_be_halves():
    assert accuracy([0.5, 1.5, 2.0], [0.5, 1.0, 2.0]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.array(["a", None], dtype=object), "missing in row 1"),
        (np.array(["a", np.nan], dtype=object), "missing in row 1"),
        (np.array([np.nan, 1.0]), "missing in row 0"),
        (np.ma.masked_array([1, 2], [True, False]), "masked values"),
        (np.array(["a", 1], dtype=object), "mixes int, str"),
    ],
)
def test_what_is_no_label_is_named(labels, words):
    with pytest.raises(DataError, match=words):
        accuracy(labels, ["a", "a"] if labels.dtype == object else [1, 1])


def test_pandas_missing_values_are_named():
    pandas = pytest.importorskip("pandas")
    column = pandas.Series(["a", pandas.NA], dtype="string")
    with pytest.raises(DataError, match="missing in row 1"):
        accuracy(column, ["a", "a"])


def test_probabilities_are_no_labels():
    with pytest.raises(DataTypeError, match=r"`y_pred` holds 0.3, which is no class"):
        accuracy([0, 1], [0.3, 0.9])


def test_labels_of_another_kind_are_refused():
    with pytest.raises(DataTypeError, match=r"`y_true` holds .* and `labels`"):
        roc_auc([0, 1], [0.1, 0.2], labels=["0", "1"])


def test_labels_to_count_may_be_of_another_width():
    table = confusion_matrix(["a", "bb"], ["a", "a"], labels=["bb", "a"])
    assert table.tolist() == [[0, 1], [0, 1]]
