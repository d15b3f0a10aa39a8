"""The product inside kernels: against its naive twin, its bits, its bounds, its refusals."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from minixai._numba import kernel, product
from minixai._numba.product import DEPTH
from tests.reference.product import product as naive_product

TYPES = [np.float32, np.float64]
TOLERANCE = {np.float32: 2e-6, np.float64: 4e-15}


def multiply_body(a, b, out):
    product(a, b, out)


@pytest.fixture(scope="module")
def multiply(way):
    compiled_or_plain = kernel(multiply_body)

    def run(a, b, dtype=None):
        """The product, in the middle of a larger array whose rim must stay as it is."""
        m, n = len(a), b.shape[1]
        memory = np.full((m + 2) * n + 2, np.nan, dtype=a.dtype)
        out = memory[n + 1 : (m + 1) * n + 1].reshape(m, n)
        compiled_or_plain(a, b, out)
        assert np.isnan(memory[: n + 1]).all()
        assert np.isnan(memory[(m + 1) * n + 1 :]).all()
        return out

    return run


def matrices(m, k, n, dtype, seed=0):
    rng = np.random.default_rng([seed, m, k, n])
    return rng.standard_normal((m, k)).astype(dtype), rng.standard_normal((k, n)).astype(dtype)


def transposed(x):
    """The same numbers, the other way round in memory."""
    return np.ascontiguousarray(x.T).T


@pytest.mark.parametrize("dtype", TYPES)
@hypothesis.given(st.integers(0, 14), st.integers(0, 20), st.integers(0, 40), st.booleans())
def test_equals_the_naive_twin(multiply, dtype, m, k, n, flip):
    a, b = matrices(m, k, n, dtype)
    expected = naive_product(a, b)
    bound = TOLERANCE[dtype] * (np.abs(a).astype(float) @ np.abs(b).astype(float)) + 1e-300
    got = multiply(transposed(a) if flip else a, b)
    assert got.dtype == dtype
    assert (np.abs(got - expected) <= bound).all()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("m", "k", "n"),
    [
        (1, 2 * DEPTH + 3, 70),
        (13, DEPTH + 1, 17),
        (3, 5, 600),
        (25, DEPTH, 64),
        (7, 9, 1),
        (40, 60, 64),
        (40, 64, 80),
        (33, 3, 16),
        (64, 100, 200),
        (1, 40, 48),
        (24, 120, 1),
        (12, 200, 1),
    ],
)
def test_equals_numpy_beyond_one_block(multiply, dtype, m, k, n):
    a, b = matrices(m, k, n, dtype)
    exact = a.astype(np.longdouble) @ b.astype(np.longdouble)
    bound = TOLERANCE[dtype] * 4 * (np.abs(a).astype(float) @ np.abs(b).astype(float))
    for left in (a, transposed(a)):
        for right in (b, transposed(b)):
            assert (np.abs(multiply(left, right) - exact) <= bound).all()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("m", "k", "n"),
    [(37, 50, 33), (32, 2 * DEPTH + 7, 70), (8, 3, 1), (9, 40, 300), (32, 64, 32), (64, 32, 80)],
)
def test_bits_do_not_depend_on_the_batch(multiply, way, dtype, m, k, n):
    if way == "plain":
        pytest.skip("plain Python multiplies by BLAS, which rounds single rows differently")
    a, b = matrices(m, k, n, dtype)
    whole = multiply(a, b)
    for i in range(m):
        assert np.array_equal(multiply(a[i : i + 1], b)[0], whole[i])
    assert np.array_equal(multiply(a[2:7], b), whole[2:7])
    assert np.array_equal(multiply(transposed(a), transposed(b)), whole)


@pytest.mark.parametrize("dtype", TYPES)
def test_sums_run_in_the_order_of_k(multiply, way, dtype):
    if way == "plain":
        pytest.skip("plain Python leaves the order to BLAS")
    big = dtype(2.0) ** (30 if dtype is np.float32 else 60)
    a = np.array([[big, 1.0, -big, 1.0]], dtype=dtype)
    for n in (1, 7, 16, 70):
        assert (multiply(a, np.ones((4, n), dtype)) == 1.0).all()
        assert (multiply(a[:, [0, 2, 1, 3]].copy(), np.ones((4, n), dtype)) == 2.0).all()


@pytest.mark.parametrize("dtype", TYPES)
def test_views_with_any_strides(multiply, dtype):
    a, b = matrices(24, 30, 44, dtype)
    wide = np.zeros((24, 60), dtype)
    wide[:, ::2] = a
    back = np.ascontiguousarray(a[::-1])
    expected = a.astype(float) @ b.astype(float)
    for left in (wide[:, ::2], back[::-1]):
        np.testing.assert_allclose(multiply(left, b), expected, rtol=0, atol=1e-4)
    np.testing.assert_allclose(multiply(a, b[:, ::3]), expected[:, ::3], rtol=0, atol=1e-4)


@pytest.mark.parametrize("dtype", TYPES)
def test_reads_nothing_beyond_its_arrays(multiply, dtype):
    """A neighbour that is NaN would show in the result."""
    for m, k, n in [(5, 7, 3), (7, 3, 13), (1, 9, 70), (12, 6, 1)]:
        a, b = matrices(m, k, n, dtype)
        sea_a, sea_b = (
            np.full((m + 4, k + 4), np.nan, dtype),
            np.full((k + 4, n + 4), np.nan, dtype),
        )
        sea_a[2:-2, 2:-2], sea_b[2:-2, 2:-2] = a, b
        got = multiply(sea_a[2:-2, 2:-2], sea_b[2:-2, 2:-2])
        np.testing.assert_allclose(got, a.astype(float) @ b, rtol=0, atol=1e-4)


def test_not_a_number_stays_where_it_belongs(multiply):
    a, b = matrices(9, 5, 18, np.float64)
    a[4, 2], b[3, 17] = np.nan, np.inf
    got = multiply(a, b)
    assert np.isnan(got[4]).all()
    assert not np.isfinite(got[:, 17]).any()
    keep = np.delete(got, 4, axis=0)[:, :17]
    assert np.isfinite(keep).all()


@pytest.mark.parametrize("kinds", [("f4", "f8", "f4"), ("f8", "f8", "f4"), ("i8", "i8", "i8")])
def test_mixed_types_are_refused(way, kinds):
    a, b, out = (np.ones((2, 2), kind) for kind in kinds)
    names = ", ".join(np.dtype(kind).name for kind in kinds)
    with pytest.raises(TypeError, match=f"all be float32 or all be float64, got {names}"):
        kernel(multiply_body)(a, b, out)


def test_an_output_in_another_order_is_refused(way):
    a = np.ones((3, 3))
    with pytest.raises(TypeError, match="C-ordered"):
        kernel(multiply_body)(a, a, np.ones((3, 3), order="F"))
    closed = np.ones((3, 3))
    closed.flags.writeable = False
    with pytest.raises(TypeError, match="can be written to"):
        kernel(multiply_body)(a, a, closed)


def test_shapes_that_do_not_fit_are_refused(way):
    refuse = kernel(multiply_body)
    a = np.ones((3, 4))
    for b, out in [(np.ones((5, 2)), np.ones((3, 2))), (np.ones((4, 2)), np.ones((2, 2)))]:
        with pytest.raises(ValueError, match="must go into"):
            refuse(a, b, out)
