r"""Analysis of variance: one-way, and of linear models by sums of squares of type I, II and III.

.. math::
    B &= \sum_g n_g (\bar y_g - \bar y)^2                                                (1) \\
    W &= \sum_g \sum_{i \in g} (y_i - \bar y_g)^2                                        (2) \\
    \mathrm{SS}_T &= \lVert U_T^\top (I - Q Q^\top) y \rVert^2                           (3) \\
    F &= \frac{\mathrm{SS} / \mathrm{df}}{\mathrm{RSS} / \mathrm{df}_{res}}              (4) \\
    \eta_p^2 &= \mathrm{SS} / (\mathrm{SS} + \mathrm{RSS})                               (5)

One-way, SS is B and RSS is W. For a term T of a model, Q spans the terms that it is compared with
and U_T what the columns of T add to them; the rank of U_T is its df. Compared with are: type I, the
terms before it; type II, the terms that do not contain it (x and y for x:y, but not x:y for x);
type III, all others, labels being coded by contrasts that sum to zero. Types I and II depend on no
coding. In balanced designs all three agree for labels.

Where cells are missing, what a term adds has fewer dimensions than it has columns: df is what can
be estimated, and type III tests what the contrasts of the cells that are there say.

Source: Scheffe (1959), The Analysis of Variance, for (1) and (2); Searle (1987), Linear Models
for Unbalanced Data; Cohen (1973), Educational and Psychological Measurement 33, p. 107, for (5).
Differs from the source: (3) projects onto an orthonormal basis, so that no two sums of squares are
subtracted. Against statsmodels: terms keep their written order (there, labels come before
numbers), type III has no row for the constant, and dependent columns are left out of df.
Cost: O(n) one-way; O(n p^2) a term for models of p columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from minixai._validation import as_matrix
from minixai.errors import DataError, ParameterError
from minixai.protocols import Array
from minixai.statistics.column_set import as_numbers, label_codes, named_columns
from minixai.statistics.model_formula import (
    ModelFormula,
    column_of,
    factors_of,
    parse_formula,
    term_columns,
)
from minixai.statistics.printed_table import PrintedTable
from minixai.statistics.standard_form import StandardForm, standardise
from minixai.statistics.tail_probability import f_tail_probability

__all__ = ["AnovaTable", "anova", "one_way_f"]

_DEPENDENT = 1e-11  # a column of length 1 of which others leave no more is their combination
_EXACT = 1e-13  # residuals no larger, as a share of the response, are rounding


@dataclass(frozen=True)
class AnovaTable(PrintedTable):
    """Sums of squares and their tests.

    Parameters
    ----------
    terms : tuple of str (n_terms + 1,)
        The last is "residual".
    sum_sq : ndarray (n_terms + 1,)
        In the square of the response's unit.
    df : ndarray of int (n_terms + 1,)
    f_values, p_values, partial_eta_squared : ndarray (n_terms + 1,)
        NaN for the residual, and where a note says why.
    kind : str
        "one-way", "type I", "type II" or "type III".
    n_samples, n_left_out : int
        Rows used, and rows left out for a missing value.
    notes : tuple of str
    """

    terms: tuple[str, ...]
    sum_sq: Array
    df: Array
    f_values: Array
    p_values: Array
    partial_eta_squared: Array
    kind: str
    n_samples: int
    n_left_out: int
    notes: tuple[str, ...]

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a term."""
        return [
            {
                "term": term,
                "sum_sq": float(self.sum_sq[j]),
                "df": int(self.df[j]),
                "F": float(self.f_values[j]),
                "p": float(self.p_values[j]),
                "partial_eta_squared": float(self.partial_eta_squared[j]),
            }
            for j, term in enumerate(self.terms)
        ]

    def _footer(self) -> str:
        rest = f", {self.n_left_out} rows left out (missing values)" if self.n_left_out else ""
        return "; ".join([f"{self.kind}, n = {self.n_samples}{rest}", *self.notes])


