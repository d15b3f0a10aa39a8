import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from minixai.statistics import standardise


@given(
    n=st.integers(2, 9),
    d=st.integers(1, 4),
    seed=st.integers(0, 99),
    power=st.sampled_from([-300, -150, 0, 150, 300]),
    centred=st.booleans(),
)
def test_columns_get_their_mean_and_square_and_come_back(n, d, seed, power, centred):
    draws = np.random.default_rng(seed)
    X = (draws.normal(size=(n, d)) + 3) * 10.0**power
    share = draws.uniform(0.1, 1.0, n)
    share /= share.sum()
    form = standardise(X, share, centred=centred)
    np.testing.assert_allclose(share @ form.matrix**2, np.ones(d), rtol=1e-12)
    if centred:
        np.testing.assert_allclose(share @ form.matrix, np.zeros(d), atol=1e-14)
    else:
        assert np.array_equal(form.mean, np.zeros(d))
    np.testing.assert_allclose(form.matrix * form.scale + form.mean, X, rtol=1e-12)


def test_a_constant_column_is_zero_whatever_its_rounding():
    X = np.column_stack([np.full(7, 0.1), np.arange(7.0), np.zeros(7)])
    form = standardise(X)
    assert form.varies.tolist() == [False, True, False]
    assert np.array_equal(form.matrix[:, [0, 2]], np.zeros((7, 2)))
    assert form.mean.tolist() == [0.1, 3.0, 0.0]
    assert form.scale[[0, 2]].tolist() == [1.0, 1.0]
    raw = standardise(X, centred=False)
    assert raw.varies.tolist() == [True, True, False]


def test_a_column_far_from_zero_is_centred_to_the_last_bit():
    x = np.random.default_rng(0).normal(size=1000)
    far = standardise((x + 1e9)[:, None]).matrix[:, 0]
    assert abs(far.mean()) < 1e-15
    assert far.std() == 1.0 or abs(far.std() - 1) < 1e-15


def test_powers_of_two_change_no_bit():
    X = np.random.default_rng(1).normal(size=(20, 2))
    a, b = standardise(X), standardise(np.ldexp(X, 400))
    assert np.array_equal(a.matrix, b.matrix)
    assert np.array_equal(np.ldexp(a.scale, 400), b.scale)
    assert np.array_equal(standardise(X.astype(np.float32)).matrix.dtype, np.float64)
