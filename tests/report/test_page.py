"""The report: one file, no script, no address, the same bytes, readable by machines and people."""

import re
import sys
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("matplotlib")
import matplotlib

from minixai.errors import MissingDependencyError
from minixai.finding import Finding
from minixai.report import render
from minixai.report.association import correlation_section
from minixai.report.data_overview import data_section
from minixai.report.finding_boxes import finding_section
from minixai.report.headline import page_head
from minixai.report.influence import example_section, importance_section
from minixai.report.inside import model_section
from minixai.report.markup import ATTRIBUTES, TAGS, VOID_TAGS
from minixai.report.performance import (
    comparison_sentence,
    performance_section,
    prediction_section,
)
from minixai.report.provenance import limitation_section, settings_section
from minixai.report.style import STYLE
from minixai.report.table import name_markup, name_markups
from minixai.report.training import training_section


class Page(HTMLParser):
    """A parsed page: its elements, its texts by element, and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs)), f"repeated attribute in {tag}"
        if tag not in VOID_TAGS:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data):
        raise AssertionError(f"a processing instruction: {data}")

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, *tags):
        return "".join(text for tag, text in self.texts if not tags or tag in tags)


LOWER_TAGS = {tag.lower() for tag in TAGS}
LOWER_ATTRIBUTES = {attribute.lower() for attribute in ATTRIBUTES}
PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    "javascript:alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</desc></svg><iframe src=//evil.example>",
    "<!-- comment --><base href=//evil.example>",
    "--><link rel=stylesheet href=//evil.example/x.css>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "<?php echo 1 ?>",
    "${alert(1)} {{7*7}} $a_{",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "\ud800<b>\x00\x1b[31m\u202ered\u2066",
    "<form action=//evil.example><input name=q>",
    "url(#x);background:url(//evil.example)",
    "x" * 500,
    "=cmd|' /C calc'!A0",
    "评分 \U0001f600",
]


def checked(text):
    """Parse a page and hold it to the list of what may stand in one."""
    page = Page(text)
    assert page.open == []
    for tag, attributes in page.elements:
        assert tag in LOWER_TAGS
        for name, value in attributes.items():
            assert name in LOWER_ATTRIBUTES, (tag, name)
            if name == "href":
                assert value.startswith(("#", "data:image/png;base64,"))
            if name == "style":
                assert re.fullmatch(r"([a-z-]+:[#\w .,()%-]+;?)+", value), value
                assert "url" not in value
            if name in ("clip-path",):
                assert re.fullmatch(r"url\(#[\w-]+\)", value)
    return page


@pytest.fixture(scope="module")
def parsed(page):
    return checked(page)


def test_the_page_holds_only_listed_tags_and_attributes(parsed):
    assert {tag for tag, _ in parsed.elements} >= {"svg", "table", "details", "nav", "main"}


def test_the_page_runs_and_fetches_nothing(page, parsed):
    assert not re.search(r"https?://|//[a-z]", re.sub(r"base64,[^\"]*", "", page))
    policy = next(m for m in parsed.of("meta") if m.get("http-equiv"))
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert policy["content"].startswith("default-src 'none'; img-src data:; style-src")
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_the_same_study_gives_the_same_bytes_whatever_the_user_has_set(study, page, tmp_path):
    study.save(tmp_path / "study.json")
    again = type(study).load(tmp_path / "study.json")
    other = {"font.size": 31, "axes.facecolor": "red", "svg.fonttype": "path", "axes.grid": True}
    with matplotlib.rc_context(other):
        before = dict(matplotlib.rcParams)
        assert render(again) == page
        assert dict(matplotlib.rcParams) == before


def test_the_page_is_small(page):
    assert 50_000 < len(page.encode("utf-8")) < 1_000_000


def test_headings_go_down_one_level_at_a_time(parsed):
    levels = [int(tag[1]) for tag, _ in parsed.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_id_is_unique_and_every_reference_leads_somewhere(parsed):
    ids = [a["id"] for _, a in parsed.elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = [a["href"][1:] for _, a in parsed.elements if a.get("href", "").startswith("#")]
    targets += [a["clip-path"][5:-1] for _, a in parsed.elements if "clip-path" in a]
    targets += [i for _, a in parsed.elements for i in a.get("aria-labelledby", "").split()]
    assert set(targets) <= set(ids)


def test_contents_lead_to_every_section(parsed):
    links = [a["href"][1:] for a in parsed.of("a")]
    assert links[0] == "report"
    sections = [a["id"] for a in parsed.of("section")]
    assert links[1:] == sections
    assert len(sections) == 16


def test_every_figure_has_a_text_in_its_place_and_numbers(page, parsed):
    pictures = [a for a in parsed.of("svg") if "aria-hidden" not in a]
    assert len(pictures) == len(parsed.of("figure")) >= 9
    texts = {a["id"] for tag, a in parsed.elements if tag in ("title", "desc") and "id" in a}
    for picture in pictures:
        assert picture["role"] == "img"
        assert set(picture["aria-labelledby"].split()) <= texts
        assert len(picture["aria-labelledby"].split()) == 2
    assert page.count("<figcaption>") == len(pictures)
    assert len(parsed.of("details")) >= len(pictures) - 1


def test_no_text_of_a_figure_is_lost(page):
    texts = re.findall(r"<text[^>]*>(.*?)</text>", page, re.S)
    assert len(texts) > 100
    assert all(texts)


def test_figures_follow_the_scheme_of_the_page(page):
    svg = "".join(re.findall(r"<svg role.*?</svg>", page, re.S))
    assert "var(--ink)" in svg
    assert "#12345" not in svg
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_stand_out_in_both_schemes(scheme):
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.S)
    colors = dict(re.findall(r"--([\w-]+): (#\w{6})", blocks[0]))
    if scheme == "dark":
        colors |= dict(re.findall(r"--([\w-]+): (#\w{6})", blocks[1]))
    for text in ("ink", "muted", "link"):
        for paper in ("paper", "soft"):
            assert contrast(colors[text], colors[paper]) >= 4.5, (text, paper)
    assert contrast(colors["alarm-ink"], colors["alarm"]) >= 4.5
    assert contrast(colors["ink"], colors["alarm"]) >= 4.5
    for mark in ("blue", "vermillion", "muted"):
        assert contrast(colors[mark], colors["paper"]) >= 3.0


def test_the_leak_comes_first_as_a_warning_with_its_evidence(page):
    text = page[page.index("<main") :]
    warning = text.index("finding warning")
    assert warning < text.index("Duplicate rows")
    box = text[warning : text.index("Duplicate rows")]
    assert "Warning" in box
    assert "rating_copy" in box
    assert "0.998" in box
    assert "What to do" in box


def test_a_clean_study_says_that_nothing_was_found(make_study):
    page = checked(finding_section(make_study(leak=False)).markup())
    assert "Nothing suspicious was found" in page.text("h2")
    assert not [a for a in page.of("div") if "finding" in a.get("class", "")]


def test_notes_are_not_called_nothing(make_study, changed):
    note = Finding("duplicate_rows", (), "1 of 9 rows repeats another.", severity="note")
    page = checked(finding_section(changed(make_study(), findings=[note])).markup())
    assert page.text("h2") == "No warning; notes follow"
    assert "None was found that would mislead" in page.text("p")


def test_the_scores_are_compared_in_words(page, parsed):
    text = parsed.text()
    assert (
        "The MLPRegressor's RMSE is 0.8841: 0.0021 better than the bias baseline "
        "(user and item means) (0.8862) and 0.1771 better than the global mean (1.061)." in text
    )


def test_a_worse_and_an_equal_score_are_called_so(make_study, changed):
    study = make_study(classes=["no", "yes"])
    scores = [
        {"model": "M", "accuracy": 0.8, "log_loss": 0.5},
        {"model": "A", "accuracy": 0.9, "log_loss": 0.5},
        {"model": "B", "accuracy": 0.8, "log_loss": None},
    ]
    text = checked(comparison_sentence(changed(study, scores=scores))).text()
    assert "The M's accuracy is 0.8000: 0.1000 worse than the A (0.9000)" in text
    assert "no different from the B (0.8000)" in text


def test_tables_hold_the_numbers_of_the_study(parsed):
    cells = set(parsed.text("td", "th", "bdi").split()) | {t for _, t in parsed.texts}
    for number in ("0.8841", "1.061", "0.6720", "18 kB", "4.1 kB", "22.8 %", "+0.0015", "21 µs"):
        assert number in cells, number
    assert "8.4 s" in cells


def test_a_classification_shows_its_confusion_matrix(make_study):
    study = make_study(classes=["no", "yes", "maybe"])
    page = checked(prediction_section(study).markup())
    assert "Confusion matrix" in page.text("title")
    assert not [a for a in page.of("svg") if a.get("aria-labelledby", "").startswith("scatter")]
    counts = {text for _, text in page.texts}
    assert all(f"{n:,}" in counts for row in study.predictions["confusion"] for n in row)


def test_effects_say_of_which_class_they_speak(make_study):
    two = checked(example_section(make_study(classes=["no", "yes"])).markup())
    assert "of the class yes" in two.text("p", "bdi")
    assert "plus speaks for yes, minus for no" in two.text("p", "bdi")
    assert "1 minus the probability that the model gave to the true class" in two.text("p")
    three = checked(example_section(make_study(classes=["no", "yes", "maybe"])).markup())
    assert "the class that is predicted in each row" in three.text("p")
    number = checked(example_section(make_study()).markup())
    assert "class" not in number.text("p")
    assert "in the unit of the target rating." in number.text("p", "bdi")
    heads = number.text("h3")
    assert "The prediction nearest to the truth: predicted 3.871, true 4.5" in heads
    assert "The prediction farthest from the truth" in heads


def test_one_row_that_is_left_over_is_shown_and_several_are_summed(make_study):
    names = [f"f{j}" for j in range(14)]
    thirteen, fourteen = (
        checked(example_section(make_study(columns=names[:n])).markup()) for n in (13, 14)
    )
    assert "others together" not in thirteen.text("th")
    assert "f12" in thirteen.text("bdi")
    assert "2 others together" in fourteen.text("th")
    assert "f12" not in fourteen.text("bdi")


def test_importances_say_what_their_numbers_are(make_study):
    page = checked(importance_section(make_study()).markup())
    assert "the column's share of that sum" in page.text("p")
    assert "products of the inputs that one raw column became are added" in page.text("p")
    assert "is the prediction, in the unit of the target rating." in page.text("p", "bdi")
    two = checked(importance_section(make_study(classes=["no", "yes"])).markup())
    assert "is the logarithm of the odds of the class yes." in two.text("p", "bdi")
    three = checked(importance_section(make_study(classes=["a", "b", "c"])).markup())
    assert "Each of the 3 classes has a raw output; the bar is the mean" in three.text("p")


def test_what_matters_most_says_by_which_method(study):
    assert "matters most, by shuffling a column" in checked(page_head(study)).text("dt")


def test_roc_auc_names_the_classes(make_study, changed):
    study = make_study(classes=["Nein", "Ja"])
    metrics = [{"name": "roc_auc", "higher_is_better": True}]
    scores = [{"model": "M", "roc_auc": 0.9}]
    study = changed(study, metrics=metrics, scores=scores)
    words = checked(performance_section(study).markup()).text("li", "bdi")
    assert "a row of the class Ja gets a higher score than a row of the class Nein" in words
    nameless = checked(performance_section(changed(study, predictions={})).markup())
    assert "a row of the second class" in nameless.text("li")


def test_a_score_of_nearly_nothing_is_0_and_a_tiny_loss_is_not(make_study, changed):
    metrics = [
        {"name": "r2", "higher_is_better": True},
        {"name": "mean_squared_error", "higher_is_better": False},
    ]
    scores = [
        {"model": "M", "r2": 0.9, "mean_squared_error": 1.5e-6},
        {"model": "global mean", "r2": -1.528e-06, "mean_squared_error": 1.0},
    ]
    study = changed(make_study(), metrics=metrics, scores=scores)
    cells = [
        text for tag, text in checked(performance_section(study).markup()).texts if tag == "td"
    ]
    assert cells == ["0.9000", "1.500e−06", "0", "1.000"]


def test_settings_are_named_in_words(make_study, changed):
    study = make_study()
    plain = {**study.settings, "target_mean": 0.0, "target_scale": 1.0}
    names = checked(settings_section(changed(study, settings=plain)).markup()).text("dt")
    assert "shuffles of each column" in names
    assert "of the target" not in names
    scaled = {**study.settings, "target_mean": 3.4, "target_scale": 1.0}
    names = checked(settings_section(changed(study, settings=scaled)).markup()).text("dt")
    assert "mean of the targetstandard deviation of the target" in names


def test_the_limits_of_the_scores_tell_the_rows_they_rest_on(make_study):
    words = checked(limitation_section(make_study()).markup()).text("li")
    assert "the scores rest on the 4,000 rows held out" in words
    assert "a little, and" not in words


def correlated(make_study, changed, **record):
    study = make_study()
    return checked(
        correlation_section(
            changed(study, data={**study.data, "correlation": record})
        ).markup()
    )  # fmt: skip


def test_a_feature_called_target_is_no_target(make_study, changed):
    values = [[1.0, 0.8, 0.5], [0.8, 1.0, 0.6], [0.5, 0.6, 1.0]]
    names = ["target", "age", "rating"]
    page = correlated(make_study, changed, names=names, values=values, target=2, n_total=2)
    words = page.text("p", "bdi")
    assert "Most correlated with the target: age (0.60), target (0.50)" in words
    assert "between features: target and age (0.80)" in words
    assert "compared in the 16,000 rows used to fit" in words
    assert "columns are shown" not in words
    none = correlated(make_study, changed, names=names, values=values, target=None, n_total=9)
    assert "Most correlated" not in none.text("p")
    assert "3 of 9 columns are shown, those that go most with the target" in none.text("p")


def test_one_feature_and_a_target_are_compared_without_a_word_on_pairs(make_study, changed):
    page = correlated(
        make_study, changed, names=["age", "rating"], values=[[1.0, 0.1], [0.1, 1.0]], target=1,
        n_total=1, n_left_out=1,
    )  # fmt: skip
    assert "No two features" not in page.text("p")
    assert "Not compared: 1 column of ids" in page.text("p")


@pytest.mark.parametrize(
    ("classes", "n_outputs", "shown"),
    [
        (None, 1, {"rating"}),
        (["no", "yes"], 1, {"yes"}),
        (["low", "mid", "top"], 3, {"low", "mid", "top"}),
        (["low", "mid", "top"], 2, set()),
    ],
)
def test_outputs_are_named_by_the_target_or_the_classes(make_study, classes, n_outputs, shown):
    study = make_study(classes=classes)
    study.model["weights"][-1] = {
        "shape": [32, n_outputs], "activation": "identity",
        "weight": np.ones((32, n_outputs)).tolist(),
    }  # fmt: skip
    page = checked(model_section(study).markup())
    texts = {text for tag, text in page.texts if tag in ("text", "bdi")}
    assert texts & {"rating", "no", "yes", "low", "mid", "top"} == shown


def test_layers_and_zeros_have_one_name(make_study):
    page = checked(model_section(make_study()).markup())
    assert "layers." not in page.text()
    assert "non-zero" in page.text("th")
    assert "nonzero" not in page.text("th")
    assert "A heatmap of 64 inputs by 32 neurons." in page.text("desc")
    study = make_study()
    study.model["weights"][1]["shape"] = [64, 200]
    part = checked(model_section(study).markup())
    assert "of 64 inputs by 32 neurons, of a layer of 64 by 200." in part.text("desc")


def test_a_loss_and_a_count_say_what_they_count(make_study, changed):
    study = make_study()
    plain = checked(training_section(study).markup()).text("p")
    assert "standard deviation" not in plain
    scaled = changed(study, settings={**study.settings, "target_scale": 2.5})
    assert "units of its standard deviation (2.500)" in checked(
        training_section(scaled).markup()
    ).text("p")
    overview = checked(data_section(study).markup())
    assert "counted in the 16,000 rows used to fit" in overview.text("caption")


def test_the_loss_is_named_and_the_epoch_kept(make_study, changed):
    study = make_study(classes=["no", "yes"])
    best = 1 + int(np.argmin(study.training["validation_curve"]))
    told = {**study.training, "loss": "cross_entropy", "kept_epoch": best}
    page = checked(training_section(changed(study, training=told)).markup())
    assert "The loss is cross-entropy: the mean of minus the logarithm" in page.text("p")
    assert f"in epoch {best}; the model has the weights of that epoch." in page.text("p")
    assert "loss: cross-entropy" in page.text("text")
    silent = checked(training_section(study).markup())
    assert "weights" not in silent.text("p")
    assert "loss" in {text for _, text in silent.texts}


def test_a_training_that_ended_before_any_loss_is_told(make_study, changed):
    stopped = changed(make_study(), training={"loss_curve": [], "stopped": "it was interrupted"})
    assert "it was interrupted" in checked(training_section(stopped).markup()).text("p")
    assert training_section(changed(stopped, training={})) is None


def test_weights_are_listed_by_the_names_of_their_inputs(make_study):
    study = make_study()
    page = checked(model_section(study).markup())
    assert all(name in page.text("bdi") for name in study.model["inputs"])


def test_a_name_that_is_cut_can_be_read_whole():
    long = "price_" + "x" * 300
    assert f'title="{long}"' in name_markup(long)
    assert "title" not in name_markup("price")


def test_long_names_that_stand_together_stay_apart(make_study):
    names = [f"price_{'x' * 200}_{end}" for end in ("mean", "max")]
    assert len(set(map(name_text_of, name_markups(names)))) == 2
    assert len(set(map(name_text_of, map(name_markup, names)))) == 1
    study = make_study(columns=names, leak=False)
    for section in (data_section, correlation_section, importance_section, model_section):
        page = checked(section(study).markup())
        cut = {text for tag, text in page.texts if tag == "bdi" and text.startswith("price_")}
        assert {text.partition("_m")[2][:2] for text in cut} == {"ea", "ax"}, section


def name_text_of(mark):
    return checked(mark).text("bdi")


def test_an_empty_study_is_still_a_page(make_study, changed):
    study = changed(
        make_study(),
        environment={}, settings={}, data={}, model={}, training={}, metrics=[], scores=[],
        predictions={}, importances=[], examples=[], compression=[], findings=[], timings={},
    )  # fmt: skip
    page = checked(render(study))
    assert [a["id"] for a in page.of("section")] == [
        "findings", "settings", "limitations", "appendix",
    ]  # fmt: skip


def test_points_are_pictures_and_do_not_grow_the_page(make_study, changed):
    study = make_study()
    rng = np.random.default_rng(1)
    sizes = []
    for n in (100, 5000):
        values = rng.normal(size=(2, n)).tolist()
        points = {"true": values[0], "predicted": values[1], "n_total": n}
        sizes.append(len(prediction_section(changed(study, predictions=points)).markup()))
    assert sizes[1] - sizes[0] < 300_000


def test_a_monstrous_study_stays_under_the_limit_and_says_what_is_left_out(make_study):
    names = [f"column {j} " + "x" * 500 for j in range(800)]
    classes = [f"class {j} " + "y" * 500 for j in range(100)]
    text = render(make_study(columns=names, classes=classes))
    assert len(text.encode("utf-8")) < 5_000_000
    page = checked(text)
    assert "60 of 800 rows shown" in page.text("small")
    assert "30 of 100 classes shown" in page.text("text")


@pytest.mark.parametrize("kind", ["regression", "classification"])
def test_no_payload_becomes_markup(make_study, changed, kind):
    study = make_study(
        columns=PAYLOADS,
        classes=PAYLOADS if kind == "classification" else None,
        title=PAYLOADS[0],
        name=PAYLOADS[1],
    )
    evil = PAYLOADS[3]
    study.data["target"] = PAYLOADS[2]
    study.data["columns"][0]["kind"] = evil
    study.settings["source"] = "/tmp/<img src=x onerror=alert(1)>.csv"
    study.settings[evil] = evil
    study.environment[evil] = PAYLOADS[0]
    study.training["stopped"] = evil
    study.scores[1]["model"] = evil
    study.compression[0]["model"] = evil
    study.timings["steps"][evil] = 1.0
    study.examples[0]["features"] = dict.fromkeys(PAYLOADS, evil)
    study.model["name"] = study.model["summary"][0]["activation"] = evil
    study.model["weights"][0]["activation"] = PAYLOADS[10]
    findings = [
        Finding(text, (text, evil), text, {text: text}, text, "warning" if i % 2 else "note")
        for i, text in enumerate(PAYLOADS)
    ]
    page = checked(render(changed(study, findings=findings, version='0"><script>')))
    shown = page.text()
    assert "<script>alert(1)</script>" in shown
    assert "<img src=x onerror=alert(1)>" in page.text("text", "bdi")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert not set(shown) & set("\x00\x1b\u202e\u2066\ud800")


def test_without_matplotlib_the_error_names_the_pip_line(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "minixai\[plot\]"'):
        render(study)
