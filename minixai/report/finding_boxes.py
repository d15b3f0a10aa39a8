"""What the reader must know first: each finding with its sentence, its evidence, its proposal.

Many findings of one kind, such as forty skewed columns, stand in one box: the first in full, the
others in a table that opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minixai.report.markup import Markup, element, joined
from minixai.report.number import value_text
from minixai.report.section import Section, paragraph
from minixai.report.table import folded_table, name_markups, pair_list
from minixai.report.wording import plain_name

if TYPE_CHECKING:
    from minixai.finding import Finding
    from minixai.report.record import StudyRecord

__all__ = ["finding_section", "is_leak"]

_MOST_BOXES = 40
_MOST_APART = 3
"""Findings of one kind that have a box each; of more, one box holds all."""
_MOST_NAMES = 12


def finding_section(study: StudyRecord) -> Section:
    """Return the findings, leaks on top."""
    findings = sorted(study.findings, key=_rank)
    n_warnings = sum(each.severity == "warning" for each in findings)
    title = (
        "Read this first"
        if n_warnings
        else "No warning; notes follow"
        if findings
        else "Nothing suspicious was found"
    )
    groups = _grouped(findings)
    boxes = [_box(group) for group in groups[:_MOST_BOXES]]
    rest = sum(len(group) for group in groups[_MOST_BOXES:])
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


def is_leak(finding: Finding) -> bool:
    """Whether a finding says that the score is too good to be true."""
    return "leak" in finding.kind.lower() and finding.severity == "warning"


def _rank(finding: Finding) -> tuple[bool, bool, bool]:
    leak = "leak" in finding.kind.lower()
    return (not is_leak(finding), finding.severity != "warning", not leak)


def _grouped(findings: list[Finding]) -> list[list[Finding]]:
    """Put findings of one kind together where there are many, in the place of the first."""
    kinds: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        kinds.setdefault((each.severity, each.kind), []).append(each)
    groups: list[list[Finding]] = []
    for each in findings:
        own = kinds[each.severity, each.kind]
        if len(own) <= _MOST_APART or each.accepted is not None:
            groups.append([each])
        elif each is own[0]:
            groups.append([other for other in own if other.accepted is None])
    return groups


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _box(group: list[Finding]) -> Markup:
    """Return the first finding in full, with the others of its kind below."""
    first = group[0]
    warns = first.severity == "warning"
    names = list(dict.fromkeys(name for each in group for name in each.columns))
    return element(
        "div",
        element(
            "h3",
            element("span", "Warning" if warns else "Note", class_="word"),
            " ",
            _capital(plain_name(first.kind)),
            f", {len(group)} times" if len(group) > 1 else None,
            *_listed(names),
        ),
        paragraph(first.sentence),
        _evidence(first),
        paragraph(element("strong", "What to do: "), first.proposal) if first.proposal else None,
        _outcome(first),
        _others(first, group[1:]) if len(group) > 1 else None,
        class_="finding warning" if warns else "finding",
    )


def _listed(names: list[str]) -> list[object]:
    shown = name_markups(names[:_MOST_NAMES])
    parts: list[object] = []
    for i, mark in enumerate(shown):
        parts += [", " if i else ": ", mark]
    if len(names) > _MOST_NAMES:
        parts.append(f" and {len(names) - _MOST_NAMES} more")
    return parts


def _evidence(finding: Finding) -> Markup | None:
    pairs: list[tuple[object, object]] = [
        (plain_name(key), value_text(value)) for key, value in finding.evidence.items()
    ]
    return pair_list(pairs, class_="pairs evidence") if pairs else None


def _outcome(finding: Finding) -> Markup | None:
    if finding.accepted is None:
        return None
    done = "The proposal was followed" if finding.accepted else "The proposal was tried and dropped"
    return paragraph(
        f"{done}: before {value_text(finding.before)}; after {value_text(finding.after)}."
    )


def _others(first: Finding, findings: list[Finding]) -> Markup:
    """Return the rest of a kind as a table: what was found, its numbers, what to do if not that."""
    heads = ["column", "what was found", "evidence", "what to do"]
    rows: list[list[object]] = []
    for each in findings:
        numbers = "; ".join(
            f"{plain_name(key)}: {value_text(value)}" for key, value in each.evidence.items()
        )
        names = joined(name_markups(each.columns), ", ")
        rows.append([names, each.sentence, numbers, each.proposal])
    if all(each.proposal == first.proposal for each in findings):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    summary = f"The other {len(findings)} of this kind"
    return folded_table(summary, summary, heads, rows, texts=range(len(heads)))
