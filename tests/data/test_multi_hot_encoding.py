"""Several labels a row: MultiLabelBinarizer's numbers, cut from text, lists and codes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Column, MultiHotEncoder, Table
from minixai.errors import DataError, ParameterError

CELLS = st.lists(st.lists(st.sampled_from(["Action", "Drama", "Ä", "b c"]), max_size=4), min_size=1)


@given(CELLS)
def test_equals_scikit_learn(cells):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    theirs = preprocessing.MultiLabelBinarizer().fit(cells)
    joined = np.array([["|".join(cell)] for cell in cells], dtype=object)
    encoder = MultiHotEncoder().fit(joined)
    assert encoder.categories_[0].tolist() == theirs.classes_.tolist()
    made = encoder.transform(joined)
    np.testing.assert_array_equal(made, theirs.transform(cells))
    lists = np.empty((len(cells), 1), dtype=object)
    lists[:, 0] = [list(cell) for cell in cells]
    np.testing.assert_array_equal(MultiHotEncoder().fit_transform(lists), made)
    back = encoder.inverse_transform(made).ravel()
    assert back.tolist() == ["|".join(sorted(set(cell))) or None for cell in cells]
    for i in range(len(cells)):
        assert encoder.transform(joined[i : i + 1]).tolist() == made[i : i + 1].tolist()


def test_a_tables_several_labels_and_single_ones():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"g": ["p|q", "p", None, "r"], "c": ["a", "b", "a", None]})
    table = Table.from_frame(frame)
    assert table.kinds == {"g": "multi", "c": "categorical"}
    encoder = MultiHotEncoder().fit(table)
    assert encoder.groups == {"g": ["g=p", "g=q", "g=r"], "c": ["c=a", "c=b"]}
    expected = [[1, 1, 0, 1, 0], [1, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 1, 0, 0]]
    assert encoder.transform(table).tolist() == expected
    assert encoder.transform(frame).tolist() == expected
    assert MultiHotEncoder().fit(table.take([1, 2])).categories_[0].tolist() == ["p"]


def test_rare_and_unknown_labels():
    train = [["p|q"], ["p"], [""], ["r|p"]]
    encoder = MultiHotEncoder(rare_share=0.5).fit(train)
    assert list(encoder.get_feature_names_out()) == ["x0=p", "x0=(rare)"]
    later = [["q|r"], ["new"], ["p"], [None]]
    assert encoder.transform(later).tolist() == [[0, 1], [0, 1], [1, 0], [0, 0]]
    ignoring = MultiHotEncoder(min_frequency=2, unknown="ignore").fit(train)
    assert ignoring.transform(later)[:2].tolist() == [[0, 1], [0, 0]]
    with pytest.raises(DataError, match="'x0' holds 'new' in row 1, which training"):
        MultiHotEncoder(unknown="error").fit(train).transform([["p"], ["q|new"]])
    assert MultiHotEncoder(";").fit([["a; b;;"]]).categories_[0].tolist() == ["a", "b"]


def test_bad_options_and_input():
    with pytest.raises(ParameterError, match="`separator` must be"):
        MultiHotEncoder("").fit([["a"]])
    with pytest.raises(ParameterError, match="`unknown` must be one of"):
        MultiHotEncoder(unknown="rar").fit([["a"]])
    with pytest.raises(DataError, match="pass what it gave"):
        MultiHotEncoder().fit([["a"]]).inverse_transform([[1.0, 2.0]])


def test_codes_of_a_multi_column_stay_as_they_are():
    column = Column(
        "g", "multi", np.array([0, 1, 0, 2]), np.array(["p", "q", "r"]), np.array([0, 2, 3, 3, 4])
    )
    made = MultiHotEncoder(rare_share=0.3).fit_transform(Table({"g": column}))
    assert made.tolist() == [[1, 1], [1, 0], [0, 0], [0, 1]]
