"""Linear models."""

from minixai.statistics.inference_table import InferenceTable
from minixai.linear.linear_regression import LinearRegression

__all__ = ["InferenceTable", "LinearRegression"]
