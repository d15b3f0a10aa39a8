"""Quantized dense layers by loops over Python integers."""

import numpy as np


def weight_codes(weight, n_bits, by_channel):
    """Return integer codes (n_in, n_out) as lists and one scale an output."""
    steps = 2 ** (n_bits - 1) - 1
    n_in, n_out = len(weight), len(weight[0])
    largest = [max(abs(weight[j][o]) for j in range(n_in)) for o in range(n_out)]
    if not by_channel:
        largest = [max(largest)] * n_out
    scales = [np.float32(top / steps) if top else np.float32(1) for top in largest]
    codes = [
        [round(float(weight[j][o]) / float(scales[o])) for o in range(n_out)] for j in range(n_in)
    ]
    return codes, scales


def input_range(values):
    """Return scale and zero point of the smallest range that holds the values and 0."""
    low, high = min(0.0, *values), max(0.0, *values)
    scale = (high - low) / 255
    return scale, round(-low / scale)


def layer_sums(row, codes, scales, scale, zero_point):
    """Return row @ weight by way of 8-bit codes of the row."""
    q = [min(max(round(x / scale) + zero_point, 0), 255) for x in row]
    return [
        scale * float(scales[o]) * sum((q[j] - zero_point) * codes[j][o] for j in range(len(row)))
        for o in range(len(scales))
    ]


def quantized_forward(row, layers, ranges):
    """Return the outputs of all layers (codes, scales, bias, function) for one row."""
    outputs = []
    for (codes, scales, bias, function), known in zip(layers, ranges, strict=True):
        scale, zero_point = known or input_range(row)
        sums = layer_sums(row, codes, scales, scale, zero_point)
        row = [float(function(np.float64(s + b))) for s, b in zip(sums, bias, strict=True)]
        outputs.append(row)
    return outputs
