"""The record's numbers behind the pictures of the data: gaps, distributions, columns by target.

A wide table would make a wall of pictures: the columns that go most with the target are described,
and the record says how many there are. Gaps are those of the whole table in its order; the rest
is of the rows used to fit.

Cost: O(n log n) a column described.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.data import Column, Table, missing_map
from minixai.protocols import Array
from minixai.statistics import BoxSummary, box_summary, histogram
from minixai.study_association import associations, is_number, with_target
from minixai.study_sample import sampled

__all__: list[str] = []

MAX_DESCRIBED = 11
"""Features whose values are counted, the target apart."""
MAX_COMPARED = 6
"""Columns that are set against the target."""
MAX_GAPPED = 30
MAX_BINS = 30
MAX_LEVELS = 8
MAX_CLASSES = 12
MAX_OUTLIERS = 60
"""Outliers kept of a box, its ends among them."""
MAX_POINTS = 800
_FEW_VALUES = 12
"""Distinct numbers that are counted one by one."""
_TOO_FEW = 5
"""Distinct numbers that boxes and points say nothing of."""
_DAY = 86_400.0


def pictures(table: Table, train: Table, seed: int) -> dict[str, Any]:
    """Return the fields of the record's ``data`` that pictures are drawn from."""
    strength = {name: with_target(train, name) for name in train.features}
    return {
        "correlation": associations(train),
        "missing": _missing(table),
        "distributions": _distributions(train, strength),
        "by_target": _by_target(train, strength, seed),
    }


def _missing(table: Table) -> dict[str, Any]:
    found = missing_map(table)
    gapped = np.flatnonzero(found.share > 0)
    kept = np.sort(gapped[np.argsort(-found.share[gapped], kind="stable")[:MAX_GAPPED]])
    return {
        "names": [found.names[j] for j in kept],
        "share": [round(float(found.share[j]), 6) for j in kept],
        "block_share": np.round(found.block_share[kept], 4).tolist(),
        "edges": found.edges.tolist(),
        "n_gapped": len(gapped),
        "n_columns": len(found.names),
    }


def _distributions(train: Table, strength: dict[str, float]) -> dict[str, Any]:
    drawable = [n for n in train.features if _is_drawable(train.columns[n])]
    names = sorted(drawable, key=lambda name: -strength[name])[:MAX_DESCRIBED]
    assert train.target is not None
    columns = [train.columns[name] for name in (train.target, *names)]
    return {
        "columns": [_described(column) for column in columns if not column.missing.all()],
        "n_drawable": len(drawable),
        "n_features": len(train.features),
    }


def _is_drawable(column: Column) -> bool:
    """Whether counts of values mean something: not those of ids and free texts."""
    return column.kind not in ("id", "text") and not bool(column.missing.all())


def _described(column: Column) -> dict[str, Any]:
    base = {"column": column.name, "kind": column.kind, "n_missing": int(column.missing.sum())}
    if column.kind == "numeric" and not _has_many_values(column):
        values, counts = np.unique(column.values[~column.missing], return_counts=True)
        return {**base, **_levels([f"{value:.6g}" for value in values], counts, by_size=False)}
    if is_number(column):
        return {**base, **_binned(column)}
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
    labels = [str(label) for label in column.categories]
    found = _levels(labels, counts, by_size=column.kind not in ("ordinal", "boolean"))
    if column.kind == "multi":
        found["n_rest"] = 0  # a row has several labels: those of the rest are no rows
    return {**base, **found}


def _levels(labels: list[str], counts: Array, *, by_size: bool) -> dict[str, Any]:
    present = np.flatnonzero(counts)
    ranked = present[np.argsort(-counts[present], kind="stable")]
    n_kept = len(ranked) if len(ranked) <= _FEW_VALUES else MAX_LEVELS
    kept = ranked[:n_kept] if by_size else np.sort(ranked[:n_kept])
    return {
        "levels": [labels[j] for j in kept],
        "counts": [int(counts[j]) for j in kept],
        "n_levels": len(present),
        "n_rest": int(counts.sum() - counts[kept].sum()),
    }


def _binned(column: Column) -> dict[str, Any]:
    """Count the values in bins; those far beyond nearly all others are told, not drawn."""
    values = column.values[~column.missing] / (_DAY if column.kind == "datetime" else 1.0)
    low, high = np.quantile(values, [0.005, 0.995])
    inside = values
    if high > low and values.max() - values.min() > 3.0 * (high - low):
        inside = values[(values >= low) & (values <= high)]
    found = histogram(inside)
    if len(found.edges) > MAX_BINS + 1:
        found = histogram(inside, n_bins=MAX_BINS)
    return {
        "edges": [float(f"{edge:.8g}") for edge in found.edges],
        "counts": found.counts[0].tolist(),
        "n_beyond": len(values) - len(inside),
        "smallest": float(values.min()),
        "largest": float(values.max()),
    }


