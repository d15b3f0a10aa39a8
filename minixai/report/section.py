"""A section of the report: a heading, and what stands below it."""

from __future__ import annotations

from dataclasses import dataclass

from minixai.report.markup import Markup, element

__all__ = ["Section", "paragraph"]


@dataclass(frozen=True)
class Section:
    """One section; ``key`` is its id in the page and never comes from the data.

    Parameters
    ----------
    key, title : str
    body : tuple of Markup or None
        What stands below the heading; None is left out.
    """

    key: str
    title: str
    body: tuple[Markup | None, ...]

    def markup(self) -> Markup:
        """Return the section as HTML."""
        heading = element("h2", self.title, id=f"{self.key}-heading")
        return element(
            "section", heading, *self.body, id=self.key, aria_labelledby=f"{self.key}-heading"
        )


def paragraph(*parts: object, class_: str | None = None) -> Markup:
    """Return a paragraph; parts that are no markup are escaped."""
    return element("p", *parts, class_=class_)
