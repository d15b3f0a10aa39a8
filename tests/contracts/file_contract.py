"""What a saveable thing promises: it comes back the same, and damage is noticed."""

import numpy as np
import pytest

import minixai
from minixai.errors import FileFormatError
from minixai.files import save, size_of

__all__ = ["CHECKS"]


def same(a, b):
    """Whether two things are equal to the bit: their states, and what they learned in public."""
    (meta_a, arrays_a), (meta_b, arrays_b) = a._to_state(), b._to_state()
    assert set(arrays_a) == set(arrays_b)
    for key in arrays_a:
        same_array(np.asarray(arrays_a[key]), np.asarray(arrays_b[key]), key)
    assert str(meta_a) == str(meta_b)
    learned, back = learned_in_public(a), learned_in_public(b)
    assert set(learned) == set(back)
    for name, value in learned.items():
        assert type(value) is type(back[name]), name
        if isinstance(value, np.ndarray):
            same_array(value, back[name], name)
        else:
            assert repr(value) == repr(back[name]), name
    if hasattr(a, "get_params"):
        assert str(a.get_params()) == str(b.get_params())
    return True


def same_array(left, right, name):
    assert left.dtype == right.dtype, name
    assert left.shape == right.shape, name
    if left.dtype.hasobject:  # its bytes are addresses
        assert left.tolist() == right.tolist(), name
    else:
        assert left.tobytes() == right.tobytes(), name


def learned_in_public(thing):
    """Attributes that fit left behind under scikit-learn's rule for names."""
    found = vars(thing) if hasattr(thing, "__dict__") else {}
    return {k: v for k, v in found.items() if k.endswith("_") and not k.startswith("_")}


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
