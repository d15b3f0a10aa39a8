"""How good the model is, beside yardsticks that anybody can have; and its predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.plot import plot_confusion, plot_histogram, plot_predictions, plot_residuals
from minixai.report.chart import drawn_chart
from minixai.report.data_figures import counted
from minixai.report.markup import Markup, element, joined
from minixai.report.number import (
    beside_text,
    count_text,
    difference_text,
    number_text,
    percent_text,
)
from minixai.report.section import Section, paragraph
from minixai.report.table import data_table, folded_table, name_markup, name_markups
from minixai.report.wording import metric_label, metric_meaning

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["comparison_sentence", "performance_section", "prediction_section"]

_SAME = 5e-4


def performance_section(study: StudyRecord) -> Section | None:
    """Return the metrics of the model and of its yardsticks, in words and as a table."""
    if not study.scores or not study.metrics:
        return None
    metrics = study.metrics
    heads = ["model", *(_metric_head(each) for each in metrics)]
    columns = [_column(study, each) for each in metrics]
    rows = [
        [name_markup(row.get("model")), *cells]
        for row, *cells in zip(study.scores, *columns, strict=True)
    ]
    labels = study.predictions.get("labels") or []
    n_test = study.data.get("n_test")
    caption = "Scores" + (f" on {count_text(n_test)} rows held out" if n_test else "")
    meanings = [
        element("li", element("strong", metric_label(each["name"])), ": ", meaning, ".")
        for each in metrics
        if (meaning := metric_meaning(each["name"], labels))
    ]
    return Section(
        "performance",
        "How good it is",
        (
            paragraph(comparison_sentence(study)),
            paragraph(
                "The yardsticks below the model cost almost nothing. A model is worth having for "
                "what it gains over the best of them."
            ),
            data_table(caption, heads, rows, marked=0),
            element("ul", *meanings, class_="small") if meanings else None,
        ),
    )


def _column(study: StudyRecord, metric: dict[str, Any]) -> list[str]:
    """Return a metric of every model; scores (not losses) of nearly 0 beside others are 0."""
    values = [row.get(metric["name"]) for row in study.scores]
    if not metric.get("higher_is_better"):
        return [number_text(value) for value in values]
    return [beside_text(value, values) for value in values]


def _metric_head(metric: dict[str, Any]) -> Markup:
    better = "higher is better" if metric.get("higher_is_better") else "lower is better"
    unit = f", in {metric['unit']}" if metric.get("unit") else ""
    return joined([metric_label(metric["name"]), " ", element("small", f"({better}{unit})")])


def comparison_sentence(study: StudyRecord) -> Markup:
    """Say how the model's first metric compares with each yardstick's, the best one first."""
    metric = study.metrics[0]
    label, higher = metric_label(metric["name"]), bool(metric.get("higher_is_better"))
    first, *others = study.scores
    own = first.get(metric["name"])
    if own is None:
        return joined([label, " of ", name_markup(first.get("model")), " is not a number."])
    known = [row for row in others if row.get(metric["name"]) is not None]
    known.sort(key=lambda row: row[metric["name"]], reverse=higher)
    model = name_markup(first.get("model"))
    start = ["The ", model, "'s ", label, " is ", element("strong", number_text(own))]
    if not known:
        return joined([*start, "."])
    phrases = [_phrase(own, row, metric["name"], higher) for row in known]
    last = phrases.pop()
    listed = joined([joined(phrases, ", "), " and ", last]) if phrases else last
    return joined([*start, ": ", listed, "."])


def _phrase(own: float, row: dict[str, Any], metric: str, higher: bool) -> Markup:
    """Say how far ``own`` is from a yardstick's value: 0.0021 better than the bias baseline's."""
    other = float(row[metric])
    gain = own - other if higher else other - own
    if abs(gain) <= _SAME * max(abs(own), abs(other)):
        verdict = "no different from"
    else:
        size = difference_text(abs(gain), beside=own)
        verdict = f"{size} {'better' if gain > 0 else 'worse'} than"
    name = name_markup(row.get("model"))
    return joined([f"{verdict} the ", name, f" ({number_text(other)})"])


def prediction_section(study: StudyRecord) -> Section | None:
    """Return the predictions as figures: points for numbers, a matrix for classes."""
    record = study.predictions
    if record.get("confusion"):
        return Section("predictions", "Its predictions", _confusion(record))
    if record.get("true"):
        return Section("predictions", "Its predictions", _points(record, study))
    return None


def _confusion(record: dict[str, Any]) -> tuple[Markup | None, ...]:
    labels, counts = list(record["labels"]), record["confusion"]
    right = sum(row[i] for i, row in enumerate(counts))
    n_all = sum(sum(row) for row in counts)
    share = percent_text(right / n_all) if n_all else "none"
    marks = name_markups(labels)
    shown = min(len(labels), 30)
    side = min(7.4, 2.6 + 0.5 * shown)
    figure = drawn_chart(
        lambda ax: plot_confusion(counts, ax, labels=labels),
        key="confusion",
        title="Confusion matrix",
        description=f"Rows are the {len(labels)} true classes, columns the predicted ones; "
        f"{count_text(right)} of {count_text(n_all)} rows lie on the diagonal.",
        size=(side + 1.2, side),
        caption="Each row of the matrix is a true class and its numbers say where the model put "
        "it. The diagonal is right; colour is the share within the row.",
        data=folded_table(
            "The counts",
            "Rows by true class (down) and predicted class (across)",
            ["true class", *marks],
            [
                [mark, *(count_text(n) for n in row)]
                for mark, row in zip(marks, counts, strict=True)
            ],
        ),
    )
    words = f"{count_text(right)} of {count_text(n_all)} held-out rows ({share}) are put in their"
    return paragraph(f"{words} class."), figure


def _points(record: dict[str, Any], study: StudyRecord) -> tuple[Markup | None, ...]:
    true, predicted = record["true"], record["predicted"]
    n_shown, n_all = len(true), int(record.get("n_total") or len(true))
    sample = "" if n_shown == n_all else f", a random sample of {count_text(n_all)}"
    about = f"{count_text(n_shown)} held-out rows{sample}"
    pairs = [[str(i + 1), number_text(t), number_text(p), number_text(t - p)]
             for i, (t, p) in enumerate(zip(true[:40], predicted[:40], strict=True))]  # fmt: skip
    scatter = drawn_chart(
        lambda ax: plot_predictions(true, predicted, ax),
        key="scatter",
        title="Predicted against true values",
        description=f"One point for each of {about}. True values run from {number_text(min(true))} "
        f"to {number_text(max(true))}, predicted ones from {number_text(min(predicted))} to "
        f"{number_text(max(predicted))}.",
        size=(4.6, 4.4),
        caption="A perfect model lies on the dashed diagonal. A cloud flatter than the diagonal "
        "is a cautious model: it pulls towards the middle.",
    )
    residuals = [t - p for t, p in zip(true, predicted, strict=True)]
    rest = drawn_chart(
        lambda ax: plot_residuals(true, predicted, ax),
        key="residuals",
        title="Residuals against predictions",
        description=f"One point for each of {about}. Residuals run from "
        f"{number_text(min(residuals))} to {number_text(max(residuals))}.",
        size=(4.6, 4.4),
        caption="What is missing from the prediction to the truth. A band that bends or widens is "
        "structure the model has missed; slanted stripes come from a target with few values.",
    )
    data = folded_table(
        "The numbers",
        f"The first predictions of {name_text(study)}",
        ["row of the sample", "true", "predicted", "residual"],
        pairs,
        n_total=n_shown,
    )
    return (
        paragraph(f"The figures show {about}."),
        element("div", scatter, rest, *_residual_counts(record), class_="pair"),
        data,
    )


def _residual_counts(record: dict[str, Any]) -> list[Markup]:
    """Return the histogram of the residuals of all held-out rows."""
    found = record.get("residuals") or {}
    if not found.get("counts"):
        return []
    low, first, middle, last, high = found["quantiles"].values()
    words = (
        f"Half of the residuals lie between {number_text(first, 3)} and {number_text(last, 3)}, "
        f"nine in ten between {number_text(low, 3)} and {number_text(high, 3)}; the median is "
        f"{number_text(middle, 3)}."
    )
    counts = counted(found, "residual: true − predicted")
    return [
        drawn_chart(
            lambda ax: plot_histogram(counts, ax),
            key="residual-counts",
            title="Histogram of the residuals",
            description=words,
            size=(4.6, 3.6),
            caption=f"All held-out rows. {words} A median away from 0 is a model that leans to one "
            "side.",
        )
    ]


def name_text(study: StudyRecord) -> str:
    """Return the model's name as text."""
    return str(study.model.get("name", "the model"))
