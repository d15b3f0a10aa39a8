"""Where the numbers come from: settings, environment, limitations, times, the record itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minixai.report.markup import Markup, element, escape
from minixai.report.number import count_text, percent_text, seconds_text, value_text
from minixai.report.section import Section, paragraph
from minixai.report.table import data_table, folded_table, pair_list
from minixai.report.wording import plain_name

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["appendix_section", "limitation_section", "settings_section"]

_CODE = ("command", "model", "data_fingerprint", "source")
_UNIT = ("target_mean", "target_scale")
_LONGEST_RECORD = 200_000
_BULK = {
    "model": ("weights", "inputs", "input_columns", "trees"),
    "predictions": ("true", "predicted", "curves"),
    "data": ("missing", "by_target"),
}
"""What the figures show and would fill the record as text."""


def settings_section(study: StudyRecord) -> Section:
    """Return what was done, and what it takes to do it again."""
    pairs: list[tuple[object, object]] = [("minixai", study.version)]
    for key, value in study.settings.items():
        if key in _UNIT and _unit_is_identity(study.settings):
            continue
        text = value_text(value) if key != "test_share" else percent_text(float(value))
        pairs.append((plain_name(key), element("code", text) if key in _CODE else text))
    environment = [[name, value_text(value)] for name, value in study.environment.items()]
    return Section(
        "settings",
        "What was done",
        (
            paragraph(
                "Columns were encoded, a part of the rows was held out at random, the model was "
                "fitted to the rest, scored, explained and made smaller. With the settings below "
                "and the same data, a second run gives the same numbers, times apart."
            ),
            pair_list(pairs),
            folded_table("Versions of what it ran on", "Environment", ["package", "version"],
                         environment, texts=(0, 1))
            if environment
            else None,
        ),
    )  # fmt: skip


def _unit_is_identity(settings: dict[str, Any]) -> bool:
    """Whether the target was learned as it stands: classes, and what an estimator was given."""
    return (settings.get("target_mean"), settings.get("target_scale")) == (0.0, 1.0)


def limitation_section(study: StudyRecord) -> Section:
    """Return what this report cannot tell."""
    data, settings = study.data, study.settings
    seed = value_text(settings.get("random_state", 0))
    n_test = data.get("n_test")
    held_out = f"the {count_text(n_test)} rows held out" if n_test else "the rows held out"
    points = [
        f"One random split with one seed ({seed}): the scores rest on {held_out}. Another split "
        "gives other scores, the more so the fewer rows are held out, and differences in the last "
        "digit mean nothing.",
        "Held-out rows come from the same table as the rows used to fit. Rows from another time, "
        "place or audience can be predicted worse.",
        "Importance describes the model, not the world: a column that matters to the model need "
        "not cause anything, and changing it in the world need not change the outcome.",
        "Correlated columns share their importance in ways that no method here can settle.",
        "A leaked column is looked for by how much it explains alone. One that leaks a little, or "
        "only together with others, is not seen.",
    ]
    task = str(data.get("task"))
    if task == "classification" and not (study.predictions.get("curves") or {}).get("calibration"):
        points.append(
            "Probabilities have not been checked for calibration: 0.8 need not mean 8 in 10."
        )
    n_all = study.predictions.get("n_total")
    n_shown = len(study.predictions.get("true") or [])
    if n_all and n_shown and n_shown < n_all:
        points.append(
            f"The figures of predictions show {count_text(n_shown)} of {count_text(n_all)} rows; "
            "the scores use all of them."
        )
    return Section(
        "limitations",
        "What this report cannot tell",
        (element("ul", *(element("li", each) for each in points)),),
    )


def appendix_section(study: StudyRecord) -> Section:
    """Return the times, and the record as data."""
    steps = study.timings.get("steps")
    laps = steps if isinstance(steps, dict) else study.timings
    rows = [[plain_name(name), seconds_text(value)] for name, value in laps.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)]  # fmt: skip
    spread = _latency_rows(study.timings.get("latency"))
    return Section(
        "appendix",
        "Appendix",
        (
            element("h3", "Times") if rows or spread else None,
            data_table("Seconds spent in each step", ["step", "time"], rows) if rows else None,
            data_table("Time of one prediction call", ["version", "rows a call", "median",
                                                  "99th percentile"], spread)
            if spread
            else None,
            element("h3", "The record"),
            _record(study),
        ),
    )  # fmt: skip


def _latency_rows(latency: Any) -> list[list[object]]:
    if not isinstance(latency, dict):
        return []
    return [
        [name, str(batch), seconds_text(times.get("p50")), seconds_text(times.get("p99"))]
        for name, batches in latency.items()
        if isinstance(batches, dict)
        for batch, times in batches.items()
        if isinstance(times, dict)
    ]


def _record(study: StudyRecord) -> Markup:
    """Return the record as JSON, without the weights, points and curves that the figures show."""
    record = study.to_dict()
    for part, left_out in _BULK.items():
        record[part] = {k: v for k, v in record[part].items() if k not in left_out}
    text = json.dumps(record, indent=1, default=str)
    cut = f" The first {count_text(_LONGEST_RECORD)} characters are shown." * (
        len(text) > _LONGEST_RECORD
    )
    return element(
        "details",
        element("summary", "The study as JSON"),
        paragraph(
            "Everything this page was drawn from, weights, single rows and curves left out." + cut
        ),
        element("pre", element("code", escape(text, _LONGEST_RECORD)), tabindex=0),
    )
