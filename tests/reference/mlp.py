"""A multi-layer perceptron in plain loops: one row, one unit, one weight at a time.

``layers`` is a list of (weight as rows per input, bias); ``slope`` comes from the chain rule
applied unit by unit, with nothing shared between units.
"""

import math

FUNCTIONS = {
    "relu": lambda z: max(0.0, z),
    "tanh": math.tanh,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "gelu": lambda z: 0.5 * z * (1 + math.erf(z / math.sqrt(2))),
}
SLOPES = {
    "relu": lambda z: 1.0 if z > 0 else 0.0,
    "tanh": lambda z: 1 - math.tanh(z) ** 2,
    "sigmoid": lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2,
    "gelu": lambda z: (
        0.5 * (1 + math.erf(z / math.sqrt(2))) + z * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    ),
}


def sums_of_row(layers, activation, x):
    """The pre-activations of every layer for one row."""
    found, below = [], list(x)
    for k, (weight, bias) in enumerate(layers):
        z = [
            bias[j] + sum(below[i] * weight[i][j] for i in range(len(below)))
            for j in range(len(bias))
        ]
        found.append(z)
        last = k == len(layers) - 1
        below = z if last else [FUNCTIONS[activation](v) for v in z]
    return found


def raw(layers, activation, x):
    return sums_of_row(layers, activation, x)[-1]


def unit_slopes(layers, activation, sums, top):
    """Slopes of one quantity in every layer's sums, from its slopes ``top`` in the last."""
    deltas = [list(top)]
    for k in range(len(layers) - 2, -1, -1):
        weight = layers[k + 1][0]
        deltas.insert(
            0,
            [
                SLOPES[activation](sums[k][i])
                * sum(weight[i][j] * deltas[0][j] for j in range(len(deltas[0])))
                for i in range(len(sums[k]))
            ],
        )
    return deltas


def input_slope(layers, activation, x, output):
    """Slope of one raw output in each input."""
    sums = sums_of_row(layers, activation, x)
    top = [1.0 if j == output else 0.0 for j in range(len(sums[-1]))]
    first = unit_slopes(layers, activation, sums, top)[0]
    weight = layers[0][0]
    return [sum(weight[i][j] * first[j] for j in range(len(first))) for i in range(len(x))]
