"""Tree ensembles as plain arrays, whoever grew them."""

from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.foreign import as_tree_arrays

__all__ = ["TreeArrays", "as_tree_arrays"]
