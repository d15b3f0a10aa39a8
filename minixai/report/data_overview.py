"""The data: how much of it, what each column became, and what goes with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.plot import plot_correlation
from minixai.report.chart import drawn_chart
from minixai.report.markup import Markup, element, joined
from minixai.report.number import count_text, number_text, percent_text, value_text
from minixai.report.section import Section, paragraph
from minixai.report.table import data_table, folded_table, name_markup
from minixai.report.wording import plain_name

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["correlation_section", "data_section"]

_MOST_CORRELATED = 40
_WORTH_A_WORD = 0.3
_TARGET = "target"
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
    rows = [
        [name_markup(each.get(key)) if j == 0 else _cell(each.get(key))
         for j, key in enumerate(keys)]
        for each in columns
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
    pairs = _strongest(names, values)
    n_total = record.get("n_total")
    part = ""
    if n_total and n_total > len(names):
        part = f" Shown are {len(names)} of them; there are {count_text(n_total)} inputs."
    figure = drawn_chart(
        lambda ax: plot_correlation(values, ax, names=names, max_display=_MOST_CORRELATED),
        key="correlation",
        title="Correlation heatmap",
        description=f"Correlations between {len(names)} columns, the strongest: "
        + " ".join(f"{a} and {b}: {number_text(r, 2)}." for a, b, r in pairs[:3]),
        size=(side + 1.4, side),
        caption="Blue: the two rise together. Vermillion: one falls as the other rises. Pale: no "
        "straight-line relation, which does not exclude a bent one. Grey: a column without "
        "spread.",
        data=folded_table(
            "The numbers",
            "Correlations",
            ["column", *(name_markup(each) for each in names)],
            [
                [name_markup(name), *(number_text(v, 3) for v in row)]
                for name, row in zip(names, values, strict=True)
            ],
        ),
    )
    return Section("correlation", "What goes with what", (_in_words(pairs, part), figure))


def _strongest(names: list[str], values: list[list[Any]]) -> list[tuple[str, str, float]]:
    """Return pairs of columns with their correlation, the strongest first.

    Levels of one column exclude each other, so that pairs of them say nothing and are left out.
    """
    pairs = [
        (names[i], names[j], float(values[i][j]))
        for i in range(len(names))
        for j in range(i)
        if values[i][j] is not None
        and values[i][j] == values[i][j]
        and ("=" not in names[i] or names[i].partition("=")[0] != names[j].partition("=")[0])
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))


def _in_words(pairs: list[tuple[str, str, float]], part: str) -> Markup:
    strong = [pair for pair in pairs if abs(pair[2]) >= _WORTH_A_WORD]
    with_target = [pair for pair in strong if _TARGET in pair[:2]][:3]
    others = [pair for pair in strong if _TARGET not in pair[:2]][:3]
    sentences: list[object] = []
    if with_target:
        partners = [(b if a == _TARGET else a, r) for a, b, r in with_target]
        phrases = [joined([name_markup(each), f" ({number_text(r, 2)})"]) for each, r in partners]
        sentences += ["Most correlated with the target: ", joined(phrases, ", "), ". "]
    if others:
        phrases = [
            joined([name_markup(a), " and ", name_markup(b), f" ({number_text(r, 2)})"])
            for a, b, r in others
        ]
        sentences += [
            "The strongest correlations among the inputs: ",
            joined(phrases, "; "),
            ". Columns that are strongly correlated share their importance, and none of the "
            "methods below can tell them apart.",
        ]
    else:
        sentences.append(f"No two inputs are correlated by {_WORTH_A_WORD} or more.")
    return paragraph(*sentences, part)
