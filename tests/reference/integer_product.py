"""Products of 8-bit codes in Python's own integers, and the layout of packed weights."""

import numpy as np


def pack(weight):
    n_in, n_out = weight.shape
    packed = np.zeros((-(-n_out // 16), -(-n_in // 4), 16, 4), dtype=np.int8)
    for k in range(n_in):
        for j in range(n_out):
            packed[j // 16, k // 4, j % 16, k % 4] = weight[k, j]
    return packed


def integer_product(a, weight):
    return [
        [sum(int(x) * int(w) for x, w in zip(row, column, strict=True)) for column in weight.T]
        for row in a
    ]
