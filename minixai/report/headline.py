"""The top of the page: what was predicted and how well, the warnings, the key figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minixai.report.markup import Markup, element
from minixai.report.number import bytes_text, count_text, number_text, value_text
from minixai.report.performance import comparison_sentence
from minixai.report.section import Section, paragraph
from minixai.report.table import name_markup, pair_list
from minixai.report.wording import method_words, metric_label, plain_name

if TYPE_CHECKING:
    from minixai.finding import Finding
    from minixai.report.record import StudyRecord

__all__ = ["finding_section", "page_head"]

_MOST_FINDINGS = 40


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
    if any(_is_leak(each) for each in study.findings):
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


def finding_section(study: StudyRecord) -> Section:
    """Return what the reader must know first: the findings, leaks on top."""
    findings = sorted(study.findings, key=_rank)
    n_warnings = sum(each.severity == "warning" for each in findings)
    title = (
        "Read this first"
        if n_warnings
        else "No warning; notes follow"
        if findings
        else "Nothing suspicious was found"
    )
    boxes = [_box(each) for each in findings[:_MOST_FINDINGS]]
    rest = len(findings) - len(boxes)
    quiet = (
        "The data were checked for columns that give the target away, that never vary, that are "
        "missing or repeated. None was found that would mislead; what these checks cannot see is "
        "listed at the end, under “What this report cannot tell”."
    )
    return Section(
        "findings",
        title,
        (
            None if n_warnings else paragraph(quiet),
            *boxes,
            paragraph(f"{rest} more findings stand in the record.") if rest > 0 else None,
        ),
    )


def _rank(finding: Finding) -> tuple[int, int]:
    return (0 if _is_leak(finding) else 1, 0 if finding.severity == "warning" else 1)


def _is_leak(finding: Finding) -> bool:
    return "leak" in finding.kind.lower() and finding.severity == "warning"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _box(finding: Finding) -> Markup:
    warns = finding.severity == "warning"
    word = "Warning" if warns else "Note"
    evidence: list[tuple[object, object]] = [
        (plain_name(key), value_text(value)) for key, value in finding.evidence.items()
    ]
    outcome = None
    if finding.accepted is not None:
        done = (
            "The proposal was followed"
            if finding.accepted
            else "The proposal was tried and dropped"
        )
        outcome = paragraph(
            f"{done}: before {value_text(finding.before)}; after {value_text(finding.after)}."
        )
    columns: list[object] = []
    for i, name in enumerate(finding.columns[:12]):
        columns += [", " if i else ": ", name_markup(name)]
    if len(finding.columns) > 12:
        columns.append(f" and {len(finding.columns) - 12} more")
    return element(
        "div",
        element(
            "h3",
            element("span", word, class_="word"),
            " ",
            _capital(plain_name(finding.kind)),
            *columns,
        ),
        paragraph(finding.sentence),
        pair_list(evidence, class_="pairs evidence") if evidence else None,
        paragraph(element("strong", "What to do: "), finding.proposal)
        if finding.proposal
        else None,
        outcome,
        class_="finding warning" if warns else "finding",
    )
