"""A result that reads as a table: as text, as HTML in a notebook, as a data frame.

A result gives its rows as plain dicts; headings, cells and the line below follow from them
unless it says otherwise.
"""

from __future__ import annotations

from abc import abstractmethod
from html import escape
from typing import Any

import numpy as np

from minixai.errors import require

__all__ = ["PrintedTable"]

_SHOWN_ROWS = 60


class PrintedTable:
    """Base of the frozen results of this package; it holds nothing."""

    @abstractmethod
    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a row; the first key names the row."""

    def to_frame(self) -> Any:
        """Give a pandas data frame, indexed by the rows' names (needs the ``table`` extra)."""
        pandas = require("pandas", "table")
        rows = self.to_rows()
        return pandas.DataFrame(rows).set_index(next(iter(rows[0])))

    def __str__(self) -> str:
        cells = self._cells()
        table = [self._headings(), *cells[:_SHOWN_ROWS]]
        widths = [max(len(line[j]) for line in table) for j in range(len(table[0]))]
        texts = {
            j for j in range(len(widths)) if not all(_is_number(line[j]) for line in table[1:])
        }
        lines = [
            "  ".join(
                cell.ljust(width) if j == 0 or j in texts else cell.rjust(width)
                for j, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in table
        ]
        rule = "-" * len(lines[0])
        more = len(cells) - _SHOWN_ROWS
        rest = [f"and {more} more rows: to_frame() has them all"] if more > 0 else []
        return "\n".join([lines[0], rule, *lines[1:], *rest, rule, self._footer()])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(text)}</th>" for text in self._headings())
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>"
            for line in self._cells()
        )
        return (
            f"<table><caption>{escape(self._footer())}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _headings(self) -> list[str]:
        return [str(key) for key in self.to_rows()[0]]

    def _cells(self) -> list[list[str]]:
        return [[_in_words(key, value) for key, value in row.items()] for row in self.to_rows()]

    def _footer(self) -> str:
        return ""


def _is_number(cell: str) -> bool:
    try:
        return not cell or float(cell) is not None
    except ValueError:
        return False


def _in_words(key: str, value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        if np.isnan(value):
            return ""
        return f"{value:.3g}" if key == "p" else f"{value:.6g}"
    return str(value)
