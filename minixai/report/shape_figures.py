"""The inside of an additive model: what each column adds to the raw score, by its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai.plot import plot_effects, plot_shape
from minixai.report.chart import drawn_chart
from minixai.report.markup import Markup, element
from minixai.report.number import number_text, percent_text
from minixai.report.section import paragraph
from minixai.report.table import folded_table, name_markup

if TYPE_CHECKING:
    from minixai.protocols import Array
    from minixai.report.record import StudyRecord

__all__ = ["shape_parts"]

_MOST_ROWS = 40


def shape_parts(study: StudyRecord) -> list[Markup | None]:
    """Return the shapes of the columns that matter most, an empty list for other models."""
    shapes = study.model.get("shapes") or []
    if not shapes:
        return []
    return [
        element("h3", "What each column adds"),
        paragraph(
            "The raw output is a constant and one number a column, read from the figures below; "
            "of some pairs of columns one number more. The columns that add most stand first. A "
            "band is twice the standard error over models of other parts of the rows."
        ),
        *(
            _of_numbers(shape, f"shape-{i}")
            if shape["kind"] == "number"
            else _of_levels(shape, f"shape-{i}")
            for i, shape in enumerate(shapes)
        ),
    ]


class _Shape:
    """A shape of the record, with the attributes of a shape function."""

    def __init__(self, shape: dict[str, Any]) -> None:
        self.name = str(shape["name"])
        self.edges, self.values, self.density = (
            np.array(shape[key], dtype=np.float64) for key in ("edges", "values", "density")
        )
        errors = shape.get("std_errors")
        self.std_errors = None if errors is None else np.array(errors, dtype=np.float64)
        self.missing_value = shape["missing_value"]
        self.missing_share = float(shape["missing_share"])
        self.output_names = shape.get("output_names")
        self._histogram = shape["histogram"]

    def histogram(self) -> tuple[Array, Array]:
        """Return the bars of the data below the shape."""
        return np.array(self._histogram["ends"]), np.array(self._histogram["shares"])


def _of_numbers(record: dict[str, Any], key: str) -> Markup:
    shape = _Shape(record)
    values = shape.values.reshape(len(shape.values), -1)
    low, high = number_text(shape.edges[0]), number_text(shape.edges[-1])
    rows = [
        [f"{number_text(shape.edges[b])} to {number_text(shape.edges[b + 1])}",
         ", ".join(number_text(v, 3) for v in values[b]), percent_text(float(shape.density[b]))]
        for b in range(len(values))
    ]  # fmt: skip
    return drawn_chart(
        lambda ax: plot_shape(shape, ax),  # type: ignore[arg-type]
        key=key,
        title=f"What {shape.name} adds",
        description=f"Between {low} and {high} it adds {number_text(values.min(), 3)} to "
        f"{number_text(values.max(), 3)}.",
        size=(7.0, 3.4),
        caption="The grey bars at the foot are the training rows: where there are few, the shape "
        "is a guess.",
        data=folded_table(
            "The numbers",
            f"What {shape.name} adds",
            ["values", "adds", "training rows"],
            rows[:_MOST_ROWS],
            n_total=len(rows),
        ),
    )


def _of_levels(record: dict[str, Any], key: str) -> Markup:
    name, labels = str(record["name"]), [str(label) for label in record["labels"]]
    values = np.array(record["values"], dtype=np.float64)
    shares = [percent_text(float(share)) for share in record["shares"]]
    texts = [", ".join(number_text(v, 3) for v in row) for row in values]
    outputs = record.get("output_names")
    return drawn_chart(
        lambda ax: plot_effects(values, ax, names=labels, name=name, output_names=outputs),
        key=key,
        title=f"What {name} adds",
        description="; ".join(f"{a}: {b}" for a, b in zip(labels[:12], texts, strict=False)),
        size=(7.0, 1.2 + 0.3 * min(len(labels), 12)),
        data=folded_table(
            "The numbers",
            f"What {name} adds",
            ["label", "adds", "training rows"],
            [[name_markup(a), b, c] for a, b, c in zip(labels, texts, shares, strict=True)],
            texts=(0,),
        ),
    )
