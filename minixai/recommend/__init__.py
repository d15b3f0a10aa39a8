"""Recommenders."""

from minixai.recommend.baseline import BiasBaseline

__all__ = ["BiasBaseline"]
