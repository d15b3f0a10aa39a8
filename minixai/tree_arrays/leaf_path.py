r"""The way to every leaf as one box: per leaf and feature an interval, category codes, a share.

.. math::
    z_{\ell j} = \prod_{u \in U_{\ell j}} \frac{c(u')}{c(u_L) + c(u_R)}                  (1)

where U holds the nodes on the way to leaf l that ask feature j, u' is the child on that way and
c the cover. A row lies in leaf l if each of the leaf's features passes: its value in
(low, high], its code among those allowed; a missing value where every node sends it on that way.
A feature asked several times is one part; where its nodes contradict each other low >= high, so
that no number passes, while the share stays that of the nodes. Covers are divided by the
children's sum, so that the shares of a tree's leaves sum to 1 whatever the parent's cover says.

Source: Lundberg et al. (2020), Nature Machine Intelligence 2, for the shares.
Differs from the source: flat arrays of all leaves, not a walk for each row.
Cost: O(n_leaves * depth) time; memory 29 bytes a part and the allowed codes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays

__all__ = ["WORD", "LeafPaths", "leaf_paths", "parents_of", "share_left", "trees_of"]

WORD = 32
"""Ranks of codes that one word of ``LeafPaths.allowed`` holds."""


@dataclass(frozen=True, eq=False)
class LeafPaths:
    """All leaves of an ensemble; the parts of leaf i are ``offsets[i]:offsets[i + 1]``.

    Parameters
    ----------
    offsets : int64 array (n_leaves + 1,)
    feature : int32 array (n_parts,)
        Each once a leaf, the feature asked nearest to the leaf first.
    low, high : float64 array (n_parts,)
        A number x passes where ``low < x <= high``, compared in float64.
    takes_nan : bool array (n_parts,)
        Whether a missing value passes, whatever the interval and the codes say.
    share : float64 array (n_parts,)
        Product of the cover ratios, in (0, 1].
    leaf, tree : int32 array (n_leaves,)
        Node number and tree of each leaf; trees in order, leaves by node number within.
    value : float64 array (n_leaves, n_outputs)
    code_offsets : int64 array (n_features + 1,)
        Feature j knows the rising codes ``codes[code_offsets[j]:code_offsets[j + 1]]``: all that
        its categorical nodes name. None there means that no node asks its code.
    codes : int32 array
    word_offsets : int64 array (n_parts + 1,)
        Words of a part in ``allowed``; none for features whose code no node asks.
    allowed : int64 array
        A value of rank r among its feature's codes (see `code_ranks`) passes only where bit
        ``r % WORD`` of word ``word_offsets[part] + r // WORD`` is set.
    """

    offsets: Array
    feature: Array
    low: Array
    high: Array
    takes_nan: Array
    share: Array
    leaf: Array
    tree: Array
    value: Array
    code_offsets: Array
    codes: Array
    word_offsets: Array
    allowed: Array

    @property
    def n_leaves(self) -> int:
        """Number of leaves of all trees."""
        return len(self.leaf)

    @property
    def has_codes(self) -> bool:
        """Whether any node asks for categories."""
        return len(self.codes) > 0

    def code_ranks(self, X: Array) -> Array:
        """Return the rank of every value among its feature's codes, int32 (n, n_features).

        A value that no node names, and any of a feature without codes, ranks last: one past them.
        """
        ranks = np.zeros(X.shape, dtype=np.int32)
        for j in np.flatnonzero(np.diff(self.code_offsets)):
            known = self.codes[self.code_offsets[j] : self.code_offsets[j + 1]]
            x = X[:, j]
            valid = (x >= 0) & (x < np.iinfo(np.int32).max)
            whole = np.where(valid, x, -1).astype(np.int64)
            place = np.searchsorted(known, whole)
            found = known[np.minimum(place, len(known) - 1)] == whole
            ranks[:, j] = np.where(found, place, len(known))
        return ranks


def leaf_paths(trees: TreeArrays) -> LeafPaths:
    """Return the ways to all leaves of an ensemble.

    Parameters
    ----------
    trees : TreeArrays

    Returns
    -------
    LeafPaths
    """
    feature, threshold, left, _, missing_left, indptr, codes, _ = trees.walk
    parent = parents_of(trees)
    tree = trees_of(trees)
    leaf = np.flatnonzero(trees.is_leaf)
    leaf = leaf[np.argsort(tree[leaf], kind="stable")].astype(np.int32)
    counts = np.zeros(len(leaf) + 1, dtype=np.int64)
    _count_features(leaf, parent, feature, np.full(trees.n_features, -1), counts)
    offsets = np.cumsum(counts)
    n_parts = int(offsets[-1])
    paths = LeafPaths(
        offsets=offsets,
        feature=np.empty(n_parts, dtype=np.int32),
        low=np.full(n_parts, -np.inf),
        high=np.full(n_parts, np.inf),
        takes_nan=np.full(n_parts, trees.allows_nan),
        share=np.ones(n_parts),
        leaf=leaf,
        tree=tree[leaf],
        value=trees.value[leaf],
        **_known_codes(trees),
        word_offsets=np.zeros(n_parts + 1, dtype=np.int64),
        allowed=np.zeros(0, dtype=np.int64),
    )
    slots = np.zeros(trees.n_features, dtype=np.int64)
    by_code = indptr if len(codes) else np.zeros(trees.n_nodes + 1, dtype=np.int32)
    _fill_parts(
        leaf, parent, feature, threshold, left, missing_left, by_code, share_left(trees), slots,
        offsets, paths.feature, paths.low, paths.high, paths.takes_nan, paths.share,
    )  # fmt: skip
    return _with_allowed_codes(paths, trees, parent) if len(codes) else paths


def parents_of(trees: TreeArrays) -> Array:
    """Return the parent of every node, int32 (n_nodes,); -1 at roots."""
    parent = np.full(trees.n_nodes, -1, dtype=np.int32)
    inner = np.flatnonzero(~trees.is_leaf)
    for children in (trees.children_left, trees.children_right):
        parent[children[inner]] = inner
    return parent


def share_left(trees: TreeArrays) -> Array:
    """Return the share of a node's rows that goes left, (n_nodes,); 0 at leaves."""
    inner = np.flatnonzero(~trees.is_leaf)
    below = [trees.cover[side[inner]] for side in (trees.children_left, trees.children_right)]
    share = np.zeros(trees.n_nodes)
    # Both are halved first: the sum of two large covers must not overflow.
    share[inner] = (0.5 * below[0]) / (0.5 * below[0] + 0.5 * below[1])
    return share


