import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minixai
from minixai.errors import ConvergenceWarning, DataError, ParameterError
from minixai.linear import LogisticRegression
from minixai.linear.newton_descent import solve_symmetric
from tests.reference import logistic_regression as reference

KINDS = ("random", "correlated", "wide", "constant", "scaled")


def table(kind="random", n_classes=2, seed=0, n=40, d=4):
    draws = np.random.default_rng(seed)
    if kind == "wide":
        n, d = 12, 20
    X = draws.normal(size=(n, d)) + draws.normal(size=d)
    if kind == "correlated":
        X = 0.05 * X + draws.normal(size=(n, 1))
    if kind == "constant":
        X[:, 1] = 0.1
    if kind == "scaled":
        X = X * np.logspace(-3, 6, d) + np.array([0.0, 5.0, 0.0, 1e7])[:d]
    score = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 1e-9, X.std(axis=0), 1.0)
    score = score[:, 0] + draws.logistic(size=n)
    y = np.digitize(score, np.quantile(score, np.arange(1, n_classes) / n_classes))
    return X, y


def shortfall(model, X, y, weights=None):
    """Violation of the condition of a minimum, by the naive twin, over what ``tol`` allows."""
    weights = np.ones(len(X)) if weights is None else weights
    held = model.parameters()
    found = reference.shortfall(
        X,
        np.searchsorted(model.classes_, y),
        weights,
        held["layers.0.weight"],
        held["layers.0.bias"],
        model.C,
        model.l1_ratio,
    )
    size = (np.abs(X.mean(axis=0)) + X.std(axis=0)).max() + 1.0
    return found / (1e-10 * model.C * weights.sum() * size)


@given(
    kind=st.sampled_from(KINDS),
    n_classes=st.integers(2, 4),
    l1_ratio=st.sampled_from([0.0, 0.3, 1.0]),
    C=st.sampled_from([0.05, 1.0, 20.0]),
    seed=st.integers(0, 99),
)
def test_the_condition_of_a_minimum_holds(kind, n_classes, l1_ratio, C, seed):
    X, y = table(kind, n_classes, seed)
    weights = np.random.default_rng(seed).uniform(0.2, 2.0, len(X))
    model = LogisticRegression(C=C, l1_ratio=l1_ratio).fit(X, y, weights)
    assert shortfall(model, X, y, weights) < 2.0
    assert abs(model.intercept_.sum()) < 1e-9 * np.abs(model.intercept_).max() or n_classes == 2
    if l1_ratio == 0.0 and n_classes > 2:
        assert np.abs(model.coef_.sum(axis=0)).max() < 1e-9 * np.abs(model.coef_).max()