def anova(values: Any, groups: Any, *, kind: int = 2) -> AnovaTable:
    """Analyse the variance of a column by groups, or by the terms of a linear model.

    Parameters
    ----------
    values : array-like (n_samples,), or str
        The numbers to compare between groups; or a formula such as ``"y ~ C(a) * x + b"``
        (``model_formula.py`` says what it may hold).
    groups : array-like (n_samples,), or data frame, mapping of columns, Table
        The group of each number; or, with a formula, the columns that it names.
    kind : {1, 2, 3}
        Type of the sums of squares, with a formula: 1 in the order of the terms, 2 each beside
        those that do not contain it, 3 each beside all others.

    Returns
    -------
    AnovaTable
        Rows with a missing value are left out, and counted.

    Raises
    ------
    DataError
        One group, no row left for the residual, infinity, labels as response, no such column.
    ParameterError
        No formula, or a type that is none; type III of a model that lacks a part of an
        interaction.
    MissingDependencyError
        SciPy is not installed.

    Examples
    --------
    >>> table = anova([1.0, 2.0, 3.0, 5.0], ["a", "a", "b", "b"])
    >>> table.terms, table.sum_sq.round(6).tolist(), table.df.tolist()
    (('groups', 'residual'), [6.25, 2.5], [1, 2])
    """
    if kind not in (1, 2, 3):
        raise ParameterError(f"`kind` must be 1, 2 or 3, got {kind!r}.")
    if isinstance(values, str):
        return _of_model(parse_formula(values), named_columns(groups, "data"), kind)
    y, codes, labels, n_left_out = grouped_numbers(values, groups)
    form = standardise(y[:, np.newaxis])
    between, within = group_squares(form.matrix, codes)
    n_groups = len(labels)
    return _table(
        ("groups",),
        between,
        np.array([n_groups - 1]),
        (float(within[0]), len(y) - n_groups),
        form,
        "one-way",
        n_left_out,
    )


class GroupedNumbers(NamedTuple):
    """Numbers (n,), codes (n,) into the labels of their groups, and how many rows were left out."""

    values: Array
    codes: Array
    labels: tuple[Any, ...]
    n_left_out: int


def grouped_numbers(values: Any, groups: Any) -> GroupedNumbers:
    """Read numbers and their groups, without the rows where one is missing.

    Raises
    ------
    DataError
        Different lengths, one group, or not more rows than groups.
    """
    y = as_numbers(_single(values, "values"), "values")
    labels, codes = label_codes(_single(groups, "groups"))
    if len(y) != len(codes):
        raise DataError(f"`values` has {len(y)} rows and `groups` {len(codes)}: give one for each.")
    kept = ~np.isnan(y) & (codes >= 0)
    present, codes = np.unique(codes[kept], return_inverse=True)
    n, k = len(codes), len(present)
    if k < 2 or n <= k:
        raise DataError(
            f"Groups are compared by their spread: 2 groups and more rows than groups are needed, "
            f"got {k} groups of {n} rows with values."
        )
    return GroupedNumbers(y[kept], codes, tuple(labels[present].tolist()), len(y) - n)


def _single(values: Any, name: str) -> Array:
    columns = named_columns(values, name)
    if len(columns) != 1:
        raise DataError(f"`{name}` must be one column, got {len(columns)}: choose one.")
    return next(iter(columns.values()))


def group_squares(Z: Array, codes: Array) -> tuple[Array, Array]:
    """Give B and W of every column of a standardised matrix (n, d), each (d,)."""
    _, first, counts = np.unique(codes, return_index=True, return_counts=True)
    sums = np.stack([np.bincount(codes, weights=column) for column in Z.T], axis=1)
    means = sums / counts[:, np.newaxis]
    between = counts @ (means - Z.mean(axis=0)) ** 2  # (1)
    within = ((Z - means[codes]) ** 2).sum(axis=0)  # (2)
    still = (Z[first][codes] == Z).all(axis=0)  # constant in every group, whatever the rounding
    return between, np.where(still, 0.0, within)


def one_way_f(X: Any, groups: Any) -> tuple[Array, Array]:
    """F and p of a one-way analysis of every column, as feature selection wants them.

    Parameters
    ----------
    X : array-like (n_samples, n_features)
        Finite numbers.
    groups : array-like (n_samples,)
        Labels, none missing.

    Returns
    -------
    f_values, p_values : ndarray (n_features,)
        NaN for constant columns; infinity and 0 for columns constant in every group.
    """
    f, df, df_rest = f_of_columns(X, groups)
    return f, np.array([_p_value(each, df, df_rest) for each in f])


def f_of_columns(X: Any, groups: Any) -> tuple[Array, int, int]:
    """F of every column and its two degrees of freedom; no SciPy is needed without the p-value."""
    matrix = as_matrix(X, owner="An analysis of variance")
    _, codes, labels, n_left_out = grouped_numbers(matrix[:, 0], groups)
    if n_left_out:
        raise DataError(f"`groups` is missing in {n_left_out} rows: drop them from X and groups.")
    form = standardise(matrix)
    between, within = group_squares(form.matrix, codes)
    df, df_rest = len(labels) - 1, len(codes) - len(labels)
    f = _ratio(between, df, within, df_rest)
    f[~form.varies] = np.nan
    return f, df, df_rest


