"""What goes with what: how strongly the columns of the table hang together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from minixai.plot import plot_correlation
from minixai.report.chart import drawn_chart
from minixai.report.data_overview import which_rows
from minixai.report.markup import Markup, joined
from minixai.report.number import count_text, number_text
from minixai.report.section import Section, paragraph
from minixai.report.table import folded_table, name_markups

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["correlation_section"]

_MOST_CORRELATED = 40
_WORTH_A_WORD = 0.3


def correlation_section(study: StudyRecord) -> Section | None:
    """Return the associations of the raw columns, with the strongest ones in words."""
    record = study.data.get("correlation") or {}
    names, values = list(record.get("names") or []), record.get("values") or []
    if len(names) < 2:
        return None
    order = record.get("order") or list(range(len(names)))
    shown = min(len(names), _MOST_CORRELATED)
    side = min(8.2, 3.0 + 0.24 * shown)
    pairs = _strongest(values)
    marks = name_markups(names)
    figure = drawn_chart(
        lambda ax: plot_correlation(
            values, ax, names=names, cluster=order, max_display=_MOST_CORRELATED
        ),
        key="correlation",
        title="Correlation heatmap",
        description=f"Correlations between {len(names)} columns, the strongest: "
        + " ".join(f"{names[i]} and {names[j]}: {number_text(r, 2)}." for i, j, r in pairs[:3]),
        size=(side + 1.4, side),
        caption="Columns that go together stand side by side. Blue: the two rise together, or, "
        "where one holds labels, one tells something of the other. Vermillion: one falls as the "
        "other rises. Pale: little to be seen, which does not exclude a bent relation. Grey: a "
        "column without spread.",
        data=folded_table(
            "The numbers",
            "Correlations",
            ["column", *(marks[j] for j in order)],
            [[marks[i], *(number_text(values[i][j], 3) for j in order)] for i in order],
        ),
    )
    return Section(
        "correlation",
        "What goes with what",
        (
            paragraph(_what_was_compared(study, len(names))),
            _in_words(pairs, marks, record.get("target")),
            figure,
        ),
    )


def _what_was_compared(study: StudyRecord, n_names: int) -> str:
    """Say how columns of each kind were compared, in which rows, and how many are shown."""
    record = study.data["correlation"]
    words = (
        f"Columns as they stand in the table, compared in {which_rows(study.data)}: two columns "
        "of numbers by the correlation of their ranks (−1 to 1), numbers with labels by the "
        "correlation ratio of the ranks, labels with labels by Cramer's V (0 to 1, chance taken "
        "off). "
    )
    n_shown, n_total = n_names - (record.get("target") is not None), record.get("n_total")
    if n_total and n_total > n_shown:
        words += (
            f"{n_shown} of {count_text(n_total)} columns are shown, those that go most with the "
            "target. "
        )
    n_left_out = record.get("n_left_out")
    if n_left_out:
        noun = "column" if n_left_out == 1 else "columns"
        words += (
            f"Not compared: {count_text(n_left_out)} {noun} of ids, free text, several labels a "
            "row or more than 50 labels. "
        )
    return words


class _Pair(NamedTuple):
    """Places of two columns, and their correlation."""

    i: int
    j: int
    r: float


def _strongest(values: list[list[Any]]) -> list[_Pair]:
    """Return pairs of columns with their correlation, the strongest first."""
    pairs = [
        _Pair(j, i, float(values[i][j]))
        for i in range(len(values))
        for j in range(i)
        if values[i][j] is not None and values[i][j] == values[i][j]
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
            "The strongest correlations between features: ",
            joined(phrases, "; "),
            ". Columns that are strongly correlated share their importance, and none of the "
            "methods below can tell them apart.",
        ]
    elif len(marks) - (target is not None) > 1:
        sentences.append(f"No two features are correlated by {_WORTH_A_WORD} or more.")
    return paragraph(*sentences)
