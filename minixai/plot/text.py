"""Names made fit to be drawn: one line, no invisible characters, no markup, not too long.

Feature names come from other people's tables. A ``$`` in one would be read as a formula, a lone
surrogate stops the drawing, a control character or a bidirectional override hides or reorders
what stands beside it, and 500 characters leave no room for the figure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

__all__ = ["PLAIN_TEXT", "number_text", "readable", "shortened", "shortened_all"]

PLAIN_TEXT: dict[str, Any] = {"parse_math": False, "usetex": False}
"""Passed with every text that is drawn: nothing in it is a formula."""

_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(rf"[{_BIDIRECTIONAL}\u200b\u2060\ufeff\ufff9-\ufffb]")


def readable(text: object) -> str:
    """Return ``text`` on one line, without control characters, surrogates or overrides."""
    valid = str(text).encode("utf-8", "replace").decode("utf-8")
    spaced = " ".join(_HIDDEN.sub("", valid).split())
    return "".join(each for each in spaced if unicodedata.category(each) not in ("Cc", "Cn"))


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
