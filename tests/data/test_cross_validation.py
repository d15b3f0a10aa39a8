"""Cross-validation: the same scores as by hand, fair tests, and nothing held out is learned."""

from typing import ClassVar

import numpy as np
import pytest

import minixai.metrics
from minixai.data import (
    Table,
    TableEncoder,
    cross_validate,
    grouped_folds,
    make_shop,
    random_folds,
    stratified_folds,
    time_folds,
)
from minixai.errors import DataError, ParameterError
from minixai.linear import LinearRegression
from minixai.metrics import Metric
from minixai.neural import MLPClassifier, MLPRegressor

pandas = pytest.importorskip("pandas")


def numbers(n=60, noise=1.0, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, X @ [1.0, -2.0, 0.5] + noise * rng.normal(size=n)


def classes(n=60):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, 3))
    return X, (X[:, 0] + rng.normal(size=n) > 0).astype(int)


class Constant(LinearRegression):
    """Predicts the mean of its training rows."""

    def fit(self, X, y, sample_weight=None):
        super().fit(X, y)
        self.coef_ = np.zeros_like(self.coef_)
        self.intercept_ = float(np.mean(y))
        return self


def test_the_scores_are_those_of_a_loop_by_hand():
    X, y = numbers()
    found = cross_validate(LinearRegression(), X, y, metric="mean_squared_error", random_state=3)
    for (train, test), score in zip(random_folds(60, 5, 3), found.scores, strict=True):
        design = np.column_stack([np.ones(len(train)), X[train]])
        beta = np.linalg.lstsq(design, y[train], rcond=None)[0]
        error = y[test] - beta[0] - X[test] @ beta[1:]
        assert score == pytest.approx(np.mean(error**2), rel=1e-9)
    assert found.mean == pytest.approx(found.scores.mean())
    assert found.interval[0] < found.mean < found.interval[1]
    assert list(found.to_frame().columns) == ["n_train", "n_test", "mean_squared_error"]
    assert "mean_squared_error" in str(found)


def test_a_classifier_gets_stratified_folds_and_any_metric():
    X, y = numbers()
    labels = np.where(y > 1.0, "high", "low")
    model = MLPClassifier((4,), n_epochs=20, learning_rate=0.03)
    found = cross_validate(model, X, labels, metric="roc_auc", splits=4)
    for fold, expected in zip(found.folds, stratified_folds(labels, 4), strict=True):
        assert np.array_equal(fold[1], expected[1])
    assert found.metric.name == "roc_auc"
    assert (found.scores > 0.7).all()
    assert not hasattr(model, "classes_"), "the model given is not fitted"


def test_scikit_learn_gives_the_same_scores_on_the_same_folds():
    selection = pytest.importorskip("sklearn.model_selection")
    from sklearn.linear_model import LinearRegression as Peer

    X, y = numbers()
    theirs = selection.cross_val_score(Peer(), X, y, cv=random_folds(60, 5))
    np.testing.assert_allclose(cross_validate(Peer(), X, y).scores, theirs, rtol=1e-12)
    np.testing.assert_allclose(cross_validate(LinearRegression(), X, y).scores, theirs, rtol=1e-9)


def test_two_models_are_compared_on_the_same_rows():
    stats = pytest.importorskip("scipy.stats")
    X, y = numbers(noise=3.0)
    line = cross_validate(LinearRegression(), X, y)
    constant = cross_validate(Constant(), X, y)
    found = line.compare(constant)
    assert np.array_equal(found.differences, line.scores - constant.scores)
    d = found.differences
    t = d.mean() / np.sqrt((1 / 5 + 12 / 48) * d.var(ddof=1))
    assert found.t_value == pytest.approx(t, rel=1e-12)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(t), 4), rel=1e-10)
    back = constant.compare(line)
    assert back.mean == pytest.approx(-found.mean)
    assert back.interval == pytest.approx((-found.interval[1], -found.interval[0]))
    assert "p =" in str(found)


def test_a_model_beside_itself_does_not_differ():
    pytest.importorskip("scipy")
    X, y = numbers()
    found = cross_validate(LinearRegression(), X, y)
    same = found.compare(cross_validate(LinearRegression(), X, y))
    assert (same.mean, same.interval, same.t_value, same.p_value) == (0.0, (0.0, 0.0), 0.0, 1.0)


def test_the_corrected_test_keeps_its_level_where_the_plain_one_does_not():
    """Two models of equal worth must rarely be told apart."""
    pytest.importorskip("scipy")
    rejected = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(40, 2)), rng.normal(size=40)
        one = cross_validate(LinearRegression(), X[:, :1], y, n_bootstrap=1, random_state=seed)
        two = cross_validate(LinearRegression(), X[:, 1:], y, n_bootstrap=1, random_state=seed)
        rejected += one.compare(two).p_value < 0.05
    assert rejected <= 6


def test_the_interval_covers_the_expected_score():
    """Of fixed predictions the accuracy's interval is close to the binomial one."""
    X, y = numbers(400)
    share = Metric(lambda y, p: np.mean(np.abs(y - p) < 1.0), name="within one")
    found = cross_validate(LinearRegression(), X, y, metric=share, n_bootstrap=2000)
    half = 1.96 * np.sqrt(found.mean * (1 - found.mean) / 400)
    assert found.interval[1] - found.interval[0] == pytest.approx(2 * half, rel=0.15)


