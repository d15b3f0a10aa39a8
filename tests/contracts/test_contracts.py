"""Every contract on every registered class."""

import inspect
from importlib import import_module

import numpy as np
import pytest

from minixai import files
from minixai._estimator import Estimator
from minixai.data import BehaviourFeatures, Table, TableEncoder
from minixai.recommend import BiasBaseline
from tests.contracts import (
    estimator_contract,
    explainer_contract,
    file_contract,
    model_contract,
    registry,
)

MODELS = registry.fitted_models()
EXACT_ONLY = {model_contract.check_input_gradient}
"""What a quantized model cannot promise: its raw score is a staircase in its inputs."""
SMOOTH_ONLY = {model_contract.check_loss_gradient}
"""What fixed draws cannot ask of hinges, whose kinks they meet: test_linear_svm draws apart."""


@pytest.mark.parametrize("name", MODELS)
def test_models(name):
    model, X, y = MODELS[name]()
    done = 0
    for capability, checks in model_contract.CHECKS.items():
        if isinstance(model, capability):
            for check in checks:
                if name.startswith("quantized") and check in EXACT_ONLY:
                    continue
                if "LinearSVM" in name and check in SMOOTH_ONLY:
                    continue
                check(model, X, y)
                done += 1
    assert done >= 4


ESTIMATOR_CHECKS = [
    pytest.param(name, check, id=f"{name}-{check.__name__}")
    for name in registry.ESTIMATORS
    for check in estimator_contract.CHECKS
    if name not in registry.LABEL_ENCODERS or check is not estimator_contract.check_text_is_named
]
"""Every pair of an estimator and a check; text is what the encoders of labels encode."""


@pytest.mark.parametrize(("name", "check"), ESTIMATOR_CHECKS)
def test_estimators(name, check):
    make, target = registry.ESTIMATORS[name]
    X = registry.rows()
    check(make, X, target(X))


def things():
    found = {name: make()[0] for name, make in MODELS.items()}
    for name, (make, _) in registry.ESTIMATORS.items():
        if hasattr(make(), "transform"):
            found[name] = registry.fitted(name)[0]
    found["BiasBaseline"] = BiasBaseline().fit([1, 1, 2], ["a", "b", "a"], [3.0, 4.0, 5.0])
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"colour": list("rgbr"), "price": [1.0, 2.0, 3.0, 5.0]})
    found["TableEncoder"] = TableEncoder().fit(Table.from_frame(frame, target="price"))
    log = pandas.DataFrame({"user_id": list("uvuu"), "when": [1.0, 2.0, 3.0, 4.0]})
    found["BehaviourFeatures"] = BehaviourFeatures(["user_id"], "when").fit(Table.from_frame(log))
    model, X, _ = registry.fitted("MLPClassifier of three")
    found["Explanation"] = registry.Gradient(model).explain(X)
    found["TreeArrays"] = registry.TREES["TreeArrays"]()[0]
    found["Importance"] = found["Explanation"].importance()
    return found


def test_files(tmp_path):
    saved = things()
    for thing in saved.values():
        for check in file_contract.CHECKS:
            check(thing, tmp_path / "thing.mxai")
    assert {type(thing).__name__ for thing in saved.values()} == set(files.REGISTRY)


@pytest.mark.parametrize("check", explainer_contract.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    ("name", "model_name"),
    [(name, model) for name, models in registry.EXPLAINED.items() for model in models],
)
def test_explainers(name, model_name, check):
    model, X = registry.explained(model_name)
    check(registry.EXPLAINERS[name](model), model, X)


def test_every_public_class_is_registered():
    """A public estimator or explainer that stands in no list of the registry is untested."""
    registered = {type(make()) for make, _ in registry.ESTIMATORS.values()}
    registered |= set(registry.EXPLAINERS.values())
    scikit = {type(make()) for make in registry.SCIKIT_LEARN.values()}
    for package in ("data", "linear", "neural", "tree", "explain"):
        module = import_module(f"minixai.{package}")
        for name in module.__all__:
            thing = getattr(module, name)
            if not inspect.isclass(thing):
                continue
            if issubclass(thing, Estimator) and thing not in registry.OF_TABLES:
                assert thing in registered, name
                assert thing in scikit, name
            elif hasattr(thing, "explain"):
                assert thing in registered, name


def test_registry_data_are_not_degenerate():
    """The contracts compare things that differ: rows, classes and targets vary."""
    X = registry.rows()
    assert (X.std(axis=0) > 0.5).all()
    assert registry.numbers(X).std() > 1
    assert set(np.unique(registry.two_classes(X))) == {"no", "yes"}
    assert np.bincount(registry.three_classes(X)).min() >= 3
