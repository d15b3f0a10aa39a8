import numpy as np
import pytest

from minixai import metrics
from minixai.compression import measure
from minixai.errors import DataWarning, ParameterError
from minixai.explain import permutation_importance
from minixai.metrics import METRICS, Metric, get_metric, log_loss, roc_auc
from minixai.neural import MLPClassifier


class Classifier:
    """Two or three classes with fixed probabilities, one row each."""

    def __init__(self, p, classes):
        self.p, self.classes_ = np.asarray(p), np.asarray(classes)

    def predict(self, X):
        return self.classes_[self.p.argmax(axis=1)]

    def predict_proba(self, X):
        return self.p


class Scorer(Classifier):
    def decision_function(self, X):
        return np.log(self.p[:, 1] / self.p[:, 0])


class Regressor:
    def predict(self, X):
        return np.asarray(X)[:, 0]


X = np.array([[1.0], [2.0], [4.0]])
y = np.array([1.0, 2.0, 3.0])
P = np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]])
labels = np.array(["no", "yes", "yes"])


def test_none_is_the_models_own_score():
    assert get_metric(None, Regressor()).name == "r2"
    assert get_metric(None, Regressor()).evaluate(Regressor(), X, y) == 0.5
    model = Scorer(P, ["no", "yes"])
    assert get_metric(None, model).evaluate(model, X, labels) == pytest.approx(2 / 3)


def test_names_know_what_they_need_and_their_direction():
    for name in (
        "mean_squared_error",
        "half_mean_squared_error",
        "root_mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "quantile_loss",
        "log_loss",
        "brier",
        "calibration_error",
    ):
        assert not METRICS[name].higher_is_better
        assert METRICS[name].sign == -1.0
    lower = {name for name, metric in METRICS.items() if not metric.higher_is_better}
    assert len(lower) == 9
    for name in set(METRICS) - lower:
        assert METRICS[name].sign == 1.0
    assert METRICS["log_loss"].method == "predict_proba"
    assert METRICS["brier"].method == METRICS["calibration_error"].method == "predict_proba"
    for name in ("roc_auc", "average_precision"):
        assert METRICS[name].method == "decision_function"
    assert METRICS["accuracy"].method == "predict"
    assert all(metric.name == name for name, metric in METRICS.items())


def test_a_bare_function_gets_predictions_and_counts_as_higher_is_better():
    metric = get_metric(lambda y_true, y_pred: float((y_true - y_pred).sum()), Regressor())
    assert metric.higher_is_better
    assert metric.method == "predict"
    assert metric.evaluate(Regressor(), X, y) == -1.0


def test_a_two_class_probability_is_that_of_class_one():
    seen = {}

    def remember(y_true, output):
        seen["shape"] = output.shape
        return 0.0

    model = Scorer(P, ["no", "yes"])
    Metric(remember, needs="probability").evaluate(model, X, labels)
    assert seen["shape"] == (3,)
    Metric(remember, needs="probability", two_columns=True).evaluate(model, X, labels)
    assert seen["shape"] == (3, 2)
    three = Classifier(np.full((3, 3), 1 / 3), ["a", "b", "c"])
    Metric(remember, needs="probability").evaluate(three, X, labels)
    assert seen["shape"] == (3, 3)


def test_classes_that_the_data_lack_are_bound():
    model = Scorer(P, ["no", "yes"])
    metric = get_metric("log_loss", model)
    only = np.array(["yes", "yes", "yes"])
    assert metric.evaluate(model, X, only) == pytest.approx(-np.log(P[:, 1]).mean())
    assert metric.name == "log_loss"
    assert metric.of_output(labels, P) == log_loss(labels, P)


def test_auc_takes_the_probability_where_there_is_no_raw_score():
    with_score, without = Scorer(P, ["no", "yes"]), Classifier(P, ["no", "yes"])
    assert get_metric("roc_auc", with_score).method == "decision_function"
    assert get_metric("roc_auc", without).method == "predict_proba"
    expected = roc_auc(labels, P[:, 1])
    for model in (with_score, without):
        assert get_metric("roc_auc", model).evaluate(model, X, labels) == expected


def test_the_raw_score_of_a_regressor_is_its_prediction():
    metric = get_metric(Metric(lambda y, s: s.sum(), needs="raw"), Regressor())
    assert metric.method == "predict"
    assert metric.evaluate(Regressor(), X, y) == 7.0


def test_a_function_is_a_model():
    def model(X):
        return X[:, 0]

    assert get_metric(None, model).evaluate(model, X, y) == 0.5


