"""Networks with hand-written forward and backward passes."""

from minixai.neural.mlp import MLPClassifier, MLPRegressor
from minixai.neural.pass_trace import Trace

__all__ = ["MLPClassifier", "MLPRegressor", "Trace"]
