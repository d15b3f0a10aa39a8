"""The columns that go most with the target, set against it: points, boxes, shares."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.plot import plot_box, plot_levels, plot_scatter
from minixai.plot.canvas import BLUE, note
from minixai.plot.text import PLAIN_TEXT, shortened
from minixai.report.data_figures import panel_chart
from minixai.report.data_overview import which_rows
from minixai.report.markup import Markup
from minixai.report.number import count_text, number_text, percent_text
from minixai.report.section import Section, paragraph
from minixai.report.table import folded_table, name_markup, name_markups

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["target_section"]


_CAPTIONS = {
    "q1": "A box holds the middle half of the rows of its label, the line in it is the median; "
    "whiskers reach to the last value within 1.5 times the length of the box, circles lie beyond.",
    "x": "A point is a row.",
    "shares": "A bar is the share of the class within the rows of a label, the dashed line its "
    "share of all rows.",
}
"""What a picture shows, by a field of the record that only its kind has."""


def target_section(study: StudyRecord) -> Section | None:
    """Return the columns that go most with the target, set against it."""
    record = study.data.get("by_target") or {}
    columns = record.get("columns") or []
    if not columns:
        return None
    target = study.data.get("target")
    n_usable = int(record.get("n_usable") or len(columns))
    some = f"{len(columns)} of {count_text(n_usable)} such columns are shown. "
    only = all("q1" in each for each in columns) and study.data.get("task") == "classification"
    kinds = "columns of numbers" if only else "columns"
    figure = panel_chart(
        columns,
        lambda ax, each: _draw_by_target(ax, each, str(target)),
        panel=(4.2, 3.1),
        across=2,
        key="by-target",
        title="Columns against the target",
        description="; ".join(_spoken_by_target(each) for each in columns),
        caption=" ".join(
            words for key, words in _CAPTIONS.items() if any(key in each for each in columns)
        ),
        data=_numbers(columns),
    )
    return Section(
        "by-target",
        "Columns against the target",
        (
            paragraph(
                f"The {kinds} that go most with the target ", name_markup(target),
                f", in {which_rows(study.data)}. ", some if len(columns) < n_usable else "",
            ),
            figure,
        ),
    )  # fmt: skip


def _draw_by_target(ax: Any, each: dict[str, Any], target: str) -> None:
    if "shares" in each:
        _draw_shares(ax, each, target)
    elif "x" in each:
        plot_scatter(each["x"], each["y"], ax, x_name=each["column"], y_name=target)
        n_shown, n_total = len(each["x"]), each["n_total"]
        ax.locator_params(axis="x", nbins=4)
        note(ax, f"{n_shown:,} of {n_total:,} rows, drawn at random" if n_shown < n_total else "")
    else:
        plot_box(_summary(each), ax)
        n_hidden = sum(each["n_outliers"]) - sum(map(len, each["outliers"]))
        n_shown, n_classes = len(each["classes"]), each["n_classes"]
        note(
            ax,
            f"{n_shown} of {n_classes:,} labels shown" if n_shown < n_classes else "",
            f"{each['n_missing']:,} rows without a value left out" if each["n_missing"] else "",
            f"{n_hidden:,} outliers not drawn" if n_hidden else "",
        )
    for axis in ("x", "y"):
        ax.tick_params(axis=axis, labelsize="small")


def _draw_shares(ax: Any, each: dict[str, Any], target: str) -> None:
    plot_levels(each["shares"], ax, names=each["levels"])
    for bar in ax.patches:
        bar.set(facecolor="#a9d1e8", edgecolor=BLUE)  # the line across must be seen, in grey too
    ax.axvline(each["share_of_all"], color=ax.spines["left"].get_edgecolor(), linestyle="--")
    ax.locator_params(axis="x", integer=False, nbins=5)
    ax.set_xlabel(
        f"share of {shortened(target, 16)} = {shortened(each['class'], 16)}", **PLAIN_TEXT
    )
    ax.set_ylabel(shortened(each["column"], 40), **PLAIN_TEXT)
    n_shown, n_levels = len(each["levels"]), each["n_levels"]
    note(ax, f"{n_shown} of {n_levels:,} labels shown" if n_shown < n_levels else "")


def _summary(each: dict[str, Any]) -> Any:
    parts = ("counts", "whisker_low", "q1", "median", "q3", "whisker_high", "mean")
    return SimpleNamespace(
        name=each["box_of"],
        by_name=each["box_by"],
        classes=each["classes"],
        n_missing=0,
        n_unlabelled=0,
        outliers=[np.array(values) for values in each["outliers"]],
        **{part: np.array(each[part]) for part in parts},
    )


def _spoken_by_target(each: dict[str, Any]) -> str:
    if "x" in each:
        return f"{each['column']}: {count_text(len(each['x']))} points"
    if "shares" in each:
        shown = ", ".join(
            f"{name} {percent_text(share)}"
            for name, share in zip(each["levels"], each["shares"], strict=True)
        )
        return f"share of {each['class']} by {each['column']}: {shown}"
    medians = ", ".join(
        f"{name} {number_text(m, 3)}"
        for name, m in zip(each["classes"], each["median"], strict=True)
    )
    return f"medians of {each['box_of']} by {each['box_by']}: {medians}"


def _numbers(columns: list[dict[str, Any]]) -> Markup | None:
    """Return the shares and the quartiles behind bars and boxes; points are too many."""
    rows: list[list[object]] = []
    for each in columns:
        (mark,) = name_markups([each["column"]])
        names = name_markups(each.get("levels") or each.get("classes") or [])
        for i, name in enumerate(names):
            cells = [mark, name, count_text(each["counts"][i])]
            if "shares" in each:
                rows.append([*cells, percent_text(each["shares"][i]), "", "", ""])
            else:
                parts = ("q1", "median", "q3")
                rows.append([*cells, "", *(number_text(each[part][i], 3) for part in parts)])
    heads = ["column", "label", "rows", "share", "lower quarter", "median", "upper quarter"]
    for j in (6, 5, 4, 3):
        if not any(row[j] for row in rows):
            heads, rows = heads[:j] + heads[j + 1 :], [row[:j] + row[j + 1 :] for row in rows]
    title = "Shares and quartiles"
    return folded_table("The numbers", title, heads, rows, texts=(0, 1)) if rows else None
