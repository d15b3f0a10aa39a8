"""The inside of the model: its layers, its connections, its weights; and smaller versions of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.plot import plot_network, plot_weights
from minixai.report.chart import drawn_chart
from minixai.report.markup import Markup, element, joined
from minixai.report.number import (
    bytes_text,
    count_text,
    difference_text,
    number_text,
    percent_text,
    seconds_text,
    value_text,
)
from minixai.report.section import Section, paragraph
from minixai.report.table import (
    data_table,
    folded_table,
    input_markups,
    name_markup,
    name_markups,
)
from minixai.report.tree_figures import tree_parts
from minixai.report.wording import metric_label, plain_name

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["compression_section", "model_section"]

_MOST_LAYERS_DRAWN = 2
_MOST_LAYERS = 8
_SUMMARY_TEXTS = ("name", "layer", "kind", "shape", "activation")


def model_section(study: StudyRecord) -> Section | None:
    """Return the layers as a table, as a network and as weights; or the trees."""
    summary, layers = study.model.get("summary") or [], study.model.get("weights") or []
    body: list[Markup | None] = tree_parts(study)
    if not summary and not layers and not body:
        return None
    if summary:
        body += [_summary_words(summary), _summary_table(summary)]
    if layers and all(layer.get("weight") and layer["weight"][0] for layer in layers):
        body += [_network(study, layers[:_MOST_LAYERS]), *_weights(study, layers)]
    return Section("model", "Inside the model", tuple(body))


def _summary_words(summary: list[dict[str, Any]]) -> Markup:
    parameters = sum(int(row.get("n_parameters") or 0) for row in summary)
    macs = sum(int(row.get("macs") or 0) for row in summary)
    layers = "one layer" if len(summary) == 1 else f"{len(summary)} layers"
    return paragraph(
        f"The model has {layers} with {count_text(parameters)} parameters and spends "
        f"{count_text(macs)} multiply-accumulates (MACs) on a row."
    )


def _summary_table(summary: list[dict[str, Any]]) -> Markup:
    keys = list(dict.fromkeys(key for row in summary for key in row))
    keys.sort(key=lambda key: key not in _SUMMARY_TEXTS)
    texts = [j for j, key in enumerate(keys) if key in _SUMMARY_TEXTS]
    rows = [[_summary_cell(key, row.get(key)) for key in keys] for row in summary]
    return data_table(
        "Layers", [plain_name(key).removeprefix("n ") for key in keys], rows, texts=texts
    )


def _summary_cell(key: str, value: Any) -> object:
    if key == "name":
        return _layer_name(str(value))
    if key == "shape" and isinstance(value, (list, tuple)):
        return " × ".join(value_text(each) for each in value)
    if key == "n_bytes":
        return bytes_text(value)
    return count_text(value) if isinstance(value, int) else value_text(value)


def _layer_name(name: str) -> str:
    """Return the name a layer has in the figures, numbered from 1, for its key in the record."""
    stem, _, place = name.partition(".")
    return f"layer {int(place) + 1}" if stem == "layers" and place.isdecimal() else name


def _outputs(study: StudyRecord, layers: list[dict[str, Any]]) -> list[str] | None:
    """Return the names of the outputs: the target, the class of a lone score, or the classes."""
    labels = [str(label) for label in study.predictions.get("labels") or []]
    n_outputs = int((layers[-1].get("shape") or _shape_of(layers[-1]))[1])
    if len(layers) < len(study.model.get("weights") or []):
        return None  # the last layer is not among those drawn
    if n_outputs == 1 and not labels:
        return [str(study.data["target"])] if study.data.get("target") else None
    if n_outputs == 1 and len(labels) == 2:
        return labels[1:]
    return labels if len(labels) == n_outputs else None


def _inputs(study: StudyRecord) -> list[str] | None:
    names = study.model.get("inputs")
    return [str(name) for name in names] if names else None


def _input_marks(study: StudyRecord) -> list[Markup]:
    return input_markups(_inputs(study) or [], study.model.get("input_columns"))


def _network(study: StudyRecord, layers: list[dict[str, Any]]) -> Markup:
    whole = [list(layer.get("shape") or _shape_of(layer)) for layer in layers]
    widths = [whole[0][0], *(shape[1] for shape in whole)]
    picture = [_NamedLayer(layer) for layer in layers]
    outputs = _outputs(study, layers)
    return joined([
        element("h3", "The network"),
        drawn_chart(
            lambda ax: plot_network(
                picture,
                ax,
                names=_inputs(study),
                output_names=outputs,
                widths=widths,
            ),
            key="network",
            title="Neurons and connections",
            description=f"A network with {', '.join(count_text(n) for n in widths)} neurons from "
            f"the inputs to the output{'s' * (widths[-1] > 1)}; wider lines are larger weights.",
            size=(8.4, 5.0),
            caption="Width is the size of a weight, relative to the largest in its layer; solid "
            "blue is positive, dashed vermillion negative. Of wide layers only the neurons with "
            "the largest weights are drawn.",
            data=_strongest(study, layers, outputs),
        ),
    ])  # fmt: skip


def _strongest(
    study: StudyRecord, layers: list[dict[str, Any]], outputs: list[str] | None
) -> Markup:
    """Return the largest weights of each layer."""
    inputs, ends = _input_marks(study), name_markups(outputs or [])
    rows = []
    for i, layer in enumerate(layers):
        pairs = [(j, k, v) for j, row in enumerate(layer["weight"]) for k, v in enumerate(row)]
        pairs.sort(key=lambda each: -abs(each[2]))
        for j, k, value in pairs[:8]:
            start = inputs[j] if i == 0 and j < len(inputs) else f"neuron {j}"
            end = ends[k] if i == len(layers) - 1 and k < len(ends) else f"neuron {k}"
            rows.append([f"layer {i + 1}", start, end, number_text(value, 3)])
    heads = ["layer", "from", "to", "weight"]
    return folded_table(
        "The largest weights", "Largest weights by layer", heads, rows, texts=(0, 1, 2)
    )


class _NamedLayer:
    """A layer of the record, with the attributes of a layer."""

    def __init__(self, layer: dict[str, Any]) -> None:
        self.weight = layer["weight"]
        self.activation = str(layer.get("activation") or "")


def _shape_of(layer: dict[str, Any]) -> tuple[int, int]:
    return len(layer["weight"]), len(layer["weight"][0])


def _weights(study: StudyRecord, layers: list[dict[str, Any]]) -> list[Markup | None]:
    body: list[Markup | None] = [element("h3", "The weights")]
    for i, layer in enumerate(layers[:_MOST_LAYERS_DRAWN]):
        named = (_inputs(study), _input_marks(study)) if i == 0 else (None, [])
        body.append(_weight_figure(layer, i, *named))
    return body


def _weight_figure(
    layer: dict[str, Any], i: int, names: list[str] | None, marks: list[Markup]
) -> Markup:
    n_in, n_out = _shape_of(layer)
    shape = tuple(layer.get("shape") or (n_in, n_out))
    part = "" if shape == (n_in, n_out) else f", of a layer of {shape[0]} by {shape[1]}"
    return drawn_chart(
        lambda ax: plot_weights(layer["weight"], ax, names=names, shape=shape),
        key=f"weights-{i}",
        title=f"Weights of layer {i + 1}",
        description=f"A heatmap of {n_in} inputs by {n_out} neurons{part}.",
        size=(7.4, min(7.5, max(2.0, 1.2 + 0.17 * min(n_in, 36)))),
        caption=f"Layer {i + 1}: a row per input, a column per neuron. A pale row is an input "
        "that the layer hardly uses.",
        data=_weight_numbers(layer, i, marks),
    )


def _weight_numbers(layer: dict[str, Any], i: int, marks: list[Any]) -> Markup:
    n_in, n_out = _shape_of(layer)
    n_shown, n_all = min(n_out, 16), (layer.get("shape") or (n_in, n_out))
    starts = marks or [f"neuron {j}" for j in range(n_in)]
    part = "" if n_shown == n_all[1] else f", the first {n_shown} of {n_all[1]} neurons"
    return folded_table(
        "The numbers",
        f"Weights of layer {i + 1}{part}",
        ["input", *(f"neuron {k}" for k in range(n_shown))],
        [[starts[j], *(number_text(v, 3) for v in layer["weight"][j][:n_shown])]
         for j in range(min(n_in, 20))],
        n_total=n_all[0],
    )  # fmt: skip


def compression_section(study: StudyRecord) -> Section | None:
    """Return the model before and after pruning and quantization."""
    rows = study.compression
    if not rows:
        return None
    metric = metric_label(rows[0].get("metric_name") or "metric")
    return Section(
        "compression",
        "Made smaller",
        (
            paragraph(
                "Pruning sets the smallest weights to 0 and trains the rest a little more; "
                "quantization stores every weight as one of 255 whole numbers (8 bits in place "
                "of 32 or 64). What it costs is in the column ", element("em", "change"), "."
            ),
            _in_words(rows, metric),
            _versions_table(study, metric),
            paragraph(
                "Zeros save space only in a file that leaves them out, and time only where the "
                "multiplication skips them. The last columns are the median times of a call with "
                "so many rows, on the machine of this run; they vary.",
                class_="small",
            ),
        ),
    )  # fmt: skip


def _versions_table(study: StudyRecord, metric: str) -> Markup:
    """Return one row per version of the model."""
    rows = study.compression
    first, batches = rows[0], _batches(study)
    heads = ["version", "on disk", "share", "parameters", "non-zero", "MACs", metric, "change"]
    heads += [f"{count_text(int(n))} row{'s' * (n != '1')}, median" for n in batches]
    body = [
        [
            name_markup(row.get("model")),
            bytes_text(row.get("bytes_on_disk")),
            _share(row, first),
            count_text(row.get("n_parameters")),
            count_text(row.get("n_nonzero")),
            count_text(row.get("macs")),
            number_text(row.get("metric_value")),
            _change(row, first),
            *(seconds_text(_latency(study, row).get(n, {}).get("p50")) for n in batches),
        ]
        for row in rows
    ]
    return data_table("Before and after", heads, body)


def _in_words(rows: list[dict[str, Any]], metric: str) -> Markup | None:
    first = rows[0]
    known = [row for row in rows[1:] if row.get("bytes_on_disk") and first.get("bytes_on_disk")]
    if not known or first.get("metric_value") is None:
        return None
    small = min(known, key=lambda row: row["bytes_on_disk"])
    value, base = (number_text(row.get("metric_value")) for row in (small, first))
    return paragraph(
        "The smallest version, ",
        name_markup(small["model"]),
        f", takes {_share(small, first)} of the original's bytes; its {metric} is {value}, the "
        f"original's {base}.",
    )


def _share(row: dict[str, Any], first: dict[str, Any]) -> str:
    if not row.get("bytes_on_disk") or not first.get("bytes_on_disk"):
        return "–"
    return percent_text(row["bytes_on_disk"] / first["bytes_on_disk"])


def _change(row: dict[str, Any], first: dict[str, Any]) -> str:
    value, base = row.get("metric_value"), first.get("metric_value")
    if value is None or base is None or row is first:
        return "–"
    change = value - base
    text = difference_text(change, beside=base)
    return f"+{text}" if change > 0 else text


def _latency(study: StudyRecord, row: dict[str, Any]) -> dict[str, Any]:
    """Return the times of a row, which lie under its key in the timings."""
    found: Any = study.timings
    name = str(row.get("latency", ""))
    group, _, key = name.partition(".")
    found = (found.get(group) or {}).get(key) if isinstance(found.get(group), dict) else None
    return {str(batch): times for batch, times in found.items()} if isinstance(found, dict) else {}


def _batches(study: StudyRecord) -> list[str]:
    found = {batch for row in study.compression for batch in _latency(study, row)}
    return sorted((batch for batch in found if batch.isdigit()), key=int)
