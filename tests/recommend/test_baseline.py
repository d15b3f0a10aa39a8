import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import ConvergenceWarning, DataError, ParameterError
from minixai.metrics import root_mean_squared_error
from minixai.recommend import BiasBaseline
from tests.reference.baseline import bias_baseline


def ratings(n, seed):
    draws = np.random.default_rng(seed)
    users = np.array(["ann", "bob", "cid", "dot"])[draws.integers(0, 4, n)]
    return users, draws.integers(10, 15, n), draws.integers(1, 6, n).astype(float)


@given(n=st.integers(1, 25), seed=st.integers(0, 99), damping=st.sampled_from([0.5, 2.0, 7.0]))
def test_equals_one_linear_system(n, seed, damping):
    u, i, r = ratings(n, seed)
    model = BiasBaseline(user_damping=damping, item_damping=1.0, tol=1e-12, n_sweeps=2000)
    model.fit(u, i, r)
    mean, of_user, of_item = bias_baseline(u.tolist(), i.tolist(), r.tolist(), damping, 1.0)
    expected = [mean + of_user[a] + of_item[b] for a, b in zip(u, i, strict=True)]
    np.testing.assert_allclose(model.predict(u, i), expected, rtol=1e-9)


@given(seed=st.integers(0, 50))
def test_without_damping_additive_ratings_are_met(seed):
    draws = np.random.default_rng(seed)
    u, i = (a.ravel() for a in np.meshgrid(np.arange(4), np.arange(3)))
    r = draws.normal(size=4)[u] + draws.normal(size=3)[i]
    model = BiasBaseline(user_damping=0.0, item_damping=0.0).fit(u, i, r)
    np.testing.assert_allclose(model.predict(u, i), r, atol=1e-9)


def test_damping_shrinks_towards_the_mean():
    u, i, r = ratings(40, 1)
    sizes = [
        np.abs(BiasBaseline(user_damping=d, item_damping=d).fit(u, i, r).user_offsets_).max()
        for d in (0.5, 5.0, 500.0)
    ]
    assert sizes[0] > sizes[1] > sizes[2]
    assert sizes[2] < 0.05


def test_unknown_ids_count_nothing():
    u, i, r = ratings(30, 2)
    model = BiasBaseline().fit(u, i, r)
    assert model.predict(["eve"], [99]).tolist() == [model.mean_]
    with_item = model.predict(["eve"], [12])[0]
    assert with_item == model.mean_ + model.item_offsets_[model.items_ == 12][0]
    assert model.predict([1], ["x"]).tolist() == [model.mean_]


def test_ids_of_any_kind_give_the_same():
    u, i, r = ratings(30, 3)
    plain = BiasBaseline().fit(u, i, r).predict(u, i)
    objects = BiasBaseline().fit(u.astype(object), i.astype(str).tolist(), r.tolist())
    assert np.array_equal(objects.predict(list(u), i.astype(str)), plain)
    mixed = BiasBaseline().fit(["a", 1, "a"], [1, 1, 2], [1.0, 2.0, 3.0])
    assert mixed.predict(np.array(["a", 1], dtype=object), [1, 1]).shape == (2,)


def test_far_units_do_not_change_the_answer():
    u, i, r = ratings(30, 4)
    near = BiasBaseline().fit(u, i, r).predict(u, i)
    far = BiasBaseline().fit(u, i, 1e150 * r).predict(u, i)
    np.testing.assert_allclose(far / 1e150, near, rtol=1e-9)
    flat = BiasBaseline().fit(u, i, np.full(30, 4.0))
    assert np.array_equal(flat.predict(u, i), np.full(30, 4.0))


def test_state_comes_back_and_repeats():
    u, i, r = ratings(30, 5)
    model = BiasBaseline(user_damping=1.0).fit(u, i, r)
    back = BiasBaseline._from_state(*model._to_state())
    assert np.array_equal(back.predict(u, i), model.predict(u, i))
    assert back.get_params() == model.get_params()
    assert repr(model) == "BiasBaseline(user_damping=1.0)"


def test_a_warning_tells_offsets_that_still_move():
    u, i, r = ratings(30, 6)
    with pytest.warns(ConvergenceWarning, match="after 1 sweeps"):
        BiasBaseline(n_sweeps=1).fit(u, i, r)


@pytest.mark.parametrize(
    ("u", "i", "r", "words"),
    [
        ([], [], [], "empty"),
        ([1], [1, 2], [1.0, 2.0], "`users` has 1"),
        ([1, 2], [1, 2], [1.0, np.nan], "Input ratings contains NaN in row 1"),
        ([1.0, np.nan], [1, 2], [1.0, 2.0], "`users` holds a missing id in row 1"),
        (np.array(["a", None], dtype=object), [1, 2], [1.0, 2.0], "missing in row 1"),
    ],
)
def test_bad_ratings_are_named(u, i, r, words):
    with pytest.raises(DataError, match=words):
        BiasBaseline().fit(u, i, r)


def test_wrong_arguments_and_no_fit_are_named():
    with pytest.raises(ParameterError, match="`user_damping`"):
        BiasBaseline(user_damping=-1.0).fit([1], [1], [1.0])
    with pytest.raises(ValueError, match="not fitted"):
        BiasBaseline().predict([1], [1])


def test_movielens_error_is_the_yardstick(real_data):
    with open(real_data("ml-latest-small") / "ratings.csv", encoding="utf-8") as file:
        rows = [(int(a), int(b), float(c)) for a, b, c, _ in list(csv.reader(file))[1:]]
    u, i, r = (np.array(column) for column in zip(*rows, strict=True))
    errors, plain = [], []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(r))
        train, test = np.split(order, [int(0.8 * len(r))])
        model = BiasBaseline().fit(u[train], i[train], r[train])
        errors.append(root_mean_squared_error(r[test], model.predict(u[test], i[test])))
        plain.append(root_mean_squared_error(r[test], np.full(len(test), model.mean_)))
    assert np.mean(errors) == pytest.approx(0.886, abs=0.004)
    assert np.mean(plain) == pytest.approx(1.06, abs=0.02)
