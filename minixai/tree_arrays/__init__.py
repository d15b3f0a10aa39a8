"""Tree ensembles as plain arrays, whoever grew them."""

from minixai.tree_arrays.arrays import TreeArrays

__all__ = ["TreeArrays"]
