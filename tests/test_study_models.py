"""Every model that a study knows by name, from the table to the page."""

import functools
import math
import re

import numpy as np
import pytest

from minixai import run_study
from minixai.data import Table
from minixai.errors import ParameterError
from minixai.report.page import render
from minixai.study_models import MODELS, named_model
from tests.conftest import COMPILED

pandas = pytest.importorskip("pandas")
pytest.importorskip("matplotlib")

SLOW = ("mlp", "forest", "boosting", "gam", "lasso")
"""Models whose fits take minutes where kernels are plain Python."""


def frame(n=400):
    rng = np.random.default_rng(0)
    age = rng.integers(18, 80, n).astype(float)
    plan = rng.choice(["free", "month", "year"], n)
    member = rng.choice(["no", "yes"], n)
    worth = 0.05 * age + 2.0 * (plan == "year") - 1.0 * (member == "no") + rng.normal(size=n)
    return pandas.DataFrame({"age": age, "plan": plan, "member": member, "worth": worth})


@functools.cache
def studied(model, task):
    table = frame()
    if task == "classification":
        table["worth"] = np.where(table["worth"] > table["worth"].median(), "high", "low")
    return run_study(Table.from_frame(table, target="worth"), model=model, n_repeats=2)


def able():
    for model in MODELS:
        for task in ("regression", "classification"):
            refused = {"linear": "classification", "lasso": "classification"}
            if refused.get(model, "regression" if model == "logistic" else "") != task:
                yield model, task


@pytest.mark.parametrize(("model", "task"), list(able()))
def test_it_learns_is_explained_and_fills_a_page(model, task):
    if not COMPILED and model in SLOW:
        pytest.skip("minutes in plain Python: run compiled only")
    study = studied(model, task)
    first = study.metrics[0]["name"]
    better = study.scores[0][first] - study.scores[1][first]
    assert better > 0.05 if study.metrics[0]["higher_is_better"] else better < -0.05
    if task == "classification":
        assert "roc_auc" in study.scores[0]
    assert len(study.importances) >= 2, "by shuffling, and by what the model is"
    for each in study.importances[:2]:
        assert set(each.feature_names) >= {"age", "plan", "member"}
    assert len(study.examples) == 3
    page = render(study)
    assert "Single rows, explained" in page
    assert "By tree shap" not in page, "every method has words of its own"


@pytest.mark.parametrize(
    ("model", "task", "instead"),
    [
        ("linear", "classification", "logistic"),
        ("lasso", "classification", "logistic"),
        ("logistic", "regression", "lasso"),
    ],
)
def test_a_model_that_cannot_predict_the_target_says_which_can(model, task, instead):
    with pytest.raises(ParameterError, match=f"use `model='{instead}'`"):
        named_model(model, task, 100, 0, 1)
    with pytest.raises(ParameterError, match="Did you mean 'forest'"):
        named_model("forst", task, 100, 0, 1)


def test_the_rules_of_a_tree_stand_in_the_tables_own_words():
    study = studied("tree", "regression")
    conditions = [text for case in study.examples for text in case["rule"]["conditions"]]
    assert any(text.startswith("plan is") for text in conditions)
    ages = [text for text in conditions if "age" in text]
    assert ages
    thresholds = [float(word) for text in ages for word in re.findall(r"\d+\.?\d*", text)]
    assert all(18 <= each <= 80 for each in thresholds), ages
    assert study.model["trees"]["n_trees"] == 1
    assert "The tree asked whether" in render(study)


def test_the_values_of_an_example_sum_to_its_distance_from_the_mean():
    if not COMPILED:
        pytest.skip("a forest in plain Python takes minutes: run compiled only")
    study = studied("boosting", "regression")
    totals = [sum(case["values"].values()) - case["predicted"] for case in study.examples]
    assert max(totals) - min(totals) < 1e-9, "one base value for all rows"


def test_the_shapes_of_an_additive_model():
    if not COMPILED:
        pytest.skip("bags of rounds in plain Python take minutes: run compiled only")
    study = studied("gam", "classification")
    shapes = {each["name"]: each for each in study.model["shapes"]}
    age = shapes["age"]
    assert age["kind"] == "number"
    assert 18 <= age["edges"][0] < age["edges"][-1] <= 80
    assert len(age["values"]) == len(age["edges"]) - 1
    assert sum(age["density"]) == pytest.approx(1.0)
    plan = shapes["plan"]
    scores = dict(zip(plan["labels"], plan["values"], strict=True))
    assert sorted(scores) == ["free", "month", "year"]
    assert abs(scores["year"][0] - scores["free"][0]) > 0.5
    assert sum(plan["shares"]) == pytest.approx(1.0)
    assert math.isclose(
        sum(share * score[0] for share, score in zip(plan["shares"], plan["values"], strict=True)),
        0.0,
        abs_tol=0.05,
    )
    assert "What each column adds" in render(study)


def test_boosting_learns_from_a_small_table():
    if not COMPILED:
        pytest.skip("boosting in plain Python takes minutes: run compiled only")
    table = frame(60)
    table["worth"] = np.where(table["worth"] > 3.0, "high", "low")
    study = run_study(Table.from_frame(table, target="worth"), model="boosting", n_repeats=2)
    assert study.scores[0]["accuracy"] > study.scores[1]["accuracy"]


def test_trees_of_classes_say_whose_share_it_is():
    study = studied("tree", "classification")
    said = [node["said"] for node in study.model["trees"]["outline"] if node["said"]]
    assert any(text.startswith("low: 0.") for text in said)
