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


def leaf_of(trees, root, row):
    node = root
    while trees.children_left[node] != -1:
        left = goes_left(trees, node, row[trees.feature[node]])
        node = trees.children_left[node] if left else trees.children_right[node]
    return node


def raw_score(trees, row):
    return [
        trees.base_value[k] + sum(trees.value[leaf_of(trees, root, row)][k] for root in trees.roots)
        for k in range(trees.value.shape[1])
    ]
