"""A classifier at every threshold: ROC, precision-recall, calibration, lift; a threshold."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.plot import plot_calibration, plot_lift, plot_precision_recall, plot_roc
from minixai.plot.text import PLAIN_TEXT
from minixai.report.chart import drawn_chart
from minixai.report.markup import Markup, element, joined
from minixai.report.number import count_text, number_text, percent_text
from minixai.report.section import Section, paragraph
from minixai.report.table import data_table, folded_table, name_markup, name_markups
from minixai.report.wording import metric_label

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["curve_section"]

_SIZE = (4.6, 4.5)
_WIDE = (6.8, 4.5)
"""With a legend of classes at its side."""
_MOST_TABLED = 20


def curve_section(study: StudyRecord) -> Section | None:
    """Return the figures over all thresholds and what a threshold of its own would gain."""
    record = study.predictions.get("curves") or {}
    by_class = record.get("by_class") or []
    if not by_class:
        return None
    n_classes = int(record.get("n_classes") or len(by_class))
    several = n_classes > 2
    figures = [_roc(by_class, several), _precision_recall(by_class, several)]
    if record.get("calibration"):
        figures.append(_calibration(record["calibration"], by_class[0]["class"]))
    figures += [_lift(each) for each in by_class[:1] if each.get("lift")]
    body: list[Markup | None] = [
        paragraph(*_of_whom(by_class, n_classes)),
        *(figures if several else [element("div", *figures, class_="pair")]),
        *_threshold(study.predictions.get("threshold") or {}),
    ]
    return Section("curves", "At every threshold", tuple(body))


def _of_whom(by_class: list[dict[str, Any]], n_classes: int) -> list[object]:
    start = (
        "A classifier gives each row a score; who counts as positive hangs on where the line is "
        "drawn. The figures show what happens on the held-out rows as the line moves. "
    )
    if n_classes == 2:
        return [start, "Positive is the class ", name_markup(by_class[0]["class"]), "."]
    words = f"Each class is set against all others. {len(by_class)} of {count_text(n_classes)} "
    some = words + "classes are drawn, the most frequent."
    return [start, some if len(by_class) < n_classes else "Each class is set against all others."]


def _curves(by_class: list[dict[str, Any]], part: str, several: bool) -> Any:
    """Return the curve of one class, or those of several by name, as figures want them."""
    found = {each["class"]: SimpleNamespace(**each[part]) for each in by_class}
    return found if several else next(iter(found.values()))


def _figure(
    draw: Callable[[Any], object], key: str, title: str, description: str, caption: object,
    data: Markup, size: tuple[float, float] = _SIZE,
) -> Markup:  # fmt: skip
    return drawn_chart(
        draw, key=key, title=title, description=description, size=size, caption=caption, data=data
    )


def _roc(by_class: list[dict[str, Any]], several: bool) -> Markup:
    areas = "; ".join(f"{each['class']}: area {number_text(each['roc']['area'])}"
                      for each in by_class)  # fmt: skip
    return _figure(
        lambda ax: plot_roc(_curves(by_class, "roc", several), ax),
        "roc",
        "ROC curve",
        f"True positive rate against false positive rate. {areas}.",
        "How many of the positives are found (up) against how many of the negatives are wrongly "
        "called positive (across). The nearer to the upper left corner the better.",
        _numbers("ROC curve", by_class, "roc", ["false_positive_rate", "true_positive_rate"]),
        _WIDE if several else _SIZE,
    )


def _precision_recall(by_class: list[dict[str, Any]], several: bool) -> Markup:
    areas = "; ".join(
        f"{each['class']}: average precision "
        f"{number_text(each['precision_recall']['average_precision'])}, by chance "
        f"{number_text(each['precision_recall']['prevalence'])}"
        for each in by_class
    )
    return _figure(
        lambda ax: plot_precision_recall(_curves(by_class, "precision_recall", several), ax),
        "precision-recall",
        "Precision-recall curve",
        f"Precision against recall. {areas}.",
        "How many of those called positive are so (up) against how many of the positives are "
        "found (across). For a rare class this tells more than the ROC curve.",
        _numbers("Precision-recall curve", by_class, "precision_recall", ["recall", "precision"]),
        _WIDE if several else _SIZE,
    )


def _calibration(record: dict[str, Any], name: str) -> Markup:
    curve = SimpleNamespace(**record)
    winner = record.get("of") == "winner"
    what = "right" if winner else name

    def draw(ax: Any) -> None:
        plot_calibration(curve, ax)
        words = "share that is right in the bin" if winner else "share of the class in the bin"
        ax.set_ylabel(words, **PLAIN_TEXT)

    rows = [
        [number_text(p), number_text(o), count_text(w)]
        for p, o, w in zip(record["predicted"], record["observed"], record["weight"], strict=True)
    ]
    spoken = (
        "the probability of the class that was predicted"
        if winner
        else joined(["the probability of the class ", name_markup(name)])
    )
    return _figure(
        draw,
        "calibration",
        "Calibration curve",
        f"Share that is {what} against the probability, in {len(rows)} bins; mean distance "
        f"{number_text(record['error'])}.",
        joined([
            "Whether 0.8 means 8 in 10: ", spoken, " (across) against how often it came true (up). "
            "Below the diagonal the model promises too much. Mean distance (calibration error): ",
            number_text(record["error"]), ".",
        ]),
        folded_table("The numbers", "Calibration by bin",
                     ["mean probability", "share that came true", "rows"], rows, texts=()),
    )  # fmt: skip


def _lift(entry: dict[str, Any]) -> Markup:
    curve = SimpleNamespace(**{k: np.asarray(v) for k, v in entry["lift"].items()})
    tenth = int(np.argmin(np.abs(curve.share - 0.1)))
    words = (
        f"The {percent_text(float(curve.share[tenth]))} of the rows with the highest scores hold "
        f"{percent_text(float(curve.gain[tenth]))} of the class, "
        f"{number_text(curve.lift[tenth], 3)} times as many as by chance"
    )
    return _figure(
        lambda ax: plot_lift(curve, ax),
        "lift",
        "Lift curve",
        f"{words}.",
        f"What is won by turning first to the rows with the highest scores. {words}.",
        _numbers("Lift curve", [entry], "lift", ["share", "lift", "gain"]),
    )


def _numbers(title: str, by_class: list[dict[str, Any]], part: str, keys: list[str]) -> Markup:
    """Return some points of each curve, spread over its length."""
    marks = name_markups(each["class"] for each in by_class)
    rows: list[list[object]] = []
    n_each = max(3, _MOST_TABLED // len(by_class))
    for mark, each in zip(marks, by_class, strict=True):
        values = each[part]
        places = np.unique(np.linspace(0, len(values[keys[0]]) - 1, n_each).round().astype(int))
        rows += [[mark, *(number_text(values[key][i]) for key in keys)] for i in places]
    n_points = sum(len(each[part][keys[0]]) for each in by_class)
    heads = ["class", *(key.replace("_", " ") for key in keys)]
    return folded_table("The numbers", f"{title}: some points", heads, rows, n_total=n_points)


def _threshold(record: dict[str, Any]) -> list[Markup | None]:
    if not record:
        return []
    name = name_markup(record["class"])
    half, own = record["at_half"], record["at_threshold"]
    verdict = "raises" if own["f_score"] > half["f_score"] else "does not raise"
    return [
        element("h3", "A threshold for the rare class"),
        paragraph(
            "Only ", percent_text(record["share"]), " of the rows used to fit are of the class ",
            name, ". Calling a row so from a probability of ",
            element("strong", number_text(record["threshold"], 3)), " on, in place of 0.5, "
            f"{verdict} its F score (the harmonic mean of precision and recall). Where the two "
            "errors cost differently, weigh them instead.",
        ),
        data_table(
            "Held-out rows; a threshold was chosen on one half of them and measured on the other",
            ["threshold", *(metric_label(key) for key in half)],
            [
                ["0.5", *(number_text(half[key]) for key in half)],
                ["chosen", *(number_text(own[key]) for key in half)],
            ],
        ),
    ]  # fmt: skip
