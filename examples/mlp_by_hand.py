r"""A neural network by hand: forward, loss, backward and one step, every number in sight.

A network 3-4-1 reads three measurements of a patient (age, blood pressure, highest pulse) and
gives the logit of heart disease. For rows X with weights W1, W2 and biases b1, b2:

    Z1 = X W1 + b1      A1 = tanh(Z1)      Z2 = A1 W2 + b2      p = 1 / (1 + exp(-Z2))
    J  = mean of -y log p - (1 - y) log(1 - p)

and, by the chain rule from the end to the start,

    dJ/dZ2 = (p - y) / m                dJ/dW2 = A1^T dJ/dZ2      dJ/db2 = its column sums
    dJ/dZ1 = (dJ/dZ2 W2^T) * (1 - A1^2) dJ/dW1 = X^T dJ/dZ1       dJ/db1 = its column sums

This script

1. writes these lines in NumPy and finds the gradient of ``MLPClassifier`` in them, to rounding,
   and both in central differences of J;
2. prints the trace of one patient, the page to follow with a pencil, and saves it as HTML;
3. trains the network and draws its loss, its weights and its connections.

Data: the heart-disease table (``FOLDER/heart-disease/heart_kaggle.csv``); without it, a table
with the same columns is drawn. In that file ``target`` is 1 for no disease; here 1 is disease.

    python examples/mlp_by_hand.py [--data FOLDER] [--output FOLDER]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minixai.data import Column, StandardScaler, Table, split_stratified
from minixai.neural import MLPClassifier
from minixai.plot import plot_loss_curve, plot_network, plot_weights

FEATURES = ["age", "trestbps", "thalach"]
NAMES = ["age", "blood pressure", "highest pulse"]


def read_table(folder: str | None) -> Table:
    """Read the patients, or draw 303 with the same columns; the target is ``disease``."""
    path = Path(folder or "") / "heart-disease" / "heart_kaggle.csv"
    if folder and path.is_file():
        print(f"Reading {path}")
        table = Table.from_csv(path)
        healthy = table.column("target").values
        values = {name: table.column(name).values for name in FEATURES}
        values["disease"] = 1.0 - healthy
    else:
        print("No heart-disease table there: drawing one with the same columns")
        rng = np.random.default_rng(0)
        age = np.clip(np.rint(rng.normal(54.0, 9.0, 303)), 29, 77)
        pulse = np.rint(150.0 - 0.9 * (age - 54.0) + rng.normal(0.0, 20.0, 303))
        pressure = np.rint(131.0 + 0.5 * (age - 54.0) + rng.normal(0.0, 16.0, 303))
        score = -0.3 - 0.06 * (pulse - 150.0) + 0.02 * (pressure - 131.0)
        sick = rng.random(303) < 1.0 / (1.0 + np.exp(-score))
        values = dict(
            zip(FEATURES, (age, pressure, pulse), strict=True), disease=sick.astype(float)
        )
    columns = {name: Column(name, "numeric", each) for name, each in values.items()}
    return Table(columns, target="disease", name="patients")


def forward(parameters: dict[str, Any], X: Any) -> dict[str, Any]:
    """Return every quantity on the way from X to the probability."""
    z1 = X @ parameters["layers.0.weight"] + parameters["layers.0.bias"]
    a1 = np.tanh(z1)
    z2 = a1 @ parameters["layers.1.weight"] + parameters["layers.1.bias"]
    return {"Z1": z1, "A1": a1, "Z2": z2, "p": 1.0 / (1.0 + np.exp(-z2))}


def loss(parameters: dict[str, Any], X: Any, y: Any) -> float:
    """Return J, the mean cross-entropy."""
    p = forward(parameters, X)["p"][:, 0]
    return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))


def backward(parameters: dict[str, Any], X: Any, y: Any) -> dict[str, Any]:
    """Return dJ of every parameter, from the end to the start."""
    passed = forward(parameters, X)
    d2 = (passed["p"] - y[:, None]) / len(X)
    d1 = (d2 @ parameters["layers.1.weight"].T) * (1.0 - passed["A1"] ** 2)
    return {
        "layers.0.weight": X.T @ d1,
        "layers.0.bias": d1.sum(axis=0),
        "layers.1.weight": passed["A1"].T @ d2,
        "layers.1.bias": d2.sum(axis=0),
    }


def central_differences(parameters: dict[str, Any], X: Any, y: Any) -> dict[str, Any]:
    """Return the same by moving each parameter a little to either side."""
    found = {}
    for name, values in parameters.items():
        slope = np.zeros_like(values)
        for place in np.ndindex(values.shape):
            sides = []
            for shift in (1e-5, -1e-5):
                moved = values.copy()
                moved[place] += shift
                sides.append(loss({**parameters, name: moved}, X, y))
            slope[place] = (sides[0] - sides[1]) / 2e-5
        found[name] = slope
    return found


def difference(first: dict[str, Any], second: dict[str, Any]) -> float:
    """Return the largest difference of two gradients."""
    return max(float(np.abs(first[name] - second[name]).max()) for name in first)


def save_page(trace: Any, path: Path) -> None:
    """Write the trace as a page of its own."""
    style = (
        "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;margin:1rem 0}"
        "td{border:1px solid #999;padding:.1rem .5rem;text-align:right}caption{text-align:left}"
    )
    path.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>One step by hand</title>'
        f"<style>{style}</style><body>{trace.html}</body></html>\n",
        encoding="utf-8",
    )


def save_figures(output: Path, model: Any) -> None:
    """Draw the loss by epoch, the first layer's weights and the whole network."""
    plot_loss_curve(model).figure.savefig(output / "mlp_loss.png", dpi=120)
    plot_weights(model, names=NAMES).figure.savefig(output / "mlp_weights.png", dpi=120)
    ax = plot_network(model, names=NAMES, output_names=["disease"])
    ax.figure.savefig(output / "mlp_network.png", dpi=120)


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the example; return what it found."""
    parser = argparse.ArgumentParser(description="A network by hand, with its trace.")
    parser.add_argument("--data", default=os.environ.get("MINIXAI_DATA"), help="folder of tables")
    parser.add_argument("--output", default="example-output", help="folder for page and figures")
    parser.add_argument("--quick", action="store_true", help="few epochs")
    options = parser.parse_args(arguments)
    output = Path(options.output)
    output.mkdir(parents=True, exist_ok=True)

    split = split_stratified(read_table(options.data), test_share=0.25)
    rows = [
        np.column_stack([part.column(name).values for name in FEATURES])
        for part in (split.train, split.test)
    ]
    scaler = StandardScaler().fit(rows[0])
    X, X_test = (scaler.transform(part) for part in rows)
    y, y_test = split.train.y, split.test.y
    print(f"{len(X)} patients to learn from, {len(X_test)} to test on\n")

    print("1. The gradient three times: by hand, MLPClassifier, central differences")
    model = MLPClassifier(
        (4,),
        activation="tanh",
        optimizer="sgd",
        learning_rate=0.02,
        n_epochs=5 if options.quick else 100,
    )
    start = model.with_parameters(first_weights())
    ours, (value, theirs) = backward(first_weights(), X, y), start.loss_gradient(X, y)
    numeric = central_differences(first_weights(), X, y)
    gaps = {"library": difference(ours, theirs), "central": difference(ours, numeric)}
    print(f"   J {loss(first_weights(), X, y):.6f} by hand, {value:.6f} by the library")
    print(
        f"   largest difference to the library {gaps['library']:.1e}, "
        f"to central differences {gaps['central']:.1e}\n"
    )

    print("2. One patient, one step")
    trace = start.trace(X[:1], y[:1])
    print("   " + trace.text.replace("\n", "\n   "))
    (output / "trace.txt").write_text(trace.text, encoding="utf-8")
    save_page(trace, output / "trace.html")

    print("3. Training")
    model.fit(X, y)
    majority = float(max(np.mean(y_test), 1.0 - np.mean(y_test)))
    print("   " + str(model.summary()).replace("\n", "\n   "))
    print(
        f"   loss {model.loss_curve_[0]:.4f} -> {model.loss_curve_[-1]:.4f}; accuracy on the "
        f"test patients {model.score(X_test, y_test):.3f}, of always saying the same "
        f"{majority:.3f}"
    )
    save_figures(output, model)
    print(f"\nThe page for the pencil: {output / 'trace.html'}; figures: {output}/mlp_*.png")
    return {
        "gaps": gaps,
        "loss_by_hand": loss(first_weights(), X, y),
        "loss": value,
        "trace": trace,
        "by_hand_first_row": {
            **forward(first_weights(), X[:1]),
            **backward(first_weights(), X[:1], y[:1]),
        },
        "loss_curve": model.loss_curve_,
        "accuracy": model.score(X_test, y_test),
        "majority": majority,
    }


def first_weights() -> dict[str, Any]:
    """Return small round starting weights: easier to follow with a pencil than drawn ones."""
    return {
        "layers.0.weight": np.array(
            [[0.5, -0.25, 0.1, 0.0], [0.25, 0.5, -0.5, 0.2], [-0.5, 0.1, 0.3, 0.4]]
        ),
        "layers.0.bias": np.array([0.0, 0.1, 0.0, -0.1]),
        "layers.1.weight": np.array([[0.5], [-0.5], [0.25], [1.0]]),
        "layers.1.bias": np.array([0.0]),
    }


if __name__ == "__main__":
    main()
