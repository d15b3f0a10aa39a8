"""Trees, forests, boosting and additive models of binned columns."""

from minixai.tree.cost_complexity import PruningPath
from minixai.tree.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor
from minixai.tree.random_forest import RandomForestClassifier, RandomForestRegressor

__all__ = [
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "PruningPath",
    "RandomForestClassifier",
    "RandomForestRegressor",
]
