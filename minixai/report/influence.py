"""What matters to the model: importance by every method, and single rows explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.plot import plot_importance
from minixai.report.chart import drawn_chart
from minixai.report.markup import Markup, element, joined
from minixai.report.number import number_text, percent_text, raw_text, value_text
from minixai.report.section import Section, paragraph
from minixai.report.table import data_table, folded_table, name_markup, name_markups
from minixai.report.wording import method_words, metric_label, raw_output_words

if TYPE_CHECKING:
    from minixai.importance import Importance
    from minixai.report.record import StudyRecord

__all__ = ["example_section", "importance_section"]

_CASES = {
    "best": "The prediction nearest to the truth",
    "median": "The prediction of median distance from the truth",
    "worst": "The prediction farthest from the truth",
}
_MOST_METHODS = 8
_MOST_EXAMPLES = 6
_MOST_FEATURES = 12


def importance_section(study: StudyRecord) -> Section | None:
    """Return the bars of every method, with how to read them and when not to trust them."""
    usable = [each for each in study.importances if len(each.feature_names)][:_MOST_METHODS]
    if not usable:
        return None
    body: list[Markup | None] = [
        paragraph(
            "Importance says what the model leans on, which is not what causes the target. "
            + (
                "Different methods ask different questions; where they agree, the answer does "
                "not hang on the method."
                if len(usable) > 1
                else ""
            )
        )
    ]
    for i, importance in enumerate(usable):
        body += _method(study, importance, f"importance-{i}")
    return Section("importance", "What matters to it", tuple(body))


def _method(study: StudyRecord, importance: Importance, key: str) -> list[Markup | None]:
    words = method_words(importance.method)
    order = [int(j) for j in importance.order()]
    names, marks = importance.feature_names, name_markups(importance.feature_names)
    error = importance.std_error
    top = joined(
        [joined([marks[j], f" ({number_text(importance.mean[j], 3)})"])
         for j in order[:3]],
        ", ",
    )  # fmt: skip
    if importance.metric:
        base = importance.baseline_score
        start = "" if base is None else f", {number_text(base)} with nothing shuffled"
        top = joined([top, f". The score is {metric_label(importance.metric)}{start}"])
    title = f"Importance: {words.title.lower()}"
    heads = ["feature", "importance", *(["standard error"] if error is not None else [])]
    rows = [
        [marks[j], number_text(importance.mean[j])]
        + ([number_text(error[j], 2)] if error is not None else [])
        for j in order
    ]
    n_bars = min(len(order), 11)
    axis = words.axis + (f" ({metric_label(importance.metric)})" if importance.metric else "")
    return [
        element("h3", words.title),
        paragraph(words.reading, *_of_raw_output(study, importance)),
        paragraph("First come ", top, "."),
        drawn_chart(
            lambda ax: plot_importance(importance, ax, value_name=axis),
            key=key,
            title=title,
            description="; ".join(f"{names[j]}: {number_text(importance.mean[j], 3)}"
                                  for j in order[:10]),
            size=(7.0, 1.2 + 0.3 * n_bars),
            caption=_caution(words.caveat),
            data=folded_table("The numbers", title, heads, rows),
        ),
    ]  # fmt: skip


def _of_raw_output(study: StudyRecord, importance: Importance) -> list[str]:
    """Say what the raw output is, where the method speaks of it."""
    if importance.method not in ("gradient", "input_x_gradient"):
        return []
    labels = study.predictions.get("labels") or []
    return [" ", raw_output_words(labels, study.data.get("target"))]


def _caution(caveat: str) -> Markup | None:
    return joined([element("strong", "Caution. "), caveat]) if caveat else None


def example_section(study: StudyRecord) -> Section | None:
    """Return single rows: what was predicted, and which of its values pushed where."""
    if not study.examples:
        return None
    cases = [_case(example, i) for i, example in enumerate(study.examples[:_MOST_EXAMPLES])]
    method = method_words(study.examples[0].get("method", "input_x_gradient"))
    intro = (
        "Rows from the held-out part, and what each of their values did to the prediction. "
        f"Method: {method.title.lower()}. {method.caveat}"
    )
    return Section(
        "examples",
        "Single rows, explained",
        (paragraph(intro, *_of_which_output(study)), *cases),
    )


def _of_which_output(study: StudyRecord) -> list[str]:
    """Say which class or unit an effect speaks of, and what near and far mean."""
    labels = study.predictions.get("labels") or []
    if not labels:
        target = study.data.get("target")
        named = [" ", name_markup(target)] if target else []
        return [" An effect is in the unit of the target", *named, "."]
    far = (
        " How far a prediction lies from the truth is 1 minus the probability that the model gave "
        "to the true class."
    )
    if len(labels) > 2:
        return [" An effect is on the raw score of the class that is predicted in each row.", far]
    first, second = name_markups(labels)
    if (study.model.get("trees") or {}).get("link") == "identity":
        return [" An effect is on the share of the class ", second, " that the trees give: plus "
                "speaks for ", second, ", minus for ", first, ".", far]  # fmt: skip
    return [
        " An effect is on the raw score of the class ", second, " (the logarithm of its odds): "
        "plus speaks for ", second, ", minus for ", first, ".", far,
    ]  # fmt: skip


def _case(example: dict[str, Any], i: int) -> Markup:
    values = dict(example.get("values") or {})
    features = dict(example.get("features") or {})
    order = sorted(values, key=lambda name: -abs(values[name] or 0.0))
    n_shown = len(order) if len(order) == _MOST_FEATURES + 1 else _MOST_FEATURES
    shown, rest = order[:n_shown], order[n_shown:]
    largest = max((abs(values[name] or 0.0) for name in shown), default=0.0)
    rows = [
        [mark, name_markup(raw_text(features.get(n))), _signed(values[n]),
         _bar(values[n], largest)]
        for n, mark in zip(shown, name_markups(shown), strict=True)
    ]  # fmt: skip
    if rest:
        total = sum(values[name] or 0.0 for name in rest)
        rows.append([f"{len(rest)} others together", "", _signed(total), _bar(total, largest)])
    word = _CASES.get(str(example.get("case", "")), f"Row {i + 1}")
    facts = [f"predicted {value_text(example.get('predicted'))}",
             f"true {value_text(example.get('true'))}"]  # fmt: skip
    title = f"{word}: {', '.join(facts)}"
    return element(
        "div",
        element("h3", title),
        _rule(example.get("rule") or {}),
        data_table(
            f"Held-out row {value_text(example.get('row'))}",
            ["feature", "its value", "effect", "− to the left, + to the right"],
            rows,
            texts=(0, 1, 3),
        ),
        class_="case",
    )


def _rule(rule: dict[str, Any]) -> Markup | None:
    """Return the questions that the tree asked of the row, with its answers."""
    if not rule:
        return None
    conditions = rule.get("conditions") or []
    asked = " and ".join(str(each) for each in conditions)
    held = f"The tree asked whether {asked}; this holds" if conditions else "Nothing is asked"
    return paragraph(f"{held} for {percent_text(float(rule['share']))} of the training rows.")


def _signed(value: Any) -> str:
    text = number_text(value, 3)
    return f"+{text}" if value is not None and value > 0 else text


def _bar(value: Any, largest: float) -> Markup:
    """Return a bar from the middle: to the right for plus, to the left for minus."""
    share = 0.0 if not largest or value is None else min(abs(value) / largest, 1.0)
    width = round(50 * share, 1)
    minus = value is not None and value < 0
    return element(
        "svg",
        element(
            "rect",
            x=round(50 - width, 1) if minus else 50,
            y=1,
            width=width,
            height=8,
            class_="minus" if minus else "plus",
        ),
        element("rect", x=49.75, y=0, width=0.5, height=10, class_="middle"),
        viewBox="0 0 100 10",
        width=160,
        height=16,
        aria_hidden="true",
        class_="bar",
    )
