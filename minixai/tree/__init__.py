"""Trees, forests, boosting and additive models of binned columns."""

from minixai.tree.boosted_classifier import GradientBoostingClassifier
from minixai.tree.boosted_regressor import GradientBoostingRegressor

__all__ = ["GradientBoostingClassifier", "GradientBoostingRegressor"]
