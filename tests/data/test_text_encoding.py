"""Bags of words: scikit-learn's numbers with the same tokens, hashed bags by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Column, Table, TextEncoder
from minixai.data.hash_encoding import hash_places
from minixai.data.text_encoding import tokens_of
from minixai.errors import ParameterError

TEXTS = st.lists(
    st.lists(
        st.sampled_from(["good", "Good", "bad", "Ä", "日本", "a1", "don't", ".", ""]), max_size=7
    ),
    min_size=1,
    max_size=10,
).map(lambda rows: [" ".join(words) for words in rows])


def test_tokens():
    assert tokens_of("The Cat's, THE_cat; 3.5 x-ray!") == [
        "the",
        "cat's",
        "the_cat",
        "3",
        "5",
        "x",
        "ray",
    ]
    assert tokens_of("我爱 Äpfel’s 東京") == ["我", "爱", "äpfel’s", "東", "京"]
    assert tokens_of(" ... ") == []


@pytest.mark.parametrize("weighting", ["tf-idf", "count"])
@given(TEXTS)
def test_equals_scikit_learn(weighting, texts):
    sklearn = pytest.importorskip("sklearn.feature_extraction.text")
    if not any(tokens_of(text) for text in texts):
        return
    vectorizer = sklearn.TfidfVectorizer if weighting == "tf-idf" else sklearn.CountVectorizer
    theirs = vectorizer(analyzer=tokens_of).fit(texts)
    rows = np.array([texts], dtype=object).T
    ours = TextEncoder(weighting=weighting).fit(rows)
    assert ours.tokens_ == [list(theirs.get_feature_names_out())]
    made = ours.transform(rows)
    np.testing.assert_allclose(made, theirs.transform(texts).toarray(), atol=1e-12)
    later = [*texts[:1], "unknown words good"]
    np.testing.assert_allclose(
        ours.transform(np.array([later], dtype=object).T),
        theirs.transform(later).toarray(),
        atol=1e-12,
    )
    assert ours.transform(rows[:1]).tolist() == made[:1].tolist()


@given(TEXTS)
def test_a_table_says_the_same(texts):
    rows = np.array([texts], dtype=object).T
    known = sorted({*texts, "never seen words"})
    codes = np.array([known.index(text) for text in texts])
    cells = np.array([*known, None], dtype=object)[:-1]
    table = Table({"t": Column("t", "text", codes, cells)})
    for options in ({}, {"weighting": "count"}, {"vocabulary": "hashed", "n_tokens": 5}):
        expected = TextEncoder(**options).fit_transform(rows)
        encoder = TextEncoder(**options)
        np.testing.assert_array_equal(encoder.fit_transform(table), expected)
        assert set(encoder.groups) <= {"t"}


@given(TEXTS)
def test_hashed_bags(texts):
    rows = np.array([texts], dtype=object).T
    made = TextEncoder(4, "count", "hashed").fit_transform(rows)
    for row, text in zip(made, texts, strict=True):
        expected = np.zeros(4)
        for token in tokens_of(text):
            places, signs = hash_places([token], 4, True)
            expected[places[0]] += signs[0]
        assert row.tolist() == expected.tolist()
    lengths = np.linalg.norm(TextEncoder(4, vocabulary="hashed").fit_transform(rows), axis=1)
    np.testing.assert_allclose(lengths, (made != 0).any(axis=1), atol=1e-12)


def test_the_most_frequent_tokens_and_ties():
    rows = [["b b b a"], ["c a"], ["c d"]]
    encoder = TextEncoder(2, "count").fit(rows)
    assert encoder.tokens_ == [["a", "b"]]
    assert encoder.groups == {"x0": ["x0:a", "x0:b"]}
    assert TextEncoder(1, "count").fit([["z"], ["z"], ["y y"]]).tokens_ == [["y"]]
    assert TextEncoder(1, "count").fit([["z"], ["z"], ["z"], ["y y"]]).tokens_ == [["z"]]
    assert encoder.transform([["a b b e"], [None]]).tolist() == [[1, 2], [0, 0]]


def test_missing_texts_count_as_rows_without_words():
    sklearn = pytest.importorskip("sklearn.feature_extraction.text")
    expected = sklearn.TfidfVectorizer(analyzer=tokens_of).fit_transform(["a b", "", "a"]).toarray()
    made = TextEncoder().fit_transform([["a b"], [None], ["a"]])
    np.testing.assert_allclose(made, expected, atol=1e-12)
    assert TextEncoder().fit_transform([[None], [None]]).shape == (2, 0)
    assert TextEncoder().fit_transform([["..."]]).shape == (1, 0)


def test_options_out_of_range():
    for options in ({"n_tokens": 0}, {"weighting": "bm25"}, {"vocabulary": "all"}):
        with pytest.raises(ParameterError, match=f"`{next(iter(options))}` must"):
            TextEncoder(**options).fit([["a"]])
