import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import minixai
from minixai.errors import ConvergenceWarning, DataError, ParameterError
from minixai.linear import LinearSVM
from tests.conftest import COMPILED
from tests.linear.test_logistic_regression import KINDS, table
from tests.reference import linear_svm as reference

LOSSES = ("squared_hinge", "hinge")


def signs_of(y, label):
    return np.where(y == label, 1.0, -1.0)


@given(
    loss=st.sampled_from(LOSSES),
    C=st.sampled_from([0.1, 1.0, 5.0]),
    fit_intercept=st.booleans(),
    seed=st.integers(0, 99),
)
def test_equals_plain_walks_over_rows_or_pairs(loss, C, fit_intercept, seed):
    X, y = table(seed=seed, n=8, d=2)
    weights = np.random.default_rng(seed).uniform(0.5, 2.0, 8)
    model = LinearSVM(loss=loss, C=C, fit_intercept=fit_intercept).fit(X, y, weights)
    squared, signs, costs = loss == "squared_hinge", signs_of(y, 1), C * weights
    walk = reference.walk_pairs if fit_intercept else reference.walk_rows
    w, alpha = walk(X, signs, costs, squared, 150)
    b = reference.best_constant(X, signs, costs, w, squared) if fit_intercept else 0.0
    plain = reference.objective(X, signs, costs, w, b, squared)
    ours = reference.objective(X, signs, costs, model.coef_[0], model.intercept_[0], squared)
    assert ours <= plain * (1.0 + 1e-9), "no worse than the twin, which may lag"
    assert plain <= ours * (1.0 + 0.02), "and the twin comes near"
    assert model.loss_curve_[-1] * C * weights.sum() == pytest.approx(ours, rel=1e-8)
    bend = (alpha * alpha / costs).sum() / 4.0 if squared else 0.0
    below = alpha.sum() - 0.5 * w @ w - bend
    assert below <= ours * (1.0 + 1e-9), "any dual lies below"


@given(
    kind=st.sampled_from(KINDS),
    loss=st.sampled_from(LOSSES),
    n_classes=st.integers(2, 3),
    C=st.sampled_from([0.01, 1.0, 100.0]),
    fit_intercept=st.booleans(),
    seed=st.integers(0, 99),
)
def test_the_duality_gap_closes(kind, loss, n_classes, C, fit_intercept, seed):
    X, y = table(kind, n_classes, seed)
    weights = np.random.default_rng(seed).uniform(0.2, 2.0, len(X))
    model = LinearSVM(loss=loss, C=C, fit_intercept=fit_intercept).fit(X, y, weights)
    assert model.duality_gap_.shape == (len(model.coef_),)
    assert (model.duality_gap_ > -1e-9).all()
    assert (model.duality_gap_ < 1e-10).all()
    total = 0.0
    for c, (w, b) in enumerate(zip(model.coef_, model.intercept_, strict=True)):
        signs = signs_of(y, model.classes_[c] if n_classes > 2 else 1)
        total += reference.objective(X, signs, C * weights, w, b, loss == "squared_hinge")
    assert model.loss_curve_[-1] * C * weights.sum() == pytest.approx(total, rel=1e-7)


@given(loss=st.sampled_from(LOSSES), seed=st.integers(0, 99))
def test_no_step_from_the_minimum_gains(loss, seed):
    X, y = table("random", 2, seed, n=30, d=3)
    model = LinearSVM(loss=loss).fit(X, y)
    draws, costs, squared = np.random.default_rng(seed), np.ones(30), loss == "squared_hinge"
    w, b = model.coef_[0], model.intercept_[0]
    least = reference.objective(X, signs_of(y, 1), costs, w, b, squared)
    for size in (1e-1, 1e-3, 1e-5):
        way = size * draws.normal(size=4)
        there = reference.objective(X, signs_of(y, 1), costs, w + way[:3], b + way[3], squared)
        assert there >= least * (1 - 1e-12)


