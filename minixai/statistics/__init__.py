"""Statistics of columns and of linear models."""

from minixai.statistics.bin_count import Histogram, histogram
from minixai.statistics.column_clustering import (
    ColumnClusters,
    average_linkage,
    cluster_columns,
)
from minixai.statistics.contingency import ChiSquareTable, chi_square
from minixai.statistics.correlation_measures import (
    correlation_matrix,
    variance_inflation_factors,
)
from minixai.statistics.five_numbers import BoxSummary, box_summary
from minixai.statistics.group_comparison import TukeyTable, tukey
from minixai.statistics.inference_table import InferenceTable
from minixai.statistics.information_measures import InformationTable, mutual_information
from minixai.statistics.kernel_density import Density, density
from minixai.statistics.least_squares import RegressionAnalysis, regression_analysis
from minixai.statistics.normal_distribution import normal_probability, normal_quantile
from minixai.statistics.pair_correlation import CorrelationTable, correlation
from minixai.statistics.residual_analysis import ResidualTest, ResidualTestTable
from minixai.statistics.row_influence import RowInfluence
from minixai.statistics.standard_form import StandardForm, standardise
from minixai.statistics.studentized_range import range_quantile, range_tail_probability
from minixai.statistics.tail_probability import (
    chi_square_tail_probability,
    f_tail_probability,
    normal_tail_probability,
    t_quantile,
    t_tail_probability,
)
from minixai.statistics.variance_analysis import AnovaTable, anova, one_way_f

__all__ = [
    "AnovaTable",
    "BoxSummary",
    "ChiSquareTable",
    "ColumnClusters",
    "CorrelationTable",
    "Density",
    "Histogram",
    "InferenceTable",
    "InformationTable",
    "RegressionAnalysis",
    "ResidualTest",
    "ResidualTestTable",
    "RowInfluence",
    "StandardForm",
    "TukeyTable",
    "anova",
    "average_linkage",
    "box_summary",
    "chi_square",
    "chi_square_tail_probability",
    "cluster_columns",
    "correlation",
    "correlation_matrix",
    "density",
    "f_tail_probability",
    "histogram",
    "mutual_information",
    "normal_probability",
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