def _by_target(train: Table, strength: dict[str, float], seed: int) -> dict[str, Any]:
    """Set the columns that go most with the target against it.

    Of a target with classes, boxes of numeric columns by class, and where there are two the share
    of the second within each label; of a number, points, or boxes of the target by label.
    """
    assert train.target is not None
    numeric = train.task == "regression"
    two = not numeric and len(np.unique(train.y)) == 2
    usable = [
        name
        for name in train.features
        if strength[name] > 0
        and train.columns[name].kind != "datetime"
        and (numeric or two or train.columns[name].kind == "numeric")
        and (numeric or two or train.columns[name].n_unique > _TOO_FEW)
    ]
    names = sorted(usable, key=lambda name: -strength[name])[:MAX_COMPARED]
    found = []
    for name in names:
        many = _has_many_values(train.columns[name])
        part = _points if numeric and many else _shares if two and not many else _boxes
        found.append(
            {"column": name, "strength": round(strength[name], 4), **part(train, name, seed)}
        )
    return {"columns": found, "n_usable": len(usable)}


def _has_many_values(column: Column) -> bool:
    return is_number(column) and column.n_unique > _FEW_VALUES


def _points(train: Table, name: str, seed: int) -> dict[str, Any]:
    assert train.target is not None
    x, y = train.columns[name].values, train.columns[train.target].values
    rows = np.flatnonzero(~np.isnan(x) & ~np.isnan(y))
    drawn = sampled(rows, MAX_POINTS, seed, 3)
    return {"x": x[drawn].tolist(), "y": y[drawn].tolist(), "n_total": len(rows)}


def _shares(train: Table, name: str, seed: int) -> dict[str, Any]:
    """Return the share of the second class within each label of a column."""
    assert train.target is not None
    column, second = train.columns[name], np.unique(train.y)[1]
    hit = train.y == second
    known = ~column.missing
    labels, codes, counts = np.unique(column.values[known], return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-counts, kind="stable")[:MAX_LEVELS])
    hits = np.bincount(codes, hit[known])
    return {
        "levels": [
            str(column.categories[labels[j]]) if column.has_codes else f"{labels[j]:.6g}"
            for j in kept
        ],
        "shares": [float(hits[j] / counts[j]) for j in kept],
        "counts": [int(counts[j]) for j in kept],
        "class": str(second),
        "share_of_all": float(hit.mean()),
        "n_levels": len(labels),
    }


def _boxes(train: Table, name: str, seed: int) -> dict[str, Any]:
    """Return the boxes of the feature by class, or of a target that is a number by label."""
    assert train.target is not None
    sides = [train.columns[name], train.columns[train.target]]
    if train.task == "regression":
        sides.reverse()
    values, by = sides
    labels = by.labels()
    kinds, counts = np.unique(labels[~by.missing].astype(np.str_), return_counts=True)
    most = kinds[np.argsort(-counts, kind="stable")[:MAX_CLASSES]]
    kept = np.flatnonzero(~by.missing & ~values.missing & np.isin(labels.astype(np.str_), most))
    found = box_summary(values.values[kept], labels[kept])
    parts = ("whisker_low", "q1", "median", "q3", "whisker_high", "mean")
    return {
        "classes": list(found.classes),
        "counts": found.counts.tolist(),
        **{part: [float(v) for v in getattr(found, part)] for part in parts},
        "outliers": [_some(each[_is_near(each, found)]) for each in found.outliers],
        "n_outliers": [len(each) for each in found.outliers],
        "n_classes": len(kinds),
        "n_missing": int((values.missing & ~by.missing).sum()),
        "box_of": values.name,
        "box_by": by.name,
    }


def _is_near(outliers: Array, found: BoxSummary) -> Array:
    """Return which outliers leave room for the boxes: not farther than all whiskers reach."""
    low, high = float(found.whisker_low.min()), float(found.whisker_high.max())
    reach = high - low
    return np.asarray((outliers >= low - reach) & (outliers <= high + reach))


def _some(outliers: Array) -> list[float]:
    """Return outliers, of too many some at even ranks, the ends among them."""
    if len(outliers) <= MAX_OUTLIERS:
        return [float(v) for v in outliers]
    places = np.linspace(0, len(outliers) - 1, MAX_OUTLIERS).round().astype(int)
    return [float(v) for v in outliers[places]]
