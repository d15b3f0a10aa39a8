"""What the record keeps of an additive model's terms: shapes of columns in the table's own words.

A column of numbers keeps its shape, the edges in the column's own unit. A column of labels keeps
one score a label: of its 0/1 columns the one that is 1 and the others that are 0 together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from minixai.data import Encoded, TableEncoder
from minixai.data.column_meaning import ColumnMeaning
from minixai.protocols import Shaped

__all__: list[str] = []

_MOST_SHAPES = 8


def shapes(model: Any, encoder: TableEncoder, train: Encoded) -> list[dict[str, Any]]:
    """Return the shapes of the columns that matter most; of other models none."""
    if not isinstance(model, Shaped):
        return []
    meanings = dict(zip(train.feature_names, encoder.meanings(), strict=True))
    sizes = {
        column: float(np.abs(_scores(model, train, names)).mean())
        for column, names in train.groups.items()
    }
    order = sorted(sizes, key=lambda column: -sizes[column])[:_MOST_SHAPES]
    found = []
    for column in order:
        names = train.groups[column]
        levels = [name for name in names if meanings[name].level is not None]
        numbers = [name for name in names if meanings[name].level is None]
        found += [_of_numbers(model, meanings[name], name) for name in numbers]
        if levels:
            found.append(_of_levels(model, meanings, column, levels))
    return found[: 2 * _MOST_SHAPES]


def _scores(model: Shaped, train: Encoded, names: list[str]) -> Any:
    """Return what some columns add to each training row's score, (n_samples, n_outputs)."""
    total = np.zeros((len(train.X), 1))
    for name in names:
        shape = model.shape(name)
        codes = np.searchsorted(shape.edges[1:-1], train.X[:, train.feature_names.index(name)])
        total = total + shape.values.reshape(len(shape.values), -1)[codes]
    return total


def _of_numbers(model: Shaped, meaning: ColumnMeaning, name: str) -> dict[str, Any]:
    edges = np.array([meaning.raw(float(edge)) for edge in model.shape(name).edges])
    shape = replace(model.shape(name), name=meaning.quantity, edges=edges)
    ends, shares = shape.histogram()
    return {
        "kind": "number",
        "name": shape.name,
        "edges": edges.tolist(),
        "values": shape.values.tolist(),
        "density": shape.density.tolist(),
        "std_errors": None if shape.std_errors is None else shape.std_errors.tolist(),
        "missing_value": np.asarray(shape.missing_value).tolist(),
        "missing_share": shape.missing_share,
        "output_names": None if shape.output_names is None else list(shape.output_names),
        "histogram": {"ends": ends.tolist(), "shares": shares.tolist()},
    }


def _of_levels(
    model: Shaped, meanings: dict[str, ColumnMeaning], column: str, names: list[str]
) -> dict[str, Any]:
    """Return the score of every label of a column, and of having none of them."""
    found = [model.shape(name) for name in names]
    absent = np.sum([np.atleast_1d(shape.values[0]) for shape in found], axis=0)
    scores = [absent + shape.values[-1] - shape.values[0] for shape in found]
    shares = [float(shape.density[-1]) for shape in found]
    labels = [str(meanings[name].level) for name in names]
    rest = 1.0 - sum(shares)
    if rest > 1e-9:
        labels, scores, shares = [*labels, "any other"], [*scores, absent], [*shares, rest]
    names_of = found[0].output_names
    return {
        "kind": "levels",
        "name": column,
        "labels": labels,
        "values": [np.asarray(score).tolist() for score in scores],
        "shares": shares,
        "output_names": None if names_of is None else list(names_of),
    }
