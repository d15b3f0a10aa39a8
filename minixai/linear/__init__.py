"""Linear models."""

from minixai.linear.coefficient_table import CoefficientTable
from minixai.linear.lasso import Lasso
from minixai.linear.lasso_cross_validation import LassoCV
from minixai.linear.linear_regression import LinearRegression
from minixai.linear.linear_svm import LinearSVM
from minixai.linear.logistic_inference import LogisticInference
from minixai.linear.logistic_regression import LogisticRegression
from minixai.linear.regularization_path import LassoPath, lasso_path
from minixai.statistics.inference_table import InferenceTable

__all__ = [
    "CoefficientTable",
    "InferenceTable",
    "Lasso",
    "LassoCV",
    "LassoPath",
    "LinearRegression",
    "LinearSVM",
    "LogisticInference",
    "LogisticRegression",
    "lasso_path",
]
