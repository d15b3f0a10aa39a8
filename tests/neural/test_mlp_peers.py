"""The same weights and batches as PyTorch: the same loss curve and the same weights after."""

import numpy as np
import pytest

from minixai.neural import MLPClassifier, MLPRegressor

ROWS, BATCH, EPOCHS = 40, 8, 10


def problem(case):
    X = np.random.default_rng(0).normal(size=(ROWS, 3))
    y = X[:, 0] - X[:, 1] * X[:, 2]
    if case == "binary":
        return MLPClassifier, {}, X, (y > 0).astype(int)
    if case == "classes":
        return MLPClassifier, {}, X, np.digitize(y, [-0.5, 0.5])
    options = {"loss": "huber", "huber_delta": 0.5} if case == "huber" else {}
    return MLPRegressor, options, X, y


def torch_twin(torch, model, activation):
    """The same layers with the same weights."""
    parts = []
    for layer in model.layers:
        dense = torch.nn.Linear(*layer.weight.shape, dtype=torch.float64)
        with torch.no_grad():
            dense.weight.copy_(torch.tensor(layer.weight.T))
            dense.bias.copy_(torch.tensor(layer.bias))
        parts += [dense, activation]
    return torch.nn.Sequential(*parts[:-1])


@pytest.mark.peers
@pytest.mark.parametrize("case", ["square", "huber", "binary", "classes"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_fifty_steps_side_by_side(case, activation, optimizer):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    kind, options, X, y = problem(case)
    rate = 0.05 if optimizer == "sgd" else 0.01
    shared = {"activation": activation, "optimizer": optimizer, "learning_rate": rate, **options}
    shared |= {"batch_size": BATCH, "n_epochs": EPOCHS, "shuffle": False, "warm_start": True}
    start = kind((6, 4), activation=activation, n_epochs=1).fit(X, y)
    model = kind((6, 4), **shared).with_parameters(start.parameters()).fit(X, y)
    functions = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    twin = torch_twin(torch, start, functions.get(activation, torch.nn.GELU)())
    steps = (
        torch.optim.SGD(twin.parameters(), lr=rate, momentum=0.9)
        if optimizer == "sgd"
        else torch.optim.Adam(twin.parameters(), lr=rate)
    )
    losses = {
        "square": lambda z, t: 0.5 * torch.nn.functional.mse_loss(z[:, 0], t),
        "huber": lambda z, t: torch.nn.functional.huber_loss(z[:, 0], t, delta=0.5),
        "binary": lambda z, t: torch.nn.functional.binary_cross_entropy_with_logits(z[:, 0], t),
        "classes": lambda z, t: torch.nn.functional.cross_entropy(z, t.long()),
    }
    curve = []
    inputs, target = torch.tensor(X), torch.tensor(y, dtype=torch.float64)
    for _ in range(EPOCHS):
        seen = []
        for i in range(0, ROWS, BATCH):
            steps.zero_grad()
            loss = losses[case](twin(inputs[i : i + BATCH]), target[i : i + BATCH])
            loss.backward()
            steps.step()
            seen.append(loss.item())
        curve.append(np.mean(seen))
    np.testing.assert_allclose(model.loss_curve_, curve, rtol=1e-9)
    for layer, dense in zip(model.layers, twin[::2], strict=True):
        np.testing.assert_allclose(
            layer.weight, dense.weight.detach().numpy().T, rtol=1e-8, atol=1e-9
        )


@pytest.mark.peers
def test_the_penalty_is_weight_decay_of_the_weights():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    _, _, X, y = problem("square")
    start = MLPRegressor((5,), n_epochs=1, l2=0.3).fit(X, y)
    twin = torch_twin(torch, start, torch.nn.ReLU())
    raw = twin(torch.tensor(X))[:, 0]
    loss = 0.5 * torch.nn.functional.mse_loss(raw, torch.tensor(y))
    loss = loss + 0.15 * sum((dense.weight**2).sum() for dense in twin[::2])
    loss.backward()
    value, gradient = start.loss_gradient(X, y)
    assert value == pytest.approx(loss.item(), rel=1e-12)
    for k, dense in enumerate(twin[::2]):
        for name, theirs in (("weight", dense.weight.grad.numpy().T), ("bias", dense.bias.grad)):
            ours = gradient[f"layers.{k}.{name}"]
            np.testing.assert_allclose(ours, np.asarray(theirs), rtol=1e-10, atol=1e-12)