@given(
    loss=st.sampled_from(LOSSES),
    kind=st.sampled_from(["random", "correlated", "wide", "constant"]),
    fit_intercept=st.booleans(),
    seed=st.integers(0, 20),
)
def test_both_solvers_come_to_the_same_place(loss, kind, fit_intercept, seed):
    X, y = table(kind, 2, seed, n=20, d=3)
    X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 1e-9, X.std(axis=0), 1.0) + 0.3
    options = {"loss": loss, "C": 0.1, "fit_intercept": fit_intercept}
    exact = LinearSVM(**options).fit(X, y)
    model = LinearSVM(solver="dual_coordinate_descent", tol=1e-6, max_iter=50_000, **options)
    if not COMPILED:
        model.set_params(tol=1e-3)
    near = model.fit(X, y)
    excess = near.loss_curve_[-1] / exact.loss_curve_[-1] - 1.0
    assert -1e-9 < excess <= near.duality_gap_[0] + 1e-9
    assert near.duality_gap_[0] <= model.tol
    apart = np.abs(near.coef_ - exact.coef_).max()
    bound = math.sqrt(2.0 * model.tol * 0.1 * 20 * near.loss_curve_[-1])
    assert apart <= bound * 1.01 + 1e-9, "the gap bounds the error of the coefficients"


def farthest(model, rows):
    """How far the coefficients may lie from the minimum's, by the gap (or its rounding)."""
    gap = max(float(model.duality_gap_.max()), 1e-13)
    return math.sqrt(2.0 * gap * model.loss_curve_[-1] * model.C * rows)


@given(loss=st.sampled_from(LOSSES), seed=st.integers(0, 50))
def test_moving_all_columns_changes_nothing(loss, seed):
    X, y = table("random", 2, seed)
    moved = X + np.array([1e4, -1e3, 7.0, 0.0])
    a, b = LinearSVM(loss=loss).fit(X, y), LinearSVM(loss=loss).fit(moved, y)
    assert np.linalg.norm(a.coef_ - b.coef_) < farthest(a, 40) + farthest(b, 40)
    np.testing.assert_allclose(a.decision_function(X), b.decision_function(moved), atol=1e-5)


@given(loss=st.sampled_from(LOSSES), seed=st.integers(0, 50), n_classes=st.integers(2, 3))
def test_a_weight_of_two_is_a_row_twice_and_of_zero_no_row(loss, seed, n_classes):
    X, y = table("random", n_classes, seed)
    weight = np.random.default_rng(seed).integers(0, 3, len(X))
    weight[[np.argmax(y == c) for c in range(n_classes)]] += 1
    for class_weight in (None, "balanced"):
        a = LinearSVM(loss=loss, class_weight=class_weight).fit(X, y, weight)
        b = LinearSVM(loss=loss, class_weight=class_weight).fit(
            np.repeat(X, weight, axis=0), np.repeat(y, weight)
        )
        far = farthest(a, weight.sum()) + farthest(b, weight.sum())
        assert np.linalg.norm(a.coef_ - b.coef_) < far
        np.testing.assert_allclose(a.decision_function(X), b.decision_function(X), atol=1e-5)


@given(loss=st.sampled_from(LOSSES), seed=st.integers(0, 50), n_classes=st.integers(2, 3))
def test_the_loss_and_its_gradient(loss, seed, n_classes):
    X, y = table("random", n_classes, seed, n=15, d=2)
    chosen = dict(enumerate([2.0, 0.5, 1.0][:n_classes]))
    model = LinearSVM(loss=loss, C=3.0, class_weight=chosen).fit(X, y)
    assert model.loss_gradient(X, y)[0] == pytest.approx(
        model.loss_curve_[-1] * sum(chosen[label] for label in y) / 15, rel=1e-8
    )
    draws = np.random.default_rng(seed)
    held = {k: v + 0.3 * draws.normal(size=v.shape) for k, v in model.parameters().items()}
    moved = model.with_parameters(held)
    signs = np.stack([signs_of(y, c) for c in range(n_classes)], axis=1)[:, n_classes == 2 :]
    margin = signs * moved.decision_function(X).reshape(signs.shape)
    assume(np.abs(margin - 1.0).min() > 0.02)  # away from the kinks
    _, gradient = moved.loss_gradient(X, y)
    largest = max(np.abs(part).max() for part in gradient.values())
    for key, array in held.items():
        for place in np.ndindex(array.shape):
            losses = []
            for step in (-2e-3, -1e-3, 1e-3, 2e-3):
                near = {k: v.copy() for k, v in held.items()}
                near[key][place] += step
                losses.append(model.with_parameters(near).loss_gradient(X, y)[0])
            slope = (losses[0] - 8 * losses[1] + 8 * losses[2] - losses[3]) / 12e-3
            np.testing.assert_allclose(gradient[key][place], slope, rtol=1e-6, atol=1e-8 * largest)


