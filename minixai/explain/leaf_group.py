"""An ensemble cut into small subtrees, for methods that read bit patterns of rows.

A leaf is passed by a row if the row goes the leaf's way at every node above it. Per leaf a row
is thus a pattern with one bit for each player (feature, or group of features) asked above it: 1
if the row fails there. Leaves of one subtree share the nodes above it, so a group of leaves has
a pattern of its own: one bit for each player asked above its top, and one for each node within
("goes left"), from which the patterns of all its leaves follow. What is looked up by the pattern
of a group is looked up once for all its leaves.

A group is the largest subtree whose pattern has at most ``limit`` bits, or no more bits than its
own leaves have anyway. Leaves with more than `TABLE_BITS` players above them stand alone, after
all other groups: their patterns are too many for a table.

Cost: time O(n_nodes * depth); memory O(n_groups * depth).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array
from minixai.tree_arrays.arrays import TreeArrays

__all__ = ["TABLE_BITS", "LeafGroups", "group_leaves"]

TABLE_BITS = 12
"""Bits of the largest pattern that a table is made for: 4,096 entries a player."""


@dataclass(frozen=True, eq=False)
class LeafGroups:
    """Groups of leaves; all arrays are flat, those of group g lie between two of its offsets.

    Parameters
    ----------
    width : int32 array (n_groups,)
        Players asked above the top of the group: the low bits of its pattern.
    n_slots : int32 array (n_groups,)
        Players asked above and within.
    way_start : int64 array (n_groups + 1,)
        Offsets of the nodes from the root to the top.
    way_node, way_slot, way_left : int32, int32 and bool arrays
        Node, bit of its player, and whether the way to the top goes left there.
    shared : int32 array (n_groups,)
        How many nodes of the way are those of the group before, gone the same way.
    member_start, member : int64 array (n_groups + 1,), int32 array
        Nodes within; member i is bit ``width + i`` of the pattern.
    slot_start, slot_player : int64 array (n_groups + 1,), int32 array
        Player of each slot, those above the top first.
    leaf_start, leaf : int64 array (n_groups + 1,), int32 array
        Node numbers of the leaves.
    leaf_slot_start, leaf_slot : int64 array (n_leaves + 1,), int32 array
        The group's slot for each slot of a leaf.
    turn_start, turn_member, turn_slot, turn_left : int64 array (n_leaves + 1,) and arrays
        Per leaf the members on its way: their number, the leaf's slot, the side.
    """

    width: Array
    n_slots: Array
    way_start: Array
    way_node: Array
    way_slot: Array
    way_left: Array
    shared: Array
    member_start: Array
    member: Array
    slot_start: Array
    slot_player: Array
    leaf_start: Array
    leaf: Array
    leaf_slot_start: Array
    leaf_slot: Array
    turn_start: Array
    turn_member: Array
    turn_slot: Array
    turn_left: Array

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.width)

    @property
    def n_bits(self) -> Array:
        """Bits of each group's pattern."""
        return np.asarray(self.width + np.diff(self.member_start))

    @property
    def n_tabled(self) -> int:
        """Groups that a table can be made for; they come first."""
        return int(np.searchsorted(self.n_bits > TABLE_BITS, True))

    @property
    def max_depth(self) -> int:
        """Nodes above the deepest top."""
        return int(np.diff(self.way_start).max(initial=0))

    @property
    def max_players(self) -> int:
        """Most players that are asked above one leaf."""
        return int(np.diff(self.leaf_slot_start).max(initial=0))

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All arrays in the order of the fields, for kernels."""
        return tuple(getattr(self, each.name) for each in fields(self))


def group_leaves(trees: TreeArrays, roots: Array, player: Array, limit: int) -> LeafGroups:
    """Cut the trees that start at ``roots`` into groups of leaves.

    Parameters
    ----------
    trees : TreeArrays
    roots : int32 array
    player : int32 array (n_features,)
        Number of the player that each feature belongs to.
    limit : int
        Bits that the pattern of a group of several leaves may have.
    """
    n = trees.n_nodes
    left, right = trees.children_left, trees.children_right
    parent, depth, slot, width, inner, bits = np.zeros((6, n), dtype=np.int32)
    whole = np.zeros(n, dtype=np.bool_)
    order = np.empty(n, dtype=np.int32)
    path = np.zeros(len(player) + 1, dtype=np.int32)
    stack = np.zeros(n + 1, dtype=np.int32)
    count = _mark_ways(trees.feature, left, right, player, roots, stack, path, order,
                       parent, depth, slot, width)  # fmt: skip
    order = order[:count]
    _mark_groups(order, left, right, width, limit, TABLE_BITS, inner, bits, whole)
    top = order[whole[order] & ((parent[order] < 0) | ~whole[parent[order]])]
    top = top[np.argsort(bits[top] > TABLE_BITS, kind="stable")]
    within = order[whole[order]]
    within = within[np.argsort(bits[within] > TABLE_BITS, kind="stable")]
    leaf = within[left[within] < 0]
    leaf_start = _starts(inner[top] + 1)
    turns = depth[leaf] - np.repeat(depth[top], np.diff(leaf_start))
    starts = {
        "way_start": _starts(depth[top]),
        "member_start": _starts(inner[top]),
        "slot_start": _starts(bits[top]),
        "leaf_start": leaf_start,
        "leaf_slot_start": _starts(width[leaf]),
        "turn_start": _starts(turns),
    }
    groups = LeafGroups(
        width=width[top],
        n_slots=np.zeros(len(top), dtype=np.int32),
        shared=np.zeros(len(top), dtype=np.int32),
        member=within[left[within] >= 0],
        leaf=leaf,
        **starts,
        **{
            name: np.zeros(int(starts[of][-1]), dtype=np.bool_ if "left" in name else np.int32)
            for of, names in _FILLED.items()
            for name in names
        },
    )
    asked = np.where(left < 0, 0, player[np.maximum(trees.feature, 0)]).astype(np.int32)
    number = np.zeros(n, dtype=np.int32)
    _fill_groups(top, left, parent, slot, asked, number, groups.arrays)
    return groups


_FILLED = {
    "way_start": ("way_node", "way_slot", "way_left"),
    "slot_start": ("slot_player",),
    "leaf_slot_start": ("leaf_slot",),
    "turn_start": ("turn_member", "turn_slot", "turn_left"),
}
"""Arrays that the kernel fills, by their offsets."""


def _starts(counts: Array) -> Array:
    """Return the offsets of parts of given lengths, int64 (n + 1,)."""
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


@kernel
def _mark_ways(
    feature: Array, left: Array, right: Array, player: Array, roots: Array, stack: Array,
    path: Array, order: Array, parent: Array, depth: Array, slot: Array, width: Array,
) -> int:  # fmt: skip
    """Walk the trees depth first; write of every node what lies above it. Return their number.

    ``path`` holds the players above the node at hand, in the order they were first asked.
    """
    count = 0
    for t in range(roots.size):
        stack[0] = roots[t]
        parent[roots[t]] = -1
        open_nodes = 1
        while open_nodes > 0:
            open_nodes -= 1
            node = stack[open_nodes]
            order[count] = node
            count += 1
            above = parent[node]
            known = 0
            if above >= 0:
                known = width[above]
                if slot[above] == known:
                    known += 1
                depth[node] = depth[above] + 1
            width[node] = known
            if left[node] >= 0:
                asked = player[feature[node]]
                place = 0
                while place < known and path[place] != asked:
                    place += 1
                path[place] = asked
                slot[node] = place
                stack[open_nodes] = right[node]
                stack[open_nodes + 1] = left[node]
                parent[right[node]] = node
                parent[left[node]] = node
                open_nodes += 2
    return count


@kernel
def _mark_groups(
    order: Array, left: Array, right: Array, width: Array, limit: int, table_bits: int,
    inner: Array, bits: Array, whole: Array,
) -> None:  # fmt: skip
    """Write of every node whether its subtree lies within one group, from the leaves up."""
    for i in range(order.size - 1, -1, -1):
        node = order[i]
        if left[node] < 0:
            bits[node] = width[node]
            whole[node] = True
        else:
            a, b = left[node], right[node]
            inner[node] = inner[a] + inner[b] + 1
            bits[node] = width[node] + inner[node]
            most = max(limit, min(table_bits, max(bits[a], bits[b])))
            whole[node] = whole[a] and whole[b] and bits[node] <= most


@kernel
def _fill_groups(
    top: Array, left: Array, parent: Array, slot: Array, asked: Array, number: Array,
    groups: tuple[Array, ...],
) -> None:  # fmt: skip
    """Write ways, slots and turns of every group, and what its way shares with the last one."""
    (width, n_slots, way_start, way_node, way_slot, way_left, shared, member_start, member,
     slot_start, slot_player, leaf_start, leaf, leaf_slot_start, leaf_slot, turn_start,
     turn_member, turn_slot, turn_left) = groups  # fmt: skip
    for g in range(top.size):
        start, first = way_start[g], slot_start[g]
        child = top[g]
        for i in range(way_start[g + 1] - 1, start - 1, -1):
            node = parent[child]
            way_node[i] = node
            way_slot[i] = slot[node]
            way_left[i] = left[node] == child
            slot_player[first + slot[node]] = asked[node]
            child = node
        if g > 0:
            last = way_start[g - 1]
            most = min(start - last, way_start[g + 1] - start)
            same = 0
            while (
                same < most
                and way_node[start + same] == way_node[last + same]
                and way_left[start + same] == way_left[last + same]
            ):
                same += 1
            shared[g] = same
        count = width[g]
        for i in range(member_start[g], member_start[g + 1]):
            number[member[i]] = i - member_start[g]
            count = _place_of(asked[member[i]], slot_player, first, count, True)
        n_slots[g] = count
        for e in range(leaf_start[g], leaf_start[g + 1]):
            own = leaf_slot_start[e]
            for i in range(min(width[g], leaf_slot_start[e + 1] - own)):
                leaf_slot[own + i] = i
            child = leaf[e]
            for i in range(turn_start[e + 1] - 1, turn_start[e] - 1, -1):
                node = parent[child]
                turn_member[i] = number[node]
                turn_slot[i] = slot[node]
                turn_left[i] = left[node] == child
                leaf_slot[own + slot[node]] = _place_of(
                    asked[node], slot_player, first, count, False
                )
                child = node


@kernel
def _place_of(wanted: int, held: Array, first: int, count: int, grow: bool) -> int:
    """Find a player among ``count`` held from ``first`` on, and return its place.

    With ``grow`` it is added where it is missing, and the new count returned.
    """
    place = 0
    while place < count and held[first + place] != wanted:
        place += 1
    if not grow:
        return place
    if place == count:
        held[first + count] = wanted
        return count + 1
    return count
