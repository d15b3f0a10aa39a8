"""Where the columns and the captions of a drawn network stand, so that no two texts meet.

All is reckoned in inches, from the number of letters: the margins hold the names beside the
first and the last column, the rest is shared by the columns. Where a column is narrower than
its caption, neighbours stand on two or three levels; where that is not enough the letters
shrink.

Cost: O(number of texts).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minixai.errors import require

__all__ = ["NetworkFrame", "figure_width", "network_frame"]

_LETTER = 0.62
"""Width of a letter, in units of the font's size; the mean of the default font is 0.58."""
_LINE = 1.45
"""Height of a line with what parts it from the next, in the same units."""
_MOST_LEVELS = 3
_NARROWEST, _WIDEST = 7.2, 18.0
_PAD = 0.1
"""Of the figure, in inches, that a constrained layout leaves free on both sides together."""
_GAP = 0.11
"""Between the centre of a neuron and its name, in inches."""
_LOWEST, _FIRST_LEVEL = -0.04, 1.045


@dataclass(frozen=True)
class NetworkFrame:
    """Sizes in inches (``points``: the letters of captions), and what follows in data units."""

    left: float
    column: float
    right: float
    height: float
    n_columns: int
    n_lines: int
    n_levels: int
    points: float

    def x_limits(self) -> tuple[float, float]:
        """Return the limits across, where neurons stand at 0, 1, ..."""
        return -self.left / self.column, self.n_columns - 1 + self.right / self.column

    def y_limits(self) -> tuple[float, float]:
        """Return the limits upwards, where neurons stand between 0 and 1."""
        return _LOWEST, _FIRST_LEVEL + self.n_levels * self._level()

    def caption_height(self, i: int) -> float:
        """Return where the caption of column ``i`` stands."""
        return _FIRST_LEVEL + i % self.n_levels * self._level()

    def name_gap(self) -> float:
        """Return how far a name stands from its neuron."""
        return _GAP / self.column

    def _level(self) -> float:
        """Return the height of one level of captions."""
        block = _block(self.n_lines, self.points)
        return block * (_FIRST_LEVEL - _LOWEST) / (self.height - self.n_levels * block)


def figure_width(captions: Sequence[str], first: Sequence[str], last: Sequence[str]) -> float:
    """Return how wide a figure must be for all captions side by side, within reason."""
    left, right, widest = _needs(captions, first, last)
    width = left + right + widest * (len(captions) - 1) + _PAD
    return min(max(width, _NARROWEST), _WIDEST)


def network_frame(
    ax: Any, captions: Sequence[str], first: Sequence[str], last: Sequence[str]
) -> NetworkFrame:
    """Share the room of ``ax`` among columns; ``first`` and ``last`` are the outer names."""
    width, height = _room(ax)
    left, right, widest = _needs(captions, first, last)
    left, right = min(left, 0.3 * width), min(right, 0.3 * width)
    column = (width - left - right) / (len(captions) - 1)
    n_levels = min(math.ceil(widest / column), _MOST_LEVELS)
    n_lines = max(caption.count("\n") + 1 for caption in captions)
    lowest_size = 0.5 * height * 72 / (_LINE * n_lines * n_levels)  # captions take half at most
    points = min(_small() * min(1.0, n_levels * column / widest), lowest_size)
    return NetworkFrame(left, column, right, height, len(captions), n_lines, n_levels, points)


def _room(ax: Any) -> tuple[float, float]:
    """Return width and height of ``ax`` in inches; a constrained layout widens a lone one."""
    box, figure, cell = ax.get_window_extent(), ax.figure, ax.get_subplotspec()
    width, height = box.width / figure.dpi, box.height / figure.dpi
    alone = len(figure.axes) == 1 and cell is not None and cell.get_geometry()[:2] == (1, 1)
    if alone and type(figure.get_layout_engine()).__name__ == "ConstrainedLayoutEngine":
        width = max(width, figure.bbox.width / figure.dpi - _PAD)
    return width, height


def _needs(
    captions: Sequence[str], first: Sequence[str], last: Sequence[str]
) -> tuple[float, float, float]:
    """Return the margins that hold the outer texts, and the width of the widest caption."""
    left, right = (
        max([0.5 * _width(caption), *(_GAP + _width(name) for name in names)])
        for caption, names in ((captions[0], first), (captions[-1], last))
    )
    return left, right, max(_width(caption) for caption in captions) + _PAD


def _width(text: str) -> float:
    return max(map(len, text.split("\n"))) * _LETTER * _small() / 72


def _block(n_lines: int, points: float) -> float:
    return n_lines * _LINE * points / 72


def _small() -> float:
    manager = require("matplotlib.font_manager", "plot")
    return float(manager.FontProperties(size="small").get_size_in_points())
