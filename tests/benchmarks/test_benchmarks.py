"""The benchmarks are there, ask a question each, and run; no test here reads a stopwatch."""

import re
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as front
from benchmarks.timing import installed, race

ROOT = Path(__file__).parents[2]
EXPECTED = {
    "boosted_gam",
    "boosting",
    "compression",
    "encoding",
    "forest",
    "import_time",
    "lasso",
    "interventional_tree_shap",
    "linear_regression",
    "logistic_regression",
    "permutation_importance",
    "training_step",
    "tree_shap",
    "tree_prediction",
}


def test_every_benchmark_is_listed():
    assert set(front.names()) >= EXPECTED


@pytest.mark.parametrize("name", front.names())
def test_first_sentence_of_a_benchmark_is_its_question(name):
    question = front.question(name)
    assert question.endswith("?")
    assert question.count("?") == 1
    assert len(import_module(f"benchmarks.{name}").__doc__) > 2 * len(question)


@pytest.mark.parametrize("name", front.names())
def test_every_benchmark_can_be_quick(name, capsys):
    with pytest.raises(SystemExit) as ended:
        import_module(f"benchmarks.{name}").main(["--help"])
    assert ended.value.code == 0
    assert "--quick" in capsys.readouterr().out


def test_listing_gives_names_and_questions(capsys):
    assert front.main([]) == 0
    text = capsys.readouterr().out
    for name in front.names():
        assert f"  {name} " in text
        assert front.question(name) in text


def test_unknown_benchmark_is_a_usage_error(capsys):
    assert front.main(["trainingstep"]) == 2
    assert "training_step" in capsys.readouterr().err


