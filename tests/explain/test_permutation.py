import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, DataTypeError, ParameterError
from minixai.explain import permutation, permutation_importance
from minixai.linear import LinearRegression
from minixai.metrics import Metric
from minixai.neural import MLPClassifier, MLPRegressor
from tests.layered_double import LayeredDouble, ReplacingDouble
from tests.reference import permutation as reference


def regression(n=40, d=4, seed=0):
    draws = np.random.default_rng(seed)
    X = draws.normal(size=(n, d))
    return X, X @ np.arange(1.0, d + 1) + 0.1 * draws.normal(size=n)


def with_orders(monkeypatch, orders):
    monkeypatch.setattr(permutation, "_draw_orders", lambda *_: np.asarray(orders))


@given(
    n=st.integers(2, 12),
    d=st.integers(1, 4),
    n_repeats=st.integers(1, 3),
    seed=st.integers(0, 50),
    replacing=st.booleans(),
)
def test_equals_the_naive_twin(n, d, n_repeats, seed, replacing):
    X, y = regression(n, d, seed)
    kind = ReplacingDouble if replacing else LayeredDouble
    model = kind.draw((d, 3, 1), "tanh", seed)
    groups = {"pair": [0, d - 1]} if d > 1 else None
    found = permutation_importance(
        model,
        X,
        y,
        metric="mean_squared_error",
        n_repeats=n_repeats,
        groups=groups,
        random_state=seed,
    )
    players = [[0, d - 1], *([j] for j in range(1, d - 1))] if d > 1 else [[0]]
    orders = permutation._draw_orders(seed, n_repeats, n)
    twin = reference.permutation_importance(
        model.predict, reference.mean_squared_error, X, y, orders, players
    )
    np.testing.assert_allclose(found.repeats, twin, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.mean, twin.mean(axis=1), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.std, twin.std(axis=1), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(found.std_error, found.std / np.sqrt(n_repeats))
    assert found.n_evaluations == n * (1 + len(players) * n_repeats)


def test_over_all_orders_a_least_squares_line_loses_twice_its_share(monkeypatch):
    X, y = regression(n=5, d=2)
    design = np.column_stack([X, np.ones(5)])
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    with_orders(monkeypatch, list(itertools.permutations(range(5))))
    found = permutation_importance(
        lambda X: X @ coefficients[:2] + coefficients[2], X, y, metric="mean_squared_error"
    )
    np.testing.assert_allclose(found.mean, 2 * coefficients[:2] ** 2 * X.var(axis=0), rtol=1e-10)


def test_standardised_independent_columns_lose_twice_the_squared_coefficient():
    draws = np.random.default_rng(0)
    X = draws.normal(size=(2000, 3))
    coefficients = np.array([2.0, -1.0, 0.0])
    found = permutation_importance(
        lambda X: X @ coefficients, X, X @ coefficients, metric="mean_squared_error", n_repeats=20
    )
    assert (np.abs(found.mean - 2 * coefficients**2) <= 5 * found.std_error + 0.15).all()
    assert found.mean[2] == 0.0


def spied_orders(predict_log, X, n_repeats):
    """Recover the orders that a peer used for its first column, whose values all differ."""
    position = {value: i for i, value in enumerate(X[:, 0])}
    return [[position[v] for v in seen[:, 0]] for seen in predict_log[1 : 1 + n_repeats]]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_equals_scikit_learn_for_the_same_orders(monkeypatch, n_jobs):
    pytest.importorskip("sklearn")
    from sklearn.inspection import permutation_importance as peer
    from sklearn.tree import DecisionTreeRegressor

    log = []

    class Spied(DecisionTreeRegressor):
        def predict(self, X, check_input=True):
            log.append(np.array(X))
            return super().predict(X, check_input)

    X, y = regression(n=60, d=3)
    model = Spied(random_state=0, max_depth=4).fit(X, y)
    theirs = peer(model, X, y, scoring="neg_mean_squared_error", n_repeats=7, random_state=3)
    with_orders(monkeypatch, spied_orders(log, X, 7))
    ours = permutation_importance(model, X, y, metric="mean_squared_error", n_jobs=n_jobs)
    np.testing.assert_allclose(ours.repeats, theirs.importances, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours.mean, theirs.importances_mean, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours.std, theirs.importances_std, rtol=0, atol=1e-12)


def test_a_model_that_replaces_columns_is_never_shown_copies():
    X, y = regression()
    model = ReplacingDouble.draw((4, 6, 1), "relu")
    found = permutation_importance(model, X, y, n_repeats=3)
    assert model.n_predicted_rows <= len(X)
    plain = permutation_importance(LayeredDouble(model.layers), X, y, n_repeats=3)
    np.testing.assert_allclose(found.repeats, plain.repeats, rtol=1e-10, atol=1e-12)
    assert found.baseline_score == pytest.approx(plain.baseline_score, rel=1e-12)


@pytest.mark.parametrize("kind", [LayeredDouble, ReplacingDouble])
def test_threads_and_blocks_change_no_bit(monkeypatch, kind):
    X, y = regression()
    model = kind.draw((4, 6, 1), "relu")
    one = permutation_importance(model, X, y, n_repeats=3)
    monkeypatch.setattr(permutation, "_BLOCK_VALUES", 5 * X.size)
    for n_jobs in (1, 2):
        other = permutation_importance(model, X, y, n_repeats=3, n_jobs=n_jobs)
        np.testing.assert_allclose(other.repeats, one.repeats, rtol=1e-12, atol=1e-14)
        again = permutation_importance(model, X, y, n_repeats=3, n_jobs=n_jobs)
        np.testing.assert_array_equal(other.repeats, again.repeats)
    monkeypatch.setattr(permutation, "_BLOCK_VALUES", 5 * X.size)
    serial = permutation_importance(model, X, y, n_repeats=3, n_jobs=1)
    np.testing.assert_array_equal(serial.repeats, other.repeats)


def test_a_repeat_depends_on_the_seed_and_its_number_only():
    X, y = regression()
    few = permutation_importance(lambda X: X.sum(axis=1), X, y, n_repeats=2)
    many = permutation_importance(lambda X: X.sum(axis=1), X, y, n_repeats=4, groups={"a": [0, 1]})
    np.testing.assert_array_equal(few.repeats[2:], many.repeats[1:, :2])
    other = permutation_importance(lambda X: X.sum(axis=1), X, y, n_repeats=2, random_state=1)
    assert not np.array_equal(few.repeats, other.repeats)


def test_a_duplicated_pair_matters_more_together_than_each_alone():
    draws = np.random.default_rng(0)
    x, noise = draws.normal(size=(2, 200))
    X = np.column_stack([x, x, noise])
    model = lambda X: 0.5 * (X[:, 0] + X[:, 1]) + 0.1 * X[:, 2]  # noqa: E731
    each = permutation_importance(model, X, x)
    both = permutation_importance(model, X, x, groups={"x": [0, 1]})
    assert both.mean[0] > 1.5 * each.mean[:2].max()
    assert both.feature_names == ("x", "x2")
    assert both.groups == {"x": ["x0", "x1"], "x2": ["x2"]}


def test_higher_matters_more_for_losses_and_gains():
    X, y = regression()
    model = lambda X: X @ np.arange(1.0, 5.0)  # noqa: E731
    for metric in ("r2", "mean_squared_error", "mean_absolute_error"):
        found = permutation_importance(model, X, y, metric=metric)
        assert (np.diff(found.mean) > 0).all()
        assert found.metric == metric
    bare = permutation_importance(model, X, y, metric=lambda t, p: -np.abs(t - p).max())
    assert bare.mean[3] > 0
    loss = Metric(lambda t, p: np.abs(t - p).max(), higher_is_better=False)
    np.testing.assert_allclose(permutation_importance(model, X, y, metric=loss).mean, bare.mean)


def test_a_frame_keeps_its_names_kinds_and_gaps_for_foreign_models():
    pandas = pytest.importorskip("pandas")
    draws = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {
            "size": draws.normal(size=30),
            "colour": pandas.Categorical(draws.choice(["red", "blue"], 30)),
            "gap": np.where(draws.random(30) < 0.3, np.nan, 1.0),
        },
        index=np.arange(30)[::-1],
    )

    def model(X):
        assert list(X.columns) == ["size", "colour", "gap"]
        assert isinstance(X["colour"].dtype, pandas.CategoricalDtype)
        return X["size"].to_numpy() + 2.0 * (X["colour"] == "red") + X["gap"].fillna(0.0)

    found = permutation_importance(model, frame, np.asarray(model(frame)), groups={"c": ["colour"]})
    assert found.feature_names == ("c", "size", "gap")
    assert (found.mean > 0).all()
    codes = frame.assign(colour=(frame["colour"] == "red").astype(float)).to_numpy()
    plain = permutation_importance(
        lambda X: X[:, 0] + 2.0 * X[:, 1] + np.nan_to_num(X[:, 2]), codes, model(frame)
    )
    np.testing.assert_allclose(found.mean, plain.mean[[1, 0, 2]], rtol=1e-12)


