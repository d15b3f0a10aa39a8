"""Trees, forests, boosting and additive models of binned columns."""

from minixai.tree.cost_complexity import PruningPath
from minixai.tree.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor

__all__ = ["DecisionTreeClassifier", "DecisionTreeRegressor", "PruningPath"]
