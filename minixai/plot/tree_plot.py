"""A tree from left to right: questions on its branches, values at its leaves, one row's path lit.

A branch is as wide as the share of training rows that take it. The path of a row is vermillion,
has no branch thinner than the others' widest, and a dot at every node it passes.

Cost: O(nodes drawn).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.errors import DataError, require
from minixai.plot.canvas import BLUE, VERMILLION, new_axes, note
from minixai.plot.text import PLAIN_TEXT, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.protocols import Array
    from minixai.tree_arrays.outline import OutlineNode

__all__ = ["plot_tree"]

_THINNEST, _WIDEST, _LIT = 0.5, 4.0, 4.5
_INCHES_A_LINE = 0.42
_INCHES_A_QUESTION = 2.3
_INCHES_OF_VALUES = 1.9
_LETTERS = 31


def plot_tree(outline: Sequence[OutlineNode], ax: Axes | None = None) -> Any:
    """Draw a tree, and the path of a row through it where the outline was made for one.

    Parameters
    ----------
    outline : sequence of OutlineNode
        What ``tree_outline``, or a tree model's ``outline``, tells of a tree: every node stands
        after its parent.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; ``ax.collections`` are the branches (labels ``others`` and ``path``)
        and the nodes that the row passes.

    Raises
    ------
    DataError
        An empty outline.

    Examples
    --------
    >>> from minixai.tree_arrays import OutlineNode
    >>> root = OutlineNode(node=0, parent=-1, depth=0, condition="", said="", share=1.0)
    >>> young = OutlineNode(1, 0, 1, "age <= 30", "0.2", 0.75)
    >>> ax = plot_tree([root, young, OutlineNode(2, 0, 1, "age > 30", "0.9", 0.25)])
    >>> [text.get_text() for text in ax.texts]
    ['age <= 30', '0.2 (75%)', 'age > 30', '0.9 (25%)']
    """
    if not len(outline):
        raise DataError("A tree to be drawn needs at least its root, got no node.")
    heights = _heights(outline)
    n_levels = max(each.depth for each in outline)
    n_lines = sum(bool(each.said) for each in outline)
    width = _INCHES_A_QUESTION * n_levels + _INCHES_OF_VALUES
    axes = new_axes(ax, (max(width, 3.0), 0.7 + _INCHES_A_LINE * n_lines))
    _draw_branches(axes, outline, heights)
    _write_texts(axes, outline, heights)
    axes.set_axis_off()
    axes.set_xlim(-0.05, n_levels + _INCHES_OF_VALUES / _INCHES_A_QUESTION)
    axes.set_ylim(n_lines - 0.4, -0.6)
    if any(each.passed for each in outline):
        note(axes, "the row's path: vermillion, with dots")
    return axes


def _heights(outline: Sequence[OutlineNode]) -> Array:
    """Return where nodes stand: what says something has a line of its own, others the middle."""
    heights = np.zeros(len(outline))
    line = 0
    children: dict[int, list[int]] = {}
    for place, each in enumerate(outline):
        children.setdefault(each.parent, []).append(place)
        if each.said:
            heights[place] = line
            line += 1
    for place in range(len(outline) - 1, -1, -1):  # children stand after their parents
        if place in children:
            heights[place] = np.mean([heights[child] for child in children[place]])
    return heights


def _draw_branches(ax: Any, outline: Sequence[OutlineNode], heights: Array) -> None:
    collections = require("matplotlib.collections", "plot")
    for label, lit in (("others", False), ("path", True)):
        chosen = [k for k, each in enumerate(outline) if each.parent >= 0 and each.passed == lit]
        lines = [
            [
                (outline[k].depth - 1, heights[outline[k].parent]),
                (outline[k].depth - 1, heights[k]),
                (outline[k].depth, heights[k]),
            ]
            for k in chosen
        ]
        widths = [_THINNEST + (_WIDEST - _THINNEST) * outline[k].share for k in chosen]
        ax.add_collection(
            collections.LineCollection(
                lines,
                colors=VERMILLION if lit else BLUE,
                linewidths=[_LIT] * len(chosen) if lit else widths,
                label=label,
                joinstyle="miter",
            )
        )
    passed = [k for k, each in enumerate(outline) if each.passed]
    places = [outline[k].depth for k in passed]
    ax.scatter(places, heights[passed], s=50, color=VERMILLION, zorder=3, label="nodes passed")


def _write_texts(ax: Any, outline: Sequence[OutlineNode], heights: Array) -> None:
    look = {"fontsize": "small", **PLAIN_TEXT}
    for k, each in enumerate(outline):
        weight = "bold" if each.passed else "normal"
        if each.condition:
            text = shortened(each.condition, _LETTERS)
            place = (each.depth - 0.96, heights[k] - 0.12)
            ax.text(*place, text, ha="left", va="bottom", fontweight=weight, **look)
        if each.said:
            text = f"{shortened(each.said, _LETTERS)} ({each.share:.0%})"
            ax.text(each.depth + 0.06, heights[k], text, va="center", fontweight=weight, **look)