def test_a_foreign_classifier_by_probability():
    pytest.importorskip("sklearn")
    from sklearn.linear_model import LogisticRegression

    X, y = regression()
    labels = np.where(y > 0, "yes", "no")
    model = LogisticRegression().fit(X, labels)
    found = permutation_importance(model, X, labels, metric="log_loss")
    assert found.order()[0] == 3
    assert found.mean[3] > 0
    accuracy = permutation_importance(model, X, labels)
    assert accuracy.metric == "accuracy"
    assert accuracy.baseline_score == pytest.approx(model.score(X, labels))


@pytest.mark.parametrize("metric", ["accuracy", "log_loss", "roc_auc"])
def test_our_network_on_a_frame_equals_a_function_that_does_the_same(metric):
    pandas = pytest.importorskip("pandas")
    X, y = regression()
    frame = pandas.DataFrame(X, columns=list("abcd"))
    labels = np.where(y > 0, "up", "down")
    model = MLPClassifier((5,), n_epochs=20, learning_rate=0.01).fit(frame, labels)
    groups = {"ab": ["a", "b"]}
    ours = permutation_importance(model, frame, labels, metric=metric, groups=groups, n_repeats=3)

    class Foreign:
        classes_ = model.classes_
        predict = staticmethod(model.predict)
        predict_proba = staticmethod(model.predict_proba)
        decision_function = staticmethod(model.decision_function)

    theirs = permutation_importance(
        Foreign(), frame, labels, metric=metric, groups=groups, n_repeats=3
    )
    assert ours.feature_names == ("ab", "c", "d")
    np.testing.assert_allclose(ours.repeats, theirs.repeats, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_repeats": 0}, "`n_repeats` must be an integer"),
        ({"groups": {"g": [0, 9]}}, "names column 9"),
        ({"groups": {"g": [0], "h": [0]}}, "must not overlap"),
        ({"groups": [[0, 1]]}, r"`groups` must be a dict .* got \[\[0, 1\]\]: name each"),
        ({"groups": {"a": 0}}, r"`groups\['a'\]` must be a list of columns, such as .*, got 0"),
        ({"metric": "mean_squard_error"}, "Did you mean 'mean_squared_error'"),
        ({"metric": "log_loss"}, "predict_proba"),
        ({"random_state": -1}, "random_state"),
        ({"n_jobs": 0}, "n_jobs"),
    ],
)
def test_wrong_arguments_say_what_is_right(change, message):
    X, y = regression()
    model = LayeredDouble.draw((4, 1))
    with pytest.raises(ParameterError, match=message):
        permutation_importance(model, X, y, **change)