def test_of_output_is_evaluate_without_the_call():
    for name in ("r2", "mean_squared_error", "mean_absolute_error"):
        metric = get_metric(name, Regressor())
        output = getattr(Regressor(), metric.method)(X)
        assert metric.of_output(y, output) == metric.evaluate(Regressor(), X, y)


CLASS_METRICS = {
    "precision": lambda: metrics.precision(labels, ["no", "yes", "no"], pos_label="yes"),
    "recall": lambda: metrics.recall(labels, ["no", "yes", "no"], pos_label="yes"),
    "f_score": lambda: metrics.f_score(labels, ["no", "yes", "no"], pos_label="yes"),
    "cohen_kappa": lambda: metrics.cohen_kappa(labels, ["no", "yes", "no"]),
    "matthews_correlation": lambda: metrics.matthews_correlation(labels, ["no", "yes", "no"]),
    "average_precision": lambda: metrics.average_precision(labels, P[:, 1]),
    "roc_auc": lambda: metrics.roc_auc(labels, P[:, 1]),
    "brier": lambda: metrics.brier(labels, P[:, 1]),
    "calibration_error": lambda: metrics.calibration_error(labels, P[:, 1]),
}


@pytest.mark.parametrize("name", sorted(CLASS_METRICS))
def test_text_labels_are_measured_by_name(name):
    for model in (Scorer(P, ["no", "yes"]), Classifier(P, ["no", "yes"])):
        metric = get_metric(name, model)
        assert metric.name == name
        assert metric.evaluate(model, X, labels) == CLASS_METRICS[name]()


def test_class_one_is_the_models_own_where_the_data_lack_it():
    model = Scorer(P[::-1], ["no", "yes"])
    only = np.array(["yes"] * 3)
    assert get_metric("recall", model).evaluate(model, X, only) == pytest.approx(1 / 3)
    assert get_metric("brier", model).evaluate(model, X, only) == np.mean((P[:, 1] - 1) ** 2)
    never = Scorer(np.tile([0.9, 0.1], (3, 1)), ["no", "yes"])
    with pytest.warns(DataWarning, match="'yes'"):
        assert get_metric("precision", never).evaluate(never, X, np.array(["no"] * 3)) == 0.0


def test_of_many_classes_a_name_is_the_mean_over_all_that_the_model_knows():
    p = np.array([[0.5, 0.2, 0.2, 0.1], [0.1, 0.6, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1]])
    known = ["a", "b", "c", "d"]
    model = Scorer(p, known)
    y = np.array(["a", "b", "c"])
    options = {"labels": known, "average": "macro", "zero_division": 0.0}
    with pytest.warns(DataWarning, match=r"\['d'\]"):
        value = get_metric("f_score", model).evaluate(model, X, y)
    assert value == metrics.f_score(y, model.predict(X), **options)
    assert get_metric("roc_auc", model).method == "predict_proba"
    three = Scorer(p[:, :3] / p[:, :3].sum(axis=1, keepdims=True), known[:3])
    for name in ("roc_auc", "average_precision", "brier", "calibration_error"):
        expected = getattr(metrics, name)(y, three.p)
        assert get_metric(name, three).evaluate(three, X, y) == expected


@pytest.mark.parametrize("name", ["roc_auc", "f_score", "average_precision", "brier"])
def test_names_work_where_a_metric_is_asked_for(name):
    draws = np.random.default_rng(0)
    data = draws.normal(size=(120, 3))
    y = np.where(data[:, 0] + 0.3 * draws.normal(size=120) > 0, "yes", "no")
    model = MLPClassifier((8,), learning_rate=0.05, n_epochs=30, random_state=0).fit(data, y)
    importance = permutation_importance(model, data, y, metric=name, random_state=0)
    assert importance.mean.argmax() == 0
    assert importance.mean[0] > 0  # higher matters more, for losses too
    measured = measure(model, data, y, metric=name).metric_value
    assert measured == get_metric(name, model).evaluate(model, data, y)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: get_metric("acuracy", None), "Did you mean 'accuracy'"),
        (lambda: get_metric(3, None), "`metric` must be None, a name"),
        (lambda: get_metric("log_loss", Regressor()), "needs `predict_proba`, which Regressor"),
        (
            lambda: get_metric(Metric(max, needs="raw"), Classifier(P, [0, 1])),
            "needs `decision_function`",
        ),
        (lambda: METRICS["log_loss"].evaluate(Regressor(), X, y), "needs `predict_proba`"),
        (lambda: Metric(3), "`function` must be a function"),
        (lambda: Metric(max, needs="probabilities"), "Did you mean 'probability'"),
        (lambda: Metric(lambda y, h: h, name="me").evaluate(Regressor(), X, y), "'me' must return"),
    ],
)
def test_errors_name_the_remedy(call, words):
    with pytest.raises(ParameterError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