def _of_model(formula: ModelFormula, columns: dict[str, Array], kind: int) -> AnovaTable:
    """Fit the terms of a model."""
    if kind == 3:
        _check_marginality(formula)
    y = as_numbers(column_of(columns, formula.response), formula.response)
    factors = factors_of(formula, columns)
    kept = ~np.isnan(y)
    for factor in factors.values():
        kept &= ~factor.missing
    n = int(kept.sum())
    if n < 2:
        raise DataError(f"{n} rows have a value in every column of the model: 2 are needed.")
    factors = {name: factor.take(kept) for name, factor in factors.items()}
    form = standardise(y[kept][:, np.newaxis])
    blocks = [_unit_length(term_columns(t, factors, contrasts=kind == 3)) for t in formula.terms]
    sums, df = [], []
    for place, term in enumerate(formula.terms):
        others = [
            block
            for other, (name, block) in enumerate(zip(formula.terms, blocks, strict=True))
            if (other < place if kind == 1 else other != place)
            and (kind != 2 or not set(term) < set(name))
        ]
        added, rest = _added(_basis(n, others), blocks[place], form.matrix[:, 0])
        sums.append(float(((added.T @ rest) ** 2).sum()))  # (3)
        df.append(added.shape[1])
    whole = _basis(n, blocks)
    rest = _without(whole, form.matrix[:, 0])
    rss = float(rest @ rest)
    names = tuple(":".join(term) for term in formula.terms)
    return _table(
        names,
        np.array(sums),
        np.array(df),
        (rss if rss > n * _EXACT**2 else 0.0, n - whole.shape[1]),
        form,
        f"type {'I' * kind}",
        len(y) - n,
    )


def _check_marginality(formula: ModelFormula) -> None:
    present = {frozenset(term) for term in formula.terms}
    for term in formula.terms:
        for name in term:
            part = frozenset(term) - {name}
            if part and part not in present:
                raise ParameterError(
                    f"Type III compares {':'.join(term)} with its parts, and {':'.join(part)} is "
                    "not in the model: add it (write * for :), or use kind=2."
                )


def _unit_length(block: Array) -> Array:
    length = np.sqrt((block**2).sum(axis=0))
    return np.asarray(block[:, length > 0] / length[length > 0])


def _basis(n: int, blocks: list[Array]) -> Array:
    """Give an orthonormal basis of a constant and the blocks' columns."""
    basis = np.full((n, 1), n**-0.5)
    for block in blocks:
        basis = np.hstack([basis, _added(basis, block, basis[:, 0])[0]])
    return basis


def _added(basis: Array, block: Array, y: Array) -> tuple[Array, Array]:
    """Give an orthonormal basis of what a block adds, and y without the first basis."""
    left, singular, _ = np.linalg.svd(_without(basis, block), full_matrices=False)
    return left[:, singular > _DEPENDENT], _without(basis, y)


def _without(basis: Array, columns: Array) -> Array:
    """Take the projection away, twice, so that the rest is orthogonal to the last bit."""
    for _ in range(2):
        columns = columns - basis @ (basis.T @ columns)
    return columns


def _table(
    terms: tuple[str, ...],
    sums: Array,
    df: Array,
    residual: tuple[float, int],
    form: StandardForm,
    kind: str,
    n_left_out: int,
) -> AnovaTable:
    """Test the sums of squares of a standardised response, and give them in its unit."""
    rss, df_rest = residual
    n = len(form.matrix)
    if df_rest < 1:
        raise DataError(
            f"The model has {n - df_rest} free coefficients and {n} rows: add rows or leave terms "
            "out, so that something is left to compare with."
        )
    notes = [
        f"{term} adds nothing to the others" for term, k in zip(terms, df, strict=True) if not k
    ]
    f = _ratio(sums, df, np.full(len(sums), rss), df_rest)
    with np.errstate(invalid="ignore"):
        eta = sums / (sums + rss)  # (5)
    if not form.varies[0]:
        notes.append("the response is constant")
        f[:], eta[:] = np.nan, np.nan
    elif rss == 0.0:
        notes.append("nothing is left over: the fit is exact")
    with np.errstate(over="ignore"):
        sum_sq = np.append(sums, rss) * form.scale[0] * form.scale[0]
    if not np.isfinite(sum_sq).all():
        raise DataError(
            f"Squares of a response that varies by {form.scale[0]:.3g} are more than the largest "
            "number: divide it by a power of ten."
        )
    return AnovaTable(
        terms=(*terms, "residual"),
        sum_sq=sum_sq,
        df=np.append(df, df_rest),
        f_values=np.append(f, np.nan),
        p_values=np.array([*(_p_value(a, b, df_rest) for a, b in zip(f, df, strict=True)), np.nan]),
        partial_eta_squared=np.append(np.where(df > 0, eta, np.nan), np.nan),
        kind=kind,
        n_samples=n,
        n_left_out=n_left_out,
        notes=tuple(notes),
    )


def _ratio(sums: Array, df: Any, rest: Array, df_rest: int) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((sums / df) / (rest / df_rest))  # (4)


def _p_value(f: float, df: float, df_rest: float) -> float:
    return float("nan") if np.isnan(f) else f_tail_probability(f, df, df_rest)