def trees_of(trees: TreeArrays) -> Array:
    """Return the tree of every node, int32: pointers to parents are doubled up to the roots."""
    parent = parents_of(trees)
    top = np.where(parent < 0, np.arange(len(parent)), parent)
    while True:
        above = top[top]
        if np.array_equal(above, top):
            break
        top = above
    tree = np.empty(len(parent), dtype=np.int32)
    tree[trees.roots] = np.arange(trees.n_trees)
    return np.asarray(tree[top])


def _known_codes(trees: TreeArrays) -> dict[str, Array]:
    """Return, as CSR by feature, the codes that any node of the feature names."""
    if trees.categories is None:
        return {
            "code_offsets": np.zeros(trees.n_features + 1, dtype=np.int64),
            "codes": np.zeros(0, dtype=np.int32),
        }
    pairs = np.unique(_feature_and_code(trees))
    owner, codes = np.divmod(pairs, 1 << 32)
    ends = np.searchsorted(owner, np.arange(trees.n_features + 1))
    return {"code_offsets": ends.astype(np.int64), "codes": codes.astype(np.int32)}


def _feature_and_code(trees: TreeArrays) -> Array:
    """Return one number for feature and code of every code of ``trees.categories``."""
    assert trees.categories is not None  # the callers ask first
    indptr, codes = trees.categories
    feature = np.repeat(trees.feature.astype(np.int64), np.diff(indptr))
    return np.asarray((feature << 32) + codes)


