"""Trees, forests, boosting and additive models of binned columns."""

from minixai.tree.boosted_classifier import GradientBoostingClassifier
from minixai.tree.boosted_gam import BoostedGAMClassifier, BoostedGAMRegressor
from minixai.tree.boosted_regressor import GradientBoostingRegressor
from minixai.tree.cost_complexity import PruningPath
from minixai.tree.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor
from minixai.tree.random_forest import RandomForestClassifier, RandomForestRegressor

__all__ = [
    "BoostedGAMClassifier",
    "BoostedGAMRegressor",
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "GradientBoostingClassifier",
    "GradientBoostingRegressor",
    "PruningPath",
    "RandomForestClassifier",
    "RandomForestRegressor",
]
