"""One row walked down one tree, node by node, as the arrays' words say."""

import math


def goes_left(trees, node, x):
    if math.isnan(x):
        return bool(trees.missing_left[node])
    if trees.categories is not None:
        indptr, codes = trees.categories
        mine = list(codes[indptr[node] : indptr[node + 1]])
        if mine:
            return x >= 0 and math.floor(x) in mine
    return x <= trees.threshold[node]


def path_of(trees, root, row):
    nodes = [root]
    while trees.children_left[nodes[-1]] != -1:
        left = goes_left(trees, nodes[-1], row[trees.feature[nodes[-1]]])
        nodes.append((trees.children_left if left else trees.children_right)[nodes[-1]])
    return nodes


def leaf_of(trees, root, row):
    return path_of(trees, root, row)[-1]


def raw_score(trees, row):
    return [
        trees.base_value[k] + sum(trees.value[leaf_of(trees, root, row)][k] for root in trees.roots)
        for k in range(trees.value.shape[1])
    ]
