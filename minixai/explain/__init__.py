"""Explanations of any model."""

from minixai.explain.gradient import Gradient, InputXGradient
from minixai.explain.permutation import permutation_importance
from minixai.explain.tree_shap import TreeShap
from minixai.explain.weight import weight_importance

__all__ = ["Gradient", "InputXGradient", "TreeShap", "permutation_importance", "weight_importance"]
