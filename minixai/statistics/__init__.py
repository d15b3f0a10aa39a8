"""Statistics of columns and of linear models."""

from minixai.statistics.bin_count import Histogram, histogram
from minixai.statistics.column_clustering import (
    ColumnClusters,
    average_linkage,
    cluster_columns,
)
from minixai.statistics.correlation_measures import (
    correlation_matrix,
    variance_inflation_factors,
)
from minixai.statistics.five_numbers import BoxSummary, box_summary
from minixai.statistics.kernel_density import Density, density
from minixai.statistics.standard_form import StandardForm, standardise
from minixai.statistics.tail_probability import (
    f_tail_probability,
    t_quantile,
    t_tail_probability,
)

__all__ = [
    "BoxSummary",
    "ColumnClusters",
    "Density",
    "Histogram",
    "StandardForm",
    "average_linkage",
    "box_summary",
    "cluster_columns",
    "correlation_matrix",
    "density",
    "f_tail_probability",
    "histogram",
    "standardise",
    "t_quantile",
    "t_tail_probability",
    "variance_inflation_factors",
]
