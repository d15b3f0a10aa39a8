"""HTML built so that text cannot become markup: the one place where a page's characters are made.

Every child of `element` is escaped unless an `element` made it, attributes are escaped always,
and tags and attributes stand on a list that holds nothing a browser would run or fetch.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from minixai.plot.text import visible

__all__ = ["ATTRIBUTES", "TAGS", "VOID_TAGS", "Markup", "element", "escape", "joined"]

TAGS = frozenset([
    "a", "bdi", "body", "caption", "clipPath", "code", "dd", "defs", "desc", "details", "div",
    "dl", "dt", "em", "figcaption", "figure", "footer", "g", "h1", "h2", "h3", "head", "header",
    "html", "image", "li", "main", "meta", "nav", "ol", "p", "path", "pre", "rect", "section",
    "small", "span", "strong", "style", "summary", "svg", "table", "tbody", "td", "text", "th",
    "thead", "title", "tr", "ul", "use",
])  # fmt: skip
VOID_TAGS = frozenset(["meta"])
ATTRIBUTES = frozenset([
    "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "clip-path", "colspan",
    "content", "d", "dir", "height", "href", "http-equiv", "id", "lang", "name", "opacity",
    "open", "preserveAspectRatio", "role", "scope", "style", "tabindex", "title", "transform",
    "viewBox", "width", "x", "xmlns", "y",
])  # fmt: skip
_LONGEST_TEXT = 2000


class Markup(str):
    """Text that is HTML already; only `element`, `escape` and `joined` make it."""

    __slots__ = ()


def escape(text: object, longest: int = _LONGEST_TEXT) -> Markup:
    """Return ``text`` fit to stand in a page, in a tag's content or in a quoted attribute.

    Control characters, surrogates and bidirectional overrides are left out, and what is longer
    than ``longest`` characters is cut.
    """
    line = visible(text)
    if len(line) > longest:
        line = line[:longest].rstrip() + "…"
    return Markup(html.escape(line, quote=True))


def joined(parts: Iterable[object], separator: str = "") -> Markup:
    """Return the parts in a row; those that are no markup are escaped."""
    return Markup(html.escape(separator).join(_safe(part) for part in parts))


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """Return one HTML element.

    Parameters
    ----------
    tag : str
        One of `TAGS`.
    *children : object
        Markup as it is, anything else escaped; None is left out.
    **attributes : object
        One of `ATTRIBUTES`, a dash written as ``_`` and a keyword with a trailing ``_``; None is
        left out. ``href`` may only point into the page or hold a picture.

    Raises
    ------
    ValueError
        A tag, an attribute or a reference that is not allowed: a mistake in the caller.
    """
    if tag not in TAGS:
        raise ValueError(f"`tag` must be one of the allowed tags, got {tag!r}.")
    written = "".join(
        _attribute(name.rstrip("_").replace("_", "-"), value)
        for name, value in attributes.items()
        if value is not None
    )
    if tag in VOID_TAGS:
        return Markup(f"<{tag}{written}>")
    body = "".join(_safe(child) for child in children if child is not None)
    return Markup(f"<{tag}{written}>{body}</{tag}>")


def _attribute(name: str, value: object) -> str:
    if name not in ATTRIBUTES:
        raise ValueError(f"`{name}` is not an allowed attribute.")
    text = str(value)
    if name == "href" and not text.startswith(("#", "data:image/png;base64,")):
        raise ValueError(f"`href` must point into the page, got {text[:40]!r}.")
    return f' {name}="{html.escape(text, quote=True)}"'


def _safe(part: object) -> str:
    return part if isinstance(part, Markup) else escape(part)
