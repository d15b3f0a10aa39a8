import json

import numpy as np
import pytest

from minixai.compression import Measurement, measure, prune, quantize
from minixai.errors import ParameterError
from minixai.files import size_of
from minixai.linear import LinearRegression
from minixai.neural import MLPClassifier


def data(n=50):
    X = np.random.default_rng(0).normal(size=(n, 3))
    return X, X @ [1.0, 2.0, -1.0]


def test_counts_are_those_of_the_model():
    X, y = data()
    labels = y > 0
    model = MLPClassifier((4,), n_epochs=3).fit(X, labels)
    found = measure(model, X, labels)
    assert found.n_parameters == 3 * 4 + 4 + 4 + 1
    assert found.macs == 3 * 4 + 4
    assert found.bytes_on_disk == size_of(model)
    assert found.metric_name == "accuracy"
    assert found.metric_value == model.score(X, labels)
    assert found.higher_is_better
    pruned = measure(prune(model, sparsity=0.5), X, labels)
    assert pruned.n_nonzero == found.n_nonzero - 8
    assert pruned.macs == found.macs


def test_latency_has_both_batches_and_quantiles():
    X, y = data(5)
    small = quantize(LinearRegression().fit(X, y), X)
    found = measure(small, X, y, metric="mean_squared_error")
    assert set(found.latency) == {1, 256}
    for times in found.latency.values():
        assert 0 < times["p50"] <= times["p99"] < 60
    assert not found.higher_is_better


def test_a_foreign_model_has_what_can_be_known():
    class Foreign:
        def __init__(self):
            self.seen = set()

        def predict(self, X):
            self.seen.add(len(X))
            return np.asarray(X)[:, 0]

    X, y = data(7)
    model = Foreign()
    found = measure(model, X, y, metric="r2")
    assert model.seen == {1, 7, 256}
    assert (found.bytes_on_disk, found.n_parameters, found.n_nonzero, found.macs) == (None,) * 4
    assert "unknown" in str(found)


def test_frames_stay_frames():
    pandas = pytest.importorskip("pandas")
    X, y = data()
    frame = pandas.DataFrame(X, columns=list("abc"))
    found = measure(LinearRegression().fit(frame, y), frame, y)
    assert found.metric_value == pytest.approx(1.0)


def test_it_is_written_as_json_and_as_text():
    found = Measurement(1000, 20, 10, 16, {1: {"p50": 2e-6, "p99": 1e-5}}, "accuracy", 0.5)
    assert json.loads(json.dumps(found.to_dict())) == {
        "bytes_on_disk": 1000,
        "n_parameters": 20,
        "n_nonzero": 10,
        "macs": 16,
        "latency": {"1": {"p50": 2e-6, "p99": 1e-5}},
        "metric_name": "accuracy",
        "metric_value": 0.5,
        "higher_is_better": True,
    }
    text = str(found)
    for piece in ("1,000", "p50 2.0 us, p99 10.0 us", "accuracy", "0.5"):
        assert piece in text
    with pytest.raises(AttributeError):
        found.macs = 3


def test_an_unknown_metric_is_refused():
    X, y = data()
    with pytest.raises(ParameterError, match="metric"):
        measure(LinearRegression().fit(X, y), X, y, metric="accurracy")


def test_what_is_no_fitted_model_is_told_so():
    X, y = data()
    with pytest.raises(ParameterError, match="`predict`, and function does not have it"):
        measure(lambda X: X[:, 0], X, y)
    with pytest.raises(ParameterError, match="got the class LinearRegression: make one"):
        measure(LinearRegression, X, y)
