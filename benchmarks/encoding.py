"""What does it cost to encode a table of a million rows beside scikit-learn's ColumnTransformer?

1,000,000 rows and 20 columns: ten of numbers with gaps (mean, standardised), nine of four to ten
levels (0/1 columns, the first left out) and an id of 100,000 levels (the target's mean, out of
five folds). Both learn and transform the same frame's columns, the
target encoder by its `fit_transform`. Reading the frame into a Table, which scikit-learn does anew
in each fit, is timed apart and together. The largest difference of the two matrices, and the peak
of memory beyond what was there as a multiple of the table's bytes (8 a cell; the frame's own, by
pandas, stand in the first line), stand beside the times.
"""

from __future__ import annotations

import argparse
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine, installed, race
from minixai.data import (
    OneHotEncoder,
    SimpleImputer,
    StandardScaler,
    Table,
    TableEncoder,
    TargetEncoder,
)

OURS, READING, WITH_READING, THEIRS = "minixai", "reading", "minixai with reading", "scikit-learn"
N_FOLDS = 5


def make_frame(n_rows: int, n_ids: int) -> Any:
    """Return a frame of ten columns of numbers, nine of levels, an id and a target ``y``."""
    import pandas

    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {}
    for j in range(10):
        values = rng.normal(size=n_rows)
        values[rng.random(n_rows) < 0.02] = np.nan
        columns[f"n{j}"] = values
    for j in range(9):
        levels = np.array([f"level {k}" for k in range(4 + j % 7)], dtype=object)
        columns[f"c{j}"] = levels[rng.integers(0, len(levels), n_rows)]
    ids = np.array([f"id {k}" for k in range(n_ids)], dtype=object)
    columns["id"] = ids[rng.integers(0, n_ids, n_rows)]
    columns["y"] = rng.normal(size=n_rows) + np.nan_to_num(columns["n0"])
    return pandas.DataFrame(columns)


def read(frame: Any) -> Table:
    """Return the frame as a Table with its target."""
    return Table.from_frame(frame, target="y", kinds={"id": "id"})


def fresh(table: Table) -> Table:
    """Return the table with columns that remember nothing they were asked before."""
    columns = {name: column.renamed(name) for name, column in table.columns.items()}
    return Table(columns, table.target, task=table.task)


def our_encoder() -> TableEncoder:
    """Return the steps that both take."""
    return TableEncoder(
        steps={
            "numeric": [SimpleImputer("mean"), StandardScaler()],
            "categorical": OneHotEncoder(drop="first"),
            "id": TargetEncoder(joint=False, n_folds=N_FOLDS, smoothing=10.0),
        }
    )


def their_encoder() -> Any:
    """Return the same steps by scikit-learn."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer as Imputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder as OneHot
    from sklearn.preprocessing import StandardScaler as Scaler
    from sklearn.preprocessing import TargetEncoder as Target

    return ColumnTransformer(
        [
            ("n", make_pipeline(Imputer(), Scaler()), [f"n{j}" for j in range(10)]),
            ("c", OneHot(drop="first", sparse_output=False), [f"c{j}" for j in range(9)]),
            ("id", Target(smooth=10.0, cv=N_FOLDS, target_type="continuous"), ["id"]),
        ]
    )


def peak(call: Callable[[], Any]) -> int:
    """Return the bytes that a call held at most beyond what was there."""
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def main(words: Sequence[str] | None = None) -> dict[str, Any]:
    """Print the times, and return ratios, the largest difference and the peaks."""
    parser = argparse.ArgumentParser(prog="encoding", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small table, few rounds")
    options = parser.parse_args(words)
    print(describe_machine(["scikit-learn", "pandas"]))
    n_rows, n_ids, n_rounds = (2_000, 100, 3) if options.quick else (1_000_000, 100_000, 5)
    frame = make_frame(n_rows, n_ids)
    table = read(frame)
    turns: dict[str, Callable[[], Any]] = {
        OURS: lambda: our_encoder().fit_transform(fresh(table)),
        READING: lambda: read(frame),
        WITH_READING: lambda: our_encoder().fit_transform(read(frame)),
    }
    notes = {}
    results: dict[str, Any] = {}
    if installed("sklearn"):
        features, target = frame.drop(columns="y"), frame["y"].to_numpy()
        turns[THEIRS] = lambda: their_encoder().fit_transform(features, target)
        same = slice(0, -1)  # the folds of the target encoders are drawn differently
        ours, theirs = turns[OURS]().X[:, same], turns[THEIRS]()[:, same]
        results["difference"] = float(np.abs(ours - theirs).max())
        notes[OURS] = f"largest difference {results['difference']:.1e} beside the id"
        del ours, theirs
    n_bytes = 8 * n_rows * 20
    results["peaks"] = {name: peak(call) / n_bytes for name, call in turns.items()}
    for name, multiple in results["peaks"].items():
        notes[name] = f"{notes.get(name, '')}  peak {multiple:.1f} x table".strip()
    result = race(turns, n_rounds=n_rounds, seconds=180.0)
    print(
        f"\n{n_rows:,} rows, 20 columns, an id of {n_ids:,} levels; table of {n_bytes / 1e6:g} MB"
        f" at 8 bytes a cell, {frame.memory_usage(deep=True).sum() / 1e6:.0f} MB as a frame"
    )
    print("\n".join(result.lines(OURS, "fit and transform", 1, notes)))
    results["ratios"] = {name: result.ratio(name, OURS) for name in turns}
    return results
