r"""The table of a model's layers: shape, parameters, non-zeros, bytes and multiplications.

A dense layer with weight (n_in, n_out) and bias (n_out,) has ``n_in * n_out + n_out``
parameters and spends ``n_in * n_out`` multiply-accumulates (MACs) on one row: additions of the
bias and the activation are not counted, as is the custom of the field. Bytes are those of the
arrays in memory; what a file weighs on disk is a question for ``measure``.

Cost: one pass over the parameters.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minixai.protocols import Layer

__all__ = ["LayerRow", "ModelSummary", "summarise_layers"]

_HEADINGS = {
    "name": "layer",
    "kind": "kind",
    "shape": "shape",
    "activation": "activation",
    "n_parameters": "parameters",
    "n_nonzero": "non-zero",
    "n_bytes": "bytes",
    "macs": "MACs",
}
_TEXT_COLUMNS = ("name", "kind", "shape", "activation")


@dataclass(frozen=True)
class LayerRow:
    """One layer of a :class:`ModelSummary`.

    Parameters
    ----------
    name : str
        Where the layer stands, as in the keys of ``parameters()``: ``layers.0``.
    kind : str
        What it is: ``dense``.
    shape : tuple of int
        (n_in, n_out) of its weight.
    activation : str
        Name of the function that follows.
    n_parameters, n_nonzero : int
        Numbers stored, and those of them that are not exactly 0.
    n_bytes : int
        Bytes of these numbers in memory.
    macs : int
        Multiply-accumulates for one row.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    activation: str
    n_parameters: int
    n_nonzero: int
    n_bytes: int
    macs: int


@dataclass(frozen=True)
class ModelSummary:
    """The layers of a model in order, with their totals.

    Parameters
    ----------
    rows : tuple of LayerRow
        One row a layer, from the input to the output.

    Examples
    --------
    >>> row = LayerRow("layers.0", "dense", (3, 64), "relu", 256, 256, 1024, 192)
    >>> ModelSummary((row,)).n_parameters
    256
    """

    rows: tuple[LayerRow, ...]

    @property
    def n_parameters(self) -> int:
        """Numbers in all layers."""
        return sum(row.n_parameters for row in self.rows)

    @property
    def n_nonzero(self) -> int:
        """Numbers in all layers that are not exactly 0."""
        return sum(row.n_nonzero for row in self.rows)

    @property
    def n_bytes(self) -> int:
        """Bytes of all layers in memory."""
        return sum(row.n_bytes for row in self.rows)

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one row of input."""
        return sum(row.macs for row in self.rows)

    @property
    def sparsity(self) -> float:
        """Share of the parameters that are exactly 0, in [0, 1]."""
        return 1.0 - self.n_nonzero / self.n_parameters if self.n_parameters else 0.0

    def to_rows(self) -> list[dict[str, Any]]:
        """Give one plain dict a layer (JSON-able; ``shape`` is a list)."""
        return [asdict(row) | {"shape": list(row.shape)} for row in self.rows]

    def __str__(self) -> str:
        table = [list(_HEADINGS.values()), *self._cells()]
        widths = [max(len(line[j]) for line in table) for j in range(len(_HEADINGS))]
        left = len(_TEXT_COLUMNS)
        lines = [
            "  ".join(
                cell.ljust(width) if j < left else cell.rjust(width)
                for j, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in table
        ]
        rule = "-" * max(len(line) for line in lines)
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1], self._footer()])

    def _repr_html_(self) -> str:
        body = self._cells()
        head = "".join(f"<th>{escape(text)}</th>" for text in _HEADINGS.values())
        lines = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in body
        )
        return (
            f"<table><caption>{escape(self._footer())}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
        )

    def _cells(self) -> list[list[str]]:
        """Give the body of the table as text, the totals last."""
        body = [
            [
                row.name,
                row.kind,
                " x ".join(map(str, row.shape)),
                row.activation,
                *(f"{n:,}" for n in (row.n_parameters, row.n_nonzero, row.n_bytes, row.macs)),
            ]
            for row in self.rows
        ]
        totals = (self.n_parameters, self.n_nonzero, self.n_bytes, self.macs)
        return [*body, ["total", "", "", "", *(f"{n:,}" for n in totals)]]

    def _footer(self) -> str:
        return f"sparsity {100.0 * self.sparsity:.1f} %"


def summarise_layers(layers: Sequence[Layer], kind: str = "dense") -> ModelSummary:
    """Describe dense layers, each of which has a weight, a bias and an activation.

    Parameters
    ----------
    layers : sequence of Layer
        From the input to the output; weights have shape (n_in, n_out).
    kind : str
        What the layers are called in the table.

    Returns
    -------
    ModelSummary
        One row a layer, named ``layers.0``, ``layers.1``, ... as in ``parameters()``.

    Examples
    --------
    >>> import numpy as np
    >>> from minixai.protocols import Layer
    >>> layer = Layer(np.ones((3, 64), np.float32), np.zeros(64, np.float32), "relu")
    >>> summary = summarise_layers((layer,))
    >>> summary.n_parameters, summary.n_bytes, summary.macs, summary.sparsity
    (256, 1024, 192, 0.25)
    """
    rows = []
    for i, layer in enumerate(layers):
        weight, bias = np.asarray(layer.weight), np.asarray(layer.bias)
        rows.append(
            LayerRow(
                name=f"layers.{i}",
                kind=kind,
                shape=tuple(weight.shape),
                activation=layer.activation,
                n_parameters=weight.size + bias.size,
                n_nonzero=int(np.count_nonzero(weight)) + int(np.count_nonzero(bias)),
                n_bytes=weight.nbytes + bias.nbytes,
                macs=weight.size,
            )
        )
    return ModelSummary(tuple(rows))
