"""The models that a study knows by name, each set up for the size of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from minixai.errors import ParameterError, check_option
from minixai.linear import LassoCV, LinearRegression, LogisticRegression
from minixai.neural import MLPClassifier, MLPRegressor
from minixai.tree import (
    BoostedGAMClassifier,
    BoostedGAMRegressor,
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

__all__ = ["MODELS", "named_model"]

_FEWEST_WATCHED = 200
"""Training rows from which boosting holds some out to know when to stop."""
_Builder = Callable[[int, int, Any], Any]


@dataclass(frozen=True)
class _Named:
    """How a model of a name is made, from the training rows' number, the seed and ``n_jobs``."""

    regressor: _Builder | None
    classifier: _Builder | None
    instead: str = ""


def _network(kind: Any) -> _Builder:
    return lambda n_rows, seed, n_jobs: kind(
        hidden_layer_sizes=(64, 32),
        batch_size=32 if n_rows < 5000 else 128,
        n_epochs=60,
        early_stopping=True,
        patience=6,
        schedule="cosine",
        random_state=seed,
    )


def _tree(kind: Any) -> _Builder:
    """Return a tree that a person can read: at most 16 leaves."""
    return lambda n_rows, seed, n_jobs: kind(
        max_leaf_nodes=16, min_samples_leaf=max(1, min(20, n_rows // 50)), random_state=seed
    )


def _forest(kind: Any) -> _Builder:
    return lambda n_rows, seed, n_jobs: kind(
        n_estimators=100, max_depth=12, min_samples_leaf=3, random_state=seed, n_jobs=n_jobs
    )


def _boosting(kind: Any) -> _Builder:
    return lambda n_rows, seed, n_jobs: kind(
        n_estimators=300,
        learning_rate=0.05,
        min_samples_leaf=max(1, min(20, n_rows // 50)),
        early_stopping=n_rows >= _FEWEST_WATCHED,
        random_state=seed,
        n_jobs=n_jobs,
    )


def _gam(kind: Any) -> _Builder:
    return lambda n_rows, seed, n_jobs: kind(random_state=seed, n_jobs=n_jobs)


_MODELS = {
    "mlp": _Named(_network(MLPRegressor), _network(MLPClassifier)),
    "linear": _Named(lambda n_rows, seed, n_jobs: LinearRegression(), None, "logistic"),
    "lasso": _Named(
        lambda n_rows, seed, n_jobs: LassoCV(random_state=seed, n_jobs=n_jobs), None, "logistic"
    ),
    "logistic": _Named(None, lambda n_rows, seed, n_jobs: LogisticRegression(), "lasso"),
    "tree": _Named(_tree(DecisionTreeRegressor), _tree(DecisionTreeClassifier)),
    "forest": _Named(_forest(RandomForestRegressor), _forest(RandomForestClassifier)),
    "boosting": _Named(_boosting(GradientBoostingRegressor), _boosting(GradientBoostingClassifier)),
    "gam": _Named(_gam(BoostedGAMRegressor), _gam(BoostedGAMClassifier)),
}
MODELS = tuple(_MODELS)


def named_model(name: str, task: str | None, n_rows: int, seed: int, n_jobs: Any) -> Any:
    """Return an unfitted model.

    Raises
    ------
    ParameterError
        A name that is not known, or a model that cannot predict such a target.
    """
    check_option("model", name, MODELS)
    entry = _MODELS[name]
    build = entry.classifier if task == "classification" else entry.regressor
    if build is None:
        predicts, has = ("numbers", "classes")
        if task != "classification":
            predicts, has = has, predicts
        raise ParameterError(
            f"`model='{name}'` predicts {predicts}, and the target has {has}: use "
            f"`model='{entry.instead}'` or `model='gam'`."
        )
    return build(n_rows, seed, n_jobs)
