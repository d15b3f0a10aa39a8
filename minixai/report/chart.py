"""A figure as SVG inside the page: readable text, no script, the same bytes every time.

The figure is drawn with settings of its own, whatever the user has set. What matplotlib writes
is parsed and written anew through `element`, so that only listed tags and attributes arrive,
names are escaped once, ids are unique in the page, and the colours of text and lines follow the
page's light or dark scheme. Clouds of points are pictures inside the SVG.

Cost: one drawing; about 20 kB of text a figure.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from minixai.errors import require
from minixai.plot.canvas import BLUE, VERMILLION
from minixai.report.markup import ATTRIBUTES, TAGS, Markup, element, joined

__all__ = ["drawn_chart"]

_INK, _MUTED = "#123457", "#123467"
_SCHEME = {
    _INK: "var(--ink)",
    _MUTED: "var(--muted)",
    BLUE.lower(): "var(--blue)",
    VERMILLION.lower(): "var(--vermillion)",
}
_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "minixai",
    "figure.facecolor": "none",
    "figure.dpi": 100,
    "savefig.facecolor": "none",
    "savefig.edgecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": _INK,
    "axes.titlecolor": _INK,
    "text.color": _INK,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "font.size": 10,
    "axes.labelsize": 10,
    "legend.fontsize": 10,
}
_LOOKS = (
    "axes", "boxplot", "contour", "errorbar", "figure.constrained", "figure.dpi", "figure.fac",
    "figure.fra", "font", "grid", "hatch", "hist", "image", "legend", "lines", "markers",
    "mathtext", "patch", "path", "pcolor", "savefig.", "scatter", "svg", "text", "xaxis", "xtick",
    "yaxis", "ytick",
)  # fmt: skip
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_NAMESPACE = re.compile(r"\{[^}]*\}")
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_STYLE_NAMES = frozenset([
    "fill", "fill-opacity", "fill-rule", "font-size", "font-weight", "image-rendering", "opacity",
    "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin",
    "stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor",
])  # fmt: skip
_FONT = re.compile(r"^(?:(?P<weight>bold|[1-9]00) )?(?P<size>[0-9.]+px) ")
_PIXELS_PER_INCH = 100


def drawn_chart(
    draw: Callable[[Any], object],
    *,
    key: str,
    title: str,
    description: str,
    size: tuple[float, float],
    caption: object = None,
    data: Markup | None = None,
    grid: tuple[int, int] | None = None,
) -> Markup:
    """Draw a figure and return it with its text alternatives.

    Parameters
    ----------
    draw : callable
        Draws into the axes it is given, or into the array of them that ``grid`` asks for.
    key : str
        Prefix of the ids, unique in the page; never from the data.
    title, description : str
        What the figure is, and what it shows in words: read out in its place.
    size : tuple of two float
        Width and height in inches.
    caption : object, optional
        How to read it, below the figure.
    data : Markup, optional
        The numbers behind it.
    grid : (int, int), optional
        Rows and columns of small pictures; None is one picture.
    """
    picture = _rewritten(_drawn(draw, size, grid), key, title, description, size)
    return element(
        "figure",
        element("div", picture, class_="picture"),
        element("figcaption", caption) if caption is not None else None,
        data,
        class_="chart",
    )


def _drawn(
    draw: Callable[[Any], object], size: tuple[float, float], grid: tuple[int, int] | None
) -> str:
    """Return the SVG of what ``draw`` draws, under settings of our own."""
    matplotlib = require("matplotlib", "plot")
    figure_module = require("matplotlib.figure", "plot")
    defaults = {k: v for k, v in matplotlib.rcParamsDefault.items() if k.startswith(_LOOKS)}
    defaults.pop("savefig.directory", None)
    target = io.BytesIO()
    with matplotlib.rc_context({**defaults, **_SETTINGS}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph ")  # the reader's fonts have them
        figure = figure_module.Figure(figsize=size, layout="constrained")
        draw(figure.subplots() if grid is None else figure.subplots(*grid, squeeze=False))
        figure.savefig(target, format="svg", metadata=_NO_METADATA, dpi=1.5 * _PIXELS_PER_INCH)
    return target.getvalue().decode("utf-8")


def _rewritten(
    svg: str, key: str, title: str, description: str, size: tuple[float, float]
) -> Markup:
    root = ElementTree.fromstring(svg)
    body = [part for part in (_copy(child, key) for child in root) if part is not None]
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
        *body,
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        viewBox=root.get("viewBox"),
        width=round(size[0] * _PIXELS_PER_INCH),
        height=round(size[1] * _PIXELS_PER_INCH),
    )


def _copy(node: Any, key: str) -> Markup | None:
    """Return one SVG node written anew, or None for what has no place in the page."""
    tag = _NAMESPACE.sub("", node.tag)
    if tag not in TAGS or tag in ("style", "title", "a"):
        return None
    attributes = {
        name: value
        for name, value in (_attribute(k, v, key) for k, v in node.attrib.items())
        if name in ATTRIBUTES and value and (tag, name) != ("image", "id")  # equal ones share it
    }
    children = [part for part in (_copy(child, key) for child in node) if part is not None]
    text = (node.text or "") if tag == "text" else ""
    if tag in ("g", "defs") and not children:
        return None
    if tag == "g" and set(attributes) <= {"id"}:
        return joined(children)
    return element(tag, text or None, *children, **attributes)


def _attribute(name: str, value: str, key: str) -> tuple[str, str]:
    name = _NAMESPACE.sub("", name)
    if name == "id":
        return name, f"{key}-{value}"
    if name == "href":
        return name, f"#{key}-{value[1:]}" if value.startswith("#") else "".join(value.split())
    if name == "clip-path":
        return name, _REFERENCE.sub(rf"url(#{key}-\1)", value)
    if name == "style":
        return name, _style(value)
    return name, value.strip()


def _style(text: str) -> str:
    """Keep the listed properties; colours of text and lines become the page's."""
    kept = []
    for declaration in text.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            found = _FONT.match(value)
            if found:
                kept.append(f"font-size:{found['size']}")
                if found["weight"]:
                    kept.append(f"font-weight:{found['weight']}")
        elif name in _STYLE_NAMES:
            kept.append(f"{name}:{_SCHEME.get(value, value)}")
    return ";".join(kept)
