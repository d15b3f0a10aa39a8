"""Trees, forests, boosting and additive models of binned columns."""

from minixai.tree.boosted_gam import BoostedGAMClassifier, BoostedGAMRegressor

__all__ = ["BoostedGAMClassifier", "BoostedGAMRegressor"]
