"""Names made fit to be drawn: one line, no invisible characters, no markup, not too long.

Feature names come from other people's tables. A ``$`` in one would be read as a formula, a lone
surrogate stops the drawing, a control character or a bidirectional override hides or reorders
what stands beside it, and 500 characters leave no room for the figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["PLAIN_TEXT", "number_text", "readable", "shortened", "shortened_all", "visible"]

PLAIN_TEXT: dict[str, Any] = {"parse_math": False, "usetex": False}
"""Passed with every text that is drawn: nothing in it is a formula."""

_NO_NAME = "(no name)"
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u200b\u2060\ufeff\ufff9-\ufffb"
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
_HIDDEN = re.compile(f"[{_CONTROLS}{_DIRECTIONS}{_INVISIBLE}{_NO_CHARACTERS}]")


def visible(text: object) -> str:
    """Return ``text`` without control characters, surrogates and overrides of direction."""
    valid = str(text).encode("utf-8", "replace").decode("utf-8")
    return _HIDDEN.sub("", valid)


def readable(text: object) -> str:
    """Return ``text`` `visible` and on one line."""
    return " ".join(visible(" ".join(str(text).split())).split())


def shortened(name: object, width: int = 28) -> str:
    """Return ``name`` readable, cut to ``width`` characters (an ellipsis says so)."""
    line = readable(name) or _NO_NAME
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def shortened_all(names: Iterable[object], width: int = 28) -> list[str]:
    """Return every name `shortened`, so that different names stay different where they can.

    Names that would be cut to the same text keep their head and their tail (``price_…_mean``);
    those that are alike at both ends keep their head and what follows from the first letter
    that differs.
    """
    lines = [readable(name) or _NO_NAME for name in names]
    labels = [shortened(line, width) for line in lines]
    for cut in (_ends_kept, _difference_kept):
        for rivals in _alike(labels, lines):
            start = _first_difference([lines[i] for i in rivals])
            for i in rivals:
                labels[i] = cut(lines[i], width, start)
    return labels


def _alike(labels: list[str], lines: list[str]) -> list[list[int]]:
    """Return the places of labels that are equal though not all of their lines are."""
    places: dict[str, list[int]] = {}
    for i, label in enumerate(labels):
        places.setdefault(label, []).append(i)
    return [each for each in places.values() if len({lines[i] for i in each}) > 1]


def _first_difference(lines: list[str]) -> int:
    """Return how many letters all lines begin with."""
    first, last = min(lines), max(lines)
    pairs = enumerate(zip(first, last, strict=False))
    return next((i for i, (a, b) in pairs if a != b), len(first))


def _ends_kept(line: str, width: int, start: int) -> str:
    """Keep head and tail; where rivals start to differ does not matter."""
    if len(line) <= width:
        return line
    tail = (width - 1) // 2
    return line[: width - 1 - tail].rstrip() + "…" + line[-tail:].lstrip()


def _difference_kept(line: str, width: int, start: int) -> str:
    """Keep a third of the width of the head, and what follows the letters all rivals share."""
    if len(line) <= width:
        return line
    head = width // 3
    return line[:head].rstrip() + "…" + shortened(line[start:], width - head - 1)


def number_text(value: float, *, signed: bool = False) -> str:
    """Return ``value`` with three significant digits, and its sign always if ``signed``."""
    if value != value:
        return "no value"
    text = f"{value:+.3g}" if signed and value != 0 else f"{value:.3g}"
    return text.replace("-", "−", 1) if text.startswith("-") else text
