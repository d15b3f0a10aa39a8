"""Every public class with a contract, made small: a new class is tested by standing here."""

import functools

import numpy as np

from minixai.compression import prune, quantize
from minixai.data import (
    BehaviourFeatures,
    Binner,
    DatetimeEncoder,
    FrequencyEncoder,
    HashingEncoder,
    LogTransformer,
    MinMaxScaler,
    MissingIndicator,
    MultiHotEncoder,
    NeighborImputer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileScaler,
    RobustScaler,
    SimpleImputer,
    StandardScaler,
    TargetEncoder,
    TextEncoder,
    Winsorizer,
)
from minixai.explain import Gradient, InputXGradient, TreeShap
from minixai.linear import LinearRegression
from minixai.neural import MLPClassifier, MLPRegressor
from minixai.tree_arrays import TreeArrays

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
    "SimpleImputer constant": (
        lambda: SimpleImputer("constant", add_indicator=True, fill_value=-1.5),
        numbers,
    ),
    "NeighborImputer": (NeighborImputer, numbers),
    "RobustScaler": (RobustScaler, numbers),
    "RobustScaler of tenths": (
        lambda: RobustScaler(quantile_range=(10.0, 90.0), unit_variance=True),
        numbers,
    ),
    "MinMaxScaler": (MinMaxScaler, numbers),
    "MinMaxScaler clipping": (lambda: MinMaxScaler((-1.0, 2.0), clip=True), numbers),
    "QuantileScaler": (QuantileScaler, numbers),
    "QuantileScaler normal": (lambda: QuantileScaler(7, "normal"), numbers),
    "Winsorizer": (Winsorizer, numbers),
    "Winsorizer quantile": (
        lambda: Winsorizer("quantile", quantiles=(0.1, 0.9)),
        numbers,
    ),
    "LogTransformer": (lambda: LogTransformer(signed=True), numbers),
    "PowerTransformer": (PowerTransformer, numbers),
    "Binner": (Binner, numbers),
    "Binner onehot": (lambda: Binner(4, "uniform", "onehot"), numbers),
    "PolynomialFeatures": (PolynomialFeatures, numbers),
    "PolynomialFeatures of products": (
        lambda: PolynomialFeatures((2, 3), interaction_only=True, include_bias=False),
        numbers,
    ),
    "OneHotEncoder": (OneHotEncoder, numbers),
    "OrdinalEncoder": (lambda: OrdinalEncoder(unknown=-1), numbers),
    "MissingIndicator": (MissingIndicator, numbers),
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
    "NeighborImputer": NeighborImputer,
    "RobustScaler": RobustScaler,
    "MinMaxScaler": MinMaxScaler,
    "QuantileScaler": QuantileScaler,
    "Winsorizer": Winsorizer,
    "LogTransformer": LogTransformer,
    "LogTransformer signed": lambda: LogTransformer(signed=True),
    "PowerTransformer": PowerTransformer,
    "Binner": Binner,
    "Binner onehot": lambda: Binner(encode="onehot"),
    "PolynomialFeatures": PolynomialFeatures,
    "OneHotEncoder": OneHotEncoder,
    "OrdinalEncoder": OrdinalEncoder,
    "MissingIndicator": MissingIndicator,
    "MultiHotEncoder": MultiHotEncoder,
    "FrequencyEncoder": FrequencyEncoder,
    "HashingEncoder": HashingEncoder,
    "TargetEncoder": TargetEncoder,
    "TargetEncoder joint=False": lambda: TargetEncoder(joint=False),
    "DatetimeEncoder": DatetimeEncoder,
    "TextEncoder": TextEncoder,
}
"""Every estimator of 2-D arrays with its default arguments, for `check_estimator`."""

LABEL_ENCODERS = [name for name in ESTIMATORS if "Encoder" in name or "Indicator" in name]
"""Estimators that take text for labels."""

OUT_OF_FOLD = {"TargetEncoder", "TargetEncoder joint=False"}
"""Transformers whose `fit_transform` is not `fit` and `transform`: no row sees its own target."""

OF_TABLES = {BehaviourFeatures}
"""Transformers of a Table with named columns: no contract of 2-D arrays fits them."""

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


def stumps(n_outputs):
    """Two trees that ask four columns."""
    value = np.linspace(-1.0, 2.0, 8 * n_outputs).reshape(8, n_outputs) ** 3
    names = ("low", "mid", "high") if n_outputs == 3 else None
    return TreeArrays(
        4, [0, 1, -1, -1, -1, 2, -1, -1], [0.1, -0.2, 0, 0, 0, 0.3, 0, 0],
        [1, 2, -1, -1, -1, 6, -1, -1], [4, 3, -1, -1, -1, 7, -1, -1], value,
        [5, 3, 2, 1, 2, 5, 3, 2], [0, 5], output_names=names,
    )  # fmt: skip


TREES = {
    "TreeArrays": lambda: (stumps(1), rows()),
    "TreeArrays of three": lambda: (stumps(3), rows()),
}
"""Name -> a function that gives (trees, X)."""

EXPLAINERS = {
    "Gradient": Gradient,
    "InputXGradient": InputXGradient,
    "TreeShap": TreeShap,
}
_DIFFERENTIABLE = ("MLPClassifier", "MLPClassifier of three", "MLPRegressor", "LinearRegression")
EXPLAINED = {
    "Gradient": _DIFFERENTIABLE,
    "InputXGradient": _DIFFERENTIABLE,
    "TreeShap": tuple(TREES),
}
"""Name of an explainer -> the models that it explains in the contracts."""


def explained(name):
    """Return a model to explain, and its rows."""
    return TREES[name]() if name in TREES else fitted(name)[:2]
