"""The report of a study: one HTML file that needs nothing else.

It holds no script and no address, says so to the browser (a content policy that forbids
everything but its own styles and pictures), reads in light and dark and on paper, and is the
same to the byte each time it is made from the same study.

Cost: a drawing per figure, one to three seconds in all; 200 to 900 kB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minixai.errors import MinixaiError
from minixai.report.association import correlation_section
from minixai.report.curve_figures import curve_section
from minixai.report.data_figures import distribution_section, missing_section
from minixai.report.data_overview import data_section
from minixai.report.finding_boxes import finding_section
from minixai.report.headline import page_head
from minixai.report.influence import example_section, importance_section
from minixai.report.inside import compression_section, model_section
from minixai.report.markup import Markup, element
from minixai.report.performance import performance_section, prediction_section
from minixai.report.provenance import appendix_section, limitation_section, settings_section
from minixai.report.section import Section
from minixai.report.style import STYLE
from minixai.report.target_figures import target_section
from minixai.report.training import training_section

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["GENERATOR", "render"]

GENERATOR = "minixai report"
"""What the page says it was made by; a file that says so may be overwritten."""

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
_LARGEST = 5_000_000


def render(study: StudyRecord) -> str:
    """Return the report of ``study`` as the text of an HTML file.

    Parameters
    ----------
    study : Study
        The record of a run; sections that it holds nothing for are left out.

    Returns
    -------
    str
        A whole HTML document, less than 5 MB, the same to the byte for the same study.

    Raises
    ------
    MissingDependencyError
        matplotlib is not installed.
    MinixaiError
        The page would be larger than 5 MB.
    """
    sections = [
        finding_section(study),
        settings_section(study),
        data_section(study),
        missing_section(study),
        distribution_section(study),
        target_section(study),
        correlation_section(study),
        training_section(study),
        performance_section(study),
        prediction_section(study),
        curve_section(study),
        importance_section(study),
        example_section(study),
        model_section(study),
        compression_section(study),
        limitation_section(study),
        appendix_section(study),
    ]
    page = _document(study, [each for each in sections if each is not None])
    if len(page.encode("utf-8")) > _LARGEST:
        raise MinixaiError("The report would be larger than 5 MB: draw it from fewer columns.")
    return page


def _document(study: StudyRecord, sections: list[Section]) -> str:
    title = f"{study.title} – minixai report"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="generator", content=f"{GENERATOR} {study.version}"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(STYLE)),
    )
    body = element(
        "body",
        element("a", "Skip to the report", href="#report", class_="skip"),
        element(
            "div",
            _contents(sections),
            element(
                "main",
                page_head(study),
                *(each.markup() for each in sections),
                element("footer", element("p", f"Made by minixai {study.version}.")),
                id="report",
            ),
            class_="sheet",
        ),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _contents(sections: list[Section]) -> Markup:
    links = [element("li", element("a", each.title, href=f"#{each.key}")) for each in sections]
    return element(
        "nav",
        element("p", "Contents", class_="eyebrow"),
        element("ol", *links),
        aria_label="Contents",
    )