def _with_allowed_codes(paths: LeafPaths, trees: TreeArrays, parent: Array) -> LeafPaths:
    """Return the paths with the codes that pass each part."""
    n_codes = np.diff(paths.code_offsets)
    words = np.where(n_codes > 0, n_codes // WORD + 1, 0)  # one rank more than codes
    paths.word_offsets[1:] = np.cumsum(words[paths.feature])
    allowed = np.full(int(paths.word_offsets[-1]), (1 << WORD) - 1, dtype=np.int64)
    known = np.repeat(np.arange(trees.n_features, dtype=np.int64), n_codes) << 32
    rank = np.searchsorted(known + paths.codes, _feature_and_code(trees))
    assert trees.categories is not None  # the caller asks first
    indptr = trees.categories[0]
    rank = rank - np.repeat(paths.code_offsets[trees.feature], np.diff(indptr))
    _fill_codes(
        paths.leaf, parent, trees.feature, trees.children_left, indptr, rank,
        np.zeros(trees.n_features, dtype=np.int64), paths.offsets, paths.feature,
        paths.word_offsets, allowed, np.zeros(max(int(words.max()), 1), dtype=np.int64),
    )  # fmt: skip
    return LeafPaths(**{**vars(paths), "allowed": allowed})


@kernel
def _count_features(
    leaf: Array, parent: Array, feature: Array, seen_by: Array, counts: Array
) -> None:
    """Write the number of distinct features on the way to leaf i to counts[i + 1]."""
    for i in range(leaf.size):
        node = parent[leaf[i]]
        while node >= 0:
            if seen_by[feature[node]] != i:
                seen_by[feature[node]] = i
                counts[i + 1] += 1
            node = parent[node]


@kernel
def _fill_parts(
    leaf: Array, parent: Array, asked: Array, threshold: Array, left: Array, missing_left: Array,
    indptr: Array, share_left: Array, slots: Array, offsets: Array, feature: Array, low: Array,
    high: Array, takes_nan: Array, share: Array,
) -> None:  # fmt: skip
    """Merge the nodes on the way from each leaf up to its root by feature.

    ``slots[j]`` is where feature j was last put: good if it lies among the leaf's own parts.
    """
    for i in range(leaf.size):
        start = offsets[i]
        end = start
        child = leaf[i]
        node = parent[child]
        while node >= 0:
            j = asked[node]
            part = slots[j]
            if part < start or part >= end or feature[part] != j:
                part = end
                slots[j] = part
                feature[part] = j
                end += 1
            to_left = left[node] == child
            if indptr[node + 1] == indptr[node]:
                if to_left:
                    high[part] = min(high[part], threshold[node])
                else:
                    low[part] = max(low[part], threshold[node])
            if missing_left.size > 0 and missing_left[node] != to_left:
                takes_nan[part] = False
            ratio = share_left[node] if to_left else 1.0 - share_left[node]
            share[part] *= ratio  # (1)
            child = node
            node = parent[node]


@kernel
def _fill_codes(
    leaf: Array, parent: Array, asked: Array, left: Array, indptr: Array, rank: Array,
    slots: Array, offsets: Array, feature: Array, word_offsets: Array, allowed: Array, named: Array,
) -> None:  # fmt: skip
    """Keep of each part's codes those that every categorical node sends on the leaf's way."""
    for i in range(leaf.size):
        for part in range(offsets[i], offsets[i + 1]):
            slots[feature[part]] = part
        child = leaf[i]
        node = parent[child]
        while node >= 0:
            if indptr[node + 1] > indptr[node]:
                part = slots[asked[node]]
                first = word_offsets[part]
                n_words = word_offsets[part + 1] - first
                for w in range(n_words):
                    named[w] = 0
                for c in range(indptr[node], indptr[node + 1]):
                    named[rank[c] // WORD] |= 1 << (rank[c] % WORD)
                for w in range(n_words):
                    if left[node] == child:
                        allowed[first + w] &= named[w]
                    else:
                        allowed[first + w] &= ~named[w]
            child = node
            node = parent[node]
