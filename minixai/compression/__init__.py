"""Smaller models: pruning, quantization, and what they cost and gain."""

from minixai.compression.integer_layer import QuantizedLayer
from minixai.compression.integer_quantization import quantize
from minixai.compression.magnitude_pruning import prune
from minixai.compression.measurement import Measurement, measure
from minixai.compression.quantized_network import (
    QuantizedClassifier,
    QuantizedMarginClassifier,
    QuantizedNetwork,
    QuantizedRegressor,
)

__all__ = [
    "Measurement",
    "QuantizedClassifier",
    "QuantizedLayer",
    "QuantizedMarginClassifier",
    "QuantizedNetwork",
    "QuantizedRegressor",
    "measure",
    "prune",
    "quantize",
]