def test_at_the_kink_of_the_hinge_the_slope_counts_as_zero():
    held = {"layers.0.weight": np.array([[1.0]]), "layers.0.bias": np.array([0.0])}
    model = LinearSVM(loss="hinge").with_parameters(held)
    _, gradient = model.loss_gradient([[1.0], [-1.0]], [1, 0])
    assert gradient["layers.0.weight"].tolist() == [[0.5]]  # of the penalty alone


@pytest.mark.parametrize("loss", LOSSES)
def test_expectation_of_row_orders(loss):
    """A weight of two is a row twice: in any order of rows the walks end at the same minimum."""
    X, y = table(n=20, d=2)
    weight = np.where(np.arange(20) < 5, 2, 1)
    options = {"loss": loss, "C": 0.1, "solver": "dual_coordinate_descent", "tol": 1e-7}
    exact = LinearSVM(loss=loss, C=0.1).fit(X, y, weight)
    for seed in range(3):
        model = LinearSVM(random_state=seed, **options)
        a = model.fit(X, y, weight).coef_
        b = model.fit(np.repeat(X, weight, axis=0), np.repeat(y, weight)).coef_
        np.testing.assert_allclose(a, exact.coef_, atol=1e-3)
        np.testing.assert_allclose(b, exact.coef_, atol=1e-3)


def test_walks_repeat_to_the_bit():
    X, y = table()
    model = LinearSVM(solver="dual_coordinate_descent", C=0.01, random_state=3)
    first = model.fit(X, y).coef_
    assert np.array_equal(model.fit(X, y).coef_, first)
    other = LinearSVM(solver="dual_coordinate_descent", C=0.01, random_state=4).fit(X, y)
    assert not np.array_equal(other.coef_, first)


def test_it_has_no_probabilities_and_those_who_need_them_say_so():
    from minixai.metrics import get_metric

    X, y = table()
    model = LinearSVM().fit(X, y)
    assert not hasattr(model, "predict_proba")
    with pytest.raises(ParameterError, match="predict_proba"):
        get_metric("log_loss", model).evaluate(model, X, y)
    with pytest.raises(ParameterError, match="must be one of 'predict', 'decision_function'"):
        model.column_replacer(X, "predict_proba")


def test_a_study_of_it_runs(tmp_path):
    pytest.importorskip("pandas")
    from minixai import run_study

    X, y = table(n=120, n_classes=3)
    study = run_study((X, np.array(list("abc"))[y]), model=LinearSVM(), n_repeats=1)
    assert study.scores[0]["model"] == "LinearSVM"
    assert "log_loss" not in study.scores[0]
    assert len(study.compression) == 4
    assert study.examples[0]["true"] == study.examples[0]["predicted"]


@given(loss=st.sampled_from(LOSSES), seed=st.integers(0, 30))
def test_a_masked_refit_is_the_minimum_of_what_is_free(loss, seed):
    X, y = table("random", 3, seed)
    model = LinearSVM(loss=loss, C=0.5).fit(X, y)
    keep = np.ones((4, 3), bool)
    keep[[1, 3]] = False
    keep[0, 2] = False
    refit = model.refit_masked(X, y, {"layers.0.weight": keep})
    assert not refit.coef_[:, [1, 3]].any()
    assert refit.coef_[2, 0] == 0.0
    two = LinearSVM(loss=loss, C=0.5).fit(X[:, [0, 2]], y)
    np.testing.assert_allclose(refit.coef_[:2, [0, 2]], two.coef_[:2], rtol=1e-5, atol=1e-6)
    one = LinearSVM(loss=loss, C=0.5).fit(X[:, [2]], y)
    np.testing.assert_allclose(refit.coef_[2, 2], one.coef_[2, 0], rtol=1e-5, atol=1e-6)
    bare = model.refit_masked(X, y, {"layers.0.bias": np.zeros(3, bool)})
    without = LinearSVM(loss=loss, C=0.5, fit_intercept=False).fit(X, y)
    assert not bare.intercept_.any()
    np.testing.assert_allclose(bare.coef_, without.coef_, rtol=1e-5, atol=1e-6)


def test_saving_keeps_the_gap(tmp_path):
    X, y = table(n_classes=3)
    model = LinearSVM(class_weight="balanced").fit(X, y)
    model.save(tmp_path / "model")
    back = minixai.load(tmp_path / "model")
    assert np.array_equal(back.duality_gap_, model.duality_gap_)
    assert np.array_equal(back.decision_function(X), model.decision_function(X))
    assert back.loss_gradient(X, y)[0] == model.loss_gradient(X, y)[0]


