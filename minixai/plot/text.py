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
    line = readable(name)
    if not line:
        return "(no name)"
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def shortened_all(names: Iterable[object], width: int = 28) -> list[str]:
    """Return every name `shortened`."""
    return [shortened(name, width) for name in names]


def number_text(value: float, *, signed: bool = False) -> str:
    """Return ``value`` with three significant digits, and its sign always if ``signed``."""
    if value != value:
        return "no value"
    text = f"{value:+.3g}" if signed and value != 0 else f"{value:.3g}"
    return text.replace("-", "−", 1) if text.startswith("-") else text
