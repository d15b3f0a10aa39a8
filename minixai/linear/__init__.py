"""Linear models."""

from minixai.linear.coefficient_table import CoefficientTable
from minixai.linear.linear_regression import LinearRegression
from minixai.statistics.inference_table import InferenceTable

__all__ = ["CoefficientTable", "InferenceTable", "LinearRegression"]
