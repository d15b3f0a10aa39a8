"""The top of the page: what was predicted and how well, and the key figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minixai.report.finding_boxes import is_leak
from minixai.report.markup import Markup, element
from minixai.report.number import bytes_text, count_text, number_text
from minixai.report.performance import comparison_sentence
from minixai.report.section import paragraph
from minixai.report.table import name_markup, pair_list
from minixai.report.wording import method_words, metric_label

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["page_head"]


def page_head(study: StudyRecord) -> Markup:
    """Return the head of the page, in words first and then in figures."""
    data = study.data
    lead: list[object] = [name_markup(study.model.get("name", "A model")), " predicts "]
    lead += [name_markup(data.get("target", "the target")), " in ", name_markup(data.get("name"))]
    if data.get("n_train") and data.get("n_test"):
        lead += [
            f". It learned from {count_text(data['n_train'])} rows and is judged on "
            f"{count_text(data['n_test'])} others that it has never seen. "
        ]
    else:
        lead += [". "]
    if study.scores and study.metrics:
        lead.append(comparison_sentence(study))
    if any(is_leak(each) for each in study.findings):
        lead.append(" Read the warning below first: this score is probably too good to be true.")
    return element(
        "header",
        paragraph("minixai report", class_="eyebrow"),
        element("h1", study.title),
        paragraph(*lead, class_="lead"),
        _key_figures(study),
    )


def _key_figures(study: StudyRecord) -> Markup | None:
    figures: list[tuple[object, object]] = []
    if study.scores and study.metrics:
        metric = study.metrics[0]
        label = metric_label(metric["name"])
        values = [
            (row[metric["name"]], row.get("model"))
            for row in study.scores[1:]
            if row.get(metric["name"]) is not None
        ]
        figures.append((f"{label}, held out", number_text(study.scores[0].get(metric["name"]))))
        if values:
            pick = max if metric.get("higher_is_better") else min
            best, who = pick(values, key=lambda pair: pair[0])
            figures.append(
                (element("span", "best yardstick: ", name_markup(who)), number_text(best))
            )
    if study.importances and len(study.importances[0].feature_names):
        top = study.importances[0]
        how = method_words(top.method).title
        figures.append(
            (f"matters most, {how[:1].lower()}{how[1:]}",
             name_markup(top.feature_names[int(top.order()[0])]))
        )  # fmt: skip
    if len(study.compression) > 1:
        smallest = min(row["bytes_on_disk"] for row in study.compression)
        first = study.compression[0]["bytes_on_disk"]
        figures.append(("smallest version", f"{bytes_text(smallest)} of {bytes_text(first)}"))
    return pair_list(figures, class_="figures") if figures else None
