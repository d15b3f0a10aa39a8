import numpy as np

from minixai.model_summary import ModelSummary, summarise_layers
from minixai.protocols import Layer


def layers():
    return (
        Layer(np.ones((3, 4), np.float32), np.zeros(4, np.float32), "relu"),
        Layer(np.ones((4, 1), np.float32), np.ones(1, np.float32), "identity"),
    )


def test_counts_by_hand():
    summary = summarise_layers(layers())
    first, second = summary.rows
    assert (first.name, first.kind, first.shape, first.activation) == (
        "layers.0",
        "dense",
        (3, 4),
        "relu",
    )
    assert (first.n_parameters, first.n_nonzero, first.n_bytes, first.macs) == (16, 12, 64, 12)
    assert (second.n_parameters, second.n_nonzero, second.n_bytes, second.macs) == (5, 5, 20, 4)
    assert (summary.n_parameters, summary.n_nonzero, summary.n_bytes, summary.macs) == (
        21,
        17,
        84,
        16,
    )
    assert summary.sparsity == 1 - 17 / 21
    assert summary.to_rows()[1]["shape"] == [4, 1]


def test_reads_as_text_and_html():
    summary = summarise_layers(layers())
    lines = str(summary).splitlines()
    assert lines[0].split()[0] == "layer"
    assert lines[2].split()[:4] == ["layers.0", "dense", "3", "x"]
    assert lines[-2].split() == ["total", "21", "17", "84", "16"]
    assert lines[-1] == "sparsity 19.0 %"
    html = summary._repr_html_()
    assert html.count("<tr>") == 4
    odd = summarise_layers((layers()[0]._replace(activation="<b>"),))
    assert "<b>" not in odd._repr_html_()


def test_nothing_is_nothing():
    empty = ModelSummary(())
    assert (empty.n_parameters, empty.sparsity) == (0, 0.0)
    assert str(empty).splitlines()[-1] == "sparsity 0.0 %"
