"""Linear models."""

from minixai.linear.coefficient_listing import CoefficientTable, coefficient_table
from minixai.linear.lasso import Lasso
from minixai.linear.lasso_cross_validation import LassoCV
from minixai.linear.linear_regression import LinearRegression
from minixai.linear.regularization_path import LassoPath, lasso_path
from minixai.statistics.inference_table import InferenceTable

__all__ = [
    "CoefficientTable",
    "InferenceTable",
    "Lasso",
    "LassoCV",
    "LassoPath",
    "LinearRegression",
    "coefficient_table",
    "lasso_path",
]
