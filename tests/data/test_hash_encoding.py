"""Hashed labels: the naive twin, published values, fresh processes, even columns."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import HashingEncoder
from minixai.data.hash_encoding import hash_places, hashes_of
from minixai.errors import ParameterError
from tests.data.labels import as_table, label_rows
from tests.reference import hash_encoding as naive


@given(st.lists(st.text(), max_size=8))
def test_equals_the_naive_twin(texts):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    expected = [naive.mixed(naive.fnv1a(text.encode())) for text in texts]
    assert hashes_of(texts).tolist() == expected


def test_the_twin_has_the_published_values():
    published = {b"": 0xCBF29CE484222325, b"a": 0xAF63DC4C8601EC8C, b"foobar": 0x85944171F73967E8}
    assert {text: naive.fnv1a(text) for text in published} == published
    assert naive.mixed(1) == 0xB456BCFC34C2CB2C


@given(label_rows(), st.integers(1, 9), st.booleans())
def test_each_row_has_its_labels_sign_in_one_column(rows, n_columns, signed):
    encoder = HashingEncoder(n_columns, signed).fit(rows)
    made = encoder.transform(rows)
    for j in range(rows.shape[1]):
        block = made[:, j * n_columns : (j + 1) * n_columns]
        for i, label in enumerate(rows[:, j]):
            expected = np.zeros(n_columns)
            if label is not None:
                value = naive.mixed(naive.fnv1a(label.encode()))
                expected[value % n_columns] = -1.0 if signed and value >> 63 else 1.0
            assert block[i].tolist() == expected.tolist()
    assert HashingEncoder(n_columns, signed).fit_transform(as_table(rows)).tolist() == made.tolist()
    assert encoder.transform(rows[:1]).tolist() == made[:1].tolist()


def test_a_hash_does_not_depend_on_the_process():
    code = "from minixai.data.hash_encoding import hashes_of; print(hashes_of(['a', 'Ä']).tolist())"
    here = str(hashes_of(["a", "Ä"]).tolist())
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "MINIXAI_NUMBA": "0"}
        environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
        found = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )
        assert found.stdout.strip() == here


def test_columns_and_signs_are_even():
    texts = [f"user {i}" for i in range(20_000)]
    for n_columns in (2, 16, 100):
        places, signs = hash_places(texts, n_columns, True)
        counts = np.bincount(places, minlength=n_columns)
        expected = len(texts) / n_columns
        assert np.abs(counts - expected).max() < 5.0 * np.sqrt(expected)
        assert abs(signs.sum()) < 5.0 * np.sqrt(len(texts))


def places_of_a(n_columns):
    return hash_places(["a"], n_columns, True)[0]


def test_the_share_of_collisions_is_reported():
    rows = [["a"], ["b"], ["c"], [None]]
    assert HashingEncoder(1).fit(rows).collision_share_.tolist() == [1.0]
    places, _ = hash_places(["a", "b", "c"], 4, True)
    shared = np.mean([(places == place).sum() > 1 for place in places])
    assert HashingEncoder(4).fit(rows).collision_share_.tolist() == [shared]
    two = next(f"k{i}" for i in range(99) if hash_places([f"k{i}"], 9, True)[0] == places_of_a(9))
    other = next(f"k{i}" for i in range(99) if hash_places([f"k{i}"], 9, True)[0] != places_of_a(9))
    found = HashingEncoder(9).fit([["a"], [two], [other]]).collision_share_
    np.testing.assert_allclose(found, [2 / 3])
    assert HashingEncoder(10_000).fit(rows).collision_share_.tolist() == [0.0]
    assert HashingEncoder(3).fit([[None]]).collision_share_.tolist() == [0.0]
    assert list(HashingEncoder(2).fit(rows).groups) == ["x0"]


def test_options_out_of_range():
    with pytest.raises(ParameterError, match="`n_columns` must be an integer"):
        HashingEncoder(0).fit([["a"]])
    with pytest.raises(ParameterError, match="`signed` must be True or False"):
        HashingEncoder(2, "yes").fit([["a"]])
