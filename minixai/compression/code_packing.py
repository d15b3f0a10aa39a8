"""The integer codes of all layers as one array, in as few bytes as they need.

Codes of b bits lie in -(2^(b-1) - 1) ... 2^(b-1) - 1. They are written as int8, or, where that is
smaller (b < 8 and few zeros), as b bits each; a file keeps an int8 array of mostly zeros as a bit
mask and its non-zeros, so sparse codes stay int8.

Cost: one pass over the codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from minixai.errors import FileFormatError
from minixai.protocols import Array

__all__ = ["join_bits", "layers_from_state", "split_bits", "state_of_layers"]


def split_bits(codes: Array, n_bits: int) -> Array:
    """Write int8 codes (n,) as ``n_bits`` bits each: uint8 (ceil(n * n_bits / 8),).

    Parameters
    ----------
    codes : int8 array (n,)
        In -(2^(n_bits-1) - 1) ... 2^(n_bits-1) - 1.
    n_bits : int
        2 to 8.

    Returns
    -------
    uint8 array
    """
    shifted = (codes.astype(np.int16) + (1 << (n_bits - 1))).astype(np.uint8)
    bits = np.unpackbits(shifted[:, None], axis=1)[:, 8 - n_bits :]
    return np.packbits(bits)


def join_bits(packed: Array, n_bits: int, n_codes: int) -> Array:
    """Read back what `split_bits` wrote.

    Parameters
    ----------
    packed : uint8 array
    n_bits : int
        2 to 8.
    n_codes : int
        How many there are.

    Returns
    -------
    int8 array (n_codes,)
    """
    bits = np.unpackbits(packed, count=n_codes * n_bits).reshape(n_codes, n_bits)
    full = np.zeros((n_codes, 8), dtype=np.uint8)
    full[:, 8 - n_bits :] = bits
    shifted = np.packbits(full, axis=1)[:, 0].astype(np.int16)
    return (shifted - (1 << (n_bits - 1))).astype(np.int8)


def state_of_layers(layers: Sequence[Any], n_bits: int) -> tuple[dict[str, Any], dict[str, Array]]:
    """Give the JSON part and the arrays of quantized layers; all codes are one array."""
    codes = np.concatenate([layer.codes.ravel() for layer in layers])
    dense = codes.size * n_bits // 8 < codes.size // 8 + np.count_nonzero(codes)
    split = n_bits < 8 and bool(dense)
    calibrated = layers[0].input_scale is not None
    shared = [bool((layer.scales == layer.scales[0]).all()) for layer in layers]
    meta = {
        "shapes": [list(layer.codes.shape) for layer in layers],
        "activations": [layer.activation for layer in layers],
        "shared": shared,
        "split": split,
        "calibrated": calibrated,
    }
    arrays = {
        "codes": split_bits(codes, n_bits) if split else codes,
        "scales": np.concatenate(
            [layer.scales[: 1 if one else None] for layer, one in zip(layers, shared, strict=True)]
        ),
        "biases": np.concatenate([layer.bias for layer in layers]),
    }
    if calibrated:
        arrays["input_scales"] = np.array([layer.input_scale for layer in layers], np.float32)
        arrays["input_zero_points"] = np.array(
            [layer.input_zero_point for layer in layers], np.uint8
        )
    return meta, arrays


def layers_from_state(meta: dict[str, Any], arrays: dict[str, Array]) -> list[tuple[Any, ...]]:
    """Give (codes, scales, bias, activation, input_scale, input_zero_point) a layer.

    Raises
    ------
    FileFormatError
        Arrays that do not fit the shapes given.
    """
    shapes = [(int(n_in), int(n_out)) for n_in, n_out in meta["shapes"]]
    n_codes = sum(n_in * n_out for n_in, n_out in shapes)
    codes = arrays["codes"]
    if meta["split"]:
        codes = join_bits(codes, int(meta["n_bits"]), n_codes)
    widths = [n_out for _, n_out in shapes]
    n_scales = [1 if shared else n for shared, n in zip(meta["shared"], widths, strict=True)]
    chained = all(a[1] == b[0] for a, b in pairwise(shapes))
    sizes = (n_codes, sum(n_scales), sum(widths))
    held = (codes.size, arrays["scales"].size, arrays["biases"].size)
    if not shapes or not chained or held != sizes or codes.dtype != np.int8:
        raise FileFormatError(f"Layers of shapes {shapes} do not fit the arrays that came along.")
    parts = zip(
        _cut(codes, [n_in * n_out for n_in, n_out in shapes]),
        _cut(arrays["scales"], n_scales),
        _cut(arrays["biases"], widths),
        shapes,
        strict=True,
    )
    layers = []
    for i, (code, scale, bias, shape) in enumerate(parts):
        ranges: tuple[float | None, int] = (None, 0)
        if meta["calibrated"]:
            ranges = float(arrays["input_scales"][i]), int(arrays["input_zero_points"][i])
        scales = np.ascontiguousarray(np.broadcast_to(scale, (shape[1],)))
        layers.append((code.reshape(shape), scales, bias, meta["activations"][i], *ranges))
    return layers


def _cut(array: Array, sizes: Sequence[int]) -> list[Array]:
    return [part.copy() for part in np.split(array, np.cumsum(sizes)[:-1])]
