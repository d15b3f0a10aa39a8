"""The data: how much of it, what each column became, and what goes with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from minixai.plot import plot_correlation
from minixai.report.chart import drawn_chart
from minixai.report.markup import Markup, element, joined
from minixai.report.number import count_text, number_text, percent_text, value_text
from minixai.report.section import Section, paragraph
from minixai.report.table import data_table, folded_table, name_markup, name_markups
from minixai.report.wording import plain_name

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["correlation_section", "data_section"]

_MOST_CORRELATED = 40
_WORTH_A_WORD = 0.3
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
            f"Columns of the table, counted in {_which_rows(data)}",
            [plain_name(key) for key in keys],
            rows,
            texts=texts,
        ),
    )


def _which_rows(data: dict[str, Any]) -> str:
    n_train = data.get("n_train")
    return f"the {count_text(n_train)} rows used to fit" if n_train else "the rows used to fit"


def _cell(value: Any) -> str:
    return count_text(value) if isinstance(value, int) else value_text(value)


def correlation_section(study: StudyRecord) -> Section | None:
    """Return the correlations of the encoded columns, with the strongest ones in words."""
    record = study.data.get("correlation") or {}
    names, values = list(record.get("names") or []), record.get("values") or []
    if len(names) < 2:
        return None
    shown = min(len(names), _MOST_CORRELATED)
    side = min(8.2, 3.0 + 0.2 * shown)
    pairs = _strongest(record)
    marks = name_markups(names)
    figure = drawn_chart(
        lambda ax: plot_correlation(values, ax, names=names, max_display=_MOST_CORRELATED),
        key="correlation",
        title="Correlation heatmap",
        description=f"Correlations between {len(names)} columns, the strongest: "
        + " ".join(f"{names[i]} and {names[j]}: {number_text(r, 2)}." for i, j, r in pairs[:3]),
        size=(side + 1.4, side),
        caption="Blue: the two rise together. Vermillion: one falls as the other rises. Pale: no "
        "straight-line relation, which does not exclude a bent one. Grey: a column without "
        "spread.",
        data=folded_table(
            "The numbers",
            "Correlations",
            ["column", *marks],
            [
                [mark, *(number_text(v, 3) for v in row)]
                for mark, row in zip(marks, values, strict=True)
            ],
        ),
    )
    words = _in_words(pairs, marks, record.get("target"))
    return Section(
        "correlation",
        "What goes with what",
        (paragraph(_what_was_compared(study, len(names))), words, figure),
    )


def _what_was_compared(study: StudyRecord, n_names: int) -> str:
    """Say of which rows and of how many inputs the correlations speak."""
    record = study.data["correlation"]
    rows = f"Correlations are those of {_which_rows(study.data)}. "
    n_inputs, n_total = n_names - (record.get("target") is not None), record.get("n_total")
    if not n_total or n_total <= n_inputs:
        return rows
    return rows + (
        f"The figure shows the first {n_inputs} of {count_text(n_total)} inputs; only these were "
        "compared with one another. "
    )


class _Pair(NamedTuple):
    """Places of two columns, and their correlation."""

    i: int
    j: int
    r: float


def _strongest(record: dict[str, Any]) -> list[_Pair]:
    """Return pairs of columns with their correlation, the strongest first.

    Inputs that one raw column became hang together by the way they are made (levels exclude each
    other, offsets add up), so that pairs of them say nothing and are left out.
    """
    values = record["values"]
    raw = record.get("columns") or range(len(values))
    pairs = [
        _Pair(j, i, float(values[i][j]))
        for i in range(len(values))
        for j in range(i)
        if values[i][j] is not None and values[i][j] == values[i][j] and raw[i] != raw[j]
    ]
    return sorted(pairs, key=lambda pair: -abs(pair.r))


def _in_words(pairs: list[_Pair], marks: list[Markup], target: int | None) -> Markup:
    strong = [pair for pair in pairs if abs(pair.r) >= _WORTH_A_WORD]
    with_target = [pair for pair in strong if target in (pair.i, pair.j)][:3]
    others = [pair for pair in strong if target not in (pair.i, pair.j)][:3]
    sentences: list[object] = []
    if with_target:
        partners = [(j if i == target else i, r) for i, j, r in with_target]
        phrases = [joined([marks[each], f" ({number_text(r, 2)})"]) for each, r in partners]
        sentences += ["Most correlated with the target: ", joined(phrases, ", "), ". "]
    if others:
        phrases = [joined([marks[i], " and ", marks[j], f" ({number_text(r, 2)})"])
                   for i, j, r in others]  # fmt: skip
        sentences += [
            "The strongest correlations between inputs of different columns: ",
            joined(phrases, "; "),
            ". Columns that are strongly correlated share their importance, and none of the "
            "methods below can tell them apart.",
        ]
    else:
        sentences.append(
            f"No two inputs of different columns are correlated by {_WORTH_A_WORD} or more."
        )
    return paragraph(*sentences)
