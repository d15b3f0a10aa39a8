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
from minixai.linear import Lasso, LassoCV, LinearRegression, LinearSVM, LogisticRegression
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
from minixai.tree_arrays import TreeArrays

boosted = {"n_estimators": 3, "min_samples_leaf": 2}
few_rounds = {"n_bags": 2, "n_pairs": 2, "max_rounds": 10, "min_samples_leaf": 2}
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
    "Lasso": (lambda: Lasso(0.05), numbers),
    "Lasso elastic net": (lambda: Lasso(0.05, l1_ratio=0.5, fit_intercept=False), numbers),
    "LassoCV": (lambda: LassoCV(n_alphas=5), numbers),
    "BoostedGAMClassifier": (lambda: BoostedGAMClassifier(**few_rounds), two_classes),
    "BoostedGAMClassifier of three": (lambda: BoostedGAMClassifier(**few_rounds), three_classes),
    "BoostedGAMRegressor": (lambda: BoostedGAMRegressor(**few_rounds), numbers),
    "LinearRegression": (LinearRegression, numbers),
    "LinearRegression gradient_descent": (
        lambda: LinearRegression(solver="gradient_descent"),
        numbers,
    ),
    "LinearRegression sgd": (lambda: LinearRegression(solver="sgd"), numbers),
    "LinearSVM": (LinearSVM, two_classes),
    "LinearSVM of three": (lambda: LinearSVM(loss="hinge"), three_classes),
    "LinearSVM dual_coordinate_descent": (
        lambda: LinearSVM(solver="dual_coordinate_descent", C=0.1),
        two_classes,
    ),
    "LogisticRegression": (LogisticRegression, two_classes),
    "LogisticRegression of three": (
        lambda: LogisticRegression(class_weight="balanced"),
        three_classes,
    ),
    "LogisticRegression l1_ratio=0.5": (lambda: LogisticRegression(l1_ratio=0.5), three_classes),
    "LogisticRegression gradient_descent": (
        lambda: LogisticRegression(solver="gradient_descent"),
        two_classes,
    ),
    "MLPRegressor": (lambda: MLPRegressor(**small), numbers),
    "MLPRegressor huber": (lambda: MLPRegressor(loss="huber", **small), numbers),
    "MLPClassifier": (lambda: MLPClassifier(**small), two_classes),
    "MLPClassifier of three": (lambda: MLPClassifier(**small), three_classes),
    "DecisionTreeRegressor": (DecisionTreeRegressor, numbers),
    "DecisionTreeRegressor histogram": (
        lambda: DecisionTreeRegressor(splitter="histogram", max_leaf_nodes=6),
        numbers,
    ),
    "DecisionTreeClassifier": (DecisionTreeClassifier, two_classes),
    "DecisionTreeClassifier of three": (
        lambda: DecisionTreeClassifier(criterion="entropy", max_depth=3),
        three_classes,
    ),
    "RandomForestRegressor": (lambda: RandomForestRegressor(10, oob_score=True), numbers),
    "RandomForestClassifier": (lambda: RandomForestClassifier(3), two_classes),
    "RandomForestClassifier of three": (
        lambda: RandomForestClassifier(12, oob_score=True, class_weight="balanced_subsample"),
        three_classes,
    ),
    "GradientBoostingRegressor": (lambda: GradientBoostingRegressor(**boosted), numbers),
    "GradientBoostingRegressor stopping": (
        lambda: GradientBoostingRegressor(early_stopping=True, subsample=0.7, **boosted),
        numbers,
    ),
    "GradientBoostingClassifier": (lambda: GradientBoostingClassifier(**boosted), two_classes),
    "GradientBoostingClassifier of three": (
        lambda: GradientBoostingClassifier(**boosted),
        three_classes,
    ),
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
    "Lasso": Lasso,
    "Lasso elastic net": lambda: Lasso(0.1, l1_ratio=0.5),
    "LassoCV": lambda: LassoCV(n_alphas=10),
    "BoostedGAMClassifier": lambda: BoostedGAMClassifier(n_bags=2, max_rounds=100),
    "BoostedGAMRegressor": lambda: BoostedGAMRegressor(n_bags=2, max_rounds=100),
    "LinearRegression": LinearRegression,
    "LinearRegression gradient_descent": lambda: LinearRegression(solver="gradient_descent"),
    "LinearRegression sgd": lambda: LinearRegression(solver="sgd"),
    "LinearSVM": LinearSVM,
    "LinearSVM hinge": lambda: LinearSVM(loss="hinge"),
    "LinearSVM dual_coordinate_descent": lambda: LinearSVM(solver="dual_coordinate_descent"),
    "LogisticRegression": LogisticRegression,
    "LogisticRegression l1_ratio=1": lambda: LogisticRegression(l1_ratio=1.0),
    "LogisticRegression gradient_descent": lambda: LogisticRegression(
        solver="gradient_descent", tol=1e-12
    ),
    "MLPRegressor": MLPRegressor,
    "MLPClassifier": MLPClassifier,
    "DecisionTreeRegressor": DecisionTreeRegressor,
    "DecisionTreeRegressor histogram": lambda: DecisionTreeRegressor(splitter="histogram"),
    "DecisionTreeClassifier": DecisionTreeClassifier,
    "DecisionTreeClassifier histogram": lambda: DecisionTreeClassifier(splitter="histogram"),
    "RandomForestRegressor": lambda: RandomForestRegressor(10),
    "RandomForestClassifier": lambda: RandomForestClassifier(10),
    "GradientBoostingRegressor": GradientBoostingRegressor,
    "GradientBoostingClassifier": GradientBoostingClassifier,
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

DRAWS_ROWS = {
    "BoostedGAMClassifier",
    "BoostedGAMRegressor",
    "LassoCV",
    "LinearRegression sgd",
    "LinearSVM dual_coordinate_descent",
    "RandomForestClassifier",
    "RandomForestRegressor",
}
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
    for name in (
        "MLPClassifier",
        "MLPRegressor",
        "LinearRegression",
        "LinearSVM",
        "LogisticRegression",
    ):
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