def test_module_runs_a_benchmark_in_a_process_of_its_own():
    command = [sys.executable, "-m", "benchmarks", "linear_regression", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "minixai closed_form" in done.stdout
    assert "coefficients off by" in done.stdout


def test_solvers_of_the_quick_benchmark_agree(capsys):
    results = import_module("benchmarks.linear_regression").main(["--quick"])
    capsys.readouterr()
    (table,) = results.values()
    off = table["differences"]
    assert off["minixai closed_form"] < 1e-12
    assert off["minixai gradient_descent"] < 1e-6
    assert off["minixai sgd"] < 0.1


def test_classifiers_of_the_quick_benchmark_come_to_one_minimum(capsys):
    results = import_module("benchmarks.logistic_regression").main(["--quick"])
    capsys.readouterr()
    assert len(results) == 4
    for task, table in results.items():
        for name, excess in table["excess"].items():
            early = "dual" in name or "liblinear" in name
            assert 0.0 <= excess < (1e-2 if early else 1e-6), (task, name)


def test_both_encode_the_quick_table_alike(capsys):
    pytest.importorskip("sklearn")
    results = import_module("benchmarks.encoding").main(["--quick"])
    capsys.readouterr()
    assert results["difference"] < 1e-12


def test_trees_in_arrays_answer_as_the_library_that_grew_them(capsys):
    pytest.importorskip("sklearn")
    results = import_module("benchmarks.tree_prediction").main(["--quick"])
    capsys.readouterr()
    assert results["sklearn"]["difference"] < 1e-12
    assert results.get("lightgbm", {"difference": 0.0})["difference"] < 1e-12
    assert results.get("xgboost", {"difference": 0.0})["difference"] < 1e-5


def test_both_forests_of_the_quick_benchmark_learn(capsys):
    pytest.importorskip("sklearn")
    results = import_module("benchmarks.forest").main(["--quick"])
    capsys.readouterr()
    for problem in results.values():
        for name, scores in problem["scores"].items():
            assert (scores > 0.1).all(), name


def test_additive_models_are_compared_in_speed_and_in_rank(capsys):
    results = import_module("benchmarks.boosted_gam").main(["--quick"])
    text = capsys.readouterr().out
    (found,) = results.values()
    assert found["ratios"]["minixai"] == 1.0
    assert 0.7 < found["areas"]["minixai"] < 0.85
    assert "AUC of the true odds" in text


def test_additive_models_are_compared_on_real_tables(real_data, capsys):
    real_data("heart-disease")
    real_data("telco-churn")
    benchmark = import_module("benchmarks.boosted_gam")
    table, y = benchmark.real_table("heart")
    assert y.mean() == pytest.approx(138 / 303), "there 1 is no disease"
    assert table.n_rows == 303
    benchmark.compare_on_data(1, None, n_bags=1, names=("heart",))
    assert "heart: 303 rows" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # shap's, when it is imported
def test_quick_trees_are_explained_and_timed(capsys):
    pytest.importorskip("sklearn")
    results = import_module("benchmarks.tree_shap").main(["--quick"])
    capsys.readouterr()
    assert len(results) == 7
    assert results["one row"]["p99"] >= results["one row"]["median"] > 0.0
    assert all(each["minixai"] == 1.0 for name, each in results.items() if name != "one row")


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # shap's, when it is imported
def test_quick_trees_are_explained_against_a_background(capsys):
    pytest.importorskip("sklearn")
    results = import_module("benchmarks.interventional_tree_shap").main(["--quick"])
    text = capsys.readouterr().out
    assert len(results) == 6
    assert results["one row"]["p99"] >= results["one row"]["median"] > 0.0
    gaps = [float(gap) for gap in re.findall(r"completeness gap (\S+)", text)]
    assert len(gaps) == 3
    assert max(gaps) < 1e-12


def test_boosted_trees_of_the_quick_benchmark_are_as_good(capsys):
    pytest.importorskip("sklearn")
    results = import_module("benchmarks.boosting").main(["--quick"])
    capsys.readouterr()
    for table in results.values():
        assert table["scores"]["minixai"] > table["scores"]["scikit-learn"] - 0.01


def test_minixai_runs_the_training_steps_that_its_loss_shows():
    steps = import_module("benchmarks.training_step")
    case = steps.Case((3, 8, 1), 8, 4, 3)
    turn, loss = steps.minixai_steps(case, steps.make_problem(case))
    losses = []
    for _ in range(30):
        turn()
        losses.append(loss())
    assert losses[-1] < losses[0]


@pytest.mark.peers
def test_peers_take_the_same_training_steps():
    pytest.importorskip("torch")
    pytest.importorskip("jax")
    steps = import_module("benchmarks.training_step")
    case = steps.Case((3, 8, 4, 1), 8, 4, 3)
    problem = steps.make_problem(case)
    runners = [
        steps.minixai_steps(case, problem),
        steps.pytorch_steps(case, problem, fused=False),
        steps.jax_steps(case, problem),
    ]
    for _ in range(5):
        for turn, _ in runners:
            turn()
    ours, theirs, scanned = (loss() for _, loss in runners)
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert ours == pytest.approx(scanned, abs=1e-5)


def test_race_gives_each_contestant_one_turn_a_round_after_one_that_does_not_count():
    turns = []
    result = race({"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}, n_rounds=4)
    assert turns == ["a", "b", *"ab", *"ba", *"ab", *"ba"]
    assert set(result.seconds) == set(result.warm_up) == {"a", "b"}
    assert all(len(times) == 4 for times in result.seconds.values())


def test_race_stops_early_after_three_rounds():
    result = race({"slow": lambda: time.sleep(0.001)}, n_rounds=50, seconds=0.0)
    assert len(result.seconds["slow"]) == 3


def test_race_tells_ratios_by_round():
    result = race({"a": lambda: None, "b": lambda: None}, n_rounds=3)
    result.seconds.update(a=np.array([1.0, 2.0, 4.0]), b=np.array([3.0, 4.0, 20.0]))
    assert result.ratio("b", "a") == 3.0  # of 3, 2 and 5
    assert result.median("a") == 2.0
    assert "4 s" in "".join(result.lines("a", "turn", 1, {"b": "note"})[2:])


def test_missing_peer_is_named_with_the_line_that_brings_it(capsys):
    assert installed("numpy")
    assert not installed("a_package_that_nobody_has")
    text = capsys.readouterr().out
    assert "a_package_that_nobody_has" in text
    assert "pip install" in text


def test_rank_agreement_is_spearmans_correlation():
    agreement = import_module("benchmarks.permutation_importance").rank_agreement
    assert agreement([1.0, 2.0, 3.0], [10.0, 20.0, 90.0]) == pytest.approx(1.0)
    assert agreement([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == pytest.approx(-1.0)
    assert agreement([1.0, 1.0, 2.0], [1.0, 2.0, 3.0]) == pytest.approx(np.sqrt(3.0) / 2.0)
