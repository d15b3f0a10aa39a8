"""Matrix products by the definition: one sum per output, in the order of k."""

import numpy as np


def product(a, b):
    out = np.zeros((len(a), b.shape[1]), dtype=np.float64)
    for i in range(len(a)):
        for j in range(b.shape[1]):
            total = 0.0
            for k in range(b.shape[0]):
                total += float(a[i, k]) * float(b[k, j])
            out[i, j] = total
    return out
