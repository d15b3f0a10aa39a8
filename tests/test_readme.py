"""The README's Python runs as it is printed."""

import re
from pathlib import Path

import numpy as np
import pytest

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")


def test_the_code_runs(tmp_path, monkeypatch):
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib")
    from minixai import data, neural, tree

    made, network = data.make_shop, neural.MLPClassifier
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(data, "make_shop", lambda **o: made(60, 20, 400, **o), raising=False)
    X = np.random.default_rng(0).normal(size=(40, 3))
    names = {"X": X, "y": (X[:, 0] > 0).astype(int)}
    monkeypatch.setattr(neural, "MLPClassifier", lambda **o: network(n_epochs=2, **o))
    additive = tree.BoostedGAMClassifier
    monkeypatch.setattr(tree, "BoostedGAMClassifier", lambda **o: additive(max_rounds=10, **o))
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert (tmp_path / "report.html").exists()
    assert names["study"].warnings
