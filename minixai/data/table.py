"""A table: typed columns of equal length, one of them perhaps the target.

A table is a value: nothing changes it, every method returns another. pandas is needed to
read a CSV or a DataFrame, and for nothing else.

Cost: reading is O(cells); `take` copies the rows asked for, the rest shares its arrays.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from minixai._validation import check_number
from minixai.data.column import Column
from minixai.data.csv_file import read_frame
from minixai.data.kind_conversion import as_classes, as_kind, as_objects
from minixai.data.kind_inference import infer_column
from minixai.data.table_description import TableDescription, described
from minixai.data.target_check import check_learnable
from minixai.errors import (
    DataError,
    DataTypeError,
    DataWarning,
    ParameterError,
    check_option,
    require,
    suggestion,
)
from minixai.protocols import Array

__all__ = ["Table"]

_SHOWN_ROWS = 5
_SHOWN_WIDTH = 110
_SHOWN_NAMES = 40


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Typed columns by name.

    Parameters
    ----------
    columns : mapping of str to Column
        In order; all of one length.
    target : str, optional
        The column to predict; moments are predicted as years with their fraction.
    name : str
        What reports call the table.
    task : {"classification", "regression"}, optional
        None with a target: classification for labels and for two distinct numbers, else
        regression. When a table is read, ``kinds={target: "categorical"}`` asks for classes
        and ``kinds={target: "numeric"}`` for regression. Classes that are not whole numbers
        become labels: a classifier takes 0.5 for an amount.

    Raises
    ------
    DataError
        No columns, or columns of different lengths.

    Examples
    --------
    >>> import numpy as np
    >>> from minixai.data import Column, Table
    >>> age = Column("age", "numeric", np.array([31.0, np.nan, 45.0]))
    >>> Table({"age": age}).take([0, 2]).column("age").values
    array([31., 45.])
    """

    columns: Mapping[str, Column]
    target: str | None = None
    name: str = "table"
    task: str | None = None

    def __post_init__(self) -> None:
        lengths = {len(column) for column in self.columns.values()}
        if len(lengths) != 1:
            raise DataError(f"A table needs columns of one length, got lengths {sorted(lengths)}.")
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))
        if self.target is None:
            return
        column = self.column(self.target)
        if column.kind == "datetime":
            column = as_kind(column, "numeric")
        if self.task is None:
            labels = column.kind != "numeric" or column.n_unique == 2
            object.__setattr__(self, "task", "classification" if labels else "regression")
        if self.task == "classification":
            column = as_classes(column)
        elif _holds_numbers(column):  # which were classes before
            column = as_kind(column, "numeric")
        columns = {**self.columns, self.target: column}
        object.__setattr__(self, "columns", MappingProxyType(columns))

    @classmethod
    def from_csv(
        cls,
        path: Any,
        target: str | None = None,
        kinds: Mapping[str, str] | None = None,
        name: str | None = None,
        *,
        names: Sequence[str] | None = None,
        separator: str | None = None,
        drop: Sequence[str] = (),
    ) -> Table:
        """Read a CSV file (``.csv``, ``.csv.gz``), its separator and encoding found.

        Parameters
        ----------
        path : str or path
        target : str, optional
            The column to predict; rows without it are left out with a `DataWarning`.
        kinds : mapping of str to str, optional
            Column -> "numeric", "categorical", "id", "multi", "datetime", "text", "ordinal" or
            "boolean", where inference errs.
        name : str, optional
            None takes the file's name.
        names : sequence of str, optional
            Column names, where the file has none.
        separator : str, optional
            None finds it.
        drop : sequence of str
            Columns to leave out.

        Raises
        ------
        DataError
            A file that is missing, empty or ragged; names twice; a column without values; a
            target that is not there or constant; one row.
        """
        frame = read_frame(path, names=names, separator=separator)
        stem = Path(path).name.removesuffix(".gz").rpartition(".")[0]
        return cls.from_frame(frame, target, kinds, name or stem or Path(path).name, drop=drop)

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        target: str | None = None,
        kinds: Mapping[str, str] | None = None,
        name: str | None = None,
        *,
        drop: Sequence[str] = (),
    ) -> Table:
        """Take a pandas DataFrame; arguments and errors as in `from_csv`."""
        if not hasattr(frame, "columns") or not hasattr(frame, "dtypes"):
            raise DataTypeError(f"A pandas DataFrame is needed, got a {type(frame).__name__}.")
        names = [str(each) for each in frame.columns]
        repeated = sorted(each for each, count in Counter(names).items() if count > 1)
        if repeated:
            raise DataError(f"Columns {repeated[:5]} are there more than once: rename them.")
        if len(frame) == 0 or not names:
            raise DataError(
                f"The table has {len(frame)} rows and {len(names)} columns: values are needed."
            )
        if target is not None:
            _check_names([target], names, "target")
        _check_names(drop, names, "drop")
        _check_names(kinds or {}, names, "kinds")
        left_out = set(drop)
        columns = {
            each: infer_column(each, series, (kinds or {}).get(each))
            for each, (_, series) in zip(names, frame.items(), strict=True)
            if each not in left_out
        }
        table = cls(columns, name=name or "table")
        task = "regression" if (kinds or {}).get(target or "") == "numeric" else None
        return table if target is None else table.with_target(target, task)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())))

    @property
    def features(self) -> list[str]:
        """Names of the columns other than the target."""
        return [each for each in self.columns if each != self.target]

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of every column."""
        return {each: column.kind for each, column in self.columns.items()}

    @property
    def y(self) -> Array:
        """The target: float64 (n,), or labels as they were given; NaN or None where missing."""
        if self.target is None:
            raise ParameterError("The table has no target: choose one by with_target(name).")
        column = self.columns[self.target]
        if column.kind != "numeric":
            if column.categories.dtype.kind == "f":
                written = [repr(float(label)).removesuffix(".0") for label in column.categories]
                column = replace(column, categories=np.array(written, dtype=np.str_))
            return column.labels() if column.missing.any() else column.categories[column.values]
        whole = self.task == "classification" and (column.values == np.rint(column.values)).all()
        return column.values.astype(np.int64) if whole else column.values

    def column(self, name: str) -> Column:
        """Return one column by name."""
        if name not in self.columns:
            _check_names([name], list(self.columns))
        return self.columns[name]

    def take(self, rows: Any) -> Table:
        """Return some rows: positions, or a mask of bool (n_rows,)."""
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == bool else index.astype(np.int64)
        columns = {each: column.take(index) for each, column in self.columns.items()}
        return Table(columns, self.target, self.name, self.task)

    def drop(self, names: str | Sequence[str]) -> Table:
        """Return the table without some columns."""
        left_out = [names] if isinstance(names, str) else list(names)
        _check_names(left_out, list(self.columns), "drop")
        kept = {each: c for each, c in self.columns.items() if each not in left_out}
        if not kept:
            raise DataError("Every column would be left out: keep at least one.")
        if self.target in left_out:
            return Table(kept, name=self.name)
        return Table(kept, self.target, self.name, self.task)

    def with_column(self, column: Column) -> Table:
        """Return the table with one more column, or another in the place of its namesake."""
        task = None if column.name == self.target else self.task
        return Table({**self.columns, column.name: column}, self.target, self.name, task)

    def with_target(self, name: str, task: str | None = None) -> Table:
        """Return the table with that target, without the rows where it is missing.

        Parameters
        ----------
        name : str
        task : {"classification", "regression"}, optional
            None infers it, see `Table`.

        Raises
        ------
        DataError
            No such column, a constant one, one of several labels a row, or one row.
        """
        _check_names([name], list(self.columns), "target")
        if task is not None:
            check_option("task", task, ("classification", "regression"))
        column = self.columns[name]
        if column.kind == "multi":
            raise DataTypeError(
                f"Target {name!r} has several labels a row: choose a column with one value a row."
            )
        missing = column.missing
        known = Table(self.columns, name, self.name, task)
        if missing.any():
            known = known.take(~missing)
            warnings.warn(
                f"Target {name!r} is missing in {int(missing.sum())} of {len(missing)} rows: "
                "these rows are left out.",
                DataWarning,
                stacklevel=3,
            )
        check_learnable(known.columns[name])
        return known

    def with_threshold(self, threshold: float, name: str = "like") -> Table:
        """Return the table with the target ``name``: 1 where the target is at least this, else 0.

        The target it comes from is left out, since it is the answer.

        Raises
        ------
        DataError
            No target, one of labels, a name that is taken, or one class only.
        """
        check_number("threshold", threshold)
        column = None if self.target is None else self.columns[self.target]
        if column is not None and _holds_numbers(column):  # which are classes
            column = as_kind(column, "numeric")
        if column is None or column.kind != "numeric":
            raise DataError(f"A threshold needs a numeric target, got {self.target!r}: choose one.")
        if name in self.columns and name != self.target:
            raise DataError(f"Column {name!r} is there already: name the new target otherwise.")
        reached = column.values >= threshold
        kept = {each: self.columns[each] for each in self.features}
        kept[name] = Column(name, "boolean", reached.astype(np.int64), np.array([0, 1]))
        return Table(kept, name=self.name).with_target(name, "classification")

    def describe(self) -> TableDescription:
        """Return kind, gaps, distinct and typical values of each column; prints as a table."""
        return described(self.columns, self.target)

    def to_frame(self) -> Any:
        """Return a pandas DataFrame: labels as they were given, several joined by ``|``.

        Moments come as datetime64, ordinal columns as ordered categories.
        """
        pandas = require("pandas", "table")
        plain = {each: _plain(column) for each, column in self.columns.items()}
        return pandas.DataFrame(plain)

    def __len__(self) -> int:
        return self.n_rows

    def __repr__(self) -> str:
        target = "" if self.target is None else f", target {self.target!r}"
        first = f"Table {self.name!r}: {self.n_rows} rows x {len(self.columns)} columns{target}"
        head = self.take(np.arange(min(_SHOWN_ROWS, self.n_rows)))
        blocks = [
            [each, column.kind, *("" if v is None else _short(v) for v in column.labels())]
            for each, column in head.columns.items()
        ]
        widths = [max(map(len, block)) for block in blocks]
        shown = max(int(np.searchsorted(np.cumsum([w + 2 for w in widths]), _SHOWN_WIDTH)), 1)
        lines = [
            "  ".join(cell.rjust(w) for cell, w in zip(line, widths[:shown], strict=True))
            for line in zip(*blocks[:shown], strict=True)
        ]
        hidden = len(blocks) - shown
        more = ["..."] if self.n_rows > _SHOWN_ROWS else []
        more += [f"and {hidden} more columns"] if hidden else []
        return "\n".join([first, *lines, *more])


def _holds_numbers(column: Column) -> bool:
    """Whether a column's labels are numbers."""
    return column.has_codes and column.categories.dtype.kind in "iuf"


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:20]


def _plain(column: Column) -> Any:
    """Return a column as pandas holds it best."""
    if column.kind == "numeric":
        return column.values.copy()
    if column.numbers is not None and column.missing.any():
        return column.numbers
    if column.kind == "datetime":
        return column.moments()
    if column.kind == "ordinal":
        pandas = require("pandas", "table")
        labels = column.categories
        labels = as_objects(labels.tolist()) if labels.dtype.kind == "U" else labels
        return pandas.Categorical.from_codes(column.values, labels, ordered=True)
    if column.indptr is None and not column.missing.any():
        labels = column.categories[column.values]
        return labels.astype(object) if labels.dtype.kind == "U" else labels
    return column.labels()


def _check_names(names: Any, known: list[str], argument: str | None = None) -> None:
    """Raise unless every name is a column; say which columns are."""
    there = set(known)
    for name in names:
        if name not in there:
            listed = ", ".join(known[:_SHOWN_NAMES])
            more = ", ..." if len(known) > _SHOWN_NAMES else ""
            asked = f", which `{argument}` names" if argument else ""
            raise DataError(
                f"There is no column {str(name)!r}{asked}.{suggestion(name, known)} "
                f"Columns: {listed}{more}."
            )
