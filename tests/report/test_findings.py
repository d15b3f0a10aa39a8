"""Findings in the report: sentence, evidence and proposal of each, many of a kind in one box."""

import pytest

from minixai.finding import Finding
from minixai.metrics import METRICS
from minixai.report.finding_boxes import finding_section
from minixai.report.inside import model_section
from minixai.report.metric_wording import METRIC_WORDS
from minixai.report.wording import metric_label, metric_meaning
from tests.report.test_page import checked

pytest.importorskip("matplotlib")


def skewed(j):
    return Finding(
        "skewed", (f"column {j}",), f"Column {j} leans.", {"skewness": 2.5 + j},
        f"Take the logarithm of {j}.", severity="note",
    )  # fmt: skip


def test_every_metric_has_a_label_a_meaning_and_a_range():
    assert set(METRICS) == set(METRIC_WORDS)
    for name in METRICS:
        assert metric_label(name) == METRIC_WORDS[name][0]
        meaning = metric_meaning(name)
        assert meaning[-1] not in ".;"
        assert any(word in meaning for word in ("0", "1")), name
    labels = [label for label, _ in METRIC_WORDS.values()]
    assert len(set(labels)) == len(labels)


def test_the_average_precision_names_its_class():
    assert "each row of the class" in metric_meaning("average_precision", ["no", "yes"])
    assert ">yes<" in metric_meaning("average_precision", ["no", "yes"])


def test_many_findings_of_a_kind_share_a_box_and_lose_nothing(make_study, changed):
    findings = [skewed(j) for j in range(40)]
    page = checked(finding_section(changed(make_study(), findings=findings)).markup())
    boxes = [a for a in page.of("div") if "finding" in a.get("class", "")]
    assert len(boxes) == 1
    assert "Skewed, 40 times" in page.text("h3")
    assert "and 28 more" in page.text("h3")
    for j in range(40):
        assert f"Column {j} leans." in page.text("p", "td")
        assert f"Take the logarithm of {j}." in page.text("p", "td")
        assert f"{2.5 + j:g}" in page.text("dd", "td")


def test_three_of_a_kind_and_both_severities_stay_apart(make_study, changed):
    findings = [skewed(j) for j in range(3)]
    findings += [Finding("drift", (f"d{j}",), f"d{j} moved", {"distance": 0.3}) for j in range(4)]
    findings += [Finding("drift", ("e",), "e has new values", severity="note")]
    page = checked(finding_section(changed(make_study(), findings=findings)).markup())
    boxes = [a["class"] for a in page.of("div") if "finding" in a.get("class", "")]
    assert boxes == ["finding warning"] + ["finding"] * 4
    assert all(each.sentence in page.text("p", "td") for each in findings)


def test_hints_of_a_leak_stand_before_other_notes(make_study, changed):
    hint = Finding("leak_by_name", ("x",), "x tells.", {"words": ["x"]}, severity="note")
    page = checked(finding_section(changed(make_study(), findings=[skewed(0), hint])).markup())
    assert page.text("h3").index("Leak by name") < page.text("h3").index("Skewed")
    assert "words in the name" in page.text("dt")


def test_inputs_stand_beside_the_column_they_were_made_of(make_study):
    study = make_study()
    inputs = study.model["inputs"]
    study.model["input_columns"] = [name.rpartition(" (")[0] for name in inputs]
    page = checked(model_section(study).markup())
    assert page.text("small").count("of ") == len(inputs) + 8 + 1  # the largest weights; "20 of 64"
    same = make_study()
    same.model["input_columns"] = list(same.model["inputs"])
    assert checked(model_section(same).markup()).text("small").count("of ") == 1
