"""The data: how much of it, and what each column became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.report.markup import Markup, element
from minixai.report.number import count_text, percent_text, value_text
from minixai.report.section import Section, paragraph
from minixai.report.table import data_table, name_markup, name_markups
from minixai.report.wording import plain_name

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["data_section", "which_rows"]

_FIRST_KEYS = ("column", "name", "kind")


def data_section(study: StudyRecord) -> Section | None:
    """Return the counts of rows and the table of columns."""
    data = study.data
    if not data:
        return None
    return Section("data", "The data", (_rows_in_words(data), *_columns(data)))


def _rows_in_words(data: dict[str, Any]) -> Markup:
    parts: list[object] = [name_markup(data.get("name", "The table"))]
    n_rows, n_train, n_test = (data.get(key) for key in ("n_rows", "n_train", "n_test"))
    parts.append(f" holds {count_text(n_rows)} rows. " if n_rows else " is the table. ")
    if n_rows and n_train and n_test:
        parts.append(
            f"{count_text(n_train)} of them ({percent_text(n_train / n_rows)}) were used to fit; "
            f"{count_text(n_test)} ({percent_text(n_test / n_rows)}) were held out and served only "
            "to score and to explain. Everything that is learned from data, such as what fills a "
            "gap and how a column is scaled, was learned from the rows used to fit. "
        )
    parts += ["The target is ", name_markup(data.get("target", "unnamed"))]
    task = {
        "regression": ", a number (regression).",
        "classification": ", a class (classification).",
    }
    parts.append(task.get(str(data.get("task")), "."))
    return paragraph(*parts)


def _columns(data: dict[str, Any]) -> tuple[Markup | None, ...]:
    columns = data.get("columns") or []
    if not columns:
        return (None,)
    keys = list(dict.fromkeys(key for each in columns for key in each))
    keys.sort(key=lambda key: _FIRST_KEYS.index(key) if key in _FIRST_KEYS else len(_FIRST_KEYS))
    marks = name_markups(each.get(keys[0]) for each in columns)
    rows = [
        [mark, *(_cell(each.get(key)) for key in keys[1:])]
        for mark, each in zip(marks, columns, strict=True)
    ]  # fmt: skip
    n_encoded = data.get("n_encoded")
    became = f" They became the {count_text(n_encoded)} inputs of the model." if n_encoded else ""
    texts = [j for j, key in enumerate(keys) if any(isinstance(c.get(key), str) for c in columns)]
    return (
        element("h3", "What each column became"),
        paragraph(
            "A model reads numbers, so every column is turned into some: categories into one "
            "column each, ids into the mean target of their other rows and how often they occur, "
            "gaps into a filled value and a mark that it was filled. In the rest of this report "
            f"they are folded back to the columns you know.{became}"
        ),
        data_table(
            f"Columns of the table, counted in {which_rows(data)}",
            [plain_name(key) for key in keys],
            rows,
            texts=texts,
        ),
    )


def which_rows(data: dict[str, Any]) -> str:
    """Return which rows the figures of the data speak of."""
    n_train = data.get("n_train")
    return f"the {count_text(n_train)} rows used to fit" if n_train else "the rows used to fit"


def _cell(value: Any) -> str:
    return count_text(value) if isinstance(value, int) else value_text(value)
