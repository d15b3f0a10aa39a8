"""Pictures of the data: where values are missing, how they lie, how they go with the target."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.errors import require
from minixai.plot import plot_histogram, plot_levels, plot_missing
from minixai.plot.missing_plot import percent_text as missing_text
from minixai.plot.text import PLAIN_TEXT, shortened_all
from minixai.report.chart import drawn_chart
from minixai.report.data_overview import which_rows
from minixai.report.markup import Markup
from minixai.report.number import count_text, number_text
from minixai.report.section import Section, paragraph
from minixai.report.table import data_table, folded_table, name_markups

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["counted", "distribution_section", "missing_section", "panel_chart"]

_SEEN = 0.02
"""Share missing of a block from which on a map shows it."""
_ACROSS = 3
_PANEL = (2.8, 2.15)


def missing_section(study: StudyRecord) -> Section | None:
    """Return the map of missing values; None in a table without gaps."""
    record = study.data.get("missing") or {}
    names = record.get("names") or []
    if not names:
        return None
    found: Any = SimpleNamespace(
        names=names,
        **{part: np.array(record[part]) for part in ("share", "block_share", "edges")},
    )
    n_gapped, n_columns = record["n_gapped"], record["n_columns"]
    some = f" The {len(names)} with the most are shown." if len(names) < n_gapped else ""
    have = "columns has" if n_gapped == 1 else "columns have"
    order = [int(j) for j in np.argsort(-found.share, kind="stable")]
    marks = name_markups(names)
    words = f"{count_text(n_gapped)} of {count_text(n_columns)} {have} gaps.{some}"
    table = ("Share missing", ["column", "share missing"],
             [[marks[j], missing_text(record["share"][j])] for j in order])  # fmt: skip
    if found.block_share.max() < _SEEN:
        few = f"{words} They are too few for a map: no part of the table lacks {_SEEN:.0%}."
        return Section("missing", "What is missing", (paragraph(few), data_table(*table)))
    figure = drawn_chart(
        lambda ax: plot_missing(found, ax),
        key="missing",
        title="Missing-value map",
        description="Share missing of all rows: "
        + "; ".join(f"{names[j]} {missing_text(record['share'][j])}" for j in order[:10]),
        size=(8.2, float(np.clip(1.7 + 0.24 * len(names), 2.2, 8.6))),
        caption="Rows from left to right in the order of the table, dark where values are missing. "
        "Stripes that stand in one place for several columns went missing together; a column that "
        "is dark in one part alone was lost at a time or in a source.",
        data=folded_table("The numbers", *table),
    )
    return Section("missing", "What is missing", (paragraph(words), figure))


def counted(record: dict[str, Any], name: str) -> Any:
    """Return the counts of a record as `plot_histogram` wants them."""
    return SimpleNamespace(
        name=name,
        by_name=None,
        n_missing=0,
        n_unlabelled=0,
        edges=np.array(record["edges"]),
        counts=np.array([record["counts"]]),
    )


def distribution_section(study: StudyRecord) -> Section | None:
    """Return small pictures of the columns' values, the target first."""
    record = study.data.get("distributions") or {}
    columns = record.get("columns") or []
    if not columns:
        return None
    n_shown, n_drawable = len(columns) - 1, int(record.get("n_drawable") or 0)
    sentences = f"How the values lie in {which_rows(study.data)}, the target first. "
    if n_shown < n_drawable:
        sentences += (
            f"{n_shown} of {count_text(n_drawable)} columns are shown, those that go most with "
            "the target. "
        )
    n_hidden = int(record.get("n_features") or n_drawable) - n_drawable
    if n_hidden:
        noun = "column" if n_hidden == 1 else "columns"
        sentences += f"Not drawn: {count_text(n_hidden)} {noun} of ids, free text or no value. "
    titles = shortened_all([each["column"] for each in columns], 26)
    titled = [{**each, "title": title} for each, title in zip(columns, titles, strict=True)]
    figure = panel_chart(
        titled,
        _draw_column,
        key="distributions",
        title="Values of the columns",
        description="; ".join(_spoken(each) for each in columns),
        caption="Numbers are counted in bins, labels one by one, the most frequent first.",
        data=folded_table(
            "The numbers",
            "Values of the columns",
            ["column", "kind", "values"],
            [
                [mark, str(each["kind"]), _spoken_values(each)]
                for mark, each in zip(
                    name_markups(each["column"] for each in columns), columns, strict=True
                )
            ],
            texts=(0, 1, 2),
        ),
    )
    return Section("distributions", "How the values lie", (paragraph(sentences), figure))