@given(seed=st.integers(0, 99), C=st.sampled_from([0.1, 1.0, 10.0]))
def test_equals_newtons_method_by_loops(seed, C):
    X, y = table(seed=seed, n=20, d=3)
    weights = np.random.default_rng(seed).uniform(0.5, 2.0, 20)
    w, b = reference.newton(X, y, weights, C, 12)
    model = LogisticRegression(C=C).fit(X, y, weights)
    np.testing.assert_allclose(model.coef_[0], w, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(model.intercept_, [b], rtol=1e-8, atol=1e-10)


@given(
    seed=st.integers(0, 99), n_classes=st.integers(2, 3), l1_ratio=st.sampled_from([0.0, 0.5, 1.0])
)
def test_both_solvers_come_to_the_same_place(seed, n_classes, l1_ratio):
    X, y = table("correlated", n_classes, seed, n=30, d=3)
    exact = LogisticRegression(l1_ratio=l1_ratio).fit(X, y)
    near = LogisticRegression(l1_ratio=l1_ratio, solver="gradient_descent").fit(X, y)
    np.testing.assert_allclose(near.decision_function(X), exact.decision_function(X), atol=1e-5)
    assert near.n_iter_ > exact.n_iter_
    least = near.loss_curve_[-1], exact.loss_curve_[-1]
    assert least[0] == pytest.approx(least[1], rel=1e-9)


@given(n_classes=st.integers(2, 3), l1_ratio=st.sampled_from([0.0, 0.5]), seed=st.integers(0, 50))
def test_the_loss_curve_is_the_objective_and_falls(n_classes, l1_ratio, seed):
    X, y = table("random", n_classes, seed, n=25)
    model = LogisticRegression(C=2.0, l1_ratio=l1_ratio).fit(X, y)
    held = model.parameters()
    told = reference.objective(
        X, y, np.ones(25), held["layers.0.weight"], held["layers.0.bias"], 2.0, l1_ratio
    )
    assert model.loss_curve_[0] == pytest.approx(math.log(n_classes))
    assert model.loss_curve_[-1] == pytest.approx(told / 50.0, rel=1e-9)
    assert (np.diff(model.loss_curve_) <= 1e-15).all()
    loss, gradient = model.loss_gradient(X, y)
    assert loss == pytest.approx(model.loss_curve_[-1], rel=1e-9)
    if l1_ratio == 0.0:
        assert max(np.abs(part).max() for part in gradient.values()) < 1e-8


@given(n_classes=st.integers(2, 3), seed=st.integers(0, 50))
def test_class_weights_stand_in_the_loss_that_is_minimised(n_classes, seed):
    X, y = table("random", n_classes, seed)
    chosen = {0: 3.0, 1: 0.5, 2: 1.0}
    chosen = {label: chosen[label] for label in range(n_classes)}
    model = LogisticRegression(class_weight=chosen).fit(X, y)
    _, gradient = model.loss_gradient(X, y)
    assert max(np.abs(part).max() for part in gradient.values()) < 1e-8
    rows = np.array([chosen[label] for label in y])
    weighed = LogisticRegression().fit(X, y, rows)
    np.testing.assert_allclose(model.coef_, weighed.coef_, rtol=1e-8, atol=1e-10)
    even = LogisticRegression(class_weight="balanced", C=math.inf).fit(X, y)
    shares = even.predict_proba(X)
    by_class = np.array([shares[y == c].sum(axis=0) for c in range(n_classes)])
    balance = len(y) / (n_classes * np.bincount(y)) @ by_class
    np.testing.assert_allclose(balance, len(y) / n_classes, rtol=1e-7)


@given(seed=st.integers(0, 50), n_classes=st.integers(2, 3), l1_ratio=st.sampled_from([0.0, 0.7]))
def test_a_weight_of_two_is_a_row_twice_and_of_zero_no_row(seed, n_classes, l1_ratio):
    X, y = table("random", n_classes, seed)
    weight = np.random.default_rng(seed).integers(0, 3, len(X))
    weight[[np.argmax(y == c) for c in range(n_classes)]] += 1
    for class_weight in (None, "balanced"):
        model = LogisticRegression(l1_ratio=l1_ratio, class_weight=class_weight)
        a = model.fit(X, y, weight).decision_function(X)
        b = model.fit(np.repeat(X, weight, axis=0), np.repeat(y, weight)).decision_function(X)
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-8)


def test_rows_without_weight_bring_no_class():
    X, y = table(n_classes=3)
    model = LogisticRegression().fit(X, y, (y != 1).astype(float))
    assert model.classes_.tolist() == [0, 2]
    assert model.coef_.shape == (1, 4)


@given(seed=st.integers(0, 50), unit=st.sampled_from([1e-6, 1e6]))
def test_units_do_not_matter_without_a_penalty(seed, unit):
    X, y = table("random", 2, seed, n=60, d=2)
    a = LogisticRegression(C=math.inf).fit(X, y)
    b = LogisticRegression(C=math.inf).fit(X * [unit, 1.0] + [1e5 * unit, 0.0], y)
    np.testing.assert_allclose(b.coef_ * [unit, 1.0], a.coef_, rtol=1e-7)
    np.testing.assert_allclose(b.loss_curve_[-1], a.loss_curve_[-1], rtol=1e-10)


def test_ids_in_the_millions_beside_shares_converge_in_some_ten_steps():
    draws = np.random.default_rng(1)
    X = np.column_stack([draws.integers(10**6, 9 * 10**6, 300), draws.uniform(size=300) * 1e-3])
    y = draws.uniform(size=300) < 1 / (1 + np.exp(-(X[:, 0] / 1e6 - 5)))
    for l1_ratio in (0.0, 1.0):
        model = LogisticRegression(l1_ratio=l1_ratio).fit(X, y)
        assert model.n_iter_ < 15
        assert shortfall(model, X, y) < 2.0


