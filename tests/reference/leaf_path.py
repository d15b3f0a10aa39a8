"""The box of one leaf, feature by feature, from the list of nodes above it."""

from tests.reference.tree_arrays import goes_left


def way_to(trees, root, leaf):
    """The (node, goes left) pairs from the root to a leaf."""

    def search(node, way):
        if node == leaf:
            return way
        if trees.children_left[node] == -1:
            return None
        for child, left in ((trees.children_left[node], True), (trees.children_right[node], False)):
            found = search(child, [*way, (node, left)])
            if found is not None:
                return found
        return None

    return search(root, [])


def parts_of(trees, root, leaf):
    """Feature -> (product of cover ratios, nodes with their directions)."""
    parts = {}
    for node, left in way_to(trees, root, leaf):
        below = trees.children_left[node], trees.children_right[node]
        covers = [trees.cover[child] for child in below]
        ratio = covers[0 if left else 1] / sum(covers)
        share, way = parts.get(int(trees.feature[node]), (1.0, []))
        parts[int(trees.feature[node])] = (share * ratio, [*way, (node, left)])
    return parts


def passes(trees, way, x):
    return all(goes_left(trees, node, x) == left for node, left in way)
