"""A chain of dense layers in plain NumPy that has the capabilities, and no more."""

import numpy as np

from minixai.protocols import Layer

FUNCTIONS = {
    "identity": (lambda z: z, np.ones_like),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}


class LayeredDouble:
    """Predicts, traces, differentiates and can be rebuilt from parameters."""

    def __init__(self, layers, classes=None):
        self.layers = tuple(layers)
        if classes is not None:
            self.classes_ = np.asarray(classes)

    @classmethod
    def draw(cls, widths, activation="relu", seed=0, dtype=np.float64, classes=None, bias=1.0):
        draws = np.random.default_rng(seed)
        names = [activation] * (len(widths) - 2) + ["identity"]
        return cls(
            [
                Layer(
                    (draws.normal(size=(n_in, n_out)) / np.sqrt(n_in)).astype(dtype),
                    (bias * draws.normal(size=n_out)).astype(dtype),
                    name,
                )
                for n_in, n_out, name in zip(widths[:-1], widths[1:], names, strict=True)
            ],
            classes,
        )

    def _passed(self, X):
        outputs, sums = [np.asarray(X)], []
        for weight, bias, name in self.layers:
            sums.append(outputs[-1] @ weight + bias)
            outputs.append(FUNCTIONS[name][0](sums[-1]))
        return outputs, sums

    def forward_trace(self, X):
        return self._passed(X)[0]

    def backward(self, delta, rule):
        raise NotImplementedError

    def predict(self, X):
        raw = self.forward_trace(X)[-1]
        if hasattr(self, "classes_"):
            codes = (raw[:, 0] > 0).astype(int) if raw.shape[1] == 1 else raw.argmax(axis=1)
            return self.classes_[codes]
        return raw[:, 0] if raw.shape[1] == 1 else raw

    def input_gradient(self, X, output=None):
        outputs, sums = self._passed(X)
        k = outputs[-1].shape[1]
        slopes = []
        for o in range(k) if output is None else [output]:
            delta = np.zeros_like(outputs[-1])
            delta[:, o] = 1
            for (weight, _, name), z in zip(self.layers[::-1], sums[::-1], strict=True):
                delta = (delta * FUNCTIONS[name][1](z)) @ weight.T
            slopes.append(delta)
        return slopes[0] if len(slopes) == 1 else np.stack(slopes, axis=2)

    def parameters(self):
        return {
            f"layers.{i}.{part}": getattr(layer, part).copy()
            for i, layer in enumerate(self.layers)
            for part in ("weight", "bias")
        }

    def with_parameters(self, parameters):
        layers = [
            Layer(
                parameters[f"layers.{i}.weight"].copy(),
                parameters[f"layers.{i}.bias"].copy(),
                layer.activation,
            )
            for i, layer in enumerate(self.layers)
        ]
        return type(self)(layers, getattr(self, "classes_", None))

    def loss_gradient(self, X, y):
        raise NotImplementedError


class ReplacingDouble(LayeredDouble):
    """Also replaces columns; remembers how many rows ``predict`` was shown."""

    n_predicted_rows = 0

    def predict(self, X):
        self.n_predicted_rows += len(X)
        return super().predict(X)

    def column_replacer(self, X, method):
        matrix = np.asarray(X)
        first = self.layers[0]
        base = matrix @ first.weight
        rest = LayeredDouble(self.layers[1:], getattr(self, "classes_", None))

        def replaced(columns, values):
            sums = base + (values - matrix[:, columns]) @ first.weight[columns]
            hidden = FUNCTIONS[first.activation][0](sums + first.bias)
            return getattr(rest, method)(hidden)

        return replaced
