"""The page with the numbers: they are those of the training, and harmless as HTML."""

import re

import numpy as np
import pytest

from minixai.errors import ParameterError
from minixai.neural import MLPClassifier, MLPRegressor
from minixai.optim.optimizers import start_optimizer
from tests.reference import loss as naive_loss
from tests.reference import mlp as naive

CASES = {
    "regressor": (MLPRegressor, {}, "relu"),
    "huber": (MLPRegressor, {"loss": "huber", "optimizer": "sgd"}, "tanh"),
    "binary": (MLPClassifier, {"l2": 0.1}, "sigmoid"),
    "classes": (MLPClassifier, {"l2": 0.1, "optimizer": "sgd"}, "gelu"),
}


def fitted(case, hidden=(3, 2)):
    kind, options, activation = CASES[case]
    X = np.random.default_rng(0).normal(size=(12, 3))
    y = X[:, 0] - X[:, 1]
    if kind is MLPClassifier:
        y = np.digitize(y, [-0.5, 0.5]) if case == "classes" else y > 0
    return kind(hidden, activation=activation, n_epochs=1, **options).fit(X, y), X[:2], y[:2]


@pytest.mark.parametrize("case", CASES)
def test_the_numbers_are_those_of_the_training(case):
    model, X, y = fitted(case)
    trace = model.trace(X, y)
    loss, gradient = model.loss_gradient(X, y)
    assert trace["J"] == loss
    for k in (1, 2, 3):
        for kind, letter in (("weight", "W"), ("bias", "b")):
            name = f"layers.{k - 1}.{kind}"
            assert np.array_equal(trace[f"dJ/d{letter}{k}"], gradient[name])
            start = model.parameters()[name]
            assert np.array_equal(trace[f"{letter}{k}"], start)
            state = start_optimizer(model.optimizer, start.ravel(), momentum=model.momentum)
            state.gradient[:] = gradient[name].ravel()
            state.step(model.learning_rate)
            assert np.array_equal(trace[f"{letter}{k} new"].ravel(), state.parameters)
            if model.optimizer == "adam":
                slope = gradient[name]
                np.testing.assert_allclose(trace[f"m of {letter}{k}"], 0.1 * slope, rtol=1e-12)
                np.testing.assert_allclose(trace[f"s of {letter}{k}"], 1e-3 * slope**2, rtol=1e-12)
    assert np.array_equal(trace["Z3"], model.forward_trace(X)[-1])
    moved = {f"layers.{k}.weight": trace[f"W{k + 1} new"] for k in range(3)}
    moved |= {f"layers.{k}.bias": trace[f"b{k + 1} new"] for k in range(3)}
    assert trace["J new"] == model.with_parameters(moved).loss_gradient(X, y)[0]
    assert trace["J new"] < trace["J"]


@pytest.mark.parametrize("case", CASES)
def test_the_numbers_are_those_of_the_loops(case):
    model, X, _ = fitted(case)
    trace = model.trace(
        X, np.array([model.classes_[0]] * 2) if "classes_" in vars(model) else [0, 0]
    )
    layers = [(layer.weight.tolist(), layer.bias.tolist()) for layer in model.layers]
    for i, row in enumerate(X):
        sums = naive.sums_of_row(layers, model.activation, row)
        for k, z in enumerate(sums, start=1):
            np.testing.assert_allclose(trace[f"Z{k}"][i], z, rtol=1e-12)
        name = {"regressor": "half_squared_error", "huber": "huber"}.get(
            case, "binary_cross_entropy" if case == "binary" else "categorical_cross_entropy"
        )
        extra = (1.0,) if case == "huber" else ()
        expected = getattr(naive_loss, name)(sums[-1], [0], *extra)
        assert trace["loss"][i] == pytest.approx(expected, rel=1e-10)


def test_what_is_worked_out_in_the_text_is_true():
    model, X, y = fitted("regressor")
    text = model.trace(X, y).text
    worked = re.findall(
        r"(?:Z\d|dJ/d[WZ]\d)\[\d,\d\] = ([-+*()0-9.e ]+) = ([-0-9.e]+)$", text, re.M
    )
    assert len(worked) >= 8
    for sum_of_products, result in worked:
        total = 0.0
        scale = 1.0
        match = re.fullmatch(r"\((.*)\) \* (\S+)", sum_of_products)
        if match:
            sum_of_products, scale = match[1], float(match[2])
        for term in sum_of_products.split(" + "):
            factors = [float(factor) for factor in term.split(" * ")]
            total += float(np.prod(factors))
        assert total * scale == pytest.approx(float(result), rel=1e-4, abs=1e-5)


def test_the_text_names_every_quantity_with_its_shape():
    model, X, y = fitted("classes")
    trace = model.trace(X, y)
    for symbol in (
        "A0",
        "W1",
        "Z1",
        "A1",
        "p",
        "loss",
        "J",
        "dJ/dZ3",
        "dJ/dW2",
        "dJ/db1",
        "W1 new",
    ):
        assert f"\n{symbol} = " in trace.text
    assert "(3, 2)" in trace.text
    assert "2 rows through a 3-3-2-3 network" in trace.text
    assert str(trace) == trace.text
    with pytest.raises(ParameterError, match="Did you mean 'Z1'"):
        trace["Z11"]


def test_the_fragment_is_plain_and_escaped():
    model, X, y = fitted("binary")
    html = model.trace(X, y)._repr_html_()
    assert html.startswith("<section")
    assert html.endswith("</section>")
    assert set(re.findall(r"</?([a-z0-9]+)", html)) <= {
        *("section", "h3", "h4", "table", "caption", "tbody", "tr", "td", "b", "small", "p", "code")
    }
    assert "exp(-|z|)" in html
    assert "1 where" not in html or "&gt;" in html
    assert not re.search(r"https?:|src=|href=|style=|on\w+=", html)


def test_a_network_without_hidden_layers_and_large_tables():
    model, X, y = fitted("regressor", hidden=())
    trace = model.trace(X, y)
    assert [step.symbol for step in trace.steps if step.part == "backward"] == [
        "dJ/dZ1",
        "dJ/dW1",
        "dJ/db1",
    ]
    wide, X, y = fitted("regressor", hidden=(20,))
    text = wide.trace(X, y).text
    assert "... 12 more" in text
    assert "(20 terms)" in text
    assert max(len(line) for line in text.splitlines()) < 400