class Spy:
    """An encoder that remembers which rows it was shown when it learned."""

    seen: ClassVar = []

    def fit_transform(self, table):
        Spy.seen.append(set(table.columns["row"].values.astype(int)))
        self.encoder = TableEncoder()
        return self.encoder.fit_transform(table)

    def transform(self, table):
        assert not Spy.seen[-1] & set(table.columns["row"].values.astype(int))
        return self.encoder.transform(table)


def test_no_transform_ever_sees_held_out_rows():
    X, y = numbers(40)
    frame = pandas.DataFrame(X, columns=list("abc")).assign(row=np.arange(40.0), y=y)
    table = Table.from_frame(frame, target="y")
    Spy.seen = []
    found = cross_validate(LinearRegression(), table, encoder=Spy(), splits=4)
    assert len(Spy.seen) == 4
    for seen, (train, test) in zip(Spy.seen, found.folds, strict=True):
        assert seen == set(train)
        assert not seen & set(test)


def test_what_is_held_out_changes_nothing_that_is_learned():
    shop = make_shop(n_users=40, n_items=10, n_rows=200, random_state=0).table
    (_, test), *_ = folds = random_folds(200, 4)
    first = cross_validate(LinearRegression(), shop, splits=[folds[0]])
    rating = shop.columns["rating"].values.copy()
    rating[test] = rating[test][::-1]  # other targets for the rows held out
    changed = shop.with_column(type(shop.columns["rating"])("rating", "numeric", rating))
    again = cross_validate(LinearRegression(), changed, splits=[folds[0]])
    assert np.array_equal(first.outputs[0], again.outputs[0])
    assert first.scores[0] != again.scores[0]


def test_a_table_brings_its_target_and_its_kinds():
    shop = make_shop(n_users=40, n_items=10, n_rows=300, random_state=0).table
    users = shop.column("user_id").values
    found = cross_validate(
        MLPRegressor((4,), n_epochs=2), shop, splits=grouped_folds(users, 3), metric="r2"
    )
    assert found.scores.shape == (3,)
    for train, test in found.folds:
        assert not set(users[train]) & set(users[test])


def test_threads_give_the_same_bits():
    X, y = numbers()
    one = cross_validate(MLPRegressor((4,), n_epochs=3), X, y)
    two = cross_validate(MLPRegressor((4,), n_epochs=3), X, y, n_jobs=2)
    assert np.array_equal(one.scores, two.scores)
    assert one.interval == two.interval


def test_frames_keep_their_names_and_folds_of_time_work():
    X, y = numbers()
    frame = pandas.DataFrame(X, columns=["a", "b", "c"], index=np.arange(60)[::-1])
    found = cross_validate(LinearRegression(), frame, y, splits=time_folds(np.arange(60), 3))
    assert [len(train) for train, _ in found.folds] == [15, 30, 45]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"splits": 1}, ParameterError, "n_folds"),
        ({"splits": "five"}, ParameterError, "number of folds or a list"),
        ({"splits": [([0, 1], [1, 2])]}, DataError, "must not overlap"),
        ({"splits": [([0, 1], [60])]}, DataError, "0 to 59"),
        ({"splits": [([0, 1], [])]}, DataError, "one at least"),
        ({"y": np.ones(5)}, DataError, "60 rows"),
        ({"model": LinearRegression}, ParameterError, "to be fitted"),
        ({"level": 1.0}, ParameterError, "level"),
    ],
)
def test_wrong_arguments(change, error, message):
    X, y = numbers()
    arguments = {"model": LinearRegression(), "X": X, "y": y, **change}
    with pytest.raises(error, match=message):
        cross_validate(**arguments)


def test_only_like_is_compared_with_like():
    X, y = numbers()
    found = cross_validate(LinearRegression(), X, y)
    for other in (
        cross_validate(LinearRegression(), X, y, metric="mean_absolute_error"),
        cross_validate(LinearRegression(), X, y, random_state=1),
        cross_validate(LinearRegression(), X, -y),
    ):
        with pytest.raises(ParameterError, match=r"the same `metric`|different folds or targets"):
            found.compare(other)


@pytest.mark.parametrize("name", ["roc_auc", "log_loss", "brier", "average_precision"])
def test_a_measure_by_its_function_is_that_by_its_name(name):
    X, y = classes()
    by_name = cross_validate(MLPClassifier((4,), n_epochs=3), X, y, metric=name, splits=3)
    own = getattr(minixai.metrics, name)
    by_function = cross_validate(MLPClassifier((4,), n_epochs=3), X, y, metric=own, splits=3)
    assert by_function.scores.tolist() == by_name.scores.tolist()
    assert by_function.metric.higher_is_better == by_name.metric.higher_is_better


def test_folds_are_row_numbers_and_only_results_are_compared():
    X, y = classes()
    half = np.arange(len(y)) < len(y) // 2
    for rows in ((half, ~half), (np.flatnonzero(half) + 0.5, np.flatnonzero(~half))):
        with pytest.raises(ParameterError, match="must hold row numbers, integers"):
            cross_validate(MLPClassifier((4,), n_epochs=1), X, y, splits=[rows])
    found = cross_validate(MLPClassifier((4,), n_epochs=1), X, y, splits=3)
    with pytest.raises(ParameterError, match="`other` must be what `cross_validate` returned"):
        found.compare(0.9)
