"""What a third column does to points: forms and colours of classes, or a scale of colours.

Cost: O(n log n).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import DataError
from minixai.plot.canvas import SERIES, legend, point_map
from minixai.plot.text import PLAIN_TEXT, shortened, shortened_all

if TYPE_CHECKING:
    from minixai.protocols import Array

__all__ = ["PointColor", "numbers_of", "point_color"]


@dataclass(frozen=True, eq=False)
class PointColor:
    """A column that colours points: ``numbers``, or the ``codes`` of ``classes``, or neither."""

    present: Array
    """Which rows have a value that is drawn."""
    name: str = ""
    numbers: Array | None = None
    codes: Array | None = None
    classes: tuple[str, ...] = ()
    sentence: str = ""

    def draw(self, ax: Any, x: Array, y: Array, rows: Array, **options: Any) -> list[Any]:
        """Draw the points of some rows; return one collection a class, or one for all."""
        look = {"s": 14, "linewidths": 0, "rasterized": True, **options}
        if self.numbers is not None:
            line = ax.spines["left"].get_edgecolor()
            look |= {"linewidths": look["s"] / 80, "edgecolors": line, "alpha": None}
            span = self.numbers[self.present]
            scale = {"cmap": point_map(), "vmin": span.min(), "vmax": span.max()}
            return [ax.scatter(x[rows], y[rows], c=self.numbers[rows], **scale, **look)]
        if self.codes is None:
            return [ax.scatter(x[rows], y[rows], color=SERIES[0].color, **look)]
        drawn = []
        counts = np.bincount(self.codes[rows], minlength=len(self.classes))
        rank = np.argsort(np.argsort(-counts, kind="stable"))  # a rare class is not covered
        for k, style in zip(range(len(self.classes)), SERIES, strict=False):
            own = rows[self.codes[rows] == k]
            drawn.append(
                ax.scatter(
                    x[own],
                    y[own],
                    color=style.color,
                    marker=style.marker,
                    zorder=1 + rank[k] / 10,
                    **look,
                )
            )
        return drawn

    def explain(self, ax: Any, drawn: list[Any], axes: Any = None, **options: Any) -> None:
        """Draw the legend of classes or the scale of numbers."""
        title = shortened(self.name)
        if self.numbers is not None:
            bar = ax.figure.colorbar(drawn[0], ax=ax if axes is None else axes, pad=0.02)
            bar.set_label(title, **PLAIN_TEXT)
        elif self.codes is not None:
            found = legend(ax, drawn, shortened_all(self.classes), title=title, **options)
            for handle in found.legend_handles:
                handle.set(alpha=1.0, sizes=[26])


def point_color(color: Any, n_rows: int, name: str | None, max_classes: int) -> PointColor:
    """Return what ``color`` does: numbers give a scale, anything else the most frequent classes.

    Parameters
    ----------
    color : array-like (n_rows,), data frame's column or Column, or None
    n_rows : int
    name : str or None
        None takes the column's own.
    max_classes : int
        At most as many as there are `SERIES`.

    Raises
    ------
    DataError
        Another length, or no value at all.
    """
    check_number("max_classes", max_classes, low=1, integer=True)
    if color is None:
        return PointColor(np.ones(n_rows, dtype=bool))
    title = name if name is not None else str(_own_name(color) or "colour")
    array = np.asarray(color.labels() if callable(getattr(color, "labels", None)) else color)
    if getattr(color, "kind", None) == "numeric":
        array = np.asarray(color.values, dtype=np.float64)
    if array.shape != (n_rows,):
        raise DataError(f"`color` must have one value a row, got {array.shape} for {n_rows} rows.")
    if array.dtype.kind in "iuf":
        numbers = array.astype(np.float64)
        present = np.isfinite(numbers)
        if not present.any():
            raise DataError(f"`color` {title!r} has no value at all: leave it out.")
        return PointColor(present, title, numbers=numbers)
    return _by_class(array, title, min(max_classes, len(SERIES)))


def numbers_of(values: Any, argument: str) -> tuple[str, Array]:
    """Return the name and the numbers of a column, NaN where missing or infinite."""
    name = str(_own_name(values) or argument)
    plain = values.values if isinstance(getattr(values, "values", None), np.ndarray) else values
    if getattr(values, "kind", "numeric") != "numeric":
        if values.numbers is None:
            raise DataError(f"Column {name!r} is {values.kind}, not numeric: use it as `color`.")
        plain = values.numbers
    try:
        if not isinstance(plain, np.ndarray):
            plain = [np.nan if v is None or type(v).__name__ == "NAType" else v for v in plain]
        numbers = np.array(plain, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"Column {name!r} must hold numbers ({error}): encode it.") from error
    if numbers.ndim != 1 or not numbers.size:
        raise DataError(f"Column {name!r} must have one value a row, got shape {numbers.shape}.")
    numbers[~np.isfinite(numbers)] = np.nan
    return name, numbers


def _by_class(array: Array, title: str, most: int) -> PointColor:
    texts = np.array([_class_text(v) for v in array.tolist()], dtype=object)
    labels, counts = np.unique(texts.astype(np.str_), return_counts=True)
    kept = labels != ""
    labels, counts = labels[kept], counts[kept]
    if not labels.size:
        raise DataError(f"`color` {title!r} has no value at all: leave it out.")
    shown = np.sort(np.argsort(-counts, kind="stable")[:most])
    names = labels[shown]
    codes = np.minimum(np.searchsorted(names, texts.astype(np.str_)), len(names) - 1)
    present = names[codes] == texts.astype(np.str_)
    sentence = ""
    if len(names) < len(labels):
        sentence = f"{len(names)} of {len(labels):,} classes shown, the most frequent"
    codes = np.where(present, codes, -1)
    return PointColor(present, title, None, codes, tuple(names.tolist()), sentence)


def _class_text(value: Any) -> str:
    """Return the name of a class, "" where it is missing."""
    absent = value is None or type(value).__name__ in ("NAType", "NaTType")
    if absent or (isinstance(value, float) and value != value):
        return ""
    return str(value).encode("utf-8", "replace").decode("utf-8") or "(no name)"


def _own_name(values: Any) -> Any:
    name = getattr(values, "name", None)
    return None if callable(name) else name
