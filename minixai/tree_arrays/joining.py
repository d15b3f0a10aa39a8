"""Trees, one by one, joined to one `TreeArrays`.

A node of cover 0 has no rows, and a weighted mean of its parent's children gives it no weight;
`TreeArrays` wants covers above 0, so it has 2^-52 of its parent's: less than the rounding of that
mean. Siblings that both have none share their parent's equally, and a root that has none has 1.

Cost: O(n_nodes * n_outputs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from minixai.errors import DataError, ParameterError
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.level import levels

__all__ = ["Tree", "check_found", "join_trees", "names_of_outputs", "raw_codes", "set_bits"]

_SLIGHT = 2.0**-52


class Tree(NamedTuple):
    """One tree that starts at its node 0; children are numbers within it."""

    feature: Array
    threshold: Array
    left: Array
    right: Array
    value: Array
    """(n_nodes,) for one output, or (n_nodes, n_outputs)"""
    cover: Array
    missing_left: Array | None = None
    codes: Mapping[int, Array] = {}
    """Rising codes that go left, of the nodes that ask for them."""
    output: int | None = None
    """Which output one-output values are for; None is all."""


def join_trees(trees: Sequence[Tree], n_features: int, **described: Any) -> TreeArrays:
    """Return the trees as one ensemble; ``described`` are arguments of `TreeArrays`.

    ``n_outputs`` among them is needed where trees name their output.
    """
    n_outputs = described.pop("n_outputs", 1)
    sizes = [len(tree.feature) for tree in trees]
    roots = np.concatenate([[0], np.cumsum(sizes)])
    moved = list(zip(trees, roots[:-1], strict=True))

    def joined(name: str) -> Array:
        return np.concatenate([getattr(tree, name) for tree in trees])

    inner = joined("left") >= 0
    missing = None if trees[0].missing_left is None else joined("missing_left").astype(bool)
    left = np.concatenate([np.where(tree.left < 0, -1, tree.left + root) for tree, root in moved])
    right = np.concatenate([np.where(tree.left < 0, -1, tree.right + root) for tree, root in moved])
    codes = {root + node: found for tree, root in moved for node, found in tree.codes.items()}
    return TreeArrays(
        n_features,
        np.where(inner, joined("feature"), -1),
        np.where(inner, joined("threshold"), 0.0),
        left,
        right,
        np.concatenate([_in_output(tree, n_outputs) for tree in trees]),
        _without_zeros(joined("cover").astype(np.float64), left, right, roots[:-1]),
        roots[:-1],
        missing_left=missing,
        categories=_listed(codes, int(roots[-1])) if codes else None,
        **described,
    )


def check_found(trees: Sequence[Tree], owner: str) -> None:
    """Raise `DataError` where a model has no tree to be read."""
    if not trees:
        raise DataError(f"This {owner} has no trees: fit it with at least one iteration.")


def names_of_outputs(classes: Any) -> tuple[Any, ...] | None:
    """Return the classes that have an output of their own: of two the second."""
    if classes is None:
        return None
    return tuple(classes[1:] if len(classes) == 2 else classes)


def raw_codes(labels: Iterable[Any], column: Any, owner: str) -> Array | None:
    """Return the whole number that each category of a column stands for in a matrix.

    None where all are words, which no matrix holds: there the codes stand for themselves.

    Raises
    ------
    ParameterError
        Some are numbers, but not all are whole ones from 0 on.
    """
    numbers = [_number(label) for label in labels]
    if all(number is None for number in numbers):
        return None
    if all(number is not None and number >= 0 and number % 1 == 0 for number in numbers):
        return np.array(numbers, dtype=np.int64)
    raise ParameterError(
        f"Categories must be words or whole numbers from 0 on, and column {column!r} of this "
        f"{owner} has {list(labels)[:5]}: encode it, such as by minixai.data.OrdinalEncoder, and "
        "fit again."
    )


def _number(label: Any) -> float | None:
    try:
        return float(label)
    except (TypeError, ValueError):
        return None


def set_bits(words: Array) -> Array:
    """Return the positions of the bits that are set in 32-bit words, lowest first."""
    octets = np.ascontiguousarray(words, dtype="<u4").view(np.uint8)
    return np.flatnonzero(np.unpackbits(octets, bitorder="little"))


def _in_output(tree: Tree, n_outputs: int) -> Array:
    value = np.asarray(tree.value, dtype=np.float64)
    if tree.output is None:
        return value.reshape(len(value), -1)
    held = np.zeros((len(value), n_outputs))
    held[:, tree.output] = value
    return held


def _listed(codes: Mapping[int, Array], n_nodes: int) -> tuple[Array, Array]:
    lengths = np.zeros(n_nodes, dtype=np.int64)
    for node, found in codes.items():
        lengths[node] = len(found)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    return indptr, np.concatenate([codes[node] for node in sorted(codes)])


def _without_zeros(cover: Array, left: Array, right: Array, roots: Array) -> Array:
    if (cover != 0).all():
        return cover
    cover[roots] = np.where(cover[roots] == 0, 1.0, cover[roots])
    for level in levels(left, right, roots):
        inner = level[left[level] >= 0]
        below = cover[left[inner]], cover[right[inner]]
        share = np.where((below[0] == 0) & (below[1] == 0), 0.5, _SLIGHT)
        for children, known in zip((left[inner], right[inner]), below, strict=True):
            cover[children] = np.where(known == 0, share * cover[inner], known)
    return cover