def panel_chart(
    panels: list[dict[str, Any]], draw: Any, *, panel: tuple[float, float] = _PANEL,
    across: int = _ACROSS, **texts: Any,
) -> Markup:  # fmt: skip
    """Draw one small picture a panel, in rows; ``texts`` are those of `drawn_chart`."""
    across = min(across, len(panels))
    n_rows = -(-len(panels) // across)

    def all_panels(axes: Any) -> None:
        for ax, each in zip(axes.ravel(), panels, strict=False):
            draw(ax, each)
        for ax in axes.ravel()[len(panels) :]:
            ax.remove()

    size = (panel[0] * across, panel[1] * n_rows)
    return drawn_chart(all_panels, size=size, grid=(n_rows, across), **texts)


def _draw_column(ax: Any, each: dict[str, Any]) -> None:
    if "levels" in each:
        plot_levels(
            each["counts"], ax, names=each["levels"], n_rest=each["n_rest"],
            n_levels=each["n_levels"],
        )  # fmt: skip
    else:
        plot_histogram(counted(each, str(each["column"])), ax)
        ax.set_xlabel("")
        if each["kind"] == "datetime":
            dates = require("matplotlib.dates", "plot")
            locator = dates.AutoDateLocator(minticks=2, maxticks=4)
            ax.xaxis.set_major_locator(locator)
            ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
        else:
            ax.locator_params(axis="x", nbins=4)
    ax.set_title(each["title"], loc="left", fontsize="medium", **PLAIN_TEXT)
    for axis in ("x", "y"):
        ax.tick_params(axis=axis, labelsize="small")
    beyond = each.get("n_beyond")
    words = f"{count_text(beyond)} rows beyond not drawn" if beyond else "rows"
    if "levels" in each:
        ax.locator_params(axis="x", nbins=4)
        ax.set_xlabel("rows", fontsize="small", **PLAIN_TEXT)
    else:
        ax.set_xlabel(words if beyond else "", fontsize="small", **PLAIN_TEXT)
        ax.set_ylabel("rows", fontsize="small", **PLAIN_TEXT)
        ax.locator_params(axis="y", nbins=4)


def _spoken(each: dict[str, Any]) -> str:
    return f"{each['column']}: {_spoken_values(each)}"


def _spoken_values(each: dict[str, Any]) -> str:
    missing = f", {count_text(each['n_missing'])} missing" if each["n_missing"] else ""
    if "levels" in each:
        shown = ", ".join(
            f"{level} {count_text(n)}"
            for level, n in zip(each["levels"], each["counts"], strict=True)
        )
        rest = f", others {count_text(each['n_rest'])}" if each["n_rest"] else ""
        return f"{shown}{rest}{missing}"
    i = int(np.argmax(each["counts"]))
    ends = [each["smallest"], each["largest"], each["edges"][i], each["edges"][i + 1]]
    low, high, start, end = (_moment(v) if each["kind"] == "datetime" else number_text(v)
                             for v in ends)  # fmt: skip
    return f"from {low} to {high}, the fullest bin {start} to {end}{missing}"


def _moment(days: float) -> str:
    return str(np.datetime64(round(days * 86_400), "s")).partition("T")[0]
