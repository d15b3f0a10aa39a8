"""Exact 8-bit products: the same bits on every path, at every edge of the ranges."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from minixai._numba import integer_product as module_function
from minixai._numba import kernel, pack
from tests.reference.integer_product import integer_product as naive_product
from tests.reference.integer_product import pack as naive_pack

PATHS = {
    "this processor": None,
    "pairs of 8": ("x86_64-unknown-linux-gnu", "+avx2"),
    "pairs of 4": ("x86_64-unknown-linux-gnu", ""),
    "portable": ("aarch64-unknown-linux-gnu", ""),
}


def multiply_body(a, packed, out):
    module_function(a, packed, out)


@pytest.fixture(scope="module")
def multiply(way):
    body = kernel(multiply_body)

    def run(a, weight):
        packed = pack(weight)
        codes = np.full((len(a), 4 * packed.shape[1]), 255, dtype=np.uint8)
        codes[:, : a.shape[1]] = a
        out = np.full((len(a), 16 * packed.shape[0]), 7, dtype=np.int32)
        body(codes, packed, out)
        assert (out[:, weight.shape[1] :] == 0).all()
        return out[:, : weight.shape[1]]

    return run


def codes(m, k, n):
    rng = np.random.default_rng([m, k, n])
    a = rng.integers(0, 256, (m, k)).astype(np.uint8)
    return a, rng.integers(-128, 128, (k, n)).astype(np.int8)


@hypothesis.given(st.integers(0, 9), st.integers(0, 11), st.integers(0, 40))
def test_equals_the_naive_twin(multiply, m, k, n):
    a, weight = codes(m, k, n)
    assert multiply(a, weight).tolist() == naive_product(a, weight)


def test_is_exact_at_the_ends_of_the_ranges(multiply):
    k = 600
    for code in (0, 255):
        for w in (-128, 127):
            a, weight = np.full((5, k), code, np.uint8), np.full((k, 17), w, np.int8)
            assert (multiply(a, weight) == k * code * w).all()


def test_signed_codes_by_a_zero_point(multiply):
    rng = np.random.default_rng(3)
    signed = rng.integers(-128, 128, (6, 21))
    weight = rng.integers(-127, 128, (21, 5)).astype(np.int8)
    got = multiply((signed + 128).astype(np.uint8), weight) - 128 * weight.astype(int).sum(axis=0)
    assert np.array_equal(got, signed @ weight.astype(int))


@pytest.mark.parametrize(("n_in", "n_out"), [(0, 0), (1, 1), (4, 16), (5, 17), (9, 33)])
def test_pack_equals_the_naive_layout(n_in, n_out):
    weight = codes(1, n_in, n_out)[1]
    packed = pack(weight)
    assert packed.flags.c_contiguous
    assert np.array_equal(packed, naive_pack(weight))


def test_pack_refuses_other_weights():
    with pytest.raises(TypeError, match="int8 matrix, got int16"):
        pack(np.ones((2, 2), np.int16))


def test_other_types_are_refused(way):
    packed = pack(np.ones((4, 16), np.int8))
    out = np.zeros((1, 16), np.int32)
    with pytest.raises(TypeError, match="`a` must be uint8"):
        kernel(multiply_body)(np.ones((1, 4), np.int8), packed, out)
    with pytest.raises(TypeError, match="C order"):
        kernel(multiply_body)(np.ones((2, 4), np.uint8)[:, ::-1], packed, np.zeros((2, 16), "i4"))


def test_shapes_that_do_not_fit_are_refused(way):
    packed = pack(np.ones((4, 16), np.int8))
    body = kernel(multiply_body)
    for width, out in [(8, (1, 16)), (4, (1, 32)), (4, (2, 16))]:
        with pytest.raises(ValueError, match=r"\(s0, s1, 16, 4\)"):
            body(np.ones((1, width), np.uint8), packed, np.zeros(out, np.int32))


@pytest.mark.parametrize("path", PATHS)
def test_every_path_gives_the_same_bits(monkeypatch, path):
    numba = pytest.importorskip("numba")
    import sys

    site = sys.modules["minixai._numba.integer_product"]
    if PATHS[path]:
        monkeypatch.setattr(site, "cpu_features", lambda: PATHS[path])
    if (
        path == "pairs of 8"
        and "+avx2" not in numba.core.registry.cpu_target.target_context.codegen().magic_tuple()[2]
    ):
        pytest.skip("this processor lacks the instruction")
    body = numba.njit(error_model="numpy")(site._driver())
    for m, k, n in [(5, 12, 32), (1, 8, 16), (3, 40, 80)]:
        a, weight = codes(m, k, n)
        out = np.full((m, n), 7, np.int32)
        body(a, pack(weight), out)
        assert np.array_equal(out, a.astype(int) @ weight.astype(int))