def test_steps_that_do_not_suffice_are_said():
    X, y = table("correlated")
    with pytest.warns(ConvergenceWarning, match=r"relative duality gap of .*, `tol` is 0.0001"):
        LinearSVM(solver="dual_coordinate_descent", C=100.0, max_iter=5).fit(X, y)
    with pytest.warns(ConvergenceWarning, match="after 2 steps"):
        LinearSVM(loss="hinge", max_iter=2).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LinearSVM(loss="hinge", tol=0.9, max_iter=5).fit(X, y)


@pytest.mark.parametrize("loss", LOSSES)
def test_separable_rows_give_the_widest_margin(loss):
    X = np.array([[0.0, 5.0], [1.0, -3.0], [3.0, 4.0], [4.0, -2.0]])
    model = LinearSVM(loss=loss, C=1e6).fit(X, [0, 0, 1, 1])
    margins = np.array([-1, -1, 1, 1]) * model.decision_function(X)
    assert margins.min() == pytest.approx(1.0, abs=1e-5)
    turned = LinearSVM(loss=loss, C=1e6).fit(X, [1, 1, 0, 0])
    np.testing.assert_allclose(turned.coef_, -model.coef_, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"C": 0.0}, r"`C` must be a number in \(0"),
        ({"C": math.inf}, "`C`"),
        ({"loss": "hinge2"}, "Did you mean 'hinge'"),
        ({"solver": "coordinate_descent"}, "Did you mean 'dual_coordinate_descent'"),
        ({"max_iter": 0}, "`max_iter`"),
        ({"tol": -1.0}, "`tol`"),
        ({"random_state": "x"}, "`random_state`"),
        ({"class_weight": {7: 2.0}}, "`class_weight` names 7"),
    ],
)
def test_wrong_arguments_are_named(changes, words):
    X, y = table()
    with pytest.raises(ParameterError, match=words):
        LinearSVM(**changes).fit(X, y)


def test_one_class_is_refused():
    with pytest.raises(DataError, match="at least 2 classes"):
        LinearSVM().fit([[1.0], [2.0]], [1, 1])


@pytest.mark.peers
@given(
    loss=st.sampled_from(LOSSES),
    C=st.sampled_from([0.1, 1.0, 10.0]),
    n_classes=st.integers(2, 3),
    kind=st.sampled_from(["random", "wide", "constant"]),
    seed=st.integers(0, 99),
)
def test_without_a_constant_equals_liblinear(loss, C, n_classes, kind, seed):
    svm = pytest.importorskip("sklearn.svm")
    X, y = table(kind, n_classes, seed)
    weights = np.random.default_rng(seed).uniform(0.2, 2.0, len(X))
    chosen = {0: 2.0, 1: 0.7} if n_classes == 2 else None  # of more, theirs leave the rest at 1
    options = {"loss": loss, "C": C, "fit_intercept": False, "class_weight": chosen}
    model = LinearSVM(**options).fit(X, y, weights)
    peer = svm.LinearSVC(dual=loss == "hinge", tol=1e-10, max_iter=200_000, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer.fit(X, y, weights)
    np.testing.assert_allclose(model.coef_, peer.coef_, rtol=1e-5, atol=1e-5)
    assert (model.intercept_ == 0.0).all()


@pytest.mark.peers
@given(C=st.sampled_from([0.1, 1.0, 10.0]), seed=st.integers(0, 99))
def test_with_a_constant_equals_libsvm_or_liblinear_where_its_penalty_fades(C, seed):
    svm = pytest.importorskip("sklearn.svm")
    X, y = table("random", 2, seed)
    hinge = LinearSVM(loss="hinge", C=C).fit(X, y)
    exact = svm.SVC(kernel="linear", C=C, tol=1e-9).fit(X, y)
    np.testing.assert_allclose(hinge.coef_, exact.coef_, rtol=1e-3, atol=1e-3)
    theirs, mine = (
        reference.objective(
            X, signs_of(y, 1), np.full(40, C), model.coef_[0], model.intercept_[0], False
        )
        for model in (exact, hinge)
    )
    assert theirs * (1 - 1e-4) < mine <= theirs * (1 + 1e-9)
    squared = LinearSVM(C=C).fit(X, y)
    peer = svm.LinearSVC(C=C, intercept_scaling=1e4, dual=False, tol=1e-10, max_iter=100_000)
    peer.fit(X, y)
    np.testing.assert_allclose(squared.coef_, peer.coef_, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(squared.intercept_, peer.intercept_, rtol=1e-5, atol=1e-5)