def test_wrong_data_say_what_is_right():
    X, y = regression()
    for model in (lambda X: X[:, 0], LinearRegression().fit(X, y)):
        with pytest.raises(DataError, match=r"needs a 2-D X, got shape \(40,\)"):
            permutation_importance(model, X[:, 0], y)
        with pytest.raises(DataError, match=r"`y` has .* masked values"):
            permutation_importance(model, X, np.ma.masked_array(y, y > 0))
    with pytest.raises(ParameterError, match="got the class LinearRegression: make one"):
        permutation_importance(LinearRegression, X, y)
    with pytest.raises(DataError, match="one value per row"):
        permutation_importance(lambda X: X[:, 0], X, y[:-1])
    with pytest.raises(DataError, match="one answer per row"):
        permutation_importance(lambda X: X[:3, 0], X, y)
    with pytest.raises(ParameterError, match="does not have"):
        permutation_importance(object(), X, y, metric="r2")


def test_a_sparse_matrix_and_a_series_are_refused_with_the_remedy():
    X, y = regression()
    sparse = pytest.importorskip("scipy.sparse")
    pandas = pytest.importorskip("pandas")
    model = LinearRegression().fit(X, y)
    with pytest.raises(DataTypeError, match="toarray"):
        permutation_importance(model, sparse.csr_matrix(X), y)
    with pytest.raises(DataError, match="needs a 2-D X"):
        permutation_importance(model, pandas.Series(y), y)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_network_answers_for_a_replaced_outlier_as_predict_does(n_jobs):
    X, y = regression()
    X = X.astype(np.float32)
    model = MLPRegressor((8,), n_epochs=5).fit(X, y)
    X[3, 0] = 3e7
    found = permutation_importance(model, X, y, metric="mean_squared_error", n_jobs=n_jobs)
    plain = permutation_importance(model.predict, X, y, metric="mean_squared_error")
    np.testing.assert_allclose(found.repeats[1:], plain.repeats[1:], rtol=1e-3)
    changed = X.copy()
    changed[:, 0] = 0
    answer = model.column_replacer(X)([0], changed[:, [0]])
    np.testing.assert_allclose(answer, model.predict(changed), rtol=1e-5, atol=1e-6)
