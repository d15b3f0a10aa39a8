"""Every public class with a contract, made small: a new class is tested by standing here."""

import functools

import numpy as np

from minixai.compression import prune, quantize
from minixai.data import (
    DatetimeEncoder,
    FrequencyEncoder,
    HashingEncoder,
    MultiHotEncoder,
    OneHotEncoder,
    OrdinalEncoder,
    SimpleImputer,
    StandardScaler,
    TargetEncoder,
    TextEncoder,
)
from minixai.explain import Gradient, InputXGradient
from minixai.linear import LinearRegression
from minixai.neural import MLPClassifier, MLPRegressor

small = {"hidden_layer_sizes": (5, 4), "activation": "tanh", "n_epochs": 3, "batch_size": 8}


def rows(n=24, d=4):
    return np.random.default_rng(7).normal(size=(n, d))


def numbers(X):
    return X @ np.arange(1.0, X.shape[1] + 1) + 0.5 * X[:, 0] * X[:, 1]


def two_classes(X):
    return np.where(X[:, 0] + X[:, 1] > 0, "yes", "no")


def three_classes(X):
    return np.digitize(X[:, 0] - X[:, 1], [-0.7, 0.7])


ESTIMATORS = {
    "LinearRegression": (LinearRegression, numbers),
    "LinearRegression gradient_descent": (
        lambda: LinearRegression(solver="gradient_descent"),
        numbers,
    ),
    "LinearRegression sgd": (lambda: LinearRegression(solver="sgd"), numbers),
    "MLPRegressor": (lambda: MLPRegressor(**small), numbers),
    "MLPRegressor huber": (lambda: MLPRegressor(loss="huber", **small), numbers),
    "MLPClassifier": (lambda: MLPClassifier(**small), two_classes),
    "MLPClassifier of three": (lambda: MLPClassifier(**small), three_classes),
    "StandardScaler": (StandardScaler, numbers),
    "SimpleImputer": (SimpleImputer, numbers),
    "OneHotEncoder": (OneHotEncoder, numbers),
    "OrdinalEncoder": (lambda: OrdinalEncoder(unknown=-1), numbers),
    "MultiHotEncoder": (MultiHotEncoder, numbers),
    "FrequencyEncoder": (FrequencyEncoder, numbers),
    "HashingEncoder": (HashingEncoder, numbers),
    "TargetEncoder": (TargetEncoder, numbers),
    "TargetEncoder of three": (
        lambda: TargetEncoder(joint=False, task="classification"),
        three_classes,
    ),
    "DatetimeEncoder": (lambda: DatetimeEncoder(parts=("hour", "second", "age")), numbers),
    "TextEncoder": (TextEncoder, numbers),
}
"""Name -> (factory, X -> y)."""

SCIKIT_LEARN = {
    "LinearRegression": LinearRegression,
    "LinearRegression gradient_descent": lambda: LinearRegression(solver="gradient_descent"),
    "LinearRegression sgd": lambda: LinearRegression(solver="sgd"),
    "MLPRegressor": MLPRegressor,
    "MLPClassifier": MLPClassifier,
    "StandardScaler": StandardScaler,
    "SimpleImputer": SimpleImputer,
    "OneHotEncoder": OneHotEncoder,
    "OrdinalEncoder": OrdinalEncoder,
    "MultiHotEncoder": MultiHotEncoder,
    "FrequencyEncoder": FrequencyEncoder,
    "HashingEncoder": HashingEncoder,
    "TargetEncoder": TargetEncoder,
    "TargetEncoder joint=False": lambda: TargetEncoder(joint=False),
    "DatetimeEncoder": DatetimeEncoder,
    "TextEncoder": TextEncoder,
}
"""Every estimator of 2-D arrays with its default arguments, for `check_estimator`."""

LABEL_ENCODERS = [name for name in ESTIMATORS if "Encoder" in name]
"""Estimators that take text for labels."""

OUT_OF_FOLD = {"TargetEncoder", "TargetEncoder joint=False"}
"""Transformers whose `fit_transform` is not `fit` and `transform`: no row sees its own target."""

DRAWS_ROWS = {"LinearRegression sgd"}
"""Learners that draw rows and take weights: a weight of 2 is a row twice only in expectation."""


def fitted(name):
    make, target = ESTIMATORS[name]
    X = rows()
    return make().fit(X, target(X)), X, target(X)


def fitted_models():
    """Name -> a function that gives (fitted model, X, y)."""
    models = {
        name: functools.partial(fitted, name)
        for name, (make, _) in ESTIMATORS.items()
        if hasattr(make(), "predict")
    }
    for name in ("MLPClassifier", "MLPRegressor", "LinearRegression"):
        models[f"pruned {name}"] = functools.partial(changed, name, halved)
        models[f"quantized {name}"] = functools.partial(changed, name, to_integers)
    return models


def changed(name, change):
    model, X, y = fitted(name)
    return change(model, X), X, y


def halved(model, X):
    return prune(model, sparsity=0.5)


def to_integers(model, X):
    return quantize(model, X)


EXPLAINERS = {
    "Gradient": Gradient,
    "InputXGradient": InputXGradient,
}
EXPLAINED = ("MLPClassifier", "MLPClassifier of three", "MLPRegressor", "LinearRegression")
