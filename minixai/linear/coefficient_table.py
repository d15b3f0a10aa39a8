"""The coefficients of a linear model beside the raw features that their columns were made of.

An encoder turns one raw feature into several columns; its ``groups`` say which. The table keeps a
row a column, with the raw feature beside it, so that nothing is summed that has different signs.

Cost: one pass over the coefficients, and over X where the columns' spread is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._column_groups import check_groups
from minixai.protocols import Array
from minixai.statistics.printed_table import PrintedTable

__all__ = ["CoefficientTable", "tabulate_coefficients"]


@dataclass(frozen=True)
class CoefficientTable(PrintedTable):
    """Coefficients by column, in the order of the raw features.

    Parameters
    ----------
    columns : tuple of str (n_features,)
        The model's columns.
    features : tuple of str (n_features,)
        The raw feature that each column was made of; the column itself where it is in no group.
    coef : ndarray (n_features, n_outputs)
        Change of the raw score for one unit of the column.
    intercept : ndarray (n_outputs,)
        Raw score at 0.
    output_names : tuple of str (n_outputs,), optional
        None where there is one output.
    std : ndarray (n_features,), optional
        Standard deviations of the columns: coefficients times these are in one unit, and may be
        compared.

    Examples
    --------
    >>> table = CoefficientTable(("red", "blue"), ("colour",) * 2, np.array([[2.0], [0.0]]),
    ...                          np.array([1.0]))
    >>> table.selected
    ('colour',)
    """

    columns: tuple[str, ...]
    features: tuple[str, ...]
    coef: Array
    intercept: Array
    output_names: tuple[str, ...] | None = None
    std: Array | None = None

    @property
    def selected(self) -> tuple[str, ...]:
        """Raw features of which a column has a coefficient that is not 0."""
        used = np.any(self.coef, axis=1).tolist()
        return tuple(dict.fromkeys(f for f, kept in zip(self.features, used, strict=True) if kept))

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a column, the intercept first."""
        rows: list[dict[str, Any]] = [{"column": "intercept", "feature": ""}]
        rows[0] |= self._by_output("coef", self.intercept)
        if self.std is not None:
            rows[0] |= self._by_output("coef x std", np.full(len(self.intercept), np.nan))
        for j, (column, feature) in enumerate(zip(self.columns, self.features, strict=True)):
            row = {"column": column, "feature": feature, **self._by_output("coef", self.coef[j])}
            if self.std is not None:
                row |= self._by_output("coef x std", self.coef[j] * self.std[j])
            rows.append(row)
        return rows

    def _by_output(self, key: str, values: Array) -> dict[str, float]:
        if self.output_names is None:
            return {key: float(values[0])}
        return {f"{key}: {o}": float(v) for o, v in zip(self.output_names, values, strict=True)}

    def _footer(self) -> str:
        n_features = len(set(self.features))
        return (
            f"{np.count_nonzero(self.coef)} of {self.coef.size} coefficients are not 0, "
            f"of {len(self.selected)} of {n_features} features"
        )


def tabulate_coefficients(
    names: Sequence[str],
    coef: Array,
    intercept: Array,
    *,
    output_names: tuple[str, ...] | None = None,
    groups: Mapping[str, Sequence[int | str]] | None = None,
    matrix: Array | None = None,
) -> CoefficientTable:
    """Put coefficients into a table, the columns of a raw feature one after the other.

    Parameters
    ----------
    names : sequence of str (n_features,)
        Of the columns.
    coef, intercept : ndarray (n_features, n_outputs), (n_outputs,)
    output_names : tuple of str, optional
    groups : dict of raw feature -> list of columns (names or indices), optional
        As an encoder hands out; columns left out are features of their own.
    matrix : ndarray (n_samples, n_features), optional
        Rows from which the columns' standard deviations are taken.

    Returns
    -------
    CoefficientTable

    Raises
    ------
    ParameterError
        ``groups`` names a column that there is not, or one twice.
    """
    raw = [(feature, j) for feature, own in check_groups(groups, names).items() for j in own]
    order = [j for _, j in raw]
    return CoefficientTable(
        columns=tuple(names[j] for j in order),
        features=tuple(feature for feature, _ in raw),
        coef=coef[order],
        intercept=intercept.copy(),
        output_names=output_names,
        std=None if matrix is None else matrix[:, order].std(axis=0, dtype=np.float64),
    )
