"""A progress bar on stderr, on a terminal only; elsewhere silence."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

__all__ = ["Progress"]

_WIDTH = 24
_INTERVAL = 0.1
"""Seconds between two drawings."""


class Progress:
    """A bar for ``total`` steps; use as a context manager and call `advance`.

    Parameters
    ----------
    total : int
    label : str
        What is going on.
    """

    def __init__(self, total: int, label: str) -> None:
        self.total = max(int(total), 1)
        self.label = label
        self.done = 0
        self._shown = sys.stderr is not None and sys.stderr.isatty()
        self._last = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count ``steps`` more and redraw at most ten times a second."""
        self.done += steps
        now = time.monotonic()
        if not self._shown or (now - self._last < _INTERVAL and self.done < self.total):
            return
        self._last = now
        filled = _WIDTH * min(self.done, self.total) // self.total
        bar = "#" * filled + "." * (_WIDTH - filled)
        sys.stderr.write(f"\r\x1b[2K{self.label} [{bar}] {self.done}/{self.total} {note}")
        sys.stderr.flush()