@pytest.mark.parametrize("n_classes", [2, 3])
def test_separated_classes_are_said_and_a_penalty_keeps_them_finite(n_classes):
    X = np.arange(12.0)[:, np.newaxis]
    y = np.arange(12) * n_classes // 12
    with pytest.warns(ConvergenceWarning, match="give a finite `C`"):
        model = LogisticRegression(C=math.inf).fit(X, y)
    assert model.score(X, y) == 1.0
    with pytest.raises(DataError, match="the columns separate the classes"):
        model.inference()
    partly = np.where(np.arange(12) == 5, 1 - y, y) if n_classes == 2 else y
    tells = np.column_stack([np.sin(np.arange(12.0)), y == 0])  # one column names a class
    with pytest.warns(ConvergenceWarning, match="for some rows"):
        LogisticRegression(C=math.inf).fit(tells[:, 1:], partly if n_classes == 2 else y % 2)
    for C in (1.0, 1e4, 1e8):
        found = LogisticRegression(C=C).fit(X, y)
        assert shortfall(found, X, y) < 2.0


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_constant_columns_get_nothing_and_equal_columns_share(l1_ratio):
    X, y = table("constant")
    model = LogisticRegression(l1_ratio=l1_ratio).fit(X, y)
    assert model.coef_[0, 1] == 0.0
    twice = LogisticRegression(l1_ratio=l1_ratio).fit(np.column_stack([X, X]), y)
    if l1_ratio < 1.0:
        np.testing.assert_allclose(twice.coef_[0, :4], twice.coef_[0, 4:], rtol=1e-6, atol=1e-9)
    assert shortfall(twice, np.column_stack([X, X]), y) < 2.0
    free = LogisticRegression(C=math.inf).fit(np.column_stack([X, 2 * X]), y)
    once = LogisticRegression(C=math.inf).fit(X, y)
    np.testing.assert_allclose(
        free.decision_function(np.column_stack([X, 2 * X])), once.decision_function(X), rtol=1e-6
    )


def test_a_strong_absolute_penalty_leaves_the_constant_alone():
    X, y = table(n_classes=3)
    model = LogisticRegression(C=1e-4, l1_ratio=1.0).fit(X, y)
    assert not model.coef_.any()
    assert model.coefficient_table().selected == ()
    np.testing.assert_allclose(model.predict_proba(X)[0], np.bincount(y) / len(y), rtol=1e-7)


def test_many_columns_with_an_absolute_penalty():
    draws = np.random.default_rng(0)
    X = draws.normal(size=(60, 300))
    y = (X[:, :3].sum(axis=1) + 0.3 * draws.normal(size=60) > 0).astype(int)
    model = LogisticRegression(C=1.0, l1_ratio=1.0).fit(X, y)
    assert 3 <= len(model.coefficient_table().selected) < 60
    assert shortfall(model, X, y) < 2.0


@given(seed=st.integers(0, 30), n_classes=st.integers(2, 3))
def test_a_masked_refit_is_the_minimum_of_what_is_free(seed, n_classes):
    X, y = table("random", n_classes, seed)
    model = LogisticRegression().fit(X, y)
    keep = np.ones((4, len(model.coef_)), bool)
    keep[[1, 3]] = False
    refit = model.refit_masked(X, y, {"layers.0.weight": keep})
    direct = LogisticRegression().fit(X[:, [0, 2]], y)
    assert not refit.coef_[:, [1, 3]].any()
    np.testing.assert_allclose(refit.coef_[:, [0, 2]], direct.coef_, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(refit.intercept_, direct.intercept_, rtol=1e-6, atol=1e-9)
    bare = model.refit_masked(X, y, {"layers.0.bias": np.zeros(len(model.coef_), bool)})
    without = LogisticRegression(fit_intercept=False).fit(X, y)
    assert not bare.intercept_.any()
    np.testing.assert_allclose(bare.coef_, without.coef_, rtol=1e-6, atol=1e-9)
    if n_classes == 3:
        some = {"layers.0.bias": np.array([True, False, True])}
        with pytest.raises(ParameterError, match="all constants at 0 or none"):
            model.refit_masked(X, y, some)


@given(n_classes=st.integers(2, 4), seed=st.integers(0, 50))
def test_probabilities_are_those_of_the_twin(n_classes, seed):
    X, y = table("random", n_classes, seed, n=15)
    model = LogisticRegression(C=5.0).fit(X, y)
    held = model.parameters()
    expected = [
        reference.probabilities(x, held["layers.0.weight"], held["layers.0.bias"]) for x in X
    ]
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-10, atol=1e-14)
    assert np.array_equal(model.predict(X), model.classes_[np.argmax(expected, axis=1)])


