"""Tables: a caption, a header row, text to the left and numbers to the right, an honest end.

A long table shows its first rows and says how many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from minixai.plot.text import readable, shortened_all
from minixai.report.markup import Markup, element, joined

__all__ = [
    "data_table",
    "folded_table",
    "input_markups",
    "name_markup",
    "name_markups",
    "pair_list",
]

_MOST_ROWS = 60
_MOST_COLUMNS = 40
_LONGEST_NAME = 120


def name_markup(name: object) -> Markup:
    """Return a name from the data, kept apart from the text around it."""
    return name_markups([name])[0]


def name_markups(names: Iterable[object]) -> list[Markup]:
    """Return names that stand together: those too long are cut so that they stay different."""
    names = list(names)
    return [
        element("bdi", short, class_="name", title=None if short == whole else whole)
        for short, whole in zip(
            shortened_all(names, _LONGEST_NAME), map(readable, names), strict=True
        )
    ]


def input_markups(names: Sequence[object], columns: Sequence[object] | None) -> list[Markup]:
    """Return inputs of a model, beside each the column it was made of where names differ.

    ``columns`` are None where the record does not tell.
    """
    return [
        mark
        if name == column
        else joined([mark, " ", element("small", "of ", name_markup(column))])
        for mark, name, column in zip(name_markups(names), names, columns or names, strict=True)
    ]


def data_table(
    caption: str,
    heads: Sequence[object],
    rows: Sequence[Sequence[object]],
    *,
    texts: Collection[int] = (0,),
    marked: int | None = None,
    n_total: int | None = None,
) -> Markup:
    """Return a table.

    Parameters
    ----------
    caption : str
        What it shows.
    heads : sequence
        One text per column.
    rows : sequence of sequences
        Cells, as text or markup.
    texts : collection of int
        The columns that hold text; the others hold numbers and stand to the right.
    marked : int, optional
        A row to set in bold.
    n_total : int, optional
        How many rows there are where ``rows`` is a part of them.
    """
    shown, heads = rows[:_MOST_ROWS], heads[:_MOST_COLUMNS]
    n_total = len(rows) if n_total is None else n_total
    left_out = []
    if len(shown) < n_total:
        left_out.append(f"{len(shown):,} of {n_total:,} rows shown")
    if rows and len(heads) < len(rows[0]):
        left_out.append(f"{len(heads)} of {len(rows[0])} columns shown")
    head = element(
        "tr",
        *(
            element("th", each, scope="col", class_=None if j in texts else "number")
            for j, each in enumerate(heads)
        ),
    )
    body = [
        _row(row[:_MOST_COLUMNS], texts, "marked" if i == marked else None)
        for i, row in enumerate(shown)
    ]
    note = element("small", f" ({'; '.join(left_out)})") if left_out else None
    return element(
        "div",
        element(
            "table",
            element("caption", caption, note),
            element("thead", head),
            element("tbody", *body),
        ),
        class_="scroll",
        role="group",
        aria_label=caption,
        tabindex=0,
    )


def _row(row: Sequence[object], texts: Collection[int], mark: str | None) -> Markup:
    cells = []
    for j, cell in enumerate(row):
        if j == 0:
            cells.append(element("th", cell, scope="row"))
        else:
            cells.append(element("td", cell, class_=None if j in texts else "number"))
    return element("tr", *cells, class_=mark)


def folded_table(summary: str, *args: Any, **options: Any) -> Markup:
    """Return a `data_table` that opens when asked for."""
    return element("details", element("summary", summary), data_table(*args, **options))


def pair_list(pairs: Sequence[tuple[object, object]], class_: str = "pairs") -> Markup:
    """Return names and values as a definition list."""
    return element(
        "dl",
        *(element("div", element("dt", name), element("dd", value)) for name, value in pairs),
        class_=class_,
    )
