"""Linear models."""

from minixai.linear.coefficient_table import CoefficientTable
from minixai.linear.linear_regression import LinearRegression
from minixai.linear.linear_svm import LinearSVM
from minixai.linear.logistic_inference import LogisticInference
from minixai.linear.logistic_regression import LogisticRegression
from minixai.statistics.inference_table import InferenceTable

__all__ = [
    "CoefficientTable",
    "InferenceTable",
    "LinearRegression",
    "LinearSVM",
    "LogisticInference",
    "LogisticRegression",
]
