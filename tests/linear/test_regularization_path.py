import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import ConvergenceWarning, ParameterError
from minixai.linear import Lasso, lasso_path
from tests.linear.test_lasso import KINDS, strongest, table
from tests.reference import lasso as reference


@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 99), l1_ratio=st.sampled_from([1.0, 0.4]))
def test_every_penalty_of_a_path_is_optimal(kind, seed, l1_ratio):
    X, y = table(kind, seed)
    weights = np.random.default_rng(seed).uniform(0.5, 2, len(y))
    path = lasso_path(X, y, n_alphas=8, eps=0.01, l1_ratio=l1_ratio, sample_weight=weights)
    assert not path.coefs[:, 0].any()
    for k, alpha in enumerate(path.alphas):
        held = path.coefs[:, k], path.intercepts[k], alpha, l1_ratio, weights
        assert reference.kkt_residual(X, y, *held) <= 1e-6


def test_the_grid_runs_from_all_zero_down_to_eps():
    X, y = table("random", 0)
    path = lasso_path(X, y, n_alphas=5, eps=0.1, l1_ratio=0.5)
    np.testing.assert_allclose(path.alphas[0], strongest(X, y) / 0.5, rtol=1e-12)
    np.testing.assert_allclose(path.alphas[1:] / path.alphas[:-1], 0.1**0.25, rtol=1e-12)
    assert path.coefs.shape == (5, 5)
    assert len(path.dual_gaps) == len(path.n_iter) == len(path.intercepts) == 5


def test_given_penalties_are_sorted_and_equal_single_fits():
    X, y = table("correlated", 1)
    path = lasso_path(X, y, alphas=[0.01, 1.0, 0.1], fit_intercept=False)
    assert path.alphas.tolist() == [1.0, 0.1, 0.01]
    for k, alpha in enumerate(path.alphas):
        single = Lasso(alpha, fit_intercept=False).fit(X, y)
        np.testing.assert_allclose(path.coefs[:, k], single.coef_, atol=1e-6)
        assert path.intercepts[k] == 0.0


def test_a_constant_target_has_a_path_of_zeros():
    X, _ = table("random", 0)
    path = lasso_path(X, np.ones(len(X)), n_alphas=3)
    assert not path.coefs.any()
    assert (path.intercepts == 1.0).all()


def test_one_warning_tells_of_all_that_stopped_early():
    X, y = table("correlated", 5, n=30, d=20)
    with pytest.warns(ConvergenceWarning, match="penalties stopped early, alpha = ") as caught:
        lasso_path(X, y, n_alphas=4, max_iter=1)
    assert len(caught) == 1


def test_as_a_frame_it_keeps_names_and_penalties():
    pandas = pytest.importorskip("pandas")
    X, y = table("random", 0, d=2)
    path = lasso_path(pandas.DataFrame(X, columns=["price", "age"]), y, n_alphas=3)
    frame = path.to_frame()
    assert list(frame.columns) == ["price", "age"]
    assert frame.index.name == "alpha"
    assert np.array_equal(frame.to_numpy(), path.coefs.T)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"l1_ratio": 0.0}, "`alphas` must be given where `l1_ratio` is 0"),
        ({"alphas": [1.0, -2.0]}, "finite and above 0, got -2.0"),
        ({"alphas": []}, "`alphas` must be a list of numbers"),
        ({"alphas": "auto"}, "`alphas` must be a list of numbers"),
        ({"eps": 1.0}, "`eps`"),
        ({"n_alphas": 0}, "`n_alphas`"),
        ({"l1_ratio": 2}, "`l1_ratio`"),
    ],
)
def test_grids_that_cannot_be_are_refused(options, words):
    X, y = table("random", 0)
    with pytest.raises(ParameterError, match=words):
        lasso_path(X, y, **options)


@pytest.mark.peers
@pytest.mark.parametrize("kind", ["random", "correlated", "wide", "constant"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_equals_scikit_learn(kind, l1_ratio):
    peer = pytest.importorskip("sklearn.linear_model")
    X, y = table(kind, 3)
    X, y = X - X.mean(axis=0), y - y.mean()
    ours = lasso_path(X, y, n_alphas=12, eps=0.01, l1_ratio=l1_ratio, fit_intercept=False)
    alphas, coefs, _ = peer.enet_path(
        X, y, l1_ratio=l1_ratio, alphas=12, eps=0.01, tol=1e-12, max_iter=100_000
    )
    np.testing.assert_allclose(ours.alphas, alphas, rtol=1e-9)
    np.testing.assert_allclose(ours.coefs, coefs, atol=1e-5)
