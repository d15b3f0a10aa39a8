"""What pictures of curves by model share: which are drawn, in which style, under which name.

Cost: O(n_curves).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minixai.errors import DataError
from minixai.plot.canvas import SERIES, Style, legend, new_axes, note
from minixai.plot.text import PLAIN_TEXT, number_text, shortened_all

__all__ = ["below", "draw_curves", "reference_line"]


def draw_curves(
    curves: Any,
    ax: Any,
    draw: Callable[[Any, Any, Style], Any],
    number: tuple[str, str] | None = None,
    corner: str = "lower right",
) -> tuple[Any, list[Any]]:
    """Draw one curve or several by name, and a legend for what has a name or a number.

    Parameters
    ----------
    curves : a curve, or mapping of name to curve
        At most 6 are drawn, the first ones; the figure says how many there are.
    ax : matplotlib.axes.Axes or None
    draw : callable (ax, curve, style) -> line
    number : (str, str), optional
        Attribute of a curve that stands beside its name, and what it is called.
    corner : str
        Where the legend of one curve stands: a fixed place, since the search for the best one
        takes seconds on long curves. That of several stands beside the axes.

    Returns
    -------
    (ax, curves drawn)

    Raises
    ------
    DataError
        There is no curve.
    """
    named = dict(curves) if isinstance(curves, Mapping) else {"": curves}
    if not named:
        raise DataError("There is no curve to draw: give one, or several by name.")
    kept = list(named.items())[: len(SERIES)]
    axes = new_axes(ax, (4.8 if len(kept) == 1 else 6.8, 4.6))
    lines = [draw(axes, curve, style) for (_, curve), style in zip(kept, SERIES, strict=False)]
    single = not isinstance(curves, Mapping)
    names = [""] if single else shortened_all([name for name, _ in kept], 24)
    words = [_words(name, curve, number) for name, (_, curve) in zip(names, kept, strict=True)]
    if any(words):
        outside = {"loc": "upper left", "bbox_to_anchor": (1.02, 1.0), "borderaxespad": 0.0}
        where = {"loc": corner} if len(kept) == 1 else outside
        legend(axes, lines, words, handlelength=2.8, **where)
    axes.spines[["top", "right"]].set_visible(False)
    more = f"{len(kept)} of {len(named)} curves shown" if len(kept) < len(named) else ""
    note(axes, more)
    return axes, [curve for _, curve in kept]


def reference_line(ax: Any, x: Any, y: Any) -> None:
    """Draw what a model without any skill, or a perfect one, would get: thin and grey."""
    ax.plot(x, y, color="#7f7f7f", linewidth=0.9, zorder=1)


def below(ax: Any, words: str, meaning: str) -> None:
    """Name the axis across, and below it say what the thin line is."""
    ax.set_xlabel(f"{words}\nthin grey line: {meaning}", **PLAIN_TEXT)


def _words(name: str, curve: Any, number: tuple[str, str] | None) -> str:
    value = getattr(curve, number[0], None) if number else None
    if number is None or value is None:
        return name
    text = f"{number[1]} {number_text(float(value))}"
    return f"{name} ({text})" if name else text
