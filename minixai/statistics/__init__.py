"""Statistics of columns and of linear models."""

from minixai.statistics.correlation_measures import (
    correlation_matrix,
    variance_inflation_factors,
)
from minixai.statistics.standard_form import StandardForm, standardise
from minixai.statistics.tail_probability import (
    f_tail_probability,
    t_quantile,
    t_tail_probability,
)

__all__ = [
    "StandardForm",
    "correlation_matrix",
    "f_tail_probability",
    "standardise",
    "t_quantile",
    "t_tail_probability",
    "variance_inflation_factors",
]
