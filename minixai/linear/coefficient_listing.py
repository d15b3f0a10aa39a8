r"""The coefficients of a linear model under the names of the table's own columns.

An encoder makes many columns of one; with its ``groups`` each coefficient stands beside the raw
feature that its column was made of.

Cost: O(n_features).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._column_groups import check_groups
from minixai.errors import ParameterError
from minixai.protocols import Array
from minixai.statistics.printed_table import PrintedTable

__all__ = ["CoefficientTable", "coefficient_table"]


@dataclass(frozen=True, eq=False)
class CoefficientTable(PrintedTable):
    """Coefficients with the columns and the raw features they belong to.

    Parameters
    ----------
    columns : tuple of str (n_features,)
        Names of the model's columns.
    features : tuple of str (n_features,)
        The raw feature of each column: its group, or the column itself.
    coefs : ndarray (n_features, n_outputs)
    intercepts : ndarray (n_outputs,)
    output_names : tuple of str (n_outputs,)
        ``("coef",)`` for one output, else the classes.
    """

    columns: tuple[str, ...]
    features: tuple[str, ...]
    coefs: Array
    intercepts: Array
    output_names: tuple[str, ...]

    @property
    def n_nonzero(self) -> int:
        """How many columns have a coefficient that is not 0, for any output."""
        return int((self.coefs != 0.0).any(axis=1).sum())

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a column, and one for the intercept, which comes first."""
        named = [("intercept", "", self.intercepts)]
        named += list(zip(self.columns, self.features, self.coefs, strict=True))
        return [
            {"column": column, "feature": feature}
            | {name: float(value) for name, value in zip(self.output_names, values, strict=True)}
            for column, feature, values in named
        ]

    def _footer(self) -> str:
        return f"{self.n_nonzero} of {len(self.columns)} columns have a coefficient that is not 0"


def coefficient_table(
    model: Any, groups: Mapping[str, Sequence[int | str]] | None = None
) -> CoefficientTable:
    """List a linear model's coefficients with the raw features behind them.

    Parameters
    ----------
    model : fitted linear model
        With ``coef_`` (n_features,), or (n_outputs, n_features), and ``intercept_``.
    groups : dict of name -> list of columns (names or indices), optional
        Which columns were made of which raw feature, such as an encoder's ``groups``; columns
        left out are features of their own.

    Returns
    -------
    CoefficientTable

    Raises
    ------
    ParameterError
        A model without coefficients, or ``groups`` that name a column it does not have.

    Examples
    --------
    >>> from minixai.linear import LinearRegression
    >>> model = LinearRegression().fit([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [1.0, 3.0, 0.0])
    >>> coefficient_table(model, {"colour": [0, 1]}).features
    ('colour', 'colour')
    """
    if getattr(model, "coef_", None) is None:
        raise ParameterError(
            f"`model` must be a fitted linear model with `coef_`, got {type(model).__name__}."
        )
    coefs = np.atleast_2d(np.asarray(model.coef_, dtype=np.float64)).T
    intercepts = np.atleast_1d(np.asarray(model.intercept_, dtype=np.float64))
    learned = getattr(model, "feature_names_in_", None)
    names = [f"x{j}" for j in range(len(coefs))] if learned is None else list(map(str, learned))
    owner = {j: group for group, members in check_groups(groups, names).items() for j in members}
    outputs: tuple[str, ...] = ("coef",)
    if coefs.shape[1] > 1:
        outputs = tuple(map(str, getattr(model, "classes_", range(coefs.shape[1]))))
    return CoefficientTable(
        columns=tuple(names),
        features=tuple(owner[j] for j in range(len(names))),
        coefs=coefs,
        intercepts=np.broadcast_to(intercepts, coefs.shape[1:]).copy(),
        output_names=outputs,
    )
