"""The nodes of trees, depth by depth.

Cost: O(nodes reached).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minixai.protocols import Array

__all__ = ["levels"]


def levels(left: Array, right: Array, roots: Array) -> Iterator[Array]:
    """Yield the nodes of each depth, the roots first: all left children, then all right ones.

    Parameters
    ----------
    left, right : int array (n_nodes,)
        Children; below 0 at leaves. No node is reached twice.
    roots : int array (n_trees,)
    """
    level = roots
    while len(level):
        yield level
        inner = level[left[level] >= 0]
        level = np.concatenate([left[inner], right[inner]])