def test_terms_and_the_table_speak_of_classes(tmp_path):
    X, y = table(n_classes=3)
    model = LogisticRegression().fit(X, np.array(["low", "mid", "top"])[y])
    terms = model.terms(X)
    assert terms.values.shape == (40, 4, 3)
    assert terms.output_names == ("low", "mid", "top")
    np.testing.assert_allclose(
        terms.values.sum(axis=1) + terms.base_values, model.decision_function(X)
    )
    assert model.input_gradient(X, output=2).tolist() == [model.coef_[2].tolist()] * 40
    with pytest.raises(ParameterError, match="an output below 3"):
        model.input_gradient(X, output=3)
    table_ = model.coefficient_table(groups={"raw": [0, 1]})
    assert "coef: top" in table_.to_rows()[0]
    model.save(tmp_path / "model")
    back = minixai.load(tmp_path / "model")
    assert np.array_equal(back.predict_proba(X), model.predict_proba(X))
    assert back.loss_gradient(X, model.predict(X))[0] == model.loss_gradient(X, model.predict(X))[0]
    with pytest.raises(ParameterError, match="2 outputs, and the model knows 3 classes"):
        model.with_parameters({"layers.0.weight": np.ones((4, 2)), "layers.0.bias": np.ones(2)})


def test_steps_that_do_not_suffice_are_said():
    X, y = table("correlated")
    with pytest.warns(ConvergenceWarning, match=r"after 3 steps with a slope of .* `tol` is 1e-10"):
        model = LogisticRegression(solver="gradient_descent", max_iter=3).fit(X, y)
    assert model.n_iter_ == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LogisticRegression(tol=1e-2, max_iter=3).fit(X, y)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"C": 0.0}, r"`C` must be a number in \(0"),
        ({"C": -math.inf}, "`C`"),
        ({"C": math.nan}, "`C`"),
        ({"C": "1"}, "`C`"),
        ({"l1_ratio": 1.5}, r"`l1_ratio` must be a number in \[0.0, 1.0\], got 1.5"),
        ({"l1_ratio": -0.1}, "`l1_ratio`"),
        ({"solver": "newtn"}, "Did you mean 'newton'"),
        ({"max_iter": 0}, "`max_iter`"),
        ({"tol": -1.0}, "`tol`"),
        ({"class_weight": "even"}, "`class_weight` must be 'balanced'"),
        ({"class_weight": {7: 2.0}}, "`class_weight` names 7"),
        ({"class_weight": {0: -1.0}}, "weight of class 0 must be a number >= 0"),
    ],
)
def test_wrong_arguments_are_named(changes, words):
    X, y = table()
    with pytest.raises(ParameterError, match=words):
        LogisticRegression(**changes).fit(X, y)


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        ([[1.0], [2.0]], ["a", "a"], "at least 2 classes, got one class: 'a'"),
        ([[1.0], [2.0]], [0.5, 1.5], "Unknown label type"),
        ([[1.0], [np.nan]], [0, 1], "NaN in column 0, row 1"),
        ([["a"], ["b"]], [0, 1], "Column 0 holds text"),
        ([[1.0], [2.0]], [0, 1, 0], "2 rows, `y` has 3"),
        ([[2e-311], [4e-311], [3e-311], [6e-311]], [0, 1, 1, 0], "outside the range of floats"),
    ],
)
def test_bad_data_are_named(X, y, words):
    with pytest.raises(DataError, match=words):
        LogisticRegression(C=math.inf if "range" in words else 1.0).fit(X, y)


def test_a_class_of_weight_zero_is_refused():
    X, y = table()
    with pytest.raises(DataError, match="Class 1 has the weight 0"):
        LogisticRegression(class_weight={0: 1.0, 1: 0.0}).fit(X, y)


@given(n=st.integers(1, 6), rank=st.integers(1, 6), seed=st.integers(0, 50))
def test_singular_systems_get_the_shortest_solution(n, rank, seed):
    draws = np.random.default_rng(seed)
    A = draws.normal(size=(min(rank, n), n))
    A = A / np.linalg.norm(A, axis=0)  # diagonal 1, so that scaling changes nothing
    H, right = A.T @ A, A.T @ draws.normal(size=len(A))
    np.testing.assert_allclose(
        solve_symmetric(H, right), np.linalg.pinv(H, rcond=1e-10) @ right, rtol=1e-4, atol=1e-7
    )
