"""Statistics of columns and of linear models."""

from minixai.statistics.contingency import ChiSquareTable, chi_square
from minixai.statistics.correlation_measures import (
    correlation_matrix,
    variance_inflation_factors,
)
from minixai.statistics.group_comparison import TukeyTable, tukey
from minixai.statistics.inference_table import InferenceTable
from minixai.statistics.information_measures import InformationTable, mutual_information
from minixai.statistics.least_squares import RegressionAnalysis, regression_analysis
from minixai.statistics.pair_correlation import CorrelationTable, correlation
from minixai.statistics.residual_analysis import ResidualTest, ResidualTestTable
from minixai.statistics.row_influence import RowInfluence
from minixai.statistics.standard_form import StandardForm, standardise
from minixai.statistics.studentized_range import range_quantile, range_tail_probability
from minixai.statistics.tail_probability import (
    chi_square_tail_probability,
    f_tail_probability,
    normal_quantile,
    normal_tail_probability,
    t_quantile,
    t_tail_probability,
)
from minixai.statistics.variance_analysis import AnovaTable, anova, one_way_f

__all__ = [
    "AnovaTable",
    "ChiSquareTable",
    "CorrelationTable",
    "InferenceTable",
    "InformationTable",
    "RegressionAnalysis",
    "ResidualTest",
    "ResidualTestTable",
    "RowInfluence",
    "StandardForm",
    "TukeyTable",
    "anova",
    "chi_square",
    "chi_square_tail_probability",
    "correlation",
    "correlation_matrix",
    "f_tail_probability",
    "mutual_information",
    "normal_quantile",
    "normal_tail_probability",
    "one_way_f",
    "range_quantile",
    "range_tail_probability",
    "regression_analysis",
    "standardise",
    "t_quantile",
    "t_tail_probability",
    "tukey",
    "variance_inflation_factors",
]
