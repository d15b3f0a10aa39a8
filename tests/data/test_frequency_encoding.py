"""How often a label came: pandas' counts."""

import numpy as np
import pytest
from hypothesis import given

from minixai.data import FrequencyEncoder
from minixai.errors import ParameterError
from tests.data.labels import as_frame, as_table, label_rows


@given(label_rows())
def test_equals_pandas_counts(rows):
    pandas = pytest.importorskip("pandas")
    made = FrequencyEncoder("count").fit_transform(rows)
    for j in range(rows.shape[1]):
        series = pandas.Series(rows[:, j])
        expected = series.map(series.value_counts()).fillna(0.0)
        assert made[:, j].tolist() == expected.tolist()
    for other in (as_table(rows), as_frame(rows)):
        assert FrequencyEncoder("count").fit_transform(other).tolist() == made.tolist()
    np.testing.assert_allclose(FrequencyEncoder().fit_transform(rows), made / len(rows), rtol=1e-15)
    np.testing.assert_allclose(
        FrequencyEncoder("log_count").fit_transform(rows), np.log1p(made), rtol=1e-15
    )


def test_unknown_missing_and_names():
    encoder = FrequencyEncoder("count").fit([["a", 1], ["a", 2], [None, 1]])
    assert encoder.transform([["a", 1], ["b", 3], [None, None]]).tolist() == [
        [2, 2],
        [0, 0],
        [0, 0],
    ]
    assert encoder.groups == {"x0": ["x0:count"], "x1": ["x1:count"]}
    assert encoder.transform([["a", 1]]).tolist() == [[2, 2]]
    with pytest.raises(ParameterError, match="`measure` must be one of"):
        FrequencyEncoder("freq").fit([["a"]])


def test_a_training_row_may_count_the_others_only():
    rows = [["a"], ["b"], ["a"], [None]]
    encoder = FrequencyEncoder("count", leave_one_out=True)
    assert encoder.fit_transform(rows).ravel().tolist() == [1, 0, 1, 0]
    assert encoder.transform(rows).ravel().tolist() == [2, 1, 2, 0]
    with pytest.raises(ParameterError, match="leave_one_out"):
        FrequencyEncoder(leave_one_out="yes").fit(rows)
