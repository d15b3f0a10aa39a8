"""What a saveable thing promises: it comes back the same, and damage is noticed."""

import numpy as np
import pytest

import minixai
from minixai.errors import FileFormatError
from minixai.files import save, size_of

__all__ = ["CHECKS"]


def same(a, b):
    """Whether two states are equal to the bit."""
    (meta_a, arrays_a), (meta_b, arrays_b) = a._to_state(), b._to_state()
    assert set(arrays_a) == set(arrays_b)
    for key in arrays_a:
        left, right = np.asarray(arrays_a[key]), np.asarray(arrays_b[key])
        assert left.dtype == right.dtype, key
        assert left.tobytes() == right.tobytes(), key
        assert left.shape == right.shape, key
    assert str(meta_a) == str(meta_b)
    return True


def check_comes_back_the_same(thing, path):
    save(thing, path)
    back = minixai.load(path)
    assert type(back) is type(thing)
    assert same(thing, back)
    assert size_of(thing) == path.stat().st_size
    again = path.with_name("again")
    save(back, again)
    assert again.read_bytes() == path.read_bytes(), "the same thing gives the same bytes"


def check_damage_is_noticed(thing, path):
    save(thing, path)
    whole = path.read_bytes()
    for cut in (0, 1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(FileFormatError):
            minixai.load(path)
    noticed = 0
    for place in range(0, len(whole), max(len(whole) // 97, 1)):
        spoiled = bytearray(whole)
        spoiled[place] ^= 0xFF
        path.write_bytes(bytes(spoiled))
        try:
            back = minixai.load(path)
        except FileFormatError:
            noticed += 1
        else:
            assert same(thing, back), f"byte {place} changed the content unnoticed"
    assert noticed > 50, "most bytes carry content"


CHECKS = [check_comes_back_the_same, check_damage_is_noticed]
