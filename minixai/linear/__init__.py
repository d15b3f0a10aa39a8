"""Linear models."""

from minixai.linear.inference_table import InferenceTable
from minixai.linear.linear_regression import LinearRegression

__all__ = ["InferenceTable", "LinearRegression"]
